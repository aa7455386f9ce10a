"""Suspensions kept: imports leave them alone, and all that reads meetings shows them."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from meetings.errors import InvalidQuery
from meetings.listing import id_from_number, number_of
from meetings.model import Meeting, MeetingStatus
from meetings.recurrence import occurrences
from meetings.source import ImportPlan, Placed
from meetings.suspension import Suspension, status_at
from store.changes import history, last_change
from store.database import Database
from store.imports import apply_plan
from store.index_rows import IndexRow, read_index_rows
from store.meetings import get_meetings
from store.sources import put_source
from store.suspensions import suspend_meetings
from store.tables import meetings
from tests.builders import NOW, a_listing, a_recurrence, a_source

ID = id_from_number(number_of("lantern", "1"))
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


def put(database: Database, **changes: Any) -> None:
    """An import of one meeting, on Tuesdays in New York."""
    placed = Placed(meeting_id=ID, key="1", listing=a_listing(**changes), content_key="c", fingerprint="f")
    with database.write() as write:
        known = get_meetings(write, [ID])[0] is not None
        added, changed = ((), (placed,)) if known else ((placed,), ())
        plan = ImportPlan(source_id="lantern", added=added, changed=changed)
        apply_plan(write, plan, run_id="run", now=NOW)


@pytest.fixture
def one(listed: Database) -> Database:
    put(listed)
    return listed


def suspend(database: Database, first: date = FIRST, last: date | None = LAST, **told: Any) -> tuple[str, ...]:
    facts: dict[str, Any] = {"ids": [ID], "note": None, "now": NOW}
    with database.write() as write:
        return suspend_meetings(write, first=first, last=last, **(facts | told))


def meeting(database: Database) -> Meeting:
    with database.read() as read:
        (found,) = get_meetings(read, [ID])
    assert found is not None
    return found


def index_row(database: Database, now: datetime = NOW) -> IndexRow:
    with database.read() as read:
        (row,) = read_index_rows(read, now=now)
    return row


def test_suspended_meeting_tells_it_with_its_dates_cancelled(one: Database) -> None:
    assert suspend(one, note="Winter break") == (ID,)
    found = meeting(one)
    assert found.suspension == Suspension(first=FIRST, last=LAST, note="Winter break")
    assert ([e.day.day for e in found.exceptions], found.status) == ([1, 8, 15, 22, 29], MeetingStatus.ACTIVE)
    assert status_at(found, NOW + timedelta(days=20)) == MeetingStatus.SUSPENDED


def test_import_keeps_it(one: Database) -> None:
    suspend(one, note="Winter break")
    put(one, recurrence=a_recurrence(starts=a_recurrence().starts.replace(hour=18)), name="Dawn")
    found = meeting(one)
    assert (found.name, found.suspension is not None, len(found.exceptions)) == ("Dawn", True, 5)


def test_suspending_is_one_logged_change_and_a_new_revision(one: Database) -> None:
    before = meeting(one).revision
    suspend(one)
    with one.read() as read:
        log = history(read, ID)
    assert (meeting(one).revision, len(log), log[-1].run_id) == (before + 1, 2, None)
    assert log[-1].before is not None
    assert log[-1].after is not None
    assert (log[-1].before["suspended_from"], log[-1].after["suspended_from"]) == (None, "2026-12-01")


def test_same_suspension_again_changes_nothing(one: Database) -> None:
    suspend(one)
    with one.read() as read:
        change = last_change(read)
    assert suspend(one) == ()
    with one.read() as read:
        assert last_change(read) == change


@pytest.mark.parametrize("last", [date(2026, 11, 21), date(2026, 11, 1)])
def test_last_day_that_is_past_ends_it(one: Database, last: date) -> None:
    suspend(one, last=None, first=date(2026, 10, 1))
    assert suspend(one, first=date(2026, 10, 1), last=last) == (ID,)
    assert (meeting(one).suspension, meeting(one).exceptions) == (None, ())


def test_meetings_that_there_are_not_are_passed_over(one: Database) -> None:
    assert suspend(one, ids=["M0000000000000", ID, ID]) == (ID,)


@pytest.mark.parametrize(
    ("told", "argument"),
    [
        ({"last": date(2026, 11, 30)}, "until"),
        ({"last": date(2028, 1, 1)}, "until"),
        ({"first": date(2062, 1, 1), "last": None}, "from"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(one: Database, told: dict[str, Any], argument: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        suspend(one, **told)
    assert refused.value.argument == argument


@pytest.mark.parametrize(
    ("days", "status"),
    [(0, "ACTIVE"), (8, "ACTIVE"), (9, "SUSPENDED"), (38, "SUSPENDED"), (40, "ACTIVE")],
)
def test_index_shows_it_suspended_on_days_that_are_suspended_to_their_end(
    one: Database, days: int, status: str
) -> None:
    # NOW is 18:30 UTC, in New York the same day; on day 39, 31 December there, midnight of UTC comes first.
    suspend(one)
    assert index_row(one, NOW + timedelta(days=days)).status == status


def test_index_has_the_dates_cancelled(one: Database) -> None:
    suspend(one)
    assert index_row(one).exceptions.count("2026-12-") == 5


def test_index_has_no_dates_after_a_suspension_without_end(one: Database) -> None:
    suspend(one, last=None)
    assert (index_row(one).until, index_row(one).status) == ("2026-11-30", "ACTIVE")
    assert index_row(one, NOW + timedelta(days=400)).status == "SUSPENDED"


def test_meeting_by_appointment_can_be_suspended(listed: Database) -> None:
    put(listed, recurrence=None)
    suspend(listed)
    assert status_at(meeting(listed), NOW + timedelta(days=20)) == MeetingStatus.SUSPENDED
    assert index_row(listed, NOW + timedelta(days=20)).status == "SUSPENDED"


def test_meeting_and_index_cancel_the_same_dates(one: Database) -> None:
    suspend(one)
    found = meeting(one)
    assert found.recurrence is not None
    cancelled = [
        o for o in occurrences(found.recurrence, found.exceptions, NOW, NOW + timedelta(days=99)) if o.cancelled
    ]
    assert [day for day in (o.date.isoformat() for o in cancelled) if day not in index_row(one).exceptions] == []


def test_meeting_of_two_lists_is_suspended_in_both(one: Database) -> None:
    other = id_from_number(number_of("harbour", "9"))
    placed = Placed(meeting_id=other, key="9", listing=a_listing(), content_key="c", fingerprint="f")
    with one.write() as write:
        put_source(write, a_source(id="harbour", added_at=NOW + timedelta(days=1)))
        apply_plan(write, ImportPlan(source_id="harbour", added=(placed,)), run_id="other", now=NOW)
        suspend_meetings(write, [ID], first=FIRST, last=None, note=None, now=NOW)
        rows = write.connection.execute(select(meetings.c.shown_as, meetings.c.suspended_from)).all()
    assert [row.shown_as for row in rows] == [ID, ID]
    assert [row.suspended_from for row in rows] == [FIRST, FIRST]
