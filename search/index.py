"""The index that searches hold: one generation, and what was worked out from it and may be asked again.

Workers map the files of a generation, so that all of a host share one copy in memory; a request holds on to the index
it began with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from meetings.errors import StoreFailed
from meetings.search import Point
from search.candidates import Candidates, Sieve
from search.choosing import Choosing, Chosen
from search.clock import Longs
from search.columns import Generation
from search.files import current_number, current_stamp, read_generation
from search.geo import FEW_IN_BAND, bands_of, between_parallels, rows_around
from search.schedules import Calendar
from search.shelves import Shelf
from search.texts import Said, find_text, text_question
from search.timetables import Timetable

#: Tables kept for the next search, by minute and by filter: some hundred kilobytes each where lists are large.
_TABLES = 16
#: And of those which say what distinct values a filter keeps: ten kilobytes each.
_JUDGEMENTS = 64
#: Time filters made ready for a minute: some closures each.
_TIME_TESTS = 64
#: Filters whose rows are chosen: fifty bytes for each row that they keep, at most half of all.
_CHOSEN = 8
#: Texts whose rows are kept for the other section, for facets and for the next page: two bytes for each row of all.
_TEXTS = 4
#: How often a holder looks whether there is a newer generation; a change is seen so much later at most.
LOOK_AFTER_S = 0.05
#: A generation may be taken away between reading its name and its files; then there is a newer one.
_TRIES = 3


class Index:
    """A generation that can be searched. `change` is the last change of the database that it shows.

    `tables` of all schedules, or of many rows, `judgements` of distinct values and `time_tests` are kept for the next
    search.
    """

    def __init__(self, generation: Generation, number: int = 0) -> None:
        self.columns = generation
        self.generation = number
        self.calendar = Calendar(schedules=generation.schedules, zones=generation.zones)
        self.tables: Shelf[Any] = Shelf(_TABLES)
        self.timetable = Timetable(self.calendar, self.tables)
        self.time_tests: Shelf[Any] = Shelf(_TIME_TESTS)
        self.judgements: Shelf[Any] = Shelf(_JUDGEMENTS)
        self._said: Shelf[Said] = Shelf(_TEXTS)
        self._chosen: Shelf[Choosing] = Shelf(_CHOSEN)
        self._around: tuple[tuple[Point, float], Candidates] | None = None

    @cached_property
    def _bands(self) -> Longs:
        return bands_of(self.columns.rows.cell[: self.columns.located])

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

    def around(self, point: Point, radius_km: float) -> Candidates:
        """The rows that may lie within a radius. Who asks how many they are asks for them next: the last are kept."""
        asked, last = (point, radius_km), self._around
        if last is None or last[0] != asked:
            band = between_parallels(self._bands, point, radius_km)
            few = band.stop - band.start <= FEW_IN_BAND
            found = Candidates([band]) if few else rows_around(self.columns, point, radius_km)
            last = self._around = asked, found
        return last[1]

    def are_few_around(self, point: Point, radius_km: float, most: int) -> bool:
        """Whether at most so many rows may lie within a radius."""
        band = between_parallels(self._bands, point, radius_km)
        return band.stop - band.start <= most or self.around(point, radius_km).count <= most

    def chosen(self, key: Hashable, asked: Callable[[], int], sieves: Callable[[], Sequence[Sieve]]) -> Chosen | None:
        """The rows with a point that sieves keep, once it has paid to choose them: after as many have been `asked` for
        as there are.
        """
        choosing = self._chosen.get(key) or self._chosen.made_once_it_pays(
            key, lambda: Choosing(self.columns, sieves()), asked=asked(), every=self.count
        )
        return None if choosing is None else choosing.go_on()

    def said(self, text: str) -> Said:
        """What a text finds; StoreFailed while texts are being read."""
        if not self.columns.texts.ready:
            raise StoreFailed("texts are being read; ask without filter.text, or again in a minute")
        return self._said.made(text, lambda: _find(self.columns, text))


def _find(columns: Generation, text: str) -> Said:
    asked = text_question(text)
    assert asked is not None, "a filter's text has a letter or a digit"
    return find_text(columns, asked)


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
