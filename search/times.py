"""Time filters: judged on the distinct schedules where many rows are left, and on the rows' own where few are."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from meetings.search import TimeFilter
from search.candidates import Sieve
from search.clock import DAY, NEVER, Flags, Ints, minute_of
from search.hours import judgement_of, readings_of
from search.index import Index
from search.schedules import (
    Span,
    first_accepted,
    may_be_accepted,
    next_accepted,
    next_listed_accepted,
    next_starts,
    readings_by_wall,
    readings_in,
    readings_of_next,
    readings_of_next_listed,
)

N = TypeVar("N", bound=np.generic)


class TimeTest(NamedTuple):
    """Judges schedules by time.

    `judge` tells which are kept (None: all) and the starts that were accepted, if they had to be known. `sieve` is
    asked first of what kind of schedule is kept at all; None: any.
    """

    judge: Callable[[Ints], tuple[Flags | None, Ints | None]]
    sieve: Sieve | None = None


#: Keeps everything.
ANY_TIME = TimeTest(judge=lambda _: (None, None))


def next_held(index: Index, codes: Ints, now: int) -> Ints:
    """The next held start of each schedule at or after `now`."""
    return by_code(index, codes, ("next", now), lambda of: next_starts(index.calendar, of, now))


def time_test(index: Index, time: TimeFilter, now: int, *, always: bool) -> TimeTest:
    """Judges by the start of which the filter speaks; `always`: starts are wanted even if nothing is judged."""

    def any_start(codes: Ints) -> tuple[None, Ints | None]:
        return None, next_held(index, codes, now) if always else None

    def accepted(codes: Ints) -> tuple[Flags, Ints]:
        starts = accepted_starts(index, codes, time, now)
        return starts != NEVER, starts

    def not_excluded(codes: Ints) -> tuple[Flags, Ints]:
        # What does not start any more, or by appointment, starts on no excluded day.
        kept, starts = accepted(codes)
        return kept | (next_held(index, codes, now) == NEVER), starts

    if time.judges_starts:
        by_wall = time.zone is None and time.window is None and not time.in_progress
        return _by_wall(index, time, now, always=always) if by_wall else TimeTest(judge=accepted)
    return TimeTest(judge=not_excluded if time.excluded_days else any_start)


def _by_wall(index: Index, time: TimeFilter, now: int, *, always: bool) -> TimeTest:
    """Judges next starts by their own clocks: of weekly schedules all are alike, and no start need be known."""
    calendar = index.calendar
    judgement, listed = judgement_of(time, calendar.zones), calendar.schedules.listed

    def likely(codes: Ints) -> Flags:
        def judged() -> Flags:
            return may_be_accepted(calendar, np.arange(len(listed), dtype=np.int32), judgement)

        table = index.judgements.made_once_it_pays(judgement, judged, asked=codes.size, every=len(listed))
        return may_be_accepted(calendar, codes, judgement) if table is None else table.take(codes, mode="clip")

    def on_time(codes: Ints) -> Flags:
        kept = np.ones(codes.size, np.bool_)
        at = listed.take(codes).nonzero()[0]
        if at.size:
            kept[at] = next_listed_accepted(calendar, codes.take(at), now, judgement)
        return kept

    def judge(codes: Ints) -> tuple[Flags, Ints | None]:
        starts = next_held(index, codes, now) if always else None
        return by_code(index, codes, ("on time", now, judgement), on_time), starts

    return TimeTest(judge=judge, sieve=Sieve(index.columns.rows.schedule, likely, judgement.share))


def accepted_starts(index: Index, codes: Ints, time: TimeFilter, now: int) -> Ints:
    """The first start of each schedule that all parts of a filter accept, of those of which it speaks."""
    calendar = index.calendar
    judgement = judgement_of(time, calendar.zones, now if time.in_progress else None)
    span = _span(time, now)
    if span is None:
        key = ("next accepted", now, judgement)
        return by_code(index, codes, key, lambda of: next_accepted(calendar, of, next_held(index, of, now), judgement))
    return by_code(index, codes, (span, judgement), lambda of: first_accepted(calendar, of, span, judgement))


def start_readings(index: Index, codes: Ints, time: TimeFilter, now: int) -> Ints:
    """The bits of `search.hours.Readings` of each schedule's starts of which a filter speaks."""
    calendar = index.calendar
    readings = readings_of(time, calendar.zones, now if time.in_progress else None)
    span = _span(time, now)

    if span is None and time.zone is None and codes.size < len(calendar.schedules.zone):
        bits = by_code(index, codes, ("readings", time), lambda of: readings_by_wall(calendar, of, readings))
        at = calendar.schedules.listed.take(codes).nonzero()[0]
        if at.size:
            bits[at] = readings_of_next_listed(calendar, codes.take(at), now, readings)
        return bits

    def read(of: Ints) -> Ints:
        if span is None:
            return readings_of_next(calendar, of, next_held(index, of, now), readings)
        return readings_in(calendar, of, span, readings)

    return by_code(index, codes, ("readings", now if span is None else span, time), read)


def _span(time: TimeFilter, now: int) -> Span | None:
    """The starts of which a filter speaks; None: of the next one only."""
    if time.window is not None:
        return Span(first=minute_of(time.window[0]), last=minute_of(time.window[1]))
    # Meetings last less than a day.
    return Span(first=now - DAY + 1, last=now + 1) if time.in_progress else None


def by_code(index: Index, codes: Ints, key: Hashable, make: Callable[[Ints], NDArray[N]]) -> NDArray[N]:
    """What `make` says of each schedule; worked out for all of them once it has been asked of as many."""
    every = len(index.calendar.schedules.zone)
    table = index.tables.made_once_it_pays(
        key, lambda: make(np.arange(every, dtype=np.int32)), asked=codes.size, every=every
    )
    return make(codes) if table is None else table.take(codes)
