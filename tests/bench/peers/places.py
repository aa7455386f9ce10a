"""Where the requests ask: dense places and sparse ones, chosen so that an answer holds about 40 meetings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

import numpy as np

from meetings.model import Weekday
from meetings.search import FormatFilter, MeetingFilter, MeetingOrder, MeetingQuery, PlaceFilter, Point, TimeFilter
from search.index import Index
from search.meetings import find_meetings
from tests.bench.peers.servers.near import minutes
from tests.search.worlds import vocabulary

PAGE = 50
#: Kilometres to try, the nearest that gives as many as wanted is taken: a town wants few, the country many.
_DENSE_KM = (5.0, 10.0, 25.0, 50.0)
_SPARSE_KM = (50.0, 25.0, 100.0, 200.0, 400.0)
#: Points to try for each place that is wanted.
_TRIES = 400
#: How many a sparse place has: with as many full pages of dense ones, 40 an answer.
_SPARSE = range(20, 41)
_STARTS_FROM, _STARTS_BEFORE = "12:00", "22:00"
_PRESETS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What is asked besides the place; an app has a few such."""

    days: tuple[Weekday, ...]
    fellowships: tuple[str, ...]
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One request's place; `found` is how many match in all."""

    latitude: float
    longitude: float
    radius_km: float
    preset: Preset
    found: int

    def variables(self) -> dict[str, Any]:
        """As the document of `near_query.graphql` takes them."""
        return {
            "near": {"latitude": self.latitude, "longitude": self.longitude},
            "radiusKm": self.radius_km,
            "days": [day.name for day in self.preset.days],
            "startsFrom": _STARTS_FROM,
            "startsBefore": _STARTS_BEFORE,
            "fellowships": list(self.preset.fellowships),
            "formats": list(self.preset.formats),
        }


def choose_places(index: Index, now: datetime, *, count: int, seed: int) -> list[Place]:
    """So many different places, dense and sparse in turn."""
    random = Random(seed)
    dense, sparse = (_places(index, now, random, count, dense=dense) for dense in (True, False))
    return [next(sparse if number % 2 else dense) for number in range(count)]


def _presets() -> list[Preset]:
    random = Random(7)
    known = vocabulary()
    fellowships = list(known.fellowships)[:16]
    return [
        Preset(
            days=tuple(sorted(random.sample(tuple(Weekday), 5))),
            fellowships=tuple(random.sample(fellowships, 8)),
            formats=tuple(random.sample(list(known.formats), 14)),
        )
        for _ in range(_PRESETS)
    ]


def _places(index: Index, now: datetime, random: Random, count: int, *, dense: bool) -> Iterator[Place]:
    rows, presets = index.columns.rows, _presets()
    latitudes = np.asarray(rows.latitude[: index.columns.located])
    longitudes = np.asarray(rows.longitude[: index.columns.located])
    for _ in range(_TRIES * count):
        at = random.randrange(len(latitudes))
        latitude = round(float(latitudes[at]) / 1e7 + random.gauss(0, 0.02 if dense else 0.3), 5)
        longitude = round(float(longitudes[at]) / 1e7 + random.gauss(0, 0.02 if dense else 0.3), 5)
        # Hand-written servers need not know what a circle over the pole or the date line is.
        if abs(latitude) < 60 and abs(longitude) < 170:
            found = _with_radius(
                index, now, Point(latitude=latitude, longitude=longitude), random.choice(presets), dense
            )
            if found:
                yield found
    raise RuntimeError("the list is too small: no place has as many meetings as wanted")


def _with_radius(index: Index, now: datetime, point: Point, preset: Preset, dense: bool) -> Place | None:
    for radius_km in _DENSE_KM if dense else _SPARSE_KM:
        total = _found(index, now, point, preset, radius_km)
        if total >= PAGE if dense else total in _SPARSE:
            return Place(
                latitude=point.latitude, longitude=point.longitude, radius_km=radius_km, preset=preset, found=total
            )
    return None


def _found(index: Index, now: datetime, point: Point, preset: Preset, radius_km: float) -> int:
    asked = MeetingFilter(
        place=PlaceFilter(near=point, radius_km=radius_km),
        time=TimeFilter(
            days=frozenset(preset.days), starts_from=minutes(_STARTS_FROM), starts_before=minutes(_STARTS_BEFORE)
        ),
        fellowships=frozenset(preset.fellowships),
        formats=FormatFilter(any=frozenset(preset.formats)),
    )
    query = MeetingQuery(filter=asked, order=MeetingOrder.DISTANCE, first=1, now=now)
    return find_meetings(index, query).total or 0
