"""What imports change of service bodies, and how that is undone: as with meetings, what changed since stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from meetings.model import MeetingStatus
from store.bulk import chunks
from store.changes import KEPT
from store.database import Reader, Writer
from store.tables import meetings, service_bodies, service_body_changes

#: A body's row by its id.
Bodies = dict[str, dict[str, Any]]


def bodies_of(read: Reader, source_id: str) -> Bodies:
    """A source's bodies as they are."""
    rows = read.connection.execute(select(service_bodies).where(service_bodies.c.source_id == source_id)).mappings()
    return {row["id"]: {str(name): value for name, value in row.items()} for row in rows}


def replace_bodies(write: Writer, source_id: str, bodies: Bodies, *, run_id: str, now: datetime) -> None:
    """Let a source have these bodies and no others; what that changes is logged as this run's."""
    write.lock_changes()
    c, was = service_body_changes.c, bodies_of(write, source_id)
    write.connection.execute(delete(service_body_changes).where(c.at < now - KEPT))
    changed = [id for id in dict.fromkeys((*was, *bodies)) if was.get(id) != bodies.get(id)]
    number = write.connection.scalar(select(func.coalesce(func.max(c.number), 0))) or 0
    log = (
        {
            "number": number + place,
            "service_body_id": id,
            "run_id": run_id,
            "at": now,
            "before": was.get(id),
            "after": bodies.get(id),
        }
        for place, id in enumerate(changed, 1)
    )
    for chunk in chunks(log):
        write.connection.execute(insert(service_body_changes), chunk)
    for ids in chunks(id for id in changed if id in was):
        write.connection.execute(delete(service_bodies).where(service_bodies.c.id.in_(ids)))
    for rows in chunks(bodies[id] for id in changed if id in bodies):
        write.connection.execute(insert(service_bodies), rows)


def undo_bodies(write: Writer, source_id: str, run_ids: Sequence[str], *, new_run_id: str, now: datetime) -> None:
    """Put back what these runs changed of a source's bodies and nothing changed after them.

    Those that they added go, unless a meeting that is not withdrawn or a body that stays names them; so the meetings
    are put back first.
    """
    c, bodies = service_body_changes.c, bodies_of(write, source_id)
    added: set[str] = set()
    log = select(service_body_changes).where(c.run_id.in_(list(run_ids))).order_by(c.number.desc())
    for change in write.connection.execute(log):
        id, body = change.service_body_id, bodies.get(change.service_body_id)
        if change.before is None:
            added.add(id)
        elif change.after is None:
            # Taken away by the run: it comes back, unless somebody has put another in its place since.
            bodies.setdefault(id, dict(change.before))
        elif body is not None:
            bodies[id] = body | _restored(body, change.before, change.after)
    named = _named_by_meetings(write, added)
    while leaving := (added & bodies.keys()) - named - {body["parent_id"] for body in bodies.values()}:
        for id in leaving:
            del bodies[id]
    for id, body in bodies.items():
        bodies[id] = body | {"parent_id": body["parent_id"] if body["parent_id"] in bodies else None}
    replace_bodies(write, source_id, bodies, run_id=new_run_id, now=now)


def _restored(body: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that still are what the run made of them, as they were before."""
    return {name: was for name, was in before.items() if was != after[name] and body[name] == after[name]}


def _named_by_meetings(read: Reader, ids: set[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(sorted(ids)):
        rows = select(meetings.c.service_body_id).where(
            meetings.c.service_body_id.in_(chunk), meetings.c.status != MeetingStatus.WITHDRAWN
        )
        found.update(read.connection.scalars(rows.distinct()))
    return found
