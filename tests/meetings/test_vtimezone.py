"""Time zones as clients read them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped] # It ships no types.

from meetings.vtimezone import rule_zone, vtimezone
from meetings.zones import zone, zone_bytes, zone_names
from tests.oracles.zone_changes import changes
from tests.outside import ROOT

#: North and south, half an hour, no summer time, quoted names, the law the other way round, days that spill over.
DOZEN = (
    "America/New_York",
    "America/Santiago",
    "America/Nuuk",
    "Africa/Cairo",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/London",
    "Pacific/Chatham",
    "Pacific/Easter",
    "America/Sao_Paulo",
    "Antarctica/Troll",
)
#: Their lists have dates of their own for some years, which no yearly rule tells; see `test_feed_oracle`.
LISTED_BY_HAND = {"America/Havana", "Cuba", "Asia/Gaza", "Asia/Hebron"}
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
FROM = datetime(2026, 11, 22, tzinfo=UTC)


def _lines(name: str) -> list[str]:
    return vtimezone(name).decode("ascii").split("\r\n")


def _read(name: str) -> tzinfo:
    """What dateutil makes of it."""
    text = b"BEGIN:VCALENDAR\r\n" + vtimezone(name) + b"END:VCALENDAR\r\n"
    found = tzical(io.StringIO(text.decode("ascii").replace("\r\n", "\n"))).get(name)
    assert isinstance(found, tzinfo)
    return found


def _wall_times(name: str, years: int) -> Iterator[datetime]:
    """Noon every third day, and each quarter of an hour around changes, but what is skipped or comes twice."""
    until = FROM + 365 * years * DAY
    noon = datetime(2026, 11, 22, 12)  # noqa: DTZ001 - a wall-clock time
    walls = [noon + DAY * n for n in range(0, 365 * years, 3)]
    for change in changes(name):
        wall = (change.at + change.before).replace(tzinfo=None)
        walls += [wall + QUARTER * n for n in range(-16, 17) if FROM < change.at < until]
    real = zone(name)
    for wall in walls:
        if wall.replace(tzinfo=real).utcoffset() == wall.replace(tzinfo=real, fold=1).utcoffset():
            yield wall


def _misread(name: str, years: int) -> list[datetime]:
    theirs, real = _read(name), zone(name)
    return [
        wall
        for wall in _wall_times(name, years)
        if wall.replace(tzinfo=theirs).utcoffset() != wall.replace(tzinfo=real).utcoffset()
    ]


def test_new_york_begins_summer_at_two_by_the_winter_clock() -> None:
    lines = _lines("America/New_York")
    start = lines.index("BEGIN:DAYLIGHT")
    assert lines[start + 1 : start + 6] == [
        "DTSTART:19700308T020000",
        "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0400",
        "TZNAME:EDT",
    ]


def _shape(name: str) -> tuple[tuple[str, ...], int, bool]:
    lines = _lines(name)
    parts = tuple(line for line in lines[1:] if line.startswith("BEGIN:"))
    rules = sum(line.startswith("RRULE:FREQ=YEARLY;") for line in lines)
    return parts, rules, any(line.startswith(("RDATE", "X-", "COMMENT")) for line in lines)


def test_each_zone_is_one_standard_and_at_most_one_daylight_by_yearly_rules_without_dates() -> None:
    winter, summer = "BEGIN:STANDARD", "BEGIN:DAYLIGHT"
    assert {_shape(name) for name in zone_names()} == {((winter,), 0, False), ((winter, summer), 2, False)}


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Africa/Cairo", "FREQ=YEARLY;BYDAY=FR;BYYEARDAY=-67,-66,-65,-64,-63,-62,-61"),
        ("America/Nuuk", "FREQ=YEARLY;BYDAY=SA;BYMONTHDAY=24,25,26,27,28,29,30;BYMONTH=3"),
        ("America/Santiago", "FREQ=YEARLY;BYDAY=SU;BYMONTHDAY=2,3,4,5,6,7,8;BYMONTH=9"),
        ("Asia/Jerusalem", "FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29;BYMONTH=3"),
    ],
)
def test_onset_that_spills_over_its_day_names_the_dates_it_may_fall_on(name: str, rule: str) -> None:
    assert f"RRULE:{rule}" in _lines(name)


def test_dublin_has_winter_as_standard_time_whatever_its_law_says() -> None:
    lines = _lines("Europe/Dublin")
    start = lines.index("BEGIN:STANDARD")
    assert lines[start + 3 : start + 6] == ["TZOFFSETFROM:+0100", "TZOFFSETTO:+0000", "TZNAME:GMT"]


def test_quoted_name_of_a_zone_loses_its_quotes() -> None:
    assert "TZNAME:+0545" in _lines("Asia/Kathmandu")


def test_zone_without_summer_time_keeps_one_offset() -> None:
    assert _lines("Asia/Tokyo")[2:7] == [
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0900",
        "TZOFFSETTO:+0900",
        "TZNAME:JST",
    ]


def test_unknown_zone_is_an_error() -> None:
    with pytest.raises((ZoneInfoNotFoundError, OSError)):
        vtimezone("Europe/Atlantis")


@pytest.mark.parametrize("name", DOZEN)
def test_dateutil_reads_the_hours_of_the_zone(name: str) -> None:
    assert _misread(name, 2) == []


@pytest.mark.parametrize("name", DOZEN)
def test_rule_zone_is_what_a_reader_makes_of_it(name: str) -> None:
    theirs, ours = _read(name), rule_zone(name)
    walls = list(_wall_times(name, 1))
    assert [w for w in walls if w.replace(tzinfo=theirs).utcoffset() != w.replace(tzinfo=ours).utcoffset()] == []


def test_rule_zone_keeps_the_present_rule_in_the_past() -> None:
    in_1960 = datetime(1960, 3, 20, 12)  # noqa: DTZ001 - a wall-clock time
    assert (
        in_1960.replace(tzinfo=rule_zone("America/New_York")).utcoffset(),
        in_1960.replace(tzinfo=ZoneInfo("America/New_York")).utcoffset(),
    ) == (-4 * HOUR, -5 * HOUR)


@pytest.mark.long
def test_all_but_four_zones_are_read_right_for_ten_years() -> None:
    # Zones of the same history and the same rule are read alike.
    alike: dict[object, list[str]] = {}
    for name in sorted(zone_names()):
        alike.setdefault((zone_bytes(name), tuple(_lines(name)[2:])), []).append(name)
    wrong = {name for names in alike.values() if _misread(names[0], 10) for name in names}
    assert wrong <= LISTED_BY_HAND


def test_zones_of_the_machine_are_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Oslo").write_bytes(zone_bytes("Asia/Tokyo"))
    script = (
        "from datetime import datetime; from zoneinfo import ZoneInfo; from meetings.zones import zone;"
        "print(*(datetime(2026, 1, 1, tzinfo=z('Europe/Oslo')).utcoffset() for z in (ZoneInfo, zone)))"
    )
    environment = os.environ | {"PYTHONTZPATH": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["9:00:00", "1:00:00"]
