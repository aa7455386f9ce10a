"""Who is reading which source: a lease in its row, so that any number of hosts may import what is due.

A source is taken in one short transaction, in which no other can take it; who has taken it and dies loses it when the
lease ends, and that counts as a failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select, update

from store.database import Writer
from store.tables import sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A source that is ours to read. `failures` in a row so far; `crashed`: who had it before never gave it back."""

    source_id: str
    holder: str
    failures: int
    refresh_hours: int
    crashed: bool


def take_due(write: Writer, *, holder: str, now: datetime, until: datetime) -> Lease | None:
    """Take the source that has been due for longest; None: none is."""
    due = or_(sources.c.next_attempt_at.is_(None), sources.c.next_attempt_at <= now)
    # A list without a location is sent by hand.
    waiting = _free(now).where(due, sources.c.paused == 0, sources.c.location != "")
    # Where several are as long due, by id; those that never were tried first.
    order = case((sources.c.next_attempt_at.is_(None), 0), else_=1), sources.c.next_attempt_at, sources.c.id
    return _take(write, waiting.order_by(*order), holder, until)


def take(write: Writer, source_id: str, *, holder: str, now: datetime, until: datetime) -> Lease | None:
    """Take this source, due or not; None: somebody else is reading it."""
    return _take(write, _free(now).where(sources.c.id == source_id), holder, until)


def _free(now: datetime) -> Select[Any]:
    columns = (sources.c.id, sources.c.failures, sources.c.refresh_hours, sources.c.leased_by)
    free = or_(sources.c.leased_until.is_(None), sources.c.leased_until <= now)
    return select(*columns).where(free, sources.c.removed == 0)


def _take(write: Writer, free: Select[Any], holder: str, until: datetime) -> Lease | None:
    # SQLite has one writer, so no row need be locked; PostgreSQL passes over rows that another is just taking.
    row = write.connection.execute(free.limit(1).with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    crashed = row.leased_by is not None
    failures = row.failures + int(crashed)
    told = {"leased_by": holder, "leased_until": until, "failures": failures}
    write.connection.execute(update(sources).where(sources.c.id == row.id).values(**told))
    return Lease(source_id=row.id, holder=holder, failures=failures, refresh_hours=row.refresh_hours, crashed=crashed)


def give_back(write: Writer, lease: Lease, *, failures: int, next_attempt_at: datetime) -> bool:
    """Say how it went and when to try again; False: the lease had ended and another has the source now."""
    told = {"leased_by": None, "leased_until": None, "failures": failures, "next_attempt_at": next_attempt_at}
    return _end(write, lease, told)


def give_up(write: Writer, lease: Lease) -> bool:
    """Leave the source as it was, for it was not tried: we were told to stop."""
    return _end(write, lease, {"leased_by": None, "leased_until": None})


def _end(write: Writer, lease: Lease, told: dict[str, Any]) -> bool:
    ours: ColumnElement[bool] = and_(sources.c.id == lease.source_id, sources.c.leased_by == lease.holder)
    return write.connection.execute(update(sources).where(ours).values(**told)).rowcount > 0
