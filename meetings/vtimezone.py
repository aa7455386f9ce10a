"""A time zone as calendar clients need it told: one STANDARD and at most one DAYLIGHT, each a yearly rule.

Outlook reads one yearly pair and no lists of dates, ical.js the first value of a list, so a zone is told by the
POSIX rule at the end of its TZif file (RFC 9636, section 3.3.1) and not by its history. Where rule and history
differ, `rule_zone` tells what clients will make of it, and the occurrence is written in UTC instead.
"""

from __future__ import annotations

import calendar
import io
import re
import struct
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur

from meetings.zones import zone_bytes

#: The year of the first onsets: before every event that a feed may hold, and what Google and others write, so that
#: readers are known to take it. The rule need not hold then, only from a feed's first event on.
FIRST_YEAR = 1970
_DAY = timedelta(days=1)
_NAME = r"<[A-Za-z0-9+-]+>|[A-Za-z]+"
_OFFSET = r"[+-]?\d{1,3}(?::\d\d){0,2}"
_FOOTER = re.compile(
    rf"(?P<std>{_NAME})(?P<std_offset>{_OFFSET})"
    rf"(?:(?P<dst>{_NAME})(?P<dst_offset>{_OFFSET})?,(?P<to_dst>[^,]+),(?P<to_std>[^,]+))?"
)
_RULE = re.compile(rf"M(?P<month>\d\d?)\.(?P<week>[1-5])\.(?P<weekday>[0-6])(?:/(?P<time>{_OFFSET}))?")
_BYDAY = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Onset:
    """When a period begins each year: the `week`th `weekday` (0 is Sunday; week 5 the last) of `month`, plus `after`.

    `after` counts from that day's start on the clocks before the change; it may be negative or more than a day.
    """

    month: int
    week: int
    weekday: int
    after: timedelta

    @property
    def shift(self) -> int:
        """Days from the named weekday to the day of the onset."""
        return self.after // _DAY

    def in_year(self, year: int) -> datetime:
        """The onset on the clocks before it."""
        length = calendar.monthrange(year, self.month)[1]
        latest = date(year, self.month, min(self.week * 7, length))
        named = latest - _DAY * ((latest.isoweekday() - self.weekday) % 7)
        return datetime.combine(named, time()) + self.after

    def rrule(self) -> str:
        """The same as an RRULE value. A rule that spills over its day names the dates that it may fall on."""
        day = _BYDAY[(self.weekday + self.shift) % 7]
        if self.shift == 0:
            week = -1 if self.week == 5 else self.week
            return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={week}{day}"
        return f"FREQ=YEARLY;{self._possible_dates()};BYDAY={day}"

    def _possible_dates(self) -> str:
        # Counted from the year's end, days from March on are the same in leap years.
        first = 7 * self.week - 6 if self.week < 5 else calendar.monthrange(2001, self.month)[1] - 6
        days = [date(2001, self.month, first) + _DAY * (self.shift + n) for n in range(7)]
        if days[0].month < 3 or days[-1].year > 2001:
            raise ValueError(f"an onset that spills over its day around {days[0]:%d %B} cannot be told as a rule")
        if days[0].month == days[-1].month:
            return f"BYMONTH={days[0].month};BYMONTHDAY=" + ",".join(str(day.day) for day in days)
        return "BYYEARDAY=" + ",".join(str((day - date(2002, 1, 1)).days) for day in days)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Period:
    """A part of the year with one offset from UTC; `onset` None: the whole year."""

    name: str
    offset: timedelta
    onset: _Onset | None = None


@cache
def vtimezone(name: str) -> bytes:
    """The VTIMEZONE of an IANA name as content lines (RFC 5545, section 3.6.5).

    `ZoneInfoNotFoundError` or `OSError` where there is no such zone, `ValueError` where its rule cannot be told.
    """
    component = Timezone()
    component.add("tzid", name)
    periods = _periods(_footer(name))
    # STANDARD is the smaller offset, also for Dublin, whose law has it the other way round: no client knows that.
    for index, period in enumerate(sorted(periods, key=lambda p: p.offset)):
        part = TimezoneDaylight() if index else TimezoneStandard()
        onset = period.onset
        part.add("dtstart", onset.in_year(FIRST_YEAR) if onset else datetime(FIRST_YEAR, 1, 1))  # noqa: DTZ001 - a wall-clock time
        if onset:
            part.add("rrule", vRecur.from_ical(onset.rrule()))
        part.add("tzoffsetfrom", next((other.offset for other in periods if other is not period), period.offset))
        part.add("tzoffsetto", period.offset)
        part.add("tzname", period.name)
        component.add_component(part)
    lines: bytes = component.to_ical(sorted=False)
    return lines


@cache
def rule_zone(name: str) -> ZoneInfo:
    """The zone as if its present rule had always held: what a reader of `vtimezone` makes of it."""
    header = b"TZif2" + bytes(15)
    one_type = struct.pack(">6l", 0, 0, 0, 0, 1, 4) + struct.pack(">lBB", 0, 0, 0) + b"UTC\0"
    text = header + one_type + header + one_type + b"\n" + _footer(name).encode("ascii") + b"\n"
    return ZoneInfo.from_file(io.BytesIO(text), key=name)


def _footer(name: str) -> str:
    return zone_bytes(name).rstrip(b"\n").rpartition(b"\n")[2].decode("ascii")


def _periods(footer: str) -> tuple[_Period, ...]:
    match = _FOOTER.fullmatch(footer)
    if match is None:
        raise ValueError(f"not a rule of POSIX TZ: {footer!r}")
    # POSIX counts west of Greenwich, everybody else east.
    standard = -_span(match["std_offset"])
    if match["dst"] is None:
        return (_Period(name=match["std"].strip("<>"), offset=standard),)
    summer = -_span(match["dst_offset"]) if match["dst_offset"] else standard + timedelta(hours=1)
    return (
        _Period(name=match["std"].strip("<>"), offset=standard, onset=_onset(match["to_std"])),
        _Period(name=match["dst"].strip("<>"), offset=summer, onset=_onset(match["to_dst"])),
    )


def _onset(text: str) -> _Onset:
    match = _RULE.fullmatch(text)
    if match is None:
        raise ValueError(f"only rules by weekday of a month can be told, not {text!r}")
    month, week, weekday = int(match["month"]), int(match["week"]), int(match["weekday"])
    return _Onset(month=month, week=week, weekday=weekday, after=_span(match["time"] or "2"))


def _span(text: str) -> timedelta:
    """Hours, minutes and seconds with a sign, e.g. `-3:30`."""
    hours, minutes, seconds = ([int(part) for part in text.lstrip("+-").split(":")] + [0, 0])[:3]
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -span if text.startswith("-") else span
