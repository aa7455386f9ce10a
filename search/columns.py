"""The read index as arrays: one row a meeting in order of place, whose codes point into tables of distinct values.

A filter judges the distinct values, then gathers once a row. Rows that a distance can find come first, by grid cell;
then those without a point; then VIRTUAL ones, as one block. Codes mean something only within their generation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.clock import Flags, Ints, Longs, Reals, Zones
from search.rules import Schedules
from search.segments import Texts
from search.strings import Strings

Words: TypeAlias = NDArray[np.uint64]
#: Which files a reader can read; a builder with another number builds anew.
LAYOUT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The columns. `number` is the one behind the public id; `latitude` and `longitude` in 1e-7 degrees.

    `x`, `y`, `z` are the point on a sphere of radius 1; `document` is the number by which `texts` know the row, -1 if
    they do not; `edition` is the generation that first told the row so. The others are codes.
    """

    cell: Ints
    number: Longs
    latitude: Ints
    longitude: Ints
    x: Reals
    y: Reals
    z: Reals
    schedule: Ints
    kind: Ints
    origin: Ints
    place: Ints
    formats: Ints
    languages: Ints
    areas: Ints
    name: Ints
    document: Ints
    edition: Longs


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """Distinct (fellowship, venue type, status, medication, by phone); a venue type of -1 is unknown.

    Numbers index the header's `fellowships` and the enumerations in their order.
    """

    fellowship: Ints
    venue_type: Ints
    status: Ints
    medication: Ints
    by_phone: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """Distinct sets as pairs, in the order of the sets: set `owner` has `member`."""

    count: int
    owner: Ints
    member: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Distinct (source, service body), a body of -1 is none; and the sets of them: one for each list a row is in.

    `edition` by set: the generation with which anything that is shown of one of its sources last changed.
    `enter` and `leave` number the tree of bodies: what is below a body has numbers in [enter, leave).
    """

    sets: Sets
    edition: Longs
    source: Ints
    body: Ints
    bodies: Strings
    enter: Ints
    leave: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Distinct (country, region, city), the last two folded; -1 is unknown."""

    country: Ints
    region: Ints
    city: Ints
    regions: Strings
    cities: Strings


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Distinct sets of folded areas."""

    sets: Sets
    names: Strings


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What is no array.

    `built_at` in minutes; `change` is the last change of the database that is in here, `facts` a hash of what is not
    in the rows. Starts are known in [`first_start`, `last_start`), in minutes. `fellowships` of rows, `formats`,
    `languages`, `sources` and `countries` by code. `covered_by` are broader concerns by concern; `concerns_of`,
    `approaches_of` and `audience_of` are facts of fellowships.
    """

    layout: int
    tzdata: str
    built_at: int
    change: int
    facts: str
    first_start: int
    last_start: int
    fellowships: dict[str, int]
    formats: dict[str, int]
    languages: dict[str, int]
    sources: dict[str, int]
    countries: dict[str, int]
    covered_by: dict[str, list[str]]
    concerns_of: dict[str, list[str]]
    approaches_of: dict[str, list[str]]
    audience_of: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """All of one state of the list.

    `formats` has a row of 64 formats' bits for each word, a column for each distinct set of `format_sets`.
    `by_number` sorts rows by number; `hybrid` are the HYBRID rows; rows below `located` have a point, those from
    `virtual` on are VIRTUAL. `name_ranks` by name code: the place of the folded name in `names`.
    """

    header: Header
    zones: Zones
    schedules: Schedules
    rows: Rows
    kinds: Kinds
    origins: Origins
    places: Places
    areas: Areas
    formats: Words
    format_sets: Sets
    languages: Sets
    names: Strings
    name_ranks: Ints
    texts: Texts
    by_number: Ints
    hybrid: Ints
    located: int
    virtual: int


def joined_rows(parts: list[Rows]) -> Rows:
    """One after the other."""
    return Rows(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Rows)})


def taken_rows(rows: Rows, order: NDArray[np.intp]) -> Rows:
    """These rows in this order."""
    return Rows(**{f.name: getattr(rows, f.name).take(order) for f in fields(Rows)})


def editions_of(columns: Generation, rows: Longs) -> list[int]:
    """For each row the generation since which nothing of it or of its sources has changed, as far as that is shown."""
    sources = columns.origins.edition.take(columns.rows.origin.take(rows))
    editions: list[int] = np.maximum(columns.rows.edition.take(rows), sources).tolist()
    return editions
