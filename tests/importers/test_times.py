"""Times and lengths as cells hold them; what may mean two is none."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.times import read_spoken_length, read_times


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("19:30", "19:30"), ("19:30:00", "19:30"), ("7:30 PM", "19:30"), ("7.30pm", "19:30"), ("730pm", "19:30"),
        ("7:30 P", "19:30"), ("7:30 p.m.", "19:30"), ("7 pm", "19:00"), ("19.30", "19:30"), ("19h30", "19:30"),
        ("19h", "19:00"), ("1930", "19:30"), ("0730", "07:30"), ("730", "07:30"), ("1900hrs", "19:00"),
        ("19:30 Uhr", "19:30"), ("Noon", "12:00"), ("12:00 Noon", "12:00"), ("12 midnight", "00:00"),
        ("12:00 AM", "00:00"), ("12:00 PM", "12:00"), ("18:30 PM", "18:30"), ("00:30 AM", "00:30"),
        ("0.8125", "19:30"), ("45123.8125", "19:30"), ("0.5", "12:00"), ("1700.0", "17:00"),
        ("1899-12-30 19:30:00", "19:30"), ("at 7:30 PM", "19:30"), ("7\uff1a30 PM", "19:30"), ("24:00", "00:00"),
    ],
)  # fmt: skip
def test_time_is_read_in_every_form_seen(text: str, starts: str) -> None:
    told = read_times(text)
    assert told is not None
    assert (told.starts.time, told.ends, told.zone) == (time.fromisoformat(starts), None, None)


@pytest.mark.parametrize(
    ("text", "starts", "ends"),
    [("7-8pm", 19, 20), ("11-1pm", 11, 13), ("11am-1pm", 11, 13), ("19:00–21:00", 19, 21), ("7 PM to 9 PM", 19, 21)],
)
def test_range_tells_the_end_too(text: str, starts: int, ends: int) -> None:
    told = read_times(text)
    assert told is not None
    assert (told.starts.time, told.ends) == (time(starts), time(ends))


@pytest.mark.parametrize(("text", "zone"), [("7:30 PM ET", "ET"), ("7 PM (PST)", "PST"), ("7 PM Central", "Central")])
def test_zone_beside_a_time_is_told(text: str, zone: str) -> None:
    told = read_times(text)
    assert told is not None
    assert told.zone == zone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "dusk",
        "25:00",
        "7:60 PM",
        "13:00 AM",
        "6:30 6:45",
        "0.30",
        "1700.5",
        "45123.0",
        "7:30 PM ET/PT",
        "1-2-3",
        "PM",
    ],
)
def test_what_is_no_time_or_two_is_none(text: str) -> None:
    assert read_times(text) is None


@given(st.times(), st.sampled_from(["%H:%M", "%I:%M %p", "%H%M", "%H.%M", "%Hh%M", "%I:%M%p"]))
def test_every_minute_of_the_day_comes_back(told: time, form: str) -> None:
    read = read_times(told.strftime(form))
    assert read is not None
    assert read.starts.time == told.replace(second=0, microsecond=0)


@given(st.integers(0, 1439))
def test_every_minute_comes_back_from_a_workbooks_fraction(minute: int) -> None:
    read = read_times(f"{minute / 1440:.10f}")
    assert read is not None
    assert read.starts.time == time(minute // 60, minute % 60)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1hr 30mins", 90), ("1hr ", 60), ("2hrs", 120), ("1 hour", 60), ("0hr 45mins", 45), ("1h 30mins", 90),
        ("1 hour and 15 minutes", 75), ("90", 90), ("90 min", 90), ("1:30", 90), ("01:30:00", 90), ("PT1H30M", 90),
        ("1.5 hours", 90), ("1 1/2 hr", 90), ("1½ hours", 90), ("0hr 5mins", 5), ("1hr 30", 90),
    ],
)  # fmt: skip
def test_length_is_read_in_every_form_seen(text: str, minutes: int) -> None:
    assert read_spoken_length(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "1r", "1he", "-1hr", "-10hr -45mins", "5", "2", "0", "25 hours", "long", "1/0 h"])
def test_what_is_no_length_is_none(text: str) -> None:
    assert read_spoken_length(text) is None


@given(st.text(max_size=100))
def test_any_text_is_a_time_and_a_length_or_none(text: str) -> None:
    read_times(text)
    length = read_spoken_length(text)
    assert length is None or timedelta(0) < length < timedelta(days=1)
