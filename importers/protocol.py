"""What every importer is given and what it gives back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from importers.known_records import KnownRecords
    from meetings.listing import Parsed
    from meetings.source import Source
    from meetings.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a source answered: its documents by name (`GetFormats.json`, `meetings.json`) and where they were read.

    `read_on` is the date (UTC) for formats in which dates pass, None for others; `etag` and `last_modified` are what
    the server gave to ask again with.
    """

    documents: Mapping[str, bytes]
    location: str
    read_on: date | None = None
    etag: str | None = None
    last_modified: str | None = None

    @property
    def content_hash(self) -> str:
        """SHA-256 of what will be read: equal when nothing changed and, where dates pass, none has."""
        if self.read_on is None:
            return self.body_hash
        return hashlib.sha256(f"{self.body_hash} {self.read_on}".encode("ascii")).hexdigest()

    @property
    def body_hash(self) -> str:
        """SHA-256 over names and bytes, in order of names."""
        digest = hashlib.sha256()
        for name in sorted(self.documents):
            digest.update(f"{name}\0{len(self.documents[name])}\0".encode("utf-8", "surrogateescape"))
            digest.update(self.documents[name])
        return digest.hexdigest()


class Importer(Protocol):
    """A source format. `VERSION` counts up whenever the same bytes would be read differently."""

    @property
    def VERSION(self) -> int:  # noqa: N802 - a module's constant, seen through a protocol
        """See the class."""
        ...

    def parse(self, fetched: Fetched, source: Source, vocabulary: Vocabulary) -> Parsed:
        """Read all listings. A bad record is a finding; `ParseFailed` only when it is not this format at all."""
        ...


@runtime_checkable
class KnowsRecords(Protocol):
    """An importer that need not read again what it read before. It comes to the same as `parse`."""

    def parse_known(self, fetched: Fetched, source: Source, vocabulary: Vocabulary, known: KnownRecords) -> Parsed:
        """As `parse`, by what is known of the records."""
        ...
