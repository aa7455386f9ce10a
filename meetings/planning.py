"""A plan: dated meetings that cover so many days, and why a day could not be covered.

Of a day's meetings those that end earliest are taken, which with one fixed gap between two is the most there can be;
what runs over midnight is weighed against the day after it. Everything is worked out the same way each time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from heapq import merge
from typing import NamedTuple, TypeAlias

from meetings.model import Weekday
from meetings.search import MeetingFilter

MAX_DAYS = 92
MAX_PER_DAY = 5
MAX_TRAVEL_MINUTES = 720
#: After the last day it does not matter when it is over.
_NO_MATTER = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a person can go: a meeting must begin and end in [`opens`, `closes`], in minutes since midnight.

    `days` are those on which the hours open; `closes` not later than `opens`: they run over midnight.
    """

    days: frozenset[Weekday]
    opens: int
    closes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuery:
    """What is to be covered: `per_day` meetings on each of `days` dates from `start` on, read in `time_zone`.

    `hours` empty: any time. `travel_minutes` lie between two meetings. `fixed_ids` are gone to whenever they are
    held. `filter` has no window. `now` in whole minutes.
    """

    filter: MeetingFilter
    start: date
    days: int
    per_day: int = 1
    time_zone: str
    hours: tuple[Hours, ...] = ()
    travel_minutes: int = 30
    variety: bool = False
    fixed_ids: frozenset[str] = frozenset()
    now: datetime


class GapReason(StrEnum):
    """Why a day is not covered, by what would come nearest to it."""

    OVERLAPS = "OVERLAPS"
    OTHER_HOURS = "OTHER_HOURS"
    OUT_OF_REACH = "OUT_OF_REACH"
    ONLINE_ONLY = "ONLINE_ONLY"
    NOTHING = "NOTHING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One occurrence by its meeting's id and its start."""

    meeting_id: str
    starts_at: datetime
    distance_km: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A date that is not covered, with how many meetings it has, and what would come nearest."""

    day: date
    held: int
    reason: GapReason
    nearest: Dated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was chosen, soonest first, and each date that has fewer than were asked for."""

    chosen: tuple[Dated, ...]
    gaps: tuple[Gap, ...]


class Slot(NamedTuple):
    """A dated meeting, in the order in which they are taken; times in minutes. `rank`: how far it is."""

    ends: int
    rank: int
    meeting: int
    starts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date that begins at minute `begins`: what is fixed on it, and what can be gone to, each in order."""

    begins: int
    fixed: Sequence[Slot] = ()
    reach: Sequence[Slot] = ()
    online: Sequence[Slot] = ()


#: What was added on the days so far, the last first.
_Path: TypeAlias = "tuple[tuple[Slot, ...], _Path] | None"


class _State(NamedTuple):
    """The days so far: how many are covered, by how many meetings, how many of them in reach, and over when."""

    covered: int
    total: int
    reach: int
    finish: int
    path: _Path


def without_overlaps(slots: Iterable[Slot]) -> list[Slot]:
    """Those that can all be gone to, as they stand; of two that overlap the one that ends first."""
    taken: list[Slot] = []
    for slot in sorted(slots):
        if not taken or slot.starts >= taken[-1].ends:
            taken.append(slot)
    return taken


def choose(days: Sequence[Day], *, per_day: int, gap: int, variety: bool = False) -> list[tuple[Slot, ...]]:
    """What to go to on each day, fixed ones too, by time.

    As many days as can be have `per_day` meetings; of such plans the one with the most meetings, then the most in
    reach. `gap` minutes lie between any two, but between two fixed ones. `fixed` must be without overlaps.
    """
    fixed = sorted((slot for day in days for slot in day.fixed), key=lambda slot: slot.starts)
    open_days = [_without_fixed(day, fixed, gap) for day in days] if fixed else list(days)
    states = [_State(0, 0, 0, days[0].begins - gap, None)] if days else []
    for day, following in zip(open_days, [*days[1:], None], strict=True):
        # Whatever was over by then leaves all of the day, or of the next one.
        fresh = [state._replace(finish=max(state.finish, day.begins - gap)) for state in states]
        over_by = following.begins - gap if following else _NO_MATTER
        after = (after for state in _frontier(fresh) for after in _after(state, day, per_day, gap, over_by))
        states = _frontier(after)
    chosen = [tuple(sorted((*added, *day.fixed), key=_start)) for added, day in zip(_told(states), days, strict=True)]
    return _varied(chosen, open_days, gap) if variety else chosen


def _start(slot: Slot) -> tuple[int, Slot]:
    return slot.starts, slot


def _without_fixed(day: Day, fixed: Sequence[Slot], gap: int) -> Day:
    """The day without what cannot be gone to beside what is fixed on any day."""
    starts = [slot.starts for slot in fixed]

    def free(slot: Slot) -> bool:
        place = bisect_left(starts, slot.ends + gap)
        return not place or fixed[place - 1].ends + gap <= slot.starts

    return replace(day, reach=list(filter(free, day.reach)), online=list(filter(free, day.online)))


def _after(state: _State, day: Day, per_day: int, gap: int, over_by: int) -> Iterator[_State]:
    """What can be done on a day after that state."""
    room = max(0, per_day - len(day.fixed))
    fixed_end = max((slot.ends for slot in day.fixed), default=state.finish)
    for added, in_reach in _options(day, state.finish + gap, room, gap, over_by):
        held = len(day.fixed) + len(added)
        yield _State(
            state.covered + (held >= per_day),
            state.total + held,
            state.reach + in_reach,
            max(state.finish, fixed_end, *(slot.ends for slot in added)),
            (added, state.path),
        )


def _options(day: Day, earliest: int, room: int, gap: int, over_by: int) -> Iterator[tuple[tuple[Slot, ...], int]]:
    """Sets of meetings to add, the earliest over of their size, with how many of each are in reach."""
    near = _fill(day.reach, (), earliest, room, gap)
    yield from ((tuple(near[:count]), count) for count in range(len(near) + 1))
    if not day.online or (len(near) == room and (not near or near[-1].ends <= over_by)):
        return
    more = _fill(day.online, near, earliest, room - len(near), gap)
    yield from (((*near, *more[:count]), len(near)) for count in range(1, len(more) + 1))
    # The earliest of all together may leave room for more, on this day or the next.
    both = _fill(merge(day.reach, day.online), (), earliest, room, gap)
    reached = set(day.reach)
    for count in range(1, len(both) + 1):
        yield tuple(both[:count]), sum(slot in reached for slot in both[:count])


def _fill(slots: Iterable[Slot], busy: Sequence[Slot], earliest: int, room: int, gap: int) -> list[Slot]:
    """The most of these that can be gone to one after the other beside what is busy, at most `room`."""
    taken: list[Slot] = []
    for slot in slots:
        if len(taken) >= room:
            break
        if slot.starts >= earliest and all(
            slot.ends + gap <= other.starts or other.ends + gap <= slot.starts for other in busy
        ):
            taken.append(slot)
            earliest = slot.ends + gap
    return taken


def _frontier(states: Iterable[_State]) -> list[_State]:
    """The best, and those that are worse but over earlier, which may yet become better."""
    kept: list[_State] = []
    for state in sorted(states, key=lambda s: (-s.covered, -s.total, -s.reach, s.finish)):
        if not kept or state.finish < kept[-1].finish:
            kept.append(state)
    return kept


def _told(states: Sequence[_State]) -> list[tuple[Slot, ...]]:
    path, added = states[0].path if states else None, []
    while path is not None:
        added.append(path[0])
        path = path[1]
    return added[::-1]


def _varied(chosen: Sequence[tuple[Slot, ...]], days: Sequence[Day], gap: int) -> list[tuple[Slot, ...]]:
    """The same number on each day, with meetings that were gone to least often in the place of others."""
    uses: Counter[int] = Counter(slot.meeting for day in days for slot in day.fixed)
    varied: list[tuple[Slot, ...]] = []
    before: int | None = None
    following = [slots[0].starts if slots else None for slots in chosen]
    for number, (slots, day) in enumerate(zip(chosen, days, strict=True)):
        later = next((start for start in following[number + 1 :] if start is not None), None)
        todays = list(slots)
        for place, slot in enumerate(slots):
            if slot not in day.fixed:
                until = slots[place + 1].starts if place + 1 < len(slots) else later
                todays[place] = _least_used(slot, day, uses, (before, until), gap)
                uses[todays[place].meeting] += 1
            before = todays[place].ends
        varied.append(tuple(todays))
    return varied


def _least_used(slot: Slot, day: Day, uses: Counter[int], between: tuple[int | None, int | None], gap: int) -> Slot:
    before, until = between
    pool = day.reach if slot in day.reach else day.online
    fits = (
        other
        for other in pool
        if (before is None or other.starts >= before + gap) and (until is None or other.ends + gap <= until)
    )
    return min(fits, key=lambda other: (uses[other.meeting], other), default=slot)
