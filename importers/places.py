"""The tables of towns, regions and US postcodes that lie in `seed/places`, read when first asked for.

They take some 45 MB of the one process that imports, so nothing is read at import and `known_places.cache_clear`
gives all back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meetings.gazetteer import (
    Area,
    Gazetteer,
    Points,
    RegionNames,
    Texts,
    Town,
    Zips,
    find_town,
    place_key,
    regions_by_name,
)
from meetings.place_seed import COLUMNS_FILE, PLACES, REGIONS_FILE, areas_of, countries_of, region_names

#: One degree of a great circle.
_KILOMETRES = 111.2
#: Each is unpacked when it is asked for, so that the packed and the whole never lie in memory together.
Columns = Mapping[str, NDArray[np.integer]]


def town_point(city: str | None, region: str | None, country: str | None, postal_code: str | None) -> Town | None:
    """The town that an address names, as the list wrote its parts; None: unknown, or nobody can tell which one.

    `region` is what stands between town and postcode: a state, province or county, by name or abbreviation. `country`
    is an alpha-2 code.
    """
    return find_town(known_places(), city=city, region=region, country=country, postal_code=postal_code)


def is_near(country: str, point: tuple[float, float], kilometres: float) -> bool:
    """Whether a town of this country lies so near to a point; what lies at a border, lists count to either side."""
    gazetteer = known_places()
    rows = gazetteer.countries.get(country.upper())
    if rows is None:
        return False
    latitudes = np.asarray(gazetteer.points.latitudes)[rows.start : rows.stop] / 100_000 - point[0]
    across = np.asarray(gazetteer.points.longitudes)[rows.start : rows.stop] / 100_000 - point[1]
    across = ((across + 180) % 360 - 180) * math.cos(math.radians(point[0]))
    return bool((np.hypot(latitudes, across) * _KILOMETRES).min() <= kilometres)


@cache
def known_places() -> Gazetteer:
    """The tables of this installation."""
    return read_places(PLACES)


def read_places(folder: Path) -> Gazetteer:
    """The tables in a folder, in the form that seed/places/README.md describes."""
    regions = region_names((folder / REGIONS_FILE).read_text("utf-8"))
    with np.load(folder / COLUMNS_FILE, allow_pickle=False) as columns:
        return _gazetteer(columns, regions)


def _gazetteer(columns: Columns, names: list[RegionNames]) -> Gazetteer:
    terms = _texts(columns["terms"])  # The largest by far: first, so that its unpacking adds to nothing else.
    areas = areas_of(_lines(columns["areas"]), columns["area_starts"].tolist(), len(columns["zones"]))
    countries = countries_of(areas)
    regions = regions_by_name(names, areas, countries)
    titles = {(line.country, line.code): line.name for line in names}
    return Gazetteer(
        names=_texts(columns["names"]),
        points=_points(columns, ""),
        populations=_numbers(columns["populations"]),
        zone_names=_lines(columns["zone_names"]),
        areas=tuple(Area(country=key[0], name=titles.get(key), rows=rows) for key, rows in areas.items()),
        countries=countries,
        regions=regions,
        terms=terms,
        term_ends=_numbers(np.cumsum(columns["term_counts"], dtype=np.uint32)),
        term_rows=_numbers(columns["term_rows"]),
        zips=_zips(columns, regions),
    )


def _zips(columns: Columns, regions: dict[tuple[str, str], tuple[range, ...]]) -> Zips:
    return Zips(
        numbers=_numbers(columns["zips"]),
        points=_points(columns, "zip_"),
        towns=_numbers(columns["zip_towns"]),
        town_names=_texts(columns["zip_town_names"]),
        states=_numbers(columns["zip_states"]),
        state_rows=tuple(regions["US", place_key(state)][0] for state in _lines(columns["zip_state_names"])),
    )


def _points(columns: Columns, prefix: str) -> Points:
    return Points(
        latitudes=_numbers(columns[f"{prefix}latitudes"]),
        longitudes=_numbers(columns[f"{prefix}longitudes"]),
        zones=_numbers(columns[f"{prefix}zones"]),
    )


def _numbers(column: NDArray[np.integer]) -> memoryview[int]:
    # The file is little-endian. Of a view single numbers come out as Python's, three times as fast as of an array.
    return np.ascontiguousarray(column, column.dtype.newbyteorder("=")).data


def _texts(column: NDArray[np.integer]) -> Texts:
    return Texts(blob=column.tobytes(), ends=_numbers(np.flatnonzero(column == ord("\n")).astype(np.uint32)))


def _lines(column: NDArray[np.integer]) -> tuple[str, ...]:
    return tuple(column.tobytes().decode().splitlines())
