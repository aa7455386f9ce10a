"""Compiled coercion: what clients send in variables, as resolvers take it.

What graphql-core would refuse is not put into words here: it is a `Bail`, and graphql-core says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    get_named_type,
    type_from_ast,
    value_from_ast,
)

from schema.repeated import Repeated

Variables = Mapping[str, Any]
#: Lists that are kept as they were read, which nobody may change.
_LISTS: Repeated[list[Any]] = Repeated(1000)
#: What a parser would return as it is.
_PLAIN: Mapping[str, type] = {"String": str, "ID": str, "Boolean": bool}
#: Reads a value as JSON brings it.
Reader = Callable[[Any], Any]


class Bail(Exception):
    """Something that the standard executor must answer, because only it has the words for it."""


def variables_reader(
    schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode]
) -> Callable[[Variables], dict[str, Any]]:
    """Coerces an operation's variables as `get_variable_values` does; Bail where that finds fault."""
    readers = [(node.variable.name.value, *_variable(schema, node)) for node in definitions]

    def read(given: Variables) -> dict[str, Any]:
        values = {}
        for name, reader, default, required in readers:
            if name in given:
                values[name] = reader(given[name])
            elif default is not Undefined:
                values[name] = default
            elif required:
                raise Bail
        return values

    return read


def _variable(schema: GraphQLSchema, node: VariableDefinitionNode) -> tuple[Reader, Any, bool]:
    """How it is read, what it is when left out, and whether it may not be."""
    type_: Any = type_from_ast(schema, node.type)
    default = Undefined if node.default_value is None else value_from_ast(node.default_value, type_)
    return reader_of(type_), default, isinstance(type_, GraphQLNonNull)


def reader_of(type_: GraphQLInputType) -> Reader:
    """Reads one value of that type; Bail, or whatever the type's own parser raises."""
    if isinstance(type_, GraphQLNonNull):
        required = reader_of(type_.of_type)

        def read_required(value: Any) -> Any:
            if value is None:
                raise Bail
            return required(value)

        return read_required
    inner = _list_reader(type_) if isinstance(type_, GraphQLList) else _named_reader(type_)
    return lambda value: None if value is None else inner(value)


def _list_reader(type_: GraphQLList[Any]) -> Reader:
    item = reader_of(type_.of_type)

    def read(value: Any) -> list[Any]:
        # A value that is no list is a list of one.
        return [item(one) for one in value] if isinstance(value, list) else [item(value)]

    def read_once(value: Any) -> list[Any]:
        return _LISTS.made(value, lambda: read(value), read)

    # Lists of codes are what apps send again and again. Objects may hold what is a person's own, and are not kept.
    return read if isinstance(get_named_type(type_), GraphQLInputObjectType) else read_once


def _named_reader(type_: Any) -> Reader:
    if not isinstance(type_, GraphQLInputObjectType):
        return _scalar_reader(type_)
    fields = {name: (field.out_name or name, reader_of(field.type)) for name, field in type_.fields.items()}
    defaults, required = _left_out(type_)

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not required <= value.keys():
            raise Bail
        told = dict(defaults)
        for name, given in value.items():
            out, reader = fields[name]
            told[out] = reader(given)
        return told

    return read


def _scalar_reader(type_: Any) -> Reader:
    parse: Reader = type_.parse_value
    if type_.name == "Float":
        return lambda value: value if type(value) is float and -inf < value < inf else parse(value)
    plain = _PLAIN.get(type_.name)
    return parse if plain is None else lambda value: value if type(value) is plain else parse(value)


def _left_out(type_: GraphQLInputObjectType) -> tuple[dict[str, Any], frozenset[str]]:
    """What fields are that a client leaves out, and which it may not."""
    items = type_.fields.items()
    defaults = {f.out_name or name: f.default_value for name, f in items if f.default_value is not Undefined}
    return defaults, frozenset(name for name, f in items if is_needed(f))


def is_needed(field: GraphQLInputField | GraphQLArgument) -> bool:
    """Whether it may not be left out."""
    return isinstance(field.type, GraphQLNonNull) and field.default_value is Undefined
