"""A listing's fingerprint as it is defined, with the standard library alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from functools import cache
from typing import Any

from meetings.listing import Listing

#: How a record is known and where it stood.
_NOT_TOLD = frozenset({"where", "record_key", "day", "ids"})
_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})
_ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode


def plain_fingerprint(listing: Listing) -> str:
    """The first half of the SHA-256 of what holds something, as compact JSON in ASCII, names in order."""
    told = _without_empty({name: getattr(listing, name) for name in _names(Listing) if name not in _NOT_TOLD})
    return hashlib.sha256(_ENCODE(told).encode("ascii")).hexdigest()[:32]


def _plain(value: object) -> object:
    kind: Any = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value):
        return _without_empty({name: getattr(value, name) for name in _names(kind)})
    return value


def _without_empty(told: dict[str, object]) -> dict[str, object]:
    plain = ((name, _plain(item)) for name, item in told.items())
    return {name: item for name, item in plain if item}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
