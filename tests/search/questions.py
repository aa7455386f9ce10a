"""Random questions about a list, in its own words and in some that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from string import ascii_lowercase
from typing import Any

from meetings.gazetteer import place_key
from meetings.listing import fold, id_from_number
from meetings.model import Audience, MedicationStance, Meeting, MeetingStatus, TimeOfDay, Venue, VenueType, Weekday
from meetings.search import (
    Area,
    Box,
    Exclusion,
    FormatFilter,
    MeetingFilter,
    MeetingOrder,
    MeetingQuery,
    OccurrenceQuery,
    PlaceFilter,
    Point,
    TimeFilter,
)
from meetings.zones import zone_names
from search.words import folded, words_in
from tests.search.brute_force import World
from tests.search.worlds import HARD_ZONES, LATITUDES, LONGITUDES, MINUTE, maybe, some

#: How often a filter has any one of the parts that speak of facts.
RARE = 0.12


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a list speaks of, sorted, with something in each that it does not."""

    ids: list[str]
    fellowships: list[str]
    formats: list[str]
    languages: list[str]
    bodies: list[str]
    sources: list[str]
    areas: list[str]
    concerns: list[str]
    approaches: list[str]
    cities: list[str]
    regions: list[str]
    countries: list[str]
    points: list[Point]
    texts: list[str]


def words_of(world: World) -> Words:
    """All that one may ask of this list."""
    meetings = world.meetings
    venues = [m.venue or Venue() for m in meetings]
    tags = {tag.lower() for m in meetings for tag in m.languages} | {"en", "xx"}
    return Words(
        ids=[*(m.id for m in meetings), id_from_number(1 << 40)],
        fellowships=_known((m.fellowship for m in meetings), "NOBODY"),
        formats=_known((code for m in meetings for code in m.formats), "UNHEARD_OF"),
        languages=sorted(tags | {tag.split("-")[0] for tag in tags}),
        bodies=_known((m.service_body_id for m in meetings), "B-unknown", *(body.id for body in world.bodies)),
        sources=_known((m.source_id for m in meetings), "nowhere"),
        areas=_known((fold(area) for m in meetings for area in m.areas), "nowhere"),
        concerns=sorted(world.vocabulary.concerns),
        approaches=sorted(world.vocabulary.approaches),
        cities=_known((venue.city and venue.city.upper() for venue in venues), "Nowhere"),
        regions=_known((venue.region and venue.region.swapcase() for venue in venues), "Nowhere"),
        countries=_known((venue.country for venue in venues), "us"),
        points=[_a_place(venue) for venue in venues if venue.latitude is not None],
        texts=_known((text for m in meetings for text in _texts(m)), *(body.name for body in world.bodies)),
    )


def _texts(m: Meeting) -> tuple[str | None, ...]:
    venue = m.venue or Venue()
    return m.name, m.group.name if m.group else None, venue.name, venue.city, venue.region, m.notes, m.source_key


def _known(values: Iterable[str | None], *more: str) -> list[str]:
    return sorted({value for value in values if value} | set(more))


def _a_place(venue: Venue) -> Point:
    return Point(latitude=venue.latitude or 0.0, longitude=venue.longitude or 0.0)


def a_meeting_query(random: Random, words: Words, now: datetime) -> MeetingQuery:
    """Of any shape; `first` is small, so that there are pages."""
    return MeetingQuery(
        filter=_filter(random, words, _timed(random, now)),
        order=random.choice(tuple(MeetingOrder)),
        first=random.choice((1, 3, 7, 100)) if len(words.ids) < 100 else 100,
        now=now,
    )


def an_occurrence_query(random: Random, words: Words, now: datetime) -> OccurrenceQuery:
    """The same for occurrences."""
    start = now + timedelta(minutes=random.choice((0, 0, random.randint(-10_000, 10_000))))
    return OccurrenceQuery(
        filter=_filter(random, words, TimeFilter(**a_time_filter(random))),
        start=start,
        until=start + timedelta(minutes=random.choice((60, 1440, 7 * 1440, 30 * 1440, 92 * 1440))),
        include_in_progress=random.random() < 0.5,
        first=random.choice((1, 7, 40, 100)) if len(words.ids) < 100 else 500,
        now=now,
    )


def _filter(random: Random, words: Words, time_filter: TimeFilter) -> MeetingFilter:
    def of(values: Sequence[str], most: int = 3) -> frozenset[str] | None:
        return maybe(random, frozenset(some(random, values, most)), RARE)

    return MeetingFilter(
        text=a_text(random, words.texts) if random.random() < 0.3 else None,
        time=time_filter if random.random() < 0.75 else TimeFilter(),
        place=_place(random, words) if random.random() < 0.6 else PlaceFilter(),
        formats=_formats(random, words.formats) if random.random() < 0.2 else FormatFilter(),
        fellowships=of(words.fellowships),
        venue_types=maybe(random, frozenset(some(random, tuple(VenueType), 3)), RARE),
        by_phone=maybe(random, random.random() < 0.5, RARE),
        languages=of(words.languages),
        service_bodies=of(words.bodies),
        sources=of(words.sources, 2),
        ids=of(words.ids, 30),
        areas=of(words.areas),
        concerns=of(words.concerns),
        approaches=of(words.approaches),
        for_whom=maybe(random, random.choice(tuple(Audience)), RARE),
        medication=maybe(random, frozenset(some(random, tuple(MedicationStance), 2)), RARE),
        statuses=frozenset(some(random, tuple(MeetingStatus), 3) if random.random() < 0.3 else MeetingStatus),
        exclude=_exclusion(random, words) if random.random() < 0.2 else Exclusion(),
    )


def a_text(random: Random, texts: Sequence[str]) -> str:
    """Words of the list: some of them quoted, misspelt, cut short, in capitals."""
    told = random.choice(texts)
    words = told.split() or ["?"]
    first = random.randrange(len(words))
    part = words[first : first + random.randint(1, 3)]
    if random.random() < 0.3:
        part += random.choice(texts).split()[:1]
    asked = " ".join(_a_word(random, word) for word in part)
    if random.random() < 0.2:
        asked = random.choice(('"{}"', "“{}”", '"{}', 'a "{}" "')).format(asked)
    if random.random() < 0.15:
        asked = told
    return asked if words_in(folded(asked)) else "light"


def _a_word(random: Random, word: str) -> str:
    match random.choice(("as it is",) * 4 + ("misspelt", "misspelt", "cut", "capitals")):
        case "misspelt":
            return misspelt(random, misspelt(random, word) if random.random() < 0.3 else word)
        case "cut":
            return word[: random.randint(1, len(word))]
        case "capitals":
            return word.upper()
        case "as it is":
            return word


def misspelt(random: Random, word: str) -> str:
    """One typing error in it."""
    if len(word) < 3:
        return word
    at, letter = random.randrange(len(word)), random.choice(ascii_lowercase)
    kind = random.choice(("too many", "missing", "another", "swapped"))
    if kind == "swapped":
        at = min(at, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + ("" if kind == "missing" else letter) + word[at + (kind != "too many") :]


def _exclusion(random: Random, words: Words) -> Exclusion:
    return Exclusion(
        ids=frozenset(some(random, words.ids, 5)),
        venue_types=frozenset(some(random, tuple(VenueType), 1)),
        service_bodies=frozenset(some(random, words.bodies, 2) if random.random() < 0.5 else ()),
        sources=frozenset(some(random, words.sources, 1)),
    )


def _formats(random: Random, known: Sequence[str]) -> FormatFilter:
    return FormatFilter(
        all=frozenset(some(random, known, 1)),
        any=frozenset(some(random, known, 4)),
        none=frozenset(some(random, known, 2)),
    )


def _place(random: Random, words: Words) -> PlaceFilter:
    kind = random.choice(("near", "near", "nearest", "box", "words", "area", "area", "area nearest"))
    narrowing = 0.4 if kind == "words" else 0.05
    return PlaceFilter(
        near=_a_point(random, words) if "near" in kind else None,
        radius_km=random.choice((0.0, 0.05, 5.0, 25.0, 100.0, 500.0, 4000.0)),
        nearest=random.choice((1, 2, 5, 30)) if "nearest" in kind else None,
        area=_an_area(random, words) if kind.startswith("area") else None,
        box=_box(random, words) if kind == "box" or random.random() < 0.05 else None,
        city=maybe(random, random.choice(words.cities), narrowing),
        region=maybe(random, random.choice(words.regions), narrowing),
        country=maybe(random, random.choice(words.countries), narrowing),
        or_online=random.random() < 0.4,
    )


def _an_area(random: Random, words: Words) -> Area:
    """A region or country by some of the names there are, others of them being known to be elsewhere."""
    names = [place_key(name) for name in words.regions]
    called = frozenset(some(random, names, 3))
    is_country = random.random() < 0.5
    return Area(
        country=random.choice(words.countries),
        is_country=is_country,
        regions=called,
        others=frozenset(some(random, names, 4)) - called,
        listed_under=random.choice(words.countries) if is_country and random.random() < 0.7 else None,
        box=_box(random, words) if random.random() < 0.5 else Box(south=-90.0, west=-180.0, north=90.0, east=180.0),
    )


def _a_point(random: Random, words: Words) -> Point:
    if words.points and random.random() < 0.5:
        return random.choice(words.points)
    return Point(latitude=random.choice(LATITUDES), longitude=random.choice(LONGITUDES))


def _box(random: Random, words: Words) -> Box:
    one, other = _a_point(random, words), _a_point(random, words)
    south, north = sorted((one.latitude, other.latitude))
    return Box(south=south, north=north, west=one.longitude, east=other.longitude)


def _timed(random: Random, now: datetime) -> TimeFilter:
    asked = TimeFilter(**a_time_filter(random))
    kind = random.choice(("next", "next", "window", "window", "in progress"))
    return replace(asked, window=_window(random, now) if kind == "window" else None, in_progress=kind == "in progress")


def a_time_filter(random: Random) -> dict[str, Any]:
    """The parts that judge a single start."""
    return {
        "days": frozenset(some(random, tuple(Weekday), 4)) if random.random() < 0.5 else frozenset(),
        "starts_from": maybe(random, _a_minute(random), 0.3),
        "starts_before": maybe(random, _a_minute(random), 0.3),
        "times_of_day": frozenset(some(random, tuple(TimeOfDay), 2)) if random.random() < 0.3 else frozenset(),
        "ends_by": maybe(random, _a_minute(random), 0.15),
        "min_duration": maybe(random, random.choice((60, 61, 90.5)) * MINUTE, 0.1),
        "max_duration": maybe(random, random.choice((60, 89.5, 120)) * MINUTE, 0.1),
        "zone": maybe(random, random.choice((*HARD_ZONES, *sorted(zone_names()))), 0.4),
        "by_appointment": random.choice((None,) * 12 + (True, False)),
        "excluded_days": frozenset(some(random, tuple(Weekday), 3)) if random.random() < 0.3 else frozenset(),
    }


def _a_minute(random: Random) -> int:
    return random.choice((0, 1, 120, 150, 300, 1080, 1260, 1320, 1439, random.randrange(1440)))


def _window(random: Random, now: datetime) -> tuple[datetime, datetime]:
    minutes = random.choice((1, 60, 300, 1440, 7 * 1440, 35 * 1440, 92 * 1440))
    begin = now + timedelta(
        minutes=random.choice((0, -10, random.randint(-7 * 1440, 7 * 1440), random.randint(0, 270 * 1440)))
    )
    return begin, begin + minutes * MINUTE
