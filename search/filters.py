"""Which rows a filter keeps, time and distance aside: each part judges distinct values and gathers once a row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from typing import TypeVar

import numpy as np

from meetings.listing import fold, number_from_id
from meetings.model import Audience, MedicationStance, MeetingStatus, VenueType
from meetings.search import FormatFilter, MeetingFilter, PlaceFilter
from search.candidates import Sieve, some_of
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
_ANY_FORMAT = FormatFilter()


def kept(index: Index, asked: MeetingFilter, rows: Longs, *, anywhere: bool = False) -> Flags:
    """Which of `rows` the parts keep that speak of no time, no distance and no `ids`.

    `anywhere`: the place does not matter either.
    """
    candidates = some_of(rows)
    found = np.ones(len(rows), np.bool_)
    for sieve in sieves_of(index, asked, anywhere=anywhere):
        found &= sieve.judge(candidates.of(sieve.column))
    return found


def rows_of_ids(columns: Generation, ids: Collection[str]) -> Longs:
    """The rows of public ids."""
    numbers = {number for number in map(number_from_id, ids) if number is not None}
    return np.sort(rows_of_numbers(columns, np.array(sorted(numbers), np.int64)))


def facts_of(asked: MeetingFilter) -> Hashable:
    """What `sieves_of` goes by: filters that are alike in it keep the same rows, but for their places in a map."""
    place = asked.place
    return (
        asked.formats, asked.fellowships, asked.venue_types, asked.by_phone, asked.languages, asked.service_bodies,
        asked.sources, asked.areas, asked.concerns, asked.approaches, asked.for_whom, asked.medication, asked.statuses,
        asked.exclude, asked.time.by_appointment, place.city, place.region, place.country,
    )  # fmt: skip


def sieves_of(index: Index, asked: MeetingFilter, *, anywhere: bool = False) -> list[Sieve]:
    """The parts of a filter of which `kept` speaks."""
    columns, rows, exclude = index.columns, index.columns.rows, asked.exclude
    parts = (
        "kinds", asked.fellowships, asked.concerns, asked.approaches, asked.for_whom, asked.venue_types, asked.by_phone,
        asked.medication, asked.statuses, exclude.venue_types,
    )  # fmt: skip
    found = [_sieve(index, rows.kind, parts, lambda: _kinds(columns, asked))]
    if asked.time.by_appointment is not None:
        fixed = np.arange(len(columns.schedules.zone)) != BY_APPOINTMENT
        found.append(_by_table(rows.schedule, fixed != asked.time.by_appointment))
    if asked.service_bodies is not None or asked.sources is not None or exclude.service_bodies or exclude.sources:
        told = ("origins", asked.service_bodies, asked.sources, exclude.service_bodies, exclude.sources)
        found.append(_sieve(index, rows.origin, told, lambda: _origins(columns, asked)))
    if (tags := asked.languages) is not None:
        speaking = ("languages", tags)
        found.append(_sieve(index, rows.languages, speaking, lambda: _speaking(columns, tags)))
    if (areas := asked.areas) is not None:
        found.append(_sieve(index, rows.areas, ("areas", areas), lambda: _lying_in(columns, areas)))
    if asked.formats != _ANY_FORMAT:
        found.append(_sieve(index, rows.formats, asked.formats, lambda: _formats(columns, asked.formats)))
    place = asked.place
    if not anywhere and (place.city is not None or place.region is not None or place.country is not None):
        named = ("place", place.city, place.region, place.country)
        found.append(_sieve(index, rows.place, named, lambda: _places(columns, place)))
    if exclude.ids:
        excluded = np.zeros(len(rows.number), np.bool_)
        excluded[rows_of_ids(columns, exclude.ids)] = True
        found.append(Sieve(excluded, np.logical_not, 1.0))
    return found


def _sieve(index: Index, column: Ints, key: Hashable, make: Callable[[], Flags]) -> Sieve:
    sieve: Sieve = index.judgements.made(key, lambda: _by_table(column, make()))
    return sieve


def _by_table(column: Ints, table: Flags) -> Sieve:
    """Keeps the codes that the table does."""

    def judge(codes: Ints) -> Flags:
        return table.take(codes, mode="clip")

    return Sieve(column, judge, np.count_nonzero(table) / max(1, len(table)))


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
    return _sets_with(origins.sets, kept)


def _below(columns: Generation, bodies: Collection[str]) -> Flags:
    """Origins whose body is one of these or below one."""
    origins = columns.origins
    found = np.zeros(len(origins.body), np.bool_)
    for body in bodies:
        code = code_of(origins.bodies, body)
        if code is not None:
            found |= (origins.body >= origins.enter[code]) & (origins.body < origins.leave[code])
    return found


def _speaking(columns: Generation, wanted: Collection[str]) -> Flags:
    spoken = [any(tag == want or tag.startswith(f"{want}-") for want in wanted) for tag in columns.header.languages]
    return _sets_with(columns.languages, np.array(spoken, np.bool_))


def _lying_in(columns: Generation, areas: Collection[str]) -> Flags:
    names = columns.areas.names
    wanted = np.zeros(len(names.codes), np.bool_)
    wanted[[code for code in (code_of(names, area) for area in areas) if code is not None]] = True
    return _sets_with(columns.areas.sets, wanted)


def _sets_with(sets: Sets, wanted: Flags) -> Flags:
    """Sets with any of the wanted members."""
    found = np.zeros(sets.count, np.bool_)
    found[sets.owner[wanted.take(sets.member)]] = True
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
