"""Rows that a filter keeps wherever they lie and whenever it is asked: apps ask the same of ever other places.

They are chosen by and by, some more with each search that would use them, so that no search takes long. Then a search
looks only at them, by their cells, and at what lies beside them rather than in the columns of all rows. Where they are
most of all rows nothing is chosen: slices of all are faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple, TypeAlias

import numpy as np

from meetings.search import Point
from search.candidates import Candidates, Sieve, narrowed
from search.clock import Flags, Ints, Longs, Reals
from search.columns import Generation
from search.geo import FEW_IN_BAND, around_in, bands_of, between_parallels, chord_limit, on_sphere, squared
from search.shelves import Shelf

#: Judged in a tenth of a millisecond or two.
_AT_ONCE = 20_000
#: Time tests of which it is kept what they say of all: five bytes for each row.
_TESTS = 2

#: What a time test says of schedules: which are kept (None: all), and their accepted starts, if it knows them.
Judged: TypeAlias = tuple[Flags | None, Ints | None]


class Chosen(NamedTuple):
    """Rows with a point that all sieves keep, in the order of their cells: 40 bytes for each of them.

    `judged` is by time test what it says of all of them; `bands` are those of their cells (`search.geo`); the others
    are as in `search.columns.Rows`.
    """

    judged: Shelf[Judged]
    bands: Longs
    cell: Ints
    rows: Longs
    x: Reals
    y: Reals
    z: Reals
    schedule: Ints

    def within(
        self, point: Point, radius_km: float, keep: Flags | None = None, few: int = FEW_IN_BAND
    ) -> tuple[Longs, Reals]:
        """Where among them those within a radius are, of those that `keep` says, and their squared chords."""
        band = between_parallels(self.bands, point, radius_km)
        at = band if band.stop - band.start <= few else around_in(self.cell, point, radius_km).rows
        x, y, z = on_sphere(point.latitude, point.longitude)
        squares = squared(self.x[at] - x, self.y[at] - y, self.z[at] - z)
        inside = squares <= chord_limit(radius_km)
        if keep is not None:
            inside &= keep[at]
        near = inside.nonzero()[0]
        return near + at.start if isinstance(at, slice) else at.take(near), squares.take(near)


#: What is chosen of some rows: the columns of `Chosen`.
_Part: TypeAlias = tuple[Ints, Longs, Reals, Reals, Reals, Ints]


class Choosing:
    """Chooses among all rows with a point, so many at once. Threads may share it."""

    def __init__(self, columns: Generation, sieves: Sequence[Sieve], at_once: int = _AT_ONCE) -> None:
        self._columns, self._sieves, self._at_once = columns, sieves, at_once
        self._parts: list[_Part] = []
        self._judged = 0
        self._chosen: Chosen | None = None
        self._lock = Lock()

    def go_on(self) -> Chosen | None:
        """Judge some more; those chosen, as soon as all are judged, if they are not most of all."""
        # Who comes while another one judges has a search of its own to do.
        if self._judged < self._columns.located and self._lock.acquire(blocking=False):
            try:
                self._judge()
            finally:
                self._lock.release()
        return self._chosen

    def _judge(self) -> None:
        first, located = self._judged, self._columns.located
        last = min(first + self._at_once, located)
        if first == last:
            # Another one has judged the last of them since.
            return
        candidates, keep = narrowed(Candidates([slice(first, last)]), self._sieves)
        kept = candidates if keep is None else candidates.at(keep.nonzero()[0])
        of, rows = kept.of, self._columns.rows
        self._parts.append((of(rows.cell), kept.rows, of(rows.x), of(rows.y), of(rows.z), of(rows.schedule)))
        # Not before: if judging fails, it is done again.
        self._judged = last
        if 2 * sum(len(part[0]) for part in self._parts) > located:
            # Whatever the others are.
            self._judged, self._parts = located, []
        elif last == located:
            parts, self._parts = self._parts, []
            cell, *others = map(np.concatenate, zip(*parts, strict=True))
            self._chosen = Chosen(Shelf(_TESTS), bands_of(cell), cell, *others)
