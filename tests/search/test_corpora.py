"""The read index against brute force on lists that were not made up at random, read the whole way."""

from __future__ import annotations

from random import Random

import pytest

from search.index import Index
from search.meetings import find_meetings
from search.occurrences import find_occurrences
from tests.amounts import many
from tests.builders import NOW
from tests.search import brute_force
from tests.search.asking import agree, answers_of, pages_of
from tests.search.brute_force import World
from tests.search.corpora import Corpus, corpora, opened
from tests.search.questions import a_meeting_query, an_occurrence_query, words_of


@pytest.fixture(scope="module", params=corpora())
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Index]:
    """A list and its index; made once for all questions, which change nothing."""
    corpus: Corpus = request.param
    return opened(corpus, tmp_path_factory.mktemp(corpus.name), NOW)


@pytest.mark.long
def test_every_meeting_of_a_real_list_is_found_or_not_as_it_should_be(known: tuple[World, Index]) -> None:
    world, index = known
    words = words_of(world)
    for seed in range(many(40)):
        query = a_meeting_query(Random(seed), words, NOW)
        found = answers_of(pages_of(find_meetings, index, query))
        assert agree(found, brute_force.find_meetings(world, query)), query


@pytest.mark.long
def test_every_date_of_a_real_list_is_found_or_not_as_it_should_be(known: tuple[World, Index]) -> None:
    world, index = known
    words = words_of(world)
    for seed in range(many(15)):
        query = an_occurrence_query(Random(seed), words, NOW)
        found = answers_of(pages_of(find_occurrences, index, query))
        assert agree(found, brute_force.find_occurrences(world, query)), query
