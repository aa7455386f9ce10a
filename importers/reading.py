"""The step from a source's bytes to what a plan is made of: parsed, with its doubts, and with no other source's ids."""

from __future__ import annotations

from dataclasses import replace

from importers.places import known_places
from importers.plausibility import with_doubts, zones_at
from importers.protocol import Fetched, Importer
from meetings.listing import Parsed
from meetings.source import Source
from meetings.vocabulary import Vocabulary
from store.database import Database
from store.export import ids_of_others


def load_tables() -> None:
    """Load the tables of zones and towns, which are loaded when they are first needed otherwise.

    When a list has taken all memory that there is, loading them ends the process, or lets it wait for ever.
    """
    zones_at((0.0, 0.0))
    known_places()


def read_listings(
    database: Database, importer: Importer, fetched: Fetched, source: Source, vocabulary: Vocabulary
) -> Parsed:
    """All that a source told; ImportFailed where it is not the promised format."""
    parsed = importer.parse(fetched, source, vocabulary)
    # Bytes of a long list that nobody needs any more, unless whoever fetched them does.
    del fetched
    return without_ids_of_others(database, source, with_doubts(parsed))


def without_ids_of_others(database: Database, source: Source, parsed: Parsed) -> Parsed:
    """The same without ids that meetings of other sources have: a list may bring its own ids, and take nobody's."""
    brought = [id for listing in parsed.listings for id in listing.ids]
    if not brought:
        return parsed
    with database.read() as read:
        others = ids_of_others(read, source.id, brought)
    if not others:
        return parsed
    kept = (replace(one, ids=tuple(id for id in one.ids if id not in others)) for one in parsed.listings)
    return replace(parsed, listings=tuple(kept))
