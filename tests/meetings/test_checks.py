"""What is valid and hardly true, one check at a time."""

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

import pytest

from meetings.check_points import kilometres
from meetings.checks import check_listings
from meetings.listing import Listing
from meetings.model import Group, OnlineVenue, VenueType, ZoneReason
from tests.builders import a_listing, a_recurrence, a_venue

Point = tuple[float, float]


def zones_at(point: Point) -> Sequence[str]:
    """A world of two countries and an ocean."""
    if not 24 < point[0] < 50:
        return ["Etc/GMT"]
    return ["America/New_York"] if -90 < point[1] < -60 else ["America/Chicago"] if point[1] < -60 else ["Etc/GMT+1"]


def codes(*listings: Listing) -> list[str]:
    return [finding.code for finding in check_listings(listings, zones_at=zones_at)]


def around(count: int, **changes: Any) -> list[Listing]:
    """So many meetings in one town."""
    return [
        a_listing(where=f"[{n}]", name=f"Light {n}", venue=a_venue(latitude=40.7 + n / 1000, **changes))
        for n in range(count)
    ]


def test_ordinary_meeting_is_not_doubted() -> None:
    assert codes(a_listing()) == []


@pytest.mark.parametrize(("starts", "odd"), [(0, False), (1, True), (4, True), (5, False), (13, False)])
def test_meeting_in_the_small_hours_is_doubted(starts: int, odd: bool) -> None:
    assert ("odd_hour" in codes(a_listing(recurrence=a_recurrence(starts=time(starts))))) is odd


def test_meeting_in_the_small_hours_online_may_be_anybodys_evening() -> None:
    listing = a_listing(recurrence=a_recurrence(starts=time(3)), venue_type=VenueType.VIRTUAL)
    assert codes(listing) == []


@pytest.mark.parametrize(("minutes", "assumed", "long"), [(240, False, False), (241, False, True), (300, True, False)])
def test_end_more_than_four_hours_later_is_doubted_if_the_list_says_so(minutes: int, assumed: bool, long: bool) -> None:
    rule = a_recurrence(duration=timedelta(minutes=minutes))
    assert ("long_meeting" in codes(a_listing(recurrence=rule, duration_assumed=assumed))) is long


@pytest.mark.parametrize(
    ("name", "doubted"), [("1776", True), ("10 01", True), ("12 & 12", False), ("4th Step", False)]
)
def test_name_of_nothing_but_digits_is_doubted(name: str, doubted: bool) -> None:
    assert ("name_of_digits" in codes(a_listing(name=name))) is doubted


@pytest.mark.parametrize(
    ("changes", "doubted"),
    [
        ({"venue": a_venue(name="Zoom", street=None)}, True),
        ({"venue": a_venue(street="Online only")}, True),
        ({"venue": None, "online": OnlineVenue(url="https://zoom.us/j/1", provider="Zoom")}, True),
        ({"online": OnlineVenue(url="https://zoom.us/j/1", provider="Zoom")}, False),
        ({"venue": a_venue(name="Zoom"), "venue_type": VenueType.VIRTUAL}, False),
        ({"venue": a_venue(name="Zoomer Hall")}, False),
    ],
)
def test_meeting_called_in_person_without_a_door_is_doubted(changes: dict[str, Any], doubted: bool) -> None:
    assert ("online_in_person" in codes(a_listing(**changes))) is doubted


@pytest.mark.parametrize(
    "host",
    ["evilzoom.us", "zoom.us.example.net", "zo0m.us", "zooom.us", "meet.google.com.example.net", "xn--zom-sed.us"],
)
def test_host_that_imitates_a_provider_is_doubted(host: str) -> None:
    assert "lookalike_host" in codes(a_listing(online=OnlineVenue(url=f"https://{host}/j/1")))


@pytest.mark.parametrize(
    "host", ["zoom.us", "us02web.zoom.us", "zoom.com", "room.example.org", "meet.google.com", "aazoom.example.org"]
)
def test_provider_itself_and_hosts_of_groups_are_not_doubted(host: str) -> None:
    assert codes(a_listing(online=OnlineVenue(url=f"https://{host}/j/1"))) == []


@pytest.mark.parametrize(
    ("label", "mixed"),
    [("l\u0430ntern", True), ("münchen", False), ("東京タワー", False), ("лампа", False), ("λamp", True)],
)
def test_host_of_several_alphabets_is_doubted(label: str, mixed: bool) -> None:
    url = f"https://{label.encode('idna').decode()}.example.org/"
    assert ("mixed_script_host" in codes(a_listing(group=Group(name="Lantern", url=url)))) is mixed


def test_clock_of_another_zone_than_the_points_is_doubted_where_the_record_tells_it() -> None:
    rule = a_recurrence(zone="America/Chicago")
    told, found = (a_listing(recurrence=rule, zone_reason=reason) for reason in (ZoneReason.RECORD, ZoneReason.SOURCE))
    assert (codes(told), codes(found)) == (["zone_not_at_point"], [])


def test_another_name_of_the_same_clock_is_not_doubted() -> None:
    listing = a_listing(recurrence=a_recurrence(zone="America/Toronto"), zone_reason=ZoneReason.RECORD)
    assert codes(listing) == []


def test_point_far_from_all_others_of_its_list_is_doubted() -> None:
    there = a_listing(where="[99]", venue=a_venue(latitude=34.05, longitude=-118.24))
    findings = check_listings([*around(20), there], zones_at=zones_at)
    assert [(finding.code, finding.where) for finding in findings] == [("far_point", "[99]")]


def test_points_along_a_road_are_each_near_another() -> None:
    road = [a_listing(name=f"Light {n}", venue=a_venue(longitude=-89.0 + n * 2.5)) for n in range(11)]
    assert codes(*road) == []


def test_list_of_the_whole_world_has_no_middle() -> None:
    far = [a_listing(name=f"Light {n}", venue=a_venue(latitude=25 + n, longitude=-170 + 9 * n)) for n in range(12)]
    assert "far_point" not in codes(*around(12), *far)


def test_point_at_sea_is_doubted_even_alone() -> None:
    assert codes(a_listing(venue=a_venue(latitude=40.0, longitude=-30.0))) == ["point_at_sea"]


def test_point_whose_numbers_are_swapped_is_told_as_that() -> None:
    swapped = a_listing(venue=a_venue(latitude=-74.006, longitude=40.7))
    assert codes(*around(12), swapped) == ["swapped_point"]
    assert codes(swapped) == ["swapped_point"]


def test_same_meeting_three_times_is_doubted_from_the_third_on() -> None:
    twice = [a_listing(where=f"[{n}]", record_key=str(n)) for n in range(2)]
    assert codes(*twice) == []
    assert codes(*twice, a_listing(where="[2]")) == ["repeated_meeting"]


def test_record_for_three_days_is_doubted_once() -> None:
    assert codes(*(a_listing(name="12", day=day) for day in ("MONDAY", "FRIDAY"))) == ["name_of_digits"]


def test_distance_is_along_a_great_circle() -> None:
    assert kilometres((40.7128, -74.006), (51.5074, -0.1278)) == pytest.approx(5570, abs=5)
