"""An import undone from the change log: what nobody edited since is as it was before.

Field by field and newest change first: a field that still is what the import made of it becomes what it was; one that
a person or another source's import changed since stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, select, update

from meetings.model import MeetingStatus
from meetings.source import ImportRun, RunStatus
from store.body_changes import undo_bodies
from store.bulk import chunks
from store.changes import LoggedChange, histories, record_changes
from store.columns import Code, Day, Instant, Words
from store.database import Reader, Writer
from store.imports import standing_runs
from store.linking import follow_links
from store.tables import changes, meetings, runs, sources

#: Which meeting it is, and how often and when its row was changed: these are not taken back.
_KEPT = frozenset({"id", "number", "source_id", "revision", "updated_at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """Meetings put back as they were, and those taken away because the run had added them."""

    restored: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


def runs_after(read: Reader, run: ImportRun) -> tuple[list[str], list[str]]:
    """Imports of the same source after this one that still stand, newest first.

    First those that told something else, then those that found the list as this one left it.
    """
    changed_something = exists().where(changes.c.run_id == runs.c.id)
    after = select(runs.c.id, runs.c.status, changed_something.label("changed")).where(
        standing_runs(run.source_id), runs.c.id != run.id, runs.c.started_at >= run.started_at
    )
    other: list[str] = []
    same: list[str] = []
    for row in read.connection.execute(after.order_by(runs.c.started_at.desc(), runs.c.id.desc())):
        (other if row.status == RunStatus.SUCCEEDED and row.changed else same).append(row.id)
    return other, same


def undo_runs(write: Writer, source_id: str, run_ids: Sequence[str], *, new_run_id: str, now: datetime) -> Undone:
    """Put back what these runs changed and nothing changed after them; logged as changes of the new run.

    Both meetings and service bodies of their source.
    """
    write.lock_changes()
    of_runs = changes.c.run_id.in_(list(run_ids))
    first = write.connection.scalar(select(func.min(changes.c.number)).where(of_runs))
    touched = write.connection.scalars(
        select(changes.c.meeting_id).where(of_runs).distinct().order_by(changes.c.meeting_id)
    )
    restored: list[str] = []
    withdrawn: list[str] = []
    for chunk in chunks(touched.all()):
        found = histories(write, chunk, since=first or 0)
        now_is = {id: log[-1].after for id, log in found.items()}
        becomes = {id: _undone(log, set(run_ids)) for id, log in found.items()}
        changed = {id: row for id, row in becomes.items() if row is not None and row != now_is[id]}
        record_changes(write, list(changed), run_id=new_run_id, now=now)
        _put_back(write, changed, now)
        follow_links(write, list(changed), now=now)
        gone = {id for id in changed if _is_gone(changed[id]) and not _is_gone(now_is[id])}
        withdrawn += [id for id in changed if id in gone]
        restored += [id for id in changed if id not in gone]
    undo_bodies(write, source_id, run_ids, new_run_id=new_run_id, now=now)
    return Undone(restored=tuple(restored), withdrawn=tuple(withdrawn))


def _is_gone(row: dict[str, Any] | None) -> bool:
    return row is None or row["status"] == MeetingStatus.WITHDRAWN.value


def _undone(log: Sequence[LoggedChange], run_ids: set[str]) -> dict[str, Any] | None:
    """The row as it would be without what these runs did."""
    row = log[-1].after
    if row is None:
        return None
    row = dict(row)
    for change in reversed(log):
        if change.run_id not in run_ids or change.after is None:
            continue
        if change.before is None:
            row["status"] = MeetingStatus.WITHDRAWN.value
            continue
        for name, was in change.before.items():
            became = change.after.get(name)
            if name in row and name not in _KEPT and was != became and row[name] == became:
                row[name] = was
    return row


def _put_back(write: Writer, rows: dict[str, dict[str, Any]], now: datetime) -> None:
    if not rows:
        return
    names = [name for name in next(iter(rows.values())) if name not in _KEPT]
    statement = (
        update(meetings)
        .where(meetings.c.id == bindparam("undone_id"))
        .values({name: bindparam(name) for name in names} | {"revision": meetings.c.revision + 1, "updated_at": now})
    )
    told = [{name: _value(name, row[name]) for name in names} | {"undone_id": id} for id, row in rows.items()]
    write.connection.execute(statement, told)


def _value(name: str, stored: Any) -> Any:  # noqa: ANN401 - whatever the column holds
    """A value of the change log as its column takes it."""
    kind = meetings.c[name].type
    if stored is None:
        return None
    if isinstance(kind, Instant):
        return datetime.fromisoformat(stored)
    if isinstance(kind, Day):
        return date.fromisoformat(stored)
    if isinstance(kind, Words):
        return tuple(stored)
    return kind.members(stored) if isinstance(kind, Code) else stored


def mark_reverted(write: Writer, run_ids: Iterable[str], *, by: str) -> None:
    """Note by which run these were undone."""
    write.connection.execute(update(runs).where(runs.c.id.in_(list(run_ids))).values(reverted_by=by))


def pause_after_revert(write: Writer, source_id: str) -> None:
    """Read the source no more until a person says so; its list is again that of the newest import that stands."""
    last = write.connection.scalar(select(func.max(runs.c.started_at)).where(standing_runs(source_id)))
    write.connection.execute(
        update(sources).where(sources.c.id == source_id).values(paused=True, last_good_import_at=last)
    )
