"""When schedules start: the next time, in a window, and the first start that a time filter accepts.

Everything works on arrays of schedule numbers, be they all distinct ones or those of some rows. A start is an instant
in minutes, `NEVER` where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from meetings.search import TimeFilter
from search.clock import (
    DAY,
    NEVER,
    Flags,
    Ints,
    Longs,
    Zones,
    changing,
    minute_of,
    weekly_next,
    weekly_next_of_each,
)
from search.hours import Judgement, accepts, week_minutes
from search.rules import Schedules, Starts

#: How far ahead the next start is looked for.
NEXT_WITHIN = 400 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which starts count: those in [first, last), or (`next_only`) the first of them.

    `running_at`: only what has not ended by then; a start at or after it never has.
    `cancelled`: starts that were called off count too.
    """

    first: int
    last: int
    next_only: bool = False
    running_at: int | None = None
    cancelled: bool = False


def span_of(time: TimeFilter, now: int) -> Span:
    """The starts of which a filter speaks."""
    if time.window is not None:
        return Span(first=minute_of(time.window[0]), last=minute_of(time.window[1]))
    if time.in_progress:
        # Meetings last less than a day.
        return Span(first=now - DAY + 1, last=now + 1, running_at=now)
    return Span(first=now, last=now + NEXT_WITHIN, next_only=True)


def next_starts(schedules: Schedules, zones: Zones, codes: Ints, now: int) -> Ints:
    """The next held start of each at or after `now`."""
    starts = weekly_next(zones, schedules.zone.take(codes), schedules.week_minute.take(codes), now)
    listed = np.flatnonzero(schedules.listed.take(codes))
    if listed.size:
        starts[listed] = _next_listed(schedules.held, codes.take(listed), now)
    return starts


def _next_listed(starts: Starts, codes: Ints, now: int) -> Ints:
    if not starts.keys.size:
        return np.full(codes.size, NEVER, np.int32)
    base = codes.astype(np.int64) << 32
    found = starts.keys.take(starts.keys.searchsorted(base + now), mode="clip") - base
    return np.where((found >= now) & (found < now + NEXT_WITHIN), found, NEVER).astype(np.int32)


def first_accepted(schedules: Schedules, zones: Zones, codes: Ints, span: Span, judgement: Judgement) -> Ints:
    """The first start of each in the span that is accepted."""
    listed = schedules.listed.take(codes)
    if not listed.any():
        return _first_weekly(schedules, zones, codes, span, judgement)
    found = np.full(codes.size, NEVER, np.int32)
    weekly = np.flatnonzero(~listed)
    found[weekly] = _first_weekly(schedules, zones, codes.take(weekly), span, judgement)
    rest = np.flatnonzero(listed)
    for starts in (schedules.held, schedules.cancelled) if span.cancelled else (schedules.held,):
        first = _first_listed(schedules, zones, codes.take(rest), span, judgement, starts)
        found[rest] = np.minimum(found[rest], first)
    return found


def _first_weekly(schedules: Schedules, zones: Zones, codes: Ints, span: Span, judgement: Judgement) -> Ints:
    found = np.full(codes.size, NEVER, np.int32)
    for at, starts in _weekly_starts(schedules, zones, codes, span, judgement):
        accepted = _judged(schedules, zones, codes.take(at), starts, None, span, judgement)
        at, starts = at[accepted], starts[accepted]
        # The first stays: later rounds bring later starts.
        found[at] = np.minimum(found.take(at), starts)
    return found


def _weekly_starts(
    schedules: Schedules, zones: Zones, codes: Ints, span: Span, judgement: Judgement | None
) -> Iterator[tuple[Longs, Ints]]:
    """Rounds of (places in codes, starts). With a judgement: not those it must judge as it judged the start before."""
    zone, week_minute = schedules.zone.take(codes), schedules.week_minute.take(codes)
    starts = weekly_next(zones, zone, week_minute, span.first)
    at = np.flatnonzero(starts < span.last)
    yield at, starts.take(at)
    if span.next_only:
        return
    # What ran and was over says nothing of the next start.
    if judgement is not None and span.running_at is None:
        if judgement.zone is None:
            return
        at = at[_may_differ(zones, span, judgement.zone).take(zone.take(at))]
    starts = starts.take(at)
    while at.size:
        starts = weekly_next_of_each(zones, zone.take(at), week_minute.take(at), starts + 1)
        inside = starts < span.last
        at, starts = at[inside], starts[inside]
        yield at, starts


def _may_differ(zones: Zones, span: Span, viewer: int) -> Flags:
    """Zones in which a start in the span may be at another time of the viewer's week than the one before."""
    differ = changing(zones, span.first - 2 * DAY, span.last + 2 * DAY)
    return np.ones_like(differ) if differ[viewer] else differ


def _first_listed(
    schedules: Schedules, zones: Zones, codes: Ints, span: Span, judgement: Judgement, starts: Starts
) -> Ints:
    found = np.full(codes.size, NEVER, np.int32)
    base = codes.astype(np.int64) << 32
    last: Longs | int = span.last
    if span.next_only:
        # Two starts may fall on one instant, and either may be the accepted one.
        last = np.minimum(_next_listed(starts, codes, span.first).astype(np.int64) + 1, span.last)
    place, end = starts.keys.searchsorted(base + span.first), starts.keys.searchsorted(base + last)
    at = np.flatnonzero(place < end)
    while at.size:
        here = place.take(at)
        minutes = (starts.keys.take(here) - base.take(at)).astype(np.int32)
        accepted = _judged(schedules, zones, codes.take(at), minutes, starts.walls.take(here), span, judgement)
        found[at[accepted]] = minutes[accepted]
        place[at] += 1
        at = at[~accepted & (place.take(at) < end.take(at))]
    return found


def _judged(
    schedules: Schedules,
    zones: Zones,
    codes: Ints,
    starts: Ints,
    walls: Ints | None,
    span: Span,
    judgement: Judgement,
) -> Flags:
    """Which of these starts are accepted; `walls` None: as their schedule says."""
    own = schedules.week_minute.take(codes) if walls is None else walls
    lengths = schedules.length.take(codes)
    accepted = accepts(judgement, week_minutes(judgement, zones, starts, own), lengths)
    if span.running_at is not None:
        accepted &= (starts + lengths > span.running_at) | (starts >= span.running_at)
    return accepted


def all_accepted(
    schedules: Schedules, zones: Zones, codes: Ints, span: Span, judgement: Judgement
) -> tuple[Longs, Ints]:
    """Every accepted start in the span, each instant once: (places in codes, starts), in no order."""
    listed = schedules.listed.take(codes)
    weekly, rest = np.flatnonzero(~listed), np.flatnonzero(listed)
    found: list[tuple[Longs, Ints]] = []
    plain = codes.take(weekly)
    for at, starts in _weekly_starts(schedules, zones, plain, span, None):
        accepted = _judged(schedules, zones, plain.take(at), starts, None, span, judgement)
        found.append((weekly.take(at[accepted]), starts[accepted]))
    if rest.size:
        found.append(_all_listed(schedules, zones, codes, rest, span, judgement))
    return np.concatenate([at for at, _ in found]), np.concatenate([starts for _, starts in found])


def _all_listed(
    schedules: Schedules, zones: Zones, codes: Ints, rest: Longs, span: Span, judgement: Judgement
) -> tuple[Longs, Ints]:
    base = codes.take(rest).astype(np.int64) << 32
    found: list[Longs] = []
    for starts in (schedules.held, schedules.cancelled) if span.cancelled else (schedules.held,):
        first = starts.keys.searchsorted(base + span.first)
        counts = starts.keys.searchsorted(base + span.last) - first
        here = np.repeat(first - counts.cumsum() + counts, counts) + np.arange(counts.sum())
        at = np.repeat(rest, counts)
        minutes = (starts.keys.take(here) - np.repeat(base, counts)).astype(np.int32)
        accepted = _judged(schedules, zones, codes.take(at), minutes, starts.walls.take(here), span, judgement)
        found.append((at[accepted] << 32) + minutes[accepted])
    # A moved start may fall on another's instant: that is one occurrence to be seen.
    each = np.unique(np.concatenate(found))
    at = (each + (1 << 31)) >> 32
    return at, (each - (at << 32)).astype(np.int32)
