"""Postcodes of the United States in a text: which one it is, and whether what stands beside it lies there.

Other countries have postcodes of five digits, too: Berlin 10115 is not in New York.
"""

from __future__ import annotations

import re

import numpy as np

from meetings.places import Place, PlaceKind
from meetings.search import Point
from search.geo import kilometres, on_sphere
from search.place_table import DEGREE, PlaceTable

#: A postcode lies no farther from the middle of the town that is written beside it.
NEAR_KM = 80.0
_ZIP = re.compile(r"(?:^|[\s,])([0-9]{5})(?:-[0-9]{4})?\s*$|^\s*([0-9]{5})(?:-[0-9]{4})?(?=[\s,])")
#: Where postcodes of the United States are written.
_COUNTRIES = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"})


def without_zip(table: PlaceTable, text: str, country: str | None) -> tuple[int | None, str]:
    """The number of the postcode that a text ends or begins with, None: there is none; and the rest of the text."""
    written = _ZIP.search(text)
    if written is None:
        return None, text
    rest = text[: written.start()] + text[written.end() :]
    wanted = int(written[1] or written[2])
    number = int(table.zips.numbers.searchsorted(wanted))
    known = number < len(table.zips.numbers) and int(table.zips.numbers[number]) == wanted
    return number if known and country in _COUNTRIES | {None} else None, rest


def zip_place(table: PlaceTable, number: int) -> Place:
    """The place of a postcode of the United States."""
    zips = table.zips
    region = int(zips.region[number])
    return Place(
        kind=PlaceKind.POSTCODE,
        name=f"{zips.towns.at(int(zips.town[number]))} {int(zips.numbers[number]):05}",
        region=table.names.at(region) if region < table.regions else None,
        country=table.country_of(region),
        latitude=int(zips.latitude[number]) / DEGREE,
        longitude=int(zips.longitude[number]) / DEGREE,
        zone=table.zone_names[int(zips.zone[number])],
    )


def lies_at(table: PlaceTable, number: int, row: int) -> bool:
    """Whether a postcode lies in this region or country, or near to this town."""
    region = int(table.zips.region[number])
    if row >= table.towns:
        return row == region or (row >= table.regions and table.country[row] == table.country[region])
    zips = table.zips
    one = Point(latitude=int(zips.latitude[number]) / DEGREE, longitude=int(zips.longitude[number]) / DEGREE)
    other = Point(latitude=int(table.latitude[row]) / DEGREE, longitude=int(table.longitude[row]) / DEGREE)
    return _apart_km(one, other) <= NEAR_KM


def _apart_km(one: Point, other: Point) -> float:
    axes = on_sphere(np.array([one.latitude, other.latitude]), np.array([one.longitude, other.longitude]))
    return kilometres(sum(float(axis[0] - axis[1]) ** 2 for axis in axes))
