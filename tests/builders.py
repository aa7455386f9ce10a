"""Values for tests: each builder makes one that is valid, and takes what the test is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from meetings.listing import Listing, id_from_number, number_of
from meetings.model import Meeting, MeetingStatus, Venue, VenueType, Weekday, ZoneReason
from meetings.recurrence import Recurrence
from meetings.schedule import Schedule, ScheduleEntry
from meetings.source import Source

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)


def a_recurrence(**changes: Any) -> Recurrence:
    """Tuesdays at 19:30 for an hour and a half, in New York."""
    facts: dict[str, Any] = {
        "weekday": Weekday.TUESDAY,
        "starts": time(19, 30),
        "duration": timedelta(minutes=90),
        "zone": "America/New_York",
    }
    return Recurrence(**(facts | changes))


def a_venue(**changes: Any) -> Venue:
    """A hall in New York."""
    facts: dict[str, Any] = {
        "name": "Lantern Hall",
        "street": "12 Ferry Lane",
        "city": "New York",
        "region": "NY",
        "country": "US",
        "latitude": 40.7128,
        "longitude": -74.006,
    }
    return Venue(**(facts | changes))


def a_listing(**changes: Any) -> Listing:
    """An NA meeting in that hall."""
    facts: dict[str, Any] = {
        "record_key": "1",
        "name": "First Light",
        "fellowship": "NA",
        "recurrence": a_recurrence(),
        "zone_reason": ZoneReason.POINT,
        "venue_type": VenueType.IN_PERSON,
        "venue": a_venue(),
    }
    return Listing(**(facts | changes))


def a_meeting(number: int = 1, **changes: Any) -> Meeting:
    """That meeting as we show it; `number` makes its id."""
    facts: dict[str, Any] = {
        "id": id_from_number(number_of("lantern", str(number))),
        "source_id": "lantern",
        "source_key": str(number),
        "name": "First Light",
        "fellowship": "NA",
        "status": MeetingStatus.ACTIVE,
        "recurrence": a_recurrence(),
        "zone_reason": ZoneReason.POINT,
        "venue_type": VenueType.IN_PERSON,
        "venue": a_venue(),
        "updated_at": NOW,
        "last_seen_at": NOW,
    }
    return Meeting(**(facts | changes))


def a_source(**changes: Any) -> Source:
    """A BMLT list of NA in New York."""
    facts: dict[str, Any] = {
        "id": "lantern",
        "name": "Lantern Area",
        "importer": "bmlt",
        "location": "https://lists.example.org/main_server",
        "fellowship": "NA",
        "time_zone": "America/New_York",
        "country": "US",
        "language": "en",
        "added_at": NOW,
    }
    return Source(**(facts | changes))


def an_entry(meeting: Meeting, **changes: Any) -> ScheduleEntry:
    """That meeting every time it meets, added two days before now."""
    facts: dict[str, Any] = {"meeting_id": meeting.id, "added_on": date(2026, 11, 20), "updated_at": NOW}
    return ScheduleEntry(**(facts | changes))


def a_schedule(*meetings: Meeting, **changes: Any) -> Schedule:
    """These meetings, kept by somebody in New York who did not ask for plain titles."""
    facts: dict[str, Any] = {
        "id": "S0LANTERN",
        "name": None,
        "time_zone": "America/New_York",
        "entries": tuple(an_entry(meeting) for meeting in meetings),
        "created_at": NOW,
        "updated_at": NOW,
        "entries_updated_at": NOW,
    }
    return Schedule(**(facts | changes))
