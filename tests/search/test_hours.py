"""What time filters accept of single starts: days, hours over midnight, parts of the day, ends, lengths."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.errors import InvalidQuery
from meetings.model import TimeOfDay, Weekday
from meetings.search import TimeFilter
from search.clock import DAY, WEEK, Zones, make_zones, minute_of
from search.hours import accepts, judgement_of
from tests.builders import NOW
from tests.search.brute_force_clock import fits_reading
from tests.search.questions import a_time_filter

ZONES: Zones = make_zones(NOW - timedelta(days=30), NOW + timedelta(days=60))
FRIDAY, SATURDAY, SUNDAY = Weekday.FRIDAY * DAY, Weekday.SATURDAY * DAY, Weekday.SUNDAY * DAY


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(values, np.int32)


def accepted(week_minute: int, minutes: int = 60, **asked: Any) -> bool:
    judgement = judgement_of(TimeFilter(**asked), ZONES)
    return bool(accepts(judgement, ZONES, ints(0), ints(week_minute), ints(minutes))[0])


@settings(max_examples=15)
@given(st.integers(0, 2**32).map(Random))
def test_every_minute_of_the_week_is_judged_as_the_filter_reads(random: Random) -> None:
    asked = TimeFilter(**{**a_time_filter(random), "zone": None})
    week = np.arange(WEEK, dtype=np.int32)
    length = random.choice((15, 60, 90, 1439))
    found = accepts(judgement_of(asked, ZONES), ZONES, week, week, np.full(WEEK, length, np.int32))
    expected = [fits_reading(m // DAY, m % DAY, timedelta(minutes=length), asked) for m in range(WEEK)]
    assert found.tolist() == expected, asked


def test_friday_night_runs_into_saturday() -> None:
    night: dict[str, Any] = {"days": frozenset({Weekday.FRIDAY}), "starts_from": 22 * 60, "starts_before": 120}
    assert accepted(SATURDAY + 60, **night)
    assert not accepted(FRIDAY + 60, **night)


def test_hours_that_open_and_close_at_one_time_are_a_whole_day_from_then() -> None:
    night: dict[str, Any] = {"days": frozenset({Weekday.FRIDAY}), "starts_from": 120, "starts_before": 120}
    assert accepted(SATURDAY + 119, **night)
    assert not accepted(SATURDAY + 120, **night)


def test_a_night_opens_at_nine_in_the_evening_before() -> None:
    asked: dict[str, Any] = {"days": frozenset({Weekday.SATURDAY}), "times_of_day": frozenset({TimeOfDay.NIGHT})}
    assert accepted(SUNDAY + 299, **asked)
    assert not accepted(SATURDAY + 299, **asked)


def test_a_day_alone_is_the_day_of_the_start() -> None:
    assert accepted(SATURDAY + 60, days=frozenset({Weekday.SATURDAY}))
    assert not accepted(SATURDAY + 60, days=frozenset({Weekday.FRIDAY}))


def test_sunday_night_runs_into_monday() -> None:
    assert accepted(30, days=frozenset({Weekday.SUNDAY}), starts_from=22 * 60, starts_before=60)


def test_over_by_ten_means_by_ten_sharp() -> None:
    assert accepted(FRIDAY + 21 * 60, ends_by=22 * 60)
    assert not accepted(FRIDAY + 21 * 60 + 1, ends_by=22 * 60)


def test_over_by_midnight_is_the_end_of_the_day() -> None:
    assert accepted(FRIDAY + 23 * 60, ends_by=0)
    assert not accepted(FRIDAY + 23 * 60 + 1, ends_by=0)


def test_over_by_two_after_opening_at_ten_is_the_next_morning() -> None:
    assert accepted(FRIDAY + 23 * 60, minutes=180, starts_from=22 * 60, ends_by=120)
    assert not accepted(FRIDAY + 23 * 60, minutes=181, starts_from=22 * 60, ends_by=120)


def test_lengths_are_bounds_included() -> None:
    sixty = timedelta(minutes=60)
    assert accepted(FRIDAY, min_duration=sixty, max_duration=sixty)
    assert not accepted(FRIDAY, min_duration=timedelta(minutes=60, seconds=1))
    assert not accepted(FRIDAY, max_duration=timedelta(minutes=59, seconds=59))


def test_an_excluded_day_is_that_of_the_start_not_of_the_opening() -> None:
    night: dict[str, Any] = {"starts_from": 22 * 60, "starts_before": 120}
    assert not accepted(SATURDAY + 60, excluded_days=frozenset({Weekday.SATURDAY}), **night)
    assert accepted(SATURDAY + 60, excluded_days=frozenset({Weekday.FRIDAY}), **night)


def test_a_viewer_reads_the_instant_by_the_own_clock() -> None:
    judgement = judgement_of(TimeFilter(days=frozenset({Weekday.MONDAY}), zone="Pacific/Kiritimati"), ZONES)
    sunday_evening = minute_of(NOW)
    assert accepts(judgement, ZONES, ints(sunday_evening), ints(SUNDAY), ints(60))[0]


def test_a_zone_nobody_knows_is_named_in_the_error() -> None:
    with pytest.raises(InvalidQuery, match=r"filter\.time\.zone.*'Middle/Earth'"):
        judgement_of(TimeFilter(zone="Middle/Earth"), ZONES)
