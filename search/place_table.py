"""The places that can be asked for by name, as arrays that all workers of a host map.

Rows are towns, sorted by country and region as in `seed/places`, then regions, then countries. A term is a folded name;
its postings are the rows it names. Made once a release from `seed/places` by `search.place_building`, never from
meetings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.clock import Bytes, Ints, Longs
from search.words import Terms

#: Counts up whenever the arrays, or how they are made of the same seed, differ.
LAYOUT = 2
#: Degrees are kept as whole numbers: about a metre.
DEGREE = 100_000
#: A region or country whose clocks differ has no zone.
NO_ZONE = -1
#: A country that lists of no other count as their region.
NOWHERE = -1

Counts: TypeAlias = NDArray[np.uint32]
Weights: TypeAlias = NDArray[np.float32]


class Naming(IntEnum):
    """How a term names a row: a posting is the row times four, plus this."""

    NAME = 0
    #: In another language or script, or short.
    OTHER = 1
    #: Only where it stands behind a town: an abbreviation, or a county of the region. Never meant by itself.
    BEHIND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Texts in UTF-8, one behind the other; `ends` is where each ends in `block`."""

    block: Bytes
    ends: Ints

    def at(self, number: int) -> str:
        """One of them."""
        start = int(self.ends[number - 1]) if number else 0
        return self.block[start : int(self.ends[number])].tobytes().decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Zips:
    """Postcodes of the United States in rising order; `region` is a row."""

    numbers: Counts
    latitude: Ints
    longitude: Ints
    zone: Ints
    town: Ints
    towns: Texts
    region: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTable:
    """The columns. `weight` of a posting is the logarithm of the row's people, less what a lesser name costs.

    Rows from `towns` on are regions, from `regions` on countries: `first` and `last` (by row less `towns`) are their
    towns [first, last), `box` south, west, north, east of these, `told` their names where lists write a region, as keys
    joined by `|`, `listed_under` the country whose lists do so. `country` numbers `countries`, `zone` `zone_names`.
    """

    layout: int
    towns: int
    regions: int
    countries: list[str]
    zone_names: list[str]
    names: Texts
    latitude: Ints
    longitude: Ints
    country: Ints
    zone: Ints
    first: Ints
    last: Ints
    box: Ints
    listed_under: Ints
    told: Texts
    terms: Terms
    posting_ends: Ints
    postings: Ints
    weight: Weights
    zips: Zips

    def postings_of(self, term: int) -> tuple[int, int]:
        """Where the postings of a term begin and end."""
        return (int(self.posting_ends[term - 1]) if term else 0), int(self.posting_ends[term])

    def region_of(self, row: int) -> int | None:
        """The region that a town lies in, as a row; None: it has none that has a name."""
        areas: Longs | Ints = self.first[: self.regions - self.towns]
        at = int(areas.searchsorted(row, "right")) - 1
        return None if at < 0 or row >= int(self.last[at]) else self.towns + at

    def country_of(self, row: int) -> str:
        """The country's code."""
        return self.countries[int(self.country[row])]
