"""What a row of the table of places is: a place to show, and the area that it stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meetings.places import Place, PlaceKind
from meetings.search import Area, Box
from search.place_table import DEGREE, NO_ZONE, NOWHERE, PlaceTable

#: How far, in degrees, a region reaches beyond the middles of its towns.
BOX_MARGIN = 0.2


def place_at(table: PlaceTable, row: int) -> Place:
    """The place of a row."""
    zone = int(table.zone[row])
    kind = PlaceKind.TOWN if row < table.towns else PlaceKind.REGION if row < table.regions else PlaceKind.COUNTRY
    region = table.region_of(row) if kind is PlaceKind.TOWN else None
    return Place(
        kind=kind,
        name=table.names.at(row),
        region=None if region is None else table.names.at(region),
        country=table.country_of(row),
        latitude=int(table.latitude[row]) / DEGREE,
        longitude=int(table.longitude[row]) / DEGREE,
        zone=None if zone == NO_ZONE else table.zone_names[zone],
    )


def area_of(table: PlaceTable, row: int) -> Area:
    """All of a region or country."""
    number, country = row - table.towns, table.country_of(row)
    is_country = row >= table.regions
    siblings = np.flatnonzero(table.country[table.towns : table.regions] == table.country[row]).tolist()
    regions = _told(table, number)
    under = int(table.listed_under[number])
    return Area(
        country=country,
        is_country=is_country,
        regions=regions,
        others=frozenset().union(*(_told(table, other) for other in siblings)) - regions,
        listed_under=None if under == NOWHERE else table.countries[under],
        box=_with_margin(table.box[number].tolist()),
    )


def _told(table: PlaceTable, number: int) -> frozenset[str]:
    return frozenset(filter(None, table.told.at(number).split("|")))


def _with_margin(box: Sequence[int]) -> Box:
    """The box of towns' middles, in degrees, and a little more."""
    south, west, north, east = (side / DEGREE for side in box)
    # Of a box that nearly goes round, the margins would meet.
    if (east - west) % 360 + 2 * BOX_MARGIN >= 360:
        west, east = -180.0, 180.0
    else:
        west, east = _longitude(west - BOX_MARGIN), _longitude(east + BOX_MARGIN)
    return Box(south=max(-90.0, south - BOX_MARGIN), west=west, north=min(90.0, north + BOX_MARGIN), east=east)


def _longitude(degrees: float) -> float:
    return (degrees + 180) % 360 - 180
