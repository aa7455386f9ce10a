"""The judge's clock: whether the time parts of a filter accept a meeting, by looking at one date after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetings.model import Meeting, TimeOfDay, Weekday
from meetings.recurrence import Occurrence, instant, next_occurrence, occurrences
from meetings.search import TimeFilter
from meetings.zones import zone

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def accepted(meeting: Meeting, asked: TimeFilter, now: datetime) -> tuple[bool, datetime | None]:
    """Whether the time parts keep a meeting, and the start they accept."""
    rule = meeting.recurrence
    coming = next_occurrence(rule, meeting.exceptions, now) if rule else None
    if not asked.judges_starts:
        if coming is None:
            return True, None
        fine = any(fits(meeting, o, asked) for o in _held_at(meeting, coming.starts_at))
        return fine, coming.starts_at.astimezone(UTC)
    for occurrence in _spoken_of(meeting, asked, now, coming):
        if fits(meeting, occurrence, asked):
            return True, occurrence.starts_at.astimezone(UTC)
    return False, None


def _spoken_of(meeting: Meeting, asked: TimeFilter, now: datetime, coming: Occurrence | None) -> Iterator[Occurrence]:
    """The occurrences of which a filter speaks."""
    if asked.window:
        yield from (o for o in occurrences_of(meeting, *asked.window) if not o.cancelled)
    elif asked.in_progress:
        begun = occurrences_of(meeting, now - DAY, now + MINUTE)
        yield from (o for o in begun if not o.cancelled and o.ends_at > now)
    elif coming:
        yield from _held_at(meeting, coming.starts_at)


def occurrences_of(meeting: Meeting, start: datetime, until: datetime) -> list[Occurrence]:
    rule = meeting.recurrence
    return occurrences(rule, meeting.exceptions, start, until) if rule else []


def _held_at(meeting: Meeting, moment: datetime) -> list[Occurrence]:
    return [o for o in occurrences_of(meeting, moment, moment + MINUTE) if not o.cancelled]


def fits(meeting: Meeting, occurrence: Occurrence, asked: TimeFilter) -> bool:
    """Whether all parts but the window accept this occurrence."""
    rule = meeting.recurrence
    assert rule is not None
    readings = [_seen(occurrence, zone(asked.zone))] if asked.zone else _wall_readings(meeting, occurrence)
    return any(fits_reading(day, minute, rule.duration, asked) for day, minute in readings)


def _seen(occurrence: Occurrence, tz: ZoneInfo) -> tuple[int, int]:
    local = occurrence.starts_at.astimezone(tz)
    return local.weekday(), minute_of_day(local.timetz())


def _wall_readings(meeting: Meeting, occurrence: Occurrence) -> list[tuple[int, int]]:
    """What the clock on the wall shows, before a clock gap moves the start."""
    rule = meeting.recurrence
    assert rule is not None
    walls = [rule.starts]
    # In UTC, because a time in an overlap never equals one of another zone (PEP 495).
    if occurrence.moved_from:
        walls = [
            e.moved_to[1]
            for e in meeting.exceptions
            if e.moved_to
            and e.moved_to[0] == occurrence.date
            and instant(*e.moved_to, rule.zone) == occurrence.starts_at.astimezone(UTC)
            and instant(e.day, rule.starts, rule.zone) == occurrence.moved_from.astimezone(UTC)
        ]
    return [(occurrence.date.weekday(), minute_of_day(wall)) for wall in walls]


def minute_of_day(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def fits_reading(day: int, minute: int, duration: timedelta, asked: TimeFilter) -> bool:
    """Whether a start at this weekday and minute is accepted."""
    opened = _opening_day(day, minute, asked)
    return (
        opened is not None
        and (not asked.days or opened in asked.days)
        and (not asked.times_of_day or _part_of_day(minute) in asked.times_of_day)
        and (asked.min_duration is None or duration >= asked.min_duration)
        and (asked.max_duration is None or duration <= asked.max_duration)
        and (asked.ends_by is None or _over_in_time(minute, duration, asked.starts_from or 0, asked.ends_by))
        and day not in asked.excluded_days
    )


def _opening_day(day: int, minute: int, asked: TimeFilter) -> Weekday | None:
    """The day on which the hours opened in which a start lies; None: it lies in none."""
    yesterday = Weekday((day - 1) % 7)
    if asked.starts_from is None and asked.starts_before is None:
        in_the_night_before = bool(asked.times_of_day) and minute < 5 * 60
        return yesterday if in_the_night_before else Weekday(day)
    opens = asked.starts_from or 0
    closes = 1440 if asked.starts_before is None else asked.starts_before
    if closes > opens:
        return Weekday(day) if opens <= minute < closes else None
    if minute < closes:
        return yesterday
    return Weekday(day) if minute >= opens else None


def _part_of_day(minute: int) -> TimeOfDay:
    for first, part in (
        (21, TimeOfDay.NIGHT),
        (17, TimeOfDay.EVENING),
        (12, TimeOfDay.AFTERNOON),
        (5, TimeOfDay.MORNING),
    ):
        if minute >= first * 60:
            return part
    return TimeOfDay.NIGHT


def _over_in_time(minute: int, duration: timedelta, opens: int, ends_by: int) -> bool:
    """Whether a meeting is over by the first `ends_by` after the opening that it starts in or after."""
    opening = opens if minute >= opens else opens - 1440
    closing = ends_by - 1440 * 2
    while closing <= opening:
        closing += 1440
    return minute + duration / MINUTE <= closing
