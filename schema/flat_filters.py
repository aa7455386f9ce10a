"""The filter of `meetings` as the parameters of an address: `?fellowships=NA&days=MONDAY&within=PT4H`.

Names and types come from the filter's own type, so that no filter is written twice: a field is called in an address as
it is called in its input object, those of `exclude` and `formats` with that word before them. A list is written with
commas or by giving its name several times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_list_type,
    is_required_input_field,
)
from graphql.utilities import coerce_input_value

from meetings.errors import InvalidQuery, PlaceNotFound, UnknownCode
from meetings.vocabulary import nearest_codes
from schema.filters import MAX_ITEMS

Values = Mapping[str, Any]
Path = tuple[str, ...]
#: Objects whose fields have names that stand elsewhere too.
_WORD_BEFORE = frozenset({"exclude", "formats"})
#: What people write for `formatsAll` and `named`.
_SHORT = {"formats": "formatsAll", "place": "named"}
#: Lists of names, in which a comma may belong to a name.
_WITH_COMMAS = frozenset({"areas"})
#: Parameters that are no part of the question: programs add them against caches and for their own ends.
_IGNORED = frozenset({"_", "t", "v", "ts", "cb", "key", "utm_source", "utm_medium", "utm_campaign"})
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatFilter:
    """The filter's input type, and where each parameter belongs in it."""

    type: GraphQLInputObjectType
    fields: Mapping[str, tuple[Path, GraphQLInputType]]


def flat_filter(schema: GraphQLSchema) -> FlatFilter:
    """The parameters that ask what `MeetingFilter` asks."""
    type_ = schema.type_map["MeetingFilter"]
    assert isinstance(type_, GraphQLInputObjectType)
    fields: dict[str, tuple[Path, GraphQLInputType]] = {}
    for path, field in _leaves(type_, ()):
        word = next((part for part in path[:-1] if part in _WORD_BEFORE), "")
        name = word + path[-1][0].upper() + path[-1][1:] if word else path[-1]
        if name in fields:
            raise ValueError(f"two filters would be called {name!r} in an address")
        fields[name] = path, field
    return FlatFilter(type=type_, fields=fields)


def _leaves(type_: GraphQLInputObjectType, path: Path) -> Iterable[tuple[Path, GraphQLInputType]]:
    for name, field in type_.fields.items():
        named = get_named_type(field.type)
        if isinstance(named, GraphQLInputObjectType):
            yield from _leaves(named, (*path, name))
        else:
            yield (*path, name), field.type


def read_parameters(flat: FlatFilter, parameters: Iterable[tuple[str, str]]) -> Values:
    """What the parameters ask, as resolvers are given a filter; InvalidQuery names the parameter."""
    given: dict[str, list[str]] = {}
    for name, text in parameters:
        known = _SHORT.get(name, name)
        if known in flat.fields:
            given.setdefault(known, []).append(text)
        elif not _is_ignored(name):
            raise _unknown(flat, name)
    asked: dict[str, Any] = {}
    for name, texts in given.items():
        path, type_ = flat.fields[name]
        part = asked
        for step in path[:-1]:
            part = part.setdefault(step, {})
        part[path[-1]] = _value(name, texts, type_)
    _check_complete(flat, given)
    values: Values = coerce_input_value(asked, flat.type, lambda path, value, error: _refuse(flat, path, value, error))
    return values


def parameter_of(flat: FlatFilter, error: InvalidQuery) -> InvalidQuery:
    """The same error, naming the parameter where it names a path in the filter."""
    path = tuple(error.argument.split(".")[1:])
    name = next((name for name, (known, _) in flat.fields.items() if known == path), None)
    if name is None:
        return error
    if isinstance(error, UnknownCode):
        return UnknownCode(name, error.value, error.suggestions)
    if isinstance(error, PlaceNotFound):
        return PlaceNotFound(name, error.text, error.suggestions)
    return InvalidQuery(name, error.reason)


def _is_ignored(name: str) -> bool:
    # A number alone is how clients of Meeting Guide feeds get past a cache.
    return name in _IGNORED or name.isdecimal() or not name


def _unknown(flat: FlatFilter, name: str) -> InvalidQuery:
    folded = {known.upper(): known for known in flat.fields}
    near = [folded[code] for code in nearest_codes(name[:64], folded)]
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return InvalidQuery(name[:64], f"there is no such filter{hint}")


def _value(name: str, texts: list[str], type_: GraphQLInputType) -> Any:
    named = get_named_type(type_)
    if is_list_type(type_.of_type if isinstance(type_, GraphQLNonNull) else type_):
        items = texts if name in _WITH_COMMAS else [item for text in texts for item in text.split(",")]
        kept = [item.strip() for item in items if item.strip()]
        if len(kept) > MAX_ITEMS:
            raise InvalidQuery(name, f"give at most {MAX_ITEMS}, not {len(kept)}")
        return [_one(name, item, named) for item in kept]
    if len(texts) > 1:
        raise InvalidQuery(name, "give it once")
    return _one(name, texts[0].strip(), named)


def _one(name: str, text: str, named: Any) -> Any:
    if isinstance(named, GraphQLEnumType):
        code = text.upper().replace("-", "_").replace(" ", "_")
        if code not in named.values:
            raise UnknownCode(name, text[:64], nearest_codes(text[:64], named.values))
        return code
    if named.name == "Boolean":
        if text.casefold() not in _TRUE | _FALSE:
            raise InvalidQuery(name, "say true or false")
        return text.casefold() in _TRUE
    if named.name in {"Float", "Int"}:
        return _number(name, text, whole=named.name == "Int")
    # In an address a plus is a space.
    return text.replace(" ", "+") if named.name == "DateTime" else text


def _number(name: str, text: str, *, whole: bool) -> float | int:
    try:
        return int(text) if whole else float(text)
    except ValueError as error:
        raise InvalidQuery(name, "write a whole number" if whole else "write a number") from error


def _check_complete(flat: FlatFilter, given: Mapping[str, Any]) -> None:
    """Parameters that only mean something together are all given: latitude and longitude, the sides of a box."""
    parts = {flat.fields[name][0][:-1] for name in given}
    for name, (path, _) in flat.fields.items():
        owner = flat.type
        for step in path[:-1]:
            owner = get_named_type(owner.fields[step].type)
        if path[:-1] in parts and name not in given and is_required_input_field(owner.fields[path[-1]]):
            raise InvalidQuery(name, "is needed too")


def _refuse(flat: FlatFilter, path: list[str | int], value: Any, error: GraphQLError) -> None:
    named = tuple(step for step in path if isinstance(step, str))
    name = next((name for name, (known, _) in flat.fields.items() if known == named), ".".join(named))
    reason = str(error.original_error) if error.original_error else error.message
    raise InvalidQuery(name, reason) from error
