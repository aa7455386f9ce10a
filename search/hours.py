"""What a time filter accepts, as one table: for each minute of the week the longest meeting that may start then."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from meetings.errors import InvalidQuery
from meetings.model import TimeOfDay, Weekday
from meetings.search import PARTS_OF_DAY, TimeFilter
from search.clock import DAY, WEEK, Flags, Ints, Zones, offsets_at

_MINUTE = timedelta(minutes=1)
#: Days, hours from and before, parts of the day, when it is over, the longest length, excluded days.
_Parts: TypeAlias = tuple[
    frozenset[Weekday], int | None, int | None, frozenset[TimeOfDay], int | None, int | None, frozenset[Weekday]
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Judges single starts. `zone` is the viewer's, None: each meeting's own clock on the wall.

    `limits` are the longest length by minute of the week, made of `parts`, by which two judgements are the same; so
    large a `share` of the week's minutes has any.
    `running_at`: only what is not over by that instant.
    """

    parts: _Parts
    limits: Ints = field(compare=False)
    share: float = field(compare=False)
    shortest: int = 0
    zone: int | None = None
    running_at: int | None = None


def judgement_of(time: TimeFilter, zones: Zones, running_at: int | None = None) -> Judgement:
    """All parts of a filter that judge one start, but the window."""
    if time.zone is not None and time.zone not in zones.names:
        raise InvalidQuery("filter.time.zone", f"no time zone is called {time.zone!r}; write it as in Europe/Oslo")
    longest = None if time.max_duration is None else time.max_duration // _MINUTE
    parts = (
        time.days, time.starts_from, time.starts_before, time.times_of_day, time.ends_by, longest, time.excluded_days,
    )  # fmt: skip
    limits, share = _limits(*parts)
    return Judgement(
        parts=parts,
        limits=limits,
        share=share,
        shortest=0 if time.min_duration is None else -(-time.min_duration // _MINUTE),
        zone=None if time.zone is None else zones.names[time.zone],
        running_at=running_at,
    )


def accepts(judgement: Judgement, zones: Zones, starts: Ints, walls: Ints, lengths: Ints) -> Flags:
    """Which starts are accepted; `walls` are the minutes of the week that their own clocks show."""
    if judgement.zone is not None:
        walls = (starts + offsets_at(zones, judgement.zone, starts)) % WEEK
    accepted = lengths <= judgement.limits.take(walls, mode="clip")
    if judgement.shortest:
        accepted &= lengths >= judgement.shortest
    if judgement.running_at is not None:
        accepted &= starts + lengths > judgement.running_at
    return accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Tells of single starts under which weekday, and which part of the day, a filter would find them.

    By minute of the week: the bit of the day on which the hours open, and the longest length if any day would do; the
    bit of the part of the day, in the order of `TimeOfDay` from the eighth bit on, and the longest length if just this
    part were asked for. `zone` and `running_at` as in `Judgement`.
    """

    days: Ints
    day_limits: Ints
    parts: Ints
    part_limits: Ints
    shortest: int = 0
    zone: int | None = None
    running_at: int | None = None


def readings_of(time: TimeFilter, zones: Zones, running_at: int | None = None) -> Readings:
    """How a filter would read starts if it asked for one day, or for one part of the day."""
    judged = judgement_of(time, zones, running_at)
    _, *others = judged.parts
    return Readings(
        days=_day_bits(time.starts_from, time.starts_before, time.times_of_day),
        day_limits=_limits(frozenset(), *others)[0],
        parts=_part_bits(),
        part_limits=_part_limits(judged.parts),
        shortest=judged.shortest,
        zone=judged.zone,
        running_at=running_at,
    )


@lru_cache(maxsize=512)
def _part_limits(parts: _Parts) -> Ints:
    """The longest length by minute of the week if just the part of the day were asked for in which it is."""
    days, starts_from, starts_before, _, *others = parts
    by_part = [_limits(days, starts_from, starts_before, frozenset({part}), *others)[0] for part in TimeOfDay]
    return np.choose(_part_numbers(), by_part)


#: Seven days come first.
PART_BIT = 7


def read_walls(readings: Readings, walls: Ints, lengths: Ints) -> Ints:
    """The bits of starts at these minutes of the week, by the readings' clock; whatever runs."""
    in_day, in_part = (
        lengths <= limits.take(walls, mode="clip") for limits in (readings.day_limits, readings.part_limits)
    )
    bits: Ints = readings.days.take(walls, mode="clip") * in_day
    bits += readings.parts.take(walls, mode="clip") * in_part
    if readings.shortest:
        bits[lengths < readings.shortest] = 0
    return bits


def read_starts(readings: Readings, zones: Zones, starts: Ints, walls: Ints, lengths: Ints) -> Ints:
    """The bits of each start; `walls` as in `accepts`."""
    if readings.zone is not None:
        walls = (starts + offsets_at(zones, readings.zone, starts)) % WEEK
    bits = read_walls(readings, walls, lengths)
    if readings.running_at is not None:
        bits[starts + lengths <= readings.running_at] = 0
    return bits


@lru_cache(maxsize=1)
def _part_bits() -> Ints:
    return np.left_shift(1, PART_BIT + _part_numbers(), dtype=np.int32)


@lru_cache(maxsize=1)
def _part_numbers() -> Ints:
    minute = np.arange(DAY, dtype=np.int32)
    found = np.zeros(DAY, np.int32)
    for number, part in enumerate(TimeOfDay):
        found[_parts(minute, frozenset({part}))[0]] = number
    return np.tile(found, 7)


@lru_cache(maxsize=512)
def _day_bits(starts_from: int | None, starts_before: int | None, times_of_day: frozenset[TimeOfDay]) -> Ints:
    return np.left_shift(1, _opened(starts_from, starts_before, times_of_day), dtype=np.int32).ravel()


def _opened(starts_from: int | None, starts_before: int | None, times_of_day: frozenset[TimeOfDay]) -> Ints:
    """The day on which the hours opened, by day and minute."""
    minute, day = np.arange(DAY, dtype=np.int32), np.arange(7, dtype=np.int32)[:, None]
    if starts_from is None and starts_before is None:
        _, after_midnight = _parts(minute, times_of_day)
    else:
        _, after_midnight = _hours(minute, starts_from or 0, DAY if starts_before is None else starts_before)
    return (day - after_midnight) % 7


@lru_cache(maxsize=512)
def _limits(
    days: frozenset[Weekday],
    starts_from: int | None,
    starts_before: int | None,
    times_of_day: frozenset[TimeOfDay],
    ends_by: int | None,
    longest: int | None,
    excluded_days: frozenset[Weekday],
) -> tuple[Ints, float]:
    """The longest length by minute of the week, -1 where no start is accepted; and the share of the others."""
    minute = np.arange(DAY, dtype=np.int32)
    inside, _ = _hours(minute, starts_from or 0, DAY if starts_before is None else starts_before)
    in_part, _ = _parts(minute, times_of_day)
    limit = np.full(DAY, WEEK, np.int32) if longest is None else np.full(DAY, longest, np.int32)
    if ends_by is not None:
        opening = starts_from or 0
        # By the first such time after the opening: a whole day later where the two are the same.
        limit = np.minimum(limit, (ends_by - opening - 1) % DAY + 1 - (minute - opening) % DAY)
    limit[~(inside & in_part)] = -1
    day = np.arange(7, dtype=np.int32)[:, None]
    opened = _opened(starts_from, starts_before, times_of_day)
    allowed = _chosen(days, empty=True).take(opened) & ~_chosen(excluded_days, empty=False).take(day)
    table = np.where(allowed, limit, np.int32(-1)).astype(np.int32).ravel()
    table.flags.writeable = False
    return table, np.count_nonzero(table >= 0) / WEEK


def _hours(minute: Ints, opens: int, closes: int) -> tuple[Flags, Flags]:
    """Minutes in the hours, and those among them for which the hours opened the day before."""
    if opens < closes:
        return (opens <= minute) & (minute < closes), np.zeros(DAY, np.bool_)
    early = minute < closes
    return early | (minute >= opens), early


def _parts(minute: Ints, times_of_day: frozenset[TimeOfDay]) -> tuple[Flags, Flags]:
    if not times_of_day:
        return np.ones(DAY, np.bool_), np.zeros(DAY, np.bool_)
    inside, early = np.zeros(DAY, np.bool_), np.zeros(DAY, np.bool_)
    for part in times_of_day:
        opens, closes = PARTS_OF_DAY[part]
        hours, before = _hours(minute, opens, closes if closes <= DAY else closes - DAY)
        inside |= hours
        early |= before
    return inside, early


def _chosen(days: frozenset[Weekday], *, empty: bool) -> Flags:
    if not days:
        return np.full(7, empty)
    return np.array([day in days for day in Weekday])
