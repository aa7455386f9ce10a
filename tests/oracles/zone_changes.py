"""Every clock change of every time zone, found by looking at the clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from meetings.zones import zone, zone_bytes, zone_names

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
_STEP = timedelta(hours=12)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The first instant of a new offset from UTC."""

    at: datetime
    before: timedelta
    after: timedelta


@cache
def changing_zones() -> dict[str, tuple[Change, ...]]:
    """One zone of each set of rules that changes clocks from 2024 to 2034, with its changes."""
    distinct = sorted({zone_bytes(name): name for name in sorted(zone_names(), reverse=True)}.values())
    return {name: found for name in distinct if (found := changes(name))}


def changes(name: str, until: datetime = LAST) -> tuple[Change, ...]:
    """The changes of one zone from 2024 on, as a rule to 2034."""
    found = []
    at = FIRST
    while at < until:
        if _offset(name, at) != _offset(name, at + _STEP):
            found.append(_between(name, at, at + _STEP))
        at += _STEP
    return tuple(found)


def _between(name: str, low: datetime, high: datetime) -> Change:
    before, after = _offset(name, low), _offset(name, high)
    while high - low > _MINUTE:
        middle = low + (high - low) / 2
        middle = middle.replace(second=0, microsecond=0)
        low, high = (middle, high) if _offset(name, middle) == before else (low, middle)
    return Change(at=high, before=before, after=after)


def _offset(name: str, at: datetime) -> timedelta:
    offset = at.astimezone(zone(name)).utcoffset()
    assert offset is not None
    return offset
