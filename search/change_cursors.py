"""Cursors of changes: how far a copy of the list has come, in words that every host understands.

A copy is loaded by number of the meetings and then follows the log. It may have been loaded from several generations,
on several hosts: it goes on after the oldest of them, and what it may hold is as new as the newest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
import orjson

from meetings.errors import CursorExpired
from meetings.search import MeetingFilter
from search.clock import DAY, minute_of
from search.columns import Generation, Origins
from search.cursors import opened, question_of, sealed
from search.index import Index
from search.strings import code_of, texts_at
from store.changes import KEPT

#: Names the kind of cursor: others are refused.
_KIND = "changes"
#: How long a copy may stay away, in minutes.
_LASTS = KEPT // timedelta(minutes=1)
#: Hosts' clocks may differ by so many minutes.
_SKEW = 5
_FIELDS = 9

Told: TypeAlias = tuple[str, str, int, int, int, int, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyState:
    """How far a copy has come. `question` names what it is a copy of.

    It has all changes up to `number` and may have some up to `newest`; those after `number` were made after the minute
    `issued`; `day` is the one (since the epoch) for which suspensions were judged. `loaded`: it is being loaded, and
    has the meetings up to this number. `turned`: for the day `turning_to` it has the meetings up to this number.
    """

    question: str
    issued: int
    number: int
    newest: int
    day: int
    loaded: int | None = None
    turned: int | None = None
    turning_to: int | None = None

    @property
    def cursor(self) -> str:
        """An opaque text."""
        told: Told = (
            _KIND, self.question, self.issued, self.number, self.newest, self.day,
            self.loaded, self.turned, self.turning_to,
        )  # fmt: skip
        return sealed(told)

    def seen(self, index: Index, head: int) -> CopyState:
        """After it was shown something of this generation, and of a database whose log ends at `head`."""
        loading = self.loaded is not None
        return replace(
            self,
            number=min(self.number, index.change, head) if loading else self.number,
            newest=max(self.newest, index.change) if loading else self.newest,
            day=min(self.day, day_of(index)),
        )


def day_of(index: Index) -> int:
    """The day for which a generation judged suspensions, since the epoch of the index."""
    return index.built_at // DAY


def new_copy(question: str, index: Index, head: int, now: int) -> CopyState:
    """Nothing yet."""
    number = min(index.change, head)
    # Who starts behind the log must come back while what it lacks is kept.
    issued = now if number == head else min(now, index.built_at)
    return CopyState(question=question, issued=issued, number=number, newest=index.change, day=day_of(index), loaded=-1)


def resumed_copy(cursor: str, question: str, now: int) -> CopyState:
    """How far the copy of this cursor has come; InvalidQuery, CursorExpired."""
    _, of, issued, *numbers = opened(cursor, _well_formed)
    if of != question:
        raise CursorExpired(
            "the cursor belongs to another filter, or what its service bodies or concerns mean has changed; "
            "start afresh without it"
        )
    if not now - _LASTS <= issued <= now + _SKEW:
        raise CursorExpired("the cursor is more than 90 days old; start afresh without it")
    number, newest, day, loaded, turned, turning_to = numbers
    return CopyState(
        question=of, issued=issued, number=number, newest=newest, day=day,
        loaded=loaded, turned=turned, turning_to=turning_to,
    )  # fmt: skip


def _well_formed(told: object) -> bool:
    if not isinstance(told, list) or len(told) != _FIELDS or told[0] != _KIND:
        return False
    _, of, issued, number, newest, day, *places = told
    numbers = [issued, number, newest, day, *(place for place in places if place is not None)]
    return type(of) is str and all(type(value) is int and abs(value) < 1 << 63 for value in numbers)


def question_of_copy(asked: MeetingFilter, columns: Generation) -> str:
    """A short name of a filter and of what its words mean, as far as that is not in the log of changes."""
    meaning = blake2b(question_of(asked).encode(), digest_size=9)
    header = columns.header
    for body in sorted((asked.service_bodies or frozenset()) | asked.exclude.service_bodies):
        meaning.update("\0".join(["", *_bodies_below(columns.origins, body)]).encode())
    if asked.concerns is not None or asked.approaches is not None or asked.for_whom is not None:
        facts = [header.covered_by, header.concerns_of, header.approaches_of, header.audience_of]
        meaning.update(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS))
    return meaning.hexdigest()


def cursor_of_copy(number: int, now: datetime) -> str:
    """The cursor of a copy of the whole list that was made otherwise and has all changes up to `number`."""
    minute = minute_of(now)
    whole = blake2b(question_of(MeetingFilter()).encode(), digest_size=9).hexdigest()
    # Judged by another clock than an index: the days around are looked at again.
    day = minute // DAY - 1
    return CopyState(question=whole, issued=minute, number=number, newest=number, day=day).cursor


def _bodies_below(origins: Origins, body: str) -> list[str]:
    code = code_of(origins.bodies, body)
    if code is None:
        return []
    enter = origins.enter.take(origins.bodies.codes)
    below = (enter >= origins.enter[code]) & (enter < origins.leave[code])
    return texts_at(origins.bodies, np.flatnonzero(below))
