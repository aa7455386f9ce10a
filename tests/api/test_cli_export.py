"""Moving house: what is exported comes back in as it was, on either kind of database."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from api.list_lines import list_lines
from importers.fetch import fetch
from importers.protocol import Fetched
from importers.registry import IMPORTERS
from importers.run import run_import
from meetings.differences import meeting_of
from meetings.listing import ListedBody, Listing, content_key, fingerprint, id_from_number, number_of
from meetings.model import (
    Group,
    MedicationStance,
    Meeting,
    MeetingStatus,
    OnlineVenue,
    Venue,
    VenueType,
    Weekday,
    ZoneReason,
)
from meetings.native_document import HEAD, meeting_line
from meetings.recurrence import DatedException, Recurrence
from meetings.source import ImportPlan, Placed, RunStatus, Source
from store.database import Database
from store.export import listed_meetings
from store.imports import apply_plan
from store.migration import migrate
from store.sources import put_source
from tests.builders import NOW, a_listing, a_meeting, a_recurrence, a_source, a_venue
from tests.importers.lists import the_vocabulary
from tests.outside import needs_real_lists

#: What a new house gives anew: how often and when it saw a change.
GIVEN_ANEW = {"revision", "updated_at", "last_seen_at", "listings"}

# --- Every meeting there can be ------------------------------------------------------------------

WORDS = st.lists(st.sampled_from(["Lantern", "Übergang", "Harbour", "Lámpara", "光", "& Co."]), min_size=1, max_size=3)
TEXT = WORDS.map(" ".join)
MAYBE = st.none() | TEXT
ZONES = st.sampled_from(["America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe"])
LINK = st.none() | st.sampled_from(["https://lists.example.org/a?b=c", "https://us02web.zoom.us/j/1?pwd=Ab1"])


@st.composite
def rules(draw: st.DrawFn) -> Recurrence:
    kind = draw(st.sampled_from(["weekly", "weeks", "monthly"]))
    anchor = draw(st.dates(date(2020, 1, 1), date(2027, 1, 1)))
    weeks = draw(st.lists(st.sampled_from([1, 2, 3, 4, 5, -1]), min_size=1, unique=True))
    return a_recurrence(
        weekday=draw(st.sampled_from(Weekday)),
        starts=draw(st.times().map(lambda t: time(t.hour, t.minute))),
        duration=timedelta(minutes=draw(st.integers(1, 1439))),
        zone=draw(ZONES),
        interval=draw(st.integers(2, 52)) if kind == "weeks" else 1,
        anchor=anchor if kind == "weeks" else draw(st.none() | st.just(anchor)),
        weeks_of_month=tuple(sorted(weeks, key=lambda w: w % 7)) if kind == "monthly" else (),
        until=draw(st.none() | st.dates(date(2027, 1, 1), date(2028, 1, 1))),
    )


@st.composite
def exceptions(draw: st.DrawFn, rule: Recurrence) -> tuple[DatedException, ...]:
    weeks = draw(st.lists(st.integers(0, 50), unique=True, max_size=3))
    first = date(2026, 11, 23) + timedelta(days=int(rule.weekday))
    moved = st.none() | st.just((date(2026, 12, 24), time(18, 5)))
    return tuple(
        DatedException(day=first + timedelta(weeks=week), moved_to=draw(moved), note=draw(MAYBE))
        for week in sorted(weeks)
    )


@st.composite
def venues(draw: st.DrawFn) -> Venue:
    degrees = st.floats(-89, -1) | st.floats(1, 89)
    point = draw(st.none() | st.tuples(degrees, degrees))
    return Venue(
        **{name: draw(MAYBE) for name in ("name", "street", "city", "region", "formatted_address", "arrival_notes")},
        postal_code=draw(st.none() | st.just("N1 9GU")),
        country=draw(st.none() | st.sampled_from(["US", "GB", "IN"])),
        latitude=round(point[0], 6) if point else None,
        longitude=round(point[1], 6) if point else None,
        approximate=draw(st.booleans()),
    )


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    rule = draw(st.none() | rules())
    online = OnlineVenue(
        url=draw(LINK),
        provider=draw(st.just("Zoom")),
        phone=draw(st.none() | st.just("+12125550100,,1#")),
        notes="Knock.",
    )
    return a_listing(
        record_key=draw(st.integers(1, 10**6)).__str__(),
        name=draw(TEXT),
        fellowship=draw(st.sampled_from(["NA", "AA", "SMART"])),
        recurrence=rule,
        exceptions=draw(exceptions(rule)) if rule else (),
        duration_assumed=draw(st.booleans()) if rule else False,
        zone_reason=draw(st.sampled_from(ZoneReason)) if rule else None,
        suspended=draw(st.booleans()),
        venue_type=draw(st.none() | st.sampled_from(VenueType)),
        venue=draw(st.none() | venues().filter(lambda v: v.name is not None)),
        online=draw(st.none() | st.just(online)),
        group=draw(st.none() | st.builds(Group, name=TEXT, code=st.none() | st.just("G1"), url=LINK)),
        formats=tuple(draw(st.lists(st.sampled_from(["CLOSED", "STEPS", "WOMEN"]), unique=True))),
        other_formats=tuple(draw(st.lists(TEXT, unique=True, max_size=3))),
        languages=tuple(draw(st.lists(st.sampled_from(["es", "pt-BR", "en"]), unique=True))),
        medication=draw(st.sampled_from(MedicationStance)),
        medication_source=draw(MAYBE),
        notes=draw(MAYBE),
        areas=tuple(draw(st.lists(TEXT, unique=True, max_size=3))),
        url=draw(LINK),
    )


def placed(listing: Listing, meeting_id: str | None = None) -> Placed:
    return Placed(
        meeting_id=meeting_id or id_from_number(number_of("lantern", listing.key or "")),
        key=listing.key or "",
        listing=listing,
        content_key=content_key(listing),
        fingerprint=fingerprint(listing),
    )


def read_back(*meetings: Meeting, **told: Any) -> tuple[Listing, ...]:
    lines = [orjson.dumps(line) for line in (HEAD, *(meeting_line(one, {}, now=NOW, **told) for one in meetings))]
    source = a_source(importer="native", location="moved.jsonl")
    parsed = IMPORTERS["native"].parse(
        Fetched(documents={"moved.jsonl": b"\n".join(lines)}, location=source.location), source, the_vocabulary()
    )
    assert parsed.findings == ()
    return parsed.listings


@given(listings(), st.booleans())
def test_every_meeting_comes_back_as_it_was(listing: Listing, unconfirmed: bool) -> None:
    listing = replace(listing, unconfirmed=unconfirmed and not listing.suspended)
    meeting = meeting_of(placed(listing), "lantern", NOW)
    (back,) = read_back(meeting)
    again = meeting_of(placed(back), "lantern", NOW)
    assert again == meeting
    assert back.ids == (meeting.id,)


# --- From house to house -------------------------------------------------------------------------


@contextmanager
def opened(url: str, *sources: Source) -> Iterator[Database]:
    database = Database(url)
    migrate(database)
    with database.write() as write:
        for source in sources:
            put_source(write, source)
    yield database
    database.close()


def carried_out(database: Database, source: Source, plan: ImportPlan) -> None:
    with database.write() as write:
        apply_plan(write, replace(plan, source_id=source.id), run_id="first", now=NOW)


def held(database: Database, source: Source) -> dict[str, tuple[Any, ...]]:
    """What a house holds of a source, but what each house gives itself, by id."""
    with database.read() as read:
        return {
            meeting.id: (*(getattr(meeting, f.name) for f in fields(meeting) if f.name not in GIVEN_ANEW), set(other))
            for meeting, other, _ in listed_meetings(read, source.id)
        }


def moved(old: Database, new: Database, path: Path, *sources: Source) -> None:
    """Export from one house, import into the other under the same ids."""
    with old.read() as read:
        path.write_bytes(b"\n".join(list_lines(read, list(sources), now=NOW)))
    for source in sources:
        there = replace(source, importer="native", location=str(path))
        with new.write() as write:
            put_source(write, there)
        run = run_import(new, there, fetch=fetch, vocabulary=the_vocabulary(), clock=lambda: NOW, run_id=source.id)
        assert (run.status, run.counts.rejected, run.reason) == (RunStatus.SUCCEEDED, 0, None)


BODIES = (
    ListedBody(
        key="r", name="Harbour Region", kind="REGION", url="https://harbour.example.org", helpline="+12125550100"
    ),
    ListedBody(key="a", name="Ferry Area", kind="AREA", parent="r"),
)
LISTED = (
    a_listing(record_key="1", service_body="a", areas=("North", "Quay"), other_formats=("XX",)),
    a_listing(record_key="2", day="MONDAY", name="Pausing", suspended=True, service_body="r"),
    a_listing(record_key="3", name="In Doubt", unconfirmed=True, group=Group(name="Lantern", code="G1")),
    a_listing(record_key="4", name="Whenever", recurrence=None, zone_reason=None, venue=a_venue(country=None)),
)


def test_two_lists_move_house_with_bodies_statuses_and_ids(database_url: str, tmp_path: Path) -> None:
    lantern, harbour = a_source(), a_source(id="harbour", country=None, added_at=NOW + timedelta(days=1))
    with opened(database_url, lantern, harbour) as old, opened(f"sqlite:///{tmp_path / 'new.db'}") as new:
        renamed = placed(LISTED[0], id_from_number(number_of("lantern", "the key it had first")))
        added = (renamed, *(placed(one) for one in LISTED[1:]))
        carried_out(old, lantern, ImportPlan(source_id="lantern", added=added, service_bodies=BODIES))
        other = placed(a_listing(record_key="h"), id_from_number(number_of("harbour", "h")))
        carried_out(old, harbour, ImportPlan(source_id="harbour", added=(other,)))
        moved(old, new, tmp_path / "all.jsonl", lantern, harbour)
        for source in (lantern, harbour):
            assert held(new, source) == held(old, source)


def test_meeting_that_moved_answers_to_all_its_ids(sqlite_url: str, tmp_path: Path) -> None:
    source = a_source()
    with opened(sqlite_url, source) as old, opened(f"sqlite:///{tmp_path / 'new.db'}") as new:
        carried_out(old, source, ImportPlan(source_id="lantern", added=(placed(LISTED[0], "M0000000000ABC"),)))
        moved(old, new, tmp_path / "all.jsonl", source)
        ((_, *_, other),) = held(new, source).values()
        assert list(held(new, source)) == ["M0000000000ABC"]
        assert other == {id_from_number(number_of("lantern", "1"))}


def test_list_brings_no_id_that_another_source_has(sqlite_url: str, tmp_path: Path) -> None:
    source, thief = a_source(), a_source(id="thief", importer="native", location=str(tmp_path / "list.jsonl"))
    with opened(sqlite_url, source, thief) as database:
        carried_out(database, source, ImportPlan(source_id="lantern", added=(placed(LISTED[0]),)))
        line = meeting_line(a_meeting(1), {}, now=NOW) | {"ids": [placed(LISTED[0]).meeting_id]}
        Path(thief.location).write_bytes(b"\n".join(map(orjson.dumps, (HEAD, line))))
        run_import(database, thief, fetch=fetch, vocabulary=the_vocabulary(), clock=lambda: NOW, run_id="x")
        assert list(held(database, thief)) == [id_from_number(number_of("thief", "1"))]


def test_list_on_the_web_brings_no_ids() -> None:
    lines = b"\n".join(map(orjson.dumps, (HEAD, meeting_line(a_meeting(), {}, now=NOW))))
    source = a_source(importer="native", location="https://lists.example.org/list.jsonl")
    fetched = Fetched(documents={"list.jsonl": lines}, location=source.location)
    assert [one.ids for one in IMPORTERS["native"].parse(fetched, source, the_vocabulary()).listings] == [()]


# --- The command ---------------------------------------------------------------------------------

Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on a database with one list of two meetings, one of which has a password in its link."""
    monkeypatch.setenv("HOMEGROUP_DATA_DIR", str(tmp_path / "var"))
    runner = CliRunner()
    online = OnlineVenue(url="https://zoom.us/j/1?pwd=Secret1", provider="Zoom", notes="Passcode: Secret2")
    meetings = (a_meeting(1), a_meeting(2, name="Online", online=online, venue_type=VenueType.HYBRID))
    lines = (HEAD, *(meeting_line(one, {}, now=NOW) for one in meetings))
    (tmp_path / "list.jsonl").write_bytes(b"\n".join(map(orjson.dumps, lines)))
    for words in (
        ("migrate",),
        ("sources", "add", "lantern", "--importer", "native", "--location", str(tmp_path / "list.jsonl")),
        ("import", "lantern"),
    ):
        assert runner.invoke(app, list(words)).exit_code == 0
    return lambda *words: runner.invoke(app, ["export", *map(str, words)])


def test_export_writes_the_list_with_its_passwords(run: Run, tmp_path: Path) -> None:
    result = run(tmp_path / "out.jsonl")
    assert (result.exit_code, "2 meetings of 1 sources" in result.output) == (0, True)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [line.get("kind") for line in lines] == [None, "source", "meeting", "meeting"]
    assert lines[3]["online"]["url"] == "https://zoom.us/j/1?pwd=Secret1"


def test_export_for_the_public_holds_no_password_and_no_location(run: Run, tmp_path: Path) -> None:
    run(tmp_path / "out.jsonl", "--public")
    text = (tmp_path / "out.jsonl").read_text("utf-8")
    assert "https://zoom.us/j/1" in text
    assert not any(secret in text for secret in ("Secret1", "Secret2", "list.jsonl"))


def test_export_into_a_folder_is_a_file_a_source(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert run(tmp_path / "out").exit_code == 0
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["lantern.jsonl"]


def test_export_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("mine")
    assert run(tmp_path / "out.jsonl").exit_code == 1
    assert (tmp_path / "out.jsonl").read_text() == "mine"


def test_status_of_a_meeting_is_written_only_where_it_is_not_simply_held() -> None:
    told = {status: meeting_line(a_meeting(status=status), {}, now=NOW).get("status") for status in MeetingStatus}
    assert told[MeetingStatus.ACTIVE] is None
    assert told[MeetingStatus.UNCONFIRMED] == "UNCONFIRMED"


# --- Real lists ----------------------------------------------------------------------------------


def real_source(real_lists: Path, name: str) -> Source:
    importer = name.partition("/")[0].replace("-", "_")
    return a_source(importer=importer, location=str(real_lists / name), country=None)


@pytest.mark.real_lists
@needs_real_lists
@pytest.mark.parametrize("name", ["bmlt/v2", "meeting-guide/edmonton.json", "meeting-guide/orange-county.json"])
def test_real_list_moves_house_without_a_difference(real_lists: Path, tmp_path: Path, name: str) -> None:
    source = real_source(real_lists, name)
    with opened(f"sqlite:///{tmp_path / 'old.db'}", source) as old, opened(f"sqlite:///{tmp_path / 'new.db'}") as new:
        run_import(old, source, fetch=fetch, vocabulary=the_vocabulary(), clock=lambda: NOW, run_id="first")
        moved(old, new, tmp_path / "all.jsonl", source)
        assert held(new, source) == held(old, source) != {}


@pytest.mark.real_lists
@needs_real_lists
@pytest.mark.parametrize("name", ["meeting-guide/edmonton.json", "meeting-guide/se-pennsylvania/2020-07.json"])
def test_no_password_of_a_real_list_is_in_a_file_for_the_public(real_lists: Path, name: str) -> None:
    source = real_source(real_lists, name)
    parsed = IMPORTERS[source.importer].parse(fetch(source), source, the_vocabulary())
    meetings = (meeting_of(placed(one), "lantern", NOW) for one in parsed.listings)
    lines = b"\n".join(orjson.dumps(meeting_line(one, {}, now=NOW, public=True)) for one in meetings)
    # Whoever gave us these lists put x for each letter of a password.
    assert b"xxx" not in lines.lower()
