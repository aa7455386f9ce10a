"""Reports kept: they raise a flag, hide nothing, and a volunteer settles them."""

from datetime import timedelta
from typing import Any

import pytest

from meetings.errors import NotFound
from meetings.listing import id_from_number, number_of
from meetings.model import Meeting, MeetingStatus
from meetings.reports import REPORTS_PER_MEETING, Report, ReportKind, ReportOutcome
from meetings.source import ImportPlan, Placed
from meetings.suspension import status_at
from store.database import Database
from store.imports import apply_plan, held_listings
from store.index_rows import read_index_rows
from store.meetings import get_meetings
from store.reports import add_report, list_reports, resolve_reports
from tests.builders import NOW, a_listing

ID = id_from_number(number_of("lantern", "1"))
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def one(listed: Database) -> Database:
    placed = Placed(meeting_id=ID, key="1", listing=a_listing(), content_key="c", fingerprint="f")
    with listed.write() as write:
        apply_plan(write, ImportPlan(source_id="lantern", added=(placed,)), run_id="run", now=NOW)
    return listed


def report(database: Database, number: int = 1, *, reporters: int = 1, **changes: Any) -> bool:
    facts: dict[str, Any] = {"id": f"r{number}", "meeting_id": ID, "kind": ReportKind.NOT_MEETING, "at": NOW}
    with database.write() as write:
        return add_report(write, Report(**(facts | changes)), reporters=reporters)


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


@pytest.mark.parametrize(("reporters", "status"), [(2, MeetingStatus.ACTIVE), (3, MeetingStatus.UNCONFIRMED)])
def test_enough_distinct_reporters_make_it_unconfirmed_and_hide_nothing(
    one: Database, reporters: int, status: MeetingStatus
) -> None:
    assert report(one, reporters=reporters) == (reporters == 3)
    with one.read() as read:
        (row,) = read_index_rows(read, now=NOW)
    assert (meeting(one).status, row.status) == (status, status.value)


def test_flag_is_raised_once(one: Database) -> None:
    assert report(one, 1, reporters=3)
    revision = meeting(one).revision
    assert not report(one, 2, reporters=4)
    assert meeting(one).revision == revision


@pytest.mark.parametrize("kind", [kind for kind in ReportKind if kind != ReportKind.NOT_MEETING])
def test_other_complaints_raise_no_flag(one: Database, kind: ReportKind) -> None:
    assert not report(one, reporters=50, kind=kind)


def test_flag_is_no_difference_for_the_next_import(one: Database) -> None:
    report(one, reporters=3)
    with one.read() as read:
        assert [held.status for held in held_listings(read, "lantern")] == [MeetingStatus.ACTIVE]


@pytest.mark.parametrize("outcome", [ReportOutcome.CONFIRMED_MEETING, ReportOutcome.FIXED])
def test_settling_takes_the_flag_back(one: Database, outcome: ReportOutcome) -> None:
    report(one, reporters=3)
    assert settle(one, outcome) == 1
    assert status_at(meeting(one), TOMORROW) == MeetingStatus.ACTIVE
    with one.read() as read:
        assert list_reports(read) == ()


def test_settled_as_not_meeting_it_is_suspended_until_further_notice(one: Database) -> None:
    report(one, reporters=3)
    settle(one, ReportOutcome.NOT_MEETING)
    assert status_at(meeting(one), TOMORROW) == MeetingStatus.SUSPENDED
    assert status_at(meeting(one), NOW + timedelta(days=4000)) == MeetingStatus.SUSPENDED


def test_settling_twice_is_once(one: Database) -> None:
    report(one, reporters=3)
    settle(one, ReportOutcome.NOT_MEETING)
    revision = meeting(one).revision
    assert settle(one, ReportOutcome.NOT_MEETING) == 0
    assert meeting(one).revision == revision


def test_flood_of_reports_fills_no_disk(one: Database) -> None:
    for number in range(REPORTS_PER_MEETING + 5):
        report(one, number)
    with one.read() as read:
        assert len(list_reports(read)) == REPORTS_PER_MEETING


def test_report_of_nothing_is_refused(one: Database) -> None:
    with pytest.raises(NotFound):
        report(one, meeting_id="M0000000000000")
