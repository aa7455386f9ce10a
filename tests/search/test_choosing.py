"""Rows that a filter keeps wherever they lie, chosen by and by."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import cast
from weakref import ref

import numpy as np
import pytest

from meetings.model import Weekday
from meetings.search import DEFAULT_WINDOW, MeetingFilter, OccurrenceQuery, PlaceFilter, Point, TimeFilter
from search.candidates import Sieve
from search.choosing import Choosing, Chosen
from search.columns import Generation
from search.filters import sieves_of
from search.index import Index
from search.meetings import find_meetings
from search.occurrences import find_occurrences
from tests.builders import NOW, a_meeting
from tests.search.asking import a_list, a_query, index_of

MEETINGS = tuple(a_meeting(number, fellowship="NA" if number % 3 else "AA") for number in range(1, 41))
AA = MeetingFilter(fellowships=frozenset({"AA"}))


def an_index() -> Index:
    return index_of(a_list(*MEETINGS))


def rows_of_aa(index: Index) -> list[int]:
    (sieve,) = sieves_of(index, AA)
    return [row for row, kept in enumerate(sieve.judge(sieve.column)[: index.columns.located]) if kept]


def test_all_that_are_kept_are_chosen_as_soon_as_all_have_been_judged() -> None:
    index = an_index()
    choosing = Choosing(index.columns, sieves_of(index, AA), at_once=7)
    told = [choosing.go_on() for _ in range(7)]
    assert told[:5] == [None] * 5
    chosen = told[5]
    assert chosen is not None
    assert chosen.rows.tolist() == rows_of_aa(index)
    assert len(chosen.rows) == 13
    assert chosen.cell.tolist() == index.columns.rows.cell[chosen.rows].tolist()
    assert told[6] is chosen


def test_most_of_all_rows_are_not_chosen() -> None:
    index = an_index()
    choosing = Choosing(index.columns, [], at_once=30)
    assert [choosing.go_on() for _ in range(4)] == [None] * 4


class Overtaken:
    """Columns by whose count of rows one is overtaken: others act first."""

    def __init__(self, columns: Generation, others: list[Callable[[], object]]) -> None:
        self.rows, self._count, self._others = columns.rows, columns.located, others

    @property
    def located(self) -> int:
        while self._others:
            self._others.pop()()
        return self._count


def test_who_is_overtaken_by_the_last_to_judge_leaves_what_was_chosen() -> None:
    index, others = an_index(), list[Callable[[], object]]()
    choosing = Choosing(cast("Generation", Overtaken(index.columns, others)), sieves_of(index, AA))
    others.append(choosing.go_on)
    chosen = choosing.go_on()
    assert chosen is not None
    assert chosen.rows.tolist() == rows_of_aa(index)


def test_what_could_not_be_judged_is_judged_again() -> None:
    index, failing = an_index(), [MemoryError()]

    def judge(column: np.ndarray) -> np.ndarray:
        if failing:
            raise failing.pop()
        return sieve.judge(column)

    (sieve,) = sieves_of(index, AA)
    choosing = Choosing(index.columns, [sieve._replace(judge=judge)])
    with pytest.raises(MemoryError):
        choosing.go_on()
    chosen = choosing.go_on()
    assert chosen is not None
    assert chosen.rows.tolist() == rows_of_aa(index)


def test_who_comes_while_another_judges_does_not_wait() -> None:
    index = an_index()
    met: list[Chosen | None] = []

    def judge(column: np.ndarray) -> np.ndarray:
        other = Thread(target=lambda: met.append(choosing.go_on()))
        other.start()
        other.join(timeout=10)
        return np.zeros(len(column), np.bool_)

    choosing = Choosing(index.columns, [Sieve(index.columns.rows.kind, judge, 1.0)])
    assert choosing.go_on() is not None
    assert met == [None]


def test_rows_are_chosen_once_as_many_have_been_asked_for_as_there_are() -> None:
    index = an_index()
    told = [index.chosen("AA", lambda: 15, lambda: sieves_of(index, AA)) for _ in range(4)]
    assert [chosen is None for chosen in told] == [True, True, False, False]
    assert told[2] is told[3]


def test_an_index_that_nobody_searches_any_more_is_let_go_of() -> None:
    index = an_index()
    place = PlaceFilter(near=Point(latitude=40.7, longitude=-74.0))
    mondays = a_query(place=place, time=TimeFilter(days=frozenset({Weekday.MONDAY})))
    week = OccurrenceQuery(filter=mondays.filter, start=NOW, until=NOW + DEFAULT_WINDOW, first=9, now=NOW)
    for _ in range(4):
        find_meetings(index, mondays)
        find_occurrences(index, week)
    held = ref(index)
    del index
    assert held() is None
