"""Which rows a filter keeps, time and distance aside: each part judges distinct values and gathers once a row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

import numpy as np

from meetings.listing import fold, number_from_id
from meetings.model import Audience, MedicationStance, MeetingStatus, VenueType
from meetings.search import FormatFilter, MeetingFilter, PlaceFilter
from search.clock import Flags, Ints, Longs
from search.columns import Generation, Sets, Words
from search.generations import rows_of_numbers
from search.index import Index
from search.rules import BY_APPOINTMENT
from search.strings import Strings, code_of

E = TypeVar("E")
_STATUSES = tuple(MeetingStatus)
_VENUE_TYPES = tuple(VenueType)
_STANCES = tuple(MedicationStance)


def kept(index: Index, asked: MeetingFilter, rows: Longs | None, *, anywhere: bool = False) -> Flags:
    """Which of `rows` (None: all) the parts keep that speak of no time, no distance and no `ids`.

    `anywhere`: the place does not matter either.
    """
    found: Flags | None = None
    for column, table in _tables(index, asked, anywhere=anywhere):
        here: Flags = table.take(column if rows is None else column.take(rows), mode="clip")
        found = here if found is None else np.logical_and(found, here, out=found)
    assert found is not None, "a status is always asked"
    if asked.exclude.ids:
        excluded = rows_of_ids(index.columns, asked.exclude.ids)
        found &= ~np.isin(np.arange(len(found)) if rows is None else rows, excluded)
    return found


def rows_of_ids(columns: Generation, ids: Collection[str]) -> Longs:
    """The rows of public ids."""
    numbers = {number for number in map(number_from_id, ids) if number is not None}
    return np.sort(rows_of_numbers(columns, np.array(sorted(numbers), np.int64)))


def _tables(index: Index, asked: MeetingFilter, *, anywhere: bool) -> Iterator[tuple[Ints, Flags]]:
    """Pairs of a column of codes and a table of which codes are kept."""
    columns, rows = index.columns, index.columns.rows
    parts = (
        asked.fellowships, asked.concerns, asked.approaches, asked.for_whom, asked.venue_types, asked.by_phone,
        asked.medication, asked.statuses, asked.exclude.venue_types,
    )  # fmt: skip
    yield rows.kind, index.kept(("kinds", parts), lambda: _kinds(columns, asked))
    if asked.time.by_appointment is not None:
        fixed = np.arange(len(columns.schedules.zone)) != BY_APPOINTMENT
        yield rows.schedule, fixed != asked.time.by_appointment
    if _speaks_of_origins(asked):
        yield rows.origin, _origins(columns, asked)
    if asked.languages is not None:
        yield rows.languages, _sets_with(columns.languages, _languages(columns.header.languages, asked.languages))
    if asked.areas is not None:
        yield rows.areas, _sets_with(columns.areas.sets, _codes(columns.areas.names, asked.areas))
    if asked.formats != FormatFilter():
        yield rows.formats, index.kept(("formats", asked.formats), lambda: _formats(columns, asked.formats))
    if not anywhere and (asked.place.city, asked.place.region, asked.place.country) != (None, None, None):
        yield rows.place, _places(columns, asked.place)


def _chosen(known: Iterable[E], wanted: Collection[E]) -> Flags:
    return np.array([value in wanted for value in known], np.bool_)


def _kinds(columns: Generation, asked: MeetingFilter) -> Flags:
    kinds = columns.kinds
    kept = _chosen(_STATUSES, asked.statuses).take(kinds.status)
    fellowships = _fellowships(columns, asked)
    if fellowships is not None:
        kept &= _chosen(columns.header.fellowships, fellowships).take(kinds.fellowship, mode="clip")
    if asked.venue_types is not None:
        # The last entry is that of -1, an unknown venue type.
        kept &= np.append(_chosen(_VENUE_TYPES, asked.venue_types), False)[kinds.venue_type]
    if asked.exclude.venue_types:
        kept &= ~np.append(_chosen(_VENUE_TYPES, asked.exclude.venue_types), False)[kinds.venue_type]
    if asked.by_phone is not None:
        kept &= kinds.by_phone == asked.by_phone
    if asked.medication is not None:
        kept &= _chosen(_STANCES, asked.medication).take(kinds.medication)
    return kept


def _fellowships(columns: Generation, asked: MeetingFilter) -> Collection[str] | None:
    """The fellowships that all parts which speak of fellowships keep; None: all."""
    header = columns.header
    kept: set[str] | None = None if asked.fellowships is None else set(asked.fellowships)
    known = set(header.fellowships)
    if asked.concerns is not None:
        concerns = asked.concerns.union(*(header.covered_by.get(concern, ()) for concern in asked.concerns))
        kept = (known if kept is None else kept) & _with_any(header.concerns_of, concerns)
    if asked.approaches is not None:
        kept = (known if kept is None else kept) & _with_any(header.approaches_of, asked.approaches)
    if asked.for_whom is not None:
        whom = {code for code, audience in header.audience_of.items() if Audience(audience) is asked.for_whom}
        kept = (known if kept is None else kept) & whom
    return kept


def _with_any(facts: dict[str, list[str]], wanted: Collection[str]) -> set[str]:
    return {code for code, has in facts.items() if not set(wanted).isdisjoint(has)}


def _speaks_of_origins(asked: MeetingFilter) -> bool:
    return bool(
        asked.service_bodies is not None
        or asked.sources is not None
        or asked.exclude.service_bodies
        or asked.exclude.sources
    )


def _origins(columns: Generation, asked: MeetingFilter) -> Flags:
    """Which rows' origins are kept: one list that is wanted and not excluded is enough, as if it were the only one."""
    sources, origins = columns.header.sources, columns.origins
    kept = np.ones(len(origins.source), np.bool_)
    if asked.sources is not None:
        kept &= _chosen(sources, asked.sources).take(origins.source)
    if asked.exclude.sources:
        kept &= ~_chosen(sources, asked.exclude.sources).take(origins.source)
    if asked.service_bodies is not None:
        kept &= _below(columns, asked.service_bodies)
    if asked.exclude.service_bodies:
        kept &= ~_below(columns, asked.exclude.service_bodies)
    return _sets_with(origins.sets, np.flatnonzero(kept))


def _below(columns: Generation, bodies: Collection[str]) -> Flags:
    """Origins whose body is one of these or below one."""
    origins = columns.origins
    found = np.zeros(len(origins.body), np.bool_)
    for body in bodies:
        code = code_of(origins.bodies, body)
        if code is not None:
            found |= (origins.body >= origins.enter[code]) & (origins.body < origins.leave[code])
    return found


def _languages(known: dict[str, int], wanted: Collection[str]) -> list[int]:
    return [code for tag, code in known.items() if any(tag == want or tag.startswith(f"{want}-") for want in wanted)]


def _codes(strings: Strings, texts: Iterable[str]) -> list[int]:
    return [code for code in (code_of(strings, text) for text in texts) if code is not None]


def _sets_with(sets: Sets, members: Collection[int] | Longs) -> Flags:
    """Sets with any of these members."""
    found = np.zeros(sets.count, np.bool_)
    found[sets.owner[np.isin(sets.member, np.fromiter(members, np.int64))]] = True
    return found


def _formats(columns: Generation, asked: FormatFilter) -> Flags:
    known = columns.header.formats
    kept = np.full(columns.formats.shape[1], asked.all.issubset(known))
    if asked.all:
        kept &= _bits_of(columns.formats, (known[code] for code in asked.all & known.keys()), every=True)
    if asked.any:
        kept &= _bits_of(columns.formats, (known[code] for code in asked.any & known.keys()), every=False)
    if asked.none:
        kept &= ~_bits_of(columns.formats, (known[code] for code in asked.none & known.keys()), every=False)
    return kept


def _bits_of(sets: Words, members: Iterable[int], *, every: bool) -> Flags:
    """Sets that hold every one of these members, or any."""
    masks = [0] * len(sets)
    for member in members:
        masks[member // 64] |= 1 << member % 64
    found = np.full(sets.shape[1], every)
    for words, mask in zip(sets, map(np.uint64, masks), strict=True):
        if every:
            found &= words & mask == mask
        else:
            found |= words & mask != 0
    return found


def _places(columns: Generation, asked: PlaceFilter) -> Flags:
    places = columns.places
    kept = np.ones(len(places.city), np.bool_)
    if asked.city is not None:
        kept &= places.city == _code_or_none(places.cities, fold(asked.city))
    if asked.region is not None:
        kept &= places.region == _code_or_none(places.regions, fold(asked.region))
    if asked.country is not None:
        kept &= places.country == columns.header.countries.get(asked.country, _NOBODY)
    return kept


#: A code that no value has; -1 is "unknown".
_NOBODY = -2


def _code_or_none(strings: Strings, text: str) -> int:
    code = code_of(strings, text)
    return _NOBODY if code is None else code
