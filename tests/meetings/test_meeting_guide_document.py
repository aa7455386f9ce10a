"""A feed that no client of the format trips over, and its table form; compared with files that a person has read.

After a deliberate change: `python -m tests.meetings.test_meeting_guide_document`, then read the difference.
"""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings import spreadsheet_document
from meetings.meeting_guide_codes import TypeCodes
from meetings.meeting_guide_document import Entity, Guide, meeting_guide_record
from meetings.model import Group, Meeting, MeetingStatus, OnlineVenue, Venue, VenueType, Weekday, ZoneReason
from meetings.recurrence import DatedException
from meetings.spreadsheet_document import COLUMNS, defused, spreadsheet_record, undefused
from meetings.suspension import Suspension
from schema.text import recurrence_text
from tests.builders import NOW, a_meeting, a_recurrence, a_venue
from tests.importers.lists import meeting_guide, the_vocabulary

FEEDS = Path(__file__).parent / "feeds"
ENTITY = Entity(name="Ferry Area", url="https://ferry.example.org")
GUIDE = Guide(codes=TypeCodes(vocabulary=the_vocabulary()), words=recurrence_text, now=NOW)
ZOOM = OnlineVenue(
    url="https://us02web.zoom.us/j/1?pwd=Ab1",
    provider="Zoom",
    phone="+12125550100,,1#,,*9#",
    notes="Passcode: 9. Knock.",
)
NOWHERE = Venue(country="US")
MEETINGS = (
    a_meeting(
        1, formats=("OPEN", "STEPS", "WHEELCHAIR_ACCESS"), languages=("es",), notes="Ring twice.", areas=("Quay",)
    ),
    a_meeting(2, name="Both Ways", venue_type=VenueType.HYBRID, online=ZOOM, fellowship="AA", formats=("CLOSED",)),
    a_meeting(3, name="Screens", venue_type=VenueType.VIRTUAL, online=ZOOM, venue=None),
    a_meeting(4, name="=cmd|' /C calc'!A0", notes="+1\n-2", group=Group(name="@Lantern", url="https://l.example.org")),
    a_meeting(
        5,
        name="Second Tuesdays",
        recurrence=a_recurrence(weeks_of_month=(2,)),
        venue_type=VenueType.HYBRID,
        online=ZOOM,
    ),
    a_meeting(6, name="Late", recurrence=a_recurrence(starts=time(23, 30), duration=timedelta(minutes=90))),
    a_meeting(7, name="Whenever", recurrence=None, zone_reason=None, venue=NOWHERE),
    a_meeting(
        8, name="Town Only", venue=Venue(city="Leduc", region="AB", country="CA", latitude=53.3, longitude=-113.5)
    ),
    a_meeting(9, name="In Doubt", status=MeetingStatus.UNCONFIRMED, venue=a_venue(approximate=True)),
    a_meeting(10, name="Pausing", status=MeetingStatus.SUSPENDED, online=ZOOM, venue_type=VenueType.HYBRID),
    a_meeting(
        11,
        name="Holiday",
        exceptions=(DatedException(day=date(2026, 11, 24), note="Hall in use."),),
        duration_assumed=True,
    ),
    a_meeting(12, name="Elsewhere", online=OnlineVenue(url="https://talk.example.org/room", phone="555-0100")),
)


def record(meeting: Meeting) -> dict[str, Any]:
    return meeting_guide_record(meeting, GUIDE, entity=ENTITY, zone="America/New_York")


def feed() -> str:
    return json.dumps([record(meeting) for meeting in MEETINGS], ensure_ascii=False, indent=1) + "\n"


def spreadsheet() -> bytes:
    guide = replace(GUIDE, by_week=False)
    rows = (
        spreadsheet_record(one, meeting_guide_record(one, guide, entity=ENTITY), recurrence_text(one.recurrence))
        for one in MEETINGS
    )
    return spreadsheet_document.header() + spreadsheet_document.rows(rows)


def test_feed_is_exactly_this() -> None:
    assert feed() == (FEEDS / "meetings.json").read_text("utf-8")


def test_spreadsheet_is_exactly_this() -> None:
    assert spreadsheet() == (FEEDS / "meetings.csv").read_bytes()


# --- What clients of the format need -------------------------------------------------------------

NUMBERS = {"day", "latitude", "longitude"}
LISTS = {"types", "regions"}
LINKS = {"conference_url", "website", "url", "entity_url", "entity_website_url"}


@pytest.mark.parametrize("meeting", MEETINGS, ids=lambda meeting: meeting.name)
def test_every_value_is_of_the_type_that_clients_read(meeting: Meeting) -> None:
    told = record(meeting)
    assert re.fullmatch(r"[a-z0-9-]{1,64}", told["slug"])
    assert ("day" in told) == ("time" in told)
    for name, value in told.items():
        kind: Any = list if name in LISTS else (int, float) if name in NUMBERS else str
        assert isinstance(value, kind)
        assert value not in ("", [])
        assert name not in LINKS or re.match(r"https?://[^/]+", value)
    assert all(re.fullmatch(r"[A-Z0-9+-]+|12x12", code) for code in told.get("types", []))


@pytest.mark.parametrize("meeting", MEETINGS, ids=lambda meeting: meeting.name)
def test_every_record_has_what_clients_drop_it_for_want_of(meeting: Meeting) -> None:
    told = record(meeting)
    assert {"slug", "name", "timezone", "formatted_address", "approximate"} <= set(told)
    assert told["approximate"] in {"yes", "no"}
    assert "coordinates" not in told
    assert re.fullmatch(r"[0-9+,#*]{10,}", told.get("conference_phone", "+12125550100"))


def test_no_record_holds_a_password() -> None:
    assert not re.search(r"pwd|\*9|Passcode: 9", feed())


@pytest.mark.parametrize(("day", "number"), [(Weekday.SUNDAY, 0), (Weekday.MONDAY, 1), (Weekday.SATURDAY, 6)])
def test_week_begins_with_sunday(day: Weekday, number: int) -> None:
    assert record(a_meeting(recurrence=a_recurrence(weekday=day)))["day"] == number


@pytest.mark.parametrize(
    ("starts", "minutes", "assumed", "ends"),
    [
        (time(19, 30), 90, False, "21:00"),
        (time(19, 30), 90, True, None),
        (time(23, 30), 90, False, "01:00"),
        (time(23, 30), 60, False, None),
        (time(23), 60, False, None),
        (time(22, 59), 60, False, "23:59"),
    ],
)
def test_end_is_told_where_it_is_known_and_clients_read_it(
    starts: time, minutes: int, assumed: bool, ends: str | None
) -> None:
    rule = a_recurrence(starts=starts, duration=timedelta(minutes=minutes))
    assert record(a_meeting(recurrence=rule, duration_assumed=assumed)).get("end_time") == ends


@pytest.mark.parametrize(
    "changes",
    [
        {"status": MeetingStatus.SUSPENDED},
        {"suspension": Suspension(first=date(2026, 11, 1))},
        {"exceptions": (DatedException(day=date(2026, 11, 24)),)},
        {"recurrence": a_recurrence(weeks_of_month=(1,))},
        {"recurrence": a_recurrence(interval=2, anchor=date(2026, 11, 17))},
        {"recurrence": a_recurrence(until=date(2026, 11, 17))},
    ],
)
def test_what_is_not_held_this_week_is_closed_and_cannot_be_joined(changes: dict[str, Any]) -> None:
    told = record(a_meeting(venue_type=VenueType.HYBRID, online=ZOOM, **changes))
    assert told["types"] == ["TC"]
    assert "conference_url" not in told
    assert told["notes"]


def test_spreadsheet_tells_how_to_join_in_other_weeks_too() -> None:
    monthly = a_meeting(venue_type=VenueType.HYBRID, online=ZOOM, recurrence=a_recurrence(weeks_of_month=(1,)))
    told = meeting_guide_record(monthly, replace(GUIDE, by_week=False), entity=ENTITY)
    assert (told["conference_url"], "TC" in told.get("types", [])) == ("https://us02web.zoom.us/j/1", False)


def test_link_of_a_meeting_in_person_does_not_make_it_one_online() -> None:
    told = record(a_meeting(online=OnlineVenue(url="https://zoom.us/j/1")))
    assert ("conference_url" in told, told["notes"]) == (False, "Join: https://zoom.us/j/1")


def test_what_is_held_every_other_week_is_open_in_its_week() -> None:
    told = record(a_meeting(recurrence=a_recurrence(interval=2, anchor=date(2026, 11, 24))))
    assert "TC" not in told.get("types", [])
    assert told["notes"] == "Every second Tuesday at 19:30; next on 2026-11-24."


def test_moved_date_is_in_the_notes() -> None:
    moved = DatedException(day=date(2026, 11, 24), moved_to=(date(2026, 11, 25), time(18)))
    assert record(a_meeting(exceptions=(moved,)))["notes"] == "On 2026-11-24 it is held on 2026-11-25 at 18:00 instead."


@pytest.mark.parametrize(
    ("fellowship", "types"),
    [("AA", ["O", "ST", "W", "S"]), ("NA", ["O", "STEP", "W", "ES"]), ("SMART", ["O", "ST", "W", "S"])],
)
def test_types_are_the_fellowships_own_codes(fellowship: str, types: list[str]) -> None:
    meeting = a_meeting(fellowship=fellowship, formats=("OPEN", "STEPS", "WOMEN"), languages=("es",))
    assert record(meeting)["types"] == types


@pytest.mark.parametrize("fellowship", ["AA", "NA", "AL_ANON", "ACA", "SLAA"])
def test_codes_mean_what_they_were_made_of(fellowship: str) -> None:
    vocabulary = the_vocabulary()
    for code in vocabulary.formats:
        for written in GUIDE.codes.types(fellowship, (code,), ()):
            assert vocabulary.meeting_guide_format(fellowship, written) == code


def test_point_of_a_town_is_not_shown_as_a_door() -> None:
    told = record(a_meeting(venue=a_venue(approximate=True)))
    assert (told["approximate"], "latitude" in told) == ("no", False)


def test_feed_read_again_by_our_own_importer_says_the_same() -> None:
    meeting = replace(MEETINGS[0], zone_reason=ZoneReason.RECORD)
    (listing,) = meeting_guide(record(meeting)).listings
    assert listing.recurrence == meeting.recurrence
    assert (listing.name, listing.venue_type, listing.formats) == (meeting.name, meeting.venue_type, meeting.formats)
    assert (listing.languages, listing.notes, listing.areas) == (meeting.languages, meeting.notes, meeting.areas)


# --- The table form ------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"])  # noqa: RUF001 - these are what is guarded against
def test_cell_that_begins_like_a_formula_is_text(first: str) -> None:
    assert defused(f"{first}1+1") == f"'{first}1+1"


@given(st.text(alphabet="'=-\uff1d\ta", max_size=6) | st.text())
def test_any_text_comes_back_out_of_its_cell(text: str) -> None:
    assert undefused(defused(text)) == text


@pytest.mark.parametrize("text", ["First Light", "'quoted'", "1-2", "", "a=b"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert defused(text) == text


def test_no_cell_of_a_spreadsheet_is_a_formula_but_numbers_are_numbers() -> None:
    rows = list(csv.DictReader(io.StringIO(spreadsheet().decode(), newline="")))
    assert list(rows[0]) == list(COLUMNS.values())
    assert rows[0]["Longitude"] == "-74.006"
    cells = [cell for row in rows for name, cell in row.items() if name not in {"Latitude", "Longitude"}]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


if __name__ == "__main__":
    (FEEDS / "meetings.json").write_text(feed(), "utf-8")
    (FEEDS / "meetings.csv").write_bytes(spreadsheet())
