"""Facets: how many of all that match have which weekday, part of the day, fellowship, format, venue type, language.

Each list is counted as if its own filter were not set, so a value's count is how many a filter by just this value would
find. What all six leave is found once; then one byte a row says whose own filter it fails, and codes are counted, not
rows: the distinct values of a column are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from meetings.model import MeetingStatus, TimeOfDay, VenueType, Weekday
from meetings.search import FormatFilter, MeetingFilter, MeetingQuery, TimeFilter
from search.candidates import Sieve
from search.clock import NEVER, Flags, Ints, Longs
from search.columns import Generation, Sets
from search.filters import sieves_of
from search.hours import PART_BIT
from search.index import Index
from search.matching import sections
from search.meetings import asked_at_first, with_window
from search.times import ANY_TIME, TimeTest, start_readings, time_test

#: Values, as the filter takes them, and how many.
Counts: TypeAlias = tuple[tuple[str, int], ...]

#: Whose own filter a row fails.
_TIME, _FELLOWSHIPS, _FORMATS, _VENUE_TYPES, _LANGUAGES = (1 << bit for bit in range(5))
_DAYS = 1 << len(Weekday)
#: Where one in so many distinct sets of formats occurs, all pairs of set and format are added up.
_MANY_SETS = 4
_ANY_STATUS = frozenset(MeetingStatus)
_ANY_FORMAT = FormatFilter()
_WEEKDAYS = tuple(day.name for day in Weekday)
_PARTS = tuple(part.value for part in TimeOfDay)
_VENUES = tuple(kind.value for kind in VenueType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Days, parts of the day and venue types are all there, in their own order.

    Of the others those that are found, the most frequent first, then by value.
    """

    weekdays: Counts
    times_of_day: Counts
    fellowships: Counts
    formats: Counts
    venue_types: Counts
    languages: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The rows that each list counts, and for the first two the bits that their starts have."""

    weekdays: Ints
    times_of_day: Ints
    fellowships: Longs
    formats: Longs
    venue_types: Longs
    languages: Longs


def find_facets(index: Index, query: MeetingQuery) -> Facets:
    """The facets of all pages of this query; InvalidQuery, CursorExpired."""
    asked, after = asked_at_first(query)
    wanted = query.filter if after is None else with_window(query.filter, asked.window)
    rows = _of_nearest(index, wanted, asked.now) if wanted.place.nearest else _of_all(index, wanted, asked.now)
    columns = index.columns
    same, kinds = rows.venue_types is rows.fellowships, _of_kinds(columns, rows.fellowships)
    return Facets(
        weekdays=_of_bits(_WEEKDAYS, rows.weekdays, 0),
        times_of_day=_of_bits(_PARTS, rows.times_of_day, PART_BIT),
        fellowships=_fellowships(columns, kinds),
        formats=_formats(index, rows.formats),
        venue_types=_venue_types(columns, kinds if same else _of_kinds(columns, rows.venue_types)),
        languages=_languages(index, rows.languages),
    )


# --- Whom each list counts ----------------------------------------------------------------------


def _of_all(index: Index, asked: MeetingFilter, now: int) -> _Rows:
    """What is left without all six filters, and of it what each list's own may leave out."""
    loose = replace(asked, fellowships=None, venue_types=None, formats=FormatFilter(), languages=None)
    rows = _found(index, loose, ANY_TIME)
    bits, on_time = _readings(index, rows, asked.time, now)
    failed = np.zeros(len(rows), np.uint8)
    if on_time is not None:
        failed |= np.uint8(_TIME) * ~on_time
    for bit, sieve in _own_sieves(index, asked):
        failed |= np.uint8(bit) * ~sieve.judge(sieve.column.take(rows))
    every = not failed.any()

    def left(own: int) -> Longs:
        return rows if every else rows.take((failed & np.uint8(255 - own) == 0).nonzero()[0])

    timed = bits if every else bits.take((failed & np.uint8(255 - _TIME) == 0).nonzero()[0])
    return _Rows(
        weekdays=timed,
        times_of_day=timed,
        fellowships=left(_FELLOWSHIPS),
        formats=left(_FORMATS),
        venue_types=left(_VENUE_TYPES),
        languages=left(_LANGUAGES),
    )


def _own_sieves(index: Index, asked: MeetingFilter) -> list[tuple[int, Sieve]]:
    """The bit of each list's own filter, and what that filter alone keeps."""
    parts: dict[int, dict[str, Any]] = {}
    if asked.fellowships is not None:
        parts[_FELLOWSHIPS] = {"fellowships": asked.fellowships}
    if asked.formats != _ANY_FORMAT:
        parts[_FORMATS] = {"formats": asked.formats}
    if asked.venue_types is not None:
        parts[_VENUE_TYPES] = {"venue_types": asked.venue_types}
    if asked.languages is not None:
        parts[_LANGUAGES] = {"languages": asked.languages}
    return [
        (bit, index.judgements.made(("own", bit, *part.values()), partial(_sieve, index, part)))
        for bit, part in parts.items()
    ]


def _sieve(index: Index, part: dict[str, Any]) -> Sieve:
    # The first is that of the status, and keeps all.
    return sieves_of(index, MeetingFilter(statuses=_ANY_STATUS, **part))[-1]


def _of_nearest(index: Index, asked: MeetingFilter, now: int) -> _Rows:
    """Each list's own: which are the nearest changes with every filter."""

    def rows(of: MeetingFilter) -> Longs:
        return _found(index, of, time_test(index, of.time, now, always=False))

    def bits(time: TimeFilter) -> Ints:
        return _readings(index, rows(replace(asked, time=time)), asked.time, now)[0]

    return _Rows(
        weekdays=bits(replace(asked.time, days=frozenset())),
        times_of_day=bits(replace(asked.time, times_of_day=frozenset())),
        fellowships=rows(replace(asked, fellowships=None)),
        formats=rows(replace(asked, formats=FormatFilter())),
        venue_types=rows(replace(asked, venue_types=None)),
        languages=rows(replace(asked, languages=None)),
    )


def _found(index: Index, asked: MeetingFilter, by_time: TimeTest) -> Longs:
    found = [section.rows for section in sections(index, asked, by_time)]
    return found[0] if len(found) == 1 else np.concatenate(found)


def _readings(index: Index, rows: Longs, time: TimeFilter, now: int) -> tuple[Ints, Flags | None]:
    """The bits of each row's starts, and which rows the time filter keeps; None: all."""
    codes = index.columns.rows.schedule.take(rows)
    bits = start_readings(index.timetable, codes, time, now)
    if time.judges_starts:
        days = sum(1 << day for day in time.days) or _DAYS - 1
        return bits, bits & days != 0
    if time.excluded_days:
        return bits, (bits & (_DAYS - 1) != 0) | (index.timetable.next_held(codes, now) == NEVER)
    return bits, None


# --- Counting -----------------------------------------------------------------------------------


def _of_bits(values: Sequence[str], bits: Ints, first: int) -> Counts:
    """How many have each of the bits from the first on."""
    many = 1 << len(values)
    counts = np.bincount(bits >> first & (many - 1), minlength=many)
    return tuple(zip(values, (_bits_up_to(len(values)) @ counts).tolist(), strict=True))


@lru_cache(maxsize=4)
def _bits_up_to(count: int) -> NDArray[np.int64]:
    """A row for each bit, with a 1 at each number that has it."""
    return np.arange(1 << count) >> np.arange(count)[:, None] & 1


def _most_frequent(values: Iterable[str], counts: NDArray[Any]) -> Counts:
    """Those that are found at all."""
    less = (-counts.astype(np.int64)).tolist()
    return tuple([(value, -count) for count, value in sorted(zip(less, values, strict=False)) if count])


def _fellowships(columns: Generation, kinds: Longs) -> Counts:
    return _most_frequent(columns.header.fellowships, np.bincount(columns.kinds.fellowship, kinds))


def _venue_types(columns: Generation, kinds: Longs) -> Counts:
    # The first is that of -1, an unknown venue type.
    each = np.bincount(columns.kinds.venue_type + 1, kinds, minlength=len(_VENUES) + 1)[1:]
    return tuple(zip(_VENUES, each.astype(np.int64).tolist(), strict=True))


def _of_kinds(columns: Generation, rows: Longs) -> Longs:
    """How many are of each kind."""
    return np.bincount(columns.rows.kind.take(rows), minlength=len(columns.kinds.fellowship))


def _formats(index: Index, rows: Longs) -> Counts:
    columns = index.columns
    sets = columns.format_sets
    counts = np.bincount(columns.rows.formats.take(rows), minlength=sets.count)
    found = counts.nonzero()[0]
    if _MANY_SETS * len(found) > sets.count:
        each = np.bincount(sets.member, counts.take(sets.owner))
    else:
        sizes, ends = index.judgements.made("sizes of sets", lambda: _sizes(sets))
        lengths = sizes.take(found)
        # Where the pairs of these sets are, one set after the other.
        total = lengths.cumsum()
        at = np.arange(total[-1] if total.size else 0) + np.repeat(ends.take(found) - total, lengths)
        each = np.bincount(sets.member.take(at), np.repeat(counts.take(found), lengths))
    return _most_frequent(columns.header.formats, each)


def _sizes(sets: Sets) -> tuple[Longs, Longs]:
    """How many members each set has, and how many they and those of the sets before it are."""
    sizes = np.bincount(sets.owner, minlength=sets.count)
    return sizes, sizes.cumsum()


def _languages(index: Index, rows: Longs) -> Counts:
    columns = index.columns
    tags = tuple(columns.header.languages)
    counts = np.bincount(columns.rows.languages.take(rows), minlength=columns.languages.count)
    speaking = index.judgements.made("languages spoken", lambda: _speaking(columns.languages, tags))
    return _most_frequent(tags, counts @ speaking)


def _speaking(sets: Sets, tags: tuple[str, ...]) -> NDArray[np.int64]:
    """Which sets of languages a filter by each tag finds: `pt` also finds `pt-br`."""
    has = np.zeros((sets.count, len(tags)), np.int64)
    has[sets.owner, sets.member] = 1
    covered = [[tag == wanted or tag.startswith(f"{wanted}-") for wanted in tags] for tag in tags]
    return (has @ np.array(covered, np.int64).reshape(len(tags), len(tags)) > 0).astype(np.int64)
