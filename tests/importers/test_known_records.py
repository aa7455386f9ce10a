"""What was read of a record before is what would be read of it now."""

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from importers import bmlt
from importers.known_records import KeptRecords, KnownRecords
from importers.protocol import Fetched, KnowsRecords
from importers.reading import edition
from importers.record import Record
from meetings.listing import Listing, Parsed, Rejected, hashes_of
from meetings.model import Group, MedicationStance, OnlineVenue, Venue, VenueType, Weekday, ZoneReason
from meetings.recurrence import DatedException, Recurrence
from meetings.source import ImportRun
from store.database import Database
from store.known_records import drop_records
from store.sources import remove_source
from store.tables import known_records
from tests.builders import NOW, a_source
from tests.importers.importing import imported, new_database, rows, some
from tests.importers.lists import bmlt_record, fetched, the_vocabulary
from tests.importers.test_fuzz import FIELDS, JUNK

FULL = Listing(
    record_key="7",
    day="MONDAY",
    where="[3]",
    name="First Light",
    fellowship="NA",
    recurrence=Recurrence(
        weekday=Weekday.MONDAY,
        starts=time(0),
        duration=timedelta(minutes=90),
        zone="Africa/Accra",
        interval=2,
        anchor=date(2026, 1, 5),
        until=date(2027, 1, 4),
    ),
    exceptions=(
        DatedException(day=date(2026, 1, 19), note="Holiday"),
        DatedException(day=date(2026, 2, 2), moved_to=(date(2026, 2, 3), time(7, 30))),
    ),
    duration_assumed=True,
    zone_reason=ZoneReason.POINT,
    suspended=True,
    unconfirmed=True,
    venue_type=VenueType.HYBRID,
    venue=Venue(name="Hall", city="Accra", latitude=0.0, longitude=-0.2, approximate=True),
    online=OnlineVenue(url="https://zoom.us/j/1", provider="Zoom", phone="+12125550147", notes="Ring"),
    group=Group(name="Group", code="G1", url="https://example.org/"),
    formats=("OPEN", "STEP"),
    other_formats=("XX",),
    languages=("en",),
    medication=MedicationStance.WELCOMING,
    medication_source="NA",
    notes="Two\nlines",
    service_body="5",
    areas=("East", "Centre"),
    url="https://example.org/m/7",
    ids=("M0000000000001",),
)


def read(answer: Fetched, kept: KeptRecords | None = None, terms: str = "t") -> tuple[Parsed, KeptRecords | None]:
    known = KnownRecords(terms, kept)
    return bmlt.parse_known(answer, a_source(), the_vocabulary(), known), known.kept()


def times_told(kept: KeptRecords | None, *records: dict[str, Any], terms: str = "t") -> int:
    """How many of these records had to be read."""
    told = []

    def tell(record: Record) -> Rejected:
        told.append(record)
        return Rejected(record_key=record.key)

    known = KnownRecords(terms, kept)
    known.rest_on(None)
    for number, values in enumerate(records):
        known.told(Record(values=values, where=f"[{number}]"), tell)
    return len(told)


def kept_of(*records: dict[str, Any]) -> KeptRecords:
    known = KnownRecords("t")
    known.rest_on(None)
    for values in records:
        known.told(Record(values=values, where="[0]"), lambda record: Rejected(record_key=record.key))
    kept = known.kept()
    assert kept is not None
    return kept


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS["bmlt"]), JUNK, max_size=5), min_size=1, max_size=4))
def test_whatever_a_record_holds_it_is_recalled_as_it_was_read(changes: list[dict[str, Any]]) -> None:
    answer = fetched("bmlt", *(bmlt_record(**{"id_bigint": str(number)} | one) for number, one in enumerate(changes)))
    told, kept = read(answer)
    assert kept is not None
    recalled, more = read(answer, kept)
    assert recalled == told == bmlt.parse(answer, a_source(), the_vocabulary())
    assert all(recalled.hashes[one.where] == hashes_of(one) for one in recalled.listings)
    assert more is None


def test_every_field_of_a_listing_is_recalled() -> None:
    empty = [name for name in Listing.__dataclass_fields__ if not getattr(FULL, name)]
    assert empty == []
    known = KnownRecords("t")
    known.rest_on()
    record = Record(values={"a": "1"}, where="[3]", key="7")
    assert known.told(record, lambda _: FULL) == FULL
    kept = known.kept()
    again = KnownRecords("t", kept)
    again.rest_on()
    assert again.told(record, lambda _: pytest.fail("it is known")) == FULL


def test_a_record_that_moved_is_told_at_its_new_place() -> None:
    one, other = (
        bmlt_record(id_bigint="1", start_time="25:00"),
        bmlt_record(id_bigint="2", comments="Call 212-555-0147"),
    )
    _, kept = read(fetched("bmlt", one, other))
    moved = fetched("bmlt", other, one)
    assert read(moved, kept)[0] == read(moved)[0]


@pytest.mark.parametrize("document", ["GetFormats", "GetServiceBodies"])
def test_another_table_of_the_same_answer_makes_all_records_be_read(document: str) -> None:
    record = bmlt_record(formats="Zq", format_shared_id_list="77", service_body_bigint="9")
    _, kept = read(fetched("bmlt", record))
    table = {
        "GetFormats": [{"id": "77", "key_string": "Zq", "world_id": "STEP", "name_string": "Step", "lang": "en"}],
        "GetServiceBodies": [{"id": "9", "name": "Nine", "type": "AS", "parent_id": "0"}],
    }[document]
    answer = fetched("bmlt", record, **{document: table})
    assert read(answer, kept)[0] == read(answer)[0] != read(fetched("bmlt", record))[0]


def test_only_records_that_differ_are_read() -> None:
    kept = kept_of({"a": "1"}, {"a": "2"})
    assert times_told(kept, {"a": "2"}, {"a": "3"}, {"a": "1"}) == 1


def test_under_other_terms_all_records_are_read() -> None:
    assert times_told(kept_of({"a": "1"}), {"a": "1"}, terms="others") == 1


@pytest.mark.parametrize("value", [1, 1.0, True, "1", [1], float("nan"), 10**30, "\ud800", None])
def test_values_that_only_look_alike_are_told_apart(value: object) -> None:
    kept = kept_of({"a": value})
    assert times_told(kept, {"a": value}) == 0
    others: list[object] = [1, 1.0, True, "1", [1], float("nan"), 10**30, "\ud800", None]
    different = [other for other in others if repr(other) != repr(value)]
    assert times_told(kept, *({"a": other} for other in different)) == len(different)


def test_a_record_in_which_a_field_stands_twice_is_looked_at_each_time() -> None:
    body = b'[{"id_bigint": "1", "meeting_name": "x", "meeting_name": "Hope"}]'
    answer = Fetched(documents={"GetSearchResults.json": body}, location="x")
    told, kept = read(answer)
    assert kept is None
    assert read(answer)[0] == told
    assert "duplicate_field" in {finding.code for finding in told.findings}


def test_the_program_is_the_same_as_long_as_its_text_is() -> None:
    assert edition() == edition.__wrapped__()
    assert isinstance(bmlt, KnowsRecords)


@pytest.fixture
def database(tmp_path: Path) -> Any:
    with new_database(tmp_path) as database:
        yield database


def forget(database: Database) -> None:
    with database.write() as write:
        drop_records(write, "lantern")


def outcome(run: ImportRun) -> object:
    return run.status, run.counts, run.findings, run.findings_total, run.reason


def test_an_import_comes_to_the_same_with_what_is_known_and_without(tmp_path: Path) -> None:
    old = [*some(40, comments="Call Anna at 212-555-0147"), *some(3, start=90, start_time="25:00")]
    new = [*some(38, comments="Call Anna at 212-555-0147"), *some(5, start=60), *some(3, start=90, start_time="25:00")]
    with new_database(tmp_path) as knowing, new_database(tmp_path) as forgetful:
        for days, records in enumerate((old, new, old[::-1], new)):
            forget(forgetful)
            one, other = (imported(each, *records, days=days) for each in (knowing, forgetful))
            assert outcome(one) == outcome(other)
            assert rows(knowing) == rows(forgetful)


def test_what_is_known_is_kept_with_the_import_and_goes_with_the_source(database: Database) -> None:
    def kept() -> int:
        with database.read() as read:
            return read.connection.scalar(select(func.count()).select_from(known_records)) or 0

    imported(database, *some(3), dry_run=True)
    assert kept() == 0
    imported(database, *some(3))
    assert kept() == 1
    with database.write() as write:
        remove_source(write, "lantern", now=NOW)
    assert kept() == 0
