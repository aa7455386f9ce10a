"""Great Britain and Ireland in three years: which rows are meetings, when, and which are the same as before.

The rows are read a second time here, by rules that share nothing with ours.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from functools import cache
from typing import Any

import pytest

from importers.plan import plan_import
from importers.revert import revert_run
from meetings.listing import Listing, Parsed, content_key, fingerprint, fold
from meetings.model import MeetingStatus, Weekday
from meetings.source import Held, ImportPlan, RunStatus
from store.database import Database
from store.imports import held_listings
from store.migration import migrate
from tests.builders import NOW
from tests.importers.all_lists import LISTS, read
from tests.importers.importing import rows_by_id as rows_by_meeting
from tests.importers.test_real_lists import imported
from tests.outside import REAL_LISTS, needs_real_lists

pytestmark = [pytest.mark.real_lists, needs_real_lists]

YEARS = ("2023-05-16", "2024-02-21", "2026-08-05")
MEETINGS = {"2023-05-16": (7488, 7488), "2024-02-21": (8069, 8087), "2026-08-05": (8238, 8296)}
#: Rows at 0, 0 or outside of the two islands and those between them.
ASTRAY = {"2023-05-16": 8, "2024-02-21": 79, "2026-08-05": 19}
IRELAND = frozenset({"Ireland", "Republic of Ireland"})
#: All keep London's time, and always have within the rules that matter here.
BRITISH = frozenset({"Europe/London", "Europe/Jersey", "Europe/Guernsey", "Europe/Isle_of_Man"})
Row = dict[str, str]


def location(year: str) -> str:
    return f"csv/uk-ireland/{year}.csv"


@cache
def rows(year: str) -> list[Row]:
    text = (REAL_LISTS / location(year)).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def has_day_and_time(row: Row) -> bool:
    return row["Day"].upper() in Weekday.__members__ and re.fullmatch(r"[0-2]\d:[0-5]\d", row["Time"]) is not None


def given_minutes(row: Row) -> int | None:
    match = re.fullmatch(r"(?:(\d+) ?h(?:rs?|our)?)? ?(?:(\d+) ?mins)?", row["Duration"].strip())
    minutes = int(match[1] or 0) * 60 + int(match[2] or 0) if match else 0
    return minutes or None


def is_astray(row: Row) -> bool:
    latitude, longitude = float(row["Latitude"]), float(row["Longitude"])
    return not (49.0 < latitude < 61.0 and -11.0 < longitude < 2.0)


def row_of(listing: Listing, year: str) -> Row:
    return rows(year)[int(listing.where.removeprefix("row ")) - 2]


@pytest.mark.parametrize("year", YEARS)
def test_exactly_the_rows_with_day_and_time_are_meetings_at_that_hour_of_that_length(year: str) -> None:
    result = read(location(year))
    expected = [number for number, row in enumerate(rows(year), start=2) if has_day_and_time(row)]
    assert [int(listing.where.removeprefix("row ")) for listing in result.listings] == expected
    assert (len(expected), result.received) == MEETINGS[year]
    for listing in result.listings:
        row, rule = row_of(listing, year), listing.recurrence
        assert rule is not None
        assert (rule.weekday.name, rule.starts) == (row["Day"].upper(), time.fromisoformat(row["Time"]))
        assert (rule.interval, rule.weeks_of_month) == (1, ())
        minutes = given_minutes(row)
        assert listing.duration_assumed is (minutes is None)
        assert minutes is None or rule.duration == timedelta(minutes=minutes)


@pytest.mark.parametrize("year", YEARS)
def test_every_row_left_out_has_a_finding_that_says_which(year: str) -> None:
    result = read(location(year))
    missing = {f"row {number}" for number, row in enumerate(rows(year), start=2) if not has_day_and_time(row)}
    errors = {finding.where.partition(",")[0] for finding in result.findings if finding.severity == "ERROR"}
    assert errors == missing


@pytest.mark.parametrize("year", YEARS)
def test_zone_is_that_of_the_country_a_row_names_whatever_its_point(year: str) -> None:
    for listing in read(location(year)).listings:
        zone = listing.recurrence.zone if listing.recurrence else ""
        assert zone in ({"Europe/Dublin"} if row_of(listing, year)["Country"] in IRELAND else BRITISH)


@pytest.mark.parametrize("year", YEARS)
def test_point_astray_is_told_and_shown_to_nobody(year: str) -> None:
    astray = [number for number, row in enumerate(rows(year), start=2) if is_astray(row)]
    assert len(astray) == ASTRAY[year]
    result = read(location(year))
    told = {finding.where for finding in result.findings if finding.code in {"bad_point", "point_outside_country"}}
    assert {f"row {number}, column Latitude" for number in astray} <= told
    for listing in result.listings:
        if is_astray(row_of(listing, year)) and listing.venue and listing.venue.latitude is not None:
            assert 49.0 < listing.venue.latitude < 61.0


@pytest.mark.parametrize("year", YEARS)
def test_fellowship_is_that_of_the_row(year: str) -> None:
    own = Counter(row["MeetingTypeNamespace"] for row in rows(year) if has_day_and_time(row))
    assert Counter(listing.fellowship for listing in read(location(year)).listings) == own


# --- Three years as three imports of one source -------------------------------------------------


def held_after(held: dict[str, Held], plan: ImportPlan) -> dict[str, Held]:
    """What is held once a plan is carried out."""
    placed = {
        one.meeting_id: Held(
            meeting_id=one.meeting_id,
            ids=(one.meeting_id,),
            key=one.key,
            content_key=one.content_key,
            fingerprint=one.fingerprint,
            status=MeetingStatus.ACTIVE,
        )
        for one in (*plan.added, *plan.changed)
    }
    gone = {id_: replace(held[id_], status=MeetingStatus.WITHDRAWN) for id_ in plan.withdrawn}
    return held | placed | gone


def rows_by_id(parsed: Parsed, held: dict[str, Held], year: str) -> dict[str, Row]:
    """The row of each meeting that is shown, told by what the store keeps of it."""
    waiting: dict[tuple[str, str], list[Listing]] = {}
    for listing in parsed.listings:
        waiting.setdefault((content_key(listing), fingerprint(listing)), []).append(listing)
    shown = (one for one in held.values() if one.status == MeetingStatus.ACTIVE)
    return {one.meeting_id: row_of(waiting[one.content_key, one.fingerprint].pop(), year) for one in shown}


@cache
def three_imports() -> tuple[list[ImportPlan], list[dict[str, Row]]]:
    """The plans before anybody confirms them, and the rows by id after each."""
    held: dict[str, Held] = {}
    asked, shown = [], []
    for year in YEARS:
        parsed = read(location(year))
        asked.append(plan_import(parsed, tuple(held.values()), source_id="uk", now=NOW))
        held = held_after(held, plan_import(parsed, tuple(held.values()), source_id="uk", now=NOW, confirm=True))
        shown.append(rows_by_id(parsed, held, year))
    return asked, shown


def is_same(before: Row, after: Row) -> bool:
    """Equal name, day, hour and postcode, or equal day, hour and place to some hundred metres."""

    def named(row: Row) -> tuple[str, ...]:
        return fold(row["Title"] or row["Venue"]), row["Day"], row["Time"], fold(row["Postcode"]).replace(" ", "")

    def placed(row: Row) -> tuple[str, str, float, float]:
        return row["Day"], row["Time"], round(float(row["Latitude"]), 3), round(float(row["Longitude"]), 3)

    return named(before) == named(after) or placed(before) == placed(after)


def test_only_the_first_of_three_imports_goes_in_unseen() -> None:
    asked, shown = three_imports()
    assert [plan.held is None for plan in asked] == [True, False, False]
    assert [len(rows) for rows in shown] == [count for count, _ in MEETINGS.values()]


@pytest.mark.parametrize(("year", "share"), [(0, 0.85), (1, 0.67)])
def test_most_meetings_keep_their_ids_from_one_list_to_the_next(year: int, share: float) -> None:
    _, shown = three_imports()
    before, after = shown[year], shown[year + 1]
    assert len(before.keys() & after.keys()) >= share * len(before)


@pytest.mark.parametrize("year", [0, 1])
def test_no_id_passes_to_another_meeting(year: int) -> None:
    _, shown = three_imports()
    before, after = shown[year], shown[year + 1]
    assert [
        (before[id_], after[id_]) for id_ in before.keys() & after.keys() if not is_same(before[id_], after[id_])
    ] == []


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    migrate(opened)
    yield opened
    opened.close()


@pytest.mark.long
def test_second_and_third_import_wait_for_a_person_and_then_go_in(database: Database) -> None:
    sources = [replace(one.source, id="uk") for one in LISTS if one.location in map(location, YEARS)]
    statuses = []
    for day, source in enumerate(sources):
        statuses.append(imported(database, source, day * 2).status)
        imported(database, source, day * 2 + 1, confirm=True)
    assert statuses == [RunStatus.SUCCEEDED, RunStatus.HELD, RunStatus.HELD]
    with database.read() as reader:
        shown = {one.meeting_id for one in held_listings(reader, "uk") if one.status == MeetingStatus.ACTIVE}
    assert len(shown) == 8238


def shown(rows: dict[str, dict[str, Any]]) -> set[str]:
    """The ids of the meetings that are told to meet."""
    return {id_ for id_, row in rows.items() if row["status"] == MeetingStatus.ACTIVE}


@pytest.mark.long
def test_undoing_the_third_import_leaves_the_list_as_the_second_left_it(database: Database) -> None:
    sources = [replace(one.source, id="uk") for one in LISTS if one.location in map(location, YEARS)]
    for day, source in enumerate(sources[:2]):
        imported(database, source, day, confirm=True)
    before = rows_by_meeting(database)
    third = imported(database, sources[2], 2, confirm=True)
    between = rows_by_meeting(database)
    assert third.counts.added + third.counts.changed + third.counts.withdrawn > 3000
    outcome = revert_run(database, third.id, new_run_id="undo", now=NOW + timedelta(days=3))
    assert outcome.run is not None
    after = rows_by_meeting(database)
    assert {id_: after[id_] for id_ in before} == before
    # What the third list had added is gone, and was nothing that the second knew.
    added = between.keys() - before.keys()
    assert after.keys() - before.keys() == added
    assert {after[id_]["status"] for id_ in added} == {MeetingStatus.WITHDRAWN}
    assert len(shown(before)) == MEETINGS[YEARS[1]][0]
    assert shown(after) == shown(before)
