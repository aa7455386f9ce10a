"""Meeting Guide: what a feed's records become."""

from datetime import time, timedelta
from typing import Any

import pytest

from importers import meeting_guide as importer
from meetings.errors import ParseFailed
from meetings.model import VenueType, Weekday, ZoneReason
from tests.builders import a_source
from tests.importers.lists import fetched, found, meeting_guide, meeting_guide_record, only, the_vocabulary

AA = a_source(fellowship="AA", importer="meeting_guide")
ZOOM = {"conference_url": "https://zoom.us/j/123"}
TOWN = {"formatted_address": "New York, NY, USA"}


@pytest.mark.parametrize(
    ("told", "day"),
    [
        (0, Weekday.SUNDAY),
        ("6", Weekday.SATURDAY),
        ("Sunday", Weekday.SUNDAY),
        ("tuesday", Weekday.TUESDAY),
        ([4], Weekday.THURSDAY),
    ],
)
def test_week_begins_on_sunday_with_nought(told: Any, day: Weekday) -> None:
    listing = only(meeting_guide(meeting_guide_record(day=told)))
    assert listing.recurrence is not None
    assert (listing.recurrence.weekday, listing.key) == (day, "first-light")


def test_record_of_three_days_is_three_meetings() -> None:
    result = meeting_guide(meeting_guide_record(day=[1, "3", 5, 5]))
    assert [listing.key for listing in result.listings] == [
        f"first-light/{day}" for day in ("MONDAY", "WEDNESDAY", "FRIDAY")
    ]


def test_bad_day_among_good_ones_loses_only_itself() -> None:
    result = meeting_guide(meeting_guide_record(day=[1, 7, 3]))
    assert [listing.day for listing in result.listings] == ["MONDAY", "WEDNESDAY"]
    assert (found(result), result.received) == ([("bad_day", "[0].day[1]")], 3)


@pytest.mark.parametrize("told", ["Mon", "Mondays", "Daily", "7", 7, -1, 1.5, True, "domingo"])
def test_what_is_no_day_is_not_guessed(told: Any) -> None:
    assert found(meeting_guide(meeting_guide_record(day=told))) == [("bad_day", "[0].day")]


def test_neither_day_nor_time_is_by_appointment() -> None:
    result = meeting_guide(meeting_guide_record(day=None, time="", end_time=None))
    assert (only(result).recurrence, found(result)) == (None, [])


def test_time_without_a_day_is_no_appointment() -> None:
    assert found(meeting_guide(meeting_guide_record(day=""))) == [("bad_day", "[0].day")]


def test_day_without_a_time_is_left_out() -> None:
    result = meeting_guide(meeting_guide_record(day=[1, 2], time=None))
    assert (found(result), len(result.rejected)) == ([("day_without_time", "[0].time")], 2)


@pytest.mark.parametrize(
    ("starts", "ends", "minutes", "assumed"),
    [
        ("19:30", "21:00", 90, False),
        ("23:30", "00:30", 60, False),
        ("7:30 PM", "9pm", 90, False),
        ("19:30", None, 60, True),
        ("19:30", "19:30", 60, True),
        ("19:30", "later", 60, True),
    ],
)
def test_length_is_from_start_to_end_or_the_usual(starts: str, ends: Any, minutes: int, assumed: bool) -> None:
    listing = only(meeting_guide(meeting_guide_record(time=starts, end_time=ends), source=AA))
    assert listing.recurrence is not None
    assert (listing.recurrence.duration, listing.duration_assumed) == (timedelta(minutes=minutes), assumed)


def test_midnight_written_24_is_kept_with_a_doubt() -> None:
    result = meeting_guide(meeting_guide_record(time="24:00", end_time="01:00"))
    rule = only(result).recurrence
    assert rule is not None
    assert (rule.starts, found(result)) == (time(0), [("doubtful_midnight", "[0].time")])


@pytest.mark.parametrize(
    ("changes", "venue_type", "suspended"),
    [
        ({}, VenueType.IN_PERSON, False),
        (ZOOM, VenueType.HYBRID, False),
        ({"conference_phone": "+12125551212"}, VenueType.HYBRID, False),
        ({"types": ["ONL"]}, VenueType.HYBRID, False),
        ({**ZOOM, **TOWN}, VenueType.VIRTUAL, False),
        ({**ZOOM, "approximate": "yes"}, VenueType.VIRTUAL, False),
        ({**ZOOM, **TOWN, "approximate": "no"}, VenueType.HYBRID, False),
        ({**ZOOM, "coordinates": "40.9,-73.7,40.5,-74.2"}, VenueType.VIRTUAL, False),
        ({**ZOOM, **TOWN, "coordinates": "40.7128,-74.006"}, VenueType.HYBRID, False),
        ({"types": ["TC"]}, VenueType.IN_PERSON, True),
        ({"types": ["TC", "ONL"]}, VenueType.VIRTUAL, False),
        ({**ZOOM, "types": "TC"}, VenueType.VIRTUAL, False),
        (TOWN, VenueType.IN_PERSON, False),
        ({"approximate": True}, None, False),
    ],
)
def test_attendance_follows_from_address_link_and_types(
    changes: dict[str, Any], venue_type: VenueType | None, suspended: bool
) -> None:
    listing = only(meeting_guide(meeting_guide_record(**changes)))
    assert (listing.venue_type, listing.suspended) == (venue_type, suspended)


def test_same_type_means_different_things_in_different_fellowships() -> None:
    record = meeting_guide_record(types=["Y", "S", "ZZ"])
    aa = only(meeting_guide(record, source=AA))
    aca = only(meeting_guide(record, source=a_source(fellowship="ACA")))
    assert (aa.formats, aa.languages, aa.other_formats) == (("YOUNG_PEOPLE",), ("es",), ("ZZ",))
    assert (aca.formats, aca.languages, aca.other_formats) == (("SPEAKER",), (), ("Y", "ZZ"))


@pytest.mark.parametrize("types", [["O", None, "", "x"], "O, X,", ["Open", "Wheelchair access"], ["o", "x", "X"]])
def test_types_are_a_list_or_a_text_of_codes_or_names(types: Any) -> None:
    listing = only(meeting_guide(meeting_guide_record(types=types), source=AA))
    assert (listing.formats, listing.other_formats) == (("OPEN", "WHEELCHAIR_ACCESS"), ())


def test_speaker_and_discussion_together_are_one_format() -> None:
    assert only(meeting_guide(meeting_guide_record(types=["SP", "D"]), source=AA)).formats == ("SPEAKER_DISCUSSION",)


def test_parts_of_a_one_line_address_are_told_apart() -> None:
    venue = only(meeting_guide(meeting_guide_record())).venue
    assert venue is not None
    assert (venue.street, venue.city, venue.region, venue.postal_code) == ("12 Ferry Lane", "New York", "NY", "10001")


def test_whole_address_in_the_field_for_the_street_is_taken_for_what_it_is() -> None:
    record = meeting_guide_record(formatted_address=None, address="8 Mill St, Edmonton, Alberta, T6E 4E8, Canada")
    venue = only(meeting_guide({**record, "latitude": 53.54, "longitude": -113.49})).venue
    assert venue is not None
    assert (venue.street, venue.city, venue.country) == ("8 Mill St", "Edmonton", "CA")


def test_list_without_points_in_towns_nobody_knows_takes_its_sources_zone() -> None:
    record = meeting_guide_record(latitude=None, longitude=None, day=[1], formatted_address="9 Quay, Nowhere")
    listing = only(meeting_guide(record))
    assert (listing.zone_reason, listing.key) == (ZoneReason.SOURCE, "first-light")


def test_zeros_that_a_spreadsheet_took_off_a_postcode_come_back() -> None:
    venue = only(
        meeting_guide(
            meeting_guide_record(formatted_address="", address="1 Quay", city="Boston", postal_code=2110, country="US")
        )
    ).venue
    assert venue is not None
    assert venue.postal_code == "02110"


def test_areas_go_from_wide_to_narrow() -> None:
    texts = [
        only(meeting_guide(meeting_guide_record(**fields))).areas
        for fields in (
            {"regions": ["State", "City"]},
            {"regions": "State > City"},
            {"region": "State", "sub_region": "City"},
        )
    ]
    assert texts == [("State", "City")] * 3


def test_notes_of_meeting_and_group_stand_together_and_those_of_the_place_apart() -> None:
    record = meeting_guide_record(
        notes="Bring a chair.", group="Harbour", group_notes="Since 1990.", location_notes="Side door."
    )
    listing = only(meeting_guide(record))
    assert listing.venue is not None
    assert (listing.notes, listing.venue.arrival_notes) == ("Bring a chair.\nSince 1990.", "Side door.")


def test_contacts_authors_and_ways_to_edit_are_dropped() -> None:
    record = meeting_guide_record(contact_1_name="Anna B", author="anna", edit_url="https://example.org/edit?who=anna")
    result = meeting_guide(record)
    assert found(result) == [("person_removed", "[0].contact_1_name")]
    assert "anna" not in repr(result).casefold()


def test_names_of_older_programs_are_known() -> None:
    record = meeting_guide_record(meeting="Old Name", start_time="18:00", location_name="Old Hall")
    for name in ("name", "time", "location"):
        del record[name]
    listing = only(meeting_guide(record))
    assert listing.recurrence is not None
    assert (listing.name, listing.recurrence.starts) == ("Old Name", time(18))


def test_long_keys_that_differ_at_their_end_stay_apart() -> None:
    records = [meeting_guide_record(slug="x" * 200 + end) for end in "ab"]
    assert len({listing.key for listing in meeting_guide(*records).listings}) == 2


def test_key_twice_is_none_however_its_days_are_spread() -> None:
    result = meeting_guide(meeting_guide_record(day=[1, 2]), meeting_guide_record(day=3))
    assert [listing.key for listing in result.listings] == [None, None, None]


def test_format_does_not_tell_the_fellowship() -> None:
    answer = fetched("meeting_guide", meeting_guide_record())
    with pytest.raises(ParseFailed, match="fellowship"):
        importer.parse(answer, a_source(fellowship=None), the_vocabulary())


def test_no_type_region_key_or_link_holds_a_person() -> None:
    person = "anna@example.org"
    result = meeting_guide(
        meeting_guide_record(
            slug=person, types=[person], regions=[person, "City"], group="x", website=f"https://example.org/?m={person}"
        )
    )
    assert only(result).areas == ("City",)
    assert "anna" not in repr(result)
