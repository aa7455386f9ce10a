"""From rows of the database to columns of codes: what the builder remembers between two generations.

Each column of a chunk goes through a table of distinct values at once; only a value not seen before costs more than
a look-up. Tables only grow: what no row uses any more goes with the next full build.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from meetings.listing import fold
from meetings.model import VenueType
from search import geo
from search.clock import Flags, Ints, Reals, Zones
from search.columns import Areas, Places, Rows, Sets, Words, joined_rows
from search.rules import Horizon, ScheduleCodes
from search.strings import TextCodes
from store.index_rows import IndexRow

K = TypeVar("K")
#: Rows turned at once: a million tuples are never in memory together.
_CHUNK = 20_000


class Codes(dict[K, int]):
    """Numbers distinct keys as they come."""

    def __missing__(self, key: K) -> int:
        code = self[key] = len(self)
        return code


class Derived(dict[K, int]):
    """Codes of keys as the database writes them, where several may mean the same."""

    def __init__(self, learn: Callable[[K], int]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, key: K) -> int:
        code = self[key] = self._learn(key)
        return code


class SetCodes:
    """Numbers distinct sets of members, given as JSON arrays."""

    def __init__(self, member: Callable[[str], int]) -> None:
        self._member = member
        self._sets: Codes[frozenset[int]] = Codes()
        self._made = Sets(count=0, owner=np.empty(0, np.int32), member=np.empty(0, np.int32))
        self.codes: Derived[str] = Derived(self._learn)

    def _learn(self, text: str) -> int:
        return self._sets[frozenset(map(self._member, json.loads(text)))]

    def sets(self) -> Sets:
        """All of them so far."""
        if self._made.count != len(self._sets):
            new = list(self._sets.items())[self._made.count :]
            pairs = np.array([(owner, member) for members, owner in new for member in sorted(members)], np.int32)
            owner, member = pairs.reshape(-1, 2).T
            self._made = Sets(
                count=len(self._sets),
                owner=np.concatenate([self._made.owner, owner]),
                member=np.concatenate([self._made.member, member]),
            )
        return self._made

    def bits(self, members: int) -> Words:
        """A row of 64 members' bits for each word, a column for each set."""
        sets = self.sets()
        table = np.zeros((max(1, -(-members // 64)), max(1, sets.count)), np.uint64)
        bit = np.left_shift(np.uint64(1), (sets.member % 64).astype(np.uint64))
        np.bitwise_or.at(table, (sets.member // 64, sets.owner), bit)
        return table


class Encoder:
    """Turns rows into columns; its tables say what the codes mean.

    `edition` is the generation for which it does so, `source_editions` those with which sources changed since.
    """

    def __init__(self, zones: Zones, horizon: Horizon, edition: int = 0) -> None:
        self.edition = edition
        self.source_editions: dict[str, int] = {}
        self.schedules = ScheduleCodes(zones, horizon)
        self.kinds: Codes[tuple[str, str | None, str, str, int]] = Codes()
        self.origins = OriginCodes()
        self.places = PlaceCodes()
        self.format_codes: Codes[str] = Codes()
        self.formats = SetCodes(self.format_codes.__getitem__)
        self.language_codes: Codes[str] = Codes()
        self.languages = SetCodes(lambda tag: self.language_codes[tag.lower()])
        self.area_names = TextCodes()
        self.area_sets = SetCodes(lambda area: self.area_names.code(fold(area)))
        self.names = TextCodes()
        self._name_codes: Derived[str] = Derived(lambda name: self.names.code(fold(name)))

    def areas(self) -> Areas:
        """The distinct sets of areas so far."""
        return Areas(sets=self.area_sets.sets(), names=self.area_names.strings())

    def encode(self, rows: Iterable[IndexRow]) -> Rows:
        """All rows in columns, in the order in which they came."""
        iterator = iter(rows)
        parts = [self._encode([])]
        while chunk := list(islice(iterator, _CHUNK)):
            parts.append(self._encode(chunk))
        return joined_rows(parts)

    def _encode(self, rows: Sequence[IndexRow]) -> Rows:
        told = dict(zip(IndexRow._fields, zip(*rows, strict=True), strict=True)) if rows else _NOTHING

        def together(*names: str) -> Iterable[Any]:
            return zip(*(told[name] for name in names), strict=True)

        latitude, longitude, located = _points(told["latitude"], told["longitude"])
        x, y, z = geo.on_sphere(latitude, longitude)
        return Rows(
            cell=_cells(latitude, longitude, located, told["venue_type"]),
            number=np.array(told["number"], np.int64),
            latitude=geo.units(latitude),
            longitude=geo.units(longitude),
            x=x,
            y=y,
            z=z,
            schedule=_ints(self.schedules.codes(together(*_SCHEDULE))),
            kind=_coded(self.kinds, together("fellowship", "venue_type", "status", "medication", "by_phone")),
            origin=_coded(self.origins.codes, together("source_id", "service_body_id", "other_origins")),
            place=_coded(self.places.codes, together("country", "region", "city")),
            formats=_coded(self.formats.codes, told["formats"]),
            languages=_coded(self.languages.codes, told["languages"]),
            areas=_coded(self.area_sets.codes, told["areas"]),
            name=_coded(self._name_codes, told["name"]),
            document=np.full(len(rows), -1, np.int32),
            edition=np.full(len(rows), self.edition, np.int64),
        )


_SCHEDULE = ("zone", "weekday", "starts", "minutes", "interval", "anchor", "weeks", "exceptions", "until")
_NOTHING: dict[str, tuple[Any, ...]] = dict.fromkeys(IndexRow._fields, ())


def _sets(codes: Mapping[frozenset[int], int]) -> Sets:
    pairs = [(owner, member) for members, owner in codes.items() for member in sorted(members)]
    columns = np.array(pairs, np.int32).reshape(-1, 2)
    return Sets(count=len(codes), owner=columns[:, 0].copy(), member=columns[:, 1].copy())


def _ints(values: list[int]) -> Ints:
    return np.array(values, np.int32)


def _coded(codes: dict[Any, int], keys: Iterable[Any]) -> Ints:
    return _ints(list(map(codes.__getitem__, keys)))


def _points(latitudes: Sequence[float | None], longitudes: Sequence[float | None]) -> tuple[Reals, Reals, Flags]:
    """Degrees, 0 where there is no point, and where there is one. The antimeridian is -180."""
    latitude, longitude = np.array(latitudes, np.float64), np.array(longitudes, np.float64)
    with np.errstate(invalid="ignore"):
        located: Flags = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    longitude[longitude == 180] = -180
    return np.where(located, latitude, 0.0), np.where(located, longitude, 0.0), located


def _cells(latitude: Reals, longitude: Reals, located: Flags, venue_types: Sequence[str | None]) -> Ints:
    cells = np.where(located, geo.cells(latitude, longitude), geo.ELSEWHERE)
    virtual = np.array([venue_type == VenueType.VIRTUAL for venue_type in venue_types], np.bool_)
    return np.where(virtual, geo.VIRTUAL, cells).astype(np.int32)


class OriginCodes:
    """Numbers distinct sets of (source, service body): a pair for each list that a meeting is in."""

    def __init__(self) -> None:
        self.pairs: Codes[tuple[str, str | None]] = Codes()
        self._sets: Codes[frozenset[int]] = Codes()
        self.codes: Derived[tuple[str, str | None, str]] = Derived(self._learn)

    def _learn(self, told: tuple[str, str | None, str]) -> int:
        source, body, others = told
        pairs = [(source, body), *((other, its_body) for other, its_body in json.loads(others))]
        return self._sets[frozenset(map(self.pairs.__getitem__, pairs))]

    def sets(self) -> Sets:
        """All of them so far."""
        return _sets(self._sets)


class PlaceCodes:
    """Numbers distinct places; towns and regions are compared folded, a country's code as it is."""

    def __init__(self) -> None:
        self.countries: Codes[str] = Codes()
        self.regions, self.cities = TextCodes(), TextCodes()
        self._places: Codes[tuple[int, int, int]] = Codes()
        self.codes: Derived[tuple[str | None, str | None, str | None]] = Derived(self._learn)

    def _learn(self, place: tuple[str | None, str | None, str | None]) -> int:
        country, region, city = place
        return self._places[
            self.countries[country] if country else -1,
            self.regions.code(fold(region)) if region else -1,
            self.cities.code(fold(city)) if city else -1,
        ]

    def places(self) -> Places:
        """All of them so far."""
        columns = np.array(list(self._places), np.int32).reshape(-1, 3)
        return Places(
            country=columns[:, 0].copy(),
            region=columns[:, 1].copy(),
            city=columns[:, 2].copy(),
            regions=self.regions.strings(),
            cities=self.cities.strings(),
        )
