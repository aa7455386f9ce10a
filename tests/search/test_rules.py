"""Starts written down against `meetings.recurrence`, and schedules that are one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.model import Meeting, Weekday
from meetings.recurrence import DatedException, occurrences
from search.clock import instant_of as at_minute
from search.clock import make_zones
from search.generations import horizon_of
from search.rules import BY_APPOINTMENT, Horizon, ScheduleCodes, Schedules, Starts
from tests.builders import NOW, a_meeting, a_recurrence
from tests.search.index_rows import index_row
from tests.search.worlds import a_moment, a_world

HORIZON = horizon_of(NOW)
ZONES = make_zones(at_minute(HORIZON.first), at_minute(HORIZON.last))
FIELDS = ("zone", "weekday", "starts", "minutes", "interval", "anchor", "weeks", "exceptions", "until")


def key_of(meeting: Meeting) -> Any:
    row = index_row(meeting)
    return tuple(getattr(row, name) for name in FIELDS)


def codes_of(*meetings: Meeting) -> list[int]:
    return ScheduleCodes(ZONES, HORIZON).codes(map(key_of, meetings))


def schedules_of(*meetings: Meeting) -> Schedules:
    codes = ScheduleCodes(ZONES, HORIZON)
    codes.codes(map(key_of, meetings))
    return codes.schedules()


def starts_of(starts: Starts, code: int) -> set[datetime]:
    mine = starts.keys[(starts.keys + (1 << 31)) >> 32 == code] - (code << 32)
    return {at_minute(minute) for minute in mine.tolist()}


@settings(max_examples=15)
@given(st.integers(0, 2**32).map(Random))
def test_starts_written_down_are_those_of_the_rule(random: Random) -> None:
    moment = a_moment(random)
    horizon = horizon_of(moment.now)
    first, last = at_minute(horizon.first), at_minute(horizon.last)
    codes = ScheduleCodes(make_zones(first, last), horizon)
    for meeting in a_world(random, moment, size=12).meetings:
        (code,) = codes.codes([key_of(meeting)])
        schedules, rule = codes.schedules(), meeting.recurrence
        if rule is not None and schedules.listed[code]:
            found = occurrences(rule, meeting.exceptions, first, last)
            held, off = ({o.starts_at.astimezone(UTC) for o in found if o.cancelled is gone} for gone in (False, True))
            assert (starts_of(schedules.held, code), starts_of(schedules.cancelled, code)) == (held, off), meeting


def test_meetings_at_one_time_share_a_schedule_whatever_their_zones_are_called() -> None:
    first = a_meeting(recurrence=a_recurrence(zone="Europe/Oslo"))
    second = a_meeting(recurrence=a_recurrence(zone="Europe/Berlin"))
    assert len(set(codes_of(first, second))) == 1


def test_a_meeting_by_appointment_never_starts() -> None:
    schedules = schedules_of(a_meeting(recurrence=None))
    assert codes_of(a_meeting(recurrence=None)) == [BY_APPOINTMENT]
    assert schedules.listed[BY_APPOINTMENT]
    assert schedules.held.keys.size == 0


def test_a_zone_that_tzdata_does_not_know_is_no_time_at_all() -> None:
    unknown = index_row(a_meeting())._replace(zone="Nowhere/Special")
    key: Any = tuple(getattr(unknown, name) for name in FIELDS)
    assert ScheduleCodes(ZONES, HORIZON).codes([key]) == [BY_APPOINTMENT]


def test_exceptions_long_past_make_no_schedule_of_their_own() -> None:
    past = DatedException(day=date(2020, 1, 7))
    assert len(set(codes_of(a_meeting(), a_meeting(exceptions=(past,))))) == 1


def test_a_note_on_an_exception_makes_no_schedule_of_its_own() -> None:
    days = [DatedException(day=date(2026, 12, 1), note=note) for note in (None, "No heating")]
    assert len(set(codes_of(*(a_meeting(exceptions=(day,)) for day in days)))) == 1


def test_an_anchor_long_past_leaves_a_weekly_meeting_weekly() -> None:
    schedules = schedules_of(a_meeting(recurrence=a_recurrence(anchor=date(2019, 1, 1))))
    assert not schedules.listed[1]


def test_a_date_at_the_end_of_the_calendar_breaks_nothing() -> None:
    last = DatedException(day=date(9999, 12, 28), moved_to=(date(9999, 12, 31), time(23, 59)))
    rule = a_recurrence(weekday=Weekday.TUESDAY, weeks_of_month=(-1,))
    schedules = schedules_of(a_meeting(recurrence=rule, exceptions=(last,)))
    assert len(starts_of(schedules.held, 1)) == 15


def test_new_schedules_join_those_already_made() -> None:
    monthly = [a_meeting(recurrence=a_recurrence(weeks_of_month=(week,))) for week in (1, 2, 3)]
    codes = ScheduleCodes(ZONES, HORIZON)
    codes.codes(map(key_of, monthly[:1]))
    codes.schedules()
    codes.codes(map(key_of, monthly[1:]))
    joined, at_once = codes.schedules(), schedules_of(*monthly)
    assert joined.held.keys.tolist() == at_once.held.keys.tolist()
    assert (np.diff(joined.held.keys) > 0).all()


def test_no_start_is_known_outside_the_horizon() -> None:
    horizon = Horizon(first=HORIZON.first, last=HORIZON.first + 14 * 1440)
    codes = ScheduleCodes(ZONES, horizon)
    (code,) = codes.codes([key_of(a_meeting(recurrence=a_recurrence(weeks_of_month=(1, 2, 3, 4, 5))))])
    starts = starts_of(codes.schedules().held, code)
    assert len(starts) == 2
    assert all(at_minute(horizon.first) <= start < at_minute(horizon.last) for start in starts)
    assert max(starts) - min(starts) == timedelta(days=7)
