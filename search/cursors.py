"""Cursors: where a page ended, in words that outlive the generation it was read from.

A cursor is of one question. It keeps the minute and the window of the first page, because what starts while one reads
would otherwise come twice, a week later.
"""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from meetings.errors import CursorExpired, InvalidQuery
from meetings.search import MeetingFilter

#: How long one may go on from a page: starts known in the index reach back so far.
_LASTS = 24 * 60
#: Hosts' clocks may differ by so many minutes.
_SKEW = 5
#: No cursor of ours is longer: names are short.
_LONGEST = 8192
_FOR_URLS = bytes.maketrans(b"+/", b"-_")


class Position(NamedTuple):
    """The last row of a page: section, the order's key, folded name, number."""

    section: int
    key: int
    name: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a cursor belongs to: an order's name, a filter, `now` and the window in minutes."""

    order: str
    filter: MeetingFilter
    now: int
    window: tuple[int, int] | None

    @property
    def question(self) -> str:
        """The filter's hash; worked out where it is asked for, because most clients want no cursor."""
        return question_of(self.filter)


def question_of(asked: MeetingFilter) -> str:
    """A short hash of a filter, the same in every process; without the window, which a cursor holds itself."""
    timeless = asked if asked.time.window is None else replace(asked, time=replace(asked.time, window=None))
    text = orjson.dumps(timeless, default=_plain, option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=9).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Set):
        return sorted(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value)} in a filter")


def cursors_of(asked: Asked, positions: Iterable[Position]) -> list[str]:
    """Opaque texts."""
    told = (asked.order, asked.question, asked.now, asked.window)
    return [sealed(told + position) for position in positions]


def sealed(told: object) -> str:
    """An opaque text that holds this JSON value; `opened` gives it back."""
    body = orjson.dumps(told)
    text = b2a_base64(zlib.crc32(body).to_bytes(4, "big") + body, newline=False)
    return text.translate(_FOR_URLS, b"=").decode("ascii")


def resume(cursor: str, asked: Asked) -> tuple[Asked, Position]:
    """The question as it was on the first page, and where to go on; `InvalidQuery`, `CursorExpired` say why not."""
    order, question, now, window, *position = opened(cursor, _well_formed)
    if (order, question) != (asked.order, asked.question) or not _same_window(asked, now, window):
        raise CursorExpired("the cursor belongs to another question; ask again without it")
    if not asked.now - _LASTS <= now <= asked.now + _SKEW:
        raise CursorExpired("the cursor is more than a day old; ask again without it")
    kept = None if window is None else (window[0], window[1])
    return replace(asked, now=now, window=kept), Position(*position)


def _same_window(asked: Asked, now: int, window: list[int] | None) -> bool:
    if window is None or asked.window is None:
        return window is None and asked.window is None
    # Each end may have been given, or reckoned from a now.
    ends = zip(window, asked.window, strict=True)
    return all(then in (end, end - asked.now + now) for then, end in ends)


def opened(cursor: str, well_formed: Callable[[object], bool]) -> list[Any]:
    """What `sealed` was told, a list that is as it should be.

    Raises:
        InvalidQuery: it is not as `sealed` gave it.
        CursorExpired: it is, but of another kind, or of a release that told other things.
    """
    damaged = InvalidQuery("after", "the cursor is damaged; give endCursor as it was, or ask again without it")
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise damaged
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        told = orjson.loads(raw[4:])
    except ValueError as error:
        raise damaged from error
    if zlib.crc32(raw[4:]).to_bytes(4, "big") != raw[:4]:
        raise damaged
    if not well_formed(told):
        raise CursorExpired("the cursor is of another list or of another release; ask again without it")
    return list(told)


def _well_formed(told: object) -> bool:
    if not isinstance(told, list) or len(told) != 8:
        return False
    order, question, now, window, section, key, name, number = told
    numbers = [now, section, key, number, *(window if isinstance(window, list) else [])]
    return (
        all(type(text) is str for text in (order, question, name))
        and all(type(value) is int and abs(value) < 1 << 63 for value in numbers)
        and (window is None or (isinstance(window, list) and len(window) == 2))
    )
