"""Rows as hits: public ids, cursors, distances and starts in the words of those who asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, overload

import numpy as np

from meetings.listing import id_from_number
from meetings.making import maker
from meetings.search import Hit
from search.clock import NEVER, Ints, Longs, Reals, instant_of
from search.columns import Generation, editions_of
from search.cursors import Asked, Position, cursors_of
from search.geo import all_kilometres
from search.matching import FAR, Matches
from search.ordering import names_of

#: The letters of public ids, by their value.
_LETTERS = np.frombuffer("".join(id_from_number(value)[-1] for value in range(32)).encode("ascii"), np.uint8)
_SHIFTS = np.arange(60, -5, -5)
_ID_LENGTH = 14
_hit = maker(Hit)


class _Columns(NamedTuple):
    """What is known of each row of a page; `starts` in minutes of `search.clock`, `squares` squared chords."""

    sections: list[int]
    rows: Longs
    keys: Longs
    starts: Ints
    squares: Reals


class Hits(Sequence[Hit]):
    """The hits of a page, each put into words only when it is looked at: who knows the rows needs few of the words."""

    __slots__ = ("_asked", "_columns", "_cursors", "_generation")

    def __init__(self, generation: Generation, asked: Asked, columns: _Columns) -> None:
        self._generation, self._asked, self._columns = generation, asked, columns
        self._cursors: list[str] | None = None

    def __len__(self) -> int:
        return len(self._columns.sections)

    @overload
    def __getitem__(self, place: int) -> Hit: ...

    @overload
    def __getitem__(self, place: slice) -> Hits: ...

    def __getitem__(self, place: int | slice) -> Hit | Hits:
        if isinstance(place, slice):
            some = Hits(self._generation, self._asked, _Columns._make([column[place] for column in self._columns]))
            some._cursors = self._cursors and self._cursors[place]
            return some
        place = range(len(self))[place]
        (hit,) = self[place : place + 1]
        return hit

    def __iter__(self) -> Iterator[Hit]:
        told = zip(ids_of(self._numbers), self.cursors(), self.distances(), self.starts, strict=True)
        for id, cursor, distance, start in told:
            yield Hit(meeting_id=id, cursor=cursor, distance_km=distance, starts_at=_instant(start))

    def __add__(self, others: Hits) -> Hits:
        """These, and then the others, which are of the same question."""
        (sections, *these), (more, *those) = self._columns, others._columns
        both: Iterable[Any] = zip(these, those, strict=True)
        return Hits(self._generation, self._asked, _Columns(sections + more, *map(np.concatenate, both)))

    def at(self, places: Sequence[int]) -> list[Hit]:
        """Those of these places, without what is of the question alone: no cursor, no distance."""
        ids = ids_of(self._numbers.take(places))
        starts = self._columns.starts.take(places).tolist()
        return [_hit(id, "", None, _instant(start)) for id, start in zip(ids, starts, strict=True)]

    @property
    def _numbers(self) -> Longs:
        return self._generation.rows.number.take(self._columns.rows)

    @property
    def numbers(self) -> list[int]:
        """The numbers behind the meetings' ids."""
        numbers: list[int] = self._numbers.tolist()
        return numbers

    @property
    def starts(self) -> list[int]:
        """The starts in minutes of `search.clock`; NEVER: there is none."""
        starts: list[int] = self._columns.starts.tolist()
        return starts

    def keys(self, *, by_start: bool) -> list[int]:
        """For each hit a number that is its meeting's alone, or its meeting's and its start's, in this generation."""
        keys = self._columns.rows
        if by_start:
            keys = keys | self._columns.starts.astype(np.int64) << 32
        told: list[int] = keys.tolist()
        return told

    def editions(self) -> list[int]:
        """For each meeting the generation since which nothing that is shown of it has changed."""
        return editions_of(self._generation, self._columns.rows)

    def kilometres(self) -> Reals:
        """The distances, no number where one is not known."""
        return all_kilometres(self._columns.squares, FAR)

    def distances(self) -> list[float | None]:
        """The same, None where one is not known."""
        return [None if math.isnan(distance) else distance for distance in self.kilometres().tolist()]

    def cursors(self) -> list[str]:
        """The cursor of each."""
        if self._cursors is None:
            told = self._columns
            names = names_of(self._generation, told.rows)
            positions = map(Position, told.sections, told.keys.tolist(), names, self.numbers)
            self._cursors = cursors_of(self._asked, positions)
        return self._cursors


def _instant(start: int) -> datetime | None:
    return None if start == NEVER else instant_of(start)


def no_hits(generation: Generation, asked: Asked) -> Hits:
    """None."""
    nothing = np.zeros(0, np.int64)
    return hits_of(generation, Matches(rows=nothing), 0, nothing, nothing.astype(np.int32), asked)


def hits_of(generation: Generation, found: Matches, section: int, keys: Longs, starts: Ints, asked: Asked) -> Hits:
    """The hits of these rows, whose keys and starts are given."""
    columns = _Columns(
        sections=[section] * len(found.rows),
        rows=found.rows,
        keys=keys,
        starts=starts,
        squares=np.full(len(found.rows), FAR) if found.squares is None else found.squares,
    )
    return Hits(generation, asked, columns)


def ids_of(numbers: Longs) -> list[str]:
    """What `id_from_number` says, of all at once."""
    letters = np.empty((len(numbers), _ID_LENGTH), np.uint8)
    letters[:, 0] = ord("M")
    letters[:, 1:] = _LETTERS.take(numbers[:, None] >> _SHIFTS & 31)
    text = letters.tobytes().decode("ascii")
    return [text[start : start + _ID_LENGTH] for start in range(0, len(text), _ID_LENGTH)]
