"""The step from a source's bytes to what a plan is made of: parsed, with its doubts, and with no other source's ids."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from importers.known_records import KeptRecords, KnownRecords
from importers.places import known_places
from importers.plausibility import with_doubts, zones_at
from importers.protocol import Fetched, Importer, KnowsRecords
from meetings.listing import Parsed
from meetings.place_seed import PLACES
from meetings.source import Source
from meetings.vocabulary import Vocabulary
from meetings.zones import TZDATA_VERSION
from store.database import Database
from store.export import ids_of_others
from store.known_records import kept_records

#: Our own modules that decide what a record is read as, and what of others does.
_PACKAGES = ("importers", "meetings")
_LIBRARIES = ("nh3", "phonenumberslite", "tzdata", "tzfpy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a source told; and what is to be kept of its records, None: what is kept already, or nothing."""

    parsed: Parsed
    kept: KeptRecords | None = None


def load_tables() -> None:
    """Load the tables of zones and towns, which are loaded when they are first needed otherwise.

    When a list has taken all memory that there is, loading them ends the process, or lets it wait for ever.
    """
    zones_at((0.0, 0.0))
    known_places()


def read_listings(
    database: Database, importer: Importer, fetched: Fetched, source: Source, vocabulary: Vocabulary, *, most_known: int
) -> Reading:
    """All that a source told; ImportFailed where it is not the promised format.

    `most_known`: of lists that have more records, what became of each is not kept for the next time.
    """
    if not isinstance(importer, KnowsRecords):
        parsed = importer.parse(fetched, source, vocabulary)
        # Bytes of a long list that nobody needs any more, unless whoever fetched them does.
        del fetched
        return Reading(parsed=without_ids_of_others(database, source, with_doubts(parsed)))
    with database.read() as read:
        kept = kept_records(read, source.id)
    known = KnownRecords(
        _terms(importer, source, vocabulary),
        kept and KeptRecords(terms=kept[0], document=kept[1]),
        most=most_known,
    )
    # Handed over and not held: who parses can let go of the bytes of a long list as soon as they are read.
    handed = [fetched]
    del fetched
    parsed = importer.parse_known(handed.pop(), source, vocabulary, known)
    return Reading(parsed=without_ids_of_others(database, source, with_doubts(parsed)), kept=known.kept())


def _terms(importer: Importer, source: Source, vocabulary: Vocabulary) -> str:
    """A hash of all but the answer itself on which it rests what a record is read as."""
    settings = (source.importer, source.fellowship, source.language, source.time_zone, source.country, source.mapping)
    told = (settings, importer.VERSION, vocabulary.digest, edition())
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def edition() -> str:
    """A hash of this program as far as it reads lists: its own text, its tables and the libraries it asks."""
    digest = hashlib.sha256(" ".join((TZDATA_VERSION, *map(version, _LIBRARIES))).encode("ascii"))
    root = Path(__file__).parent.parent
    modules = (path for name in _PACKAGES for path in sorted((root / name).glob("*.py")))
    for path in (*modules, *sorted(path for path in PLACES.iterdir() if path.is_file())):
        digest.update(path.read_bytes())
    return digest.hexdigest()


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
