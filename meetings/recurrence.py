"""When a meeting happens: a wall-clock time in an IANA zone with a rule, never an instant.

Occurrences are computed on read. A start that falls into a clock gap moves forward (02:30 becomes 03:30); in an
overlap the first of the two is meant; durations are elapsed time. One meeting has one weekday.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from meetings.making import maker
from meetings.model import Weekday
from meetings.zones import zone

#: One start may not reach the next day's: the read index looks back one day for what is in progress.
MAX_DURATION = timedelta(hours=24)
#: Weeks between two meetings of an every-n-weeks rule; beyond a year it is no recurrence.
MAX_INTERVAL = 52
_NOTHING, _DAY = timedelta(0), timedelta(days=1)
_RRULE_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: An instant in UTC as RFC 5545 writes it, section 3.3.5.
_UTC = "%Y%m%dT%H%M%SZ"
_BYDAY = re.compile(r"(-1|[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A rule: every `interval` weeks, or on some `weeks_of_month` (1 to 5, -1 the last), on `weekday` at `starts`.

    `anchor` is the date from which the rule counts and before which it has no occurrence: needed when `interval` > 1;
    `until` is the last date of which it may have one, None: it goes on.
    """

    weekday: Weekday
    starts: time
    duration: timedelta
    zone: str
    interval: int = 1
    anchor: date | None = None
    weeks_of_month: tuple[int, ...] = ()
    until: date | None = None

    def __post_init__(self) -> None:
        if not _NOTHING < self.duration < MAX_DURATION:
            raise ValueError(f"a meeting lasts more than nothing and less than a day, not {self.duration}")
        if not 1 <= self.interval <= MAX_INTERVAL:
            raise ValueError(f"every {self.interval} weeks: 1 to {MAX_INTERVAL} can be kept")
        if self.interval > 1 and (self.anchor is None or self.weeks_of_month):
            raise ValueError("a rule of several weeks counts from a date, and not within months")
        if self.weeks_of_month and not set(self.weeks_of_month) <= {1, 2, 3, 4, 5, -1}:
            raise ValueError(f"weeks of the month are 1 to 5 or -1, not {self.weeks_of_month}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedException:
    """One date on which the rule does not hold: cancelled, or moved to another wall-clock start in the same zone."""

    day: date
    moved_to: tuple[date, time] | None = None
    note: str | None = None

    @property
    def cancelled(self) -> bool:
        """Nothing is held instead."""
        return self.moved_to is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One dated instance, in the meeting's zone; computed, never stored.

    `date` is the local date on which it starts by the clock on the wall, before a clock gap moves it.
    `moved_from` is where the rule would have put it.
    """

    date: date
    starts_at: datetime
    ends_at: datetime
    cancelled: bool = False
    moved_from: datetime | None = None
    note: str | None = None


_made = maker(Occurrence)


def instant(day: date, wall: time, zone_name: str) -> datetime:
    """The instant of a wall-clock time, in UTC: gap forward, overlap first."""
    # fold=0 reads a wall time with the offset from before the change: that is both rules at once.
    return datetime.combine(day, wall, zone(zone_name)).astimezone(UTC)


def rule_dates(rule: Recurrence, first: date, last: date) -> Iterator[date]:
    """The local dates of the rule in [first, last], soonest first, exceptions aside."""
    if rule.anchor is not None:
        first = max(first, rule.anchor)
    if rule.until is not None:
        last = min(last, rule.until)
    day = first + _DAY * ((rule.weekday - first.weekday()) % 7)
    if rule.interval > 1:
        day += _DAY * 7 * (-_weeks(rule, day) % rule.interval)
    while day <= last:
        if _in_month(rule, day):
            yield day
        day += _DAY * 7 * rule.interval


def _has_date(rule: Recurrence, day: date) -> bool:
    """Whether this is one of the rule's dates."""
    if day.weekday() != rule.weekday or (rule.until is not None and day > rule.until):
        return False
    if rule.anchor is not None and (day < rule.anchor or _weeks(rule, day) % rule.interval):
        return False
    return _in_month(rule, day)


def _weeks(rule: Recurrence, day: date) -> int:
    """How many weeks after the first date of the rule that counts from its anchor."""
    assert rule.anchor is not None
    origin = rule.anchor + _DAY * ((rule.weekday - rule.anchor.weekday()) % 7)
    return (day - origin).days // 7


def _in_month(rule: Recurrence, day: date) -> bool:
    if not rule.weeks_of_month:
        return True
    if (day.day - 1) // 7 + 1 in rule.weeks_of_month:
        return True
    return -1 in rule.weeks_of_month and (day + _DAY * 7).month != day.month


def _occurrence(rule: Recurrence, day: date, exception: DatedException | None) -> Occurrence:
    tz = zone(rule.zone)
    held, wall = (day, rule.starts) if exception is None or exception.moved_to is None else exception.moved_to
    start = instant(held, wall, rule.zone)
    moved = exception is not None and not exception.cancelled
    return Occurrence(
        date=held,
        starts_at=start.astimezone(tz),
        ends_at=(start + rule.duration).astimezone(tz),
        cancelled=exception is not None and exception.cancelled,
        moved_from=instant(day, rule.starts, rule.zone).astimezone(tz) if moved else None,
        note=None if exception is None else exception.note,
    )


def occurrences(
    rule: Recurrence, exceptions: tuple[DatedException, ...], start: datetime, until: datetime
) -> list[Occurrence]:
    """All occurrences that start in [start, until), soonest first; cancelled ones too, marked.

    An exception counts only for a date on which the rule has an occurrence.
    """
    by_date = {exception.day: exception for exception in exceptions}
    tz = zone(rule.zone)
    # Two days either side: a zone may be most of a day from UTC, and a gap may swallow a whole local day.
    first, last = start.astimezone(tz).date() - 2 * _DAY, until.astimezone(tz).date() + 2 * _DAY
    days = set(rule_dates(rule, first, last))
    for exception in exceptions:
        if exception.moved_to and first <= exception.moved_to[0] <= last:
            days.update(rule_dates(rule, exception.day, exception.day))
    found = (_occurrence(rule, day, by_date.get(day)) for day in days)
    return sorted((o for o in found if start <= o.starts_at < until), key=lambda o: (o.starts_at, o.date))


def occurrence_at(rule: Recurrence, exceptions: tuple[DatedException, ...], start: datetime) -> Occurrence | None:
    """What starts in the minute that begins at `start`; None: nothing does."""
    # By way of UTC, which has no hours twice and none that are left out.
    start = start.astimezone(UTC)
    local = start.astimezone(zone(rule.zone))
    day = local.date()
    if not exceptions and not local.fold and local.time() == rule.starts and _has_date(rule, day):
        # As nearly always: no exception, and no clock change that has moved it.
        return _made(day, local, (start + rule.duration).astimezone(local.tzinfo), False, None, None)
    found = occurrences(rule, exceptions, start, start + timedelta(minutes=1))
    return found[0] if found else None


def next_occurrence(
    rule: Recurrence,
    exceptions: tuple[DatedException, ...],
    now: datetime,
    *,
    horizon_days: int = 400,
) -> Occurrence | None:
    """The first held occurrence that starts at or after `now`, within the horizon."""
    start, days = now, 8
    end = now + timedelta(days=horizon_days)
    while start < end:
        until = min(start + timedelta(days=days), end)
        for occurrence in occurrences(rule, exceptions, start, until):
            if not occurrence.cancelled:
                return occurrence
        start, days = until, 62
    return None


def rrule(rule: Recurrence) -> str:
    """The rule as an RFC 5545 RRULE value, section 3.3.10, e.g. `FREQ=MONTHLY;BYDAY=2TU,4TU`."""
    day = _RRULE_DAYS[rule.weekday]
    ends = f";UNTIL={instant(rule.until, rule.starts, rule.zone):{_UTC}}" if rule.until else ""
    if rule.weeks_of_month:
        return "FREQ=MONTHLY;BYDAY=" + ",".join(f"{week}{day}" for week in rule.weeks_of_month) + ends
    interval = f"INTERVAL={rule.interval};" if rule.interval > 1 else ""
    return f"FREQ=WEEKLY;{interval}BYDAY={day}{ends}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an RRULE of our subset says, without time and zone; `until` is the start of its last occurrence."""

    weekday: Weekday
    interval: int = 1
    weeks_of_month: tuple[int, ...] = ()
    until: datetime | None = None


def rule_from_rrule(text: str) -> Rule:
    """Read the subset of RFC 5545 that `rrule` writes; ValueError says what is outside of it."""
    parts = dict(part.split("=", 1) for part in text.upper().removeprefix("RRULE:").split(";") if "=" in part)
    frequency, by_day = parts.pop("FREQ", ""), parts.pop("BYDAY", "")
    interval = parts.pop("INTERVAL", "1")
    # strptime says in ValueError what it cannot read.
    until = datetime.strptime(parts.pop("UNTIL"), _UTC).replace(tzinfo=UTC) if "UNTIL" in parts else None
    matches = [_BYDAY.fullmatch(item) for item in by_day.split(",")]
    days = [(m[1], m[2]) for m in matches if m]
    if parts or len(days) != len(matches) or len({day for _, day in days}) != 1 or not interval.isascii():
        raise ValueError(f"only weekly rules and weeks of the month on one weekday can be kept, not {text!r}")
    weekday = Weekday(_RRULE_DAYS.index(days[0][1]))
    weeks = tuple(int(week) for week, _ in days if week)
    if frequency == "WEEKLY" and not weeks and interval.isdigit() and len(days) == 1:
        return Rule(weekday=weekday, interval=int(interval), until=until)
    if frequency == "MONTHLY" and len(weeks) == len(days) and interval == "1":
        weeks_of_month = tuple(sorted(set(weeks), key=lambda w: w % 7))
        return Rule(weekday=weekday, weeks_of_month=weeks_of_month, until=until)
    raise ValueError(f"only weekly rules and weeks of the month on one weekday can be kept, not {text!r}")
