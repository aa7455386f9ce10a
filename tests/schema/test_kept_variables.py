"""Variables that are read once, with points put in each time."""

from pprint import pformat
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse
from graphql.execution.values import get_variable_values

from schema.kept_variables import kept_variables_reader

ALONE = "query ($near: PointInput!, $days: [Weekday!]) { __typename }"
DEEP = "query ($filter: MeetingFilter) { __typename }"
NUMBERS = "query ($north: Float!, $east: Float, $km: Float = 5) { __typename }"
TWO = "query ($a: PointInput, $b: PointInput) { __typename }"


def point(latitude: float, longitude: float) -> dict[str, float]:
    return {"latitude": latitude, "longitude": longitude}


def deep(near: object, **place: object) -> dict[str, Any]:
    return {"filter": {"place": {"near": near, "radiusKm": 5, **place}, "time": {"days": ["MONDAY"]}}}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (ALONE, [{"near": point(40.7, -74), "days": ["MONDAY"]}, {"near": point(-33, 151.5), "days": ["MONDAY"]}]),
        (DEEP, [deep(point(40.7, -74.0)), deep(point(0.0, 0.0)), deep(None), {}, {"filter": None}]),
        (DEEP, [deep(point(1, 2), orOnline=True), deep(point(1, 2), orOnline=False), deep(point(1, 2))]),
        (NUMBERS, [{"north": 1.5, "east": 2}, {"north": 2, "east": None, "km": 3.5}, {"north": -0.5, "km": None}]),
        (TWO, [{"a": point(1, 2), "b": point(3, 4)}, {"a": point(3, 4), "b": point(1, 2)}, {"b": point(5, 6)}]),
    ],
)
def test_of_ever_other_points_all_is_read_as_if_for_the_first_time(
    graphql_schema: GraphQLSchema, text: str, asked: list[dict[str, Any]]
) -> None:
    (node,) = parse(text).definitions
    assert isinstance(node, OperationDefinitionNode)
    definitions = node.variable_definitions or ()
    read = kept_variables_reader(graphql_schema, definitions)
    for given in [*asked, *asked]:
        assert pformat(read(given)) == pformat(get_variable_values(graphql_schema, definitions, given))


@pytest.mark.parametrize("near", [{}, point(1, 2) | {"altitude": 3}, {"latitude": "x", "longitude": 2}, 3, [], None])
def test_a_point_that_is_none_is_refused_beside_what_is_known(graphql_schema: GraphQLSchema, near: object) -> None:
    (node,) = parse(ALONE).definitions
    assert isinstance(node, OperationDefinitionNode)
    read = kept_variables_reader(graphql_schema, node.variable_definitions or ())
    read({"near": point(1, 2)})
    with pytest.raises(Exception, match=r".*"):
        read({"near": near})


def test_what_stands_beside_ever_other_numbers_is_read_once(graphql_schema: GraphQLSchema) -> None:
    (node,) = parse("query ($north: Float!, $filter: MeetingFilter) { __typename }").definitions
    assert isinstance(node, OperationDefinitionNode)
    read = kept_variables_reader(graphql_schema, node.variable_definitions or ())
    first, second = (read({"north": north, "filter": {"byPhone": True}}) for north in (40.7, -33.9))
    assert (first["north"], second["north"]) == (40.7, -33.9)
    assert first["filter"] is second["filter"]


@pytest.mark.parametrize("north", ["40.7", True, [40.7], {}, None])
def test_a_number_that_is_none_is_refused_beside_what_is_known(graphql_schema: GraphQLSchema, north: object) -> None:
    (node,) = parse("query ($north: Float!) { __typename }").definitions
    assert isinstance(node, OperationDefinitionNode)
    read = kept_variables_reader(graphql_schema, node.variable_definitions or ())
    read({"north": 40.7})
    with pytest.raises(Exception, match=r".*"):
        read({"north": north})
