"""Dated meetings for a plan: what could be gone to on each of its days, and what comes nearest where nothing can.

The choice itself is made in `meetings.planning`, which knows no index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import numpy as np

from meetings.listing import id_from_number
from meetings.planning import Dated, Day, Gap, GapReason, Hours, Plan, PlanQuery, Slot, choose, without_overlaps
from meetings.search import MAX_RADIUS_KM, MeetingFilter, PlaceFilter, TimeFilter
from meetings.zones import zone
from search.clock import DAY, NEVER, WEEK, Flags, Ints, Longs, instant_of, minute_of, offsets_at
from search.filters import kept, rows_of_ids
from search.geo import EARTH_KM, kilometres
from search.hours import Judgement, judgement_of
from search.index import Index
from search.matching import FAR, Matches, distances, sections, taken
from search.ordering import LAST, smallest
from search.schedules import Span, all_accepted, first_accepted
from search.times import TimeTest

#: A plan chooses from so many meetings, the nearest; where none is nearer, from one of each distinct time.
MOST_MEETINGS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Period:
    """The plan's days in the index's minutes: `begins` has the first minute of each day, and that after the last."""

    begins: tuple[int, ...]
    span: Span
    zone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slots:
    """Dated meetings as columns. `outside`: minutes by which one misses the hours; `day`: which of the plan's."""

    day: Longs
    ends: Longs
    rank: Longs
    meeting: Longs
    starts: Longs
    outside: Longs


def find_plan(index: Index, query: PlanQuery) -> Plan:
    """Dated meetings that cover the days; why some days are not covered. InvalidQuery."""
    period = _period(index, query)
    judgement = judgement_of(query.filter.time, index.calendar.zones)
    found = [
        _slots(index, part, period, judgement, query.hours)
        for part in sections(index, query.filter, _time_test(index, period.span, judgement))
    ]
    days = _days(found, _fixed(index, query, period), period)
    chosen = choose(days, per_day=query.per_day, gap=query.travel_minutes, variety=query.variety)
    missing = [number for number, slots in enumerate(chosen) if len(slots) < query.per_day]
    nearest = _nearest(index, query, period, found, chosen, missing) if missing else {}
    return Plan(
        chosen=tuple(_dated(slot) for slots in chosen for slot in slots),
        gaps=tuple(_gap(query, number, len(chosen[number]), nearest.get(number)) for number in missing),
    )


def _period(index: Index, query: PlanQuery) -> _Period:
    tz, zones = zone(query.time_zone), index.calendar.zones
    dates = [query.start + timedelta(days=number) for number in range(query.days + 1)]
    begins = tuple(minute_of(datetime.combine(day, time(), tz).astimezone(UTC)) for day in dates)
    first = max(begins[0], minute_of(query.now))
    return _Period(begins=begins, span=Span(first=first, last=begins[-1]), zone=zones.names[query.time_zone])


def _time_test(index: Index, span: Span, judgement: Judgement) -> TimeTest:
    def held(codes: Ints) -> tuple[Flags, Ints]:
        starts = first_accepted(index.calendar, codes, span, judgement)
        return starts != NEVER, starts

    return TimeTest(judge=held)


def _slots(index: Index, found: Matches, period: _Period, judgement: Judgement, hours: Sequence[Hours]) -> _Slots:
    found = _fewer(index, found)
    codes = index.columns.rows.schedule.take(found.rows)
    places, starts = all_accepted(index.calendar, codes, period.span, judgement)
    lengths = index.calendar.schedules.length.take(codes.take(places))
    local = starts + offsets_at(index.calendar.zones, period.zone, starts)
    return _Slots(
        day=np.searchsorted(np.array(period.begins), starts, "right") - 1,
        ends=starts.astype(np.int64) + lengths,
        rank=distances(found).take(places),
        meeting=index.columns.rows.number.take(found.rows.take(places)),
        starts=starts.astype(np.int64),
        outside=_outside(hours, local.astype(np.int64), lengths),
    )


def _fewer(index: Index, found: Matches) -> Matches:
    """The nearest, or one of each distinct time: of a world of meetings a plan needs no more."""
    if len(found.rows) <= MOST_MEETINGS:
        return found
    if found.squares is not None and np.count_nonzero(found.squares != FAR) > MOST_MEETINGS:
        return taken(found, smallest(index.columns, found.rows, distances(found), MOST_MEETINGS))
    by_number = index.columns.rows.number.take(found.rows).argsort()
    codes = index.columns.rows.schedule.take(found.rows.take(by_number))
    _, first = np.unique(codes, return_index=True)
    # Ids are hashes: the first of them are anywhere and at any time.
    return taken(found, by_number.take(np.sort(first)[:MOST_MEETINGS]))


def _outside(hours: Sequence[Hours], local: Longs, lengths: Ints) -> Longs:
    """The minutes by which meetings miss the nearest of the hours, 0 within; without any hours none does."""
    outside = np.full(len(local), WEEK if hours else 0, np.int64)
    # The index's minutes begin on a Monday.
    for opening, long in {(day * DAY + h.opens, (h.closes - h.opens - 1) % DAY + 1) for h in hours for day in h.days}:
        since = (local - opening) % WEEK
        np.minimum(outside, np.minimum(np.maximum(since + lengths - long, 0), WEEK - since), out=outside)
    return outside


def _days(found: Sequence[_Slots], fixed: Sequence[tuple[int, Slot]], period: _Period) -> list[Day]:
    count = len(period.begins) - 1
    held: list[list[Slot]] = [[] for _ in range(count)]
    reach, *rest = (_by_day(slots, count) for slots in found)
    online = rest[0] if rest else [[] for _ in range(count)]
    for number, slot in fixed:
        held[number].append(slot)
    begins = [max(begin, period.span.first) for begin in period.begins[:-1]]
    parts = zip(begins, held, reach, online, strict=True)
    return [Day(begins=begin, fixed=tuple(slots), reach=near, online=far) for begin, slots, near, far in parts]


def _by_day(slots: _Slots, count: int) -> list[list[Slot]]:
    """What lies within the hours on each day, in the order in which it is taken."""
    at = np.flatnonzero(slots.outside == 0)
    order = at[np.lexsort([column.take(at) for column in (slots.meeting, slots.rank, slots.ends, slots.day)])]
    columns = (column.take(order).tolist() for column in (slots.ends, slots.rank, slots.meeting, slots.starts))
    every = list(map(Slot, *columns))
    bounds = slots.day.take(order).searchsorted(np.arange(count + 1)).tolist()
    return [every[bounds[number] : bounds[number + 1]] for number in range(count)]


def _fixed(index: Index, query: PlanQuery, period: _Period) -> list[tuple[int, Slot]]:
    """What is gone to in any case, with its day."""
    rows = rows_of_ids(index.columns, query.fixed_ids)
    rows = rows[kept(index, MeetingFilter(), rows)]
    any_time = judgement_of(TimeFilter(), index.calendar.zones)
    slots = _slots(index, Matches(rows=rows), period, any_time, ())
    told = zip(slots.ends.tolist(), slots.meeting.tolist(), slots.starts.tolist(), slots.day.tolist(), strict=True)
    days = {Slot(ends, int(LAST), meeting, starts): day for ends, meeting, starts, day in told}
    return [(days[slot], slot) for slot in without_overlaps(days)]


def _nearest(
    index: Index,
    query: PlanQuery,
    period: _Period,
    found: Sequence[_Slots],
    chosen: Sequence[Sequence[Slot]],
    missing: Sequence[int],
) -> Mapping[int, tuple[GapReason, Dated]]:
    """What comes nearest on the days that are not covered: in reach, else farther off, else online."""
    nearest: dict[int, tuple[GapReason, Dated]] = {}
    gone_to = {(slot.meeting, slot.starts) for number in missing for slot in chosen[number]}
    for slots in found:
        for number, outside, slot in _best(slots, missing, nearest, gone_to):
            nearest[number] = (GapReason.OTHER_HOURS if outside else GapReason.OVERLAPS, _dated(slot))
    for reason, wider in _wider(query.filter):
        if len(nearest) == len(missing):
            break
        judgement = judgement_of(wider.time, index.calendar.zones)
        part = sections(index, wider, _time_test(index, period.span, judgement))[-1]
        slots = _slots(index, part, period, judgement, query.hours)
        for number, _, slot in _best(slots, missing, nearest, gone_to):
            nearest[number] = (reason, _dated(slot))
    return nearest


def _wider(asked: MeetingFilter) -> Iterable[tuple[GapReason, MeetingFilter]]:
    """The same question, of more meetings."""
    place = asked.place
    if place.near is not None and (place.radius_km < MAX_RADIUS_KM or place.nearest is not None):
        far = replace(place, radius_km=MAX_RADIUS_KM, nearest=None, or_online=False)
        yield GapReason.OUT_OF_REACH, replace(asked, place=far)
    if not place.or_online and place != PlaceFilter():
        yield GapReason.ONLINE_ONLY, replace(asked, place=replace(place, or_online=True, nearest=None))


def _best(
    slots: _Slots, missing: Sequence[int], known: Mapping[int, object], gone_to: set[tuple[int, int]]
) -> list[tuple[int, int, Slot]]:
    """For each missing day that is not known yet: the one that misses the hours least, then the nearest."""
    wanted = np.array([number for number in missing if number not in known], np.int64)
    at = np.flatnonzero(np.isin(slots.day, wanted))
    keys = (slots.meeting, slots.ends, slots.rank, slots.outside, slots.day)
    order = at[np.lexsort([key.take(at) for key in keys])]
    days = slots.day.take(order)
    # No more of a day than are gone to anyway, and one.
    order = order[np.arange(len(order)) - days.searchsorted(days) <= len(gone_to)]
    columns = (slots.day, slots.outside, slots.ends, slots.rank, slots.meeting, slots.starts)
    best: dict[int, tuple[int, int, Slot]] = {}
    for number, outside, *told in zip(*(column.take(order).tolist() for column in columns), strict=True):
        slot = Slot(*told)
        if number not in best and (slot.meeting, slot.starts) not in gone_to:
            best[number] = (number, outside, slot)
    return list(best.values())


def _gap(query: PlanQuery, number: int, held: int, nearest: tuple[GapReason, Dated] | None) -> Gap:
    reason, dated = nearest or (GapReason.NOTHING, None)
    return Gap(day=query.start + timedelta(days=number), held=held, reason=reason, nearest=dated)


def _dated(slot: Slot) -> Dated:
    return Dated(
        meeting_id=id_from_number(slot.meeting),
        starts_at=instant_of(slot.starts),
        distance_km=_kilometres(slot.rank),
    )


def _kilometres(rank: int) -> float | None:
    """From millimetres of chord."""
    return None if rank == LAST else kilometres((rank / (EARTH_KM * 1e6)) ** 2)
