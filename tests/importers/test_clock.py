"""Times of day and lengths as lists write them."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.clock import length_between, read_clock, read_length, read_spoken_clock


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("19:30", time(19, 30)),
        ("19:30:00", time(19, 30)),
        ("9:05", time(9, 5)),
        (" 00:00 ", time(0)),
        ("23:59:59", time(23, 59)),
    ],
)
def test_clock_is_read(told: str, meant: time) -> None:
    clock = read_clock(told)
    assert clock is not None
    assert (clock.time, clock.doubtful) == (meant, False)


@pytest.mark.parametrize(
    "told", ["25:00", "24:01", "19:60", "7pm", "1930", "noon", "-1:00", "٠٩:٣٠", "19:30:99", "", "19:3"]
)
def test_what_is_no_clock_time_is_not_guessed(told: str) -> None:
    assert read_clock(told) is None


def test_midnight_written_24_is_the_listed_days_and_doubtful() -> None:
    assert read_clock("24:00:00") == (time(0), True)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("7:30 PM", time(19, 30)),
        ("7pm", time(19)),
        ("12:00 AM", time(0)),
        ("12:15 p.m.", time(12, 15)),
        ("noon", time(12)),
        ("Midnight", time(0)),
        ("11:00 AM", time(11)),
        ("18:00", time(18)),
    ],
)
def test_spoken_clock_is_read(told: str, meant: time) -> None:
    clock = read_spoken_clock(told)
    assert clock is not None
    assert clock.time == meant


@pytest.mark.parametrize("told", ["13:00 PM", "0 am", "7:75 pm", "evening", "7", "7-8pm"])
def test_what_is_no_spoken_time_is_not_guessed(told: str) -> None:
    assert read_spoken_clock(told) is None


@pytest.mark.parametrize(
    ("told", "minutes"),
    [("01:30:00", 90), ("1:30", 90), ("PT1H30M", 90), ("PT45M", 45), ("12:00:00", 720), ("pt2h", 120)],
)
def test_length_is_read(told: str, minutes: int) -> None:
    assert read_length(told) == timedelta(minutes=minutes)


@pytest.mark.parametrize("told", ["24:00:00", "0:00", "PT", "P1D", "90", "PT24H", "one hour", "PT0M"])
def test_length_is_more_than_nothing_and_less_than_a_day(told: str) -> None:
    assert read_length(told) is None


@given(st.times(), st.times())
def test_length_between_two_times_goes_past_midnight(starts: time, ends: time) -> None:
    starts, ends = starts.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    length = length_between(starts, ends)
    assert length is None if starts == ends else timedelta(0) < length < timedelta(days=1)  # type: ignore[operator]  # None only there
