"""What an import changes of a meeting, in words."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from meetings.differences import differences, meeting_of
from meetings.listing import content_key, fingerprint, service_body_id
from meetings.model import Group, MeetingStatus
from meetings.recurrence import DatedException
from meetings.source import Placed
from meetings.suspension import Suspension
from tests.builders import NOW, a_listing, a_meeting, a_recurrence, a_venue


def changed(**changes: Any) -> list[tuple[str, str | None, str | None]]:
    return [(d.field, d.before, d.after) for d in differences(a_meeting(), a_meeting(**changes))]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"revision": 7, "updated_at": NOW + timedelta(days=1)}, []),
        ({"name": "Dawn"}, [("name", "First Light", "Dawn")]),
        (
            {"recurrence": a_recurrence(duration=timedelta(hours=1))},
            [("recurrence.duration", "90 minutes", "60 minutes")],
        ),
        ({"venue": a_venue(street=None)}, [("venue.street", "12 Ferry Lane", None)]),
        ({"formats": ("OPEN", "STEPS")}, [("formats", None, "OPEN, STEPS")]),
        ({"status": MeetingStatus.UNCONFIRMED}, [("status", "ACTIVE", "UNCONFIRMED")]),
        ({"duration_assumed": True}, [("duration_assumed", None, "yes")]),
        ({"group": Group(name="Dawn", code="7")}, [("group.name", None, "Dawn"), ("group.code", None, "7")]),
        (
            {"exceptions": (DatedException(day=date(2026, 12, 1), moved_to=(date(2026, 12, 2), time(18))),)},
            [("exceptions", None, "2026-12-01 moved to 2026-12-02 18:00")],
        ),
    ],
)
def test_difference_names_the_field_and_both_values(changes: dict[str, Any], told: list[Any]) -> None:
    assert changed(**changes) == told


def test_becoming_by_appointment_tells_each_part_that_goes() -> None:
    fields = [field for field, _, after in changed(recurrence=None) if after is None]
    assert {"recurrence.weekday", "recurrence.starts", "recurrence.zone"} <= set(fields)


def test_long_value_is_shown_shortened() -> None:
    ((_, _, after),) = changed(notes="x" * 9000)
    assert len(after or "") == 500


def test_listing_is_shown_as_the_meeting_that_it_would_be() -> None:
    listing = a_listing(service_body="7", notes="Ring twice")
    told = {"content_key": content_key(listing), "fingerprint": fingerprint(listing)}
    placed = Placed(meeting_id=a_meeting().id, key="1", listing=listing, **told)
    expected = a_meeting(service_body_id=service_body_id("lantern", "7"), notes="Ring twice")
    assert meeting_of(placed, "lantern", NOW) == expected


def test_suspension_that_a_person_made_is_no_difference() -> None:
    closed = Suspension(first=date(2026, 12, 1), last=date(2026, 12, 1))
    before = a_meeting(suspension=closed, exceptions=(DatedException(day=date(2026, 12, 1)),))
    placed = Placed(meeting_id=before.id, key="1", listing=a_listing(), content_key="c", fingerprint="f")
    assert differences(before, meeting_of(placed, "lantern", NOW, before=before)) == ()
