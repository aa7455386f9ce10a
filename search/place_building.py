"""From the tables in `seed/places` to the arrays that place search maps: some seconds, once a release."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from meetings.countries import country_name, country_names
from meetings.gazetteer import ABBREVIATING, ABBREVIATION_LENGTH, RegionNames, place_key
from meetings.place_seed import COLUMNS_FILE, REGIONS_FILE, AreaKey, areas_of, countries_of, region_names
from search.clock import Flags, Ints, Longs
from search.geo import on_sphere
from search.place_table import DEGREE, LAYOUT, NO_ZONE, NOWHERE, Naming, PlaceTable, Texts, Weights, Zips
from search.words import make_terms

#: The people of a town whose number nobody knows.
UNKNOWN_PEOPLE = 100
#: What a name that is not the place's own costs, and a region's against a town of the same name in it: New York is
#: the city, Oklahoma the state.
OTHER_NAME, IS_REGION = 0.3, 0.9
#: A region's clock is that of nearly all who live there, or it has none.
_ONE_CLOCK = 0.99
#: Each is unpacked when it is asked for.
Columns: TypeAlias = Mapping[str, NDArray[np.integer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Area:
    """A region or country: its rows of the seed, what is known of it, and what it is called, as `Naming` tells.

    `as_region`: what a country is called by lists of `listed_under`, which count it as their region.
    """

    country: str
    name: str
    rows: range
    is_country: bool
    names: Mapping[Naming, frozenset[str]]
    as_region: frozenset[str] = frozenset()
    listed_under: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Towns:
    """The seed's columns by row, in whole degrees and people."""

    latitude: Ints
    longitude: Ints
    zone: Ints
    people: Longs
    kept: Flags

    def numbers(self) -> Longs:
        """For each row, how many kept ones are before it."""
        return np.concatenate([[0], np.cumsum(self.kept)])


def build_places(folder: Path, least_people: int = 0) -> PlaceTable:
    """The table of what lies in a folder as `seed/places`; towns of fewer people are left out."""
    regions = region_names((folder / REGIONS_FILE).read_text("utf-8"))
    with np.load(folder / COLUMNS_FILE, allow_pickle=False) as columns:
        areas = _named_areas(columns, regions)
        return _table(columns, areas, least_people)


def _table(columns: Columns, areas: Sequence[_Area], least_people: int) -> PlaceTable:
    towns = _towns(columns, least_people)
    numbers = towns.numbers()
    count = int(numbers[-1])
    zone_names = _lines(columns["zone_names"])
    countries = sorted({area.country for area in areas})
    facts = [_area_facts(towns, area) for area in areas]
    people = np.concatenate([towns.people[towns.kept], [fact.people for fact in facts]])
    terms, owners, postings = _postings(columns, areas, towns)
    order, ends = _by_term(owners, len(terms))
    postings = postings[order]
    return PlaceTable(
        layout=LAYOUT,
        towns=count,
        regions=count + sum(not area.is_country for area in areas),
        countries=countries,
        zone_names=list(zone_names),
        names=_joined([*_names(columns, towns.kept), *(area.name.encode() for area in areas)]),
        latitude=_ints([*towns.latitude[towns.kept], *(fact.latitude for fact in facts)]),
        longitude=_ints([*towns.longitude[towns.kept], *(fact.longitude for fact in facts)]),
        country=_ints([*_countries(areas, towns, countries), *(countries.index(area.country) for area in areas)]),
        zone=_ints([*towns.zone[towns.kept], *(fact.zone for fact in facts)]),
        first=_ints(numbers[[area.rows.start for area in areas]]),
        last=_ints(numbers[[area.rows.stop for area in areas]]),
        box=np.array([fact.box for fact in facts], np.int32).reshape(-1, 4),
        listed_under=_ints(
            NOWHERE if area.listed_under is None else countries.index(area.listed_under) for area in areas
        ),
        told=_joined("|".join(sorted(_told(area))).encode() for area in areas),
        terms=make_terms([term.decode() for term in terms]),
        posting_ends=ends,
        postings=postings.astype(np.int32),
        weight=_weights(postings, people, count, count + sum(not area.is_country for area in areas)),
        zips=_zips(columns, areas, count),
    )


# --- Towns --------------------------------------------------------------------------------------


def _towns(columns: Columns, least_people: int) -> _Towns:
    people = columns["populations"].astype(np.int64)
    return _Towns(
        latitude=columns["latitudes"].astype(np.int32),
        longitude=columns["longitudes"].astype(np.int32),
        zone=columns["zones"].astype(np.int32),
        people=people,
        kept=people >= least_people,
    )


def _names(columns: Columns, kept: Flags) -> list[bytes]:
    return [name for name, keep in zip(_split(columns["names"]), kept.tolist(), strict=True) if keep]


def _lines(column: np.ndarray[Any, Any]) -> list[str]:
    return column.tobytes().decode().splitlines()


def _split(column: np.ndarray[Any, Any]) -> list[bytes]:
    return column.tobytes().removesuffix(b"\n").split(b"\n")


def _countries(areas: Sequence[_Area], towns: _Towns, countries: Sequence[str]) -> Longs:
    found = np.zeros(len(towns.kept), np.int64)
    for area in areas:
        if area.is_country:
            found[area.rows.start : area.rows.stop] = countries.index(area.country)
    return found[towns.kept]


# --- Regions and countries ----------------------------------------------------------------------


def _named_areas(columns: Columns, lines: Iterable[RegionNames]) -> list[_Area]:
    """Regions in the order of their rows, then countries."""
    rows = areas_of(_lines(columns["areas"]), columns["area_starts"].tolist(), len(columns["zones"]))
    countries = countries_of(rows)
    borrowed: dict[str, list[RegionNames]] = defaultdict(list)
    regions: dict[AreaKey, RegionNames] = {}
    for line in lines:
        if line.code.startswith("="):
            borrowed[line.code[1:]].append(line)
        else:
            regions[line.country, line.code] = line
    keys = [key for key in rows if key in regions]
    taken = {(key[0], place_key(regions[key].name)) for key in keys}
    named = [_region(regions[key], rows[key]) for key in keys]
    return named + [_country(code, countries[code], borrowed[code], taken) for code in sorted(countries)]


def _region(line: RegionNames, rows: range) -> _Area:
    also = {place_key(name) for name in line.also}
    if line.code.isalpha():
        also.add(place_key(line.code))
    # What is short is an abbreviation, and means other things elsewhere, but where everybody writes so.
    full = {name for name in also if len(name) > ABBREVIATION_LENGTH or line.country in ABBREVIATING}
    name = frozenset({place_key(line.name)})
    return _Area(
        country=line.country,
        name=line.name,
        rows=rows,
        is_country=False,
        names={
            Naming.NAME: name,
            Naming.OTHER: frozenset(full) - name,
            Naming.BEHIND: frozenset(map(place_key, line.parts)) | frozenset(also - full),
        },
    )


def _country(code: str, rows: range, as_regions: Sequence[RegionNames], taken: set[AreaKey]) -> _Area:
    """A country; a part that lists call so, as Scotland, is a region instead."""
    name = frozenset({place_key(country_name(code))})
    also = {place_key(name) for name in country_names(code)}
    as_region = frozenset(place_key(name) for line in as_regions for name in (line.name, *line.also, code))
    also |= as_region
    also = {name for name in also if (code, name) not in taken and name}
    short = {name for name in also if len(name) < ABBREVIATION_LENGTH and name != "uk"}
    return _Area(
        country=code,
        name=country_name(code),
        rows=rows,
        is_country=True,
        names={
            Naming.NAME: name,
            Naming.OTHER: frozenset(also - short) - name,
            Naming.BEHIND: frozenset(short | {code.lower()}),
        },
        as_region=as_region,
        listed_under=as_regions[0].country if as_regions else None,
    )


def _told(area: _Area) -> set[str]:
    """What lists may write for it where they write a region."""
    if area.is_country:
        return set(area.as_region)
    return {name for names in area.names.values() for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    latitude: int
    longitude: int
    zone: int
    people: int
    box: tuple[int, int, int, int]


def _area_facts(towns: _Towns, area: _Area) -> _Facts:
    rows = slice(area.rows.start, area.rows.stop)
    latitude, longitude, people = towns.latitude[rows], towns.longitude[rows], towns.people[rows] + 1
    by_zone = np.bincount(towns.zone[rows], people)
    zone = int(by_zone.argmax())
    x, y, z = (float((axis * people).sum()) for axis in on_sphere(latitude / DEGREE, longitude / DEGREE))
    west, east = _span(longitude)
    return _Facts(
        latitude=round(math.degrees(math.atan2(z, math.hypot(x, y))) * DEGREE),
        longitude=round(math.degrees(math.atan2(y, x)) * DEGREE),
        zone=zone if by_zone[zone] >= _ONE_CLOCK * people.sum() else NO_ZONE,
        people=int(people.sum()),
        box=(int(latitude.min()), west, int(latitude.max()), east),
    )


def _span(longitude: Ints) -> tuple[int, int]:
    """The western and eastern rim of what holds all of these: it leaves out the widest gap between two."""
    across = np.unique(longitude)
    gaps = np.diff(np.append(across, across[0] + 360 * DEGREE))
    widest = int(gaps.argmax())
    return int(across[(widest + 1) % len(across)]), int(across[widest])


# --- Terms and postings -------------------------------------------------------------------------


def _postings(columns: Columns, areas: Sequence[_Area], towns: _Towns) -> tuple[list[bytes], Longs, Longs]:
    """All terms in the order of their bytes; postings in any order, and the term of each."""
    numbers = towns.numbers()
    counts = columns["term_counts"].astype(np.int64)
    rows, other = np.divmod(columns["term_rows"].astype(np.int64), 2)
    owners = np.repeat(np.arange(len(counts)), counts)
    kept = towns.kept[rows]
    owners, postings = owners[kept], numbers[rows[kept]] * 4 + other[kept]
    used = np.bincount(owners, minlength=len(counts)) > 0
    terms = [term for term, keep in zip(_split(columns["terms"]), used.tolist(), strict=True) if keep]
    owners = (np.cumsum(used) - 1)[owners]
    first = int(numbers[-1])
    more = [
        (name.encode(), (first + number) * 4 + naming)
        for number, area in enumerate(areas)
        for naming, names in area.names.items()
        for name in sorted(names)
        if name
    ]
    return _merged(terms, owners, postings, more)


def _merged(
    terms: list[bytes], owners: Longs, postings: Longs, more: Sequence[tuple[bytes, int]]
) -> tuple[list[bytes], Longs, Longs]:
    known = {term: number for number, term in enumerate(terms)}
    all_terms = list(terms)
    for term, _ in more:
        if term not in known:
            known[term] = len(all_terms)
            all_terms.append(term)
    order = sorted(range(len(all_terms)), key=all_terms.__getitem__)
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    owners = ranks[np.concatenate([owners, np.array([known[term] for term, _ in more], np.int64)])]
    postings = np.concatenate([postings, np.array([posting for _, posting in more], np.int64)])
    return [all_terms[number] for number in order], owners, postings


def _by_term(owners: Longs, terms: int) -> tuple[Longs, Ints]:
    """The order that puts postings by their term, and where each term's end then."""
    ends = np.cumsum(np.bincount(owners, minlength=terms))
    return owners.argsort(kind="stable"), ends.astype(np.int32)


def _weights(postings: Longs, people: Longs, towns: int, regions: int) -> Weights:
    rows, naming = np.divmod(postings, 4)
    weight = np.log10(np.maximum(people.take(rows), UNKNOWN_PEOPLE))
    weight -= OTHER_NAME * (naming == Naming.OTHER)
    weight -= IS_REGION * ((rows >= towns) & (rows < regions))
    weight[naming == Naming.BEHIND] = -np.inf
    return weight.astype(np.float32)


# --- Postcodes ----------------------------------------------------------------------------------


def _zips(columns: Columns, areas: Sequence[_Area], first: int) -> Zips:
    by_name: dict[str, int] = {}
    # A territory is a country of its own; its letters may be those of another country only where no state has them.
    for number, area in sorted(enumerate(areas), key=lambda numbered: numbered[1].is_country):
        if area.is_country or area.country == "US":
            for name in (name for names in area.names.values() for name in names):
                by_name.setdefault(name, first + number)
    states = np.array([by_name[place_key(state)] for state in _lines(columns["zip_state_names"])], np.int32)
    return Zips(
        numbers=columns["zips"].astype(np.uint32),
        latitude=columns["zip_latitudes"].astype(np.int32),
        longitude=columns["zip_longitudes"].astype(np.int32),
        zone=columns["zip_zones"].astype(np.int32),
        town=columns["zip_towns"].astype(np.int32),
        towns=_joined(_split(columns["zip_town_names"])),
        region=states.take(columns["zip_states"]),
    )


# --- Arrays -------------------------------------------------------------------------------------


def _joined(texts: Iterable[bytes]) -> Texts:
    listed = list(texts)
    return Texts(
        block=np.frombuffer(b"".join(listed), np.uint8),
        ends=np.cumsum([len(text) for text in listed]).astype(np.int32),
    )


def _ints(numbers: Iterable[Any]) -> Ints:
    return np.fromiter(numbers, np.int32)
