"""Filters in an address: every one there is, read as the interface reads it."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from graphql import GraphQLInputObjectType, get_named_type
from graphql.utilities import coerce_input_value

from meetings.errors import InvalidQuery
from schema import build_schema
from schema.filters import read_filter
from schema.flat_filters import flat_filter, parameter_of, read_parameters
from tests.importers.lists import the_vocabulary

FLAT = flat_filter(build_schema())


def leaves(type_: GraphQLInputObjectType) -> int:
    named = [get_named_type(field.type) for field in type_.fields.values()]
    return sum(leaves(one) if isinstance(one, GraphQLInputObjectType) else 1 for one in named)


def test_every_field_of_the_filter_has_a_parameter_of_its_own() -> None:
    assert len(FLAT.fields) == leaves(FLAT.type)


def test_parameters_are_called_as_the_fields_are() -> None:
    named = {"days", "within", "from", "latitude", "radiusKm", "country", "fellowships", "statuses", "orOnline"}
    prefixed = {"excludeDays", "excludeVenueTypes", "formatsAll", "formatsAny", "formatsNone"}
    assert named | prefixed <= set(FLAT.fields)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", {}),
        ("fellowships=NA,al-anon", {"fellowships": ["NA", "al-anon"]}),
        ("days=monday&days=TUESDAY", {"time": {"days": ["MONDAY", "TUESDAY"]}}),
        ("venueTypes=in-person", {"venueTypes": ["IN_PERSON"]}),
        (
            "latitude=40.5&longitude=-74&nearest=3",
            {"place": {"near": {"latitude": 40.5, "longitude": -74}, "nearest": 3}},
        ),
        ("place=Tulsa, OK&radiusKm=25", {"place": {"named": "Tulsa, OK", "radiusKm": 25}}),
        ("formats=open&formatsNone=men", {"formats": {"all": ["open"], "none": ["men"]}}),
        ("excludeSources=a&sources=b", {"exclude": {"sources": ["a"]}, "sources": ["b"]}),
        ("orOnline=true&byPhone=0", {"place": {"orOnline": True}, "byPhone": False}),
        ("areas=Bronx, North&areas=Quay", {"areas": ["Bronx, North", "Quay"]}),
        (
            "zone=america/new_york&languages=es,pt-BR",
            {"time": {"zone": "america/new_york"}, "languages": ["es", "pt-BR"]},
        ),
        ("_=123&1700000000=&utm_source=x", {}),
    ],
)
def test_parameters_ask_what_the_same_input_object_asks(query: str, asked: dict[str, Any]) -> None:
    values = read_parameters(FLAT, parse_qsl(query, keep_blank_values=True))
    assert values == coerce_input_value(asked, FLAT.type)


def test_what_is_wrong_in_the_filter_is_told_by_the_parameters_name() -> None:
    now = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    values = read_parameters(FLAT, [("within", "P100D")])
    with pytest.raises(InvalidQuery) as raised:
        read_filter(values, vocabulary=the_vocabulary(), now=now)
    assert str(parameter_of(FLAT, raised.value)).startswith("within: at most 92 days")


@pytest.mark.parametrize("name", ["fellowship", "Days", "formatsall", "placed", "near", "$where", "x" * 5000])
def test_unknown_parameter_is_refused_lest_all_be_sent(name: str) -> None:
    with pytest.raises(InvalidQuery, match="there is no such filter"):
        read_parameters(FLAT, [(name, "1")])
