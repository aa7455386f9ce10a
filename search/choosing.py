"""Rows that a filter keeps wherever they lie and whenever it is asked: apps ask the same of ever other places.

They are chosen by and by, some more with each search that would use them, so that no search takes long. Then a search
looks only at them, by their cells, and at what lies beside them rather than in the columns of all rows. Where they are
most of all rows nothing is chosen: slices of all are faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np

from search.candidates import Candidates, Sieve, narrowed
from search.clock import Ints, Longs, Reals
from search.columns import Generation

#: Judged in a tenth of a millisecond or two.
_AT_ONCE = 20_000


class Chosen(NamedTuple):
    """Rows with a point that all sieves keep, in the order of their cells: 40 bytes for each of them.

    The others are as in `search.columns.Rows`.
    """

    rows: Longs
    cell: Ints
    x: Reals
    y: Reals
    z: Reals
    schedule: Ints


class Choosing:
    """Chooses among all rows with a point, so many at once. Threads may share it."""

    def __init__(self, columns: Generation, sieves: Sequence[Sieve], at_once: int = _AT_ONCE) -> None:
        self._columns, self._sieves, self._at_once = columns, sieves, at_once
        self._parts: list[Chosen] = []
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
        self._parts.append(_beside(self._columns, kept))
        # Not before: if judging fails, it is done again.
        self._judged = last
        if 2 * sum(len(part.rows) for part in self._parts) > located:
            # Whatever the others are.
            self._judged, self._parts = located, []
        elif last == located:
            parts, self._parts = self._parts, []
            self._chosen = Chosen(*map(np.concatenate, zip(*parts, strict=True)))


def _beside(columns: Generation, kept: Candidates) -> Chosen:
    rows = columns.rows
    return Chosen(
        rows=kept.rows,
        cell=kept.of(rows.cell),
        x=kept.of(rows.x),
        y=kept.of(rows.y),
        z=kept.of(rows.z),
        schedule=kept.of(rows.schedule),
    )
