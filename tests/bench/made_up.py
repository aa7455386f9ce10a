"""A made-up world list of any size, the same every time: as many distinct schedules, formats and towns as real ones.

Real lists gather in towns and at the same hours; so does this one, or a local search would find nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import accumulate
from random import Random

from meetings.listing import id_from_number
from meetings.zones import country_zones
from store.index_rows import IndexRow
from tests.outside import ROOT

FELLOWSHIPS = 40
FORMAT_SETS = 13_000
TOWNS = 4_000
SOURCES = 60
BODIES = 900
#: Half past, quarter to: when people meet; the evening more often.
_HOURS = (7, 8, 9, 10, 12, 12, 13, 15, 17, 17, 18, 18, 18, 19, 19, 19, 19, 20, 20, 20, 21, 22, 0, 6)
_FIRST = (
    "Morning",
    "Lantern",
    "Harbour",
    "Bridge",
    "River",
    "Open",
    "Quiet",
    "Friday",
    "New",
    "Old",
    "Hill",
    "Sunrise",
)
_THEN = ("Light", "Door", "Steps", "Circle", "Table", "Hope", "Way", "Group", "Hour", "Beginners", "Book", "Voices")


def made_up_rows(count: int, seed: int = 1) -> Iterator[IndexRow]:
    """So many rows in the order of their numbers."""
    random = Random(seed)
    numbers = sorted(random.sample(range(1 << 62), count))
    towns, formats, fellowships = _towns(random), _format_sets(random), _fellowships()
    weights = list(accumulate(1 / (rank + 3) for rank in range(TOWNS)))
    common = list(accumulate(1 / (rank + 2) for rank in range(FORMAT_SETS)))
    for number in numbers:
        (town,) = random.choices(towns, cum_weights=weights)
        (kinds,) = random.choices(formats, cum_weights=common)
        yield _row(random, number, town, kinds, fellowships)


def _fellowships() -> list[str]:
    known = json.loads((ROOT / "seed/fellowships.json").read_bytes())["fellowships"]
    return [row["code"] for row in known][:FELLOWSHIPS]


def _format_sets(random: Random) -> list[str]:
    codes = [row["code"] for row in json.loads((ROOT / "seed/formats.json").read_bytes())["formats"]]
    return [json.dumps(random.sample(codes, random.randint(0, 8))) for _ in range(FORMAT_SETS)]


def _towns(random: Random) -> list[tuple[str, str, str, float, float]]:
    """Country, zone, name, latitude, longitude; those of a country near each other."""
    countries = sorted(country_zones())
    middles = {country: (random.uniform(-45, 65), random.uniform(-170, 175)) for country in countries}
    zones = {country: sorted(names) for country, names in country_zones().items()}
    found = []
    for number in range(TOWNS):
        country = countries[int(len(countries) * random.random() ** 3)]
        latitude, longitude = middles[country]
        found.append(
            (
                country,
                random.choice(zones[country]),
                f"Town {number}",
                latitude + random.gauss(0, 4),
                (longitude + random.gauss(0, 8) + 180) % 360 - 180,
            )
        )
    return found


def _row(
    random: Random, number: int, town: tuple[str, str, str, float, float], formats: str, fellowships: list[str]
) -> IndexRow:
    country, zone, city, latitude, longitude = town
    venue_type = random.choices(("IN_PERSON", "VIRTUAL", "HYBRID"), (72, 20, 8))[0]
    interval, weeks, anchor, exceptions = _recurrence(random)
    spread = random.choice((0.01, 0.05, 0.12))
    source = random.randrange(SOURCES)
    return IndexRow(
        number=number,
        id=id_from_number(number),
        name=f"{random.choice(_FIRST)} {random.choice(_THEN)} {random.randrange(500)}",
        fellowship=fellowships[int(len(fellowships) * random.random() ** 2)],
        status=random.choices(("ACTIVE", "UNCONFIRMED", "SUSPENDED", "WITHDRAWN"), (90, 4, 3, 3))[0],
        venue_type=venue_type,
        medication="UNSTATED",
        zone=zone,
        weekday=random.randrange(7),
        starts=random.choice(_HOURS) * 60 + random.choice((0, 0, 0, 30, 30, 15, 45)),
        minutes=random.choice((60, 60, 60, 90, 75, 45, 120)),
        interval=interval,
        anchor=anchor,
        weeks=weeks,
        exceptions=exceptions,
        latitude=None if venue_type == "VIRTUAL" else max(-90.0, min(90.0, latitude + random.gauss(0, spread))),
        longitude=None if venue_type == "VIRTUAL" else max(-180.0, min(180.0, longitude + random.gauss(0, spread))),
        country=country,
        region=f"Region {hash_of(city) % 300}",
        city=city,
        by_phone=int(random.random() < 0.2),
        languages=random.choices(('["en"]', '["es"]', '["fr"]', '["pt-BR"]', '["en", "es"]'), (60, 15, 10, 10, 5))[0],
        formats=formats,
        source_id=f"list-{source}",
        service_body_id=random.choice(made_up_bodies(source)),
        areas=f'["Area {source}"]',
    )


def _recurrence(random: Random) -> tuple[int, str, str | None, str]:
    """Interval, weeks of the month, anchor, exceptions: nearly all are simply weekly."""
    unusual = random.random()
    if unusual < 0.03:
        return 1, random.choice(("1", "2", "1,3", "-1")), None, "[]"
    if unusual < 0.05:
        return 2, "", f"2026-0{random.randint(1, 9)}-0{random.randint(1, 9)}", "[]"
    if unusual < 0.055:
        return 1, "", None, json.dumps([[f"2026-12-{random.randint(10, 31)}", None, None, None]])
    return 1, "", None, "[]"


def made_up_bodies(source: int) -> list[str]:
    """The ids of a source's service bodies, the one above the others first."""
    return [id_from_number(source * 15 + place, "B") for place in range(15)]


def hash_of(text: str) -> int:
    """A small number of a text, the same in every process."""
    return sum(text.encode())
