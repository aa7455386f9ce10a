"""Whether meetings are what they were: the generations since which nothing that is shown of them has changed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from meetings.listing import number_from_id
from search.columns import editions_of
from search.generations import rows_of_numbers
from search.index import Index


def numbers_of_ids(ids: Iterable[str]) -> NDArray[np.int64]:
    """The numbers behind ids; -1, which no meeting has, for what is no id."""
    numbers = (number_from_id(id) for id in ids)
    return np.array([-1 if number is None else number for number in numbers], np.int64)


def editions_of_numbers(index: Index, numbers: NDArray[np.int64]) -> bytes | None:
    """One value for all of these meetings, another as soon as any of them has changed; None: one is not there."""
    rows = rows_of_numbers(index.columns, numbers)
    if len(rows) != len(numbers):
        return None
    return np.array(editions_of(index.columns, rows), np.int64).tobytes()
