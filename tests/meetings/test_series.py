"""Dates cut into pieces that every client reads alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from meetings.model import Meeting, MeetingStatus, Weekday
from meetings.recurrence import DatedException
from meetings.schedule import ScheduleEntry
from meetings.series import Piece, PieceKind, anchor_of, anchored_at, pieces, span_of
from tests.builders import NOW, a_meeting, a_recurrence, an_entry

HOUR = timedelta(hours=1)
SPAN = span_of(date(2026, 10, 1))
#: Tuesdays.
EIGHTH, FIFTEENTH = date(2026, 12, 8), date(2026, 12, 15)


def _weekly(**changes: Any) -> Meeting:
    return a_meeting(recurrence=a_recurrence(**changes))


def _sunday(hour: int, minute: int, **changes: Any) -> Meeting:
    return _weekly(weekday=Weekday.SUNDAY, starts=time(hour, minute), **changes)


def _entry(**changes: Any) -> ScheduleEntry:
    return an_entry(a_meeting(), added_on=date(2026, 10, 1), **changes)


def _by_segment(meeting: Meeting, entry: ScheduleEntry | None = None) -> dict[str, Piece]:
    found = pieces(meeting, SPAN, entry)
    named = {piece.segment: piece for piece in found}
    assert len(named) == len(found)
    return named


# --- Rules --------------------------------------------------------------------------------------


def test_weekly_meeting_is_one_series_on_its_one_day() -> None:
    (piece,) = pieces(_weekly(), SPAN)
    assert (piece.rrule, piece.starts.isoformat(), piece.zone) == (
        "FREQ=WEEKLY;BYDAY=TU",
        "2026-10-06T19:30:00",
        "America/New_York",
    )


def test_every_other_week_keeps_its_weeks_whatever_the_anchor() -> None:
    meeting = _weekly(interval=2, anchor=date(2026, 9, 29))
    starts = [pieces(meeting, span_of(date(2026, month, 1)))[0].starts.date() for month in (10, 11, 12)]
    assert [(start - date(2026, 9, 29)).days % 14 for start in starts] == [0, 0, 0]


@pytest.mark.parametrize("week", [1, 2, 3, 4, -1])
def test_week_of_the_month_is_told_as_outlook_documents_it(week: int) -> None:
    (piece,) = pieces(_weekly(weeks_of_month=(week,)), SPAN)
    assert piece.rrule == f"FREQ=MONTHLY;BYDAY=TU;BYSETPOS={week}"


def test_second_and_fourth_week_are_two_series() -> None:
    assert set(_by_segment(_weekly(weeks_of_month=(2, 4)))) == {"week 2", "week 4"}


def test_fifth_week_is_told_date_by_date() -> None:
    found = pieces(_weekly(weeks_of_month=(5,)), SPAN)
    assert {piece.rrule for piece in found} == {None}
    assert [f"{piece.starts:%y-%m-%d}" for piece in found][:3] == ["26-12-29", "27-03-30", "27-06-29"]


def test_fourth_and_last_week_never_tell_a_date_twice() -> None:
    found = _by_segment(_weekly(weeks_of_month=(4, -1)))
    assert "week 4" in found
    assert all(piece.starts.day > 28 for segment, piece in found.items() if segment != "week 4")


def test_all_weeks_of_the_month_are_every_week() -> None:
    (piece,) = pieces(_weekly(weeks_of_month=(1, 2, 3, 4, 5)), SPAN)
    assert piece.rrule == "FREQ=WEEKLY;BYDAY=TU"


def test_end_past_midnight_is_on_the_next_day() -> None:
    (piece,) = pieces(_weekly(starts=time(23, 30)), SPAN)
    assert piece.ends.isoformat() == "2026-10-07T01:00:00"


def test_meeting_by_appointment_has_no_dates() -> None:
    assert pieces(a_meeting(recurrence=None), SPAN) == []


# --- Clock changes ------------------------------------------------------------------------------


def test_start_in_a_gap_is_told_alone_in_utc_and_the_series_begins_anew() -> None:
    found = _by_segment(_sunday(2, 30, duration=HOUR))
    alone = found["date 2027-03-14"]
    assert (alone.zone, alone.starts) == (None, datetime(2027, 3, 14, 7, 30, tzinfo=UTC))
    assert (found["series"].rrule or "").endswith(";UNTIL=20270307T073000Z")
    assert found["series after 2027-03-14"].starts.isoformat() == "2027-03-21T02:30:00"


def test_start_in_an_overlap_is_told_alone_in_utc_and_the_series_begins_anew() -> None:
    found = _by_segment(_sunday(1, 30, duration=HOUR))
    assert found["date 2027-11-07"].starts == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert (found["series after 2026-11-01"].rrule or "").endswith(";UNTIL=20271031T053000Z")
    assert found["series after 2027-11-07"].starts.isoformat() == "2027-11-14T01:30:00"


@pytest.mark.parametrize(("hour", "minute"), [(1, 0), (1, 30)])
def test_length_across_a_change_is_told_alone_as_elapsed_time(hour: int, minute: int) -> None:
    alone = _by_segment(_sunday(hour, minute, duration=1.5 * HOUR))["date 2027-03-14"]
    assert (alone.zone, alone.ends - alone.starts) == (None, 1.5 * HOUR)


@pytest.mark.parametrize(("hour", "minute"), [(0, 0), (3, 0), (19, 30)])
def test_hours_beside_a_change_stay_in_the_series(hour: int, minute: int) -> None:
    assert set(_by_segment(_sunday(hour, minute, duration=HOUR / 2))) == {"series"}


def test_dates_that_the_time_zone_cannot_tell_are_told_alone_in_utc() -> None:
    found = _by_segment(_sunday(12, 0, zone="America/Havana"))
    assert any(piece.zone is None for piece in found.values())


def test_series_begins_on_a_date_that_is_held() -> None:
    found = _by_segment(_weekly(), _entry(skipped_dates=(date(2026, 10, 6),)))
    assert (found["series"].starts.date(), found["series"].excluded) == (date(2026, 10, 13), ())


# --- Exceptions and choices ---------------------------------------------------------------------


def test_cancelled_date_is_excluded_and_noticed() -> None:
    meeting = a_meeting(exceptions=(DatedException(day=EIGHTH, note="Closed."),))
    found = _by_segment(meeting)
    assert [at.date() for at in found["series"].excluded] == [EIGHTH]
    notice = found["notice 2026-12-08"]
    assert (notice.kind, notice.starts.date(), notice.note) == (PieceKind.CANCELLED, EIGHTH, "Closed.")


def test_moved_date_is_excluded_and_told_alone() -> None:
    moved = DatedException(day=EIGHTH, moved_to=(date(2026, 12, 10), time(18, 0)))
    found = _by_segment(a_meeting(exceptions=(moved,)))
    alone = found["date 2026-12-08"]
    assert [at.date() for at in found["series"].excluded] == [EIGHTH]
    assert (alone.starts.isoformat(), alone.rrule) == ("2026-12-10T18:00:00", None)


def test_exception_on_another_day_of_the_week_changes_nothing() -> None:
    meeting = a_meeting(exceptions=(DatedException(day=date(2026, 12, 9)),))
    assert pieces(meeting, SPAN) == pieces(a_meeting(), SPAN)


def test_exceptions_before_the_anchor_are_pruned() -> None:
    meeting = a_meeting(exceptions=(DatedException(day=date(2026, 9, 29)),))
    assert pieces(meeting, SPAN) == pieces(a_meeting(), SPAN)


def test_skipped_date_is_excluded_without_a_notice() -> None:
    found = _by_segment(a_meeting(), _entry(skipped_dates=(EIGHTH,)))
    assert (set(found), [at.date() for at in found["series"].excluded]) == ({"series"}, [EIGHTH])


def test_cancelled_date_that_is_skipped_needs_no_notice() -> None:
    meeting = a_meeting(exceptions=(DatedException(day=EIGHTH),))
    assert set(_by_segment(meeting, _entry(skipped_dates=(EIGHTH,)))) == {"series"}


def test_chosen_dates_are_told_one_by_one() -> None:
    found = _by_segment(a_meeting(), _entry(dates=(FIFTEENTH, EIGHTH, date(2026, 12, 9))))
    assert {segment: piece.rrule for segment, piece in found.items()} == {
        "date 2026-12-08": None,
        "date 2026-12-15": None,
    }


def test_chosen_date_that_is_cancelled_is_noticed() -> None:
    meeting = a_meeting(exceptions=(DatedException(day=EIGHTH),))
    assert set(_by_segment(meeting, _entry(dates=(EIGHTH, FIFTEENTH)))) == {"notice 2026-12-08", "date 2026-12-15"}


# --- Ends ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [MeetingStatus.SUSPENDED, MeetingStatus.WITHDRAWN])
def test_series_that_ended_ends_with_the_last_date_held_and_says_so_on_the_next(status: MeetingStatus) -> None:
    found = _by_segment(a_meeting(status=status))
    assert (found["series"].rrule or "").endswith(";UNTIL=20261118T003000Z")
    assert (found["ended"].kind.value, found["ended"].starts.date()) == (status.value, date(2026, 11, 24))


def test_series_that_ended_is_kept_for_thirty_days_and_dropped_within_two_months() -> None:
    gone = a_meeting(status=MeetingStatus.WITHDRAWN)
    kept = pieces(gone, span_of(anchor_of(NOW + timedelta(days=30))))
    dropped = pieces(gone, span_of(anchor_of(NOW + timedelta(days=62))))
    assert (len(kept), {piece.segment for piece in dropped} & {"series"}) == (2, set())


def test_series_with_a_last_date_ends_with_it_and_nothing_is_told_after() -> None:
    found = _by_segment(_weekly(until=date(2026, 12, 10)))
    assert {segment: piece.rrule for segment, piece in found.items()} == {
        "series": "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261209T003000Z"
    }


def test_unconfirmed_meeting_goes_on() -> None:
    assert pieces(a_meeting(status=MeetingStatus.UNCONFIRMED), SPAN) == pieces(a_meeting(), SPAN)


# --- The anchor ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "anchor"),
    [
        (datetime(2026, 12, 30, 23, 59, 59, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 12, 31, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 11, 22, tzinfo=UTC), date(2026, 10, 1)),
    ],
)
def test_anchor_is_the_month_of_thirty_days_ago(now: datetime, anchor: date) -> None:
    assert anchor_of(now) == anchor


def test_anchor_is_counted_from_the_instant_at_which_it_turns() -> None:
    turned = anchored_at(date(2026, 12, 1))
    assert (anchor_of(turned), anchor_of(turned - timedelta(seconds=1))) == (date(2026, 12, 1), date(2026, 11, 1))


def test_meeting_of_the_evening_before_by_another_clock_is_kept() -> None:
    # Added on the 22nd in Auckland, it is still the 21st in New York.
    span = span_of(date(2026, 10, 1), date(2026, 11, 22))
    (piece,) = pieces(_weekly(weekday=Weekday.SATURDAY), span)
    assert piece.starts.date() == date(2026, 11, 21)
