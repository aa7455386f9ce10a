"""What is kept for the next search."""

from __future__ import annotations

from search.shelves import Shelf


def test_a_thing_is_made_once() -> None:
    shelf: Shelf[object] = Shelf(4)
    assert shelf.made("minute", object) is shelf.made("minute", object)


def test_a_thing_in_use_stays_while_others_come_and_go() -> None:
    shelf: Shelf[object] = Shelf(4)
    first = shelf.made("minute", object)
    for number in range(100):
        shelf.made(number, object)
        assert shelf.made("minute", object) is first


def test_things_do_not_pile_up() -> None:
    shelf: Shelf[object] = Shelf(4)
    first = shelf.made("minute", object)
    for number in range(4):
        shelf.made(number, object)
    assert shelf.get("minute") is None
    assert shelf.made("minute", object) is not first


def test_a_table_is_made_once_as_much_was_asked_as_it_holds() -> None:
    shelf: Shelf[object] = Shelf(4)
    told = [shelf.made_once_it_pays("minute", object, asked=40, every=100) for _ in range(4)]
    assert [table is None for table in told] == [True, True, False, False]
    assert told[2] is told[3]


def test_a_table_that_is_here_is_used_however_little_is_asked() -> None:
    shelf: Shelf[object] = Shelf(4)
    table = shelf.made("minute", object)
    assert shelf.made_once_it_pays("minute", object, asked=1, every=100) is table


def test_what_was_asked_of_ever_other_keys_is_forgotten() -> None:
    shelf: Shelf[object] = Shelf(4)
    shelf.made_once_it_pays("minute", object, asked=99, every=100)
    for number in range(100):
        shelf.made_once_it_pays(number, object, asked=1, every=100)
    assert shelf.made_once_it_pays("minute", object, asked=1, every=100) is None
