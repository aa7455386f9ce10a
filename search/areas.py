"""Which rows lie in a region or country: by what their lists say, and where these say nothing, by their point."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from meetings.gazetteer import place_key
from meetings.search import Area
from search.candidates import some_of
from search.clock import Flags, Ints, Longs
from search.columns import Generation
from search.geo import in_box
from search.index import Index
from search.strings import texts_at

Told: TypeAlias = NDArray[np.int8]
#: What a place's names tell: it lies outside, inside, or nobody knows but by its point.
_OUTSIDE, _INSIDE, _BY_POINT = np.int8(0), np.int8(1), np.int8(2)
_UNKNOWN = -1


def rows_in_area(index: Index, area: Area) -> Longs:
    """The rows that lie in an area, but those that are held online only."""
    columns = index.columns
    told = _told_of_places(index, area).take(columns.rows.place[: columns.virtual])
    return _with_doubtful(columns, np.flatnonzero(told == _INSIDE), np.flatnonzero(told == _BY_POINT), area)


def in_area(index: Index, rows: Longs, area: Area) -> Longs:
    """Those of these rows that lie in an area, but what is held online only."""
    columns = index.columns
    rows = rows[rows < columns.virtual]
    told = _told_of_places(index, area).take(columns.rows.place.take(rows))
    return _with_doubtful(columns, rows[told == _INSIDE], rows[told == _BY_POINT], area)


def _with_doubtful(columns: Generation, inside: Longs, doubtful: Longs, area: Area) -> Longs:
    """The rows inside, and of the others those whose point is."""
    doubtful = doubtful[doubtful < columns.located]
    if not doubtful.size:
        return inside
    return np.sort(np.concatenate([inside, doubtful[in_box(columns.rows, some_of(doubtful), area.box)]]))


def _told_of_places(index: Index, area: Area) -> Told:
    told: Told = index.tables.made(("area", area), lambda: _told(index, area))
    return told


def _told(index: Index, area: Area) -> Told:
    """What the names of each distinct place tell."""
    columns = index.columns
    places, countries = columns.places, columns.header.countries
    known = index.tables.made("region keys", lambda: _region_keys(columns))
    called, others = _named(known, places.region, area.regions), _named(known, places.region, area.others)
    here = places.country == countries.get(area.country, _UNKNOWN - 1)
    under = places.country == countries.get(area.listed_under or "", _UNKNOWN - 1)
    unknown = places.country == _UNKNOWN
    told = np.full(len(places.country), _OUTSIDE, np.int8)
    if area.is_country:
        told[unknown] = _BY_POINT
        told[here | (under & called)] = _INSIDE
        return told
    told[(here | unknown) & ~others] = _BY_POINT
    told[here & called] = _INSIDE
    return told


def _region_keys(columns: Generation) -> dict[int, str]:
    """What each distinct region is called, by its code."""
    codes = columns.places.regions.codes
    texts = texts_at(columns.places.regions, np.arange(len(codes)))
    return dict(zip(codes.tolist(), map(_key, texts), strict=True))


@lru_cache(maxsize=1 << 14)
def _key(text: str) -> str:
    # Generations come and go, and the regions in them are the same.
    return place_key(text)


def _named(known: dict[int, str], codes: Ints, names: frozenset[str]) -> Flags:
    named = np.array([code for code, key in known.items() if key in names], np.int32)
    return np.isin(codes, named)
