"""The whole list, source by source, for files that hold all of it: never more than a few thousand rows in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import select

from meetings.model import Meeting, MeetingStatus, ServiceBody
from store.bulk import chunks
from store.database import Reader
from store.meeting_rows import MeetingRow, select_meetings
from store.meetings import meeting_from_row
from store.tables import meeting_ids, meetings, service_bodies

#: Rows held at a time while a source's are read.
_BATCH = 1000


def source_bodies(read: Reader, source_id: str) -> tuple[ServiceBody, ...]:
    """A source's service bodies, by its own keys."""
    told = select(service_bodies).where(service_bodies.c.source_id == source_id).order_by(service_bodies.c.source_key)
    return tuple(ServiceBody(**row._mapping) for row in read.connection.execute(told))


class ListedMeeting(NamedTuple):
    """A meeting as its source lists it; its other ids, and the one it is shown under if that is another's."""

    meeting: Meeting
    other_ids: tuple[str, ...]
    shown_as: str | None


def listed_meetings(read: Reader, source_id: str) -> Iterator[ListedMeeting]:
    """A source's meetings but withdrawn ones, by its own keys, as it lists them itself."""
    statement = (
        select_meetings()
        .where(meetings.c.source_id == source_id, meetings.c.status != MeetingStatus.WITHDRAWN)
        .order_by(meetings.c.source_key, meetings.c.number)
    )
    rows = read.connection.execute(statement.execution_options(yield_per=_BATCH))
    for batch in rows.partitions():
        other = _other_ids(read, [row.id for row in batch])
        for row in map(MeetingRow._make, batch):
            shown_as = None if row.shown_as == row.id else row.shown_as
            yield ListedMeeting(meeting_from_row(row), other.get(row.id, ()), shown_as)


def _other_ids(read: Reader, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for chunk in chunks(ids):
        told = select(meeting_ids).where(meeting_ids.c.meeting_id.in_(chunk)).order_by(meeting_ids.c.id)
        for row in read.connection.execute(told):
            found.setdefault(row.meeting_id, []).append(row.id)
    return {id: tuple(other) for id, other in found.items()}


def ids_of_others(read: Reader, source_id: str, ids: Iterable[str]) -> frozenset[str]:
    """Those of these ids that meetings of other sources have, or once had."""
    found: set[str] = set()
    for chunk in chunks(dict.fromkeys(ids)):
        shown = select(meetings.c.id).where(meetings.c.id.in_(chunk), meetings.c.source_id != source_id)
        other = (
            select(meeting_ids.c.id)
            .join(meetings, meetings.c.id == meeting_ids.c.meeting_id)
            .where(meeting_ids.c.id.in_(chunk), meetings.c.source_id != source_id)
        )
        found.update(read.connection.scalars(shown), read.connection.scalars(other))
    return frozenset(found)
