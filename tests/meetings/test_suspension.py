"""Meetings that a person suspended: how they stand, what is cancelled, and what calendars show."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.agenda import agenda
from meetings.ical import render_meeting
from meetings.model import Meeting, MeetingStatus
from meetings.recurrence import DatedException, next_occurrence, occurrences
from meetings.series import PieceKind, anchor_of, pieces, span_of
from meetings.suspension import Suspension, ended_at, is_held, status_at, with_cancelled
from tests.builders import NOW, a_meeting, a_recurrence, a_schedule

# Tuesdays in New York; NOW is Sunday, 22 November 2026.
DECEMBER = Suspension(first=date(2026, 12, 1), last=date(2026, 12, 31), note="Winter break")
OPEN = Suspension(first=date(2026, 12, 1))
WEEKLY = a_recurrence()


def suspended(suspension: Suspension, **changes: Any) -> Meeting:
    """As the store tells it."""
    meeting = a_meeting(suspension=suspension, **changes)
    if suspension.last is None or meeting.recurrence is None:
        return meeting
    exceptions = with_cancelled(meeting.recurrence, meeting.exceptions, suspension, suspension.last)
    return replace(meeting, exceptions=exceptions)


def held(meeting: Meeting, until: datetime) -> list[date]:
    found = agenda(a_schedule(meeting), {meeting.id: meeting}, NOW, until)
    return [one.occurrence.date for one in found if not one.occurrence.cancelled]


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2026-12-01T04:59:59", MeetingStatus.ACTIVE),
        ("2026-12-01T05:00:00", MeetingStatus.SUSPENDED),
        ("2027-01-01T04:59:59", MeetingStatus.SUSPENDED),
        ("2027-01-01T05:00:00", MeetingStatus.ACTIVE),
    ],
)
def test_it_is_suspended_on_its_own_days_both_included(day: str, status: MeetingStatus) -> None:
    assert status_at(suspended(DECEMBER), datetime.fromisoformat(day).replace(tzinfo=UTC)) == status


def test_days_of_a_meeting_by_appointment_are_those_of_utc() -> None:
    meeting = suspended(DECEMBER, recurrence=None)
    assert status_at(meeting, datetime(2026, 12, 1, tzinfo=UTC)) == MeetingStatus.SUSPENDED


def test_what_is_gone_is_not_shown_as_merely_suspended() -> None:
    meeting = suspended(OPEN, status=MeetingStatus.WITHDRAWN)
    assert status_at(meeting, NOW + timedelta(days=30)) == MeetingStatus.WITHDRAWN


def test_nothing_is_held_in_the_span_and_all_goes_on_after_it() -> None:
    days = held(suspended(DECEMBER), NOW + timedelta(days=60))
    assert days == [date(2026, 11, 24), date(2027, 1, 5), date(2027, 1, 12), date(2027, 1, 19)]


def test_without_a_last_day_nothing_is_held_any_more() -> None:
    assert held(suspended(OPEN), NOW + timedelta(days=4000)) == [date(2026, 11, 24)]


def test_date_moved_into_the_span_is_cancelled_and_one_moved_out_of_it_is_held() -> None:
    moved_in = DatedException(day=date(2026, 11, 24), moved_to=(date(2026, 12, 2), time(18, 0)))
    moved_out = DatedException(day=date(2026, 12, 29), moved_to=(date(2027, 1, 2), time(18, 0)))
    found = {one.day: one for one in with_cancelled(WEEKLY, (moved_in, moved_out), DECEMBER, date(2026, 12, 31))}
    assert (found[moved_in.day].cancelled, found[moved_out.day]) == (True, moved_out)
    assert len(found) == 6


@given(st.integers(0, 400), st.integers(0, 370), st.integers(1, 4))
def test_no_date_of_the_span_is_held_and_no_other_is_lost(begin: int, length: int, interval: int) -> None:
    rule = a_recurrence(interval=interval, anchor=date(2026, 1, 1))
    first = date(2026, 6, 1) + timedelta(days=begin)
    suspension = Suspension(first=first, last=first + timedelta(days=length))
    start, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    cancelled = with_cancelled(rule, (), suspension, first + timedelta(days=length))
    all_dates = [one.date for one in occurrences(rule, (), start, until)]
    found = [one.date for one in occurrences(rule, cancelled, start, until) if not one.cancelled]
    assert found == [day for day in all_dates if not suspension.covers(day)]


def test_next_occurrence_is_the_first_after_the_span() -> None:
    meeting = suspended(DECEMBER)
    assert meeting.recurrence is not None
    found = next_occurrence(meeting.recurrence, meeting.exceptions, datetime(2026, 12, 1, tzinfo=UTC))
    assert found is not None
    assert found.date == date(2027, 1, 5)


def test_calendar_tells_each_cancelled_date_of_a_span_and_goes_on() -> None:
    found = pieces(suspended(DECEMBER), span_of(anchor_of(NOW)))
    notices = [piece for piece in found if piece.kind == PieceKind.CANCELLED]
    assert ([piece.note for piece in notices], len(found) > 5) == (["Winter break"] * 5, True)
    assert not any(piece.rrule and "UNTIL" in piece.rrule for piece in found)


def test_calendar_of_a_span_without_end_ends_with_one_notice_at_its_first_date() -> None:
    found = pieces(suspended(OPEN), span_of(anchor_of(NOW)))
    (notice,) = [piece for piece in found if piece.kind == PieceKind.SUSPENDED]
    series = [piece for piece in found if piece.rrule]
    assert notice.starts.date() == date(2026, 12, 1)
    assert [piece.rrule.split("UNTIL=")[1][:8] for piece in series if piece.rrule] == ["20261125"]


def test_file_of_a_meeting_is_given_before_and_not_after_it_ended() -> None:
    meeting = suspended(OPEN)
    assert render_meeting(meeting, now=NOW) is not None
    assert render_meeting(meeting, now=NOW + timedelta(days=30)) is None


def test_meeting_that_its_source_suspended_has_ended_when_that_became_known() -> None:
    meeting = suspended(OPEN, status=MeetingStatus.SUSPENDED)
    assert (ended_at(meeting), is_held(meeting, NOW)) == (NOW, False)
