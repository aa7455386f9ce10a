"""Clock tables against zoneinfo: every zone, every change, every minute around it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.zones import zone, zone_names
from search.clock import (
    DAY,
    EPOCH,
    WEEK,
    Zones,
    changing,
    instant_of,
    instants_of_walls,
    make_zones,
    minute_of,
    offsets_at,
    week_at,
    weekly_next,
    weekly_next_of_each,
)
from tests.amounts import many
from tests.search.worlds import HARD_ZONES, clock_changes

MINUTE = timedelta(minutes=1)
YEARS = (2011, 2014, 2020, 2026)


@cache
def zones_of(year: int) -> Zones:
    return make_zones(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 3, 3, 1, tzinfo=UTC))


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(values, np.int32)


def wall_minute(moment: datetime, name: str) -> int:
    """What the clock on the wall shows, in minutes since the epoch's midnight."""
    return (moment.astimezone(zone(name)).replace(tzinfo=UTC) - EPOCH) // MINUTE


def instant_of_wall(wall: int, name: str) -> int:
    local = (EPOCH + wall * MINUTE).replace(tzinfo=zone(name))
    return minute_of(local.astimezone(UTC))


def next_by_the_day(name: str, week_minute: int, now: int) -> int:
    """The least start at or after now of those on ten days around it."""
    day = wall_minute(instant_of(now), name) // DAY
    days = [d for d in range(day - 3, day + 12) if d % 7 == week_minute // DAY]
    starts = (instant_of_wall(d * DAY + week_minute % DAY, name) for d in days)
    return min(start for start in starts if start >= now)


def hard_cases(random: Random, count: int) -> list[tuple[str, int, int, int]]:
    """(zone, year, minute of the week, now): starts around what the clocks showed when they changed."""
    cases = []
    for _ in range(count):
        name, change = random.choice(clock_changes())
        year = max(year for year in YEARS if year <= change.year)
        minute = minute_of(change)
        around = wall_minute(change - MINUTE, name) + random.randint(-180, 240) + DAY * random.choice((0, 0, 0, -1, 1))
        hours = random.choice((12, 36, 24 * 9))
        cases.append((name, year, around % WEEK, minute + random.randint(-hours * 60, hours * 60)))
    return cases


def check_next_starts(random: Random, count: int) -> None:
    for name, year, week_minute, now in hard_cases(random, count):
        zones = zones_of(year)
        code = ints(zones.names[name])
        expected = next_by_the_day(name, week_minute, now)
        start = weekly_next(zones, code, ints(week_minute), week_at(zones, now))[0]
        assert start == expected, (name, week_minute, instant_of(now))
        assert weekly_next_of_each(zones, code, ints(week_minute), now)[0] == expected, (name, week_minute, now)


@settings(max_examples=10)
@given(st.integers(0, 2**32).map(Random))
def test_next_start_is_the_one_that_looking_day_by_day_finds(random: Random) -> None:
    check_next_starts(random, 100)


@pytest.mark.long
@settings(max_examples=many(200))
@given(st.integers(0, 2**32).map(Random))
def test_next_start_is_right_in_tens_of_thousands_of_cases(random: Random) -> None:
    check_next_starts(random, 500)


@pytest.mark.long
@pytest.mark.parametrize("year", YEARS)
def test_every_zone_shows_the_time_that_zoneinfo_shows(year: int) -> None:
    zones = zones_of(year)
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=7 * step) for step in range(365 * 3 * 24 // 7)]
    minutes = np.array([minute_of(hour) for hour in hours], np.int32)
    for name, code in zones.names.items():
        expected = [wall_minute(hour, name) - minute_of(hour) for hour in hours]
        assert offsets_at(zones, code, minutes).tolist() == expected, name


@pytest.mark.parametrize("name", HARD_ZONES)
def test_every_wall_minute_around_a_change_is_the_instant_that_zoneinfo_says(name: str) -> None:
    for changed, change in clock_changes():
        if changed == name:
            zones = zones_of(max(year for year in YEARS if year <= change.year))
            middle = wall_minute(change, name)
            walls = np.arange(middle - 1600, middle + 1600, 7, dtype=np.int32)
            codes = np.full(walls.size, zones.names[name], np.int32)
            expected = [instant_of_wall(int(wall), name) for wall in walls]
            assert instants_of_walls(zones, codes, walls).tolist() == expected, change


def test_every_name_that_tzdata_knows_has_a_clock() -> None:
    assert set(zones_of(2026).names) == zone_names()


def test_zones_whose_clocks_agree_are_one() -> None:
    zones = zones_of(2026)
    assert zones.names["Europe/Oslo"] == zones.names["Europe/Berlin"]
    assert zones.names["Europe/Oslo"] != zones.names["Europe/London"]


def test_keys_are_sorted_so_that_searching_them_finds() -> None:
    for year in YEARS:
        zones = zones_of(year)
        assert (np.diff(zones.instants) > 0).all()
        assert (np.diff(zones.walls) > 0).all()


def test_a_zone_changes_at_its_change_and_not_a_minute_before() -> None:
    zones = zones_of(2026)
    change = minute_of(datetime(2026, 11, 1, 6, tzinfo=UTC))
    new_york = zones.names["America/New_York"]
    assert changing(zones, change - 1, change)[new_york]
    assert not changing(zones, change, change + 5 * DAY)[new_york]
    assert not changing(zones, change - 5 * DAY, change - 1)[new_york]


def test_a_start_in_the_hour_that_is_skipped_moves_forward() -> None:
    zones = zones_of(2026)
    sunday_half_past_two = 6 * DAY + 150
    now = minute_of(datetime(2026, 3, 8, 7, 10, tzinfo=UTC))
    new_york = ints(zones.names["America/New_York"])
    start = weekly_next(zones, new_york, ints(sunday_half_past_two), week_at(zones, now))[0]
    assert instant_of(int(start)) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_a_minute_survives_the_way_there_and_back() -> None:
    assert minute_of(instant_of(-123_456)) == -123_456
