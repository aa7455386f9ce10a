"""The tables in `seed/places`, as seed/places/README.md describes them: where they lie, and what is read of them twice.

Importers tell the town of an address by them, `search` finds places by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from meetings.gazetteer import RegionNames

#: A country, and GeoNames' code of a region in it.
AreaKey: TypeAlias = tuple[str, str]

#: Where the tables lie in the source tree and in an installation.
PLACES = Path(__file__).resolve().parent.parent / "seed" / "places"
COLUMNS_FILE, REGIONS_FILE = "places.npz", "regions.tsv"


def region_names(table: str) -> list[RegionNames]:
    """What regions are called, from the text of the table."""
    return [_region_names(line) for line in table.splitlines()[1:]]


def _region_names(line: str) -> RegionNames:
    country, code, name, also, parts = line.split("\t")
    return RegionNames(country=country, code=code, name=name, also=_listed(also), parts=_listed(parts))


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def areas_of(areas: Iterable[str], starts: Sequence[int], rows: int) -> dict[AreaKey, range]:
    """The rows of each region, by the columns `areas` and `area_starts`; there are so many rows."""
    keys = (line.split("\t") for line in areas)
    ends = pairwise((*starts, rows))
    return {(country, code): range(*span) for (country, code), span in zip(keys, ends, strict=True)}


def countries_of(areas: Mapping[AreaKey, range]) -> dict[str, range]:
    """The rows of each country."""
    found: dict[str, range] = {}
    for (country, _), rows in areas.items():
        found[country] = range(found.get(country, rows).start, rows.stop)
    return found
