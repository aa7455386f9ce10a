"""What an index keeps for the next search."""

from __future__ import annotations

from search.index import Index
from tests.builders import a_meeting
from tests.search.asking import a_list, index_of


def an_index() -> Index:
    return index_of(a_list(a_meeting(1)))


def test_a_table_is_made_once() -> None:
    index = an_index()
    assert [index.kept("minute", object) is index.kept("minute", object) for _ in range(2)] == [True, True]


def test_a_table_in_use_stays_while_others_come_and_go() -> None:
    index = an_index()
    first = index.kept("minute", object)
    for number in range(100):
        index.kept(number, object)
        assert index.kept("minute", object) is first


def test_tables_do_not_pile_up() -> None:
    index = an_index()
    first = index.kept("minute", object)
    for number in range(100):
        index.kept(number, object)
    assert index.kept("minute", object) is not first


def test_a_table_pays_once_as_much_was_asked_as_it_holds() -> None:
    index = an_index()
    assert [index.pays("minute", 40, 100) for _ in range(4)] == [False, False, True, True]


def test_a_table_that_is_here_pays() -> None:
    index = an_index()
    index.kept("minute", object)
    assert index.pays("minute", 1, 100)
