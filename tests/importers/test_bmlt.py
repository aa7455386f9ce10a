"""BMLT: what a root server's records become."""

from datetime import time, timedelta
from typing import Any

import pytest

from importers import bmlt as importer
from importers.protocol import Fetched
from meetings.errors import ParseFailed
from meetings.listing import Rejected
from meetings.model import VenueType, Weekday, ZoneReason
from tests.builders import a_source
from tests.importers.lists import bmlt, bmlt_record, found, only, the_vocabulary

FORMATS = [
    {"id": "17", "key_string": "O", "name_string": "Open", "lang": "en", "world_id": "OPEN"},
    {"id": "4", "key_string": "C", "name_string": "Closed", "lang": "en", "world_id": "CLOSED"},
    {"id": "15", "key_string": "M", "name_string": "Men", "lang": "en", "world_id": "M"},
    {"id": "9", "key_string": "ES", "name_string": "Español", "lang": "en", "world_id": "LANG"},
    {"id": "2", "key_string": "BL", "name_string": "Bi-Lingual", "lang": "en", "world_id": "LANG"},
    {"id": "24", "key_string": "SL", "name_string": "ASL", "lang": "en", "world_id": ""},
    {"id": "90", "key_string": "XY", "name_string": "Our own", "lang": "en", "world_id": ""},
    {"id": "54", "key_string": "VM", "name_string": "Virtual Meeting", "lang": "en", "world_id": "VM"},
    {"id": "55", "key_string": "TC", "name_string": "Temporarily Closed", "lang": "en", "world_id": "TC"},
    {"id": "56", "key_string": "HY", "name_string": "Hybrid", "lang": "en", "world_id": "HYBR"},
]
BODIES = [
    {
        "id": "1",
        "parent_id": "0",
        "name": "Harbour Region",
        "type": "RS",
        "url": "https://example.org",
        "helpline": "x",
    },
    {"id": "12", "parent_id": "1", "name": "Ferry Area", "type": "AS"},
    {"id": "13", "parent_id": "", "name": "Lone Area", "type": ""},
    {"id": "14", "parent_id": "99", "name": "Orphan Area", "type": "AS"},
    {"id": "15", "parent_id": "16", "name": "Round", "type": "AS"},
    {"id": "16", "parent_id": "15", "name": "Trip", "type": "AS"},
]


@pytest.mark.parametrize(("number", "day"), [("1", Weekday.SUNDAY), ("2", Weekday.MONDAY), (7, Weekday.SATURDAY)])
def test_week_begins_on_sunday_with_one(number: Any, day: Weekday) -> None:
    rule = only(bmlt(bmlt_record(weekday_tinyint=number))).recurrence
    assert rule is not None
    assert rule.weekday == day


def test_time_and_length_are_the_wall_clocks() -> None:
    listing = only(bmlt(bmlt_record()))
    assert listing.recurrence is not None
    assert (listing.recurrence.starts, listing.recurrence.duration) == (time(19, 30), timedelta(minutes=90))
    assert (listing.recurrence.zone, listing.zone_reason) == ("America/New_York", ZoneReason.POINT)


@pytest.mark.parametrize("told", ["", "00:00:00", "00:00"])
def test_untold_length_is_the_fellowships_usual_one(told: str) -> None:
    listing = only(bmlt(bmlt_record(duration_time=told)))
    assert listing.duration_assumed
    assert listing.recurrence is not None
    assert listing.recurrence.duration == timedelta(minutes=the_vocabulary().fellowships["NA"].usual_minutes)


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"weekday_tinyint": "0"}, ("bad_day", "[0].weekday_tinyint")),
        ({"weekday_tinyint": "Sunday"}, ("bad_day", "[0].weekday_tinyint")),
        ({"start_time": "25:00:00"}, ("bad_time", "[0].start_time")),
        ({"start_time": "7pm"}, ("bad_time", "[0].start_time")),
        ({"start_time": ""}, ("bad_time", "[0].start_time")),
        ({"meeting_name": " "}, ("missing_name", "[0].meeting_name")),
    ],
)
def test_record_without_a_needed_part_is_left_out_with_the_place_named(
    changes: dict[str, Any], finding: tuple[str, str]
) -> None:
    result = bmlt(bmlt_record(**changes), bmlt_record(id_bigint="102"))
    assert (found(result), result.rejected) == ([finding], (Rejected(record_key="101"),))
    assert len(result.listings) == 1


def test_unpublished_record_is_left_out_as_such() -> None:
    result = bmlt(bmlt_record(published="0", start_time="junk"), bmlt_record(id_bigint="102"))
    assert result.rejected == (Rejected(record_key="101", unpublished=True),)
    assert found(result) == [("unpublished", "[0].published")]


@pytest.mark.parametrize("told", ["1", 1, True, " 1 ", "true"])
def test_published_record_is_kept(told: Any) -> None:
    assert found(bmlt(bmlt_record(published=told))) == []


def test_server_that_does_not_tell_what_is_published_publishes_all_it_tells() -> None:
    record = bmlt_record()
    del record["published"]
    assert len(bmlt(record).listings) == 1


@pytest.mark.parametrize("told", ["false", "no", "", "0.0", None, 2, "2", [], {"a": 1}])
def test_what_cannot_be_read_as_published_is_not_taken_for_it(told: Any) -> None:
    result = bmlt(bmlt_record(published=told), bmlt_record(id_bigint="102"))
    assert result.rejected == (Rejected(record_key="101", unpublished=True),)
    assert found(result) == [("bad_status", "[0].published"), ("unpublished", "[0].published")]
    assert result.findings[0].value


@pytest.mark.parametrize(
    ("changes", "venue_type", "suspended"),
    [
        ({"venue_type": "1"}, VenueType.IN_PERSON, False),
        ({"venue_type": 2}, VenueType.VIRTUAL, False),
        ({"venue_type": "3"}, VenueType.HYBRID, False),
        ({"venue_type": "", "format_shared_id_list": "54"}, VenueType.VIRTUAL, False),
        ({"venue_type": "", "format_shared_id_list": "56"}, VenueType.HYBRID, False),
        ({"venue_type": ""}, VenueType.IN_PERSON, False),
        ({"venue_type": "", "virtual_meeting_link": "https://zoom.us/j/1"}, VenueType.HYBRID, False),
        ({"venue_type": "1", "format_shared_id_list": "55"}, VenueType.IN_PERSON, True),
        ({"venue_type": "2", "format_shared_id_list": "54,55"}, VenueType.VIRTUAL, False),
        ({"venue_type": "", "format_shared_id_list": "54,55"}, VenueType.VIRTUAL, False),
        ({"venue_type": "3", "format_shared_id_list": "55,56"}, VenueType.VIRTUAL, False),
    ],
)
def test_attendance_is_told_by_venue_type_then_formats_then_place(
    changes: dict[str, Any], venue_type: VenueType, suspended: bool
) -> None:
    listing = only(bmlt(bmlt_record(**changes), GetFormats=FORMATS))
    assert (listing.venue_type, listing.suspended) == (venue_type, suspended)


def test_closed_place_of_an_online_meeting_is_said() -> None:
    listing = only(bmlt(bmlt_record(venue_type="2", format_shared_id_list="54,55"), GetFormats=FORMATS))
    assert listing.formats == ("LOCATION_TEMPORARILY_CLOSED",)


def test_formats_are_joined_by_shared_id_and_told_by_world_id() -> None:
    record = bmlt_record(formats="O,H", format_shared_id_list="17,15,17,90,2,9,24")
    listing = only(bmlt(record, GetFormats=FORMATS))
    assert listing.formats == ("OPEN", "MEN", "BILINGUAL", "SIGN_LANGUAGE")
    assert (listing.languages, listing.other_formats) == (("es", "ase"), ("XY",))


def test_key_of_another_language_is_not_read_as_english() -> None:
    marathon = {"id": "70", "key_string": "M", "name_string": "Maratona", "lang": "it", "world_id": ""}
    listing = only(bmlt(bmlt_record(formats="M", format_shared_id_list="70"), GetFormats=[marathon]))
    assert (listing.formats, listing.other_formats) == ((), ("M",))


def test_without_a_format_table_only_the_stock_set_counts_where_id_and_key_agree() -> None:
    listing = only(bmlt(bmlt_record(formats="O,BT,SC", format_shared_id_list="3,17,43")))
    assert (listing.formats, listing.other_formats) == (("OPEN", "BASIC_TEXT"), ("SC",))


def test_open_and_closed_is_closed() -> None:
    result = bmlt(bmlt_record(format_shared_id_list="4,17"), GetFormats=FORMATS)
    assert (only(result).formats, found(result)) == (("CLOSED",), [("open_and_closed", "[0].formats")])


def test_neither_open_nor_closed_stays_unknown() -> None:
    assert only(bmlt(bmlt_record(), GetFormats=FORMATS)).formats == ()


def test_label_of_an_old_program_is_cut_off() -> None:
    listing = only(bmlt(bmlt_record(comments="Notes#@-@#Side door.", location_text="Place#@-@#Lantern Hall")))
    assert listing.venue is not None
    assert (listing.notes, listing.venue.name) == ("Side door.", "Lantern Hall")


def test_persons_are_dropped_without_their_values() -> None:
    result = bmlt(bmlt_record(contact_name_1="Anna B", email_contact="anna@example.org"))
    (finding,) = result.findings
    assert (finding.code, finding.value) == ("person_removed", None)
    assert "Anna" not in repr(result)
    assert "anna@" not in repr(result)


def test_service_bodies_form_a_tree_whose_broken_branches_end() -> None:
    result = bmlt(bmlt_record(service_body_bigint="12"), GetServiceBodies=BODIES)
    assert {body.key: body.parent for body in result.service_bodies} == {
        "1": None,
        "12": "1",
        "13": None,
        "14": None,
        "15": None,
        "16": None,
    }
    assert (only(result).service_body, result.service_bodies[0].kind) == ("12", "REGION")


def test_unknown_service_body_is_a_finding() -> None:
    result = bmlt(bmlt_record(service_body_bigint="77"), GetServiceBodies=BODIES[:3])
    assert (only(result).service_body, found(result)) == (
        None,
        [("unknown_service_body", "[0].service_body_bigint")],
    )


def test_service_body_named_in_the_record_is_enough() -> None:
    result = bmlt(bmlt_record(service_body_bigint="12", service_body_name="Ferry Area"))
    assert [(body.key, body.name) for body in result.service_bodies] == [("12", "Ferry Area")]
    assert only(result).service_body == "12"


def test_world_id_is_the_groups_and_names_no_meeting() -> None:
    result = bmlt(bmlt_record(worldid_mixed="G00012345 "), bmlt_record(id_bigint="102", worldid_mixed="G00012345"))
    assert [listing.group and listing.group.code for listing in result.listings] == ["G00012345"] * 2
    assert [listing.key for listing in result.listings] == ["101", "102"]


def test_areas_go_from_county_to_neighbourhood() -> None:
    record = bmlt_record(
        location_sub_province="Kings", location_city_subsection="Brooklyn", location_neighborhood="DUMBO"
    )
    assert only(bmlt(record)).areas == ("Kings", "Brooklyn", "DUMBO")


def test_phone_that_cannot_be_dialled_still_tells_how_to_join() -> None:
    listing = only(bmlt(bmlt_record(venue_type="2", phone_meeting_number="ask for ID 123")))
    assert listing.online is not None
    assert (listing.online.phone, listing.online.notes) == (None, "ask for ID 123")


def test_key_that_stands_twice_names_no_record() -> None:
    result = bmlt(bmlt_record(), bmlt_record(meeting_name="Second"), bmlt_record(id_bigint="102"))
    assert [listing.key for listing in result.listings] == [None, None, "102"]
    assert found(result) == [("duplicate_key", "[0]"), ("duplicate_key", "[1]")]


def test_same_record_twice_counts_once() -> None:
    result = bmlt(bmlt_record(), bmlt_record())
    assert (len(result.listings), result.received, found(result)) == (1, 2, [("duplicate_record", "[1]")])


def test_answer_without_meetings_is_no_answer() -> None:
    with pytest.raises(ParseFailed):
        importer.parse(Fetched(documents={"GetFormats.json": b"[]"}, location="x"), a_source(), the_vocabulary())


def test_web_page_in_place_of_the_formats_fails_rather_than_losing_them() -> None:
    documents = {"GetSearchResults.json": b'[{"id_bigint": "1"}]', "GetFormats.json": b"<html>"}
    with pytest.raises(ParseFailed, match=r"GetFormats\.json"):
        importer.parse(Fetched(documents=documents, location="x"), a_source(), the_vocabulary())
