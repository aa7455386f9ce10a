"""Doubts on real lists: few where nothing was done to them, and found where a mistake was put in."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from importers.fetch import fetch
from importers.plausibility import with_doubts, zones_at
from importers.registry import IMPORTERS
from meetings.checks import check_listings
from meetings.listing import Listing
from meetings.model import OnlineVenue, Venue, VenueType, ZoneReason
from tests.builders import a_source
from tests.importers.lists import bmlt, bmlt_record, the_vocabulary
from tests.outside import REAL_LISTS, needs_real_lists

ZONES = {
    "bmlt/new-york": "America/New_York",
    "bmlt/v2": "America/New_York",
    "bmlt/v3": "America/New_York",
    "meeting-guide/ben-lomond.json": "America/Los_Angeles",
    "meeting-guide/eating-disorders-anonymous.json": "America/New_York",
    "meeting-guide/edmonton.json": "America/Edmonton",
    "meeting-guide/michigan.json": "America/Detroit",
    "meeting-guide/minneapolis-2018.json": "America/Chicago",
    "meeting-guide/orange-county.json": "America/Los_Angeles",
    "meeting-guide/se-pennsylvania/2020-07.json": "America/New_York",
    "meeting-guide/se-pennsylvania/2021-06.json": "America/New_York",
    "meeting-guide/se-pennsylvania/2022-12.json": "America/New_York",
}
#: Into these a mistake is put: lists of one region with points of their own.
SEEDED = ("bmlt/new-york", "meeting-guide/minneapolis-2018.json", "meeting-guide/orange-county.json")
SEEDS = 200


@cache
def real(name: str) -> tuple[Listing, ...]:
    importer = name.partition("/")[0].replace("-", "_")
    facts: dict[str, Any] = {"fellowship": "AA", "country": None, "time_zone": ZONES[name]}
    source = a_source(importer=importer, location=str(REAL_LISTS / name), **facts)
    return IMPORTERS[importer].parse(fetch(source), source, the_vocabulary()).listings


def doubted(listings: tuple[Listing, ...]) -> Counter[str]:
    return Counter(finding.code for finding in check_listings(listings, zones_at=zones_at))


@pytest.mark.real_lists
@needs_real_lists
def test_fewer_than_one_meeting_in_a_hundred_of_real_lists_is_doubted(real_lists: Path) -> None:
    del real_lists
    alarms = {name: doubted(real(name)) for name in ZONES}
    meetings = sum(len(real(name)) for name in ZONES)
    for name, codes in alarms.items():
        print(f"{name}: {len(real(name))} meetings, {dict(codes)}")  # noqa: T201 - the figures are what this test is for
    total = sum(sum(codes.values()) for codes in alarms.values())
    print(f"all: {total} of {meetings}, {total / meetings:.2%}")  # noqa: T201 - the figures are what this test is for
    assert total < 0.01 * meetings


def of_venue(listing: Listing, **changes: Any) -> Listing:
    return replace(listing, venue=replace(listing.venue or Venue(), **changes))


def at(listing: Listing, **changes: Any) -> Listing:
    assert listing.recurrence is not None
    return replace(listing, recurrence=replace(listing.recurrence, **changes), duration_assumed=False)


def swapped(listing: Listing, _: Random) -> Listing:
    # Shifted along its circle of latitude first: Minnesota's longitudes are no latitudes.
    venue = listing.venue or Venue()
    return of_venue(listing, latitude=venue.longitude, longitude=venue.latitude)


def far(listing: Listing, random: Random) -> Listing:
    towns = [(51.5, -0.12), (-33.87, 151.2), (48.85, 2.35), (19.43, -99.13), (64.14, -21.94), (35.68, 139.7)]
    latitude, longitude = random.choice(towns)
    return of_venue(listing, latitude=latitude, longitude=longitude)


def at_sea(listing: Listing, random: Random) -> Listing:
    latitude, longitude = random.choice([(0.01, 0.01), (35.0, -45.0), (-20.0, -110.0), (30.0, -140.0), (45.0, -30.0)])
    return of_venue(listing, latitude=latitude, longitude=longitude)


def in_another_zone(listing: Listing, random: Random) -> Listing:
    zones = ["Europe/London", "America/Denver", "America/Phoenix", "Pacific/Honolulu", "America/Halifax"]
    return replace(at(listing, zone=random.choice(zones)), zone_reason=ZoneReason.RECORD)


def online_only(listing: Listing, random: Random) -> Listing:
    word = random.choice(["Online", "Zoom meeting", "Virtual only"])
    online = OnlineVenue(url="https://zoom.us/j/1", provider="Zoom")
    return replace(listing, venue=Venue(name=word, city="Town"), online=online, venue_type=VenueType.IN_PERSON)


MISTAKES: dict[str, Callable[[Listing, Random], Listing]] = {
    "odd_hour": lambda one, random: at(one, starts=time(random.randrange(1, 5), random.choice((0, 15, 30, 45)))),
    "long_meeting": lambda one, random: at(one, duration=timedelta(minutes=random.randrange(241, 1400))),
    "name_of_digits": lambda one, random: replace(one, name=str(random.randrange(100_000))),
    "online_in_person": online_only,
    "point_at_sea": at_sea,
    "far_point": far,
    "zone_not_at_point": in_another_zone,
    "lookalike_host": lambda one, random: replace(
        one, online=OnlineVenue(url=f"https://{random.choice(['evilzoom.us', 'zo0m.us', 'zoom.us.example.net'])}/j/1")
    ),
}


def seedable(listings: tuple[Listing, ...]) -> list[int]:
    return [
        number
        for number, one in enumerate(listings)
        if one.recurrence and one.venue and one.venue.latitude and one.venue_type == VenueType.IN_PERSON
    ]


@pytest.mark.real_lists
@needs_real_lists
@pytest.mark.parametrize("code", sorted(MISTAKES))
def test_mistakes_put_into_real_lists_are_found(code: str) -> None:
    random = Random(code)
    found = seeded = 0
    for name in SEEDED:
        listings = list(real(name))
        chosen = random.sample(seedable(real(name)), len(listings) // 50)
        for number in chosen:
            listings[number] = MISTAKES[code](listings[number], random)
        doubts = check_listings(listings, zones_at=zones_at)
        places = {finding.where for finding in doubts if finding.code == code}
        found += sum(listings[number].where in places for number in chosen)
        seeded += len(chosen)
    print(f"{code}: {found} of {seeded}")  # noqa: T201 - the figures are what this test is for
    assert found >= 0.95 * seeded


@pytest.mark.real_lists
@needs_real_lists
def test_swapped_numbers_of_a_point_are_told_from_any_other_mistake() -> None:
    random = Random(4)
    listings = list(real("bmlt/new-york"))
    chosen = random.sample(seedable(tuple(listings)), 30)
    for number in chosen:
        listings[number] = swapped(listings[number], random)
    places = {f.where for f in check_listings(listings, zones_at=zones_at) if f.code == "swapped_point"}
    assert len({listings[number].where for number in chosen} & places) >= 0.95 * len(chosen)


@pytest.mark.real_lists
@needs_real_lists
def test_record_that_stands_three_times_is_found() -> None:
    random = Random(3)
    listings = real("bmlt/new-york")
    copies = [replace(one, where=f"[{9000 + n}]") for n, one in enumerate(random.sample(listings, 30) * 2)]
    assert doubted((*listings, *copies))["repeated_meeting"] >= 0.95 * 30


def test_doubt_keeps_the_meeting_and_names_its_record() -> None:
    parsed = bmlt(bmlt_record(start_time="03:00:00"))
    doubtful = with_doubts(parsed)
    assert doubtful.listings == parsed.listings
    assert [(f.code, f.where, f.value, f.source_key) for f in doubtful.findings] == [
        ("odd_hour", "[0]", "03:00", "101")
    ]
