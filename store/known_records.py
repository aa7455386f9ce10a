"""What imports know of the records that a source told last. Importers say what is in it."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from store.database import Reader, Writer
from store.tables import known_records


def kept_records(read: Reader, source_id: str) -> tuple[str, bytes] | None:
    """The terms under which a source's records were read, and what became of them; None: nothing is kept."""
    columns = (known_records.c.terms, known_records.c.document)
    row = read.connection.execute(select(*columns).where(known_records.c.source_id == source_id)).one_or_none()
    return None if row is None else (row.terms, row.document)


def keep_records(write: Writer, source_id: str, terms: str, document: bytes) -> None:
    """Keep these in place of what was kept."""
    drop_records(write, source_id)
    write.connection.execute(insert(known_records).values(source_id=source_id, terms=terms, document=document))


def drop_records(write: Writer, source_id: str) -> None:
    """Forget a source's records."""
    write.connection.execute(delete(known_records).where(known_records.c.source_id == source_id))
