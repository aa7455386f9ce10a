"""RRULE (RFC 5545, section 3.3.10) as rules of one weekday each: weekly, every n weeks, weeks of the month.

Daily rules are weekly ones on every day, or every n weeks where they count in sevens. What else there is (days of the
month, months, years) no meeting list can hold, and is refused.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from meetings.model import Weekday
from meetings.recurrence import Recurrence, rule_dates
from meetings.zones import zone

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_MOMENT = re.compile(r"(\d{8})(?:T(\d{6})(Z)?)?", re.ASCII)
_WEEKS = frozenset({1, 2, 3, 4, 5, -1})
#: A series of more dates has no end that anybody living will see.
_MAX_COUNT = 3000
_WEEK = timedelta(days=7)


class NotKept(ValueError):
    """A rule outside of what a meeting can have; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date-time as a calendar writes it: the wall-clock time, and whether it is one in UTC or a mere date."""

    wall: datetime
    utc: bool = False
    whole_day: bool = False

    def in_zone(self, zone_name: str) -> datetime:
        """The wall-clock time there; one that is not in UTC is taken to be."""
        if not self.utc:
            return self.wall
        return self.wall.replace(tzinfo=UTC).astimezone(zone(zone_name)).replace(tzinfo=None)


def read_moment(text: str) -> Moment | None:
    """A DATE or DATE-TIME (sections 3.3.4, 3.3.5), seconds left off; None: it is neither, or not of our days."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        day, clock = date.fromisoformat(match[1]), time.fromisoformat((match[2] or "000000")[:4])
    except ValueError:
        return None
    if not 1970 <= day.year <= 2100:
        return None
    return Moment(wall=datetime.combine(day, clock), utc=match[3] is not None, whole_day=match[2] is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What an RRULE says: `days` with the weeks of the month of each, none for weekly ones."""

    days: dict[Weekday, tuple[int, ...]]
    interval: int
    week_start: Weekday
    count: int | None
    until: str


def recurrences(text: str, start: datetime, duration: timedelta, zone_name: str, *, utc: bool) -> list[Recurrence]:
    """A rule each weekday, for a series that starts at this wall-clock time in the zone; NotKept.

    `utc`: the rule was written for a start in UTC, whose days may be others.
    """
    rule = _read(text, start)
    if utc:
        rule = _moved(rule, start, zone_name)
    until = _until(rule.until, start, zone_name)
    try:
        found = [_recurrence(rule, day, start, duration, zone_name, until) for day in sorted(rule.days)]
    except ValueError as error:
        raise NotKept(str(error)) from error
    if rule.count is not None and rule.count <= _MAX_COUNT:
        dates = list(islice(_dates(found), rule.count))
        last = dates[-1] if len(dates) == rule.count else until
        found = [replace(one, until=last) for one in found]
    held = [one for one in found if one.until is None or any(_dates([one]))]
    if not held:
        raise NotKept("it ends before it begins")
    return held


def _recurrence(
    rule: _Rule, day: Weekday, start: datetime, duration: timedelta, zone_name: str, until: date | None
) -> Recurrence:
    return Recurrence(
        weekday=day,
        starts=start.time(),
        duration=duration,
        zone=zone_name,
        interval=rule.interval,
        anchor=_anchor(rule, day, start.date()),
        weeks_of_month=rule.days[day],
        until=until,
    )


def _anchor(rule: _Rule, day: Weekday, start: date) -> date:
    """From where this weekday counts: weeks are counted from that of the start, which begins on the rule's day."""
    if rule.interval == 1:
        return start
    first = start - timedelta(days=(start.weekday() - rule.week_start) % 7)
    found = first + timedelta(days=(day - rule.week_start) % 7)
    return found if found >= start else found + rule.interval * _WEEK


def _dates(rules: list[Recurrence]) -> Iterator[date]:
    far = date(2200, 1, 1)
    return heapq.merge(*(rule_dates(rule, rule.anchor or date(1970, 1, 1), far) for rule in rules))


# --- Reading ------------------------------------------------------------------------------------


def _read(text: str, start: datetime) -> _Rule:
    parts = dict(part.split("=", 1) for part in text.upper().replace(" ", "").strip(";").split(";") if "=" in part)
    frequency, interval = parts.pop("FREQ", ""), _number(parts.pop("INTERVAL", "1"), "INTERVAL")
    by_day, positions = parts.pop("BYDAY", ""), parts.pop("BYSETPOS", "")
    week_start = parts.pop("WKST", "MO")
    count, until = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    if parts:
        raise NotKept(f"{', '.join(sorted(parts))[:80]} cannot be kept")
    told = _by_day(by_day)
    if frequency == "DAILY" and interval % 7 == 0 and not told:
        frequency, interval = "WEEKLY", interval // 7
    if frequency == "DAILY" and interval == 1:
        frequency, told = "WEEKLY", told or [(None, day) for day in Weekday]
    days: dict[Weekday, tuple[int, ...]]
    if frequency == "WEEKLY" and not positions and not any(week for week, _ in told):
        days = {day: () for _, day in told} or {Weekday(start.weekday()): ()}
    elif frequency == "MONTHLY" and interval == 1 and told:
        days = _of_month(told, positions)
    else:
        raise NotKept("only weekly rules and weeks of the month can be kept")
    return _Rule(
        days=days,
        interval=interval,
        week_start=Weekday(_DAYS.index(week_start)) if week_start in _DAYS else Weekday.MONDAY,
        count=_number(count, "COUNT") if count else None,
        until=until,
    )


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 9 and int(text)):
        raise NotKept(f"{name} is no number from 1 on")
    return int(text)


def _by_day(text: str) -> list[tuple[int | None, Weekday]]:
    matches = [_BYDAY.fullmatch(item) for item in text.split(",")] if text else []
    if not all(matches):
        raise NotKept(f"BYDAY={text[:40]} cannot be kept")
    return [(int(m[1]) if m[1] else None, Weekday(_DAYS.index(m[2]))) for m in matches if m]


def _of_month(told: list[tuple[int | None, Weekday]], positions: str) -> dict[Weekday, tuple[int, ...]]:
    if positions:
        # The third of several weekdays is no week of the month.
        if len(told) != 1 or told[0][0] is not None:
            raise NotKept("BYSETPOS with several days cannot be kept")
        told = [(_position(item), told[0][1]) for item in positions.split(",")]
    weeks: dict[Weekday, list[int]] = {}
    for week, day in told:
        weeks.setdefault(day, []).extend([] if week is None else [week])
    if not {week for found in weeks.values() for week in found} <= _WEEKS:
        raise NotKept("weeks of the month are 1 to 5, or the last")
    if len({bool(found) for found in weeks.values()}) != 1:
        raise NotKept("days of every week and of some weeks cannot be kept together")
    return {day: tuple(sorted(set(found), key=lambda week: week % 7)) for day, found in weeks.items()}


def _position(text: str) -> int:
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    return sign * _number(digits, "BYSETPOS")


def _moved(rule: _Rule, start: datetime, zone_name: str) -> _Rule:
    """The rule with its days as they are in the zone: written for UTC, they may be a day off; NotKept in doubt."""
    in_utc = start.replace(tzinfo=zone(zone_name)).astimezone(UTC)
    here, there = Weekday(start.weekday()), Weekday(in_utc.weekday())
    if here == there or set(rule.days) == {here} or len(rule.days) == 7:
        return rule
    if here in rule.days or there not in rule.days or any(rule.days.values()):
        raise NotKept("the rule's days are those of UTC or those of the place, and nothing tells which")
    shift = here - there
    return _Rule(
        days={Weekday((day + shift) % 7): weeks for day, weeks in rule.days.items()},
        interval=rule.interval,
        week_start=rule.week_start,
        count=rule.count,
        until=rule.until,
    )


def _until(text: str, start: datetime, zone_name: str) -> date | None:
    """The last date on which it may start; None: there is no end."""
    if not text:
        return None
    moment = read_moment(text)
    if moment is None:
        if text[:4].isdigit() and text[:4] > "2100":
            return None
        raise NotKept(f"UNTIL={text[:40]} is no date")
    if moment.whole_day:
        return moment.wall.date()
    last = moment.in_zone(zone_name)
    return last.date() if last.time() >= start.time() else last.date() - timedelta(days=1)
