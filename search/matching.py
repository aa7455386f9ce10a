"""The rows that match a filter, in one section or two: of those near by their cells, first by their facts, then by
their points, then by time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from meetings.model import VenueType
from meetings.search import Area, MeetingFilter, PlaceFilter, Point
from search.areas import in_area, rows_in_area
from search.candidates import Candidates, Piece, Sieve, narrowed, some_of
from search.choosing import Chosen, Judged
from search.clock import DAY, NEVER, Flags, Ints, Longs, Reals
from search.columns import Generation
from search.filters import facts_of, rows_of_ids, sieves_of
from search.geo import chord_limit, chords, distance_keys, in_box, rows_around_box
from search.index import Index
from search.ordering import LAST, smallest
from search.times import TimeTest

#: Where the search for the nearest begins, and how it widens while too few are found.
_FIRST_KM = 4.0
_WIDENING = 3.0
#: To judge so many rows by time takes as long as a search is spared where all have been judged.
_SPARED = 500
#: No distance is known.
FAR = np.inf
#: Up to so many rows are ordered at once; of more the first are looked for by and by, so many minutes ahead.
_FEW = 1_000
_AHEAD = (30, 240, DAY)


class Matches(NamedTuple):
    """Rows that match; their squared chords (`FAR`: unknown) and accepted starts, where they were worked out."""

    rows: Longs
    squares: Reals | None = None
    starts: Ints | None = None


#: Judges rows by place: which are kept (None: all), and their squared chords where there is a point.
_PlaceTest: TypeAlias = Callable[[Candidates], tuple[Flags | None, Reals | None]]


class Kept(NamedTuple):
    """Rows that match, not yet counted out: those of the candidates that `keep` says, None: all of them.

    `squares` and `starts` are those of all candidates.
    """

    candidates: Candidates
    keep: Flags | None = None
    squares: Reals | None = None
    starts: Ints | None = None

    def total(self) -> int:
        """How many match."""
        return self.candidates.count if self.keep is None else int(np.count_nonzero(self.keep))

    def matches(self) -> Matches:
        """Each of them."""
        if self.keep is None:
            return Matches(rows=self.candidates.rows, squares=self.squares, starts=self.starts)
        return self._at(self.keep.nonzero()[0])

    def soonest(self, count: int, now: int, after: int | None = None) -> Matches:
        """So many that start after that minute, and all that start at it, the soonest; more, or all there are."""
        if self.starts is None or self.candidates.count <= _FEW or (after is not None and after >= NEVER):
            return self.matches()
        for ahead in _AHEAD:
            soon = self.starts < (now if after is None else max(now, after)) + ahead
            if self.keep is not None:
                soon &= self.keep
            if after is None:
                enough = np.count_nonzero(soon)
            else:
                soon &= self.starts >= after
                enough = np.count_nonzero(soon & (self.starts > after))
            if enough >= count:
                return self._at(soon.nonzero()[0])
        return self.matches()

    def nearest(self, count: int) -> Matches:
        """At least so many, the nearest, or all."""
        found = self.matches()
        if found.squares is None or len(found.rows) <= max(_FEW, count):
            return found
        edge = np.partition(found.squares, count - 1)[count - 1]
        # Those that are as far to the millimetre too.
        farthest = (np.sqrt(edge) + 1e-9) ** 2
        return taken(found, (found.squares <= farthest).nonzero()[0])

    def _at(self, places: Longs) -> Matches:
        return Matches(
            rows=self.candidates.at(places).rows,
            squares=None if self.squares is None else self.squares.take(places),
            starts=None if self.starts is None else self.starts.take(places),
        )


def sections(index: Index, asked: MeetingFilter, by_time: TimeTest) -> list[Matches]:
    """What matches in reach and, with `or_online`, what else can be reached from anywhere."""
    return [found.matches() for found in kept_sections(index, asked, by_time)]


def kept_sections(index: Index, asked: MeetingFilter, by_time: TimeTest) -> list[Kept]:
    """The same, for who wants to see only some of them."""
    reached = _reached(index, asked, by_time)
    return [reached, _online(index, asked, by_time, reached)] if asked.place.or_online else [reached]


def _reached(index: Index, asked: MeetingFilter, by_time: TimeTest) -> Kept:
    place = asked.place
    if place.near is None or place.nearest is None:
        return _within(index, asked, place.radius_km, by_time)
    radius_km = place.radius_km if place.area is not None else min(_FIRST_KM, place.radius_km)
    while True:
        found = _within(index, asked, radius_km, by_time).matches()
        keys = distances(found)
        # A millimetre within the circle: what lies just outside could tie with what is at its rim.
        inside = np.count_nonzero(keys < distance_keys(np.array([chord_limit(radius_km)]), LAST) - 1)
        if inside >= place.nearest or radius_km >= place.radius_km or place.area is not None:
            nearest = taken(found, smallest(index.columns, found.rows, keys, place.nearest))
            return Kept(candidates=some_of(nearest.rows), squares=nearest.squares, starts=nearest.starts)
        radius_km = min(radius_km * _WIDENING, place.radius_km)


def distances(found: Matches) -> Longs:
    """Whole numbers that order them as their distances do; LAST where none is known."""
    return np.full(len(found.rows), LAST) if found.squares is None else distance_keys(found.squares, LAST)


def _within(index: Index, asked: MeetingFilter, radius_km: float, by_time: TimeTest) -> Kept:
    """What matches of the rows in ids, radius, area and box."""
    place = asked.place
    if place.near is not None and (place.box, place.area, asked.ids, asked.text) == (None, None, None, None):
        chosen = _chosen(index, asked, by_time, place.near, radius_km)
        if chosen is not None:
            return _of_chosen(chosen, place.near, radius_km, by_time)
    candidates, by_place = _candidates(index, asked, radius_km)
    return _matching(index, candidates, _sieves(index, asked, by_time), by_place, by_time)


def _chosen(index: Index, asked: MeetingFilter, by_time: TimeTest, near: Point, radius_km: float) -> Chosen | None:
    """The rows that all sieves keep, if it has paid to choose them."""
    alike = facts_of(asked), None if by_time.sieve is None else asked.time
    return index.chosen(alike, lambda: index.around(near, radius_km).count, lambda: _sieves(index, asked, by_time))


def _of_chosen(chosen: Chosen, near: Point, radius_km: float, by_time: TimeTest) -> Kept:
    judged = _judged(chosen, by_time)
    if judged is None:
        at, squares = chosen.within(near, radius_km)
        on_time, starts = by_time.judge(chosen.schedule.take(at))
        return Kept(candidates=some_of(chosen.rows.take(at)), keep=on_time, squares=squares, starts=starts)
    on_time, starts = judged
    at, squares = chosen.within(near, radius_km, on_time)
    starts = None if starts is None else starts.take(at)
    return Kept(candidates=some_of(chosen.rows.take(at)), squares=squares, starts=starts)


def _judged(chosen: Chosen, by_time: TimeTest) -> Judged | None:
    """What a test that is kept says of all chosen rows, and when they start; None: it has not paid yet to ask it."""
    judge, next_held = by_time.judge, by_time.next_held
    found = chosen.judged.get(judge)
    if found is not None or next_held is None:
        return found

    def judged() -> Judged:
        on_time, starts = judge(chosen.schedule)
        return on_time, next_held(chosen.schedule) if starts is None else starts

    return chosen.judged.made_once_it_pays(judge, judged, asked=_SPARED, every=len(chosen.rows))


def _candidates(index: Index, asked: MeetingFilter, radius_km: float) -> tuple[Candidates, _PlaceTest | None]:
    """The rows that may lie in ids, radius, area and box, and what judges them; None: they do."""
    place, columns = asked.place, index.columns
    if place.area is not None:
        return some_of(_of_area(index, asked, place.area)), _distances_from(columns, place.near)
    if asked.ids is not None:
        rows = rows_of_ids(columns, asked.ids)
        # Others have no point.
        located = rows if place.near is None and place.box is None else rows[rows < columns.located]
        return some_of(located), _place_test(columns, place, radius_km)
    if place.near is not None:
        return index.around(place.near, radius_km), _place_test(columns, place, radius_km)
    if place.box is not None:
        return rows_around_box(columns, place.box), _place_test(columns, place, radius_km)
    return Candidates(_attended_online(columns, asked.venue_types)), None


def _place_test(columns: Generation, place: PlaceFilter, radius_km: float) -> _PlaceTest | None:
    near, box = place.near, place.box
    if near is None and box is None:
        return None

    def by_place(candidates: Candidates) -> tuple[Flags | None, Reals | None]:
        inside = None if box is None else in_box(columns.rows, candidates, box)
        if near is None:
            return inside, None
        squares = chords(columns.rows, candidates, near)
        reached = squares <= chord_limit(radius_km)
        return reached if inside is None else reached & inside, squares

    return by_place


def _of_area(index: Index, asked: MeetingFilter, area: Area) -> Longs:
    columns, box = index.columns, asked.place.box
    ids = None if asked.ids is None else rows_of_ids(columns, asked.ids)
    rows = rows_in_area(index, area) if ids is None else in_area(index, ids, area)
    if box is None:
        return rows
    rows = rows[rows < columns.located]
    return rows[in_box(columns.rows, some_of(rows), box)]


def _attended_online(columns: Generation, venue_types: Collection[VenueType] | None) -> list[Piece]:
    """The rows of these venue types, where none is IN_PERSON; else all rows."""
    if venue_types is None or VenueType.IN_PERSON in venue_types:
        return [slice(0, len(columns.rows.number))]
    hybrid = [columns.hybrid.astype(np.int64)] if VenueType.HYBRID in venue_types else []
    virtual = [_virtual(columns)] if VenueType.VIRTUAL in venue_types else []
    return [*hybrid, *virtual] or [slice(0, 0)]


def _virtual(columns: Generation) -> slice:
    return slice(columns.virtual, len(columns.rows.number))


def _sieves(index: Index, asked: MeetingFilter, by_time: TimeTest, *, anywhere: bool = False) -> list[Sieve]:
    """All that needs no point and no moment."""
    sieves = sieves_of(index, asked, anywhere=anywhere)
    if by_time.sieve is not None:
        sieves.append(by_time.sieve)
    if asked.text is not None:
        said = index.said(asked.text)
        share = len(said.rows) / max(1, len(said.scores))
        sieves.append(Sieve(said.scores, lambda scores: scores != 0, share))
    return sieves


def _matching(
    index: Index, candidates: Candidates, sieves: Sequence[Sieve], by_place: _PlaceTest | None, by_time: TimeTest
) -> Kept:
    """What facts, place and time keep, each of what the one before left."""
    candidates, keep = narrowed(candidates, sieves)
    squares: Reals | None = None
    if by_place is not None:
        near, squares = by_place(candidates)
        candidates, keep, squares = _fewer(candidates, _both(keep, near), squares)
    on_time, starts = by_time.judge(candidates.of(index.columns.rows.schedule))
    return Kept(candidates=candidates, keep=_both(keep, on_time), squares=squares, starts=starts)


def _both(some: Flags | None, others: Flags | None) -> Flags | None:
    if some is None or others is None:
        return others if some is None else some
    return some & others


def _fewer(
    candidates: Candidates, keep: Flags | None, squares: Reals | None
) -> tuple[Candidates, Flags | None, Reals | None]:
    """Without those that are not kept, if they are many."""
    if keep is None or 2 * np.count_nonzero(keep) >= candidates.count:
        return candidates, keep, squares
    places = keep.nonzero()[0]
    return candidates.at(places), None, None if squares is None else squares.take(places)


def taken(found: Matches, places: Longs) -> Matches:
    """The matches at these places."""
    return Matches(
        rows=found.rows.take(places),
        squares=None if found.squares is None else found.squares.take(places),
        starts=None if found.starts is None else found.starts.take(places),
    )


def _online(index: Index, asked: MeetingFilter, by_time: TimeTest, reached: Kept) -> Kept:
    columns = index.columns
    hybrid = columns.hybrid.astype(np.int64)
    if asked.ids is None:
        candidates = Candidates([hybrid, _virtual(columns)])
    else:
        rows = rows_of_ids(columns, asked.ids)
        candidates = some_of(rows[(rows >= columns.virtual) | np.isin(rows, hybrid)])
    taken = np.zeros(len(columns.rows.number), np.bool_)
    taken[reached.matches().rows] = True
    others = Sieve(taken, np.logical_not, 1.0)
    sieves = [*_sieves(index, asked, by_time, anywhere=True), others]
    return _matching(index, candidates, sieves, _distances_from(columns, asked.place.near), by_time)


def _distances_from(columns: Generation, near: Point | None) -> _PlaceTest | None:
    """Keeps all, and tells how far they are."""
    return None if near is None else lambda at: (None, _known_chords(columns, at.rows, near))


def _known_chords(columns: Generation, rows: Longs, near: Point) -> Reals:
    """Squared chords to rows that may have no point."""
    squares = np.full(len(rows), FAR)
    located = (rows < columns.located).nonzero()[0]
    squares[located] = chords(columns.rows, some_of(rows.take(located)), near)
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
