"""When a meeting of our own format is held: weekday or rule, exceptions by date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from importers.clock import read_clock
from importers.record import Record
from meetings.model import Weekday
from meetings.recurrence import DatedException, Recurrence, Rule, rule_from_rrule
from meetings.zones import zone as zoneinfo

#: Dated exceptions of one meeting; beyond, it is another rule.
MAX_EXCEPTIONS = 366
#: A date alone would move a meeting to midnight.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The rules of one record, one a weekday, all at the same time; `unread` counts those that cannot be read.

    Neither rules nor unread ones: by appointment.
    """

    rules: tuple[Recurrence, ...] = ()
    exceptions: tuple[DatedException, ...] = ()
    unread: int = 0


def read_schedule(record: Record, zone: str | None, usual: timedelta) -> tuple[Schedule, bool]:
    """The schedule, and whether its length is assumed. What cannot be read is in the record's findings."""
    if not is_scheduled(record):
        return Schedule(), False
    rules, unread = _rules(record)
    starts = _starts(record)
    anchor = _date(record, "recurrence_start")
    length = record.length("duration")
    if zone is None or starts is None:
        return Schedule(unread=len(rules) + unread or 1), False
    made = [_recurrence(record, rule, starts, length or usual, zone, anchor) for rule in rules]
    kept = tuple(one for one in made if one is not None)
    exceptions = _exceptions(record, {one.weekday for one in kept})
    assumed = length is None or record.values.get("duration_assumed") is True
    return Schedule(rules=kept, exceptions=exceptions, unread=unread + len(made) - len(kept)), assumed


def is_scheduled(record: Record) -> bool:
    """Whether it is held at set times; if not, by appointment."""
    return any(record.holds(name) for name in ("weekday", "start_time", "recurrence"))


def _rules(record: Record) -> tuple[list[Rule], int]:
    """The rules, and how many there are besides that cannot be read."""
    days, unread = _weekdays(record)
    told = record.line("recurrence")
    if told is None:
        if not days and not unread:
            record.found("bad_day", "weekday")
        return [Rule(weekday=day) for day in days], unread or int(not days)
    try:
        rule = rule_from_rrule(told)
    except ValueError:
        record.found("bad_recurrence", "recurrence", told)
        return [], max(len(days) + unread, 1)
    if set(days) - {rule.weekday} or unread:
        record.found("bad_recurrence", "weekday", told)
        return [], max(len(days) + unread, 1)
    return [rule], 0


def _weekdays(record: Record) -> tuple[list[Weekday], int]:
    value = record.values.get("weekday")
    items: Iterable[object] = value if isinstance(value, list) else [value] if record.holds("weekday") else []
    days, unread = [], 0
    for number, item in enumerate(items):
        name = item.strip().upper() if isinstance(item, str) else ""
        if name in Weekday.__members__:
            days.append(Weekday[name])
        else:
            record.found("bad_day", f"weekday[{number}]" if isinstance(value, list) else "weekday", item)
            unread += 1
    return list(dict.fromkeys(days)), unread


def _starts(record: Record) -> time | None:
    told = record.code("start_time")
    clock = read_clock(told) if told else None
    if told is None:
        record.found("day_without_time", "start_time")
    elif clock is None or clock.doubtful:
        # Our own format has one spelling for midnight.
        record.found("bad_time", "start_time", told)
        return None
    return clock.time if clock else None


def _recurrence(
    record: Record, rule: Rule, starts: time, length: timedelta, zone: str, anchor: date | None
) -> Recurrence | None:
    try:
        return Recurrence(
            weekday=rule.weekday,
            starts=starts,
            duration=length,
            zone=zone,
            interval=rule.interval,
            weeks_of_month=rule.weeks_of_month,
            anchor=anchor,
            until=rule.until.astimezone(zoneinfo(zone)).date() if rule.until else None,
        )
    except ValueError as error:
        record.found("bad_recurrence", "recurrence", str(error))
        return None


def _exceptions(record: Record, days: set[Weekday]) -> tuple[DatedException, ...]:
    value = record.values.get("exceptions")
    if value is not None and not isinstance(value, list):
        record.found("bad_exception", "exceptions", value)
    found: dict[date, DatedException] = {}
    for number, item in enumerate(value if isinstance(value, list) else ()):
        where = f"{record.where}.exceptions[{number}]"
        values = item if isinstance(item, dict) else {}
        part = Record(values=values, where=where, key=record.key, findings=record.findings)
        exception = _exception(part)
        fits = exception is not None and exception.day.weekday() in days and exception.day not in found
        if exception is None or not fits or len(found) >= MAX_EXCEPTIONS:
            part.found("bad_exception", "", values.get("date"))
            continue
        found[exception.day] = exception
    return tuple(found[day] for day in sorted(found))


def _exception(part: Record) -> DatedException | None:
    day, moved = _date(part, "date"), part.code("moved_to")
    if day is None or (moved is None) == (part.values.get("cancelled") is not True):
        return None
    if moved is None:
        return DatedException(day=day, note=part.notes("note"))
    if not _MOMENT.fullmatch(moved):
        return None
    try:
        to = datetime.fromisoformat(moved)
    except ValueError:
        return None
    return DatedException(day=day, moved_to=(to.date(), to.time()), note=part.notes("note"))


def _date(record: Record, name: str) -> date | None:
    told = record.code(name)
    if told is None:
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        record.found("bad_date", name, told)
        return None
