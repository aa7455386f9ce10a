"""A filter as a document that can be kept, and back: only what was asked, in the filter's own words.

Fields are told by the types of `MeetingFilter`, so that what may be asked for is written down once. What a later
version asks otherwise is left out, and enumerations are kept by value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from meetings.search import MeetingFilter


def document_from_filter(asked: MeetingFilter) -> dict[str, Any]:
    """What differs from asking nothing, as JSON values; of a filter without a window."""
    if asked.time.window is not None:
        raise ValueError("a filter that is kept has no window")
    return _document(asked)


def _document(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of a filter
    told = ((field.name, getattr(value, field.name), _usual(field)) for field in fields(value))
    return {name: _told(part) for name, part, usual in told if part != usual}


def _usual(field: Any) -> Any:  # noqa: ANN401 - a dataclass field and its default
    return field.default_factory() if callable(field.default_factory) else field.default


def _told(value: Any) -> Any:  # noqa: ANN401 - any value of a filter
    if isinstance(value, frozenset):
        # Never in the order of the set, which differs from process to process.
        return sorted((_told(item) for item in value), key=str)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, timedelta):
        return value.total_seconds()
    return _document(value) if is_dataclass(value) else value


def filter_from_document(document: Mapping[str, Any]) -> MeetingFilter:
    """The filter of a document; ValueError."""
    asked = _value(MeetingFilter, document)
    assert isinstance(asked, MeetingFilter)
    return asked


def _value(kind: Any, told: Any) -> Any:  # noqa: ANN401 - any type of a filter's part and its JSON
    if told is None:
        return None
    kind = _without_none(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        known = _kinds(kind)
        return kind(**{name: _value(known[name], part) for name, part in told.items() if name in known})
    if get_origin(kind) is frozenset:
        (member,) = get_args(kind)
        return frozenset(_value(member, item) for item in told)
    return timedelta(seconds=told) if kind is timedelta else kind(told)


def _without_none(kind: Any) -> Any:  # noqa: ANN401 - a type, perhaps of an optional value
    if get_origin(kind) in (Union, UnionType):
        return next(part for part in get_args(kind) if part is not type(None))
    return kind


@cache
def _kinds(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
