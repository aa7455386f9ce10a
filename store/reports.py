"""What people report of meetings, and the flags that this raises. Nothing of who reported is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from meetings.errors import NotFound
from meetings.reports import (
    DETAIL_LENGTH,
    REPORTS_PER_MEETING,
    Report,
    ReportKind,
    ReportOutcome,
    raises_flag,
)
from meetings.suspension import today_at
from store.changes import record_changes
from store.database import Reader, Writer
from store.meetings import linked_ids
from store.reporters import count_reporter, forget_meeting
from store.suspensions import suspend_meetings
from store.tables import meetings, reports


def add_report(write: Writer, report: Report, *, network: str, new_key: bytes) -> bool:
    """Keep a report; whether it raised a flag. NotFound: no such meeting.

    `network`: that of whoever reports (`meetings.reports.network_of`), which is not kept; `new_key`: 32 random bytes. A
    flagged meeting is shown as UNCONFIRMED.
    `report.meeting_id` is the shown id. Of a meeting that has many open reports already no more are kept.
    """
    # Before anything is read: of two reports at one time the second counts the first.
    write.lock_changes()
    flagged = _flagged_at(write, report.meeting_id)
    is_open = (reports.c.meeting_id == report.meeting_id) & reports.c.outcome.is_(None)
    count = write.connection.scalar(select(func.count()).select_from(reports).where(is_open)) or 0
    known = write.connection.scalar(select(reports.c.id).where(reports.c.id == report.id)) is not None
    if count < REPORTS_PER_MEETING and not known:
        detail = report.detail[:DETAIL_LENGTH] if report.detail else None
        values = {"id": report.id, "meeting_id": report.meeting_id, "kind": report.kind.value, "at": report.at}
        write.connection.execute(insert(reports).values(**values, detail=detail))
    if flagged is not None or report.kind != ReportKind.NOT_MEETING:
        return False
    if not raises_flag(count_reporter(write, report.meeting_id, network, new_key=new_key, now=report.at)):
        return False
    _set_flag(write, [report.meeting_id], report.at, now=report.at)
    return True


def _flagged_at(read: Reader, meeting_id: str) -> datetime | None:
    """Since when the meeting is flagged, by any id of its listings."""
    rows = select(meetings.c.flagged_at).where(meetings.c.id.in_(linked_ids(read, [meeting_id])))
    found = read.connection.scalars(rows).all()
    if not found:
        raise NotFound("meeting", meeting_id)
    return min((flagged_at for flagged_at in found if flagged_at is not None), default=None)


def _set_flag(write: Writer, ids: Sequence[str], flagged_at: datetime | None, *, now: datetime) -> None:
    record_changes(write, ids, run_id=None, now=now)
    write.connection.execute(
        update(meetings)
        .where(meetings.c.id.in_(ids))
        .values(flagged_at=flagged_at, revision=meetings.c.revision + 1, updated_at=now)
    )


def list_reports(read: Reader, sources: tuple[str, ...] | None = None, *, first: int = 500) -> tuple[Report, ...]:
    """Reports nobody has looked at, newest first; of these sources, None: of all."""
    statement = select(reports).where(reports.c.outcome.is_(None))
    if sources is not None:
        statement = statement.join(meetings, meetings.c.id == reports.c.meeting_id)
        statement = statement.where(meetings.c.source_id.in_(sources))
    rows = read.connection.execute(statement.order_by(reports.c.at.desc(), reports.c.id.desc()).limit(first))
    return tuple(_report(row) for row in rows)


def resolve_reports(write: Writer, meeting_id: str, outcome: ReportOutcome, *, now: datetime) -> int:
    """Settle a meeting's open reports; how many there were. NotFound: no such meeting.

    Its flag is taken back; by NOT_MEETING it is suspended from today on, until further notice.
    """
    flagged = _flagged_at(write, meeting_id)
    ids = linked_ids(write, [meeting_id])
    is_open = reports.c.meeting_id.in_(ids) & reports.c.outcome.is_(None)
    forget_meeting(write, meeting_id)
    settled = write.connection.execute(update(reports).where(is_open).values(outcome=outcome.value)).rowcount
    if flagged is not None:
        _set_flag(write, ids, None, now=now)
    if outcome == ReportOutcome.NOT_MEETING:
        _suspend_from_today(write, meeting_id, now)
    return settled


def _suspend_from_today(write: Writer, meeting_id: str, now: datetime) -> None:
    row = write.connection.execute(select(meetings).where(meetings.c.id == meeting_id)).one()
    today = today_at(row.zone, now)
    already = row.suspended_from is not None and row.suspended_from <= today and row.suspended_until is None
    if not already:
        suspend_meetings(write, [meeting_id], first=today, last=None, note=None, now=now)


def _report(row: Row[Any]) -> Report:
    return Report(
        id=row.id,
        meeting_id=row.meeting_id,
        kind=ReportKind(row.kind),
        detail=row.detail,
        at=row.at,
        outcome=ReportOutcome(row.outcome) if row.outcome else None,
    )
