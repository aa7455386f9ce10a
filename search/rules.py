"""The distinct schedules of all meetings, numbered, and every start of those that are not simply weekly.

Half a million meetings share some ten thousands of schedules, so what a clock has to be asked is asked of these, and
only once. This is the builder's side; `search.schedules` answers from what is made here.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple, TypeAlias

import numpy as np

from search.clock import DAY, EPOCH, WEEK, Flags, Ints, Longs, Zones, instants_of_walls

#: zone, weekday, start minute, length, interval, anchor, weeks, exceptions, until: as a row of the database has them.
ScheduleKey: TypeAlias = tuple[str | None, int | None, int | None, int | None, int, str | None, str, str, str | None]
BY_APPOINTMENT = 0
_EPOCH_DAY = EPOCH.date().toordinal()
_UNANCHORED = -(1 << 31)
_ENDLESS = (1 << 31) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The starts that are written down: instants in [first, last), in minutes."""

    first: int
    last: int


class Rule(NamedTuple):
    """A schedule in numbers: days since the epoch, minutes. `weeks` has bit n for the nth week, bit 0 for the last.

    `moves` are (day, moved day, moved minute), the last two None where the day is cancelled.
    """

    zone: int
    week_minute: int
    length: int
    interval: int = 1
    anchor: int = _UNANCHORED
    weeks: int = 0
    moves: tuple[tuple[int, int | None, int | None], ...] = ()
    until: int = _ENDLESS

    @property
    def listed(self) -> bool:
        """Whether its starts are written down; else they are each week's."""
        bounded = self.anchor != _UNANCHORED or self.until != _ENDLESS
        return self.interval > 1 or bounded or bool(self.weeks or self.moves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """Sorted keys, schedule << 32 plus the instant, and the minute of the week that the clock on the wall showed."""

    keys: Longs
    walls: Ints


def rule_of(key: ScheduleKey, zones: Zones, horizon: Horizon) -> Rule | None:
    """The schedule of a row, without what lies before the horizon; None: by appointment."""
    zone_name, weekday, starts, minutes, interval, anchor, weeks, exceptions, until = key
    if zone_name not in zones.names or weekday is None or starts is None or minutes is None:
        return None
    before = horizon.first // DAY - 2
    since = _UNANCHORED if anchor is None else _day(anchor)
    if interval == 1 and since < before:
        since = _UNANCHORED
    return Rule(
        zone=zones.names[zone_name],
        week_minute=weekday * DAY + starts,
        length=minutes,
        interval=interval,
        anchor=since,
        weeks=sum({1 << max(0, int(week)) for week in weeks.split(",")}) if weeks else 0,
        moves=_moves(exceptions, before) if exceptions != "[]" else (),
        until=_ENDLESS if until is None else _day(until),
    )


def _moves(text: str, before: int) -> tuple[tuple[int, int | None, int | None], ...]:
    # One day has one exception: the last that is told.
    found = {day: (moved, at) for day, moved, at in map(_move, json.loads(text))}
    return tuple(
        (day, *found[day]) for day in sorted(found) if day >= before or (found[day][0] or _UNANCHORED) >= before
    )


def _move(exception: Sequence[str | None]) -> tuple[int, int | None, int | None]:
    day, moved, at = exception[:3]
    if moved is None or at is None:
        return _day(day or ""), None, None
    clock = time.fromisoformat(at)
    return _day(day or ""), _day(moved), clock.hour * 60 + clock.minute


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal() - _EPOCH_DAY


def starts_of(rules: Sequence[tuple[int, Rule]], zones: Zones, horizon: Horizon) -> tuple[Starts, Starts]:
    """Held and cancelled starts of these (number, rule) within the horizon."""
    listed = [(code, rule) for code, rule in rules if rule.listed]
    code, day = _dates(listed, horizon)
    excepted, moved_code, moved_wall = _excepted(listed)
    key = (code.astype(np.int64) << 32) + day
    off = np.isin(key, np.array(sorted(excepted), np.int64))
    cancelled = off & np.isin(key, np.array(sorted(k for k, gone in excepted.items() if gone), np.int64))
    by_code = dict(listed)
    minutes = np.zeros(max(by_code, default=0) + 1, np.int32)
    zone_of = np.zeros_like(minutes)
    for number, rule in by_code.items():
        minutes[number], zone_of[number] = rule.week_minute % DAY, rule.zone
    walls = day * DAY + minutes.take(code)
    held_code, held_wall = np.concatenate([code[~off], moved_code]), np.concatenate([walls[~off], moved_wall])
    return (
        _sorted_starts(held_code, held_wall, zone_of, zones, horizon),
        _sorted_starts(code[cancelled], walls[cancelled], zone_of, zones, horizon),
    )


def _sorted_starts(code: Ints, walls: Ints, zone_of: Ints, zones: Zones, horizon: Horizon) -> Starts:
    instants = instants_of_walls(zones, zone_of.take(code), walls)
    inside = np.flatnonzero((instants >= horizon.first) & (instants < horizon.last))
    keys = (code[inside].astype(np.int64) << 32) + instants[inside]
    order = keys.argsort(kind="stable")
    return Starts(keys=keys[order], walls=(walls[inside] % WEEK).astype(np.int32)[order])


def _dates(listed: Sequence[tuple[int, Rule]], horizon: Horizon) -> tuple[Ints, Ints]:
    """The days of these rules around the horizon, exceptions aside: (number, day) pairs."""
    first, last = horizon.first // DAY - 2, horizon.last // DAY + 2
    told = [(code, r.week_minute // DAY, r.interval, r.anchor, r.weeks, r.until) for code, r in listed]
    code, weekday, interval, anchor, weeks, until = np.array(told, np.int64).reshape(-1, 6).T[:, :, None]
    days = first + (weekday - first) % 7 + 7 * np.arange((last - first) // 7 + 1)
    held = (days >= anchor) & ((days - anchor - (weekday - anchor) % 7) // 7 % interval == 0)
    months = _weeks_of_month(first, int(days.max(initial=first)))
    held &= days <= until
    held &= (weeks == 0) | (months[days - first] & weeks != 0)
    return np.broadcast_to(code, days.shape)[held].astype(np.int32), days[held].astype(np.int32)


def _weeks_of_month(first: int, last: int) -> Longs:
    return np.array([_week_of_month(day) for day in range(first, last + 1)], np.int64)


def _week_of_month(day: int) -> int:
    """Which week of its month a day is in: bit n for the nth, bit 0 for the last."""
    at = date.fromordinal(day + _EPOCH_DAY)
    return 1 << (at.day - 1) // 7 + 1 | (at.day + 7 > monthrange(at.year, at.month)[1])


def _excepted(listed: Sequence[tuple[int, Rule]]) -> tuple[dict[int, bool], Ints, Ints]:
    """Days off by number << 32 plus day, whether cancelled; and the walls where the others moved to."""
    excepted: dict[int, bool] = {}
    moved: list[tuple[int, int]] = []
    for code, rule in listed:
        for day, moved_day, at in rule.moves:
            if not _meets_on(rule, day):
                continue
            excepted[(code << 32) + day] = moved_day is None
            if moved_day is not None and at is not None and abs(moved_day) < _FARTHEST:
                moved.append((code, moved_day * DAY + at))
    pairs = np.array(moved, np.int32).reshape(-1, 2)
    return excepted, pairs[:, 0], pairs[:, 1]


#: Days that still are minutes in 32 bits; nothing beyond can be in a horizon.
_FARTHEST = 1_000_000


def _meets_on(rule: Rule, day: int) -> bool:
    weekday = rule.week_minute // DAY
    if day % 7 != weekday or not rule.anchor <= day <= rule.until:
        return False
    if rule.interval > 1 and (day - rule.anchor - (weekday - rule.anchor) % 7) // 7 % rule.interval:
        return False
    return not rule.weeks or bool(_week_of_month(day) & rule.weeks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedules:
    """By number: zone, minute of the week, length; `listed` ones have their starts in `held` and `cancelled`.

    Number 0 is "by appointment" and never starts: it is listed, with no starts. `moved`: of some held start the clock
    on the wall does not show `week_minute`.
    """

    zone: Ints
    week_minute: Ints
    length: Ints
    listed: Flags
    moved: Flags
    held: Starts
    cancelled: Starts


class ScheduleCodes:
    """Numbers schedules as they come, and expands each listed one once.

    It may go on from schedules that were numbered before. The rules of listed ones among them are not known any more:
    what has one of these gets a number of its own, with the same starts.
    """

    def __init__(self, zones: Zones, horizon: Horizon, known: Schedules | None = None) -> None:
        self._zones, self._horizon = zones, horizon
        self._by_key: dict[ScheduleKey, int] = {}
        self._by_rule: dict[Rule | None, int] = {None: BY_APPOINTMENT}
        self._new: list[tuple[int, Rule | None]] = [(BY_APPOINTMENT, None)]
        self._count = 1
        self._made = known
        if known is not None:
            self._by_rule |= _weekly_rules(known)
            self._new, self._count = [], len(known.zone)

    def codes(self, keys: Iterable[ScheduleKey]) -> list[int]:
        """Their numbers, new ones if need be."""
        known = self._by_key
        return [known[key] if key in known else self._learn(key) for key in keys]

    def _learn(self, key: ScheduleKey) -> int:
        rule = rule_of(key, self._zones, self._horizon)
        code = self._by_key[key] = self._by_rule.setdefault(rule, self._count)
        if code == self._count:
            self._new.append((code, rule))
            self._count += 1
        return code

    def schedules(self) -> Schedules:
        """All of them so far."""
        if self._new or self._made is None:
            new = self._tables(self._new)
            self._made = new if self._made is None else _joined(self._made, new)
            self._new = []
        return self._made

    def _tables(self, numbered: Sequence[tuple[int, Rule | None]]) -> Schedules:
        nothing = Rule(zone=0, week_minute=0, length=0)
        rules = [rule or nothing for _, rule in numbered]
        held, cancelled = starts_of([(c, r) for c, r in numbered if r], self._zones, self._horizon)
        week_minutes = np.array([rule.week_minute for rule in rules], np.int32)
        return Schedules(
            zone=np.array([rule.zone for rule in rules], np.int32),
            week_minute=week_minutes,
            length=np.array([rule.length for rule in rules], np.int32),
            listed=np.array([rule is None or rule.listed for _, rule in numbered], np.bool_),
            moved=_moved(numbered, week_minutes, held),
            held=held,
            cancelled=cancelled,
        )


def _weekly_rules(known: Schedules) -> dict[Rule | None, int]:
    weekly = (~known.listed).nonzero()[0]
    columns = (column.take(weekly).tolist() for column in (known.zone, known.week_minute, known.length))
    return dict(zip(map(Rule, *columns), weekly.tolist(), strict=True))


def _moved(numbered: Sequence[tuple[int, Rule | None]], week_minutes: Ints, held: Starts) -> Flags:
    moved = np.zeros(len(numbered), np.bool_)
    if numbered:
        # Instants before the epoch are below zero.
        places = ((held.keys + (1 << 31)) >> 32) - numbered[0][0]
        moved[places[held.walls != week_minutes.take(places)]] = True
    return moved


def _joined(old: Schedules, new: Schedules) -> Schedules:
    # New numbers are higher than all old ones, so sorted keys stay sorted.
    return Schedules(
        zone=np.concatenate([old.zone, new.zone]),
        week_minute=np.concatenate([old.week_minute, new.week_minute]),
        length=np.concatenate([old.length, new.length]),
        listed=np.concatenate([old.listed, new.listed]),
        moved=np.concatenate([old.moved, new.moved]),
        held=_joined_starts(old.held, new.held),
        cancelled=_joined_starts(old.cancelled, new.cancelled),
    )


def _joined_starts(old: Starts, new: Starts) -> Starts:
    return Starts(keys=np.concatenate([old.keys, new.keys]), walls=np.concatenate([old.walls, new.walls]))
