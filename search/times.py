"""Time filters: judged on the distinct schedules where many rows are left, and on the rows' own where few are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from meetings.search import TimeFilter
from search.candidates import Sieve
from search.choosing import Judged
from search.clock import DAY, NEVER, Flags, Ints, minute_of
from search.hours import judgement_of, readings_of
from search.index import Index
from search.schedules import (
    Span,
    first_accepted,
    may_be_accepted,
    next_accepted,
    next_listed_accepted,
    readings_by_wall,
    readings_in,
    readings_of_next,
    readings_of_next_listed,
)
from search.timetables import Timetable


class TimeTest(NamedTuple):
    """Judges schedules by time.

    `judge` tells which are kept (None: all) and the starts that were accepted, if they had to be known. `sieve` is
    asked first of what kind of schedule is kept at all; None: any. `next_held` tells starts where `judge` told none;
    None: the test is of one search only, and nothing that it tells is kept.
    """

    judge: Callable[[Ints], Judged]
    sieve: Sieve | None = None
    next_held: Callable[[Ints], Ints] | None = None


#: Keeps everything.
ANY_TIME = TimeTest(judge=lambda _: (None, None))


def time_test(index: Index, time: TimeFilter, now: int, *, always: bool) -> TimeTest:
    """Judges by the start of which the filter speaks; `always`: starts are wanted even if nothing is judged."""
    test: TimeTest = index.time_tests.made((time, now, always), lambda: _time_test(index, time, now, always=always))
    return test


def _time_test(index: Index, time: TimeFilter, now: int, *, always: bool) -> TimeTest:
    # The index keeps the test, which must not keep the index in turn: each would outlive its generation.
    timetable = index.timetable

    def any_start(codes: Ints) -> tuple[None, Ints | None]:
        return None, timetable.next_held(codes, now) if always else None

    def accepted(codes: Ints) -> tuple[Flags, Ints]:
        starts = accepted_starts(timetable, codes, time, now)
        return starts != NEVER, starts

    def not_excluded(codes: Ints) -> tuple[Flags, Ints]:
        # What does not start any more, or by appointment, starts on no excluded day.
        kept, starts = accepted(codes)
        return kept | (timetable.next_held(codes, now) == NEVER), starts

    if not time.judges_starts:
        test = TimeTest(judge=not_excluded if time.excluded_days else any_start)
    elif time.zone is None and time.window is None and not time.in_progress:
        test = _by_wall(index, time, now, always=always)
    else:
        test = TimeTest(judge=accepted)
    return test._replace(next_held=lambda codes: timetable.next_held(codes, now))


def _by_wall(index: Index, time: TimeFilter, now: int, *, always: bool) -> TimeTest:
    """Judges next starts by their own clocks: of weekly schedules all are alike, and no start need be known."""
    timetable, judgements = index.timetable, index.judgements
    calendar = timetable.calendar
    judgement, listed = judgement_of(time, calendar.zones), calendar.schedules.listed

    def likely(codes: Ints) -> Flags:
        def judged() -> Flags:
            return may_be_accepted(calendar, np.arange(len(listed), dtype=np.int32), judgement)

        table = judgements.made_once_it_pays(judgement, judged, asked=codes.size, every=len(listed))
        return may_be_accepted(calendar, codes, judgement) if table is None else table.take(codes, mode="clip")

    def on_time(codes: Ints) -> Flags:
        kept = np.ones(codes.size, np.bool_)
        at = listed.take(codes).nonzero()[0]
        if at.size:
            kept[at] = next_listed_accepted(calendar, codes.take(at), now, judgement)
        return kept

    def judge(codes: Ints) -> tuple[Flags, Ints | None]:
        starts = timetable.next_held(codes, now) if always else None
        return timetable.told(codes, ("on time", now, judgement), on_time), starts

    return TimeTest(judge=judge, sieve=Sieve(index.columns.rows.schedule, likely, judgement.share))


def accepted_starts(timetable: Timetable, codes: Ints, time: TimeFilter, now: int) -> Ints:
    """The first start of each schedule that all parts of a filter accept, of those of which it speaks."""
    calendar = timetable.calendar
    judgement = judgement_of(time, calendar.zones, now if time.in_progress else None)
    span = _span(time, now)
    if span is None:
        key = ("next accepted", now, judgement)
        return timetable.told(
            codes, key, lambda of: next_accepted(calendar, of, timetable.next_held(of, now), judgement)
        )
    return timetable.told(codes, (span, judgement), lambda of: first_accepted(calendar, of, span, judgement))


def start_readings(timetable: Timetable, codes: Ints, time: TimeFilter, now: int) -> Ints:
    """The bits of `search.hours.Readings` of each schedule's starts of which a filter speaks."""
    calendar = timetable.calendar
    readings = readings_of(time, calendar.zones, now if time.in_progress else None)
    span = _span(time, now)

    if span is None and time.zone is None and codes.size < len(calendar.schedules.zone):
        bits = timetable.told(codes, ("readings", time), lambda of: readings_by_wall(calendar, of, readings))
        at = calendar.schedules.listed.take(codes).nonzero()[0]
        if at.size:
            bits[at] = readings_of_next_listed(calendar, codes.take(at), now, readings)
        return bits

    def read(of: Ints) -> Ints:
        if span is None:
            return readings_of_next(calendar, of, timetable.next_held(of, now), readings)
        return readings_in(calendar, of, span, readings)

    return timetable.told(codes, ("readings", now if span is None else span, time), read)


def _span(time: TimeFilter, now: int) -> Span | None:
    """The starts of which a filter speaks; None: of the next one only."""
    if time.window is not None:
        return Span(first=minute_of(time.window[0]), last=minute_of(time.window[1]))
    # Meetings last less than a day.
    return Span(first=now - DAY + 1, last=now + 1) if time.in_progress else None
