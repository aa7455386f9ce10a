"""The change log: which meetings changed, in the order in which the changes were committed.

The read index follows it, applications synchronise by it, and an import is undone with the rows it keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row, RowMapping, Select, Text, delete, exists, func, select, type_coerce

from store.bulk import chunks, insert_rows, one_of
from store.columns import Code
from store.database import Reader, Writer
from store.tables import changes, meetings

#: Worked out from what lists tell, and anew with every change of them: no part of what is undone.
_WORKED_OUT = frozenset({"shown_as", "shown_why"})
#: On which PostgreSQL tells that there are new entries.
CHANNEL = "homegroup_changes"
#: How long whoever keeps a copy may stay away and go on from where it was.
KEPT = timedelta(days=90)
#: What is taken out of the log may be needed by a cursor that is being looked at, on a clock that is a little slow.
_GRACE = timedelta(days=1)
#: Entries taken out in one transaction: writers wait for it.
_PRUNED = 5_000


def record_changes(write: Writer, ids: Sequence[str], *, run_id: str | None, now: datetime) -> None:
    """Log that these meetings are about to change, with their rows as they are; new ones have none yet."""
    write.lock_changes()
    number = last_change(write)
    for chunk in chunks(ids):
        before = {row["id"]: row for row in write.connection.execute(_rows(write, chunk)).mappings()}
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
        insert_rows(write, changes, rows)
        number += len(chunk)
    if ids and write.connection.dialect.name == "postgresql":
        # Told when and if this transaction is committed, once however often it is said.
        write.connection.execute(select(func.pg_notify(CHANNEL, "")))


def last_change(read: Reader) -> int:
    """The number of the newest change; 0: none yet."""
    return read.connection.scalar(select(func.coalesce(func.max(changes.c.number), 0))) or 0


def entry_mark(read: Reader, number: int) -> str | None:
    """Tells an entry from that of the same number in another database; None: it is not in the log (any more)."""
    told = select(changes.c.meeting_id, type_coerce(changes.c.at, Text)).where(changes.c.number == number)
    row = read.connection.execute(told).one_or_none()
    return None if row is None else f"{row[0]} {row[1]}"


def changed_meetings(read: Reader, after: int) -> tuple[tuple[str, ...], int]:
    """The meetings that changed after that number, each once, and the newest number."""
    rows = read.connection.execute(
        select(changes.c.meeting_id, func.max(changes.c.number)).where(changes.c.number > after).group_by("meeting_id")
    ).all()
    return tuple(sorted(row[0] for row in rows)), max((row[1] for row in rows), default=after)


class Entry(NamedTuple):
    """One entry of the log, without what the meeting was before."""

    number: int
    meeting_id: str
    at: datetime


def latest_entries(read: Reader, *, after: int, until: int, first: int) -> list[Entry]:
    """The newest entry of each meeting in (after, until], in commit order; `first` of them at most."""
    newer = changes.alias("newer")
    superseded = exists().where(
        newer.c.meeting_id == changes.c.meeting_id, newer.c.number > changes.c.number, newer.c.number <= until
    )
    latest = select(changes.c.number, changes.c.meeting_id, changes.c.at).where(
        changes.c.number > after, changes.c.number <= until, ~superseded
    )
    return [Entry(*row) for row in read.connection.execute(latest.order_by(changes.c.number).limit(first))]


def added_after(read: Reader, ids: Iterable[str], number: int) -> set[str]:
    """Those of these meetings that came after that entry."""
    found: set[str] = set()
    for chunk in chunks(ids):
        added = select(changes.c.meeting_id).where(
            changes.c.meeting_id.in_(chunk), changes.c.number > number, changes.c.before.is_(None)
        )
        found.update(read.connection.scalars(added))
    return found


def outdated_entries(read: Reader, *, now: datetime) -> list[int]:
    """The numbers of entries that no cursor needs any more, some thousands of them; none: there are no more.

    The first of each meeting stays, which tells its age, and so does the newest of all, from which numbers count on.
    """
    older = changes.alias("older")
    outdated = select(changes.c.number).where(
        changes.c.at < now - KEPT - _GRACE,
        changes.c.number < last_change(read),
        exists().where(older.c.meeting_id == changes.c.meeting_id, older.c.number < changes.c.number),
    )
    return list(read.connection.scalars(outdated.order_by(changes.c.number).limit(_PRUNED)))


def drop_entries(write: Writer, numbers: Iterable[int]) -> None:
    """Take these entries out of the log; nobody but who undoes imports could miss them."""
    for chunk in chunks(numbers):
        write.connection.execute(delete(changes).where(changes.c.number.in_(chunk)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedChange:
    """One change of a meeting: its row as stored before and after; None: it was not there. `run_id` None: a person."""

    number: int
    at: datetime
    run_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def history(read: Reader, meeting_id: str) -> tuple[LoggedChange, ...]:
    """All logged changes of one meeting, oldest first."""
    return histories(read, [meeting_id]).get(meeting_id, ())


def histories(read: Reader, ids: Sequence[str], *, since: int = 0) -> dict[str, tuple[LoggedChange, ...]]:
    """The logged changes of these meetings from that number on, oldest first; those that never changed are not in it.

    What one became is the next one's `before`, or the row as it is.
    """
    rows = {row["id"]: _plain(_document(row)) for row in read.connection.execute(_rows(read, ids)).mappings()}
    logged = select(changes).where(changes.c.meeting_id.in_(ids), changes.c.number >= since)
    of_meeting: dict[str, list[Row[Any]]] = {}
    for change in read.connection.execute(logged.order_by(changes.c.number)):
        of_meeting.setdefault(change.meeting_id, []).append(change)
    return {id: _logged(log, rows.get(id)) for id, log in of_meeting.items()}


def _logged(log: Sequence[Row[Any]], row: dict[str, Any] | None) -> tuple[LoggedChange, ...]:
    after = [*(change.before for change in log[1:]), row]
    return tuple(
        LoggedChange(number=change.number, at=change.at, run_id=change.run_id, before=change.before, after=became)
        for change, became in zip(log, after, strict=True)
    )


def _plain(document: dict[str, object]) -> dict[str, Any]:
    """As the log would give it back."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(document))
    return plain


def _rows(read: Reader, ids: Sequence[str]) -> Select[Any]:
    return select(meetings).where(one_of(read, meetings.c.id, ids))


def _document(row: RowMapping) -> dict[str, object]:
    # Column names are a kind of text of their own, which JSON writers do not take for keys.
    return {str(name): _stored(name, value) for name, value in row.items() if name not in _WORKED_OUT}


def _stored(name: str, value: object) -> object:
    """The value as its column keeps it, so that it can be put back."""
    column = meetings.c[name].type
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if value is not None and isinstance(column, Code):
        return str(getattr(value, "value", value))
    return value
