"""Builds a generation of the read index from rows, and a new one from an old one and the rows that changed.

Pure: rows and facts in, arrays out. `search.builder` reads and publishes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import orjson
from numpy.typing import NDArray

from meetings.model import MedicationStance, MeetingStatus, ServiceBody, VenueType
from meetings.vocabulary import Vocabulary
from meetings.zones import TZDATA_VERSION
from search import geo
from search.clock import DAY, Ints, Longs, Zones, instant_of, make_zones, minute_of
from search.columns import (
    LAYOUT,
    Generation,
    Header,
    Kinds,
    Origins,
    Rows,
    joined_rows,
    taken_rows,
)
from search.encoding import Encoder
from search.rules import Horizon
from search.segments import Collector, Segment, Texts, no_texts
from search.strings import TextCodes
from store.index_rows import IndexRow
from store.index_texts import IndexTexts

#: Starts are known from so long before the day of the build: an early window, an old cursor, what is in progress.
BEHIND = timedelta(days=14)
#: And until so long after it: the next start is looked for within 400 days, on a generation a month old at worst.
AHEAD = timedelta(days=432)
#: Changed texts are kept apart up to this share of all, and up to this number where there are few.
_CHANGED_SHARE = 0.05
_CHANGED_TEXTS = 1000
_STATUSES = tuple(MeetingStatus)
_VENUE_TYPES = tuple(VenueType)
_STANCES = tuple(MedicationStance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rows do not say: `source_languages` matters because a row's languages may be its source's."""

    vocabulary: Vocabulary
    bodies: Sequence[ServiceBody] = ()
    source_languages: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A generation and what is needed to make the next one of it; `number` it was published by, 0: not yet."""

    generation: Generation
    encoder: Encoder
    facts: Facts
    changed_texts: Collector = field(default_factory=Collector)
    number: int = 0


def build_generation(
    rows: Iterable[IndexRow], facts: Facts, now: datetime, change: int = 0, *, edition: int = 0
) -> Built:
    """All anew but the texts; `change` is the last change of the database that `rows` show.

    `edition` is the number that the generation will have.
    """
    horizon = horizon_of(now)
    zones = make_zones(instant_of(horizon.first), instant_of(horizon.last))
    encoder = Encoder(zones, horizon, edition)
    encoded = encoder.encode(rows)
    ordered = taken_rows(encoded, np.lexsort((encoded.number, encoded.cell)))
    return _built(encoder, ordered, zones, facts, horizon, now, change)


def with_texts(built: Built, texts: Iterable[IndexTexts]) -> Built:
    """With these texts of all rows, read as `built` was."""
    collector = Collector()
    numbers = collector.add(texts)
    main, changed = collector.segment(), Collector(first=collector.count)
    generation = built.generation
    unknown = replace(generation.rows, document=np.full(len(generation.rows.number), -1, np.int32))
    rows = _documented(unknown, numbers, np.arange(collector.count))
    told = _texts(main, changed, rows)
    return replace(built, generation=replace(generation, rows=rows, texts=told), changed_texts=changed)


def with_texts_of(built: Built, old: Built, texts: Iterable[IndexTexts]) -> Built:
    """With the texts of an older generation and, in their place, these: of all meetings that changed since."""
    rows = _documented(built.generation.rows, old.generation.rows.number, old.generation.rows.document)
    rows = _documented(rows, *_new_documents(old.changed_texts, texts))
    told = _texts(old.generation.texts.main, old.changed_texts, rows)
    generation = replace(built.generation, rows=rows, texts=told)
    return replace(built, generation=generation, changed_texts=old.changed_texts)


def without_changed_texts(built: Built) -> Built:
    """Without the documents of the second segment."""
    rows, main = built.generation.rows, built.generation.texts.main
    document = np.where(rows.document < main.count, rows.document, np.int32(-1))
    return replace(built, generation=replace(built.generation, rows=replace(rows, document=document)))


def patch_generation(
    built: Built,
    rows: Iterable[IndexRow],
    gone: Collection[int],
    now: datetime,
    change: int,
    texts: Iterable[IndexTexts] = (),
    *,
    edition: int = 0,
    sources: Iterable[str] = (),
) -> Built:
    """With `rows` and their `texts` in place of those of the same numbers, and without `gone`.

    On the day of the build only. `sources` are those of which something else is shown than before.
    """
    old = built.generation
    built.encoder.edition = edition
    built.encoder.source_editions |= dict.fromkeys(sources, edition)
    new = built.encoder.encode(rows)
    if old.texts.ready:
        new = _documented(new, *_new_documents(built.changed_texts, texts))
    dropped = rows_of_numbers(old, np.union1d(new.number, np.array(sorted(gone), np.int64)))
    kept = np.delete(np.arange(old.rows.number.size), dropped)
    merged = joined_rows([taken_rows(old.rows, kept), new])
    ordered = taken_rows(merged, merged.cell.argsort(kind="stable"))
    horizon = Horizon(first=old.header.first_start, last=old.header.last_start)
    told = _texts(old.texts.main, built.changed_texts, ordered) if old.texts.ready else old.texts
    made = _built(built.encoder, ordered, old.zones, built.facts, horizon, now, change, told)
    return replace(made, changed_texts=built.changed_texts)


def _new_documents(changed: Collector, texts: Iterable[IndexTexts]) -> tuple[Longs, Longs]:
    """The numbers of these meetings, and the documents that they are from now on."""
    first = changed.first + changed.count
    numbers = changed.add(texts)
    return numbers, np.arange(first, first + len(numbers))


def _documented(rows: Rows, numbers: Longs, documents: Longs | Ints) -> Rows:
    """Rows with the documents of their numbers; those of other numbers keep theirs."""
    if not numbers.size:
        return rows
    order = numbers.argsort()
    place = order.take(numbers.searchsorted(rows.number, sorter=order), mode="clip")
    known = np.where(numbers.take(place) == rows.number, documents.take(place), rows.document)
    return replace(rows, document=known.astype(np.int32))


def _texts(main: Segment, changed: Collector, rows: Rows) -> Texts:
    known = np.flatnonzero(rows.document >= 0)
    document_rows = np.full(changed.first + changed.count, -1, np.int32)
    document_rows[rows.document.take(known)] = known
    return Texts(ready=True, main=main, recent=changed.segment(), document_rows=document_rows)


def texts_outgrown(built: Built) -> bool:
    """Whether so many texts changed that all of them should be read anew: their words are looked up twice."""
    main, changed = built.generation.texts.main.count, built.changed_texts.count
    return changed > max(_CHANGED_TEXTS, _CHANGED_SHARE * main)


def rows_of_numbers(generation: Generation, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows that have these numbers, in no order; numbers that no row has are left out."""
    if not generation.by_number.size:
        return np.empty(0, np.int64)
    place = generation.rows.number.searchsorted(numbers, sorter=generation.by_number)
    rows = generation.by_number.take(place, mode="clip").astype(np.int64)
    found: NDArray[np.int64] = rows[generation.rows.number.take(rows) == numbers]
    return found


def horizon_of(now: datetime) -> Horizon:
    """Whole days around the day of `now`: builds of one day know the same starts."""
    midnight = minute_of(now) // DAY * DAY
    minute = timedelta(minutes=1)
    return Horizon(first=midnight - BEHIND // minute, last=midnight + AHEAD // minute)


def _built(
    encoder: Encoder,
    rows: Rows,
    zones: Zones,
    facts: Facts,
    horizon: Horizon,
    now: datetime,
    change: int,
    texts: Texts | None = None,
) -> Built:
    names = encoder.names.strings()
    ranks = np.empty(len(names.codes), np.int32)
    ranks[names.codes] = np.arange(len(names.codes), dtype=np.int32)
    header = _header(encoder, facts, horizon, now, change)
    kinds = _kinds(encoder, header.fellowships)
    generation = Generation(
        header=header,
        zones=zones,
        schedules=encoder.schedules.schedules(),
        rows=rows,
        kinds=kinds,
        origins=_origins(encoder, header.sources, facts.bodies),
        places=encoder.places.places(),
        areas=encoder.areas(),
        formats=encoder.formats.bits(len(encoder.format_codes)),
        format_sets=encoder.formats.sets(),
        languages=encoder.languages.sets(),
        names=names,
        name_ranks=ranks,
        texts=no_texts() if texts is None else texts,
        by_number=rows.number.argsort().astype(np.int32),
        hybrid=_rows_of_kinds(rows, kinds.venue_type == _VENUE_TYPES.index(VenueType.HYBRID)),
        located=int(rows.cell.searchsorted(geo.ELSEWHERE)),
        virtual=int(rows.cell.searchsorted(geo.VIRTUAL)),
    )
    return Built(generation=generation, encoder=encoder, facts=facts)


def _rows_of_kinds(rows: Rows, wanted: NDArray[np.bool_]) -> Ints:
    return np.flatnonzero(wanted.take(rows.kind)).astype(np.int32)


def _header(encoder: Encoder, facts: Facts, horizon: Horizon, now: datetime, change: int) -> Header:
    vocabulary = facts.vocabulary
    known = vocabulary.fellowships.values()
    listed = dict.fromkeys(kind[0] for kind in encoder.kinds)
    return Header(
        layout=LAYOUT,
        tzdata=TZDATA_VERSION,
        built_at=minute_of(now),
        change=change,
        facts=fingerprint(facts),
        first_start=horizon.first,
        last_start=horizon.last,
        fellowships={fellowship: number for number, fellowship in enumerate(listed)},
        formats=dict(encoder.format_codes),
        languages=dict(encoder.language_codes),
        sources={source: n for n, source in enumerate(dict.fromkeys(source for source, _ in encoder.origins.pairs))},
        countries=dict(encoder.places.countries),
        covered_by={concern: sorted(broad) for concern, broad in vocabulary.concerns.items()},
        concerns_of={fellowship.code: list(fellowship.concerns) for fellowship in known},
        approaches_of={fellowship.code: list(fellowship.approaches) for fellowship in known},
        audience_of={fellowship.code: fellowship.for_whom.value for fellowship in known},
    )


def fingerprint(facts: Facts) -> str:
    """A hash of the facts a generation was built with: others need a full build."""
    told = {
        "fellowships": [[f.code, f.concerns, f.approaches, f.for_whom] for f in facts.vocabulary.fellowships.values()],
        "concerns": {concern: sorted(broad) for concern, broad in facts.vocabulary.concerns.items()},
        "bodies": [[body.id, body.parent_id, body.name] for body in facts.bodies],
        "sources": dict(facts.source_languages or {}),
    }
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def _kinds(encoder: Encoder, fellowships: Mapping[str, int]) -> Kinds:
    told = [
        (
            fellowships[fellowship],
            -1 if venue_type is None else _VENUE_TYPES.index(VenueType(venue_type)),
            _STATUSES.index(MeetingStatus(status)),
            _STANCES.index(MedicationStance(medication)),
            by_phone,
        )
        for fellowship, venue_type, status, medication, by_phone in encoder.kinds
    ]
    columns = np.array(told, np.int32).reshape(-1, 5).T
    return Kinds(
        fellowship=columns[0].copy(),
        venue_type=columns[1].copy(),
        status=columns[2].copy(),
        medication=columns[3].copy(),
        by_phone=columns[4] != 0,
    )


def _origins(encoder: Encoder, sources: Mapping[str, int], bodies: Sequence[ServiceBody]) -> Origins:
    codes = TextCodes()
    parents = {body.id: body.parent_id for body in bodies}
    # A body that a row names and no list of bodies does: it stands alone.
    parents |= {body: None for _, body in encoder.origins.pairs if body is not None and body not in parents}
    for body in parents:
        codes.code(body)
    enter, leave = _numbered(parents)
    return Origins(
        sets=encoder.origins.sets(),
        edition=_set_editions(encoder),
        source=np.array([sources[source] for source, _ in encoder.origins.pairs], np.int32),
        body=np.array([-1 if body is None else enter[body] for _, body in encoder.origins.pairs], np.int32),
        bodies=codes.strings(),
        enter=np.array([enter[body] for body in parents], np.int32),
        leave=np.array([leave[body] for body in parents], np.int32),
    )


def _set_editions(encoder: Encoder) -> Longs:
    """For each set of origins the newest edition of its sources."""
    sets = encoder.origins.sets()
    of_pairs = np.array([encoder.source_editions.get(source, 0) for source, _ in encoder.origins.pairs], np.int64)
    editions = np.zeros(sets.count, np.int64)
    np.maximum.at(editions, sets.owner, of_pairs.take(sets.member))
    return editions


def _numbered(parents: Mapping[str, str | None]) -> tuple[dict[str, int], dict[str, int]]:
    """Numbers bodies so that those below one follow it: from its own to (not with) where it is left."""
    children: dict[str | None, list[str]] = {}
    for body, parent in parents.items():
        children.setdefault(parent if parent in parents else None, []).append(body)
    enter: dict[str, int] = {}
    leave: dict[str, int] = {}
    # Bodies that are each other's parents hang from no root; one of them is made to.
    for root in [*children.get(None, ()), *parents]:
        pending = [] if root in enter else [(root, False)]
        while pending:
            body, done = pending.pop()
            if done:
                leave[body] = len(enter)
            elif body not in enter:
                enter[body] = len(enter)
                pending.append((body, True))
                pending.extend((child, False) for child in children.get(body, ()))
    return enter, leave
