"""A schedule that has one of everything, and what other programs make of its feed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, product
from pathlib import Path
from typing import Any

import icalendar
import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream

from meetings.agenda import agenda
from meetings.model import Meeting, Weekday
from meetings.recurrence import DatedException
from meetings.schedule import Schedule, ScheduleEntry
from tests.builders import NOW, a_meeting, a_recurrence
from tests.oracles.judges import Expand

#: Both hemispheres, half an hour of summer time, a midnight change, half-hour offsets, none at all, Ramadan.
ZONES = (
    "America/New_York",
    "Europe/London",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Chatham",
)
START = datetime(2026, 11, 23, tzinfo=UTC)
UNTIL = START + timedelta(days=3 * 365)
HOUR = timedelta(hours=1)

#: A meeting's name, its start and its end.
Seen = tuple[str, datetime, datetime]


def _rules() -> list[dict[str, Any]]:
    """Six to each of six zones, four to each of six others, and four more: sixty-four."""
    kinds: list[dict[str, Any]] = [
        {"weekday": Weekday.MONDAY, "starts": time(0, 0), "duration": HOUR},
        {"weekday": Weekday.SATURDAY, "starts": time(23, 30), "duration": 1.5 * HOUR},
        {"weekday": Weekday.TUESDAY, "starts": time(19, 0), "duration": HOUR, "weeks_of_month": (2, 4)},
        {"weekday": Weekday.FRIDAY, "starts": time(20, 15), "duration": HOUR, "weeks_of_month": (-1,)},
        {"weekday": Weekday.SUNDAY, "starts": time(2, 30), "duration": 1.5 * HOUR},
        {"weekday": Weekday.WEDNESDAY, "starts": time(7, 0), "duration": HOUR, "interval": 2},
    ]
    more: list[dict[str, Any]] = [
        {"weekday": Weekday.SUNDAY, "starts": time(0, 30), "duration": 3 * HOUR, "zone": "America/Havana"},
        {"weekday": Weekday.THURSDAY, "starts": time(12, 0), "duration": HOUR, "weeks_of_month": (5,)},
        {"weekday": Weekday.SUNDAY, "starts": time(1, 30), "duration": 1.5 * HOUR, "weeks_of_month": (1, 2, 4, -1)},
        {"weekday": Weekday.FRIDAY, "starts": time(0, 0), "duration": HOUR, "zone": "Africa/Cairo"},
    ]
    each = [kind | {"zone": zone} for zone, kind in product(ZONES[:6], kinds)]
    each += [kind | {"zone": zone} for zone, kind in product(ZONES[6:], kinds[1:5])]
    return [rule | ({"anchor": date(2026, 10, 7)} if "interval" in rule else {}) for rule in each + more]


def _exceptions(rule: dict[str, Any]) -> tuple[DatedException, ...]:
    """One date cancelled and one moved, for weekly rules."""
    if "weeks_of_month" in rule or "interval" in rule:
        return ()
    day = date(2026, 12, 7) + timedelta(days=int(rule["weekday"]))
    return (
        DatedException(day=day, note="The hall is closed."),
        DatedException(day=day + timedelta(days=14), moved_to=(day + timedelta(days=15), time(23, 45))),
    )


def meetings() -> dict[str, Meeting]:
    """Sixty-four meetings by id; each has a name of its own."""
    made = [
        a_meeting(number, name=f"Number {number}", recurrence=a_recurrence(**rule), exceptions=_exceptions(rule))
        for number, rule in zip(count(1), _rules(), strict=False)
    ]
    return {meeting.id: meeting for meeting in made}


def schedule(chosen: dict[str, Meeting], **changes: Any) -> Schedule:
    """All of them; every seventh with two dates skipped, every ninth on chosen dates only."""
    entries = []
    for number, meeting in enumerate(chosen.values()):
        rule = meeting.recurrence
        assert rule is not None
        day = date(2027, 1, 4) + timedelta(days=int(rule.weekday))
        days = (day, day + timedelta(days=7), day + timedelta(days=69 * 7))
        entries.append(
            ScheduleEntry(
                meeting_id=meeting.id,
                skipped_dates=days[:2] if number % 7 == 3 else (),
                dates=days if number % 9 == 4 else None,
                added_on=date(2026, 11, 20),
                updated_at=NOW,
            )
        )
    facts: dict[str, Any] = {"id": "S1", "name": None, "time_zone": "Europe/London", "discreet": False}
    facts |= {"entries": tuple(entries), "created_at": NOW, "updated_at": NOW, "entries_updated_at": NOW}
    return Schedule(**(facts | changes))


def ours(chosen: dict[str, Meeting], kept: Schedule | None = None) -> Counter[Seen]:
    """What the agenda says; a cancelled date stands in the feed as a notice at its time."""
    seen: Counter[Seen] = Counter()
    for item in agenda(kept or schedule(chosen), chosen, START, UNTIL):
        title = f"No meeting: {item.meeting.name}" if item.occurrence.cancelled else item.meeting.name
        seen[title, item.occurrence.starts_at.astimezone(UTC), item.occurrence.ends_at.astimezone(UTC)] += 1
    return seen


def by_recurring_ical_events(feed: bytes) -> Counter[Seen]:
    """What recurring-ical-events says."""
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(feed)).between(START - HOUR * 24, UNTIL + HOUR * 24)
    seen = ((str(e["SUMMARY"]), e["DTSTART"].dt.astimezone(UTC), e["DTEND"].dt.astimezone(UTC)) for e in found)
    return Counter(occurrence for occurrence in seen if START <= occurrence[1] < UNTIL)


def by_home_assistant(feed: bytes) -> Counter[Seen]:
    """What Home Assistant's ical says."""
    calendar = IcsCalendarStream.calendar_from_ics(feed.decode("utf-8"))
    seen: Counter[Seen] = Counter()
    for event in calendar.timeline_tz(UTC).included(START - HOUR * 24, UNTIL + HOUR * 24):
        starts, ends = event.start_datetime.astimezone(UTC), event.end_datetime.astimezone(UTC)
        if START <= starts < UNTIL:
            seen[event.summary or "", starts, ends] += 1
    return seen


def by(expand: Expand, feed: bytes, file: Path) -> Counter[Seen]:
    """What another program says that reads files."""
    file.write_bytes(feed)
    titles = {str(e["UID"]): str(e["SUMMARY"]) for e in icalendar.Calendar.from_ical(feed).walk("VEVENT")}
    return Counter((titles[found.uid], found.start, found.end) for found in expand(file, START, UNTIL))
