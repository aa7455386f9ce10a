"""An import from end to end: what is stored, what is recorded, and what is left as it was."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from importers.protocol import Fetched
from importers.run import run_import
from meetings.errors import FetchFailed
from meetings.model import MeetingStatus
from meetings.source import ImportRun, RunStatus, Source
from store.database import Database
from store.imports import get_run, held_listings, last_good_run, list_runs
from store.migration import migrate
from store.sources import get_source, put_source, remove_source
from tests.builders import NOW, a_source
from tests.importers.lists import bmlt_record, the_vocabulary

SOURCE = a_source()
DAY = timedelta(days=1)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A migrated database that knows the source."""
    database = Database(url)
    migrate(database)
    with database.write() as write:
        put_source(write, SOURCE)
    yield database
    database.close()


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


@pytest.fixture
def either_database(migrated_url: str) -> Iterator[Database]:
    with opened(migrated_url) as database:
        yield database


def answer(*records: Any) -> Callable[[Source], Fetched]:
    body = json.dumps(records).encode()
    return lambda source: Fetched(documents={"GetSearchResults.json": body}, location=source.location)


def some(count: int, start: int = 0) -> list[dict[str, Any]]:
    numbers = range(start, start + count)
    return [bmlt_record(id_bigint=str(number), meeting_name=f"Group {number}") for number in numbers]


def imported(database: Database, *records: Any, at: datetime = NOW, **told: Any) -> ImportRun:
    fetch = told.pop("fetch", answer(*records))
    facts: dict[str, Any] = {"fetch": fetch, "vocabulary": the_vocabulary(), "clock": lambda: at}
    with database.read() as read:
        count = len(list_runs(read, first=100))
    return run_import(database, told.pop("source", SOURCE), **(facts | {"run_id": f"run{count}"} | told))


def statuses(database: Database) -> dict[str, MeetingStatus]:
    with database.read() as read:
        return {one.key: one.status for one in held_listings(read, SOURCE.id)}


def test_first_import_adds_everything_and_is_recorded(either_database: Database) -> None:
    database = either_database
    run = imported(database, *some(3), bmlt_record(id_bigint="9", published="0"))
    assert (run.status, run.counts.added, run.counts.rejected, run.counts.received) == (RunStatus.SUCCEEDED, 3, 1, 4)
    with database.read() as read:
        assert get_run(read, run.id) == run
        assert get_source(read, SOURCE.id).meeting_count == 3


def test_same_bytes_again_are_not_read_again(database: Database) -> None:
    imported(database, *some(3))
    run = imported(database, *some(3), at=NOW + DAY)
    assert (run.status, run.counts.unchanged, run.counts.received) == (RunStatus.NOT_MODIFIED, 3, 3)


def test_same_content_in_other_bytes_changes_nothing(database: Database) -> None:
    imported(database, *some(3))
    run = imported(database, *some(3)[::-1], at=NOW + DAY)
    assert (run.status, run.counts.unchanged, run.counts.changed) == (RunStatus.SUCCEEDED, 3, 0)


def test_same_bytes_under_other_settings_are_read_again(database: Database) -> None:
    record = bmlt_record(latitude="", longitude="", location_municipality="Nowhere on any map")
    imported(database, record)
    elsewhere = replace(SOURCE, time_zone="America/Chicago")
    with database.write() as write:
        put_source(write, elsewhere)
    run = imported(database, record, source=elsewhere, at=NOW + DAY)
    assert (run.status, run.counts.changed) == (RunStatus.SUCCEEDED, 1)


def test_dry_run_says_what_would_change_and_writes_nothing(database: Database) -> None:
    run = imported(database, *some(3), dry_run=True)
    assert (run.status, run.counts.added, statuses(database)) == (RunStatus.DRY_RUN, 3, {})
    with database.read() as read:
        assert list_runs(read) == ()


def test_shrunken_list_is_held_whole_for_a_person(database: Database) -> None:
    imported(database, *some(30))
    run = imported(database, *some(5), *some(2, start=100), at=NOW + DAY)
    assert (run.status, run.counts.missing, run.counts.added) == (RunStatus.HELD, 25, 2)
    assert "25 of 30" in (run.reason or "")
    assert set(statuses(database).values()) == {MeetingStatus.ACTIVE}


def test_confirmed_shrinkage_goes_in_and_withdraws_at_once(database: Database) -> None:
    imported(database, *some(30))
    run = imported(database, *some(5), at=NOW + DAY, confirm=True)
    assert (run.status, run.counts.withdrawn) == (RunStatus.SUCCEEDED, 25)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"<html>Just a moment...</html>", b"[{", b""])
def test_answer_that_is_no_list_fails_and_leaves_the_list_as_it_was(database: Database, body: bytes) -> None:
    imported(database, *some(3))
    fetched = Fetched(documents={"GetSearchResults.json": body}, location="x")
    run = imported(database, at=NOW + DAY, fetch=lambda _: fetched)
    assert (run.status, len(statuses(database))) == (RunStatus.FAILED, 3)
    with database.read() as read:
        assert get_run(read, run.id).reason == run.reason
        assert last_good_run(read, SOURCE.id) != run


def test_list_of_which_nothing_can_be_read_fails_with_its_findings(database: Database) -> None:
    imported(database, *some(3))
    run = imported(database, {"uid": 1}, {"uid": 2}, at=NOW + DAY, confirm=True)
    assert (run.status, run.counts.received, run.counts.rejected) == (RunStatus.FAILED, 2, 2)
    assert "missing_name" in [finding.code for finding in run.findings]
    assert set(statuses(database).values()) == {MeetingStatus.ACTIVE}


def test_source_that_cannot_be_reached_fails_with_the_reason(database: Database) -> None:
    def unreachable(source: Source) -> Fetched:
        raise FetchFailed(source.id, source.location, "the server answers 503")

    assert "503" in (imported(database, fetch=unreachable).reason or "")


def test_fault_of_ours_in_one_list_is_that_lists_failure_only(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    run = imported(database, fetch=lambda _: 1 // 0)
    assert (run.status, "see the log" in (run.reason or "")) == (RunStatus.FAILED, True)
    assert "ZeroDivisionError" in caplog.text


def test_a_source_removed_while_it_is_read_stays_removed(either_database: Database) -> None:
    database = either_database
    imported(database, *some(3))

    def removed_meanwhile(source: Source) -> Fetched:
        with database.write() as write:
            remove_source(write, source.id, now=NOW)
        return answer(*some(4))(source)

    run = imported(database, fetch=removed_meanwhile, at=NOW + DAY)
    assert (run.status, "removed" in (run.reason or "")) == (RunStatus.FAILED, True)
    assert set(statuses(database).values()) == {MeetingStatus.WITHDRAWN}


def test_what_another_import_left_meanwhile_is_looked_at_anew(either_database: Database) -> None:
    database = either_database
    early, late = ([bmlt_record(start_time=start)] for start in ("19:30:00", "21:00:00"))
    imported(database, *early)

    def overtaken(source: Source) -> Fetched:
        imported(database, *late, at=NOW + DAY, run_id="meanwhile")
        return answer(*early)(source)

    run = imported(database, fetch=overtaken, at=NOW + 2 * DAY)
    assert (run.status, run.counts.changed) == (RunStatus.SUCCEEDED, 1)


def test_a_refused_record_ends_an_absence(database: Database) -> None:
    imported(database, *some(30))
    imported(database, *some(29), at=NOW + DAY)
    assert statuses(database)["29"] is MeetingStatus.UNCONFIRMED
    imported(database, *some(29), bmlt_record(id_bigint="29", meeting_name=""), at=NOW + 2 * DAY)
    assert statuses(database)["29"] is MeetingStatus.ACTIVE


def test_unknown_importer_is_the_sources_failure(database: Database) -> None:
    run = imported(database, *some(1), source=replace(SOURCE, importer="tarot"))
    assert "no importer is called 'tarot'" in (run.reason or "")


def test_missing_meeting_is_withdrawn_after_three_good_imports_and_seven_days(either_database: Database) -> None:
    database = either_database
    imported(database, *some(30))
    seen = []
    for days in (1, 2, 5, 9):
        imported(database, *some(29, start=1), at=NOW + days * DAY)
        seen.append(statuses(database)["0"])
    assert seen == [MeetingStatus.UNCONFIRMED] * 3 + [MeetingStatus.WITHDRAWN]


def test_withdrawn_meeting_returns_under_its_id(either_database: Database) -> None:
    database = either_database
    imported(database, *some(3))
    with database.read() as read:
        ids = {one.key: one.meeting_id for one in held_listings(read, SOURCE.id)}
    imported(database, *some(2), at=NOW + DAY, confirm=True)
    imported(database, *some(3), at=NOW + 2 * DAY)
    with database.read() as read:
        assert {one.key: one.meeting_id for one in held_listings(read, SOURCE.id)} == ids
    assert set(statuses(database).values()) == {MeetingStatus.ACTIVE}


def test_refused_record_keeps_its_last_good_version(database: Database) -> None:
    imported(database, *some(3))
    run = imported(database, bmlt_record(id_bigint="0", start_time="25:00"), *some(2, start=1), at=NOW + DAY)
    assert (run.counts.rejected, run.counts.missing, statuses(database)["0"]) == (1, 0, MeetingStatus.ACTIVE)


def test_record_no_longer_published_is_suspended_and_comes_back(database: Database) -> None:
    imported(database, *some(3))
    imported(database, bmlt_record(id_bigint="0", published="0"), *some(2, start=1), at=NOW + DAY)
    assert statuses(database)["0"] == MeetingStatus.SUSPENDED
    imported(database, *some(3), at=NOW + 2 * DAY)
    assert statuses(database)["0"] == MeetingStatus.ACTIVE


def test_what_was_taken_away_meanwhile_is_read_again_from_the_same_bytes(database: Database) -> None:
    imported(database, *some(3))
    imported(database, *some(1), at=NOW + DAY, confirm=True)
    imported(database, *some(3), at=NOW + 2 * DAY, confirm=True)
    assert set(statuses(database).values()) == {MeetingStatus.ACTIVE}


def test_findings_of_one_kind_are_bounded_and_all_are_counted(database: Database) -> None:
    records = [record | {"virtual_meeting_link": "ftp://x"} for record in some(20)]
    run = imported(database, *records, findings_per_code=5)
    assert (len(run.findings), run.findings_total) == (5, 20)
