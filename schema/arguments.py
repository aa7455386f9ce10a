"""Compiled arguments: what a document writes in them, as an expression of Python that resolvers are called with.

`v` are the operation's variables. What graphql-core would refuse is not put into words here: it is a `Bail`, or one
that is looked up and not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    ListValueNode,
    Node,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    Visitor,
    value_from_ast,
    visit,
)
from graphql.execution.values import get_argument_values

from schema.coercing import Bail, is_needed

#: Gives a value a name that expressions can use.
Constant = Callable[[Any], str]


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


def arguments_of(field: GraphQLField, node: FieldNode, constant: Constant) -> str:
    """The dictionary of a field's arguments as its resolver takes them."""
    if not variables_in(*node.arguments):
        return constant(get_argument_values(field, node, {}))
    return _fields(field.args, {argument.name.value: argument.value for argument in node.arguments}, constant)


def present(value: Any) -> Any:
    """The value; Bail if it is None."""
    if value is None:
        raise Bail
    return value


def _fields(
    definitions: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField],
    given: Mapping[str, ValueNode],
    constant: Constant,
) -> str:
    """Arguments of a field, or fields of an input object: both are written, and left out, alike."""
    told = []
    for name, definition in definitions.items():
        node, key = given.get(name), repr(definition.out_name or name)
        has_default = definition.default_value is not Undefined
        default = constant(definition.default_value) if has_default else ""
        if node is None:
            if is_needed(definition):
                raise Bail
            told += [f"{key}: {default}"] if has_default else []
            continue
        value = _value(node, definition.type, constant)
        if not isinstance(node, VariableNode) or is_needed(definition):
            told.append(f"{key}: {value}")
        elif has_default:
            told.append(f"{key}: {value} if {node.name.value!r} in v else {default}")
        else:
            told.append(f"**({{{key}: {value}}} if {node.name.value!r} in v else {{}})")
    return f"{{{', '.join(told)}}}"


def _value(node: ValueNode, type_: GraphQLInputType, constant: Constant) -> str:
    """What a written value is, given the variables in it."""
    if not variables_in(node):
        return constant(value_from_ast(node, type_))
    if isinstance(type_, GraphQLNonNull):
        return f"{constant(present)}({_value(node, type_.of_type, constant)})"
    if isinstance(node, VariableNode):
        return f"v[{node.name.value!r}]"
    if isinstance(type_, GraphQLList):
        items = node.values if isinstance(node, ListValueNode) else (node,)
        return f"[{', '.join(_item(item, type_.of_type, constant) for item in items)}]"
    if isinstance(node, ObjectValueNode) and isinstance(type_, GraphQLInputObjectType):
        return _fields(type_.fields, {field.name.value: field.value for field in node.fields}, constant)
    raise Bail


def _item(node: ValueNode, type_: GraphQLInputType, constant: Constant) -> str:
    if isinstance(node, VariableNode) and not isinstance(type_, GraphQLNonNull):
        # A variable that was not given is null in a list.
        return f"v.get({node.name.value!r})"
    return _value(node, type_, constant)
