"""Wall clocks of the whole world as sorted arrays: what time it is where, and which instant a wall time is.

Instants are whole minutes since Monday 2020-01-06 00:00 UTC, so that a wall time modulo a week is a weekday and a
time of day. Zones whose clocks agree over the years an index may be asked about are one zone here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from meetings.zones import zone, zone_bytes, zone_names

Flags: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Reals: TypeAlias = NDArray[np.float64]
Bytes: TypeAlias = NDArray[np.uint8]

EPOCH = datetime(2020, 1, 6, tzinfo=UTC)
DAY = 1440
WEEK = 7 * DAY
#: No such instant: later than any.
NEVER = (1 << 31) - 1
#: Zones differ from UTC, and change, by at most a day: Apia lost a whole one.
MOST_CHANGE = 26 * 60
#: Two changes of one zone were never nearer; finer steps would only be slower.
_STEP = timedelta(days=3)
_MINUTE = timedelta(minutes=1)
_FIRST = -(1 << 31)


def minute_of(moment: datetime) -> int:
    """The whole minute an instant lies in."""
    return (moment - EPOCH) // _MINUTE


def instant_of(minute: int) -> datetime:
    """The instant of a minute, in UTC."""
    return EPOCH + minute * _MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """All zones' offsets from UTC, in minutes.

    `names` maps every name to a number below `count`. `instants` and `walls` are sorted keys, zone << 32 plus the
    instant, or the wall time, from which `offsets` of the same place holds.
    """

    names: dict[str, int]
    count: int
    instants: Longs
    walls: Longs
    offsets: Ints


@lru_cache(maxsize=2)
def make_zones(first: datetime, last: datetime) -> Zones:
    """The offsets of every zone from `first` to `last`; outside, those of the nearest end.

    Kept, because one day's builds all ask for the same.
    """
    names: dict[str, int] = {}
    by_rules: dict[bytes, int] = {}
    by_changes: dict[tuple[tuple[int, int], ...], int] = {}
    moments = [first + _STEP * step for step in range((last - first) // _STEP + 2)]
    for name in sorted(zone_names()):
        rules = zone_bytes(name)
        if rules not in by_rules:
            by_rules[rules] = by_changes.setdefault(_changes(zone(name), moments), len(by_changes))
        names[name] = by_rules[rules]
    return _zones_of(names, list(by_changes))


def _zones_of(names: dict[str, int], changes: Sequence[tuple[tuple[int, int], ...]]) -> Zones:
    instants, walls, offsets = [], [], []
    for number, entries in enumerate(changes):
        old = None
        for since, offset in entries:
            # The old offset holds for wall times below the later of both readings of the change: in a gap the
            # start moves forward, in an overlap the first is meant.
            wall = since if old is None else since + max(old, offset)
            instants.append((number << 32) + since)
            walls.append((number << 32) + wall)
            offsets.append(offset)
            old = offset
    return Zones(
        names=names,
        count=len(changes),
        instants=np.array(instants, np.int64),
        walls=np.array(walls, np.int64),
        offsets=np.array(offsets, np.int32),
    )


def _changes(tz: ZoneInfo, moments: Sequence[datetime]) -> tuple[tuple[int, int], ...]:
    """(since, offset) in minutes, the first since ever."""
    before = _offset(tz, moments[0])
    found = [(_FIRST, before)]
    for low, high in pairwise(moments):
        after = _offset(tz, high)
        if after != before:
            found.append((minute_of(_change_between(tz, low, high, before)), after))
            before = after
    return tuple(found)


def _change_between(tz: ZoneInfo, low: datetime, high: datetime, before: int) -> datetime:
    """The first minute after `low` at which the offset is no longer `before`."""
    while high - low > _MINUTE:
        middle = low + (high - low) // _MINUTE // 2 * _MINUTE
        if _offset(tz, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(tz: ZoneInfo, moment: datetime) -> int:
    # Every offset in use since 1972 is of whole minutes.
    return (moment.astimezone(tz).utcoffset() or timedelta(0)) // _MINUTE


def offsets_at(zones: Zones, zone_codes: Ints | int, minutes: Ints | int) -> Ints:
    """The offsets at these instants."""
    keys = _keys(zone_codes, minutes)
    return zones.offsets.take(zones.instants.searchsorted(keys, "right") - 1)


def instants_of_walls(zones: Zones, zone_codes: Ints, walls: Ints) -> Ints:
    """The instants of wall times (minutes since the epoch's midnight on the wall)."""
    return walls - zones.offsets.take(zones.walls.searchsorted(_keys(zone_codes, walls), "right") - 1)


def _keys(zone_codes: Ints | int, minutes: Ints | int) -> Longs:
    return (np.asarray(zone_codes, np.int64) << 32) + minutes


def changing(zones: Zones, first: int, last: int) -> Flags:
    """Which zones change their clocks in (first, last]."""
    every = np.arange(zones.count, dtype=np.int32)
    low = zones.instants.searchsorted(_keys(every, first), "right")
    high = zones.instants.searchsorted(_keys(every, last), "right")
    differ: Flags = low != high
    return differ


class Week(NamedTuple):
    """The minute of the week in each zone at `now`, and which zones change their clocks near a start in that week."""

    now: int
    local: Ints
    uneasy: Flags
    any_uneasy: bool


def week_at(zones: Zones, now: int) -> Week:
    """What `weekly_next` has to know of a moment."""
    every = np.arange(zones.count, dtype=np.int32)
    uneasy = changing(zones, now - 2 * MOST_CHANGE, now + WEEK + 2 * MOST_CHANGE)
    local = (now + offsets_at(zones, every, now)) % WEEK
    return Week(now, local.astype(np.int32), uneasy, bool(uneasy.any()))


def weekly_next(zones: Zones, zone_codes: Ints, week_minutes: Ints, week: Week) -> Ints:
    """The first start at or after a moment of meetings that are held each week at a wall time."""
    wait = week_minutes - week.local.take(zone_codes)
    starts = wait + week.now + (wait < 0).view(np.int8) * np.int32(WEEK)
    # Near a change the offset of now is not always that of the start.
    if week.any_uneasy:
        near = week.uneasy.take(zone_codes).nonzero()[0]
        starts[near] = weekly_next_of_each(zones, zone_codes.take(near), week_minutes.take(near), week.now)
    return starts


def weekly_next_of_each(zones: Zones, zone_codes: Ints, week_minutes: Ints, now: Ints | int) -> Ints:
    """The same with a `now` of its own for each, and for zones that change their clocks."""
    # Starts of one meeting are at least six days apart, so it is the first wall time that may not be too early, or
    # the one after.
    earliest = now + offsets_at(zones, zone_codes, now) - MOST_CHANGE
    walls = earliest + (week_minutes - earliest) % WEEK
    starts = instants_of_walls(zones, zone_codes, walls)
    early = np.flatnonzero(starts < now)
    if early.size:
        starts[early] = instants_of_walls(zones, zone_codes.take(early), walls.take(early) + WEEK)
    return starts
