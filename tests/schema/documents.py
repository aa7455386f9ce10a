"""Random operations over our schema: valid mostly, with aliases, fragments, directives, variables and wrong values.

Written from the schema itself, so that a new field is asked for as soon as there is one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_list_type,
)

_DEPTH = 5
#: Of scalars: what is right, and what is wrong in one way or another.
_RIGHT: dict[str, tuple[Any, ...]] = {
    "Int": (1, 2, 3, 10, 25),
    "Float": (40.7128, -74.006, 25, 0.5),
    "Boolean": (True, False),
    "String": ("NA", "OPEN", "first", "Manhattan", "US"),
    "ID": ("M0000000000000", "lantern", 12),
    "DateTime": ("2026-11-22T18:30:00Z", "2026-11-25T09:00:00-05:00", "2026-12-24T00:00:00+01:00"),
    "Date": ("2026-11-22", "2026-12-24"),
    "LocalTime": ("18:00", "19:30", "23:59"),
    "Duration": ("PT2H", "P7D", "PT90M"),
    "TimeZone": ("America/New_York", "Europe/Berlin", "UTC"),
    "Language": ("en", "de", "fr", "es-MX", "xx"),
    "URL": ("https://example.org/",),
}
_WRONG: tuple[Any, ...] = ("nonsense", -1, 0, 3.7, None, True, [], {}, [1, 2], {"a": 1}, 1 << 40, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A document and the variables for it."""

    text: str
    variables: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes one document; `ids` are some of meetings that there are, `wrong` how often a value is no good."""

    schema: GraphQLSchema
    random: Random
    ids: tuple[str, ...]
    wrong: float
    roots: tuple[str, ...]
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)
    count: int = 0

    def write(self) -> Asked:
        """A document of one operation."""
        root = self.schema.query_type
        assert root is not None
        chosen = self.random.choices(self.roots, k=self.random.choice((1, 1, 1, 2)))
        selections = [self._field(root, name, 0) for name in chosen]
        if self._chance(0.1):
            selections.append("__typename")
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        text = f"query Q{declared} {{ {' '.join(selections)} }} {' '.join(self.fragments)}"
        return Asked(text=text, variables=self.variables)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _new(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def _selection(self, type_: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        names = [n for n, f in type_.fields.items() if depth < _DEPTH or is_leaf_type(get_named_type(f.type))]
        if not names:
            return "{ __typename }"
        chosen = self.random.sample(names, min(len(names), self.random.randint(1, 6)))
        parts = [self._field(type_, name, depth) for name in chosen]
        if self._chance(0.1):
            parts.append("__typename")
        if self._chance(0.15):
            parts.append(self._fragment(type_, depth))
        return f"{{ {' '.join(parts)} }}"

    def _fragment(self, type_: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        on = "Node" if self._chance(0.2) and "id" in type_.fields else type_.name
        inner = "{ id }" if on == "Node" else self._selection(type_, depth + 1)
        if self._chance(0.5):
            return f"...{f' on {on}' if self._chance(0.7) or on == 'Node' else ''} {self._directive()} {inner}"
        name = self._new("F")
        self.fragments.append(f"fragment {name} on {on} {inner}")
        return f"...{name} {self._directive()}"

    def _directive(self) -> str:
        if not self._chance(0.2):
            return ""
        word = self.random.choice(("skip", "include"))
        return f"@{word}(if: {self._value(GraphQLNonNull(self.schema.type_map['Boolean']), may_be_wrong=False)})"

    def _field(self, type_: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        definition: GraphQLField = type_.fields[name]
        # What has arguments is asked under a name of its own, lest two of it are in conflict.
        alias = f"{self._new('a')}: " if definition.args or self._chance(0.1) else ""
        arguments = [f"{n}: {self._argument(n, a)}" for n, a in definition.args.items() if self._is_given(n, a)]
        given = f"({', '.join(arguments)})" if arguments else ""
        called = f"{alias}{name}{given} {self._directive()}"
        inner: Any = get_named_type(definition.type)
        return called if is_leaf_type(inner) else f"{called} {self._selection(inner, depth + 1)}"

    def _is_given(self, name: str, argument: GraphQLArgument) -> bool:
        # A cursor is right once in a million, and a long page only slow.
        share = {"after": 0.02, "first": 0.8}.get(name, 0.4)
        return isinstance(argument.type, GraphQLNonNull) or self._chance(share)

    def _argument(self, name: str, argument: GraphQLArgument) -> str:
        return self._value(argument.type, name=name)

    def _value(self, type_: Any, *, name: str = "", may_be_wrong: bool = True) -> str:
        """A value as the document writes it, or a variable that holds one."""
        if not self._chance(0.4):
            return _written(self._json(type_, name, wrong=self.wrong / 10 if may_be_wrong else 0), type_)
        variable = self._new("v")
        default = ""
        wrong = self.wrong if may_be_wrong else 0
        if self._chance(0.8) or isinstance(type_, GraphQLNonNull):
            self.variables[variable] = self._json(type_, name, wrong=wrong)
        if not isinstance(type_, GraphQLNonNull) and self._chance(0.2):
            default = f" = {_written(self._json(type_, name, wrong=0), type_)}"
        self.declared.append(f"${variable}: {type_}{default}")
        return f"${variable}"

    def _json(self, type_: Any, name: str, *, wrong: float) -> Any:
        if self._chance(wrong):
            return self.random.choice(_WRONG)
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        elif self._chance(0.05):
            return None
        if is_list_type(type_):
            if self._chance(0.1):
                return self._json(type_.of_type, name, wrong=wrong)
            return [self._json(type_.of_type, name, wrong=wrong) for _ in range(self.random.randint(0, 3))]
        if isinstance(type_, GraphQLInputObjectType):
            fields = type_.fields.items()
            share = 0.15 if len(fields) > 3 else 0.7
            given = [(n, f.type) for n, f in fields if isinstance(f.type, GraphQLNonNull) or self._chance(share)]
            return {n: self._json(t, n, wrong=wrong) for n, t in given}
        if isinstance(type_, GraphQLEnumType):
            return self.random.choice(list(type_.values))
        return self.random.choice(self._right(type_.name, name))

    def _right(self, scalar: str, name: str) -> tuple[Any, ...]:
        if scalar == "ID" and name in {"id", "ids"}:
            return (*self.ids, *_RIGHT["ID"])
        by_name: dict[str, tuple[Any, ...]] = {
            "concerns": ("OPIOIDS",),
            "approaches": ("TWELVE_STEP",),
            "fellowships": ("NA", "aa"),
            "formats": ("OPEN",),
            "all": ("OPEN", "open"),
            "any": ("STEPS",),
            "none": ("CLOSED",),
        }
        return by_name.get(name, _RIGHT.get(scalar, ("x",)))


def _written(value: Any, type_: Any) -> str:
    """A JSON value as a document writes it."""
    inner = get_named_type(type_)
    if isinstance(value, list):
        return f"[{', '.join(_written(one, inner) for one in value)}]"
    if isinstance(value, dict):
        fields = getattr(inner, "fields", {})
        told = (f"{n}: {_written(v, fields[n].type if n in fields else inner)}" for n, v in value.items())
        return f"{{{', '.join(told)}}}"
    if isinstance(inner, GraphQLEnumType) and isinstance(value, str) and value.isidentifier():
        return value
    return json.dumps(value)
