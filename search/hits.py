"""Rows as hits: public ids, cursors, distances and starts in the words of those who asked."""

from __future__ import annotations

import numpy as np

from meetings.listing import id_from_number
from meetings.search import Hit
from search.clock import NEVER, Ints, Longs, instant_of
from search.columns import Generation
from search.cursors import Asked, Position, cursors_of
from search.geo import kilometres
from search.matching import FAR, Matches
from search.ordering import names_of

#: The letters of public ids, by their value.
_LETTERS = np.frombuffer("".join(id_from_number(value)[-1] for value in range(32)).encode("ascii"), np.uint8)
_SHIFTS = np.arange(60, -5, -5)
_ID_LENGTH = 14


def hits_of(columns: Generation, found: Matches, section: int, keys: Longs, starts: Ints, asked: Asked) -> list[Hit]:
    """The hits of these rows, whose keys and starts are given."""
    numbers = columns.rows.number.take(found.rows)
    places = zip(keys.tolist(), names_of(columns, found.rows), numbers.tolist(), strict=True)
    cursors = cursors_of(asked, (Position(section, *place) for place in places))
    squares = [FAR] * len(cursors) if found.squares is None else found.squares.tolist()
    return [
        Hit(
            meeting_id=id,
            cursor=cursor,
            distance_km=None if square == FAR else kilometres(square),
            starts_at=None if start == NEVER else instant_of(start),
        )
        for id, cursor, square, start in zip(ids_of(numbers), cursors, squares, starts.tolist(), strict=True)
    ]


def ids_of(numbers: Longs) -> list[str]:
    """What `id_from_number` says, of all at once."""
    letters = np.empty((len(numbers), _ID_LENGTH), np.uint8)
    letters[:, 0] = ord("M")
    letters[:, 1:] = _LETTERS.take(numbers[:, None] >> _SHIFTS & 31)
    text = letters.tobytes().decode("ascii")
    return [text[start : start + _ID_LENGTH] for start in range(0, len(text), _ID_LENGTH)]
