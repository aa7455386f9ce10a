"""Pages: lists of known length, page information, and pages of lists that are in memory.

Every cursor names the last thing seen rather than a place in the list, so nothing is skipped or shown twice when the
list changes between two pages.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import graphene

from meetings.errors import CursorExpired, InvalidQuery
from meetings.search import Page

MAX_FIRST = 100
MAX_CURSOR = 2000
#: Of plain lists, which have no cursors.
MAX_LISTED = 500
AFTER = "The `endCursor` of the page before, to go on from there."

Item = TypeVar("Item")


def many(type_: Any, description: str, **options: Any) -> graphene.Field:
    """A list that is never null and holds no null."""
    return graphene.Field(graphene.NonNull(graphene.List(graphene.NonNull(type_))), description=description, **options)


def list_of(type_: Any, description: str, **options: Any) -> graphene.InputField:
    """A list that may be left out but holds no null."""
    return graphene.InputField(graphene.List(graphene.NonNull(type_)), description=description, **options)


def first_argument(default: int, *, most: int = MAX_FIRST) -> graphene.Argument:
    """How many are wanted."""
    return graphene.Argument(graphene.Int, default_value=default, description=f"How many at most, 1 to {most}.")


def after_argument() -> graphene.Argument:
    """Where to go on."""
    return graphene.Argument(graphene.String, description=AFTER)


def checked_first(first: int | None, default: int, *, most: int = MAX_FIRST) -> int:
    """How many are wanted; InvalidQuery."""
    wanted = default if first is None else first
    if not 1 <= wanted <= most:
        raise InvalidQuery("first", f"ask for 1 to {most}, not {wanted}")
    return wanted


def checked_after(after: str | None) -> str | None:
    """A cursor that may be one of ours; InvalidQuery."""
    if after is not None and not 0 < len(after) <= MAX_CURSOR:
        raise _no_cursor()
    return after


def _no_cursor() -> InvalidQuery:
    return InvalidQuery("after", "this is no cursor of ours; begin again without one")


class PageInfo(graphene.ObjectType):
    """Where a page lies in the whole list."""

    has_next_page = graphene.Boolean(
        required=True, description="true: more follow; ask the same again with `after: endCursor`."
    )
    has_previous_page = graphene.Boolean(
        required=True, description="true: there are others before this page, which were on pages before it."
    )
    start_cursor = graphene.String(description="The cursor of the first on this page; null: the page is empty.")
    end_cursor = graphene.String(description="The cursor of the last on this page; null: the page is empty.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlace:
    """What `PageInfo` shows."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


def place_of(page: Page) -> PagePlace:
    """Where a page of hits lies."""
    return PagePlace(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.hits[0].cursor if page.hits else None,
        end_cursor=page.hits[-1].cursor if page.hits else None,
    )


def page_info_field() -> graphene.Field:
    """The field `page_info` over what the search found."""
    return graphene.Field(
        PageInfo,
        required=True,
        description="Where this page lies in the whole list, and how to go on from it.",
        resolver=lambda root, info: place_of(root.page),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Generic[Item]):
    """A page of a list that is in memory."""

    nodes: Sequence[Item]
    page_info: PagePlace
    total_count: int


def connection_fields(type_: Any, description: str) -> tuple[graphene.Field, graphene.Field, graphene.Field]:
    """The fields `nodes`, `page_info` and `total_count` over a `Slice`."""
    return (
        many(type_, description),
        graphene.Field(
            PageInfo, required=True, description="Where this page lies in the whole list, and how to go on from it."
        ),
        graphene.Int(required=True, description="How many there are on all pages together; the same on every page."),
    )


def cut(
    items: Sequence[Item], key: Callable[[Item], tuple[str, ...]], *, first: int, after: str | None, question: object
) -> Slice[Item]:
    """A page of items sorted by `key`; InvalidQuery, and CursorExpired for a cursor of another `question`."""
    digest = _digest(question)
    last = _key(after, digest) if after is not None else None
    begin = 0 if last is None else sum(key(item) <= last for item in items)
    nodes = items[begin : begin + first]
    cursors = [_cursor(key(node), digest) for node in (*nodes[:1], *nodes[-1:])]
    place = PagePlace(
        has_next_page=begin + first < len(items),
        has_previous_page=begin > 0,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
    return Slice(nodes=nodes, page_info=place, total_count=len(items))


def cursor_from_key(key: tuple[str, ...], question: object) -> str:
    """The cursor of what has this key in the answer to that question."""
    return _cursor(key, _digest(question))


def key_from_cursor(cursor: str, question: object) -> tuple[str, ...]:
    """The key of what was seen last; InvalidQuery, and CursorExpired for a cursor of another question."""
    return _key(cursor, _digest(question))


def _digest(question: object) -> str:
    return hashlib.sha256(repr(question).encode()).hexdigest()[:8]


def _cursor(key: tuple[str, ...], digest: str) -> str:
    text = json.dumps([digest, *key], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode("ascii").rstrip("=")


def _key(cursor: str, digest: str) -> tuple[str, ...]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _no_cursor() from error
    if not isinstance(told, list) or told[:1] != [digest] or not all(isinstance(part, str) for part in told):
        raise CursorExpired("this cursor belongs to another question; begin again without one")
    return tuple(told[1:])
