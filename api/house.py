"""What a process that answers requests holds while it lives: database, read index, vocabulary, clock."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from api.clock import clock
from api.known_feeds import KnownFeeds
from api.settings import Settings
from meetings.calendar_words import ENGLISH, Wording
from meetings.ical_events import KeptBlocks
from meetings.vocabulary import Vocabulary
from schema.fragments import Fragments
from search.index import Index, IndexHolder
from search.place_files import PlaceFiles, PlaceHolder
from store.database import Database
from store.vocabulary import get_vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Opened by `open_house`, closed with it. `clock` and `random_bytes` are here so that tests can give their own.

    `opened_at`: since then no rule of a zone, no wording and no setting has changed here.
    """

    settings: Settings
    database: Database
    indexes: IndexHolder
    places: PlaceHolder
    vocabulary: Vocabulary
    opened_at: datetime
    clock: Callable[[], datetime] = clock
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    wording: Wording = ENGLISH
    feeds: KnownFeeds = field(default_factory=lambda: KnownFeeds(most=20_000))
    blocks: KeptBlocks = field(default_factory=lambda: KeptBlocks(most=20_000))
    fragments: Fragments | None = None

    def index(self) -> Index | None:
        """The newest generation of the read index; None before the first."""
        return self.indexes.current()


def place_files(settings: Settings) -> PlaceFiles:
    """Where the table of places of these settings lies."""
    return PlaceFiles(folder=settings.places_dir, least_people=settings.places_people)


@contextmanager
def open_database(
    settings: Settings, *, pool_size: int | None = None, statement_seconds: float = 0
) -> Iterator[Database]:
    """The database of these settings, closed at the end."""
    database = Database(
        settings.database_url,
        # A mutation reads on one connection and writes on another: with fewer, operations would wait for each other.
        pool_size=pool_size or max(settings.database_pool, settings.graphql_threads + 2),
        busy_seconds=settings.database_busy_seconds,
        statement_seconds=statement_seconds,
    )
    try:
        yield database
    finally:
        database.close()


@contextmanager
def open_house(settings: Settings, *, now: Callable[[], datetime] = clock) -> Iterator[House]:
    """Open the database, which `migrate` must have prepared, and the read index, which may still be to come."""
    with open_database(settings, statement_seconds=settings.database_statement_seconds) as database:
        with database.read() as read:
            vocabulary = get_vocabulary(read)
        places = PlaceHolder(files=place_files(settings))
        # Which table it is takes a while to tell: the first to ask need not wait for that.
        places.current()
        yield House(
            settings=settings,
            database=database,
            indexes=IndexHolder(settings.index_dir),
            places=places,
            vocabulary=vocabulary,
            opened_at=now(),
            clock=now,
            fragments=Fragments(settings.fragment_bytes) if settings.fragment_bytes else None,
            feeds=KnownFeeds(most=settings.feed_known),
            blocks=KeptBlocks(most=settings.feed_kept_meetings),
            wording=Wording(format_names={code: known.labels["en"] for code, known in vocabulary.formats.items()}),
        )
