"""A meeting's dates cut into pieces that every calendar client reads alike.

Clients disagree about starts that a clock change skips or repeats, about lengths across a change, about overridden
instances, and about rules that name several weeks of a month. So a rule becomes one series a week of the month; what
falls on a date of disagreement is taken out of its series and told alone, in UTC; a fifth weekday, a moved date and
chosen dates are told alone too. All of it begins at a given date, so that the past is not dragged along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from meetings.model import MeetingStatus
from meetings.recurrence import instant, rrule, rule_dates
from meetings.suspension import ended_at
from meetings.vtimezone import rule_zone
from meetings.zones import zone

if TYPE_CHECKING:
    from meetings.model import Meeting
    from meetings.recurrence import DatedException, Recurrence
    from meetings.schedule import ScheduleEntry

#: How far ahead of the anchor single dates are written out. The anchor is up to two months back and a few days, so
#: that whoever reads the feed has three years of them.
HORIZON_MONTHS = 39
_DAY = timedelta(days=1)
_KEPT_PAST = timedelta(days=30)


class PieceKind(StrEnum):
    """HELD is when the meeting is held; the others tell, at its usual time, that it is not."""

    HELD = "HELD"
    CANCELLED = "CANCELLED"
    SUSPENDED = "SUSPENDED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One event of a meeting's calendar; `segment` tells it from the others and stays the same while it lasts.

    With `zone`, `starts`, `ends` and `excluded` are wall-clock times there, without tzinfo; else instants in UTC.
    """

    segment: str
    kind: PieceKind = PieceKind.HELD
    starts: datetime
    ends: datetime
    zone: str | None = None
    rrule: str | None = None
    excluded: tuple[datetime, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The dates that are told: singles in [first, horizon), series from `first` on; `anchor` is never after `first`."""

    anchor: date
    first: date
    horizon: date


def anchor_of(now: datetime) -> date:
    """The date before which nothing is told: the first of the month in which the day 30 days ago lies (UTC)."""
    return (now.astimezone(UTC) - _KEPT_PAST).date().replace(day=1)


@lru_cache(maxsize=64)
def anchored_at(anchor: date) -> datetime:
    """The instant from which `anchor_of` answers this anchor."""
    return datetime.combine(anchor, time(), UTC) + _KEPT_PAST


def months_after(month: date, months: int) -> date:
    """The first day of the month that many months on."""
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


@lru_cache(maxsize=1024)
def span_of(anchor: date, added_on: date | None = None) -> Span:
    """What is told of a meeting that was added on that date; None: from the anchor on."""
    # It was added today somewhere; where the meeting is, it may still be yesterday, and tonight's is wanted.
    first = max(anchor, added_on - _DAY) if added_on else anchor
    return Span(anchor=anchor, first=first, horizon=months_after(anchor, HORIZON_MONTHS))


def pieces(meeting: Meeting, span: Span, entry: ScheduleEntry | None = None) -> list[Piece]:
    """All events of the meeting as the entry wants them, None: every time it meets. None for one by appointment."""
    rule = meeting.recurrence
    if rule is None:
        return []
    exceptions = {e.day: e for e in meeting.exceptions if any(rule_dates(rule, e.day, e.day))}
    ended = ended_at(meeting)
    found = list(_excepted(rule, exceptions, span, entry))
    if entry is not None and entry.dates is not None:
        days = sorted(d for d in set(entry.dates) if d not in exceptions and any(rule_dates(rule, d, d)))
        found += [_single(rule, day, rule.starts) for day in days if _wanted(day, span, entry)]
    else:
        skipped = frozenset(entry.skipped_dates if entry else ())
        for segment, part in _parts(rule):
            found += _regular(segment, part, span, skipped | exceptions.keys(), ended)
    if ended is None:
        return found
    held = [piece for piece in found if _starts_at(piece) <= ended]
    gone = meeting.status == MeetingStatus.WITHDRAWN
    return held + _farewell(rule, PieceKind.WITHDRAWN if gone else PieceKind.SUSPENDED, ended, span, entry)


def _wanted(day: date, span: Span, entry: ScheduleEntry | None) -> bool:
    if not span.first <= day < span.horizon or (entry and day in entry.skipped_dates):
        return False
    return entry is None or entry.dates is None or day in entry.dates


def _excepted(
    rule: Recurrence, exceptions: dict[date, DatedException], span: Span, entry: ScheduleEntry | None
) -> Iterator[Piece]:
    for day, exception in sorted(exceptions.items()):
        held, wall = exception.moved_to or (day, rule.starts)
        if not _wanted(held, span, entry):
            continue
        piece = _single(rule, held, wall, of=day)
        if exception.cancelled:
            piece = replace(piece, segment=f"notice {day}", kind=PieceKind.CANCELLED)
        yield replace(piece, note=exception.note)


def _farewell(
    rule: Recurrence, kind: PieceKind, ended: datetime, span: Span, entry: ScheduleEntry | None
) -> list[Piece]:
    """The notice at the first date on which somebody would have come in vain."""
    for day in rule_dates(rule, max(span.first, ended.astimezone(zone(rule.zone)).date()), span.horizon):
        if _wanted(day, span, entry) and instant(day, rule.starts, rule.zone) > ended:
            return [replace(_single(rule, day, rule.starts), segment="ended", kind=kind)]
    return []


def _parts(rule: Recurrence) -> list[tuple[str, Recurrence]]:
    """The rule as rules of one week of the month each, with a name for each."""
    weeks = set(rule.weeks_of_month)
    if {4, -1} <= weeks:
        weeks = weeks - {-1} | {5}  # The last is the fourth, but where there is a fifth.
    if {5, -1} <= weeks:
        weeks -= {5}
    if not weeks or weeks == {1, 2, 3, 4, 5}:
        return [("series", replace(rule, weeks_of_month=()))]
    return [(f"week {week}", replace(rule, weeks_of_month=(week,))) for week in sorted(weeks)]


def _regular(
    segment: str, rule: Recurrence, span: Span, excluded: frozenset[date], ended: datetime | None
) -> list[Piece]:
    """A rule's series, and alone the dates on which clients disagree."""
    if rule.weeks_of_month == (5,):
        days = rule_dates(rule, span.first, span.horizon - _DAY)
        return [_single(rule, day, rule.starts) for day in days if day not in excluded]
    odd = [day for day in _odd_dates(rule, span) if day not in excluded]
    excluded = excluded.union(odd)
    singles = [_single(rule, day, rule.starts) for day in odd]
    # After a start that a clock change skips libical stays an hour late for a week, and node-ical does not know a
    # repeated start that is taken out of its series: a new series begins after either.
    breaks = [day for day in odd if _is_unclear(datetime.combine(day, rule.starts), rule.zone)]
    series = []
    for after, before in zip([None, *breaks], [*breaks, None], strict=True):
        first = after + _DAY if after else span.first
        name = f"{segment} after {after}" if after else segment
        series.append(_series(name, rule, (first, _last_date(rule, first, before, ended)), excluded))
    return [piece for piece in series if piece] + singles


def _last_date(rule: Recurrence, first: date, before: date | None, ended: datetime | None) -> date | None:
    """The last date of a series; None: it goes on; a date before `first`: there is none."""
    if before is None and ended is None and rule.until is None:
        return None
    end = before - _DAY if before else date.max
    if ended is not None:
        end = min(end, ended.astimezone(zone(rule.zone)).date())
    days = [d for d in rule_dates(rule, first, end) if not ended or instant(d, rule.starts, rule.zone) <= ended]
    return days[-1] if days else first - _DAY


def _series(segment: str, rule: Recurrence, dates: tuple[date, date | None], excluded: frozenset[date]) -> Piece | None:
    first, last = dates
    # It begins on a date that is held: some clients show DTSTART even where it is excluded.
    held = (day for day in rule_dates(rule, first, last or date.max) if day not in excluded)
    begin = next(held, None)
    if begin is None:
        return None
    text = _rrule(rule)
    if last is not None:
        text += f";UNTIL={instant(last, rule.starts, rule.zone):%Y%m%dT%H%M%SZ}"
    out = (day for day in sorted(excluded) if begin < day and (last is None or day <= last))
    starts = datetime.combine(begin, rule.starts)
    return Piece(
        segment=segment,
        starts=starts,
        ends=starts + rule.duration,
        zone=rule.zone,
        rrule=text,
        excluded=tuple(datetime.combine(day, rule.starts) for day in out if any(rule_dates(rule, day, day))),
    )


def _rrule(rule: Recurrence) -> str:
    """As `rrule`, but a week of the month as BYSETPOS: Outlook documents that form alone."""
    rule = replace(rule, until=None)
    if not rule.weeks_of_month:
        return rrule(rule)
    (week,) = rule.weeks_of_month
    day = rrule(replace(rule, weeks_of_month=())).rpartition("=")[2]
    return f"FREQ=MONTHLY;BYDAY={day};BYSETPOS={week}"


def _single(rule: Recurrence, day: date, wall: time, *, of: date | None = None) -> Piece:
    """The occurrence of date `of`, held on `day`: by the clock on the wall where that can be told, else in UTC."""
    starts, segment = datetime.combine(day, wall), f"date {of or day}"
    if _is_plain(starts, rule.duration, rule.zone):
        return Piece(segment=segment, starts=starts, ends=starts + rule.duration, zone=rule.zone)
    at = instant(day, wall, rule.zone)
    return Piece(segment=segment, starts=at, ends=at + rule.duration)


def _starts_at(piece: Piece) -> datetime:
    return instant(piece.starts.date(), piece.starts.time(), piece.zone) if piece.zone else piece.starts


# --- Where clients disagree ---------------------------------------------------------------------


def _offsets(wall: datetime, zone_name: str) -> set[timedelta | None]:
    """What can be taken for the offset from UTC: more than one in a gap, in an overlap, and where clients err."""
    tz, told = zone(zone_name), rule_zone(zone_name)
    return {wall.replace(tzinfo=z, fold=fold).utcoffset() for z in (tz, told) for fold in (0, 1)}


def _is_plain(starts: datetime, duration: timedelta, zone_name: str) -> bool:
    return len(_offsets(starts, zone_name) | _offsets(starts + duration, zone_name)) == 1


def _is_unclear(wall: datetime, zone_name: str) -> bool:
    """Whether no clock there ever shows this time, or shows it twice, by the zone's history or by its rule."""
    zones = (zone(zone_name), rule_zone(zone_name))
    return any(len({wall.replace(tzinfo=z, fold=fold).utcoffset() for fold in (0, 1)}) > 1 for z in zones)


def _odd_dates(rule: Recurrence, span: Span) -> list[date]:
    days = (day for day in _unsteady_dates(rule.zone, span.anchor, span.horizon) if day >= span.first)
    days = (day for day in days if day.weekday() == rule.weekday and any(rule_dates(rule, day, day)))
    return [d for d in days if not _is_plain(datetime.combine(d, rule.starts), rule.duration, rule.zone)]


@lru_cache(maxsize=2048)
def _unsteady_dates(zone_name: str, first: date, horizon: date) -> tuple[date, ...]:
    """The local dates near which the zone's clocks change, or its rule and its history differ."""
    tz, told = zone(zone_name), rule_zone(zone_name)
    midnights = [datetime.combine(first + _DAY * n, time(), UTC) for n in range(-3, (horizon - first).days + 4)]
    offsets = [(at.astimezone(tz).utcoffset(), at.astimezone(told).utcoffset()) for at in midnights]
    found: set[date] = set()
    for at, now, later in zip(midnights, offsets, offsets[1:], strict=False):
        if len({*now, *later}) > 1:
            # A zone may be most of a day from UTC, and a meeting may begin the day before the change.
            found.update(at.date() + _DAY * n for n in (-2, -1, 0, 1, 2))
    return tuple(sorted(day for day in found if first <= day < horizon))
