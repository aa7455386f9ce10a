"""Our own format: all we keep of a meeting, line by line."""

import json
from datetime import date, time, timedelta
from typing import Any

import pytest

from importers import native as importer
from importers.protocol import Fetched
from meetings.errors import ParseFailed
from meetings.model import MedicationStance, VenueType, Weekday
from meetings.recurrence import DatedException
from tests.builders import a_source
from tests.importers.lists import found, native, native_record, only, the_vocabulary

BODY = {"kind": "service_body", "key": "a", "name": "Ferry Area", "type": "AREA", "parent": "r"}
REGION = {"kind": "service_body", "key": "r", "name": "Harbour Region", "type": "REGION"}


def read(*lines: str, name: str = "list.jsonl") -> Any:
    answer = Fetched(documents={name: "\n".join(lines).encode()}, location=name)
    return importer.parse(answer, a_source(), the_vocabulary())


def test_weekday_time_and_length_make_a_weekly_rule() -> None:
    rule = only(native(native_record())).recurrence
    assert rule is not None
    assert (rule.weekday, rule.starts, rule.duration, rule.interval) == (
        Weekday.TUESDAY,
        time(19, 30),
        timedelta(minutes=90),
        1,
    )


def test_rule_within_the_month_is_kept() -> None:
    rule = only(native(native_record(recurrence="FREQ=MONTHLY;BYDAY=1TU,-1TU"))).recurrence
    assert rule is not None
    assert rule.weeks_of_month == (1, -1)


def test_rule_of_several_weeks_counts_from_its_date() -> None:
    record = native_record(recurrence="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", recurrence_start="2026-11-03")
    rule = only(native(record)).recurrence
    assert rule is not None
    assert (rule.interval, rule.anchor) == (2, date(2026, 11, 3))


@pytest.mark.parametrize(
    "changes",
    [
        {"recurrence": "FREQ=YEARLY"},
        {"recurrence": "FREQ=WEEKLY;BYDAY=MO"},
        {"recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"},
        {"recurrence": "FREQ=WEEKLY;BYDAY=TU", "weekday": ["TUESDAY", "FRIDAY"]},
        {"weekday": "Tues"},
        {"start_time": "24:00"},
        {"start_time": None},
        {"weekday": None, "recurrence": None},
    ],
)
def test_rule_that_cannot_be_kept_leaves_the_record_out(changes: dict[str, Any]) -> None:
    result = native(native_record(**changes), native_record(key="other"))
    assert [listing.key for listing in result.listings] == ["other"]
    assert result.rejected[0].record_key == "first-light"


def test_record_of_three_days_is_three_meetings_each_with_its_own_exceptions() -> None:
    record = native_record(
        weekday=["MONDAY", "TUESDAY", "friday"],
        exceptions=[{"date": "2026-12-25", "cancelled": True, "note": "Closed."}],
    )
    result = native(record)
    exceptions = {listing.key: len(listing.exceptions) for listing in result.listings}
    assert exceptions == {"first-light/MONDAY": 0, "first-light/TUESDAY": 0, "first-light/FRIDAY": 1}


def test_exceptions_are_cancelled_or_moved_dates_in_order() -> None:
    told = [
        {"date": "2026-12-29", "moved_to": "2026-12-30T18:00"},
        {"date": "2026-12-22", "cancelled": True, "note": "Hall in use."},
    ]
    assert only(native(native_record(exceptions=told))).exceptions == (
        DatedException(day=date(2026, 12, 22), note="Hall in use."),
        DatedException(day=date(2026, 12, 29), moved_to=(date(2026, 12, 30), time(18))),
    )


@pytest.mark.parametrize(
    "exception",
    [
        {"date": "2026-12-23", "cancelled": True},
        {"date": "2026-12-22"},
        {"date": "2026-12-22", "cancelled": "yes"},
        {"date": "2026-12-22", "moved_to": "2026-12-23T18:00Z"},
        {"date": "2026-12-22", "moved_to": "2026-12-23"},
        {"date": "2026-12-22", "moved_to": "2026-W52-3"},
        {"date": "2026-12-22", "moved_to": "2026-12-23 18:00"},
        {"date": "2026-12-22", "moved_to": "20261223T1800"},
        {"date": "2026-12-22", "moved_to": "2026-12-23T25:00"},
        {"date": "2026-12-22", "cancelled": True, "moved_to": "2026-12-23T18:00"},
        "2026-12-22",
        None,
    ],
)
def test_exception_that_cannot_be_read_is_left_out_alone(exception: Any) -> None:
    result = native(native_record(exceptions=[exception]))
    assert only(result).exceptions == ()
    assert ("bad_exception", "[1].exceptions[0]") in found(result)


def test_neither_day_nor_time_is_by_appointment() -> None:
    record = native_record()
    for name in ("weekday", "start_time", "time_zone"):
        del record[name]
    assert only(native(record)).recurrence is None


@pytest.mark.parametrize(
    ("status", "suspended"), [("ACTIVE", False), ("UNCONFIRMED", False), ("SUSPENDED", True), (None, False)]
)
def test_status_tells_whether_it_pauses(status: str | None, suspended: bool) -> None:
    assert only(native(native_record(status=status))).suspended is suspended


def test_withdrawn_meeting_is_none() -> None:
    result = native(native_record(status="WITHDRAWN"), native_record(key="other"))
    assert (len(result.listings), result.rejected[0].unpublished) == (1, True)


@pytest.mark.parametrize("status", ["CLOSED", "", "suspended", 5, False, ["SUSPENDED"], {"a": 1}])
def test_unknown_status_is_not_taken_for_open(status: Any) -> None:
    result = native(native_record(status=status), native_record(key="other"))
    assert found(result) == [("bad_status", "[1].status")]
    assert len(result.listings) == 1


def test_service_bodies_and_the_meetings_under_them_are_read() -> None:
    result = native(BODY, REGION, native_record(service_body="a"))
    assert [(body.key, body.parent, body.kind) for body in result.service_bodies] == [
        ("a", "r", "AREA"),
        ("r", None, "REGION"),
    ]
    assert only(result).service_body == "a"


def test_everything_else_of_a_meeting_is_read() -> None:
    listing = only(
        native(
            native_record(
                online={"url": "https://zoom.us/j/1", "phone": "+12125551212,,1#", "notes": "ID 1"},
                venue_type="hybrid",
                group={"name": "Harbour", "code": "G1", "url": "https://example.org/"},
                formats=["open", "WHEELCHAIR-ACCESS", "OURS"],
                languages=["es", "pt-BR"],
                medication="LIMITS_SHARING",
                medication_source="the group, 2026-10",
                areas=["City", "Quarter"],
                url="https://example.org/m/1",
            )
        )
    )
    assert listing.online is not None
    assert (listing.venue_type, listing.online.provider, listing.group and listing.group.code) == (
        VenueType.HYBRID,
        "Zoom",
        "G1",
    )
    assert (listing.formats, listing.other_formats) == (("OPEN", "WHEELCHAIR_ACCESS"), ("OURS",))
    assert (listing.languages, listing.areas) == (("es", "pt-BR"), ("City", "Quarter"))
    assert (listing.medication, listing.medication_source) == (MedicationStance.LIMITS_SHARING, "the group, 2026-10")


def test_medication_is_never_inferred_but_where_the_fellowship_exists_for_it() -> None:
    stances = {code: only(native(native_record(fellowship=code))).medication for code in ("NA", "MARA")}
    assert stances == {"NA": MedicationStance.UNSTATED, "MARA": MedicationStance.WELCOMING}


def test_line_that_is_no_json_is_a_finding() -> None:
    result = read('{"homegroup": 1}', "{broken", json.dumps(native_record()), "")
    assert (found(result), len(result.listings), result.received) == ([("bad_record", "[1]")], 1, 2)


@pytest.mark.parametrize("first", ['{"homegroup": 2}', "{}", "[]", json.dumps(native_record())])
def test_file_without_our_first_line_is_another_format(first: str) -> None:
    with pytest.raises(ParseFailed, match="first line"):
        read(first, json.dumps(native_record()))


def test_file_without_a_meeting_is_taken_for_a_fault() -> None:
    with pytest.raises(ParseFailed):
        read('{"homegroup": 1}', json.dumps(BODY))


def test_list_may_be_several_files_whose_places_are_told_apart() -> None:
    lines = ['{"homegroup": 1}', json.dumps(native_record(name=""))]
    documents = {name: "\r\n".join(lines).encode() for name in ("b.jsonl", "a.jsonl")}
    result = importer.parse(Fetched(documents=documents, location="folder"), a_source(), the_vocabulary())
    assert [where for _, where in found(result)] == ["a.jsonl[1].name", "b.jsonl[1].name"]


def test_fellowship_is_the_records_else_its_sources() -> None:
    result = native(native_record(fellowship="al-anon"), native_record(key="2", fellowship=None))
    assert [listing.fellowship for listing in result.listings] == ["AL_ANON", "NA"]


def test_record_of_no_known_fellowship_is_left_out() -> None:
    result = native(native_record(fellowship="Knitting"), native_record(key="2"), source=a_source(fellowship=None))
    assert [code for code, _ in found(result)] == ["unknown_fellowship", "no_fellowship"]
    assert len(result.listings) == 1


def test_key_that_is_an_e_mail_address_becomes_a_lasting_name_that_tells_nothing() -> None:
    result = native(native_record(key="anna@example.org", status="CLOSED"), native_record(key="anna@example.org"))
    (key,) = {listing.key for listing in result.listings}
    assert key is not None
    assert (len(key), key[0], "anna" in repr(result)) == (17, "@", False)
    assert {finding.source_key for finding in result.findings} == {key}


def test_service_body_known_by_an_e_mail_address_is_still_found() -> None:
    result = native({**REGION, "key": "r@example.org"}, native_record(service_body="r@example.org"))
    assert only(result).service_body == result.service_bodies[0].key
    assert "example" not in repr(result)


def test_no_list_of_codes_or_areas_holds_a_person() -> None:
    areas = ["anna@example.org", "Call Anna 917-555-0123", "Harbour"]
    result = native(native_record(areas=areas, formats=["anna@example.org"]))
    assert (only(result).areas, only(result).other_formats) == (("Call …", "Harbour"), ())
    assert [place for code, place in found(result) if code == "person_removed"] == [
        "[1].formats[0]",
        "[1].areas[0]",
        "[1].areas[1]",
    ]


def test_link_to_a_person_is_left_out_and_the_finding_does_not_show_it() -> None:
    result = native(native_record(url="https://wa.me/19175550123"))
    assert only(result).url is None
    assert [(one.code, one.value) for one in result.findings] == [("bad_link", None)]
