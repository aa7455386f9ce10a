"""Single dates of a series that differ from its rule: EXDATE, RDATE, and events that replace one of its dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from importers.icalendar_lines import Component
from importers.icalendar_rules import Moment, read_moment
from importers.icalendar_words import is_called_off
from importers.icalendar_zones import zone_named
from importers.record import Record
from meetings.recurrence import DatedException, Recurrence, rule_dates
from meetings.zones import zone

#: Exceptions of one meeting that are kept, the newest: of those that are past nobody asks.
MAX_EXCEPTIONS = 366
#: An extra date so near to one that is left out is that one, moved.
_NEAR = timedelta(days=6)


def dated_exceptions(
    event: Component,
    overrides: Sequence[Component],
    record: Record,
    rule: Recurrence,
    rules: Sequence[Recurrence],
) -> tuple[tuple[DatedException, ...], date | None]:
    """The exceptions to this rule, by date; and the rule's last date where all that follows was called off.

    `rules` are all of the event, this one among them.
    """
    found = {day: DatedException(day=day) for day in _days(event, "EXDATE", record, rule)}
    last: date | None = None
    for override in overrides:
        moment = _moment(override, "RECURRENCE-ID", rule.zone)
        line = override.first("RECURRENCE-ID")
        if moment is None or line is None:
            record.found("bad_exception", "RECURRENCE-ID", override.value("RECURRENCE-ID"))
            continue
        if not _is_on(rule, moment.date()):
            # Another weekday's of the same event, or of no date that there is.
            continue
        if line.parameters.get("RANGE", "").upper() == "THISANDFUTURE":
            day = moment.date() - timedelta(days=1)
            last = day if last is None else min(last, day)
            if not _is_off(override):
                record.found("bad_exception", "RECURRENCE-ID", f"RANGE=THISANDFUTURE:{line.value}")
            continue
        exception = _exception(override, event, moment.date(), record, rule)
        if exception is not None:
            found[exception.day] = exception
    _place_extra(event, found, record, rules)
    return tuple(found[day] for day in sorted(found)[-MAX_EXCEPTIONS:]), last


def _is_on(rule: Recurrence, day: date) -> bool:
    return any(rule_dates(rule, day, day))


def _days(event: Component, name: str, record: Record, rule: Recurrence) -> Iterator[date]:
    """The dates of the rule that this property names; a time beside them is not held against the rule's."""
    for moment in _moments(event, name, record, rule):
        if _is_on(rule, moment.date()):
            yield moment.date()


def _moments(event: Component, name: str, record: Record, rule: Recurrence) -> Iterator[datetime]:
    for line in event.properties.get(name, []):
        for text in line.value.split(","):
            moment = read_moment(text.partition("/")[0])
            if moment is None:
                record.found("bad_exception", name, text)
                continue
            yield _local(moment, line.parameters.get("TZID", ""), rule.zone)


def _local(moment: Moment, tzid: str, zone_name: str) -> datetime:
    """The wall-clock time in the series' zone, of one that may be written by another clock."""
    named = zone_named(tzid) if tzid and not moment.utc and not moment.whole_day else None
    if named is None or named == zone_name:
        return moment.wall if moment.whole_day else moment.in_zone(zone_name)
    return moment.wall.replace(tzinfo=zone(named)).astimezone(zone(zone_name)).replace(tzinfo=None)


def _moment(event: Component, name: str, zone_name: str) -> datetime | None:
    line = event.first(name)
    moment = read_moment(line.value) if line else None
    return _local(moment, line.parameters.get("TZID", ""), zone_name) if line and moment else None


def _is_off(override: Component) -> bool:
    title = override.first("SUMMARY")
    return override.value("STATUS").upper() == "CANCELLED" or (title is not None and is_called_off(title.text))


def _exception(
    override: Component, event: Component, day: date, record: Record, rule: Recurrence
) -> DatedException | None:
    """What becomes of that date; None: nothing that we could tell."""
    note = _note(override, event, record)
    start = read_moment(override.value("DTSTART"))
    # What lasts the whole day has no hour at which one could come.
    if _is_off(override) or (start is not None and start.whole_day):
        return DatedException(day=day, note=note)
    held = _moment(override, "DTSTART", rule.zone)
    if held is None:
        record.found("bad_exception", "RECURRENCE-ID", override.value("DTSTART"))
        return None
    if (held.date(), held.time()) == (day, rule.starts) and note is None:
        return None
    return DatedException(day=day, moved_to=(held.date(), held.time()), note=note)


def _note(override: Component, event: Component, record: Record) -> str | None:
    """What is told otherwise of that date: its title and place."""
    told = {}
    for name in ("SUMMARY", "LOCATION"):
        line, usual = override.first(name), event.first(name)
        if line is not None and line.text.strip() and (usual is None or usual.text != line.text):
            told[name] = line.text
    values: dict[str, object] = dict(told)
    return Record(values=values, where=record.where, key=record.key, findings=record.findings).notes(*told)


def _place_extra(
    event: Component, found: dict[date, DatedException], record: Record, rules: Sequence[Recurrence]
) -> None:
    """Extra dates: beside one that is left out they are where it moved to; others cannot be told."""
    for moment in _moments(event, "RDATE", record, rules[0]):
        on = any(_is_on(rule, moment.date()) and moment.time() == rule.starts for rule in rules)
        if on and moment.date() not in found:
            continue
        free = [day for day, one in found.items() if one.cancelled and abs(day - moment.date()) <= _NEAR]
        if not free:
            record.found("extra_date", "RDATE", moment.isoformat())
            continue
        day = min(free, key=lambda day: abs(day - moment.date()))
        found[day] = replace(found[day], moved_to=(moment.date(), moment.time()))
