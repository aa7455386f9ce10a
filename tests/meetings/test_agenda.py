"""What comes next in a schedule, and what overlaps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from meetings.agenda import MAX_CONFLICTS, agenda, conflicts
from meetings.model import Meeting, MeetingStatus, Weekday
from meetings.recurrence import DatedException
from meetings.schedule import Schedule
from tests.builders import NOW, a_meeting, a_recurrence, a_schedule, an_entry

FORTNIGHT = timedelta(weeks=2)
#: The Tuesdays of that fortnight.
FIRST, SECOND = date(2026, 11, 24), date(2026, 12, 1)


def _by_id(*meetings: Meeting) -> dict[str, Meeting]:
    return {meeting.id: meeting for meeting in meetings}


def _dates(schedule: Schedule, *meetings: Meeting) -> list[date]:
    return [item.occurrence.date for item in agenda(schedule, _by_id(*meetings), NOW, NOW + FORTNIGHT)]


def _at(number: int, hour: int, minute: int = 0) -> Meeting:
    return a_meeting(number, recurrence=a_recurrence(starts=time(hour, minute), duration=timedelta(hours=1)))


def test_agenda_is_soonest_first() -> None:
    late, early = a_meeting(1), a_meeting(2, recurrence=a_recurrence(weekday=Weekday.MONDAY))
    found = agenda(a_schedule(late, early), _by_id(late, early), NOW, NOW + FORTNIGHT)
    assert [item.meeting.id for item in found] == [early.id, late.id] * 2


def test_agenda_shows_a_cancelled_date_and_marks_it() -> None:
    meeting = a_meeting(exceptions=(DatedException(day=FIRST),))
    found = agenda(a_schedule(meeting), _by_id(meeting), NOW, NOW + FORTNIGHT)
    assert [item.occurrence.cancelled for item in found] == [True, False]


def test_agenda_leaves_out_skipped_dates() -> None:
    meeting = a_meeting()
    assert _dates(a_schedule(entries=(an_entry(meeting, skipped_dates=(FIRST,)),)), meeting) == [SECOND]


def test_agenda_shows_only_chosen_dates() -> None:
    meeting = a_meeting()
    assert _dates(a_schedule(entries=(an_entry(meeting, dates=(FIRST,)),)), meeting) == [FIRST]


@pytest.mark.parametrize("status", [MeetingStatus.SUSPENDED, MeetingStatus.WITHDRAWN])
def test_agenda_shows_nothing_of_a_meeting_that_is_not_held(status: MeetingStatus) -> None:
    meeting = a_meeting(status=status)
    assert _dates(a_schedule(meeting), meeting) == []


def test_agenda_shows_an_unconfirmed_meeting() -> None:
    meeting = a_meeting(status=MeetingStatus.UNCONFIRMED)
    assert _dates(a_schedule(meeting), meeting) == [FIRST, SECOND]


def test_agenda_shows_nothing_of_a_meeting_by_appointment() -> None:
    meeting = a_meeting(recurrence=None)
    assert _dates(a_schedule(meeting), meeting) == []


def test_agenda_passes_over_a_meeting_that_is_not_given() -> None:
    assert _dates(a_schedule(a_meeting(1), a_meeting(2)), a_meeting(2)) == [FIRST, SECOND]


def test_meeting_known_by_two_ids_is_shown_once() -> None:
    kept, merged = a_meeting(1), a_meeting(2)
    found = agenda(a_schedule(kept, merged), {kept.id: kept, merged.id: kept}, NOW, NOW + FORTNIGHT)
    assert len(found) == 2


def test_meetings_that_overlap_conflict_on_each_date_of_four_weeks() -> None:
    one, other = _at(1, 19), _at(2, 19, 30)
    found = conflicts(a_schedule(one, other), _by_id(one, other), NOW)
    assert [(a.meeting.id, b.meeting.id) for a, b in found] == [(one.id, other.id)] * 4


def test_meeting_that_begins_as_another_ends_is_no_conflict() -> None:
    one, other = _at(1, 19), _at(2, 20)
    assert conflicts(a_schedule(one, other), _by_id(one, other), NOW) == []


def test_cancelled_date_conflicts_with_nothing() -> None:
    one, other = _at(1, 19), a_meeting(2, exceptions=(DatedException(day=FIRST),))
    assert len(conflicts(a_schedule(one, other), _by_id(one, other), NOW)) == 3


def test_meeting_in_progress_conflicts_with_one_that_begins_before_its_end() -> None:
    one, other = _at(1, 19), _at(2, 19, 30)
    now = datetime(2026, 11, 25, 0, 15, tzinfo=UTC)
    assert len(conflicts(a_schedule(one, other), _by_id(one, other), now)) == 4


def test_long_meeting_conflicts_with_all_that_begin_before_its_end() -> None:
    long = a_meeting(1, recurrence=a_recurrence(starts=time(9, 0), duration=timedelta(hours=12)))
    others = [_at(2, 10), _at(3, 12), _at(4, 22)]
    found = conflicts(a_schedule(long, *others), _by_id(long, *others), NOW)
    assert [pair[1].meeting.id for pair in found[:2]] == [others[0].id, others[1].id]
    assert len(found) == 8


def test_conflicts_are_limited() -> None:
    many = [_at(number, 19) for number in range(60)]
    assert len(conflicts(a_schedule(*many), _by_id(*many), NOW)) == MAX_CONFLICTS
