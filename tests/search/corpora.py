"""Lists that were not made up at random: the demonstration we ship, and real ones beside the repository.

They come the whole way: read by their importers into a database, from there into the read index by the builder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from importers.fetch import fetch
from importers.run import run_import
from search.builder import step
from search.index import Index
from store.database import Database, Reader
from store.index_rows import read_index_rows
from store.meetings import get_meetings
from store.migration import migrate
from store.service_bodies import list_service_bodies
from store.sources import list_sources, put_source
from store.vocabulary import get_vocabulary, put_vocabulary
from tests.builders import NOW, a_source
from tests.outside import REAL_LISTS, REAL_LISTS_ABSENT, ROOT
from tests.search.brute_force import World
from tests.search.worlds import vocabulary_documents


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Sources by the settings in which they differ; locations under `folder`."""

    name: str
    folder: Path
    sources: tuple[dict[str, Any], ...]


def corpora() -> list[Any]:
    """Parameters, one a list; real ones are marked and skipped where they are not."""
    marks = [pytest.mark.real_lists, pytest.mark.skipif(not REAL_LISTS.is_dir(), reason=REAL_LISTS_ABSENT)]
    return [
        pytest.param(_demonstration(), id="demonstration"),
        *(pytest.param(corpus, id=corpus.name, marks=marks) for corpus in _real()),
    ]


def _demonstration() -> Corpus:
    folder = ROOT / "seed" / "demonstration"
    return Corpus(
        name="demonstration", folder=folder, sources=tuple(json.loads((folder / "sources.json").read_bytes()))
    )


def _real() -> list[Corpus]:
    guides = {
        "orange-county": "America/Los_Angeles",
        "edmonton": "America/Edmonton",
        "minneapolis-2018": "America/Chicago",
        "michigan": "America/Detroit",
        "eating-disorders-anonymous": None,
    }
    found = [_real_one("new-york", "bmlt", "bmlt/new-york", fellowship="NA", time_zone="America/New_York")]
    for name, time_zone in guides.items():
        location = f"meeting-guide/{name}.json"
        found.append(_real_one(name, "meeting_guide", location, fellowship="AA", time_zone=time_zone))
    several = tuple(source for corpus in found for source in corpus.sources)
    return [*found, Corpus(name="all-of-them", folder=REAL_LISTS, sources=several)]


def _real_one(name: str, importer: str, location: str, **changes: Any) -> Corpus:
    source = {"id": name, "name": name, "importer": importer, "location": location, "country": None} | changes
    return Corpus(name=name, folder=REAL_LISTS, sources=(source,))


def opened(corpus: Corpus, home: Path, now: datetime) -> tuple[World, Index]:
    """A list as the database has it, and its index."""
    database = Database(f"sqlite:///{home / 'corpus.sqlite'}")
    migrate(database)
    with database.write() as write:
        put_vocabulary(write, *vocabulary_documents())
    for told in corpus.sources:
        _imported(database, corpus.folder, told, now)
    with database.read() as read:
        world, state = _world(read), step(read, home / "index", None, now)
    database.close()
    return world, Index(state.built.generation)


def _imported(database: Database, folder: Path, told: dict[str, Any], now: datetime) -> None:
    source = a_source(**(told | {"location": str(folder / told["location"]), "added_at": now}))
    with database.write() as write:
        put_source(write, source)
        vocabulary = get_vocabulary(write)
    run = run_import(database, source, fetch=fetch, vocabulary=vocabulary, clock=lambda: now, run_id=f"run {source.id}")
    assert run.counts.added, run.reason


def _world(read: Reader) -> World:
    meetings = get_meetings(read, [row.id for row in read_index_rows(read, now=NOW)])
    return World(
        meetings=[meeting for meeting in meetings if meeting],
        vocabulary=get_vocabulary(read),
        bodies=list_service_bodies(read),
        languages={source.id: source.language for source in list_sources(read)},
    )
