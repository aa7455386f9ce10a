"""Real lists go in whole: every record is a meeting or has a reason, and a second import changes nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from importers.fetch import fetch
from importers.plan import plan_import
from importers.protocol import Importer
from importers.registry import IMPORTERS
from importers.run import run_import
from meetings.listing import Parsed
from meetings.model import MeetingStatus, ZoneReason
from meetings.source import Held, ImportPlan, ImportRun, RunStatus, Source
from store.database import Database
from store.migration import migrate
from store.sources import put_source
from tests.builders import NOW, a_source
from tests.importers.lists import the_vocabulary
from tests.outside import needs_real_lists

pytestmark = [pytest.mark.real_lists, needs_real_lists]

BMLT = {"new-york": (1513, 42), "v2": (244, 0), "v3": (53, 1)}
MEETING_GUIDE = {
    "ben-lomond.json": (35, "America/Los_Angeles"),
    "eating-disorders-anonymous.json": (185, "America/New_York"),
    "edmonton.json": (315, "America/Edmonton"),
    "michigan.json": (46, "America/Detroit"),
    "minneapolis-2018.json": (1048, "America/Chicago"),
    "orange-county.json": (1967, "America/Los_Angeles"),
    "se-pennsylvania/2020-07.json": (1939, "America/New_York"),
    "se-pennsylvania/2021-06.json": (2063, "America/New_York"),
    "se-pennsylvania/2022-12.json": (2038, "America/New_York"),
}
SE_PENNSYLVANIA = [name for name in MEETING_GUIDE if name.startswith("se-")]


def bmlt_source(folder: Path, **changes: Any) -> Source:
    return a_source(location=str(folder), **changes)


def feed_source(file: Path, **changes: Any) -> Source:
    facts: dict[str, Any] = {"id": "feed", "importer": "meeting_guide", "fellowship": "AA", "country": None}
    return a_source(location=str(file), **(facts | changes))


@cache
def read(source: Source) -> Parsed:
    return IMPORTERS[source.importer].parse(fetch(source), source, the_vocabulary())


class NewerImporter:
    """The same importer, one version on."""

    def __init__(self, importer: Importer) -> None:
        self.VERSION = importer.VERSION + 1
        self.parse = importer.parse


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    migrate(opened)
    yield opened
    opened.close()


def held_after(plan: ImportPlan) -> list[Held]:
    """What is held once a first plan was carried out."""
    return [
        Held(
            meeting_id=one.meeting_id,
            ids=(one.meeting_id,),
            key=one.key,
            content_key=one.content_key,
            fingerprint=one.fingerprint,
            status=MeetingStatus.SUSPENDED if one.listing.suspended else MeetingStatus.ACTIVE,
        )
        for one in plan.added
    ]


def imported(database: Database, source: Source, days: int = 0, **told: Any) -> ImportRun:
    with database.write() as write:
        put_source(write, source)
    now = NOW + timedelta(days=days)
    facts: dict[str, Any] = {"fetch": fetch, "vocabulary": the_vocabulary(), "clock": lambda: now, "run_id": f"{days}"}
    return run_import(database, source, **(facts | told))


@pytest.mark.parametrize("name", sorted(BMLT))
def test_every_meeting_of_a_root_server_comes_out(real_lists: Path, name: str) -> None:
    result = read(bmlt_source(real_lists / "bmlt" / name))
    assert (len(result.listings), len(result.rejected)) == BMLT[name]
    assert all(one.unpublished for one in result.rejected)
    assert {one.recurrence and one.recurrence.zone for one in result.listings} == {"America/New_York"}


def test_new_york_has_its_service_bodies_formats_and_no_persons(real_lists: Path) -> None:
    result = read(bmlt_source(real_lists / "bmlt" / "new-york"))
    assert len(result.service_bodies) == 44
    assert all(listing.service_body for listing in result.listings)
    assert sum("OPEN" in one.formats or "CLOSED" in one.formats for one in result.listings) > 1100
    assert sum(bool(one.other_formats) for one in result.listings) < 20


@pytest.mark.parametrize("name", sorted(MEETING_GUIDE))
def test_every_meeting_of_a_feed_comes_out_in_its_zone(real_lists: Path, name: str) -> None:
    count, zone = MEETING_GUIDE[name]
    result = read(feed_source(real_lists / "meeting-guide" / name, time_zone=zone))
    assert (len(result.listings), result.rejected) == (count, ())
    zones = Counter(one.recurrence.zone for one in result.listings if one.recurrence)
    assert zones.most_common(1)[0][0] == zone
    assert name.startswith("eating") or len(zones) == 1


def test_feeds_hold_what_they_are_known_to_hold() -> None:
    assert sum(count for count, _ in MEETING_GUIDE.values()) == 9636


def test_one_meeting_of_orange_county_is_by_appointment(real_lists: Path) -> None:
    result = read(feed_source(real_lists / "meeting-guide" / "orange-county.json"))
    assert sum(one.recurrence is None for one in result.listings) == 1


@pytest.mark.parametrize("country", ["CA", None])
def test_every_meeting_of_a_list_without_points_is_put_into_its_own_town(real_lists: Path, country: str | None) -> None:
    source = feed_source(real_lists / "meeting-guide" / "edmonton.json", country=country, time_zone=None)
    rows = json.loads(fetch(source).documents["edmonton.json"])
    result = read(source)
    assert len(result.listings) == 315
    towns = {finding.where.split(".")[0]: finding.value for finding in result.findings if finding.code == "town_point"}
    for listing in result.listings:
        assert listing.venue is not None
        assert (listing.venue.approximate, listing.zone_reason) == (True, ZoneReason.POINT)
        assert listing.recurrence is not None
        assert listing.recurrence.zone == "America/Edmonton"
        # The list's own region is the town, in a field that the importer does not look at.
        town = rows[int(listing.where[1:-1])]["region"].strip()
        assert listing.venue.latitude is not None
        assert towns[listing.where] == f"{town}, Alberta, CA"


@pytest.mark.parametrize("name", ["orange-county.json", "eating-disorders-anonymous.json"])
def test_attendance_is_what_the_lists_own_program_made_of_it(real_lists: Path, name: str) -> None:
    source = feed_source(real_lists / "meeting-guide" / name)
    rows = json.loads(fetch(source).documents[name])
    own = {"in_person": "IN_PERSON", "online": "VIRTUAL", "hybrid": "HYBRID", "inactive": None}
    for listing in read(source).listings:
        assert listing.venue_type == own[rows[int(listing.where[1:-1])]["attendance_option"]]


def test_no_e_mail_address_is_left_in_any_text(real_lists: Path) -> None:
    for name in MEETING_GUIDE:
        for listing in read(feed_source(real_lists / "meeting-guide" / name)).listings:
            texts = (listing.name, listing.notes, listing.venue and listing.venue.arrival_notes)
            assert not any("@example." in text for text in texts if text)


@pytest.mark.parametrize("name", [*(f"bmlt/{n}" for n in BMLT), *(f"meeting-guide/{n}" for n in MEETING_GUIDE)])
def test_second_import_changes_nothing_and_counts_add_up(real_lists: Path, name: str) -> None:
    source = bmlt_source(real_lists / name) if name.startswith("bmlt") else feed_source(real_lists / name)
    parsed = read(source)
    first = plan_import(parsed, (), source_id=source.id, now=NOW)
    second = plan_import(parsed, held_after(first), source_id=source.id, now=NOW)
    for counts in (first.counts, second.counts):
        assert counts.received == counts.added + counts.changed + counts.unchanged + counts.rejected
    assert (second.counts.added, second.counts.changed, second.counts.missing) == (0, 0, 0)


def test_new_york_read_again_from_the_database_is_unchanged(real_lists: Path, database: Database) -> None:
    source = bmlt_source(real_lists / "bmlt" / "new-york")
    newer = {"bmlt": NewerImporter(IMPORTERS["bmlt"])}
    runs = [imported(database, source, 0), imported(database, source, 1, importers=newer)]
    assert [run.status for run in runs] == [RunStatus.SUCCEEDED] * 2
    assert [(run.counts.added, run.counts.unchanged) for run in runs] == [(1513, 0), (0, 1513)]


def test_two_years_of_one_feed_are_followed_and_a_shrunken_year_waits_for_a_person(
    real_lists: Path, database: Database
) -> None:
    sources = [feed_source(real_lists / "meeting-guide" / name) for name in SE_PENNSYLVANIA]
    runs = [imported(database, source, year) for year, source in enumerate(sources)]
    assert [run.status for run in runs] == [RunStatus.SUCCEEDED, RunStatus.SUCCEEDED, RunStatus.HELD]
    # Of 115 and 238 keys that are gone, 1 and 3 stand for meetings that are there under another key.
    assert [run.counts.missing for run in runs] == [0, 114, 235]
    confirmed = imported(database, sources[-1], 3, confirm=True)
    assert (confirmed.status, confirmed.counts.received) == (RunStatus.SUCCEEDED, 2038)
