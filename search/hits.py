"""Rows as hits: public ids, cursors, distances and starts in the words of those who asked."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np

from meetings.listing import id_from_number
from meetings.search import Hit
from search.clock import NEVER, Ints, Longs, instant_of
from search.columns import Generation, editions_of
from search.cursors import Asked, Position, cursors_of
from search.geo import all_kilometres, kilometres
from search.matching import FAR, Matches
from search.ordering import names_of

#: The letters of public ids, by their value.
_LETTERS = np.frombuffer("".join(id_from_number(value)[-1] for value in range(32)).encode("ascii"), np.uint8)
_SHIFTS = np.arange(60, -5, -5)
_ID_LENGTH = 14


class _Columns(NamedTuple):
    """What is known of each row of a page; `starts` in minutes of `search.clock`, `squares` squared chords."""

    rows: list[int]
    sections: list[int]
    keys: list[int]
    numbers: list[int]
    starts: list[int]
    squares: list[float]


class Hits(Sequence[Hit]):
    """The hits of a page, each put into words only when it is looked at: who knows the rows needs few of the words."""

    __slots__ = ("_asked", "_columns", "_cursors", "_generation")

    def __init__(self, generation: Generation, asked: Asked, columns: _Columns) -> None:
        self._generation, self._asked, self._columns = generation, asked, columns
        self._cursors: list[str] | None = None

    def __len__(self) -> int:
        return len(self._columns.rows)

    @overload
    def __getitem__(self, place: int) -> Hit: ...

    @overload
    def __getitem__(self, place: slice) -> Hits: ...

    def __getitem__(self, place: int | slice) -> Hit | Hits:
        if isinstance(place, slice):
            told = [column[place] for column in self._columns]
            return Hits(self._generation, self._asked, _Columns._make(told))
        place = range(len(self))[place]
        start = self._columns.starts[place]
        return Hit(
            meeting_id=id_from_number(self._columns.numbers[place]),
            cursor=self._cursors[place] if self._cursors else self[place : place + 1].cursors()[0],
            distance_km=self._distance(self._columns.squares[place]),
            starts_at=None if start == NEVER else instant_of(start),
        )

    def __iter__(self) -> Iterator[Hit]:
        ids = ids_of(np.array(self._columns.numbers, np.int64))
        told = zip(ids, self.cursors(), self.distances(), self._columns.starts, strict=True)
        for id, cursor, distance, start in told:
            starts_at = None if start == NEVER else instant_of(start)
            yield Hit(meeting_id=id, cursor=cursor, distance_km=distance, starts_at=starts_at)

    def __add__(self, others: Hits) -> Hits:
        """These, and then the others, which are of the same question."""
        told = map(operator.add, self._columns, others._columns)
        return Hits(self._generation, self._asked, _Columns._make(told))

    def at(self, places: Sequence[int]) -> list[Hit]:
        """Those of these places, without what is of the question alone: no cursor, no distance."""
        numbers, starts = self._columns.numbers, self._columns.starts
        ids = ids_of(np.array([numbers[place] for place in places], np.int64))
        return [
            Hit(meeting_id=id, cursor="", starts_at=None if starts[place] == NEVER else instant_of(starts[place]))
            for id, place in zip(ids, places, strict=True)
        ]

    @property
    def numbers(self) -> list[int]:
        """The numbers behind the meetings' ids."""
        return self._columns.numbers

    @property
    def starts(self) -> list[int]:
        """The starts in minutes of `search.clock`; NEVER: there is none."""
        return self._columns.starts

    def editions(self) -> list[int]:
        """For each meeting the generation since which nothing that is shown of it has changed."""
        return editions_of(self._generation, np.array(self._columns.rows, np.int64))

    def distances(self) -> list[float | None]:
        """In kilometres, where they are known."""
        return all_kilometres(self._columns.squares, FAR)

    def cursors(self) -> list[str]:
        """The cursor of each."""
        if self._cursors is None:
            told = self._columns
            names = names_of(self._generation, np.array(told.rows, np.int64))
            self._cursors = cursors_of(self._asked, map(Position, told.sections, told.keys, names, told.numbers))
        return self._cursors

    @staticmethod
    def _distance(square: float) -> float | None:
        return None if square == FAR else kilometres(square)


def no_hits(generation: Generation, asked: Asked) -> Hits:
    """None yet."""
    return Hits(generation, asked, _Columns(rows=[], sections=[], keys=[], numbers=[], starts=[], squares=[]))


def hits_of(generation: Generation, found: Matches, section: int, keys: Longs, starts: Ints, asked: Asked) -> Hits:
    """The hits of these rows, whose keys and starts are given."""
    count = len(found.rows)
    columns = _Columns(
        rows=found.rows.tolist(),
        sections=[section] * count,
        keys=keys.tolist(),
        numbers=generation.rows.number.take(found.rows).tolist(),
        starts=starts.tolist(),
        squares=[FAR] * count if found.squares is None else found.squares.tolist(),
    )
    return Hits(generation, asked, columns)


def ids_of(numbers: Longs) -> list[str]:
    """What `id_from_number` says, of all at once."""
    letters = np.empty((len(numbers), _ID_LENGTH), np.uint8)
    letters[:, 0] = ord("M")
    letters[:, 1:] = _LETTERS.take(numbers[:, None] >> _SHIFTS & 31)
    text = letters.tobytes().decode("ascii")
    return [text[start : start + _ID_LENGTH] for start in range(0, len(text), _ID_LENGTH)]
