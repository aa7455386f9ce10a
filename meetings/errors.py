"""Everything we raise on purpose, as one tree.

    MeetingsError
    ├─ NotFound            .kind, .id            there is no such thing (any more)
    ├─ InvalidQuery        .argument, .reason    asked wrongly: names the argument and the fix
    │   ├─ UnknownCode     .value, .suggestions  a code nobody knows
    │   └─ PlaceNotFound   .text, .suggestions   a name that is no place's
    ├─ CursorExpired       .reason               a cursor too old, or of another question
    ├─ NotAllowed          .reason
    ├─ TooMuch             .limit, .asked        beyond a limit that is a setting
    ├─ TooOften            .seconds              beyond what one client may ask in a while: wait so long
    ├─ ImportFailed        .source, .reason      ends this run, never another's
    │   ├─ FetchFailed     .location
    │   └─ ParseFailed     .where                not the promised format at all
    └─ StoreFailed         .reason               the database cannot be used now

A *finding* is a value about a source's data, a *problem* is what a mutation tells its client; neither is raised.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence

_MAX_CAUSES = 5
_MAX_FRAMES = 12


class MeetingsError(Exception):
    """The root of all errors raised on purpose."""


class NotFound(MeetingsError):
    """There is no such thing: `kind` in our words (`source`, `run`, `schedule`), `id` as asked."""

    def __init__(self, kind: str, id: str) -> None:
        self.kind, self.id = kind, id
        super().__init__(f"no {kind} {id!r}")


class InvalidQuery(MeetingsError):
    """A question that cannot be answered as asked.

    `argument` is the path of the argument as the client wrote it (`filter.time.within`), `reason` says what is wrong
    and what would be right.
    """

    def __init__(self, argument: str, reason: str) -> None:
        self.argument, self.reason = argument, reason
        super().__init__(f"{argument}: {reason}")


class UnknownCode(InvalidQuery):
    """A code of a closed list that is not in it; `suggestions` are the nearest that are."""

    def __init__(self, argument: str, value: str, suggestions: Sequence[str]) -> None:
        self.value, self.suggestions = value, tuple(suggestions)
        hint = f"; did you mean {' or '.join(self.suggestions)}?" if self.suggestions else ""
        super().__init__(argument, f"unknown code {value!r}{hint}")


class PlaceNotFound(InvalidQuery):
    """A place's name that nobody knows; `suggestions` are places that may be meant, in words that are found."""

    def __init__(self, argument: str, text: str, suggestions: Sequence[str]) -> None:
        self.text, self.suggestions = text, tuple(suggestions)
        hint = "try the town with its region or country, e.g. Dublin, CA"
        if self.suggestions:
            hint = f"did you mean {'; or '.join(self.suggestions)}?"
        super().__init__(argument, f"no place is called {text!r}; {hint}")


class CursorExpired(MeetingsError):
    """A cursor of ours that cannot be continued from: too old, or taken from another question."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"after: {reason}")


class NotAllowed(MeetingsError):
    """The caller may not do this."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class TooMuch(MeetingsError):
    """More was asked than a limit allows; the limit is a setting."""

    def __init__(self, what: str, *, limit: int, asked: int) -> None:
        self.limit, self.asked = limit, asked
        super().__init__(f"{what}: at most {limit}, not {asked}")


class TooOften(MeetingsError):
    """One client asked for so much that it has to wait: so many `seconds`, at least 1. `what` it asked for."""

    def __init__(self, what: str, *, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"{what}; go on in {seconds} s")


class ImportFailed(MeetingsError):
    """This import cannot go on. The list it would have changed stays as it is."""

    def __init__(self, source: str, reason: str) -> None:
        self.source, self.reason = source, reason
        super().__init__(f"{source}: {reason}")


class FetchFailed(ImportFailed):
    """The source could not be read from `location`."""

    def __init__(self, source: str, location: str, reason: str) -> None:
        self.location = location
        super().__init__(source, f"{location}: {reason}")


class ParseFailed(ImportFailed):
    """What was read is not in the promised format at all; `where` names the place."""

    def __init__(self, source: str, where: str, reason: str) -> None:
        self.where = where
        super().__init__(source, f"{where}: {reason}")


def frames_of(error: BaseException) -> str:
    """Where an unforeseen error came from: its type and the places, and those of its causes, without any message.

    A message may hold what a person wrote or a row of what they keep, and a log is read by others.
    """
    told: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(told) < _MAX_CAUSES:
        frames = traceback.extract_tb(seen.__traceback__)[-_MAX_FRAMES:]
        places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        told.append(f"{type(seen).__name__} at {places}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return " caused by ".join(told)


class StoreFailed(MeetingsError):
    """The database cannot be used now; the cause is chained."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
