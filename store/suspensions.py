"""A person's word that meetings do not meet for a while. It lies beside what the source tells, and imports keep it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, update

from meetings.errors import InvalidQuery
from meetings.suspension import MAX_SUSPENSION, NOTE_LENGTH, Suspension, today_at
from store.bulk import chunks
from store.changes import record_changes
from store.database import Reader, Writer
from store.meetings import linked_ids
from store.tables import meetings

#: A suspension begins at most so long from now: who says more has mistyped the year.
MAX_AHEAD = timedelta(days=2 * 366)
_KEPT = (meetings.c.suspended_from, meetings.c.suspended_until, meetings.c.suspended_note)


def suspend_meetings(
    write: Writer, ids: Sequence[str], *, first: date, last: date | None, note: str | None, now: datetime
) -> tuple[str, ...]:
    """Suspend meetings from `first` to `last`, both included, in place of any suspension before; whom that changed.

    Of a meeting that several sources list all listings are suspended, so that it stays so whichever tells its facts.
    `last` None: until further notice. Where `last` is past, by the date where the meeting is, it meets again. Ids are
    those shown (`store.meetings.resolve_ids` first); there being none is no error. InvalidQuery names the argument.
    """
    wanted = checked_suspension(first, last, note, now)
    write.lock_changes()
    changed: list[str] = []
    for chunk in chunks(linked_ids(write, ids)):
        rows = write.connection.execute(
            select(meetings.c.zone, meetings.c.id, *_KEPT).where(meetings.c.id.in_(chunk))
        ).all()
        target = {row.id: _columns(wanted, today_at(row.zone, now)) for row in rows}
        changing = [row.id for row in rows if target[row.id] != tuple(row)[2:]]
        record_changes(write, changing, run_id=None, now=now)
        for values in dict.fromkeys(target[id] for id in changing):
            _put(write, [id for id in changing if target[id] == values], values, now)
        changed += changing
    return tuple(id for id in dict.fromkeys(ids) if id in set(changed))


def turning_suspensions(read: Reader, first: date, last: date) -> list[str]:
    """The ids, as shown, of meetings whose suspension begins or ends on one of these days."""
    c = meetings.c
    turning = select(func.coalesce(c.shown_as, c.id)).where(
        # The index is by this one, and those who are suspended are few.
        c.suspended_from <= last,
        or_(c.suspended_from >= first, c.suspended_until.between(first, last)),
    )
    return sorted(set(read.connection.scalars(turning)))


_Columns = tuple[date | None, date | None, str | None]


def _columns(wanted: Suspension, today: date) -> _Columns:
    """What the columns hold; what is over is nothing."""
    if wanted.last is not None and wanted.last < today:
        return None, None, None
    return wanted.first, wanted.last, wanted.note


def _put(write: Writer, ids: Sequence[str], values: _Columns, now: datetime) -> None:
    names = [column.name for column in _KEPT]
    write.connection.execute(
        update(meetings)
        .where(meetings.c.id.in_(ids))
        .values(**dict(zip(names, values, strict=True)), revision=meetings.c.revision + 1, updated_at=now)
    )


def checked_suspension(first: date, last: date | None, note: str | None, now: datetime) -> Suspension:
    """A suspension that can be kept; InvalidQuery names what is wrong with `from`, `until` or `note`."""
    if abs(first - now.date()) > MAX_AHEAD:
        raise InvalidQuery("from", f"within {MAX_AHEAD.days} days of today, not {first}")
    if last is not None and last < first:
        raise InvalidQuery("until", f"not before `from`, {first}")
    if last is not None and last - first > MAX_SUSPENSION:
        raise InvalidQuery("until", f"at most {MAX_SUSPENSION.days} days after `from`; leave it out for longer")
    if note is not None and len(note) > NOTE_LENGTH:
        raise InvalidQuery("note", f"at most {NOTE_LENGTH} characters, not {len(note)}")
    return Suspension(first=first, last=last, note=note or None)
