"""Compiled coercion: what clients send in variables, and what documents write in arguments, as resolvers take it.

What graphql-core would refuse is not put into words here: it is a `Bail`, and graphql-core says why.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ListValueNode,
    Node,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    type_from_ast,
    value_from_ast,
    visit,
)
from graphql.execution.values import get_argument_values

from schema.repeated import TooLarge, frozen, thawed

Variables = Mapping[str, Any]
#: Lists that are kept as they were read.
_KEPT = 1000
#: Reads a value as JSON brings it.
Reader = Callable[[Any], Any]
#: Works a value out of the operation's variables.
Worked = Callable[[Variables], Any]


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


def _read_once(reader: Reader, value: Any) -> Any:
    """What the reader makes of a value, which nobody may change."""
    try:
        told = frozen(value)
    except TooLarge:
        return reader(value)
    return _known(reader, told)


@lru_cache(maxsize=_KEPT)
def _known(reader: Reader, told: Hashable) -> Any:
    return reader(thawed(told))


def _list_reader(type_: GraphQLList[Any]) -> Reader:
    item = reader_of(type_.of_type)

    def read(value: Any) -> list[Any]:
        # A value that is no list is a list of one.
        return [item(one) for one in value] if isinstance(value, list) else [item(value)]

    # Lists of codes are what apps send again and again. Objects may hold what is a person's own, and are not kept.
    return read if isinstance(get_named_type(type_), GraphQLInputObjectType) else partial(_read_once, read)


def _named_reader(type_: Any) -> Reader:
    if not isinstance(type_, GraphQLInputObjectType):
        parse: Reader = type_.parse_value
        return parse
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


def _left_out(type_: GraphQLInputObjectType) -> tuple[dict[str, Any], frozenset[str]]:
    """What fields are that a client leaves out, and which it may not."""
    items = type_.fields.items()
    defaults = {f.out_name or name: f.default_value for name, f in items if f.default_value is not Undefined}
    return defaults, frozenset(name for name, f in items if _needed(f))


def _needed(field: GraphQLInputField | GraphQLArgument) -> bool:
    return isinstance(field.type, GraphQLNonNull) and field.default_value is Undefined


def arguments_of(field: GraphQLField, node: FieldNode) -> dict[str, Any] | Worked:
    """The arguments of a field as its resolver takes them, once for all or to be worked out of the variables."""
    if not any(map(variables_in, node.arguments)):
        return get_argument_values(field, node, {})
    given = {argument.name.value: argument.value for argument in node.arguments}
    return _fields_of(field.args, given)


def variables_in(*nodes: Node) -> frozenset[str]:
    """The names of the variables that are used there."""
    finder = _Finder()
    for node in nodes:
        visit(node, finder)
    return frozenset(finder.found)


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.found.add(node.name.value)


def _fields_of(
    definitions: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField], given: Mapping[str, ValueNode]
) -> Worked:
    """Arguments of a field, or fields of an input object: both are written, and left out, alike."""
    steps = [
        (
            definition.out_name or name,
            _worked(given[name], definition.type) if name in given else None,
            _name_of(given.get(name)),
            definition.default_value,
            _needed(definition),
        )
        for name, definition in definitions.items()
    ]

    def work(variables: Variables) -> dict[str, Any]:
        told = {}
        for out, value, variable, default, needed in steps:
            if value is not None and (variable is None or variable in variables):
                told[out] = value(variables)
            elif needed:
                raise Bail
            elif default is not Undefined:
                told[out] = default
        return told

    return work


def _name_of(node: ValueNode | None) -> str | None:
    return node.name.value if isinstance(node, VariableNode) else None


def _worked(node: ValueNode, type_: GraphQLInputType) -> Worked:
    """What a written value is, given the variables in it."""
    if not variables_in(node):
        constant = value_from_ast(node, type_)
        return lambda variables: constant
    if isinstance(type_, GraphQLNonNull):
        inner = _worked(node, type_.of_type)

        def work(variables: Variables) -> Any:
            if (value := inner(variables)) is None:
                raise Bail
            return value

        return work
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda variables: variables[name]
    if isinstance(type_, GraphQLList):
        return _worked_list(node, type_)
    if isinstance(node, ObjectValueNode) and isinstance(type_, GraphQLInputObjectType):
        return _fields_of(type_.fields, {field.name.value: field.value for field in node.fields})
    raise Bail


def _worked_list(node: ValueNode, type_: GraphQLList[Any]) -> Worked:
    items = node.values if isinstance(node, ListValueNode) else (node,)
    works = [(_worked(item, type_.of_type), _name_of(item)) for item in items]
    may_be_null = not isinstance(type_.of_type, GraphQLNonNull)

    def work(variables: Variables) -> list[Any]:
        # A variable that was not given is null in a list.
        return [
            None if may_be_null and name is not None and name not in variables else value(variables)
            for value, name in works
        ]

    return work
