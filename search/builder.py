"""The builder: a process of its own that follows the change log and publishes generations of the read index.

It reads whole lists when it starts, on a new day and when the facts behind the rows changed, and else only the rows
that did. If it dies, searches go on with what was published.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from meetings.errors import NotFound, StoreFailed
from meetings.listing import number_from_id
from meetings.vocabulary import Vocabulary
from search.clock import instant_of
from search.files import Published, next_number, publish, sole_builder
from search.generations import (
    Built,
    Facts,
    build_generation,
    fingerprint,
    horizon_of,
    patch_generation,
    texts_outgrown,
    with_texts,
    with_texts_of,
)
from search.index import open_index
from search.resuming import built_before, mark_of
from store.changes import changed_meetings, last_change
from store.database import Database, Reader
from store.index_rows import read_index_rows
from store.index_texts import read_index_texts
from store.service_bodies import list_service_bodies
from store.sources import ShownSource, shown_sources, source_languages
from store.vocabulary import get_vocabulary

log = logging.getLogger(__name__)
#: How often vocabulary, sources and service bodies, which have no change log, are compared with those built from.
FACTS_AFTER = timedelta(seconds=10)
#: How often what is shown of sources is compared: an answer may not show for a second what it was before.
SOURCES_AFTER = timedelta(milliseconds=200)
#: Above this share of changed rows a full build costs no more, and forgets values that no row has any more.
_PATCHED_SHARE = 0.2
#: Small lists are patched however much of them changed.
_PATCHED_ROWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the builder knows between two looks. `bodies` that rows may name without the facts being read anew.

    `sources`: what is shown of each.
    """

    built: Built
    facts_read_at: datetime
    bodies: frozenset[str]
    sources: Mapping[str, ShownSource]
    sources_read_at: datetime


def build(read: Reader, vocabulary: Vocabulary, folder: Path, now: datetime) -> Built:
    """Read everything, publish a generation of it."""
    return _full(read, folder, _facts(read, vocabulary), now)


def _full(read: Reader, folder: Path, facts: Facts, now: datetime) -> Built:
    with _uncollected():
        built = _columns(read, folder, facts, now)
        if open_index(folder) is None:
            # Words take twice as long as all the rest: who asks for none need not wait.
            built = _published(read, folder, built)
        return _published(read, folder, with_texts(built, read_index_texts(read)), built if built.number else None)


def _columns(read: Reader, folder: Path, facts: Facts, now: datetime) -> Built:
    # Both of one snapshot; asked for first, it would be too low rather than too high if they were not.
    change = last_change(read)
    return build_generation(read_index_rows(read, now=now), facts, now, change, edition=next_number(folder))


def _next_day(read: Reader, folder: Path, state: State, now: datetime) -> State:
    """All anew but texts, which no day changes."""
    facts, old = _facts(read, get_vocabulary(read)), state.built
    ids, _ = changed_meetings(read, old.generation.header.change)
    if fingerprint(facts) != old.generation.header.facts or last_change(read) < old.generation.header.change:
        return _state(read, _full(read, folder, facts, now), now)
    with _uncollected():
        built = with_texts_of(_columns(read, folder, facts, now), old, read_index_texts(read, ids))
    return _state(read, _with_all_texts(read, folder, _published(read, folder, built, old)), now)


def _with_all_texts(read: Reader, folder: Path, built: Built) -> Built:
    """After reading all texts anew, if that is due."""
    if not texts_outgrown(built):
        return built
    with _uncollected():
        return _published(read, folder, with_texts(built, read_index_texts(read)), built)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for cycles, which a million new tuples do not have: that took as long as all the rest."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def _published(read: Reader, folder: Path, built: Built, before: Built | None = None) -> Built:
    known = None if before is None else Published(number=before.number, generation=before.generation)
    change = built.generation.header.change
    number = publish(folder, built.generation, known, mark_of(read, change) or "")
    log.info("published generation=%d rows=%d change=%d", number, _rows(built), change)
    return replace(built, number=number)


def _rows(built: Built) -> int:
    return len(built.generation.rows.number)


def _facts(read: Reader, vocabulary: Vocabulary) -> Facts:
    return Facts(
        vocabulary=vocabulary,
        bodies=list_service_bodies(read),
        source_languages=source_languages(read),
    )


def step(read: Reader, folder: Path, state: State | None, now: datetime) -> State:
    """Publish what changed since the last look, if anything did."""
    if state is None:
        state = _resumed(read, folder, now)
    if state is None:
        return _state(read, build(read, get_vocabulary(read), folder, now), now)
    if horizon_of(now) != horizon_of(instant_of(state.built.generation.header.built_at)):
        return _next_day(read, folder, state, now)
    if abs(now - state.facts_read_at) >= FACTS_AFTER:
        state = _with_facts(read, folder, state, now)
    if abs(now - state.sources_read_at) >= SOURCES_AFTER:
        state = _with_sources(read, folder, state, now)
    return _with_changes(read, folder, state, now)


def _resumed(read: Reader, folder: Path, now: datetime) -> State | None:
    """From what was published before, with all sources as if they were shown otherwise; None: that cannot be told."""
    facts = _facts(read, get_vocabulary(read))
    built = built_before(read, folder, facts, now)
    if built is None:
        return None
    log.info("going on from generation=%d change=%d", built.number, built.generation.header.change)
    # Nobody knows what was shown of them while nobody looked.
    return replace(_state(read, built, now), sources={}, sources_read_at=now - SOURCES_AFTER)


def _state(read: Reader, built: Built, now: datetime) -> State:
    return State(
        built=built,
        facts_read_at=now,
        bodies=frozenset(body.id for body in built.facts.bodies),
        sources=shown_sources(read),
        sources_read_at=now,
    )


def _with_sources(read: Reader, folder: Path, state: State, now: datetime) -> State:
    """After telling which sources are shown otherwise than before, if any row is from one of them."""
    sources, old = shown_sources(read), state.built
    changed = {id for id, shown in sources.items() if state.sources.get(id) != shown}
    state = replace(state, sources=sources, sources_read_at=now)
    header = old.generation.header
    if not changed & header.sources.keys():
        return state
    edition = next_number(folder)
    built = patch_generation(old, [], [], now, header.change, edition=edition, sources=changed)
    return replace(state, built=_published(read, folder, built))


def _with_facts(read: Reader, folder: Path, state: State, now: datetime) -> State:
    """After comparing the facts behind the rows: all anew if they differ."""
    facts = _facts(read, get_vocabulary(read))
    if fingerprint(facts) != state.built.generation.header.facts:
        return _state(read, _full(read, folder, facts, now), now)
    return replace(state, facts_read_at=now)


def _with_changes(read: Reader, folder: Path, state: State, now: datetime) -> State:
    seen, change = state.built.generation.header.change, last_change(read)
    if change == seen:
        return state
    ids, _ = changed_meetings(read, seen)
    # A number that fell is another database in the place of ours.
    if change < seen or len(ids) > max(_PATCHED_ROWS, _PATCHED_SHARE * _rows(state.built)):
        return _state(read, build(read, get_vocabulary(read), folder, now), now)
    rows = list(read_index_rows(read, ids, now=now))
    unknown = {row.service_body_id for row in rows if row.service_body_id} - state.bodies
    if unknown:
        state = _with_facts(read, folder, state, now)
        # What no list of bodies has is not looked for again.
        return _with_changes(read, folder, replace(state, bodies=state.bodies | unknown), now)
    gone = {number for number in map(number_from_id, ids) if number is not None}
    texts = read_index_texts(read, ids)
    built = patch_generation(state.built, rows, gone, now, change, texts, edition=next_number(folder))
    return replace(state, built=_with_all_texts(read, folder, _published(read, folder, built, state.built)))


def follow(
    database: Database,
    folder: Path,
    *,
    clock: Callable[[], datetime],
    sleep: Callable[[], None],
    stopped: Callable[[], bool],
) -> None:
    """Publish again and again, until stopped; waits where another process does so for the same folder.

    `sleep` waits between two looks. A database that cannot be read now is looked at again.
    """
    while not stopped():
        with sole_builder(folder) as alone:
            if alone:
                _follow(database, folder, clock=clock, sleep=sleep, stopped=stopped)
        sleep()


def _follow(
    database: Database,
    folder: Path,
    *,
    clock: Callable[[], datetime],
    sleep: Callable[[], None],
    stopped: Callable[[], bool],
) -> None:
    state: State | None = None
    told = ""
    while not stopped():
        try:
            with database.read() as read:
                state = step(read, folder, state, clock())
            told = ""
        except (StoreFailed, NotFound) as error:
            # Once, and not twenty times a second as long as it lasts.
            if str(error) != told:
                told = str(error)
                log.warning("nothing to build from now: %s", told)
        sleep()
