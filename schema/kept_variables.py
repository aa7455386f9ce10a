"""Variables that are read once: apps send the same again and again, of ever other points.

What was read is kept by the JSON that was sent, with the points taken out; they are read each time, and put back in.
So are variables that are numbers: a point may be told by two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from graphql import (
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    VariableDefinitionNode,
    type_from_ast,
)

from schema.coercing import Reader, Variables, reader_of, variables_reader
from schema.repeated import Repeated

_KNOWN: Repeated[dict[str, Any]] = Repeated(500)
_POINT, _NUMBER = "PointInput", "Float"
#: Stand for the points, and for the numbers, in what is kept.
_ANYWHERE = {"latitude": 0.0, "longitude": 0.0}
_ANYTHING = 0.0
#: Levels of input objects in which points are looked for.
_DEEPEST = 4


def kept_variables_reader(
    schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]
) -> Callable[[Variables], dict[str, Any]]:
    """As `variables_reader`; nobody may change what it returns."""
    return partial(_read, variables_reader(schema, definitions), tuple(_points_of(schema, definitions)))


class _Point(NamedTuple):
    """Where in the variables a point is, by the names that clients use and by those of resolvers; its reader, and what
    stands for it in what is kept.
    """

    names: tuple[str, ...]
    outs: tuple[str, ...]
    read: Reader
    instead: object


def _points_of(schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode]) -> Iterator[_Point]:
    for node in definitions:
        name, type_ = node.variable.name.value, type_from_ast(schema, node.type)
        bare: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(bare, GraphQLScalarType) and bare.name == _NUMBER:
            yield _Point((name,), (name,), reader_of(bare), _ANYTHING)
        yield from _points_in(type_, (name,), (name,))


def _points_in(type_: Any, names: tuple[str, ...], outs: tuple[str, ...]) -> Iterator[_Point]:
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if not isinstance(bare, GraphQLInputObjectType) or len(names) > _DEEPEST:
        return
    if bare.name == _POINT:
        yield _Point(names, outs, reader_of(type_), _ANYWHERE)
        return
    for name, field in bare.fields.items():
        yield from _points_in(field.type, (*names, name), (*outs, field.out_name or name))


def _read(read: Reader, points: Sequence[_Point], given: Variables) -> dict[str, Any]:
    taken = []
    for point in points:
        given, at = _without(given, point.names, point.instead)
        taken.append(at)
    told = _KNOWN.made(given, partial(read, given), read)
    for point, at in zip(points, taken, strict=True):
        if at is not None:
            told = _with(told, point.outs, point.read(at))
    return told


def _without(given: Variables, names: Sequence[str], instead: object) -> tuple[Variables, Any]:
    """The variables with another point in that place, and the one that was there; None: there was none."""
    name, *others = names
    point = given.get(name)
    if others:
        instead, point = _without(point, others, instead) if isinstance(point, dict) else (point, None)
    return (given, None) if point is None else ({**given, name: instead}, point)


def _with(told: dict[str, Any], outs: Sequence[str], point: Any) -> dict[str, Any]:
    name, *others = outs
    return {**told, name: _with(told[name], others, point) if others else point}
