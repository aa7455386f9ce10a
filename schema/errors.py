"""Errors as clients see them: a message, where, and a code of a closed list; what was not foreseen is masked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from graphql import (
    BREAK,
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    Node,
    ObjectFieldNode,
    ValueNode,
    Visitor,
    visit,
)

from meetings.errors import (
    CursorExpired,
    InvalidQuery,
    MeetingsError,
    NotAllowed,
    NotFound,
    PlaceNotFound,
    StoreFailed,
    TooMuch,
    TooOften,
    UnknownCode,
    frames_of,
)

log = logging.getLogger(__name__)

#: The code of each kind of error; the first that fits counts.
CODES: tuple[tuple[type[MeetingsError], str], ...] = (
    (UnknownCode, "UNKNOWN_CODE"),
    (PlaceNotFound, "PLACE_NOT_FOUND"),
    (InvalidQuery, "BAD_INPUT"),
    (CursorExpired, "CURSOR_EXPIRED"),
    (TooMuch, "TOO_COSTLY"),
    (TooOften, "RATE_LIMITED"),
    (NotAllowed, "UNAUTHORIZED"),
    (StoreFailed, "UNAVAILABLE"),
    (NotFound, "BAD_INPUT"),
)


class Refused(Exception):
    """A request of which nothing was executed, and why."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(error.message for error in errors))


def refusal(error: MeetingsError) -> Refused:
    """The refusal of a whole request for one reason."""
    return Refused([GraphQLError(str(error), original_error=error)])


def told_errors(errors: Sequence[GraphQLError], new_number: Callable[[], str]) -> list[dict[str, Any]]:
    """Errors as the answer shows them.

    One that was not foreseen is logged, the first with its places, under a number that the answer names too.
    """
    number = new_number() if any(_is_unforeseen(error) for error in errors) else ""
    first = next((error for error in errors if _is_unforeseen(error)), None)
    if first is not None:
        path = ".".join(str(step) for step in first.path or ())
        log.error("unforeseen error id=%s field=%s %s", number, path, frames_of(first.original_error or first))
    return [_masked(error, number) if _is_unforeseen(error) else _told(error) for error in errors]


class _Finder(Visitor):
    """Finds which argument a value in a document is, or is part of: `filter.time.startsFrom`."""

    def __init__(self, wanted: Node) -> None:
        super().__init__()
        self.wanted, self.path = wanted, ""

    def enter(self, node: Node, _key: object, _parent: object, _path: object, ancestors: list[Any]) -> Any:
        """Stop at the value."""
        if node is not self.wanted:
            return None
        named = (one for one in ancestors if isinstance(one, ArgumentNode | ObjectFieldNode))
        self.path = ".".join(one.name.value for one in named)
        return BREAK


def with_argument(document: DocumentNode, error: GraphQLError) -> GraphQLError:
    """The error, naming the argument whose value is at fault, if one is."""
    if not error.nodes or not isinstance(error.nodes[0], ValueNode):
        return error
    finder = _Finder(error.nodes[0])
    visit(document, finder)
    if not finder.path:
        return error
    extensions = {"argument": finder.path}
    return GraphQLError(f"{finder.path}: {error.message}", error.nodes, extensions=extensions)


def _is_unforeseen(error: GraphQLError) -> bool:
    original = error.original_error
    if original is None or isinstance(original, MeetingsError | GraphQLError):
        return False
    # What a scalar says of a value that the client wrote: it has a place in the document, but none in the answer.
    return not (isinstance(original, ValueError) and error.nodes and error.path is None)


def _masked(error: GraphQLError, number: str) -> dict[str, Any]:
    message = f"something went wrong here; it is logged under {number}"
    return {**_place(error), "message": message, "extensions": {"code": "INTERNAL", "id": number}}


def _told(error: GraphQLError) -> dict[str, Any]:
    original = error.original_error
    code = next((code for kind, code in CODES if isinstance(original, kind)), "BAD_INPUT")
    extensions: dict[str, Any] = {"code": code, **(error.extensions or {})}
    if isinstance(original, InvalidQuery):
        extensions["argument"] = original.argument
    if isinstance(original, UnknownCode | PlaceNotFound):
        extensions["suggestions"] = list(original.suggestions)
    return {"message": error.message, **_place(error), "extensions": extensions}


def _place(error: GraphQLError) -> dict[str, Any]:
    formatted = error.formatted
    return {name: value for name in ("locations", "path") if (value := formatted.get(name))}
