"""The change log: which meetings changed, in the order in which the changes were committed.

The read index follows it, applications synchronise by it, and an import is undone with the rows it keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Select, func, insert, select, type_coerce
from sqlalchemy.types import TypeDecorator

from store.database import Reader, Writer
from store.tables import changes, meetings

T = TypeVar("T")
#: SQLite takes 32,766 parameters a statement, PostgreSQL 65,535; smaller chunks are no slower.
CHUNK = 500


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items, `size` at a time."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def record_changes(write: Writer, ids: Sequence[str], *, run_id: str | None, now: datetime) -> None:
    """Log that these meetings are about to change, with their rows as they are; new ones have none yet."""
    write.lock_changes()
    number = last_change(write)
    for chunk in chunks(ids):
        # Column names are a kind of text of their own, which JSON writers do not take for keys.
        rows_now = write.connection.execute(_rows(chunk)).mappings()
        before = {row["id"]: {str(name): value for name, value in row.items()} for row in rows_now}
        rows = [
            {
                "number": number + position,
                "meeting_id": id,
                "run_id": run_id,
                "at": now,
                "before": before.get(id),
            }
            for position, id in enumerate(chunk, 1)
        ]
        write.connection.execute(insert(changes), rows)
        number += len(chunk)


def last_change(read: Reader) -> int:
    """The number of the newest change; 0: none yet."""
    return read.connection.scalar(select(func.coalesce(func.max(changes.c.number), 0))) or 0


def changed_meetings(read: Reader, after: int) -> tuple[tuple[str, ...], int]:
    """The meetings that changed after that number, each once, and the newest number."""
    rows = read.connection.execute(
        select(changes.c.meeting_id, func.max(changes.c.number)).where(changes.c.number > after).group_by("meeting_id")
    ).all()
    return tuple(sorted(row[0] for row in rows)), max((row[1] for row in rows), default=after)


def _rows(ids: Sequence[str]) -> Select[Any]:
    """Rows as the database keeps them, so that they can be put back as they were."""
    return select(*(_as_kept(column) for column in meetings.columns)).where(meetings.c.id.in_(ids))


def _as_kept(column: Column[Any]) -> ColumnElement[Any]:
    kept = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return type_coerce(column, kept).label(column.name)
