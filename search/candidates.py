"""Rows that may match, and how sieves make fewer of them.

What a place leaves is mostly slices of rows, and a column is read faster in slices than row by row: rows are numbered
only when a sieve has left few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from search.clock import Flags, Longs

A = TypeVar("A", bound=np.generic)
#: Rows next to each other, or any.
Piece: TypeAlias = slice | Longs


class Sieve(NamedTuple):
    """Judges the values of a column; `share` of them are kept, as far as that is known."""

    column: NDArray[Any]
    judge: Callable[[NDArray[Any]], Flags]
    share: float


_by_share = attrgetter("share")


class Candidates:
    """So many rows, in pieces one after the other; at least one piece."""

    __slots__ = ("_pieces", "_rows", "count")

    def __init__(self, pieces: Sequence[Piece], count: int | None = None) -> None:
        if count is None:
            count = sum(p.stop - p.start if isinstance(p, slice) else len(p) for p in pieces)
        self.count = count
        self._pieces = pieces
        self._rows: Longs | None = None

    @property
    def rows(self) -> Longs:
        """Their numbers."""
        if self._rows is None:
            parts = [np.arange(p.start, p.stop) if isinstance(p, slice) else p for p in self._pieces]
            self._rows = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return self._rows

    def of(self, column: NDArray[A]) -> NDArray[A]:
        """A column's values of these rows; perhaps the column's own memory."""
        if len(self._pieces) == 1:
            (piece,) = self._pieces
            return column[piece] if isinstance(piece, slice) else column.take(piece)
        return np.concatenate([column[p] if isinstance(p, slice) else column.take(p) for p in self._pieces])

    def at(self, places: Longs) -> Candidates:
        """Those at these places."""
        first = self._pieces[0]
        if len(self._pieces) == 1 and isinstance(first, slice):
            return some_of(places + first.start if first.start else places)
        return some_of(self.rows.take(places))


def some_of(rows: Longs) -> Candidates:
    """These rows."""
    return Candidates((rows,), len(rows))


def narrowed(candidates: Candidates, sieves: Iterable[Sieve]) -> tuple[Candidates, Flags | None]:
    """The rows that are left, and which of them all sieves keep; None: all of them.

    Rows are left out as soon as half of them are not kept: till then it is quicker to judge them too.
    """
    keep: Flags | None = None
    for sieve in sorted(sieves, key=_by_share):
        here = sieve.judge(candidates.of(sieve.column))
        keep = here if keep is None else np.logical_and(keep, here, out=keep)
        if 2 * np.count_nonzero(keep) < candidates.count:
            candidates, keep = candidates.at(keep.nonzero()[0]), None
    return candidates, keep
