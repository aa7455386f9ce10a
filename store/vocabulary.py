"""Formats and fellowships as data: kept whole, because they are always read whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from meetings.errors import NotFound
from meetings.vocabulary import Vocabulary, vocabulary_from_documents
from store.database import Reader, Writer
from store.tables import vocabulary


def put_vocabulary(write: Writer, formats: Mapping[str, Any], fellowships: Mapping[str, Any]) -> None:
    """Replace the vocabulary; a document that cannot be read is refused before anything is replaced."""
    vocabulary_from_documents(formats, fellowships)
    write.connection.execute(delete(vocabulary))
    rows = [{"name": "formats", "document": formats}, {"name": "fellowships", "document": fellowships}]
    write.connection.execute(insert(vocabulary), rows)


def get_vocabulary(read: Reader) -> Vocabulary:
    """The vocabulary; NotFound before the first `migrate`."""
    documents = {row.name: row.document for row in read.connection.execute(select(vocabulary))}
    if len(documents) != 2:
        raise NotFound("vocabulary", "formats and fellowships")
    return vocabulary_from_documents(documents["formats"], documents["fellowships"])
