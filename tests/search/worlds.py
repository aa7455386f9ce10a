"""Random lists, made to hurt: clock changes, dates moved and cancelled, poles, ties.

A list seen at a random moment has hardly ever a meeting at half past two in the night the clocks change; here half of
the moments, and half of the starts, lie around such a change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any, TypeVar

from meetings.listing import id_from_number
from meetings.model import (
    Group,
    MedicationStance,
    Meeting,
    MeetingStatus,
    OnlineVenue,
    ServiceBody,
    SourceListing,
    Venue,
    VenueType,
    Weekday,
)
from meetings.recurrence import DatedException, Recurrence, rule_dates
from meetings.vocabulary import Vocabulary, vocabulary_from_documents
from meetings.zones import zone, zone_names
from tests.outside import ROOT
from tests.search.brute_force import World

T = TypeVar("T")
MINUTE = timedelta(minutes=1)
#: Zones whose clocks do what others do not: half hours, two hours, lost days, Ramadan, quarter hours, no change at all.
HARD_ZONES = (
    "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo", "Africa/Casablanca", "Asia/Gaza", "Antarctica/Troll",
    "America/New_York", "Asia/Kathmandu", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Honolulu",
    "Europe/London", "Europe/Dublin", "America/Nuuk", "Asia/Kolkata",
)  # fmt: skip
SPANS = ((2011, 2012), (2014, 2015), (2026, 2028))
NAMES = ("First Light", "first light", "Fïrst Light", "Áurea", "aurea", "Zebra", "Ωmega", "東京", "Ñandú", "nandu", "x")
CITIES = ("São Paulo", "sao paulo", "Oslo", "Łódź", None, "")
REGIONS = ("NY", "ny", "Québec", None)
COUNTRIES = ("US", "BR", None)
TAGS = ("en", "pt", "pt-BR", "PT-pt", "es", "zh-Hant")
GROUPS = (
    "Serenity Group",
    "Serenety",
    "Just for Today",
    "Today just for us",
    "N.A. 東京都グループ",
    "Клин",
    None,
    None,
)
VENUES = ("St. Mary's Church", "Saint Marys", "Community Centre 12", "Center 12-3456", "東京都庁", "Clinic", None)
NOTES = (
    "Ring the bell twice; serenity prayer at the end.",
    "Just for today we meet upstairs. First light first.",
    "كتابی نو", "Ёлка, Köln und Łódź", "12-3456", "just  FOR…today", "?!", None,
)  # fmt: skip
BODIES = ("Greater Oslo Area", "East Area", "Río", "東京エリア")
AREAS = ("North Side", "north side", "Río", "East")
SOURCES = ("lantern", "harbour", "meadow")
LANGUAGES = {"lantern": "en", "harbour": None, "meadow": "pt-BR"}
#: More than fit into one word of bits, and into two.
FORMATS = tuple(f"F{number}" for number in range(140))
LATITUDES = (90.0, -90.0, 89.9, -89.95, 0.0, 40.7128, 40.7130, 40.8, -33.9)
LONGITUDES = (180.0, -180.0, 179.99, -179.98, 0.0, -74.006, -74.01, 12.5, -75.0)


@cache
def vocabulary() -> Vocabulary:
    """The one we ship."""
    return vocabulary_from_documents(*vocabulary_documents())


def vocabulary_documents() -> tuple[dict[str, Any], dict[str, Any]]:
    """Formats and fellowships as they are shipped."""
    formats, fellowships = ((ROOT / "seed" / name).read_bytes() for name in ("formats.json", "fellowships.json"))
    return json.loads(formats), json.loads(fellowships)


@cache
def clock_changes() -> tuple[tuple[str, datetime], ...]:
    """Zones and instants of all changes of the hard zones in the spans."""
    return tuple(
        (name, change) for name in HARD_ZONES for first, last in SPANS for change in _changes(name, first, last)
    )


def _changes(name: str, first: int, last: int) -> Iterator[datetime]:
    tz, hour = zone(name), timedelta(hours=1)
    day = datetime(first, 1, 1, tzinfo=UTC)
    while day.year <= last:
        if day.astimezone(tz).utcoffset() != (day + 24 * hour).astimezone(tz).utcoffset():
            hours = [day + hour * step for step in range(25)]
            yield from (b for a, b in pairwise(hours) if a.astimezone(tz).utcoffset() != b.astimezone(tz).utcoffset())
        day += 24 * hour


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A now, and the clock change near which it and half of the meetings are."""

    now: datetime
    change: datetime
    zone: str


def a_moment(random: Random) -> Moment:
    """Half of them within hours of a change."""
    name, change = random.choice(clock_changes())
    hours = random.uniform(-36, 12) if random.random() < 0.5 else random.uniform(-24 * 200, 24 * 200)
    now = change + timedelta(minutes=round(hours * 60))
    return Moment(now=now, change=change, zone=name)


def maybe(random: Random, value: T, share: float = 0.5) -> T | None:
    return value if random.random() < share else None


def some(random: Random, values: Sequence[T], most: int) -> tuple[T, ...]:
    return tuple(random.sample(values, random.randint(0, min(most, len(values)))))


def a_world(random: Random, moment: Moment, size: int = 40) -> World:
    """A list of so many meetings, with everything a list can have."""
    bodies = _bodies(random)
    return World(
        meetings=[_meeting(random, moment, number, bodies) for number in _numbers(random, size)],
        vocabulary=vocabulary(),
        bodies=bodies,
        languages=LANGUAGES,
    )


def _numbers(random: Random, size: int) -> list[int]:
    return [*random.sample(range(1 << 20), size - 1), (1 << 63) - 1]


def _bodies(random: Random) -> list[ServiceBody]:
    ids = [id_from_number(number, "B") for number in range(8)]
    return [
        ServiceBody(
            id=body,
            source_id="lantern",
            source_key=body,
            name=random.choice(BODIES),
            kind="AREA",
            parent_id=random.choice(ids[:place]) if place and random.random() < 0.8 else None,
        )
        for place, body in enumerate(ids)
    ]


def _meeting(random: Random, moment: Moment, number: int, bodies: Sequence[ServiceBody]) -> Meeting:
    rule = None if random.random() < 0.08 else _rule(random, moment)
    body = random.choice(bodies).id if random.random() < 0.7 else maybe(random, "B-unlisted", 0.2)
    return Meeting(
        id=id_from_number(number),
        source_id=random.choice(SOURCES),
        source_key=random.choice((str(number), f"12-{number}/MONDAY", "12-3456")),
        name=random.choice(NAMES),
        group=_group(random),
        notes=random.choice(NOTES),
        fellowship=random.choice(("NA", "AA", "AL_ANON", "SMART", "UNHEARD_OF")),
        status=random.choice((MeetingStatus.ACTIVE,) * 5 + tuple(MeetingStatus)),
        recurrence=rule,
        exceptions=_exceptions(random, rule, moment) if rule and random.random() < 0.4 else (),
        venue_type=random.choice((*VenueType, *VenueType, None)),
        venue=_venue(random),
        online=OnlineVenue(phone=maybe(random, "+1 555 0100")) if random.random() < 0.5 else None,
        formats=some(random, FORMATS[::13] if random.random() < 0.8 else FORMATS, 5),
        languages=some(random, TAGS, 2),
        medication=random.choice(tuple(MedicationStance)),
        service_body_id=body,
        areas=some(random, AREAS, 2),
        updated_at=moment.now,
        last_seen_at=moment.now,
        listings=_listings(random, moment, bodies) if random.random() < 0.3 else (),
    )


def _group(random: Random) -> Group | None:
    name = random.choice(GROUPS)
    return None if name is None else Group(name=name)


def _listings(random: Random, moment: Moment, bodies: Sequence[ServiceBody]) -> tuple[SourceListing, ...]:
    """Its own list's, of which nothing is asked, and one or two others', whose keys stand for service bodies."""
    keys = [random.choice(("", "B-unlisted", *(body.id for body in bodies))) for _ in range(random.randint(2, 3))]
    return tuple(
        SourceListing(source_id=random.choice(SOURCES), source_key=key, last_seen_at=moment.now) for key in keys
    )


def _venue(random: Random) -> Venue | None:
    if random.random() < 0.1:
        return None
    located = random.random() < 0.8
    near_town = random.random() < 0.5
    latitude = random.uniform(40.5, 41) if near_town else random.choice(LATITUDES)
    longitude = random.uniform(-74.5, -73.5) if near_town else random.choice(LONGITUDES)
    return Venue(
        latitude=round(latitude, 5) if located else None,
        longitude=round(longitude, 5) if located else None,
        name=random.choice(VENUES),
        city=random.choice(CITIES),
        region=random.choice(REGIONS),
        country=random.choice(COUNTRIES),
    )


def _rule(random: Random, moment: Moment) -> Recurrence:
    name, weekday, starts = _around_change(random, moment) if random.random() < 0.5 else _any_time(random)
    kind = random.choice(("weekly",) * 5 + ("month",) * 2 + ("weeks",) * 2 + ("anchored",))
    interval = random.randint(2, 5) if kind == "weeks" else 1
    anchor = moment.now.date() + timedelta(days=random.randint(-500, 20))
    return Recurrence(
        weekday=weekday,
        starts=starts,
        duration=random.choice((15, 60, 60, 90, 120, 300, 1439)) * MINUTE,
        zone=name,
        interval=interval,
        anchor=anchor if kind in {"weeks", "anchored"} or random.random() < 0.05 else None,
        until=moment.now.date() + timedelta(days=random.randint(-100, 60)) if random.random() < 0.05 else None,
        weeks_of_month=_weeks(random) if kind == "month" else (),
    )


def _weeks(random: Random) -> tuple[int, ...]:
    return tuple(random.sample((1, 2, 3, 4, 5, -1), random.randint(1, 2)))


def _around_change(random: Random, moment: Moment) -> tuple[str, Weekday, time]:
    """A start near what the clocks showed when they changed."""
    wall = (moment.change - MINUTE).astimezone(zone(moment.zone)) + timedelta(minutes=random.randint(-100, 200))
    at = wall + timedelta(days=random.choice((0, 0, 0, -1, 1)))
    return moment.zone, Weekday(at.weekday()), time(at.hour, at.minute)


def _any_time(random: Random) -> tuple[str, Weekday, time]:
    name = random.choice(HARD_ZONES) if random.random() < 0.7 else random.choice(sorted(zone_names()))
    minute = random.choice((0, 300, 719, 720, 1020, 1259, 1260, 1439, random.randrange(1440)))
    return name, random.choice(tuple(Weekday)), time(minute // 60, minute % 60)


def _exceptions(random: Random, rule: Recurrence, moment: Moment) -> tuple[DatedException, ...]:
    around = moment.now.date() if random.random() < 0.5 else moment.change.date()
    dates = list(rule_dates(rule, around - timedelta(days=40), around + timedelta(days=120)))
    days = random.sample(dates, min(len(dates), random.randint(1, 4)))
    if random.random() < 0.2:
        days.append(around + timedelta(days=random.randint(-10, 10)))
    return tuple(_exception(random, rule, day, dates, moment) for day in days)


def _exception(random: Random, rule: Recurrence, day: date, dates: Sequence[date], moment: Moment) -> DatedException:
    if random.random() < 0.4:
        return DatedException(day=day)
    to = random.choice(dates) if dates and random.random() < 0.2 else day + timedelta(days=random.randint(-12, 12))
    wall = _around_change(random, moment)[2] if random.random() < 0.3 else _any_time(random)[2]
    return DatedException(day=day, moved_to=(to, rule.starts if random.random() < 0.3 else wall), note="moved")
