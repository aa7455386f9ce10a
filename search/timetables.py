"""What was worked out of all distinct schedules, kept for the next search: most are asked at the same minute."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from search.clock import Ints
from search.schedules import Calendar, next_starts
from search.shelves import Shelf

N = TypeVar("N", bound=np.generic)


class Timetable(NamedTuple):
    """Answers of schedules, by their numbers."""

    calendar: Calendar
    tables: Shelf[Any]

    def told(self, codes: Ints, key: Hashable, make: Callable[[Ints], NDArray[N]]) -> NDArray[N]:
        """What `make` says of each schedule; worked out for all of them once it has been asked of as many."""
        table = self.tables.get(key)
        if table is None:
            every = len(self.calendar.schedules.zone)
            table = self.tables.made_once_it_pays(
                key, lambda: make(np.arange(every, dtype=np.int32)), asked=codes.size, every=every
            )
        return make(codes) if table is None else table.take(codes)

    def next_held(self, codes: Ints, now: int) -> Ints:
        """The next held start of each schedule at or after `now`."""
        return self.told(codes, ("next", now), lambda of: next_starts(self.calendar, of, now))
