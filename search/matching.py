"""The rows that match a filter: first by place, then by their facts, then by time; in one section or two.

Time is judged on the distinct schedules where many rows are left, and on the rows' own where few are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from meetings.model import VenueType
from meetings.search import Area, MeetingFilter, PlaceFilter, Point, TimeFilter
from search.areas import in_area, rows_in_area
from search.clock import DAY, Flags, Ints, Longs, Reals, minute_of
from search.columns import Generation
from search.filters import kept, rows_of_ids
from search.geo import chord_limit, chords, distance_keys, in_box, rows_in_box, rows_within
from search.hours import judgement_of, readings_of
from search.index import Index
from search.ordering import LAST, smallest
from search.schedules import (
    Span,
    first_accepted,
    next_accepted,
    next_starts,
    readings_in,
    readings_of_next,
)

#: Where the search for the nearest begins, and how it widens while too few are found.
_FIRST_KM = 4.0
_WIDENING = 3.0
#: No distance is known.
FAR = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Rows that match; their squared chords (`FAR`: unknown) and accepted starts, where they were worked out."""

    rows: Longs
    squares: Reals | None = None
    starts: Ints | None = None


#: Judges rows by time: which are kept (None: all) and the starts that were accepted, if they had to be known.
TimeTest: TypeAlias = Callable[[Longs], tuple[Flags | None, Ints | None]]


def sections(index: Index, asked: MeetingFilter, by_time: TimeTest) -> list[Matches]:
    """What matches in reach and, with `or_online`, what else can be reached from anywhere."""
    reached = _reached(index, asked, by_time)
    return [reached, _online(index, asked, by_time, reached.rows)] if asked.place.or_online else [reached]


def _reached(index: Index, asked: MeetingFilter, by_time: TimeTest) -> Matches:
    place = asked.place
    if place.near is None or place.nearest is None:
        return _matching(index, asked, *_candidates(index, asked, place.radius_km), by_time)
    if place.area is not None:
        found = _matching(index, asked, *_candidates(index, asked, place.radius_km), by_time)
        return taken(found, smallest(index.columns, found.rows, _keys(found), place.nearest))
    radius_km = min(_FIRST_KM, place.radius_km)
    while True:
        found = _matching(index, asked, *_candidates(index, asked, radius_km), by_time)
        keys = _keys(found)
        # A millimetre within the circle: what lies just outside could tie with what is at its rim.
        inside = np.count_nonzero(keys < distance_keys(np.array([chord_limit(radius_km)])) - 1)
        if inside >= place.nearest or radius_km >= place.radius_km:
            return taken(found, smallest(index.columns, found.rows, keys, place.nearest))
        radius_km = min(radius_km * _WIDENING, place.radius_km)


def _keys(found: Matches) -> Longs:
    squares = np.empty(0) if found.squares is None else found.squares
    return np.where(squares == FAR, LAST, distance_keys(np.where(squares == FAR, 0.0, squares)))


def _candidates(index: Index, asked: MeetingFilter, radius_km: float) -> tuple[Longs | None, Reals | None]:
    """The rows that ids, radius, area and box leave, None for all; with squared chords where there is a point."""
    place, columns = asked.place, index.columns
    if place.area is not None:
        rows = _of_area(index, asked, place.area)
        return rows, None if place.near is None else _known_chords(columns, rows, place.near)
    if asked.ids is not None:
        return _inside(columns, place, rows_of_ids(columns, asked.ids), radius_km)
    if place.near is not None:
        rows, squares = rows_within(columns, place.near, radius_km)
        if place.box is None:
            return rows, squares
        boxed = in_box(columns.rows, rows, place.box)
        return rows[boxed], squares[boxed]
    if place.box is not None:
        return rows_in_box(columns, place.box), None
    return _attended_online(columns, asked.venue_types), None


def _of_area(index: Index, asked: MeetingFilter, area: Area) -> Longs:
    columns, box = index.columns, asked.place.box
    ids = None if asked.ids is None else rows_of_ids(columns, asked.ids)
    rows = rows_in_area(index, area) if ids is None else in_area(index, ids, area)
    if box is None:
        return rows
    rows = rows[rows < columns.located]
    return rows[in_box(columns.rows, rows, box)]


def _attended_online(columns: Generation, venue_types: Collection[VenueType] | None) -> Longs | None:
    """The rows of these venue types, where none is IN_PERSON; None: all rows."""
    if venue_types is None or VenueType.IN_PERSON in venue_types:
        return None
    hybrid = columns.hybrid if VenueType.HYBRID in venue_types else columns.hybrid[:0]
    virtual = columns.virtual if VenueType.VIRTUAL in venue_types else len(columns.rows.number)
    return np.concatenate([hybrid, np.arange(virtual, len(columns.rows.number))])


def _inside(columns: Generation, place: PlaceFilter, rows: Longs, radius_km: float) -> tuple[Longs, Reals | None]:
    if place.near is None and place.box is None:
        return rows, None
    rows = rows[rows < columns.located]
    if place.box is not None:
        rows = rows[in_box(columns.rows, rows, place.box)]
    if place.near is None:
        return rows, None
    squares = chords(columns.rows, rows, place.near)
    near = squares <= chord_limit(radius_km)
    return rows[near], squares[near]


def _matching(
    index: Index,
    asked: MeetingFilter,
    rows: Longs | None,
    squares: Reals | None,
    by_time: TimeTest,
    *,
    anywhere: bool = False,
) -> Matches:
    if asked.text is not None:
        rows, squares = _saying(index, asked.text, rows, squares)
    at = np.flatnonzero(kept(index, asked, rows, anywhere=anywhere))
    found = Matches(rows=at if rows is None else rows.take(at), squares=None if squares is None else squares.take(at))
    on_time, starts = by_time(found.rows)
    found = Matches(rows=found.rows, squares=found.squares, starts=starts)
    return found if on_time is None else taken(found, np.flatnonzero(on_time))


def _saying(index: Index, text: str, rows: Longs | None, squares: Reals | None) -> tuple[Longs, Reals | None]:
    """Those of these rows that a text finds."""
    said = index.said(text)
    if rows is None:
        return said.rows, None
    at = np.flatnonzero(said.scores.take(rows) != 0)
    return rows.take(at), None if squares is None else squares.take(at)


def taken(found: Matches, places: Longs) -> Matches:
    """The matches at these places."""
    return Matches(
        rows=found.rows.take(places),
        squares=None if found.squares is None else found.squares.take(places),
        starts=None if found.starts is None else found.starts.take(places),
    )


def _online(index: Index, asked: MeetingFilter, by_time: TimeTest, reached: Longs) -> Matches:
    columns, near = index.columns, asked.place.near
    rows = np.concatenate([columns.hybrid, np.arange(columns.virtual, len(columns.rows.number))])
    if asked.ids is not None:
        rows = np.intersect1d(rows, rows_of_ids(columns, asked.ids))
    taken = np.zeros(len(columns.rows.number), np.bool_)
    taken[reached] = True
    rows = rows[~taken.take(rows)]
    squares = None if near is None else _known_chords(columns, rows, near)
    return _matching(index, asked, rows, squares, by_time, anywhere=True)


def _known_chords(columns: Generation, rows: Longs, near: Point) -> Reals:
    """Squared chords to rows that may have no point."""
    squares = np.full(len(rows), FAR)
    located = np.flatnonzero(rows < columns.located)
    squares[located] = chords(columns.rows, rows.take(located), near)
    return squares


def joined(parts: Sequence[Matches]) -> Matches:
    """Several sections as one."""
    if len(parts) == 1:
        return parts[0]
    unknown = all(part.squares is None for part in parts)
    starts = [part.starts for part in parts if part.starts is not None]
    return Matches(
        rows=np.concatenate([part.rows for part in parts]),
        squares=None if unknown else np.concatenate([_squares(part) for part in parts]),
        starts=np.concatenate(starts) if len(starts) == len(parts) else None,
    )


def _squares(found: Matches) -> Reals:
    return np.full(len(found.rows), FAR) if found.squares is None else found.squares


def next_held(index: Index, codes: Ints, now: int) -> Ints:
    """The next held start of each schedule at or after `now`."""
    return by_code(index, codes, ("next", now), lambda of: next_starts(index.calendar, of, now))


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


def by_code(index: Index, codes: Ints, key: Hashable, make: Callable[[Ints], Ints]) -> Ints:
    """What `make` says of each schedule; worked out for all of them once it has been asked of as many."""
    every = len(index.calendar.schedules.zone)
    if not index.pays(key, codes.size, every):
        return make(codes)
    return index.kept(key, lambda: make(np.arange(every, dtype=np.int32))).take(codes)
