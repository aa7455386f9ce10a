"""From rows of the database to columns of codes: what the builder remembers between two generations.

Each column of a chunk goes through a table of distinct values at once; only a value not seen before costs more than
a look-up. Tables only grow: what no row uses any more goes with the next full build.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count, islice
from typing import Any, TypeAlias, TypeVar

import numpy as np

from meetings.listing import fold
from meetings.model import MedicationStance, MeetingStatus, VenueType
from search import geo
from search.clock import Flags, Ints, Reals, Zones
from search.columns import Areas, Generation, Places, Rows, Sets, Words, joined_rows
from search.rules import Horizon, ScheduleCodes
from search.strings import TextCodes, texts_at
from store.index_rows import IndexRow

K = TypeVar("K")
#: Rows turned at once: a million tuples are never in memory together.
_CHUNK = 20_000
#: Fellowship, venue type, status, medication, whether by phone.
_Kind: TypeAlias = tuple[str, str | None, str, str, int]


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


_NO_SETS = Sets(count=0, owner=np.empty(0, np.int32), member=np.empty(0, np.int32))


def _codes_of_sets(sets: Sets) -> Codes[frozenset[int]]:
    """The numbers of sets that were numbered before."""
    members: list[list[int]] = [[] for _ in range(sets.count)]
    for owner, member in zip(sets.owner.tolist(), sets.member.tolist(), strict=True):
        members[owner].append(member)
    return Codes(zip(map(frozenset, members), range(sets.count), strict=True))


class SetCodes:
    """Numbers distinct sets of members, given as JSON arrays."""

    def __init__(self, member: Callable[[str], int], known: Sets = _NO_SETS) -> None:
        self._member = member
        self._sets = _codes_of_sets(known)
        self._made = known
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

    `edition` is the generation for which it does so, `source_editions` those with which sources changed since. It may
    go on from a generation that was built before.
    """

    def __init__(self, zones: Zones, horizon: Horizon, edition: int = 0, known: Generation | None = None) -> None:
        self.edition = edition
        self.source_editions: dict[str, int] = {}
        header = None if known is None else known.header
        self.schedules = ScheduleCodes(zones, horizon, known.schedules if known else None)
        self.kinds = Codes(_kinds_of(known) if known else ())
        self.origins = OriginCodes(known)
        self.places = PlaceCodes(known)
        self.format_codes: Codes[str] = Codes(header.formats if header else ())
        self.formats = SetCodes(self.format_codes.__getitem__, known.format_sets if known else _NO_SETS)
        self.language_codes: Codes[str] = Codes(header.languages if header else ())
        self.languages = SetCodes(lambda tag: self.language_codes[tag.lower()], known.languages if known else _NO_SETS)
        self.area_names = TextCodes(known.areas.names if known else None)
        self.area_sets = SetCodes(
            lambda area: self.area_names.code(fold(area)), known.areas.sets if known else _NO_SETS
        )
        self.names = TextCodes(known.names if known else None)
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


def _kinds_of(known: Generation) -> Iterable[tuple[_Kind, int]]:
    """Kinds as the database writes them, by number."""
    kinds, fellowships = known.kinds, list(known.header.fellowships)
    venue_types = [*(kind.value for kind in VenueType), None]
    statuses, stances = ([one.value for one in kind] for kind in (MeetingStatus, MedicationStance))
    columns = (kinds.fellowship, kinds.venue_type, kinds.status, kinds.medication, kinds.by_phone)
    for number, (fellowship, venue_type, status, stance, by_phone) in enumerate(
        zip(*map(np.ndarray.tolist, columns), strict=True)
    ):
        yield (
            (fellowships[fellowship], venue_types[venue_type], statuses[status], stances[stance], int(by_phone)),
            number,
        )


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

    def __init__(self, known: Generation | None = None) -> None:
        self.pairs: Codes[tuple[str, str | None]] = Codes()
        self._sets = _codes_of_sets(known.origins.sets if known else _NO_SETS)
        if known is not None:
            origins, sources = known.origins, list(known.header.sources)
            names = texts_at(origins.bodies, np.arange(len(origins.bodies.codes)))
            bodies: dict[int, str | None] = dict(
                zip(origins.enter.take(origins.bodies.codes).tolist(), names, strict=True)
            )
            told = zip(origins.source.tolist(), origins.body.tolist(), strict=True)
            self.pairs.update(((sources[source], bodies.get(body)), n) for n, (source, body) in enumerate(told))
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

    def __init__(self, known: Generation | None = None) -> None:
        self.countries: Codes[str] = Codes(known.header.countries if known else ())
        self.regions = TextCodes(known.places.regions if known else None)
        self.cities = TextCodes(known.places.cities if known else None)
        self._places: Codes[tuple[int, int, int]] = Codes()
        if known is not None:
            columns = (known.places.country, known.places.region, known.places.city)
            self._places.update(zip(zip(*map(np.ndarray.tolist, columns), strict=True), count()))
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
