"""Whether meetings are what they were: the generations since which nothing that is shown of them has changed."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from meetings.listing import number_from_id
from search.columns import editions_of
from search.generations import rows_of_numbers
from search.index import Index


def editions_of_ids(index: Index, ids: Collection[str]) -> bytes | None:
    """One value for all of these meetings, another as soon as any of them has changed; None: one is not there."""
    numbers = np.array([number_from_id(id) or -1 for id in ids], np.int64)
    rows = rows_of_numbers(index.columns, numbers)
    if len(rows) != len(numbers):
        return None
    return np.array(editions_of(index.columns, rows), np.int64).tobytes()
