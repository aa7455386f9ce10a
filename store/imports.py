"""What imports do to the list: the listings a plan is made from, the plan carried out, and the record of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, bindparam, func, insert, select, type_coerce, update

from meetings.errors import NotFound
from meetings.findings import Finding
from meetings.listing import id_from_number, number_from_id, number_of, service_body_id
from meetings.model import MeetingStatus
from meetings.source import Held, ImportCounts, ImportPlan, ImportRun, Placed, RunStatus
from store.bulk import chunks, insert_rows, one_of
from store.changes import record_changes
from store.database import Reader, Writer
from store.linking import follow_links
from store.meetings import facts_from_listing
from store.service_bodies import put_service_bodies
from store.tables import findings, meeting_ids, meetings, runs, sources

GOOD = (RunStatus.SUCCEEDED, RunStatus.NOT_MODIFIED)
_STATUSES = {status.value: status for status in MeetingStatus}
_COUNTS = tuple(ImportCounts.__dataclass_fields__)


def held_listings(read: Reader, source_id: str, *, missing_only: bool = False) -> tuple[Held, ...]:
    """All that is kept of a source's listings, withdrawn ones too, in the order of their ids.

    `missing_only`: only those that their list has lost. Within a write, no other import can come between this and
    `apply_plan`.
    """
    if isinstance(read, Writer):
        read.lock_changes()
    wanted = meetings.c.source_id == source_id
    if missing_only:
        wanted &= meetings.c.missing_since.is_not(None)
    other: dict[str, list[str]] = {}
    joined = select(meeting_ids.c.id, meeting_ids.c.meeting_id).join(
        meetings, meetings.c.id == meeting_ids.c.meeting_id
    )
    for row in read.connection.execute(joined.where(wanted).order_by(meeting_ids.c.id)):
        other.setdefault(row.meeting_id, []).append(row.id)
    since = _good_runs_since(read, source_id)
    columns = [meetings.c[name] for name in ("id", "source_key", "content_key", "fingerprint")]
    # Of a list of thousands nearly all have one status and are not missing: as text these cost nothing to read.
    told = [type_coerce(meetings.c[name], Text) for name in ("status", "missing_since")]
    rows = select(*columns, *told).where(wanted)
    return tuple(
        Held(
            meeting_id=id,
            ids=(id, *other.get(id, ())),
            key=key,
            content_key=content_key,
            fingerprint=fingerprint,
            status=_STATUSES[status],
            missing_since=(missed := datetime.fromisoformat(missing_since) if missing_since else None),
            missing_runs=sum(at >= missed for at in since) if missed else 0,
        )
        for id, key, content_key, fingerprint, status, missing_since in read.connection.execute(
            rows.order_by(meetings.c.number)
        )
    )


def count_present(read: Reader, source_id: str) -> int:
    """How many listings of a source are neither missing nor withdrawn."""
    present = (meetings.c.missing_since.is_(None)) & (meetings.c.status != MeetingStatus.WITHDRAWN)
    counted = select(func.count()).select_from(meetings).where(meetings.c.source_id == source_id, present)
    return read.connection.scalar(counted) or 0


def _good_runs_since(read: Reader, source_id: str) -> list[datetime]:
    """When the good imports began since the first meeting that is missing now was missed."""
    first = select(func.min(meetings.c.missing_since)).where(meetings.c.source_id == source_id).scalar_subquery()
    return list(
        read.connection.scalars(select(runs.c.started_at).where(standing_runs(source_id), runs.c.started_at >= first))
    )


def standing_runs(source_id: str) -> ColumnElement[bool]:
    """Chooses the good imports of a source that were not undone."""
    good = (runs.c.source_id == source_id) & runs.c.status.in_(GOOD)
    return good & runs.c.reverted_by.is_(None) & runs.c.reverts.is_(None)


def apply_plan(write: Writer, plan: ImportPlan, *, run_id: str, now: datetime) -> None:
    """Carry out a plan: meetings, service bodies, other ids and the change log. A held plan changes nothing."""
    if plan.held is not None:
        return
    # Before anything else, for what is missing now was seen for the last time by the import before this one.
    last_seen = write.connection.scalar(select(sources.c.last_good_import_at).where(sources.c.id == plan.source_id))
    placed = (*plan.added, *plan.changed)
    others = (*plan.missing, *plan.withdrawn, *plan.suspended, *plan.returned)
    touched = [p.meeting_id for p in placed] + list(dict.fromkeys(others))
    record_changes(write, touched, run_id=run_id, now=now)
    put_service_bodies(write, plan.source_id, plan.service_bodies, run_id=run_id, now=now)
    _add(write, plan.source_id, plan.added, now)
    _change(write, plan.source_id, plan.changed, now)
    _miss(write, plan.missing, last_seen, now)
    _tell(write, (*plan.suspended, *plan.returned))
    _set_status(write, plan.suspended, MeetingStatus.SUSPENDED, now)
    _set_status(write, plan.returned, MeetingStatus.ACTIVE, now, only=MeetingStatus.UNCONFIRMED)
    _date_absence(write, plan.withdrawn, last_seen, now)
    _set_status(write, plan.withdrawn, MeetingStatus.WITHDRAWN, now)
    _keep_other_ids(write, plan.source_id, placed)
    follow_links(write, touched, now=now)
    write.connection.execute(update(sources).where(sources.c.id == plan.source_id).values(last_good_import_at=now))


def _told(source_id: str, placed: Placed, now: datetime) -> dict[str, Any]:
    listing = placed.listing
    body = listing.service_body
    return facts_from_listing(listing) | {
        "source_key": placed.key,
        "content_key": placed.content_key,
        "fingerprint": placed.fingerprint,
        "service_body_id": service_body_id(source_id, body) if body else None,
        "status": listing.status,
        "missing_since": None,
        "last_seen_at": None,
        "updated_at": now,
    }


def _add(write: Writer, source_id: str, added: Sequence[Placed], now: datetime) -> None:
    rows = (
        _told(source_id, placed, now)
        | {
            "id": placed.meeting_id,
            "number": number_from_id(placed.meeting_id),
            "source_id": source_id,
            "revision": 1,
        }
        for placed in added
    )
    insert_rows(write, meetings, rows)


def _change(write: Writer, source_id: str, changed: Sequence[Placed], now: datetime) -> None:
    for chunk in chunks(_told(source_id, placed, now) | {"changed_id": placed.meeting_id} for placed in changed):
        names = [name for name in chunk[0] if name != "changed_id"]
        statement = (
            update(meetings)
            .where(meetings.c.id == bindparam("changed_id"))
            .values({name: bindparam(name) for name in names} | {"revision": meetings.c.revision + 1})
        )
        write.connection.execute(statement, chunk)


def _miss(write: Writer, ids: Sequence[str], last_seen: datetime | None, now: datetime) -> None:
    _date_absence(write, ids, last_seen, now)
    # What does not meet for now is not to be shown because its list lost it: a suspended one stays so.
    _set_status(write, ids, MeetingStatus.UNCONFIRMED, now, only=MeetingStatus.ACTIVE)


def _date_absence(write: Writer, ids: Sequence[str], last_seen: datetime | None, now: datetime) -> None:
    """From when a meeting is missing, and when it was last there; what was missing before is not dated anew."""
    for chunk in chunks(ids):
        absent = update(meetings).where(one_of(write, meetings.c.id, chunk), meetings.c.missing_since.is_(None))
        write.connection.execute(absent.values(missing_since=now, last_seen_at=last_seen))


def _tell(write: Writer, ids: Sequence[str]) -> None:
    """Their source tells them, if only as unpublished or unreadable, so they are not missing."""
    for chunk in chunks(ids):
        told = update(meetings).where(one_of(write, meetings.c.id, chunk)).values(missing_since=None, last_seen_at=None)
        write.connection.execute(told)


def _set_status(
    write: Writer, ids: Iterable[str], status: MeetingStatus, now: datetime, *, only: MeetingStatus | None = None
) -> None:
    was = meetings.c.status != status if only is None else meetings.c.status == only
    for chunk in chunks(ids):
        write.connection.execute(
            update(meetings)
            .where(one_of(write, meetings.c.id, chunk), was)
            .values(status=status, revision=meetings.c.revision + 1, updated_at=now)
        )


def _keep_other_ids(write: Writer, source_id: str, placed: Sequence[Placed]) -> None:
    """Let a meeting answer to the id it has where it was first seen under its present key."""
    by_key = ((id_from_number(number_of(source_id, p.key)), p.meeting_id) for p in placed)
    # Nearly all have it already, and a long list has many.
    wanted = {id: shown for id, shown in by_key if id != shown}
    wanted |= {id: p.meeting_id for p in placed for id in p.listing.ids if number_from_id(id) is not None}
    wanted = {id: shown for id, shown in wanted.items() if id != shown}
    for chunk in chunks(wanted):
        taken = set(write.connection.scalars(select(meetings.c.id).where(one_of(write, meetings.c.id, chunk))))
        taken |= set(write.connection.scalars(select(meeting_ids.c.id).where(one_of(write, meeting_ids.c.id, chunk))))
        rows = [{"id": id, "meeting_id": wanted[id]} for id in chunk if id not in taken]
        if rows:
            write.connection.execute(insert(meeting_ids), rows)


def record_run(write: Writer, run: ImportRun) -> None:
    """Keep what an import did, good or bad, with its findings."""
    values = {"id": run.id, "source_id": run.source_id, "status": run.status, "started_at": run.started_at}
    values |= {"finished_at": run.finished_at, "findings_total": run.findings_total, "reason": run.reason}
    values |= {"content_hash": run.content_hash, "plan_id": run.plan_id, "reverts": run.reverts}
    write.connection.execute(insert(runs).values(**values, **asdict(run.counts)))
    rows = [
        {
            "run_id": run.id,
            "position": position,
            "code": finding.code,
            "where": finding.where,
            "source_key": finding.source_key,
            "value": finding.value,
        }
        for position, finding in enumerate(run.findings)
    ]
    insert_rows(write, findings, rows)


def get_run(read: Reader, id: str) -> ImportRun:
    """One import, with its findings; NotFound."""
    row = read.connection.execute(select(runs).where(runs.c.id == id)).one_or_none()
    if row is None:
        raise NotFound("run", id)
    found = select(findings).where(findings.c.run_id == id).order_by(findings.c.position)
    return _run(
        row,
        tuple(
            Finding(code=f.code, where=f.where, source_key=f.source_key, value=f.value)
            for f in read.connection.execute(found)
        ),
    )


def list_runs(
    read: Reader,
    source_id: str | None = None,
    *,
    first: int = 25,
    sources: Sequence[str] | None = None,
    before: tuple[datetime, str] | None = None,
) -> tuple[ImportRun, ...]:
    """The newest imports of one source, of these, or of all, without their findings.

    `before`: those that come after the import which began then and has that id.
    """
    statement = select(runs).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(first)
    if source_id is not None:
        statement = statement.where(runs.c.source_id == source_id)
    if sources is not None:
        statement = statement.where(runs.c.source_id.in_(sources))
    if before is not None:
        at, id = before
        later = (runs.c.started_at == at) & (runs.c.id < id)
        statement = statement.where((runs.c.started_at < at) | later)
    return tuple(_run(row) for row in read.connection.execute(statement))


def last_good_run(read: Reader, source_id: str) -> ImportRun | None:
    """The newest import of a source that was applied or found nothing new, and was not undone."""
    good = select(runs).where(standing_runs(source_id))
    row = read.connection.execute(good.order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _run(row)


def _run(row: Row[Any], found: tuple[Finding, ...] = ()) -> ImportRun:
    values = dict(row._mapping)
    counts = ImportCounts(**{name: values.pop(name) for name in _COUNTS})
    return ImportRun(**values, counts=counts, findings=found)
