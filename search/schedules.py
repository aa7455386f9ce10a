"""When schedules start: the next time, in a span, and the first start that a time filter accepts.

Everything works on arrays of schedule numbers, be they all distinct ones or those of some rows. A start is an instant
in minutes, `NEVER` where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from search.clock import (
    DAY,
    NEVER,
    Flags,
    Ints,
    Longs,
    Week,
    Zones,
    changing,
    week_at,
    weekly_next,
    weekly_next_of_each,
)
from search.hours import Judgement, Readings, accepts, read_starts, read_walls
from search.rules import Schedules, Starts

#: Moments of which it is remembered what the clocks show.
_WEEKS = 8
#: How far ahead the next start is looked for.
NEXT_WITHIN = 400 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """All schedules and the clocks they go by."""

    schedules: Schedules
    zones: Zones
    _weeks: dict[int, Week] = field(default_factory=dict, compare=False)

    def week(self, now: int) -> Week:
        """What the clocks show at this minute: most searches are asked for the same one."""
        week = self._weeks.get(now)
        if week is None:
            if len(self._weeks) >= _WEEKS:
                self._weeks.clear()
            week = self._weeks[now] = week_at(self.zones, now)
        return week


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The starts in [first, last); `cancelled`: those called off too."""

    first: int
    last: int
    cancelled: bool = False


def next_starts(calendar: Calendar, codes: Ints, now: int) -> Ints:
    """The next held start of each at or after `now`."""
    schedules, week = calendar.schedules, calendar.week(now)
    starts = weekly_next(calendar.zones, schedules.zone.take(codes), schedules.week_minute.take(codes), week)
    listed = schedules.listed.take(codes).nonzero()[0]
    if listed.size:
        starts[listed] = _next_listed(schedules.held, codes.take(listed), now)
    return starts


def _next_listed(starts: Starts, codes: Ints, now: int) -> Ints:
    if not starts.keys.size:
        return np.full(codes.size, NEVER, np.int32)
    base = codes.astype(np.int64) << 32
    found = starts.keys.take(starts.keys.searchsorted(base + now), mode="clip") - base
    return np.where((found >= now) & (found < now + NEXT_WITHIN), found, NEVER).astype(np.int32)


def next_accepted(calendar: Calendar, codes: Ints, starts: Ints, judgement: Judgement) -> Ints:
    """Those of these starts, the next held ones of each, that are accepted."""
    schedules = calendar.schedules
    walls, lengths = schedules.week_minute.take(codes), schedules.length.take(codes)
    accepted = np.where(accepts(judgement, calendar.zones, starts, walls, lengths), starts, NEVER)
    listed = np.flatnonzero(schedules.listed.take(codes))
    if listed.size:
        # Two held starts may fall on one instant, and either may be the accepted one.
        codes, starts = codes.take(listed), starts.take(listed)
        last = starts + (starts != NEVER)
        accepted[listed] = _first_listed(calendar, codes, starts, last, judgement, schedules.held)
    return accepted


def may_be_accepted(calendar: Calendar, codes: Ints, judgement: Judgement) -> Flags:
    """Which schedules have a start that is accepted by the clock on the wall, or are listed and may have one."""
    schedules = calendar.schedules
    limits = judgement.limits.take(schedules.week_minute.take(codes), mode="clip")
    lengths = schedules.length.take(codes)
    accepted = lengths <= limits
    if judgement.shortest:
        accepted &= lengths >= judgement.shortest
    accepted |= schedules.moved.take(codes)
    return accepted


def next_listed_accepted(calendar: Calendar, codes: Ints, now: int, judgement: Judgement) -> Flags:
    """Of listed schedules: whether the next held start is accepted by the clock on the wall."""
    found = _next_held(calendar, codes, now)
    lengths = calendar.schedules.length.take(codes)
    accepted = found.there & accepts(judgement, calendar.zones, found.starts, found.walls, lengths)
    at = (found.twins & ~accepted).nonzero()[0]
    if at.size:
        first, held = found.starts.take(at), calendar.schedules.held
        accepted[at] = _first_listed(calendar, codes.take(at), first, first + 1, judgement, held) != NEVER
    return accepted


class _NextHeld(NamedTuple):
    """The next held start of listed schedules, if it is there, and what the clock shows; `twins`: perhaps another
    one at the same instant, of which the clock shows something else.
    """

    there: Flags
    starts: Ints
    walls: Ints
    twins: Flags


def _next_held(calendar: Calendar, codes: Ints, now: int) -> _NextHeld:
    held, base = calendar.schedules.held, codes.astype(np.int64) << 32
    if not held.keys.size:
        nothing = np.zeros(codes.size, np.int32)
        return _NextHeld(nothing != 0, nothing, nothing, nothing != 0)
    place = held.keys.searchsorted(base + now)
    starts = held.keys.take(place, mode="clip") - base
    there = (starts >= now) & (starts < now + NEXT_WITHIN)
    twins = there & (held.keys.take(place + 1, mode="clip") - base == starts)
    return _NextHeld(there, starts.astype(np.int32), held.walls.take(place, mode="clip"), twins)


def first_accepted(calendar: Calendar, codes: Ints, span: Span, judgement: Judgement) -> Ints:
    """The first start of each in the span that is accepted."""
    schedules = calendar.schedules
    listed = schedules.listed.take(codes)
    if not listed.any():
        return _first_weekly(calendar, codes, span, judgement)
    found = np.full(codes.size, NEVER, np.int32)
    weekly, rest = np.flatnonzero(~listed), np.flatnonzero(listed)
    found[weekly] = _first_weekly(calendar, codes.take(weekly), span, judgement)
    for starts in (schedules.held, schedules.cancelled) if span.cancelled else (schedules.held,):
        first = _first_listed(calendar, codes.take(rest), span.first, span.last, judgement, starts)
        found[rest] = np.minimum(found[rest], first)
    return found


def _first_weekly(calendar: Calendar, codes: Ints, span: Span, judgement: Judgement) -> Ints:
    found = np.full(codes.size, NEVER, np.int32)
    for at, starts in _weekly_starts(calendar, codes, span, judgement):
        accepted = _accepted(calendar, codes.take(at), starts, judgement)
        at, starts = at[accepted], starts[accepted]
        # The first stays: later rounds bring later starts.
        found[at] = np.minimum(found.take(at), starts)
    return found


def _accepted(calendar: Calendar, codes: Ints, starts: Ints, judgement: Judgement) -> Flags:
    walls, lengths = calendar.schedules.week_minute.take(codes), calendar.schedules.length.take(codes)
    return accepts(judgement, calendar.zones, starts, walls, lengths)


def _weekly_starts(
    calendar: Calendar, codes: Ints, span: Span, judgement: Judgement | Readings | None
) -> Iterator[tuple[Longs, Ints]]:
    """Rounds of (places in codes, starts). With a judgement: not those it must judge as it judged the start before."""
    zones = calendar.zones
    zone, week_minute = calendar.schedules.zone.take(codes), calendar.schedules.week_minute.take(codes)
    starts = weekly_next(zones, zone, week_minute, calendar.week(span.first))
    at = np.flatnonzero(starts < span.last)
    yield at, starts.take(at)
    # What ran and was over says nothing of the next start.
    if judgement is not None and judgement.running_at is None:
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
    calendar: Calendar, codes: Ints, first: Ints | int, last: Ints | int, judgement: Judgement, starts: Starts
) -> Ints:
    found = np.full(codes.size, NEVER, np.int32)
    base = codes.astype(np.int64) << 32
    place, end = starts.keys.searchsorted(base + first), starts.keys.searchsorted(base + last)
    at = np.flatnonzero(place < end)
    while at.size:
        here = place.take(at)
        minutes = (starts.keys.take(here) - base.take(at)).astype(np.int32)
        lengths = calendar.schedules.length.take(codes.take(at))
        accepted = accepts(judgement, calendar.zones, minutes, starts.walls.take(here), lengths)
        found[at[accepted]] = minutes[accepted]
        place[at] += 1
        at = at[~accepted & (place.take(at) < end.take(at))]
    return found


def all_accepted(calendar: Calendar, codes: Ints, span: Span, judgement: Judgement) -> tuple[Longs, Ints]:
    """Every accepted start in the span, each instant once: (places in codes, starts), in no order."""
    listed = calendar.schedules.listed.take(codes)
    weekly, rest = np.flatnonzero(~listed), np.flatnonzero(listed)
    found: list[tuple[Longs, Ints]] = []
    plain = codes.take(weekly)
    for at, starts in _weekly_starts(calendar, plain, span, None):
        accepted = _accepted(calendar, plain.take(at), starts, judgement)
        found.append((weekly.take(at[accepted]), starts[accepted]))
    if rest.size:
        at, starts = _all_listed(calendar, codes.take(rest), span, judgement)
        found.append((rest.take(at), starts))
    return np.concatenate([at for at, _ in found]), np.concatenate([starts for _, starts in found])


def _all_listed(calendar: Calendar, codes: Ints, span: Span, judgement: Judgement) -> tuple[Longs, Ints]:
    schedules = calendar.schedules
    base = codes.astype(np.int64) << 32
    found: list[Longs] = []
    for starts in (schedules.held, schedules.cancelled) if span.cancelled else (schedules.held,):
        first = starts.keys.searchsorted(base + span.first)
        counts = starts.keys.searchsorted(base + span.last) - first
        here = np.repeat(first - counts.cumsum() + counts, counts) + np.arange(counts.sum())
        at = np.repeat(np.arange(codes.size), counts)
        minutes = (starts.keys.take(here) - base.take(at)).astype(np.int32)
        lengths = schedules.length.take(codes.take(at))
        accepted = accepts(judgement, calendar.zones, minutes, starts.walls.take(here), lengths)
        found.append((at[accepted] << 32) + minutes[accepted])
    # A moved start may fall on another's instant: that is one occurrence to be seen.
    each = np.unique(np.concatenate(found))
    places = (each + (1 << 31)) >> 32
    return places, (each - (places << 32)).astype(np.int32)


def readings_of_next(calendar: Calendar, codes: Ints, starts: Ints, readings: Readings) -> Ints:
    """The bits of these starts, the next held ones of each."""
    schedules = calendar.schedules
    walls, lengths = schedules.week_minute.take(codes), schedules.length.take(codes)
    bits = np.where(starts == NEVER, 0, read_starts(readings, calendar.zones, starts, walls, lengths))
    listed = np.flatnonzero(schedules.listed.take(codes))
    if listed.size:
        codes, starts = codes.take(listed), starts.take(listed)
        bits[listed] = _readings_listed(calendar, codes, starts, starts + (starts != NEVER), readings)
    return bits


def readings_by_wall(calendar: Calendar, codes: Ints, readings: Readings) -> Ints:
    """The bits of any start of each that is not listed, by its own clock."""
    schedules = calendar.schedules
    return read_walls(readings, schedules.week_minute.take(codes), schedules.length.take(codes))


def readings_of_next_listed(calendar: Calendar, codes: Ints, now: int, readings: Readings) -> Ints:
    """The bits of the next held start of each, which are listed, by its own clock."""
    found = _next_held(calendar, codes, now)
    bits = read_walls(readings, found.walls, calendar.schedules.length.take(codes)) * found.there
    at = found.twins.nonzero()[0]
    if at.size:
        first = found.starts.take(at)
        bits[at] = _readings_listed(calendar, codes.take(at), first, first + 1, readings)
    return bits


def readings_in(calendar: Calendar, codes: Ints, span: Span, readings: Readings) -> Ints:
    """The bits of all held starts of each in the span."""
    schedules = calendar.schedules
    listed = schedules.listed.take(codes)
    bits = np.zeros(codes.size, np.int32)
    weekly, rest = np.flatnonzero(~listed), np.flatnonzero(listed)
    plain = codes.take(weekly)
    for at, starts in _weekly_starts(calendar, plain, span, readings):
        walls, lengths = (column.take(plain.take(at)) for column in (schedules.week_minute, schedules.length))
        bits[weekly.take(at)] |= read_starts(readings, calendar.zones, starts, walls, lengths)
    if rest.size:
        bits[rest] = _readings_listed(calendar, codes.take(rest), span.first, span.last, readings)
    return bits


def _readings_listed(calendar: Calendar, codes: Ints, first: Ints | int, last: Ints | int, readings: Readings) -> Ints:
    bits, starts = np.zeros(codes.size, np.int32), calendar.schedules.held
    base = codes.astype(np.int64) << 32
    place, end = starts.keys.searchsorted(base + first), starts.keys.searchsorted(base + last)
    at = np.flatnonzero(place < end)
    while at.size:
        here = place.take(at)
        minutes = (starts.keys.take(here) - base.take(at)).astype(np.int32)
        lengths = calendar.schedules.length.take(codes.take(at))
        bits[at] |= read_starts(readings, calendar.zones, minutes, starts.walls.take(here), lengths)
        place[at] += 1
        at = at[place.take(at) < end.take(at)]
    return bits
