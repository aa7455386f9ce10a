"""Asking for words: with every other filter, in the order of how well they are said, and safely."""

from __future__ import annotations

import time
from typing import Any

import pytest

from meetings.model import VenueType
from tests.builders import a_listing, a_recurrence, a_venue
from tests.schema.conftest import House, id_of
from tests.schema.test_query import DATES, FIND, HERE, found


@pytest.fixture
def four(house: House) -> House:
    """Two in town, one of which only its notes call serene; one far off; one online."""
    far = a_venue(latitude=41.9, longitude=-87.6, city="Chicago")
    house.lists(
        a_listing(record_key="1", name="Harbour", notes="Serenity prayer at the end."),
        a_listing(record_key="2", name="Serenity", venue=a_venue(latitude=40.75)),
        a_listing(record_key="3", name="Serenity by the lake", venue=far),
        a_listing(record_key="4", name="Online serenity", venue=None, venue_type=VenueType.VIRTUAL),
        a_listing(record_key="5", name="Lantern", recurrence=a_recurrence()),
    )
    return house


def test_what_says_the_text_best_comes_first(four: House) -> None:
    assert found(four, filter={"text": "serenity"}) == ["2", "4", "3", "1"]
    assert found(four, filter={"text": "SERENETY chicago"}) == ["3"]


def test_with_a_point_the_nearest_comes_first_unless_relevance_is_asked_for(four: House) -> None:
    asked = {"text": "serenity", "place": {"near": HERE}}
    assert found(four, filter=asked) == ["1", "2"]
    assert found(four, filter=asked, orderBy="RELEVANCE") == ["2", "1"]


def test_what_can_be_reached_from_anywhere_comes_after_what_is_in_reach(four: House) -> None:
    asked = {"text": "serenity", "place": {"near": HERE, "radiusKm": 1, "orOnline": True}}
    assert found(four, filter=asked, orderBy="RELEVANCE") == ["1", "4"]


def test_every_other_filter_holds_too(four: House) -> None:
    assert found(four, filter={"text": "serenity", "venueTypes": ["VIRTUAL"]}) == ["4"]
    assert found(four, filter={"text": "serenity", "place": {"city": "chicago"}}) == ["3"]
    assert found(four, filter={"text": "serenity", "exclude": {"ids": [id_of("2"), id_of("4")]}}) == ["3", "1"]
    assert found(four, filter={"text": "serenity", "fellowships": ["AA"]}) == []


def test_pages_by_relevance_follow_one_another_without_gap_or_repeat(four: House) -> None:
    asked: dict[str, Any] = {"filter": {"text": "serenity"}, "first": 1}
    ids, cursor = [], None
    for _ in range(4):
        page = four.data(FIND, **asked, after=cursor)["meetings"]
        ids += [node["id"] for node in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
    assert ids == [id_of(key) for key in ("2", "4", "3", "1")]
    assert not page["pageInfo"]["hasNextPage"]


def test_a_cursor_belongs_to_its_text(four: House) -> None:
    cursor = four.data(FIND, filter={"text": "serenity"}, first=1)["meetings"]["pageInfo"]["endCursor"]
    assert four.error(FIND, filter={"text": "serene"}, after=cursor)["extensions"]["code"] == "CURSOR_EXPIRED"


def test_occurrences_are_asked_by_text_too(four: House) -> None:
    window = {"from": "2026-11-22T00:00:00Z", "until": "2026-11-29T00:00:00Z"}
    nodes = four.data(DATES, filter={"text": '"serenity prayer"'}, **window)["occurrences"]["nodes"]
    assert {node["meeting"]["id"] for node in nodes} == {id_of("1")}


def test_relevance_without_a_text_is_refused(four: House) -> None:
    assert four.error(FIND, orderBy="RELEVANCE")["extensions"] == {"code": "BAD_INPUT", "argument": "orderBy"}


@pytest.mark.parametrize("text", ["", "   ", "?!…", '""', "\u200d", "x" * 201])
def test_a_text_that_asks_nothing_or_too_much_is_refused(four: House, text: str) -> None:
    error = four.error(FIND, filter={"text": text})
    assert error["extensions"] == {"code": "BAD_INPUT", "argument": "filter.text"}


@pytest.mark.parametrize(
    "text",
    ['" OR 1=1 --', "%%%%x", "NEAR(a b)", "x* OR y", "'; DROP TABLE meetings;--", "name:serenity", "a\x00b", "\\x"],
)
def test_what_means_something_to_databases_means_nothing_here(four: House, text: str) -> None:
    assert found(four, filter={"text": text}) == []


@pytest.mark.parametrize("letters", ["a", '"', "é", "\u0301", "東", "ﷺ", "_", "a b ", "\u200d", " ", "ß"])
def test_a_hundred_kilobytes_are_refused_at_once(four: House, letters: str) -> None:
    text = letters * (100_000 // len(letters))
    taken = []
    for _ in range(5):
        began = time.process_time()
        assert four.error(FIND, filter={"text": text})["extensions"]["argument"] == "filter.text"
        taken.append(time.process_time() - began)
    # The collector of garbage may look through all that the tests hold meanwhile.
    assert min(taken) < 0.05


@pytest.mark.parametrize("letters", ["a", "東", "ﷺ", "abcd ", "serenity ", '"a b" ', "ab"])
def test_the_longest_text_is_answered(four: House, letters: str) -> None:
    assert "errors" not in four.ask(FIND, filter={"text": (letters * 200)[:199].strip()})
