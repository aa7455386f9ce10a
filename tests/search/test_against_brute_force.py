"""The read index finds what looking at every meeting finds: the same ones, in the same order, page after page."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.meetings import find_meetings
from search.occurrences import find_occurrences
from tests.amounts import many
from tests.search import brute_force
from tests.search.asking import agree, answers_of, index_of, pages_of
from tests.search.questions import a_meeting_query, an_occurrence_query, words_of
from tests.search.worlds import a_moment, a_world

#: Questions asked of each random list: making a list costs as much as some questions.
QUESTIONS = 10
randoms = st.integers(0, 2**63).map(Random)


def check_meetings(random: Random) -> None:
    moment = a_moment(random)
    world = a_world(random, moment)
    index = index_of(world, moment.now)
    for _ in range(QUESTIONS):
        query = a_meeting_query(random, words_of(world), moment.now)
        pages = pages_of(find_meetings, index, query)
        expected = brute_force.find_meetings(world, query)
        assert agree(answers_of(pages), expected), query
        assert {page.total for page in pages} == {len(expected)}, query
        assert [page.has_previous for page in pages] == [False] + [True] * (len(pages) - 1)


def check_occurrences(random: Random) -> None:
    moment = a_moment(random)
    world = a_world(random, moment, size=25)
    index = index_of(world, moment.now)
    for _ in range(QUESTIONS):
        query = an_occurrence_query(random, words_of(world), moment.now)
        pages = pages_of(find_occurrences, index, query)
        assert agree(answers_of(pages), brute_force.find_occurrences(world, query)), query


@settings(max_examples=40)
@given(randoms)
def test_meetings_found_are_those_that_looking_at_each_finds(random: Random) -> None:
    check_meetings(random)


@settings(max_examples=25)
@given(randoms)
def test_occurrences_found_are_those_that_looking_at_each_finds(random: Random) -> None:
    check_occurrences(random)


def check_the_same_asked_elsewhere(random: Random) -> None:
    moment = a_moment(random)
    world = a_world(random, moment)
    index, words = index_of(world, moment.now), words_of(world)
    for _ in range(3):
        query = a_meeting_query(random, words, moment.now)
        for _ in range(6):
            place = replace(
                query.filter.place,
                near=random.choice(words.points),
                radius_km=random.choice((5.0, 50.0, 500.0)),
                box=None,
                area=None,
            )
            elsewhere = replace(query, filter=replace(query.filter, text=None, ids=None, place=place))
            pages = pages_of(find_meetings, index, elsewhere)
            assert agree(answers_of(pages), brute_force.find_meetings(world, elsewhere)), elsewhere


@settings(max_examples=25)
@given(randoms)
def test_what_is_asked_again_of_other_places_is_found_there(random: Random) -> None:
    check_the_same_asked_elsewhere(random)


@pytest.mark.long
@settings(max_examples=many(300))
@given(randoms)
def test_what_is_asked_again_is_right_in_thousands_of_places(random: Random) -> None:
    check_the_same_asked_elsewhere(random)


@pytest.mark.long
@settings(max_examples=many(600))
@given(randoms)
def test_meetings_found_are_right_in_thousands_of_questions(random: Random) -> None:
    check_meetings(random)


@pytest.mark.long
@settings(max_examples=many(300))
@given(randoms)
def test_occurrences_found_are_right_in_thousands_of_questions(random: Random) -> None:
    check_occurrences(random)
