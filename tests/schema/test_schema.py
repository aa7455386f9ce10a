"""The schema as a whole: described, fresh, and what it still lacks of the published contract."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_specified_scalar_type,
    validate_schema,
)
from graphql.utilities import find_breaking_changes

from schema import schema_text
from schema.limits import LIST_SIZES
from tests.outside import ROOT
from tests.schema.conftest import House

CONTRACT = ROOT.parent / "shared" / "contract.graphql"
WITH_FIELDS = (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)

#: What later changes bring.
# fmt: off
DEFERRED = (
    "Query.helplines", "Helpline",
)
# fmt: on
LACKING = {
    *(f"{name} was removed." for name in DEFERRED),
}


def own_types(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    """The types that are ours to describe."""
    for name, type_ in sorted(schema.type_map.items()):
        if not name.startswith("__") and not is_specified_scalar_type(type_):
            yield type_


def described(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    """Everything that has a description, by where it stands."""
    for type_ in own_types(schema):
        yield type_.name, type_
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{type_.name}.{name}", value) for name, value in type_.values.items())
        if isinstance(type_, WITH_FIELDS):
            yield from ((f"{type_.name}.{name}", field) for name, field in type_.fields.items())
        if isinstance(type_, GraphQLObjectType):
            for name, field in type_.fields.items():
                yield from ((f"{type_.name}.{name}({argument})", value) for argument, value in field.args.items())


def test_the_schema_is_valid(graphql_schema: GraphQLSchema) -> None:
    assert validate_schema(graphql_schema) == []


def test_everything_is_described_in_whole_sentences(graphql_schema: GraphQLSchema) -> None:
    poor = [
        where for where, thing in described(graphql_schema) if not (thing.description or "").rstrip("`").endswith(".")
    ]
    assert poor == []


def test_the_committed_schema_is_what_the_code_says(graphql_schema: GraphQLSchema) -> None:
    assert (ROOT / "schema" / "schema.graphql").read_text("utf-8") == schema_text(graphql_schema)


@pytest.mark.skipif(not CONTRACT.is_file(), reason="the published contract is not beside the repository")
def test_only_what_is_deferred_is_lacking_of_the_contract(graphql_schema: GraphQLSchema) -> None:
    served = build_schema(schema_text(graphql_schema))
    changes = find_breaking_changes(build_schema(CONTRACT.read_text("utf-8")), served)
    assert {change.description for change in changes} == LACKING


def test_the_length_of_every_list_of_objects_is_known_to_the_limits(graphql_schema: GraphQLSchema) -> None:
    lists = {
        f"{type_.name}.{name}"
        for type_ in own_types(graphql_schema)
        if isinstance(type_, GraphQLObjectType) and not type_.name.endswith("Connection")
        for name, field in type_.fields.items()
        if is_list_type(get_nullable_type(field.type)) and is_composite_type(get_named_type(field.type))
        if not {"first", "ids"} & set(field.args)
    }
    assert lists == set(LIST_SIZES)


def test_introspection_is_answered_within_the_limits(house: House) -> None:
    answer = house.data(get_introspection_query(input_value_deprecation=True, schema_description=True))
    assert len(answer["__schema"]["types"]) > 50
