"""How long an answer may be kept: what is judged on the document, and what on the starts it shows."""

from datetime import UTC, datetime, timedelta

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, parse
from hypothesis import given
from hypothesis import strategies as st

from meetings.search import Hit
from schema.freshness import KEPT_QUESTIONS, TIMED, UNLOGGED, Freshness, Soonest, freshness_of, kept_seconds

NOW = datetime(2026, 11, 24, 18, 30, 20, 500_000, tzinfo=UTC)
#: Of one person or of volunteers, or counted from a person's wishes, or telling what no change of a meeting tells.
NEVER_KEPT = {
    "changes",
    "cost",
    "importRun",
    "importRuns",
    "places",
    "plan",
    "reports",
    "schedule",
    "sources",
    "viewer",
}


def hit(starts_at: datetime | None) -> Hit:
    return Hit(meeting_id="M1", cursor="c", distance_km=None, starts_at=starts_at)


def test_of_every_question_it_was_decided_whether_its_answers_may_be_kept(graphql_schema: GraphQLSchema) -> None:
    assert graphql_schema.query_type is not None
    asked = set(graphql_schema.query_type.fields)
    assert asked == {name for name in KEPT_QUESTIONS if not name.startswith("__")} | NEVER_KEPT


def test_every_field_that_is_judged_apart_exists(graphql_schema: GraphQLSchema) -> None:
    for type_name, field in UNLOGGED | TIMED:
        parent = graphql_schema.get_type(type_name)
        assert isinstance(parent, GraphQLObjectType)
        assert field in parent.fields


@pytest.mark.parametrize(
    ("text", "freshness"),
    [
        ("{ __typename fellowships { name } }", Freshness.STARTS),
        ("{ meetings { edges { distanceKm nextOccurrence { startsAt } node { name } } } }", Freshness.STARTS),
        ("{ meetings { nodes { nextOccurrence { startsAt } } } }", Freshness.MINUTE),
        ("{ meetings { nodes { ...F } } } fragment F on Meeting { status }", Freshness.MINUTE),
        ("{ meetings { nodes { listings { sourceKey source { attribution } } } } }", Freshness.STARTS),
        ("{ meetings { nodes { name lastSeenAt } } }", Freshness.NONE),
        ("{ meetings { nodes { listings { source { healthy } } } } }", Freshness.NONE),
        ('{ node(id: "x") { id ... on Source { meetingCount } } }', Freshness.NONE),
        ('{ node(id: "x") { ... { ...F } } } fragment F on Source { paused }', Freshness.NONE),
        ("{ sources { name } }", Freshness.NONE),
        ("{ fellowships { name } viewer { role } }", Freshness.NONE),
        ("query A { fellowships { name } } query B { sources { name } }", Freshness.NONE),
        ('mutation { deleteSchedule(key: "k") { deleted } }', Freshness.NONE),
        ("{ __schema { queryType { name } } }", Freshness.STARTS),
    ],
)
def test_a_document_is_as_fresh_as_its_most_fleeting_field(
    graphql_schema: GraphQLSchema, text: str, freshness: Freshness
) -> None:
    assert freshness_of(graphql_schema, parse(text)) is freshness


@pytest.mark.parametrize(
    ("freshness", "starts_in", "seconds"),
    [
        (Freshness.NONE, None, 0),
        (Freshness.MINUTE, None, 39),
        (Freshness.STARTS, None, 60),
        (Freshness.STARTS, 39.5, 39),
        (Freshness.STARTS, 3600, 60),
        (Freshness.STARTS, 0.2, 0),
    ],
)
def test_an_answer_is_kept_until_the_soonest_start_and_a_minute_at_most(
    freshness: Freshness, starts_in: float | None, seconds: int
) -> None:
    soonest = None if starts_in is None else NOW + timedelta(seconds=starts_in)
    assert kept_seconds(freshness, soonest, NOW) == seconds


@given(st.lists(st.lists(st.none() | st.integers(-90, 9000))))
def test_the_soonest_start_is_the_least_that_is_still_to_come(pages: list[list[int | None]]) -> None:
    soonest = Soonest()
    for page in pages:
        soonest.note([hit(None if at is None else NOW + timedelta(minutes=at)) for at in page], NOW)
    coming = [at for page in pages for at in page if at is not None and at > 0]
    assert soonest.at == (NOW + timedelta(minutes=min(coming)) if coming else None)
