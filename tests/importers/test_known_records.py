"""What was read of a record before is what would be read of it now."""

import csv
from collections.abc import Iterable
from datetime import date, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from importers.detect import shipped_mappings
from importers.fetch import fetch
from importers.known_records import KeptRecords, KnownRecords
from importers.protocol import Fetched, KnowsRecords
from importers.reading import edition
from importers.record import Record
from importers.registry import IMPORTERS
from meetings.listing import Listing, Parsed, Rejected, hashes_of
from meetings.model import Group, MedicationStance, OnlineVenue, Venue, VenueType, Weekday, ZoneReason
from meetings.recurrence import DatedException, Recurrence
from meetings.source import ImportRun
from store.database import Database
from store.known_records import drop_records
from store.sources import remove_source
from store.tables import known_records
from tests.builders import NOW, a_source
from tests.importers.all_lists import LISTS
from tests.importers.importing import imported, new_database, rows, some
from tests.importers.lists import bmlt_record, fetched, native_record, the_vocabulary
from tests.importers.test_fuzz import FIELDS, JUNK, RECORDS
from tests.outside import needs_real_lists

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


MOST = 100
CELLS = ["", "Monday", "Sunday, Tuesday", "25:00", "7pm", "noon", "Call Anna at 212-555-0147", "91", "C,W", "N/A", "é"]
TABLE = ("Name", "Day", "Time", "Slug", "Types", "Address", "City", "Latitude", "Longitude", "Notes", "Recurrence")
SOURCES = {
    "bmlt": a_source(),
    "mapped": a_source(importer="mapped", mapping=shipped_mappings()["smart-finder"], fellowship="SMART"),
    "meeting_guide": a_source(importer="meeting_guide"),
    "native": a_source(importer="native"),
    "naws": a_source(importer="naws"),
    "spreadsheet": a_source(importer="spreadsheet"),
}


def read(
    answer: Fetched, kept: KeptRecords | None = None, terms: str = "t", importer: str = "bmlt"
) -> tuple[Parsed, KeptRecords | None]:
    known, reader = KnownRecords(terms, kept, most=MOST), IMPORTERS[importer]
    assert isinstance(reader, KnowsRecords)
    return reader.parse_known(answer, SOURCES[importer], the_vocabulary(), known), known.kept()


def refused(record: Record) -> list[Listing | Rejected]:
    return [Rejected(record_key=record.key)]


def times_told(kept: KeptRecords | None, *records: dict[str, Any], terms: str = "t") -> int:
    """How many of these records had to be read."""
    told = []

    def tell(record: Record) -> list[Listing | Rejected]:
        told.append(record)
        return refused(record)

    known = KnownRecords(terms, kept, most=MOST)
    known.rest_on(None)
    for number, values in enumerate(records):
        known.told(Record(values=values, where=f"[{number}]"), tell)
    return len(told)


def known_of(*records: dict[str, Any], most: int = MOST) -> KnownRecords:
    known = KnownRecords("t", most=most)
    known.rest_on(None)
    for values in records:
        known.told(Record(values=values, where="[0]"), refused)
    return known


def kept_of(*records: dict[str, Any]) -> KeptRecords:
    kept = known_of(*records).kept()
    assert kept is not None
    return kept


def as_csv(*rows: Iterable[object]) -> Fetched:
    file = StringIO()
    csv.writer(file).writerows(rows)
    return Fetched(documents={"list.csv": file.getvalue().encode("utf-8", "replace")}, location="list.csv")


def assert_recalled(importer: str, answer: Fetched) -> None:
    """What is recalled of an answer is what was read of it, with or without remembering."""
    told, kept = read(answer, importer=importer)
    recalled, more = read(answer, kept, importer=importer)
    assert recalled == told == IMPORTERS[importer].parse(answer, SOURCES[importer], the_vocabulary())
    assert more is None
    for parsed in (told, recalled):
        for where, hashes in parsed.hashes.items():
            listings = [one for one in parsed.listings if one.where == where]
            assert not listings or hashes == [hashes_of(one) for one in listings]


@given(st.data(), st.sampled_from(sorted(RECORDS)))
def test_whatever_a_record_holds_it_is_recalled_as_it_was_read(data: st.DataObject, importer: str) -> None:
    fields = st.dictionaries(st.sampled_from(FIELDS[importer]), JUNK, max_size=5)
    changes = data.draw(st.lists(fields, min_size=1, max_size=4))
    key = {"bmlt": "id_bigint", "meeting_guide": "slug", "native": "key"}[importer]
    records = [RECORDS[importer](**{key: str(number)} | one) for number, one in enumerate(changes)]
    assert_recalled(importer, fetched(importer, *records, RECORDS[importer]()))


@given(st.lists(st.lists(st.sampled_from(CELLS) | st.text(max_size=8), min_size=11, max_size=12), max_size=4))
def test_whatever_a_row_holds_it_is_recalled_as_it_was_read(rows: list[list[str]]) -> None:
    good = ("First Light", "Monday", "7pm", "a", "O", "12 Ferry Lane", "New York", "40.7128", "-74.006", "", "")
    assert_recalled("spreadsheet", as_csv(TABLE, good, *rows))


@pytest.mark.parametrize("day", ["Monday, Wednesday", "1st and 3rd Monday", "Mondays and never", "", "x"])
def test_all_days_of_a_record_are_recalled_each_with_its_own_hashes(day: str) -> None:
    assert_recalled("spreadsheet", as_csv(TABLE, ("Dawn", day, "7pm", "a"), ("Dusk", "Friday", "8pm", "")))
    rows = [{"name": "Dawn", "day": [1, 3], "time": "07:00", "slug": "a"}, {"name": "Dusk", "slug": "b"}]
    assert_recalled("meeting_guide", fetched("meeting_guide", *rows))


def test_a_finding_names_the_column_as_the_list_calls_it_now() -> None:
    row = ("Dawn", "Someday", "7pm", "a")
    _, kept = read(as_csv(TABLE, row), importer="spreadsheet")
    renamed = as_csv(("Name", "Weekday", *TABLE[2:]), row)
    assert read(renamed, kept, importer="spreadsheet")[0] == read(renamed, importer="spreadsheet")[0]
    assert "row 2, column Weekday" in {one.where for one in read(renamed, kept, importer="spreadsheet")[0].findings}


def test_our_own_list_is_read_again_when_its_service_bodies_are_others() -> None:
    meeting, body = native_record(service_body="9"), {"kind": "service_body", "key": "9", "name": "Nine"}
    _, kept = read(fetched("native", meeting), importer="native")
    answer = fetched("native", body, meeting)
    assert read(answer, kept, importer="native")[0] == read(answer, importer="native")[0]
    assert read(answer, kept, importer="native")[0] != read(fetched("native", meeting), importer="native")[0]


def test_a_record_whose_key_rests_on_others_is_recalled_with_the_key_it_has_now() -> None:
    columns = ("Committee", "CommitteeName", "AreaRegion", "Day", "Time", "Closed", "Format1")
    first, refused_one = ("G1", "Dawn", "AR1", "Monday", "700"), ("G1", "Dusk", "AR1", "Monday", "")
    _, kept = read(as_csv(columns, first, refused_one), importer="naws")
    alone = as_csv(columns, refused_one)
    recalled = read(alone, kept, importer="naws")[0]
    assert recalled == read(alone, importer="naws")[0]
    assert [one.record_key for one in recalled.rejected] == ["G1"]


@pytest.mark.real_lists
@needs_real_lists
@pytest.mark.parametrize(
    "location", ["other/smart-recovery.json", "csv/uk-ireland/abroad-2024-02-21.csv", "bmlt/v2", "naws/cape-cod.csv"]
)
def test_a_real_list_is_recalled_as_it_was_read(location: str) -> None:
    source = next(one for one in LISTS if one.location == location).source
    answer, importer = fetch(source, today=NOW.date()), IMPORTERS[source.importer]
    assert isinstance(importer, KnowsRecords)
    known = KnownRecords("t", most=10_000)
    told = importer.parse_known(answer, source, the_vocabulary(), known)
    again = KnownRecords("t", known.kept(), most=10_000)
    assert importer.parse_known(answer, source, the_vocabulary(), again) == told
    assert again.kept() is None


def test_of_a_list_that_is_too_long_nothing_is_kept() -> None:
    records = [{"a": str(number)} for number in range(4)]
    assert known_of(*records[:3], most=3).kept() is not None
    too_long = known_of(*records, most=3)
    assert too_long.kept() is None
    assert too_long.hashes == {}


def test_of_a_list_that_says_beforehand_that_it_is_too_long_nothing_is_kept_for_a_while() -> None:
    known = KnownRecords("t", most=3)
    known.expect(4)
    known.rest_on()
    known.told(Record(values={"a": "1"}, where="[3]", key="7"), lambda _: [FULL])
    assert (known.hashes, known.kept()) == ({}, None)


def test_every_field_of_a_listing_is_recalled() -> None:
    empty = [name for name in Listing.__dataclass_fields__ if not getattr(FULL, name)]
    assert empty == []
    known = KnownRecords("t", most=1)
    known.rest_on()
    record = Record(values={"a": "1"}, where="[3]", key="7")
    told: list[Listing | Rejected] = [FULL, Rejected(record_key=None), Rejected(record_key="7", unpublished=True)]
    assert known.told(record, lambda _: told) == told
    again = KnownRecords("t", known.kept(), most=1)
    again.rest_on()
    assert again.told(record, lambda _: pytest.fail("it is known")) == told


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
