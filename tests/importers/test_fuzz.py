"""Whatever a list holds: findings, never a traceback, and never a good record lost because of a bad one."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.protocol import Fetched
from importers.registry import IMPORTERS
from meetings.errors import ParseFailed
from meetings.listing import content_key, fingerprint
from tests.builders import a_source
from tests.importers.lists import bmlt_record, meeting_guide_record, native_record, parsed, the_vocabulary

RECORDS = {"bmlt": bmlt_record, "meeting_guide": meeting_guide_record, "native": native_record}
FIELDS = {
    "bmlt": [
        *bmlt_record(),
        *("email_contact", "location_info", "comments", "virtual_meeting_link", "service_body_name"),
        *("phone_meeting_number", "virtual_meeting_additional_info", "location_sub_province", "contact_name_1"),
    ],
    "meeting_guide": [
        *meeting_guide_record(),
        *("timezone", "approximate", "coordinates", "regions", "region", "notes", "conference_url", "conference_phone"),
        *("conference_url_notes", "group", "group_notes", "country", "postal_code", "address", "city", "state"),
        *("website", "url", "location_notes", "contact_1_name", "zip", "meeting"),
    ],
    "native": [
        *native_record(),
        *("recurrence", "recurrence_start", "exceptions", "online", "group", "formats", "url", "other_formats"),
        *("languages", "medication", "notes", "service_body", "areas", "status"),
    ],
}
#: What lists really hold, and what only an enemy writes.
SAMPLES = [
    "", " ", "0", "25:00", "24:00", "7pm", "noon", "Sunday", "SUNDAY", "yes", "<script>alert(1)</script>", "\ud800",
    "a\x00b", "\u202egnp.exe", "America/New_York", "Etc/UTC", "1" * 5000, "é" * 70000, "a@example.org", "9" * 400,
    "+1 212 555 0123,,1#", "https://zoom.us/j/1", "http://[", "javascript:alert(1)", "#@-@#", "1,2,3", ",", "N/A",
    0, 1, -1, 7, 8, 1e308, 10**30, True, False, None, [], {}, [[]], [None], [0, 0], [1, "x", 9], {"a": 1},
    [{"date": 3}], "FREQ=WEEKLY;BYDAY=TU", "FREQ=MONTHLY;BYDAY=9TU", "2026-13-45", {"url": 3, "phone": []},
    {"name": "\ud800"},
    [{"date": "2026-12-29", "moved_to": "2026-12-30T25:00"}],
    "(" * 300, "…", "٣", "\u200f", float("nan"), float("inf"),
]  # fmt: skip
JUNK = st.one_of(
    st.sampled_from(SAMPLES),
    st.text(),
    st.integers(),
    st.floats(),
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
)


@st.composite
def bad_records(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    importer = draw(st.sampled_from(sorted(RECORDS)))
    changes = draw(st.dictionaries(st.sampled_from(FIELDS[importer]), JUNK, min_size=1, max_size=5))
    return importer, RECORDS[importer](**changes)


@given(bad_records())
def test_any_value_in_any_field_loses_no_neighbour(case: tuple[str, dict[str, Any]]) -> None:
    importer, bad = case
    name = "meeting_name" if importer == "bmlt" else "name"
    key = {"bmlt": "id_bigint", "meeting_guide": "slug", "native": "key"}[importer]
    result = parsed(importer, bad, RECORDS[importer](**{key: "900900", name: "The Good Neighbour"}))
    assert "The Good Neighbour" in [listing.name for listing in result.listings]
    assert result.received >= 2 or bad.get("kind") == "service_body"
    for listing in result.listings:
        content_key(listing).encode("ascii")
        fingerprint(listing).encode("ascii")
        repr(listing).encode("utf-8")


@pytest.mark.parametrize("importer", sorted(RECORDS))
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: ascii(sample)[:24])
def test_each_bad_value_in_each_field_is_survived(importer: str, sample: Any) -> None:
    for field in FIELDS[importer]:
        result = parsed(importer, RECORDS[importer](**{field: sample}), RECORDS[importer]())
        assert result.listings
        assert json.dumps([finding.value for finding in result.findings]).isascii()


@given(st.sampled_from(sorted(RECORDS)), JUNK | st.binary())
def test_any_document_makes_no_listing_and_no_traceback(importer: str, junk: Any) -> None:
    body = junk if isinstance(junk, bytes) else json.dumps(junk).encode()
    named = "GetSearchResults.json" if importer == "bmlt" else "list"
    answer = Fetched(documents={named: body}, location="x")
    with contextlib.suppress(ParseFailed):
        result = IMPORTERS[importer].parse(answer, a_source(), the_vocabulary())
        assert (result.listings, bool(result.rejected)) == ((), True)
