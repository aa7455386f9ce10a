"""Reports kept: they raise a flag, hide nothing, and a volunteer settles them."""

import gzip
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from meetings.errors import NotFound
from meetings.listing import id_from_number, number_of
from meetings.model import Meeting, MeetingStatus
from meetings.reports import REPORTS_PER_MEETING, Report, ReportKind, ReportOutcome, network_of
from meetings.source import ImportPlan, Placed
from meetings.suspension import status_at
from store.backup import backup
from store.database import Database
from store.imports import apply_plan, held_listings
from store.index_rows import read_index_rows
from store.meetings import get_meetings
from store.reporters import count_reporter, forget_reporters
from store.reports import add_report, list_reports, resolve_reports
from store.tables import reporter_keys, reporter_marks, reports
from tests.builders import NOW, a_listing

ID = id_from_number(number_of("lantern", "1"))
KEYS = Random(1)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def one(listed: Database) -> Database:
    placed = Placed(meeting_id=ID, key="1", listing=a_listing(), content_key="c", fingerprint="f")
    with listed.write() as write:
        apply_plan(write, ImportPlan(source_id="lantern", added=(placed,)), run_id="run", now=NOW)
    return listed


def report(database: Database, number: int = 1, *, network: str = "192.0.2.0/24", **changes: Any) -> bool:
    facts: dict[str, Any] = {"id": f"r{number}", "meeting_id": ID, "kind": ReportKind.NOT_MEETING, "at": NOW}
    with database.write() as write:
        return add_report(write, Report(**(facts | changes)), network=network, new_key=KEYS.randbytes(32))


def reported(database: Database, *, networks: int = 3, first: int = 1, **changes: Any) -> bool:
    """Reports from so many networks; whether the last of them raised a flag."""
    numbers = range(first, first + networks)
    return [report(database, network=f"10.0.{n}.0/24", id=KEYS.randbytes(9).hex(), **changes) for n in numbers][-1]


def dumped(database: Database) -> str:
    """All that the database keeps, but for the list itself."""
    with database.read() as read:
        tables = (reports, reporter_keys, reporter_marks)
        return repr([tuple(row) for table in tables for row in read.connection.execute(select(table))])


def meeting(database: Database) -> Meeting:
    with database.read() as read:
        (found,) = get_meetings(read, [ID])
    assert found is not None
    return found


def settle(database: Database, outcome: ReportOutcome) -> int:
    with database.write() as write:
        return resolve_reports(write, ID, outcome, now=TOMORROW)


def test_report_is_kept_for_volunteers_newest_first(one: Database) -> None:
    report(one)
    report(one, 2, at=TOMORROW, kind=ReportKind.WRONG_TIME, detail="Starts at 20:00")
    with one.read() as read:
        assert [found.id for found in list_reports(read)] == ["r2", "r1"]
        assert list_reports(read)[0].detail == "Starts at 20:00"


def test_reports_are_listed_by_source(one: Database) -> None:
    report(one)
    with one.read() as read:
        assert (len(list_reports(read, ("lantern",))), list_reports(read, ("harbor",))) == (1, ())


@pytest.mark.parametrize(("networks", "status"), [(2, MeetingStatus.ACTIVE), (3, MeetingStatus.UNCONFIRMED)])
def test_enough_distinct_networks_make_it_unconfirmed_and_hide_nothing(
    one: Database, networks: int, status: MeetingStatus
) -> None:
    assert reported(one, networks=networks) == (networks == 3)
    with one.read() as read:
        (row,) = read_index_rows(read, now=NOW)
    assert (meeting(one).status, row.status) == (status, status.value)


def test_flag_is_raised_once(one: Database) -> None:
    assert reported(one)
    revision = meeting(one).revision
    assert not reported(one, first=4)
    assert meeting(one).revision == revision


@pytest.mark.parametrize("kind", [kind for kind in ReportKind if kind != ReportKind.NOT_MEETING])
def test_other_complaints_raise_no_flag(one: Database, kind: ReportKind) -> None:
    assert not reported(one, networks=5, kind=kind)


def test_flag_is_no_difference_for_the_next_import(one: Database) -> None:
    reported(one)
    with one.read() as read:
        assert [held.status for held in held_listings(read, "lantern")] == [MeetingStatus.ACTIVE]


@pytest.mark.parametrize("outcome", [ReportOutcome.CONFIRMED_MEETING, ReportOutcome.FIXED])
def test_settling_takes_the_flag_back(one: Database, outcome: ReportOutcome) -> None:
    reported(one)
    assert settle(one, outcome) == 3
    assert status_at(meeting(one), TOMORROW) == MeetingStatus.ACTIVE
    with one.read() as read:
        assert list_reports(read) == ()


def test_settled_as_not_meeting_it_is_suspended_until_further_notice(one: Database) -> None:
    reported(one)
    settle(one, ReportOutcome.NOT_MEETING)
    assert status_at(meeting(one), TOMORROW) == MeetingStatus.SUSPENDED
    assert status_at(meeting(one), NOW + timedelta(days=4000)) == MeetingStatus.SUSPENDED


def test_settling_twice_is_once(one: Database) -> None:
    reported(one)
    settle(one, ReportOutcome.NOT_MEETING)
    revision = meeting(one).revision
    assert settle(one, ReportOutcome.NOT_MEETING) == 0
    assert meeting(one).revision == revision


def test_thousand_reports_of_one_network_are_one_reporter(one: Database) -> None:
    with one.write() as write:
        told = Report(id="x", meeting_id=ID, kind=ReportKind.NOT_MEETING, at=NOW)
        counts = {
            count_reporter(write, ID, network_of(f"192.0.2.{number % 256}"), new_key=bytes(32), now=told.at)
            for number in range(1000)
        }
    assert counts == {1}
    assert not report(one, network=network_of("192.0.2.9"))
    assert meeting(one).status == MeetingStatus.ACTIVE


def test_one_network_that_reports_every_day_never_raises_a_flag(one: Database) -> None:
    assert not any(report(one, day, at=NOW + timedelta(days=day)) for day in range(20))


def test_reporters_are_told_apart_over_midnight_and_forgotten_after_the_second_day(one: Database) -> None:
    reported(one, networks=2)
    assert not reported(one, networks=2, at=TOMORROW)
    assert reported(one, networks=1, first=3, at=TOMORROW)
    settle(one, ReportOutcome.FIXED)
    assert not reported(one, networks=2, first=4, at=TOMORROW)
    assert not reported(one, networks=1, first=6, at=NOW + timedelta(days=3))


def test_reports_of_another_meeting_s_networks_do_not_count(one: Database) -> None:
    with one.write() as write:
        counts = [
            count_reporter(write, f"M{number}", f"10.0.{number}.0/24", new_key=bytes(32), now=NOW)
            for number in range(3)
        ]
    assert counts == [1, 1, 1]


def test_nothing_of_who_reported_is_kept_and_after_two_days_not_even_a_mark(one: Database) -> None:
    reported(one)
    whole = dumped(one)
    assert not [word for number in (1, 2, 3) for word in (f"10.0.{number}", "/24") if word in whole]
    with one.write() as write:
        forget_reporters(write, NOW + timedelta(days=2))
    with one.read() as read:
        left = [read.connection.execute(select(table)).all() for table in (reporter_keys, reporter_marks)]
    assert left == [[], []]


def test_no_backup_holds_what_is_to_be_forgotten(one: Database, tmp_path: Path) -> None:
    reported(one)
    with one.read() as read:
        backup(read, tmp_path / "backup")
        keys = list(read.connection.scalars(select(reporter_keys.c.key)))
        marks = list(read.connection.scalars(select(reporter_marks.c.mark)))
    text = gzip.decompress((tmp_path / "backup").read_bytes()).decode()
    assert (len(keys), len(marks)) == (1, 3)
    assert not [secret for secret in (*keys, *marks) if secret in text]


def test_flood_of_reports_fills_no_disk(one: Database) -> None:
    for number in range(REPORTS_PER_MEETING + 5):
        report(one, number)
    with one.read() as read:
        assert len(list_reports(read)) == REPORTS_PER_MEETING


def test_report_of_nothing_is_refused(one: Database) -> None:
    with pytest.raises(NotFound):
        report(one, meeting_id="M0000000000000")
