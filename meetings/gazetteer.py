"""Towns by name: which one a town, a region, a country and a postcode together mean, or that nobody can tell.

A meeting without coordinates is put at its town's middle only where the town is certain. A wrong town shows people a
meeting they cannot reach and, where it lies in another time zone, at a wrong hour, so of several equally plausible
towns none is taken. The tables are columns of numbers and texts whose form seed/places/README.md describes; reading
them from files is an importer's work.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from meetings.listing import fold

#: Two places of one name nearer than this are one to somebody who travels there: a town and its old quarter.
SAME_PLACE_KM = 25.0
#: A postcode may lie this far from the middle of the town it is written beside; farther, one of both is wrong.
POSTCODE_KM = 80.0
#: Nobody needs to say which one where every other of that name is so much smaller, and in the same time zone.
DOMINANT = 20
#: Another name of a place makes a town of that very name doubtful only from so many times its size.
ALIAS_DOMINANT = 10
#: Other names as short as this are codes of airports and the like: they count only within a region.
CODE_LENGTH = 3
#: The people of a place whose number is unknown: the least that the tables list.
UNKNOWN_PEOPLE = 500
#: A town of so many people is meant by its name even where a region is called so: Buenos Aires is not in its province.
LARGE = 100_000
#: Longer than any name in the tables, which end at 60 bytes; a longer text is an address.
NAME_LENGTH = 100
#: Names with three abbreviated words have eight spellings; nobody writes more.
MOST_SPELLINGS = 8
#: Where addresses name the region, by two or three letters: these alone tell the country too, and a town without them
#: may be any town of that name, however small.
ABBREVIATING = frozenset({"US", "CA", "AU"})
#: A region's name is longer; shorter texts are abbreviations, which mean other things in other countries.
ABBREVIATION_LENGTH = 3

#: Letters that have no accent to lose; by their numbers Turkish i without a dot, Arabic ya and kaf as Persian has them.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ŋ": "n"}
    | {"\u0131": "i", "\u064a": "\u06cc", "\u0643": "\u06a9"}
    # Apostrophes, two of them letters of their own, full stops, and joiners, which cannot be seen.
    | dict.fromkeys("'’‘`.\u00b4\u02bb\u02bc\u200c\u200d")
)
_ASCII_SEPARATORS = re.compile(r"[^a-z0-9]+")
#: Words that are written in two ways.
_PAIRS = (
    *(("saint", "st"), ("sainte", "ste"), ("fort", "ft"), ("mount", "mt"), ("mountain", "mtn")),
    *(("heights", "hts"), ("springs", "spgs"), ("township", "twp"), ("junction", "jct"), ("beach", "bch")),
)
_TWO_WAYS = {one: (one, other) for pair in _PAIRS for one, other in (pair, pair[::-1])}
_ZIP = re.compile(r"([0-9]{5})(?:[- ]?[0-9]{4})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A place where people live, at its middle in degrees.

    `region` is the first level below the country, by name, None where we know no name; `country` ISO 3166-1 alpha-2;
    `zone` an IANA name; `population` 0 where it is unknown.
    """

    name: str
    region: str | None
    country: str
    latitude: float
    longitude: float
    zone: str
    population: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Sequence[bytes]):
    """Many short texts, UTF-8, each ended by a line feed; `ends` is where each ends in `blob`."""

    blob: bytes
    ends: Sequence[int]

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> bytes:  # type: ignore[override]  # slices are never asked for
        return self.blob[self.ends[number - 1] + 1 if number else 0 : self.ends[number]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Columns of places. Degrees are times 100,000; `zones` are numbers in the gazetteer's `zone_names`."""

    latitudes: Sequence[int]
    longitudes: Sequence[int]
    zones: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A country's first-level region: its places are the `rows`, which lie together. `name` None: not known."""

    country: str
    name: str | None
    rows: range


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionNames:
    """What a region is called, by `also` too. `code` is GeoNames'; `=PR` means all of the country Puerto Rico.

    `parts` are counties in it, which addresses write in its place.
    """

    country: str
    code: str
    name: str
    also: tuple[str, ...]
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Zips:
    """Postcodes of the United States in rising order; `towns` and `states` number `town_names` and `state_rows`."""

    numbers: Sequence[int]
    points: Points
    towns: Sequence[int]
    town_names: Texts
    states: Sequence[int]
    state_rows: Sequence[range]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """Places as columns, sorted by country and region, and what they are called.

    `terms` are folded names in order of their bytes; those of term t are `term_rows[term_ends[t - 1] : term_ends[t]]`,
    each a row times two, plus one where the term is another name of that place. `regions` is keyed by country, "" for
    what is known without one, and folded name.
    """

    names: Texts
    points: Points
    populations: Sequence[int]
    zone_names: Sequence[str]
    areas: Sequence[Area]
    countries: Mapping[str, range]
    regions: Mapping[tuple[str, str], tuple[range, ...]]
    terms: Texts
    term_ends: Sequence[int]
    term_rows: Sequence[int]
    zips: Zips


def place_key(text: str) -> str:
    """A name as names are compared: folded, without apostrophes and full stops, any other sign a space."""
    bare = fold(text).translate(_LETTERS)
    if bare.isascii():
        return _ASCII_SEPARATORS.sub(" ", bare).strip()
    # Signs that belong to a letter, as the vowels of Devanagari do, are of category M and stay.
    kept = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in unicodedata.normalize("NFC", bare))
    return " ".join("".join(kept).split())


def spellings(key: str) -> tuple[str, ...]:
    """The same key with each word that is written in two ways both ways: st albert, saint albert."""
    ways = [_TWO_WAYS.get(word, (word,)) for word in key.split(" ")]
    return tuple(" ".join(words) for words in islice(product(*ways), MOST_SPELLINGS))


def find_town(
    gazetteer: Gazetteer, *, city: str | None, region: str | None, country: str | None, postal_code: str | None
) -> Town | None:
    """The one town that is meant; None: there is none of that name, or several, or the parts contradict each other.

    `region` is a name or an address's abbreviation, `country` an alpha-2 code. One of both must be told, and a region
    that is known in other countries only is a contradiction. A postcode of the United States tells the point where
    its state is the region told; with the country alone, where it lies at the city told.
    """
    key = place_key(city) if city and len(city) <= NAME_LENGTH else ""
    told = _told(gazetteer, region, country)
    number = _zip_number(gazetteer.zips, postal_code)
    if number is not None and _zip_counts(gazetteer, number, told):
        return _zip_town(gazetteer, number) if _zip_is_near(gazetteer, number, key, told) else None
    row = _settled(gazetteer, _named(gazetteer, key, told)) if key else None
    return None if row is None or _may_be_region(gazetteer, row, key, told) else _town(gazetteer, row)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Where the place must be: `rows` none, nobody says; `in_region`: the region was told, not the country alone."""

    rows: tuple[range, ...]
    country: str
    in_region: bool


def _told(gazetteer: Gazetteer, region: str | None, country: str | None) -> _Told:
    code = (country or "").strip().upper()
    key = place_key(region) if region and len(region) <= NAME_LENGTH else ""
    ranges = gazetteer.regions.get((code, key)) if key else None
    if ranges is not None:
        return _Told(rows=ranges, country=code, in_region=True)
    telling = len(key) > ABBREVIATION_LENGTH or code in ABBREVIATING
    here = gazetteer.countries.get(code)
    elsewhere = telling and ("", key) in gazetteer.regions
    return _Told(rows=() if here is None or elsewhere else (here,), country=code, in_region=False)


def _may_be_region(gazetteer: Gazetteer, row: int, key: str, told: _Told) -> bool:
    """Whether an address without region may mean the region of that name: Wales, and not the village in England."""
    ranges = () if told.in_region else gazetteer.regions.get((told.country, key), ())
    if told.country in ABBREVIATING:
        return bool(ranges)
    return bool(ranges) and gazetteer.populations[row] < LARGE and not any(row in rows for rows in ranges)


def regions_by_name(
    lines: Iterable[RegionNames], areas: Mapping[tuple[str, str], range], countries: Mapping[str, range]
) -> dict[tuple[str, str], tuple[range, ...]]:
    """What regions are called, as `Gazetteer.regions`; `areas` is keyed by country and GeoNames' code."""
    found: dict[tuple[str, str], list[range]] = {}
    for line in lines:
        within = line.code.removeprefix("=")
        rows = countries.get(within) if within != line.code else areas.get((line.country, within))
        if rows is None:
            continue
        shorts = (*line.also, *line.parts, *((line.code,) if line.code.isalpha() else ()))
        everywhere = (line.name, *shorts) if line.country in ABBREVIATING else (line.name,)
        keys = {(line.country, place_key(name)) for name in (line.name, *shorts)}
        for key in keys | {("", place_key(name)) for name in everywhere}:
            if rows not in found.setdefault(key, []):
                found[key].append(rows)
    return {key: tuple(ranges) for key, ranges in found.items()}


# --- Postcodes ----------------------------------------------------------------------------------


def _zip_number(zips: Zips, postal_code: str | None) -> int | None:
    written = _ZIP.fullmatch((postal_code or "")[:NAME_LENGTH].strip())
    if written is None:
        return None
    wanted = int(written[1])
    number = bisect_left(zips.numbers, wanted)
    return number if number < len(zips.numbers) and zips.numbers[number] == wanted else None


def _zip_counts(gazetteer: Gazetteer, number: int, told: _Told) -> bool:
    """Whether it is a postcode of the United States at all, and not another country's of five digits."""
    state = gazetteer.zips.state_rows[gazetteer.zips.states[number]]
    return state in told.rows or (told.country == "US" and not told.in_region and bool(told.rows))


def _zip_is_near(gazetteer: Gazetteer, number: int, key: str, told: _Told) -> bool:
    zips = gazetteer.zips
    state = zips.state_rows[zips.states[number]]
    if not key or place_key(zips.town_names[zips.towns[number]].decode()) in spellings(key):
        return True
    found = _named(gazetteer, key, _Told(rows=(state,), country=told.country, in_region=True))
    here = _degrees(zips.points, number)
    if any(_kilometres(here, _degrees(gazetteer.points, row)) <= POSTCODE_KM for row, _ in found):
        return True
    # A quarter or hamlet that the tables lack contradicts nothing, where the state is told and agrees.
    return not found and state in told.rows


def _zip_town(gazetteer: Gazetteer, number: int) -> Town:
    zips = gazetteer.zips
    state = zips.state_rows[zips.states[number]]
    area = _area(gazetteer, state.start)
    latitude, longitude = _degrees(zips.points, number)
    return Town(
        name=zips.town_names[zips.towns[number]].decode(),
        region=area.name if area.rows == state else None,
        country=area.country,
        latitude=latitude,
        longitude=longitude,
        zone=gazetteer.zone_names[zips.points.zones[number]],
        population=0,
    )


# --- Names --------------------------------------------------------------------------------------


def _named(gazetteer: Gazetteer, key: str, told: _Told) -> list[tuple[int, bool]]:
    """The rows there that are called so, and whether it is only another name of theirs."""
    found: dict[int, bool] = {}
    codes_count = told.in_region or len(key) > CODE_LENGTH or not key.isascii()
    for spelling in spellings(key):
        first, last = _postings(gazetteer, spelling)
        for rows in told.rows:
            start = bisect_left(gazetteer.term_rows, rows.start << 1, first, last)
            for number in range(start, bisect_left(gazetteer.term_rows, rows.stop << 1, start, last)):
                row, other_name = divmod(gazetteer.term_rows[number], 2)
                if codes_count or not other_name:
                    found[row] = found.get(row, True) and other_name == 1
    return list(found.items())


def _postings(gazetteer: Gazetteer, key: str) -> tuple[int, int]:
    wanted = key.encode()
    term = bisect_left(gazetteer.terms, wanted)
    if term == len(gazetteer.terms) or gazetteer.terms[term] != wanted:
        return 0, 0
    return gazetteer.term_ends[term - 1] if term else 0, gazetteer.term_ends[term]


def _settled(gazetteer: Gazetteer, found: Sequence[tuple[int, bool]]) -> int | None:
    """The place among those of one name that is meant without more words; None: more words are needed."""
    own = [row for row, other_name in found if not other_name]
    others = [row for row, other_name in found if other_name]
    rows = own or others
    if not rows:
        return None
    first = max(rows, key=lambda row: _people(gazetteer, row))
    if any(_apart(gazetteer, row, first) and not _dwarfs(gazetteer, first, row) for row in rows):
        return None
    enough = ALIAS_DOMINANT * _people(gazetteer, first)
    if own and any(_people(gazetteer, row) >= enough and _apart(gazetteer, row, first) for row in others):
        return None
    return first


def _town(gazetteer: Gazetteer, row: int) -> Town:
    area = _area(gazetteer, row)
    latitude, longitude = _degrees(gazetteer.points, row)
    return Town(
        name=gazetteer.names[row].decode(),
        region=area.name,
        country=area.country,
        latitude=latitude,
        longitude=longitude,
        zone=gazetteer.zone_names[gazetteer.points.zones[row]],
        population=gazetteer.populations[row],
    )


def _people(gazetteer: Gazetteer, row: int) -> int:
    return max(gazetteer.populations[row], UNKNOWN_PEOPLE)


def _dwarfs(gazetteer: Gazetteer, row: int, other: int) -> bool:
    zones = gazetteer.points.zones
    if _people(gazetteer, row) < DOMINANT * _people(gazetteer, other) or zones[row] != zones[other]:
        return False
    area = _area(gazetteer, row)
    return other in area.rows or area.country not in ABBREVIATING


def _apart(gazetteer: Gazetteer, row: int, other: int) -> bool:
    points = gazetteer.points
    return row != other and _kilometres(_degrees(points, row), _degrees(points, other)) > SAME_PLACE_KM


def _area(gazetteer: Gazetteer, row: int) -> Area:
    return gazetteer.areas[bisect_right(gazetteer.areas, row, key=lambda area: area.rows.start) - 1]


def _degrees(points: Points, row: int) -> tuple[float, float]:
    return points.latitudes[row] / 100_000, points.longitudes[row] / 100_000


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance, within a percent for the few tens of kilometres that are asked for here."""
    across = (other[1] - one[1] + 180) % 360 - 180
    return 111.2 * math.hypot(other[0] - one[0], across * math.cos(math.radians((one[0] + other[0]) / 2)))
