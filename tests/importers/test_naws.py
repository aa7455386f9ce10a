"""NAWS tables: keys of groups with several meetings, deleted and hidden rows, hours without a colon."""

import pytest

from importers.naws import parse
from importers.protocol import Fetched
from meetings.errors import ParseFailed
from meetings.listing import Parsed
from meetings.model import VenueType
from tests.builders import a_source
from tests.importers.lists import found, only, the_vocabulary

COLUMNS = (
    "Committee,CommitteeName,AreaRegion,ParentName,Closed,Day,Time,Place,Address,City,Format1,Delete,"
    "VirtualMeetingLink,bmlt_id"
)
ROW = {
    "CommitteeName": "First Light",
    "AreaRegion": "AR90001",
    "Day": "Tuesday",
    "Time": "1930",
    "Place": "Lantern Hall",
    "Address": "12 Ferry Lane",
    "City": "New York",
}


def naws(*changes: dict[str, str]) -> Parsed:
    """What is read from these rows."""
    rows = [",".join((ROW | changed).get(column, "") for column in COLUMNS.split(",")) for changed in changes]
    body = "\r\n".join([COLUMNS, *rows]).encode()
    return parse(Fetched(documents={"list.csv": body}, location="list.csv"), a_source(), the_vocabulary())


@pytest.mark.parametrize(("told", "hour"), [("1930", "19:30"), ("0730", "07:30"), ("730", "07:30"), ("7:30", "07:30")])
def test_hour_is_read_without_a_colon(told: str, hour: str) -> None:
    rule = only(naws({"Time": told})).recurrence
    assert rule is not None
    assert f"{rule.starts:%H:%M}" == hour


def test_group_with_several_meetings_has_a_key_for_each() -> None:
    result = naws({"Committee": "G1"}, {"Committee": "G1", "Day": "Friday"}, {"Committee": "G2"})
    assert [one.key for one in result.listings] == ["G1/Tuesday/1930", "G1/Friday/1930", "G2"]


def test_servers_own_id_is_the_key_before_the_groups() -> None:
    assert only(naws({"Committee": "G1", "bmlt_id": "77"})).key == "77"


@pytest.mark.parametrize("committee", ["", "x", "deleted"])
def test_what_is_no_groups_number_is_no_key(committee: str) -> None:
    result = naws({"Committee": committee})
    assert only(result).key is None
    assert found(result)[0][0] == "missing_key"


def test_deleted_row_is_suspended_not_lost() -> None:
    result = naws({"Committee": "G1", "Delete": "D"}, {"Committee": "G2"})
    assert [(one.record_key, one.unpublished) for one in result.rejected] == [("G1", True)]
    assert found(result)[0] == ("unpublished", "row 2, column Delete")


@pytest.mark.parametrize(
    ("code", "link", "venue_type", "suspended"),
    [
        ("VM", "https://zoom.us/j/5550123456", VenueType.VIRTUAL, False),
        ("HYBR", "https://zoom.us/j/5550123456", VenueType.HYBRID, False),
        ("TC", "", VenueType.IN_PERSON, True),
        ("TC", "https://zoom.us/j/5550123456", VenueType.VIRTUAL, False),
        ("", "https://zoom.us/j/5550123456", VenueType.HYBRID, False),
        ("", "", VenueType.IN_PERSON, False),
    ],
)
def test_closed_place_is_never_shown_as_one_to_go_to(
    code: str, link: str, venue_type: VenueType, suspended: bool
) -> None:
    listing = only(naws({"Format1": code, "VirtualMeetingLink": link}))
    assert (listing.venue_type, listing.suspended) == (venue_type, suspended)


def test_table_without_the_columns_of_naws_fails() -> None:
    with pytest.raises(ParseFailed):
        parse(
            Fetched(documents={"list.csv": b"CommitteeName,Day\nA,Monday\n"}, location="list.csv"),
            a_source(),
            the_vocabulary(),
        )
