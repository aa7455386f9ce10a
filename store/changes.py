"""The change log: which meetings changed, in the order in which the changes were committed.

The read index follows it, applications synchronise by it, and an import is undone with the rows it keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import RowMapping, Select, func, insert, select

from store.columns import Code, Day, Instant
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
        before = {row["id"]: row for row in write.connection.execute(_rows(chunk)).mappings()}
        rows = [
            {
                "number": number + position,
                "meeting_id": id,
                "run_id": run_id,
                "at": now,
                "before": _document(before[id]) if id in before else None,
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
    return select(meetings).where(meetings.c.id.in_(ids))


def _document(row: RowMapping) -> dict[str, object]:
    # Column names are a kind of text of their own, which JSON writers do not take for keys.
    return {str(name): _stored(name, value) for name, value in row.items()}


def _stored(name: str, value: object) -> object:
    """The value as its column keeps it, so that it can be put back."""
    column = meetings.c[name].type
    if value is not None and isinstance(column, (Instant, Day)):
        return value.isoformat() if hasattr(value, "isoformat") else value
    if value is not None and isinstance(column, Code):
        return str(getattr(value, "value", value))
    return value
