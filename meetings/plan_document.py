"""A previewed import as a JSON document and back, exactly: it is kept a day, for a person to look at and apply.

Values are written by the types of their fields, so a field added to a listing is kept without a word here. What has
its default value is left out.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from meetings import findings, listing, model, recurrence, source
from meetings.source import ImportPlan, MeetingDiff

_MICROSECOND = timedelta(microseconds=1)
#: Modules name one another's types for checkers only; here they are needed when it runs.
_NAMES = {
    name: value
    for module in (findings, listing, model, recurrence, source)
    for name, value in vars(module).items()
    if isinstance(value, type)
}


def document_of(plan: ImportPlan, diffs: tuple[MeetingDiff, ...] = ()) -> dict[str, Any]:
    """The document: objects, arrays, text, numbers."""
    return {"plan": _written(plan), "diffs": _written(diffs)}


def plan_from_document(document: dict[str, Any]) -> tuple[ImportPlan, tuple[MeetingDiff, ...]]:
    """The plan and the differences, equal to those that were given."""
    plan: ImportPlan = _reader(ImportPlan)(document["plan"])
    diffs: tuple[MeetingDiff, ...] = _reader(tuple[MeetingDiff, ...])(document["diffs"])
    return plan, diffs


def _written(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if is_dataclass(value) and not isinstance(value, type):
        told = ((f, getattr(value, f.name)) for f in fields(value))
        return {f.name: _written(item) for f, item in told if item != _default(f)}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, (date, time)):
        return value.isoformat()
    return value // _MICROSECOND if isinstance(value, timedelta) else value


def _default(of: Field[Any]) -> object:
    return of.default_factory() if of.default_factory is not MISSING else of.default


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - any type annotation
    """What reads a value of that type."""
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    if get_origin(kind) is tuple:
        return _tuple_reader(get_args(kind))
    if get_origin(kind) in (Union, types.UnionType):
        (inner,) = (one for one in get_args(kind) if one is not types.NoneType)
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if kind in (date, time, datetime):
        return lambda value: kind.fromisoformat(value)
    if kind is timedelta:
        return lambda value: value * _MICROSECOND
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: kind[value]
    if kind in (str, int, float, bool):
        return lambda value: value
    raise TypeError(f"a plan's document cannot hold {kind}")


def _tuple_reader(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    readers = [_reader(kind) for kind in kinds if kind is not ...]
    if kinds[-1] is ...:
        return lambda value: tuple(readers[0](item) for item in value)
    return lambda value: tuple(read(item) for read, item in zip(readers, value, strict=True))


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - any class of values
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind, localns=_NAMES).items()}
    return lambda value: kind(**{name: readers[name](item) for name, item in value.items()})
