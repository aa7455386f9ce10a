"""Rows that a filter keeps wherever they lie, chosen by and by."""

from __future__ import annotations

from threading import Thread

import numpy as np

from meetings.search import MeetingFilter
from search.candidates import Sieve
from search.choosing import Choosing, Chosen
from search.filters import sieves_of
from search.index import Index
from tests.builders import a_meeting
from tests.search.asking import a_list, index_of

MEETINGS = tuple(a_meeting(number, fellowship="NA" if number % 3 else "AA") for number in range(1, 41))
NA = MeetingFilter(fellowships=frozenset({"NA"}))


def an_index() -> Index:
    return index_of(a_list(*MEETINGS))


def rows_of_na(index: Index) -> list[int]:
    (sieve,) = sieves_of(index, NA)
    return [row for row, kept in enumerate(sieve.judge(sieve.column)[: index.columns.located]) if kept]


def test_all_that_are_kept_are_chosen_as_soon_as_all_have_been_judged() -> None:
    index = an_index()
    choosing = Choosing(index.columns, sieves_of(index, NA), at_once=7)
    told = [choosing.go_on() for _ in range(7)]
    assert told[:5] == [None] * 5
    chosen = told[5]
    assert chosen is not None
    assert chosen.rows.tolist() == rows_of_na(index)
    assert len(chosen.rows) == 27
    assert chosen.cells.tolist() == index.columns.rows.cell[chosen.rows].tolist()
    assert told[6] is chosen


def test_no_sieve_chooses_all() -> None:
    index = an_index()
    chosen = Choosing(index.columns, []).go_on()
    assert chosen is not None
    assert chosen.rows.tolist() == list(range(40))


def test_who_comes_while_another_judges_does_not_wait() -> None:
    index = an_index()
    met: list[Chosen | None] = []

    def judge(column: np.ndarray) -> np.ndarray:
        other = Thread(target=lambda: met.append(choosing.go_on()))
        other.start()
        other.join(timeout=10)
        return np.ones(len(column), np.bool_)

    choosing = Choosing(index.columns, [Sieve(index.columns.rows.kind, judge, 1.0)])
    assert choosing.go_on() is not None
    assert met == [None]


def test_rows_are_chosen_once_as_many_have_been_asked_for_as_there_are() -> None:
    index = an_index()
    told = [index.chosen("NA", lambda: 15, lambda: sieves_of(index, NA)) for _ in range(4)]
    assert [chosen is None for chosen in told] == [True, True, False, False]
    assert told[2] is told[3]
