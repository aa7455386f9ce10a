"""The index that searches hold: one generation, and what was worked out from it and may be asked again.

Workers map the files of a generation, so that all of a host share one copy in memory; a request holds on to the index
it began with.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from meetings.errors import StoreFailed
from meetings.search import Point
from search.candidates import Candidates, Sieve
from search.choosing import Choosing, Chosen
from search.columns import Generation
from search.files import current_number, current_stamp, read_generation
from search.geo import count_in_band, rows_around
from search.schedules import Calendar
from search.texts import Said, find_text, text_question

T = TypeVar("T")
#: Tables kept for the next search, by minute and by filter: some hundred kilobytes each where lists are large.
_KEPT = 16
#: And of those which say what distinct values a filter keeps: ten kilobytes each.
_JUDGED = 64
#: Filters whose rows are chosen: twelve bytes for each row that they keep.
_CHOSEN = 8
#: Texts whose rows are kept for the other section, for facets and for the next page: two bytes for each row of all.
_KEPT_TEXTS = 4
#: How often a holder looks whether there is a newer generation; a change is seen so much later at most.
LOOK_AFTER_S = 0.05
#: A generation may be taken away between reading its name and its files; then there is a newer one.
_TRIES = 3


class Index:
    """A generation that can be searched. `change` is the last change of the database that it shows."""

    def __init__(self, generation: Generation, number: int = 0) -> None:
        self.columns = generation
        self.generation = number
        self.calendar = Calendar(schedules=generation.schedules, zones=generation.zones)
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._judged: OrderedDict[Hashable, Any] = OrderedDict()
        self._said: OrderedDict[Hashable, Any] = OrderedDict()
        self._chosen: OrderedDict[Hashable, Any] = OrderedDict()
        self._asked: OrderedDict[Hashable, int] = OrderedDict()
        self._around: tuple[tuple[Point, float], Candidates] | None = None
        self._lock = Lock()

    @property
    def built_at(self) -> int:
        """When it was built, in minutes of `search.clock`."""
        return self.columns.header.built_at

    @property
    def count(self) -> int:
        """How many meetings are in it."""
        return len(self.columns.rows.number)

    @property
    def change(self) -> int:
        """The number in the change log up to which it is complete."""
        return self.columns.header.change

    def pays(self, key: Hashable, asked: int, every: int) -> bool:
        """Whether a table of `every` answers is worth making: it is here, or as many have been asked for by now."""
        with self._lock:
            if key in self._kept or key in self._judged:
                return True
            total = self._asked[key] = self._asked.pop(key, 0) + asked
            _trim(self._asked, _JUDGED)
        return total >= every

    def around(self, point: Point, radius_km: float) -> Candidates:
        """The rows that may lie within a radius. Who asks how many they are asks for them next: the last are kept."""
        asked, last = (point, radius_km), self._around
        if last is None or last[0] != asked:
            last = self._around = asked, rows_around(self.columns, point, radius_km)
        return last[1]

    def are_few_around(self, point: Point, radius_km: float, most: int) -> bool:
        """Whether at most so many rows may lie within a radius."""
        return count_in_band(self.columns, point, radius_km) <= most or self.around(point, radius_km).count <= most

    def chosen(self, key: Hashable, asked: Callable[[], int], sieves: Callable[[], Sequence[Sieve]]) -> Chosen | None:
        """The rows with a point that sieves keep, once it has paid to choose them: after as many have been `asked` for
        as there are.
        """
        with self._lock:
            choosing: Choosing | None = self._chosen.get(key)
            if choosing is not None:
                self._chosen.move_to_end(key)
        if choosing is None:
            if not self.pays(key, asked(), self.count):
                return None
            choosing = self._lately(self._chosen, _CHOSEN, key, lambda: Choosing(self.columns, sieves()))
        return choosing.go_on()

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` made for this key before, if it still is here."""
        return self._lately(self._kept, _KEPT, key, make)

    def judged(self, key: Hashable, make: Callable[[], T]) -> T:
        """The same for tables of which distinct values a filter keeps."""
        return self._lately(self._judged, _JUDGED, key, make)

    def said(self, text: str) -> Said:
        """What a text finds; StoreFailed while texts are being read."""
        if not self.columns.texts.ready:
            raise StoreFailed("texts are being read; ask without filter.text, or again in a minute")
        return self._lately(self._said, _KEPT_TEXTS, text, lambda: _find(self.columns, text))

    def _lately(self, kept: OrderedDict[Hashable, Any], most: int, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            found: T | None = kept.get(key)
            if found is not None:
                kept.move_to_end(key)
                return found
        # Outside of the lock: two threads may make the same, and neither waits.
        made = make()
        with self._lock:
            kept[key] = made
            _trim(kept, most)
        return made


def _find(columns: Generation, text: str) -> Said:
    asked = text_question(text)
    assert asked is not None, "a filter's text has a letter or a digit"
    return find_text(columns, asked)


def _trim(lately_used: OrderedDict[Hashable, Any], most: int) -> None:
    while len(lately_used) > most:
        lately_used.popitem(last=False)


def open_index(folder: Path) -> Index | None:
    """The newest generation in a folder; None: there is none that this version can read."""
    for _ in range(_TRIES):
        number = current_number(folder)
        if number is None:
            return None
        try:
            generation = read_generation(folder, number)
        except FileNotFoundError:
            continue
        return None if generation is None else Index(generation, number)
    return None


class IndexHolder:
    """The newest index of a folder, for a process that lives on while the builder publishes.

    `clock` tells seconds that never go back.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._index: Index | None = None
        self._stamp: tuple[int, int] | None = None
        self._looked_at = -LOOK_AFTER_S

    def current(self) -> Index | None:
        """The index to search now; None while the builder has not made any."""
        now = self._clock()
        if self._index is None or now - self._looked_at >= LOOK_AFTER_S:
            self._looked_at = now
            self._look()
        return self._index

    def _look(self) -> None:
        stamp = current_stamp(self._folder)
        if stamp is None or stamp == self._stamp:
            return
        index = open_index(self._folder)
        if index is not None:
            self._index, self._stamp = index, stamp
