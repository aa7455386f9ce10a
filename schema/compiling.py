"""Compiles what an operation selects to Python: one function for each object, from its value to what JSON shows of it.

Fields mean what their resolvers say, which are called as graphql-core would call them; types are serialised by their
own `serialize`. What is left out is graphql-core's work between them. Whatever is not as it should be is a `Bail`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from math import inf
from typing import Any

import orjson
from graphene.types.resolver import dict_or_attr_resolver
from graphene.types.schema import is_type_of_from_possible_types
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    SelectionSetNode,
    Undefined,
    get_named_type,
)
from graphql.execution.collect_fields import collect_fields, collect_sub_fields

from schema.arguments import arguments_of, variables_in
from schema.coercing import Bail

#: From a value and what resolvers take for `info` to what JSON shows.
Shown = Callable[[Any, Any], Any]
#: Fields by the names under which they are shown.
Selected = Mapping[str, list[FieldNode]]
FieldName = tuple[str, str]
#: What needs no call of `serialize`: orjson writes it as that would say. Before 1973 some offsets had seconds.
_AS_IT_IS = {
    "String": "type({v}) is str",
    "ID": "type({v}) is str",
    "TimeZone": "type({v}) is str",
    "Language": "type({v}) is str",
    "URL": "type({v}) is str",
    "Boolean": "({v} is True or {v} is False)",
    "Int": "(type({v}) is int and -2147483648 <= {v} <= 2147483647)",
    "Float": "(type({v}) is float and -inf < {v} < inf)",
    "Date": "type({v}) is date",
    "DateTime": "(type({v}) is datetime and {v}.year > 1972 and not {v}.microsecond)",
}

#: Objects of one type that are shown once; a vocabulary has a hundred.
_MOST_CONSTANTS = 1000


class Unsupported(Exception):
    """Something that is not compiled: the standard executor answers the whole operation."""


#: See `Compiler.lists`.
ListCompiler = Callable[["Compiler", GraphQLObjectType, Selected], tuple[Callable[[Any, Any, Any], Any], list[str]]]


def _bail() -> Any:
    raise Bail


def _listed(value: Any) -> Any:
    if type(value) is not list and type(value) is not tuple:
        raise Bail
    return value


def once() -> Callable[[Shown, Any, Any], orjson.Fragment]:
    """Shows each object once, and after that what it showed: called with what shows it, the object and `info`."""
    shown: dict[int, tuple[object, orjson.Fragment]] = {}

    def in_json(show: Shown, value: Any, asking: Any) -> orjson.Fragment:
        known = shown.get(id(value))
        # Another may have come to lie where one was that is gone: none is while it is held here.
        if known is None or known[0] is not value:
            known = value, orjson.Fragment(orjson.dumps(show(value, asking)))
            if len(shown) < _MOST_CONSTANTS:
                shown[id(value)] = known
        return known[1]

    return in_json


@dataclass(slots=True, kw_only=True)
class Compiler:
    """Compiles one operation; `variables` are coerced, and looked at only where fields are skipped or included.

    `around` puts something around the resolvers of some fields, by type and name. `lists` show some lists whole: from
    the compiler, the type of the list's items and what is selected of them to what shows the list (given its value,
    the resolver's `info`, and the functions of the objects named). Objects of the types `constants` are few, and what
    is shown of one never changes. `fields` and `used` are the fields and variables that have been compiled.
    """

    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    variables: dict[str, Any]
    around: Mapping[FieldName, Callable[[Any], Any]] = field(default_factory=dict)
    lists: Mapping[FieldName, ListCompiler] = field(default_factory=dict)
    constants: frozenset[str] = frozenset()
    fields: set[FieldName] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    _source: list[str] = field(default_factory=list)
    _names: dict[str, Any] = field(default_factory=dict)
    _count: int = 0

    def compile(self, type_: GraphQLObjectType, selection: SelectionSetNode) -> Shown:
        """The function that shows an object of that type."""
        name = self.object(type_, collect_fields(self.schema, self.fragments, self.variables, type_, selection))
        known = {"bail": _bail, "listed": _listed, "inf": inf, "date": date, "datetime": datetime}
        names: dict[str, Any] = {**self._names, **known}
        exec("\n".join(self._source), names)
        shown: Shown = names[name]
        return shown

    def object(self, type_: GraphQLObjectType, selected: Selected) -> str:
        """Write the function that shows these fields of an object; its name."""
        shown = [f"{key!r}: {self._field(type_, nodes)}" for key, nodes in selected.items()]
        name = self._new("o")
        check = self._type_check(type_)
        self._source += [f"def {name}(r, i):", *check, "    v = i.variables", f"    return {{{', '.join(shown)}}}"]
        return name

    def _type_check(self, type_: GraphQLObjectType) -> list[str]:
        check = type_.is_type_of
        if check is None:
            return []
        if isinstance(check, partial) and check.func is is_type_of_from_possible_types:
            return [f"    if not isinstance(r, {self._constant(check.args[0])}): bail()"]
        return [f"    if not {self._constant(check)}(r, i): bail()"]

    def _field(self, type_: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(type_.name)
        definition = type_.fields.get(name)
        if definition is None:
            raise Unsupported(name)
        self.fields.add((type_.name, name))
        if (type_.name, name) in self.lists:
            return self._list(self.lists[type_.name, name], definition, nodes)
        around = self.around.get((type_.name, name))
        return self._completed(definition.type, self._resolved(definition, nodes[0], around), nodes)

    def _list(self, compile_list: ListCompiler, definition: GraphQLField, nodes: list[FieldNode]) -> str:
        item: Any = get_named_type(definition.type)
        selected = collect_sub_fields(self.schema, self.fragments, self.variables, item, nodes)
        show, objects = compile_list(self, item, selected)
        return f"{self._constant(show)}(r, i, ({''.join(f'{name}, ' for name in objects)}))"

    def _resolved(self, definition: GraphQLField, node: FieldNode, around: Callable[[Any], Any] | None) -> str:
        """The expression that asks the field's resolver."""
        resolve = definition.resolve if around is None else around(definition.resolve)
        if isinstance(resolve, partial) and resolve.func is dict_or_attr_resolver and not definition.args:
            return f"r.{resolve.args[0]}"
        if resolve is None:
            raise Unsupported(node.name.value)
        called = self._constant(resolve)
        if not definition.args:
            return f"{called}(r, i)"
        self.used |= variables_in(*node.arguments)
        return f"{called}(r, i, **{arguments_of(definition, node, self._constant)})"

    def _completed(self, type_: Any, value: str, nodes: list[FieldNode]) -> str:
        """The expression that shows a value of that type."""
        absent = "None"
        if isinstance(type_, GraphQLNonNull):
            type_, absent = type_.of_type, "bail()"
        held = value if value.isidentifier() else self._new("v")
        named = held if held == value else f"({held} := {value})"
        return f"({absent} if {named} is None else {self._present(type_, held, nodes)})"

    def _present(self, type_: Any, held: str, nodes: list[FieldNode]) -> str:
        """The same for one that is not None, in a variable."""
        if isinstance(type_, GraphQLList):
            item = self._new("x")
            return f"[{self._completed(type_.of_type, item, nodes)} for {item} in listed({held})]"
        if isinstance(type_, GraphQLObjectType):
            selected = collect_sub_fields(self.schema, self.fragments, self.variables, type_, nodes)
            return self._shown(type_, selected, held)
        if isinstance(type_, GraphQLEnumType):
            return f"{self._constant(_written_values(type_))}[{held}]"
        if isinstance(type_, GraphQLScalarType):
            serialized = f"{self._constant(_checked(type_))}({held})"
            plain = _AS_IT_IS.get(type_.name)
            return f"({held} if {plain.format(v=held)} else {serialized})" if plain else serialized
        raise Unsupported(str(type_))

    def _shown(self, type_: GraphQLObjectType, selected: Selected, held: str) -> str:
        """The expression that shows an object which is in a variable."""
        outside, self.used = self.used, set()
        show = self.object(type_, selected)
        always_alike = type_.name in self.constants and not self.used
        self.used |= outside
        return f"{self._constant(once())}({show}, {held}, i)" if always_alike else f"{show}({held}, i)"

    def _constant(self, value: Any) -> str:
        name = self._new("c")
        self._names[name] = value
        return name

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"


def _written_values(type_: GraphQLEnumType) -> dict[Any, str]:
    return {definition.value: type_.serialize(definition.value) for definition in type_.values.values()}


def _checked(type_: GraphQLScalarType) -> Callable[[Any], Any]:
    serialize = type_.serialize

    def checked(value: Any) -> Any:
        written = serialize(value)
        if written is None or written is Undefined:
            raise Bail
        return written

    return checked
