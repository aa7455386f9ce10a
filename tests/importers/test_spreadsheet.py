"""Spreadsheets: headers in any form, workbooks with several sheets, links to Google Sheets."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.protocol import Fetched
from importers.spreadsheet import export_url, parse
from meetings.errors import ParseFailed
from meetings.listing import Parsed
from meetings.meeting_guide_codes import TypeCodes
from meetings.meeting_guide_document import Entity, Guide, meeting_guide_record
from meetings.model import Group, Meeting, VenueType, Weekday
from meetings.recurrence import Recurrence
from meetings.spreadsheet_document import header, rows, spreadsheet_record
from schema.text import recurrence_text
from tests.builders import NOW, a_meeting, a_recurrence, a_source, a_venue
from tests.importers.lists import found, only, the_vocabulary
from tests.importers.workbook import sheet, workbook


def spreadsheet(body: str | bytes) -> Parsed:
    """What is read from this list of a source in New York."""
    raw = body.encode() if isinstance(body, str) else body
    return parse(Fetched(documents={"list": raw}, location="list"), a_source(), the_vocabulary())


@pytest.mark.parametrize(
    "header", ["Name,Day,Time,ID", "MEETING,day,start_time,slug", "\ufeff name , Weekday ,Start Time,Post-Name"]
)
def test_headers_stand_in_many_forms(header: str) -> None:
    listing = only(spreadsheet(f"{header}\nFirst Light,Tuesday,7:30 PM,first\n"))
    assert (listing.record_key, listing.name) == ("first", "First Light")


def test_slug_is_the_key_before_the_id() -> None:
    assert only(spreadsheet("ID,Slug,Name,Day,Time\n7,first,First Light,Tue,19:30\n")).record_key == "first"
    assert only(spreadsheet("ID,Slug,Name,Day,Time\n7,,First Light,Tue,19:30\n")).record_key == "7"


def test_place_of_a_finding_is_row_and_column_as_a_person_counts() -> None:
    result = spreadsheet("Our list\n\nName,Day,Time,ID\nFirst Light,Tuesday,dusk,1\n")
    assert found(result) == [("bad_time", "row 4, column Time")]


def test_row_for_three_days_counts_three() -> None:
    result = spreadsheet('Name,Day,Time,ID\nFirst Light,"Mon, Wed & Someday",19:30,1\n')
    assert ([one.key for one in result.listings], result.received) == (["1/MONDAY", "1/WEDNESDAY"], 3)


def test_day_0_is_sunday() -> None:
    rule = only(spreadsheet("Name,Day,Time,ID\nFirst Light,0,19:30,1\n")).recurrence
    assert rule is not None
    assert rule.weekday == Weekday.SUNDAY


@pytest.mark.parametrize(
    ("told", "venue_type"),
    [("hybrid", VenueType.HYBRID), ("Online", VenueType.VIRTUAL), ("in-person", VenueType.IN_PERSON)],
)
def test_attendance_that_is_told_counts(told: str, venue_type: VenueType) -> None:
    text = f"Name,Day,Time,ID,Address,City,Attendance Option\nFirst Light,Tue,19:30,1,12 Ferry Lane,New York,{told}\n"
    assert only(spreadsheet(text)).venue_type == venue_type


def test_closed_place_is_never_shown_as_one_to_go_to() -> None:
    text = "Name,Day,Time,ID,Address,Types,Attendance Option\nFirst Light,Tue,19:30,1,12 Ferry Lane,TC,in_person\n"
    listing = only(spreadsheet(text))
    assert (listing.suspended, listing.venue_type) == (True, VenueType.IN_PERSON)


def test_every_sheet_of_a_workbook_with_such_a_header_is_read() -> None:
    days = [
        sheet([["Name", "Day", "Time", "ID"], [f"Group {day}", day, 0.8125, n]]) for n, day in enumerate(["Mon", "Tue"])
    ]
    result = spreadsheet(workbook(*days, sheet([["How to use this file"]])))
    assert [(one.where, one.name) for one in result.listings] == [
        ("sheet Sheet1, row 2", "Group Mon"),
        ("sheet Sheet2, row 2", "Group Tue"),
    ]


@pytest.mark.parametrize("body", ["Name,Time,Place,ID\nA,1,b,2\n", "Name,Day,Place,ID\nA,Mon,b,2\n"])
def test_table_without_days_or_hours_fails_rather_than_be_all_by_appointment(body: str) -> None:
    with pytest.raises(ParseFailed, match=r"there is no column|no row of column names"):
        spreadsheet(body)


SHEETS = "https://docs.google.com/spreadsheets/d"


@pytest.mark.parametrize(
    ("shared", "csv"),
    [
        (f"{SHEETS}/1aB_c-D/edit#gid=42", f"{SHEETS}/1aB_c-D/export?format=csv&gid=42"),
        (f"{SHEETS}/1aB_c-D/edit?usp=sharing", f"{SHEETS}/1aB_c-D/export?format=csv"),
        (f"{SHEETS}/e/2PACX-x/pubhtml", f"{SHEETS}/e/2PACX-x/pub?output=csv"),
        (f"{SHEETS}/e/2PACX-x/pubhtml?gid=7&single=true", f"{SHEETS}/e/2PACX-x/pub?gid=7&single=true&output=csv"),
        ("https://lists.example.org/list.csv", "https://lists.example.org/list.csv"),
        (
            "https://docs.google.com.evil.example/spreadsheets/d/x/edit",
            "https://docs.google.com.evil.example/spreadsheets/d/x/edit",
        ),
    ],
)
def test_link_to_a_google_sheet_becomes_that_of_its_csv(shared: str, csv: str) -> None:
    assert export_url(shared) == csv
    assert export_url(csv) == csv


_MARKS = "'=+-@\uff1d\uff0b\uff0d\uff20"


def _exported(*meetings: Meeting) -> bytes:
    """The spreadsheet that we publish of these meetings."""
    guide = Guide(codes=TypeCodes(vocabulary=the_vocabulary()), words=lambda *_: "", now=NOW, by_week=False)
    of = Entity(name="Lantern Area", url=None)
    records = (spreadsheet_record(one, meeting_guide_record(one, guide, entity=of), "") for one in meetings)
    return header() + rows(records)


@given(
    st.tuples(*[st.builds(str.__add__, st.text(alphabet=_MARKS, max_size=3), st.sampled_from(["Light", "b a"]))] * 4)
)
def test_spreadsheet_of_ours_comes_back_in_as_it_was(words: tuple[str, str, str, str]) -> None:
    name, hall, group, area = words
    meeting = a_meeting(
        name=name, venue=a_venue(name=hall), group=Group(name=group, code=None, url=None), areas=(area, "Other")
    )
    told = only(spreadsheet(_exported(meeting)))
    assert told.venue is not None
    assert told.group is not None
    assert (told.name, told.venue.name, told.group.name, told.areas) == (name, hall, group, (area, "Other"))


def test_apostrophes_that_people_write_stay() -> None:
    told = only(spreadsheet("Name,Day,Time,ID,Region\n'Tis Light,Tuesday,19:30,1,'s-Gravenhage\n"))
    assert (told.name, told.areas) == ("'Tis Light", ("'s-Gravenhage",))


@pytest.mark.parametrize("weeks", [(1,), (1, 3), (2, 4, -1), (-1,)])
def test_meeting_of_some_weeks_of_the_month_comes_back_in_as_that(weeks: tuple[int, ...]) -> None:
    rule = a_recurrence(weeks_of_month=weeks)
    text = f"Name,Day,Time,ID,End Time,Recurrence\nA,Tuesday,19:30,1,21:00,{recurrence_cell(rule)}\n"
    assert only(spreadsheet(text)).recurrence == rule


def test_meeting_every_other_week_is_refused_rather_than_held_every_week() -> None:
    cell = recurrence_cell(a_recurrence(interval=2, anchor=date(2026, 11, 24)))
    result = spreadsheet(f"Name,Day,Time,ID,Recurrence\nA,Tuesday,19:30,1,{cell}\n")
    assert (result.listings, found(result)) == ((), [("bad_day", "row 2, column Day")])


@pytest.mark.parametrize("cell", ["", "weekly", "Every Tuesday at 19:30"])
def test_what_else_people_write_of_recurrence_changes_nothing(cell: str) -> None:
    rule = only(spreadsheet(f"Name,Day,Time,ID,End Time,Recurrence\nA,Tuesday,19:30,1,21:00,{cell}\n")).recurrence
    assert rule == a_recurrence()


def recurrence_cell(rule: Recurrence) -> str:
    """What our export writes of it."""
    return f'"{recurrence_text(rule)}"'
