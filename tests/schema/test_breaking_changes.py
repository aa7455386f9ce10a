"""Apps are built on what was released: nothing of it is taken away unexplained."""

import tomllib

import pytest
from graphql import GraphQLSchema, build_schema, print_schema
from graphql.utilities import find_breaking_changes

from tests.outside import ROOT

PUBLISHED = (ROOT / "schema" / "published.graphql").read_text("utf-8")
EXPLAINED = {
    entry["what"]: entry["why"]
    for entry in tomllib.loads((ROOT / "schema" / "breaks.toml").read_text("utf-8")).get("break", [])
}


def broken(new: GraphQLSchema) -> set[str]:
    return {
        change.description for change in find_breaking_changes(build_schema(PUBLISHED), build_schema(print_schema(new)))
    }


def test_whatever_of_the_released_schema_is_broken_is_explained(graphql_schema: GraphQLSchema) -> None:
    assert broken(graphql_schema) == set(EXPLAINED)
    assert all(len(why) > 20 for why in EXPLAINED.values())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  totalCount: Int!", "  count: Int!", "MeetingConnection.totalCount was removed."),
        ("    key: String!\n", "    secret: String!\n", "Query.schedule arg key was removed."),
        ("  DISTANCE\n", "  NEAREST\n", "DISTANCE was removed from enum type MeetingOrder."),
        (
            "  distanceKm: Float\n",
            "  distanceKm: String\n",
            "MeetingEdge.distanceKm changed type from Float to String.",
        ),
    ],
)
def test_a_rename_or_another_type_would_be_noticed(
    graphql_schema: GraphQLSchema, old: str, new: str, told: str
) -> None:
    text = print_schema(graphql_schema)
    assert old in text
    assert told in broken(build_schema(text.replace(old, new)))
