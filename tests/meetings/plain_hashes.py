"""A listing's fingerprint as it is defined, written as plainly as can be with the standard library alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum

from meetings.listing import Listing

#: How a record is known and where it stood.
_NOT_TOLD = frozenset({"where", "record_key", "day", "ids"})


def plain_fingerprint(listing: Listing) -> str:
    """The first half of the SHA-256 of what holds something, as compact JSON in ASCII, names in order."""
    told = _without_empty((field.name, getattr(listing, field.name)) for field in fields(listing))
    text = json.dumps(
        {name: value for name, value in told.items() if name not in _NOT_TOLD}, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def _plain(value: object) -> object:
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value):
        return _without_empty((field.name, getattr(value, field.name)) for field in fields(value))
    return value


def _without_empty(items: Iterable[tuple[str, object]]) -> dict[str, object]:
    plain = ((name, _plain(item)) for name, item in items)
    return {name: item for name, item in plain if item}
