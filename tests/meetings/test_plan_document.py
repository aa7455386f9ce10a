"""Plans kept as documents come back as they were."""

from dataclasses import fields
from datetime import date, time

import orjson
from hypothesis import given
from hypothesis import strategies as st

from meetings.findings import Finding
from meetings.listing import ListedBody, Listing, content_key, fingerprint, id_from_number
from meetings.model import Group, MedicationStance, OnlineVenue, VenueType, Weekday, ZoneReason
from meetings.plan_document import document_of, plan_from_document
from meetings.recurrence import DatedException
from meetings.source import FieldDiff, ImportCounts, ImportPlan, MeetingDiff, Placed
from tests.builders import a_listing, a_recurrence, a_venue

EVERYTHING = a_listing(
    day="FRIDAY",
    where="[3]",
    recurrence=a_recurrence(weekday=Weekday.FRIDAY, interval=2, anchor=date(2026, 1, 2), until=date(2028, 1, 7)),
    exceptions=(
        DatedException(day=date(2026, 12, 25), note="Closed"),
        DatedException(day=date(2027, 1, 8), moved_to=(date(2027, 1, 9), time(18, 0))),
    ),
    duration_assumed=True,
    zone_reason=ZoneReason.SOURCE,
    suspended=True,
    unconfirmed=True,
    venue_type=VenueType.HYBRID,
    venue=a_venue(approximate=True, longitude=-0.1 - 0.2, arrival_notes="Side door"),
    online=OnlineVenue(url="https://example.org/j/1", phone="+12125550100"),
    group=Group(name="First Light", code="G1"),
    formats=("OPEN",),
    other_formats=("XX",),
    languages=("es", "pt-BR"),
    medication=MedicationStance.WELCOMING,
    medication_source="its list",
    notes="Line one\nline “two” \u2028 \x7f 🙂",
    service_body="7",
    areas=("North",),
    url="https://example.org/1",
    ids=("M0000000000001",),
)


def placed(listing: Listing) -> Placed:
    return Placed(
        meeting_id=id_from_number(7),
        key=listing.key or "?",
        listing=listing,
        content_key=content_key(listing),
        fingerprint=fingerprint(listing),
    )


PLAN = ImportPlan(
    source_id="lantern",
    added=(placed(EVERYTHING), placed(a_listing(recurrence=None, venue=None))),
    changed=(placed(a_listing()),),
    unchanged=("M1",),
    missing=("M2",),
    suspended=("M3",),
    withdrawn=("M4", "M5"),
    service_bodies=(ListedBody(key="7", name="Area", kind="AS", parent="1"),),
    findings=(Finding(code="bad_day", where="row 40, column Day", source_key="x", value="Fryday"),),
    counts=ImportCounts(received=4, added=2, changed=1, unchanged=1, rejected=0),
    held="25 of 30 would be absent",
)
DIFFS = (MeetingDiff(meeting_id="M6", fields=(FieldDiff(field="name", before=None, after="x"),)),)


def test_plan_comes_back_from_json_as_it_was() -> None:
    document = orjson.loads(orjson.dumps(document_of(PLAN, DIFFS)))
    assert plan_from_document(document) == (PLAN, DIFFS)


def test_nothing_of_a_listing_is_left_at_its_default_in_this_test() -> None:
    silent = {f.name for f in fields(Listing) if getattr(EVERYTHING, f.name) == f.default}
    assert silent == set()


def test_what_is_at_its_default_takes_no_room() -> None:
    assert document_of(ImportPlan(source_id="x")) == {"plan": {"source_id": "x"}, "diffs": []}


@given(st.floats(-180, 180), st.floats(-90, 90), st.text(st.characters(exclude_categories=["Cs"])))
def test_numbers_and_texts_come_back_to_the_last_bit(longitude: float, latitude: float, text: str) -> None:
    listing = a_listing(name=text, venue=a_venue(longitude=longitude, latitude=latitude))
    plan = ImportPlan(source_id="lantern", added=(placed(listing),))
    assert plan_from_document(orjson.loads(orjson.dumps(document_of(plan)))) == (plan, ())
