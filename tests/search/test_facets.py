"""Facets count what six separate searches would: each value as a filter by just this value, its own filter aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.model import Meeting, TimeOfDay, VenueType, Weekday
from meetings.search import FormatFilter, MeetingFilter, MeetingQuery
from search.facets import Counts, Facets, find_facets
from tests.amounts import many
from tests.search import brute_force
from tests.search.asking import index_of
from tests.search.brute_force import World
from tests.search.questions import a_meeting_query, words_of
from tests.search.worlds import a_moment, a_world

randoms = st.integers(0, 2**63).map(Random)


def found(world: World, query: MeetingQuery, asked: MeetingFilter) -> list[Meeting]:
    """What looking at every meeting finds."""
    known = {meeting.id: meeting for meeting in world.meetings}
    return [known[answer.id] for answer in brute_force.find_meetings(world, replace(query, filter=asked))]


def timed(asked: MeetingFilter, **changes: object) -> MeetingFilter:
    """The filter with another day, or another part of the day."""
    return replace(asked, time=replace(asked.time, **changes))  # type: ignore[arg-type]  # parts of a time filter


def of_starts(world: World, query: MeetingQuery, part: str, values: type[Weekday] | type[TimeOfDay]) -> Counts:
    """How many the filter would find with just this value in this part.

    Where only the nearest are asked for, those of what it finds without this part.
    """
    match = {meeting.id for meeting in found(world, query, timed(query.filter, **{part: frozenset()}))}
    counts = []
    for value in values:
        asked = timed(query.filter, **{part: frozenset({value})})
        anywhere = replace(asked, place=replace(asked.place, nearest=None))
        with_it = {meeting.id for meeting in found(world, query, anywhere)}
        # A night opens the day before, so that asking for it may find what its days alone do not.
        counts.append((value.name, len(with_it if query.filter.place.nearest is None else match & with_it)))
    return tuple(counts)


def frequent(values: Iterable[str]) -> Counts:
    return tuple(sorted(Counter(values).items(), key=lambda one: (-one[1], one[0])))


def spoken(world: World, meeting: Meeting) -> set[str]:
    """All tags that find it."""
    default = world.languages.get(meeting.source_id)
    tags = {tag.lower() for tag in meeting.languages or ((default,) if default else ())}
    known = {
        tag.lower() for one in world.meetings for tag in (*one.languages, world.languages.get(one.source_id)) if tag
    }
    return {wanted for wanted in known for tag in tags if f"{tag}-".startswith(f"{wanted}-")}


def expected(world: World, query: MeetingQuery) -> Facets:
    """Six searches, each without its own filter, and two of them again for each value."""
    asked = query.filter
    kinds = Counter(m.venue_type for m in found(world, query, replace(asked, venue_types=None)))
    by_format = found(world, query, replace(asked, formats=FormatFilter()))
    by_language = found(world, query, replace(asked, languages=None))
    return Facets(
        weekdays=of_starts(world, query, "days", Weekday),
        times_of_day=of_starts(world, query, "times_of_day", TimeOfDay),
        fellowships=frequent(m.fellowship for m in found(world, query, replace(asked, fellowships=None))),
        formats=frequent(code for meeting in by_format for code in set(meeting.formats)),
        venue_types=tuple((kind.value, kinds[kind]) for kind in VenueType),
        languages=frequent(tag for meeting in by_language for tag in spoken(world, meeting)),
    )


def check_facets(random: Random, questions: int = 4) -> None:
    moment = a_moment(random)
    world = a_world(random, moment, size=14)
    index = index_of(world, moment.now)
    for _ in range(questions):
        query = a_meeting_query(random, words_of(world), moment.now)
        facets = find_facets(index, query)
        assert facets == expected(world, query), query


@settings(max_examples=20)
@given(randoms)
def test_facets_are_those_of_separate_searches(random: Random) -> None:
    check_facets(random)


@pytest.mark.long
@settings(max_examples=many(500))
@given(randoms)
def test_facets_are_right_in_thousands_of_searches(random: Random) -> None:
    check_facets(random)
