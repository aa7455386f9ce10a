"""The lists we read, and what we know of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Row, Text, case, func, select, type_coerce, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from meetings.errors import NotFound
from meetings.model import MeetingStatus
from meetings.source import Source, Validators
from store.changes import record_changes
from store.database import Reader, Writer
from store.known_records import drop_records
from store.linking import follow_links
from store.meetings import linked_ids
from store.tables import meetings, runs, sources

_SETTINGS = (
    "name",
    "importer",
    "location",
    "url",
    "fellowship",
    "language",
    "time_zone",
    "country",
    "attribution",
    "mapping",
    "refresh_hours",
)


#: How reading a source goes; a source that is added again begins anew.
_ANEW = {"failures": 0, "next_attempt_at": None, "etag": None, "last_modified": None, "body_hash": None}
#: What answers show of a source, or judge it by. Its bodies change only with a run.
_SHOWN = (
    "id",
    "name",
    "importer",
    "location",
    "url",
    "fellowship",
    "language",
    "attribution",
    "paused",
    "removed",
    "last_good_import_at",
)
ShownSource = tuple[object, ...]
#: What a `Source` says; who reads it now, and with which validators, is the fetching's own affair.
_COLUMNS = tuple(name for name in Source.__dataclass_fields__ if name in sources.c)


def put_source(write: Writer, source: Source) -> None:
    """Add a source, or change the one of that id: its settings change, its history and its age stay.

    Another language is a change, at `added_at`, of all its meetings that tell none of their own.
    """
    _change_language(write, source)
    values = {name: getattr(source, name) for name in _SETTINGS}
    insert = insert_sqlite if write.connection.dialect.name == "sqlite" else insert_postgresql
    statement = insert(sources).values(id=source.id, paused=False, removed=False, added_at=source.added_at, **values)
    write.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            # A pause is a person's word, and lasts until a person ends it; a removed source begins anew.
            set_={
                **values,
                **_ANEW,
                "paused": case((sources.c.removed == True, 0), else_=sources.c.paused),  # noqa: E712 - SQL
                "removed": False,
            },
        )
    )


def _change_language(write: Writer, source: Source) -> None:
    known = write.connection.execute(select(sources.c.language).where(sources.c.id == source.id)).one_or_none()
    if known is None or known.language == source.language:
        return
    told = (meetings.c.source_id == source.id) & (meetings.c.languages == ())
    ids = write.connection.scalars(select(meetings.c.id).where(told).order_by(meetings.c.number)).all()
    record_changes(write, linked_ids(write, ids), run_id=None, now=source.added_at)
    write.connection.execute(
        update(meetings).where(told).values(revision=meetings.c.revision + 1, updated_at=source.added_at)
    )


def get_source(read: Reader, id: str) -> Source:
    """The source of that id; NotFound."""
    found = _sources(read, (id,))
    if not found or found[0].removed:
        raise NotFound("source", id)
    return found[0]


def list_sources(read: Reader, *, counted: bool = True, removed: bool = False) -> tuple[Source, ...]:
    """All sources but removed ones, or these too, the one added first before the others.

    Not `counted`: with no meetings, because counting reads them all.
    """
    return tuple(source for source in _sources(read, None, counted=counted) if removed or not source.removed)


def count_meetings(read: Reader, ids: tuple[str, ...] | None = None) -> dict[str, int]:
    """How many meetings each source has, or each of these, but withdrawn ones; those that have none are not in it."""
    counts = (
        select(meetings.c.source_id, func.count().label("meeting_count"))
        .where(meetings.c.status != MeetingStatus.WITHDRAWN)
        .group_by(meetings.c.source_id)
    )
    if ids is not None:
        counts = counts.where(meetings.c.source_id.in_(ids))
    return {row.source_id: row.meeting_count for row in read.connection.execute(counts)}


def source_languages(read: Reader) -> dict[str, str | None]:
    """The languages of all sources by id, removed ones too; counts nothing, so it may be asked often."""
    return {row.id: row.language for row in read.connection.execute(select(sources.c.id, sources.c.language))}


def shown_sources(read: Reader) -> dict[str, ShownSource]:
    """Of all sources, removed ones too, what differs whenever anything is shown otherwise of them or of their bodies.

    It is asked several times a second, so it reads no more than that.
    """
    last_run = select(func.max(runs.c.started_at)).where(runs.c.source_id == sources.c.id).scalar_subquery()
    statement = select(*(type_coerce(sources.c[name], Text) for name in _SHOWN), last_run)
    return {row[0]: tuple(row) for row in read.connection.execute(statement)}


def _sources(read: Reader, ids: tuple[str, ...] | None, *, counted: bool = True) -> list[Source]:
    statement = select(*(sources.c[name] for name in _COLUMNS)).order_by(sources.c.added_at, sources.c.id)
    if ids is not None:
        statement = statement.where(sources.c.id.in_(ids))
    counts = count_meetings(read, ids) if counted else {}
    return [_source(row, counts.get(row.id, 0)) for row in read.connection.execute(statement)]


def _source(row: Row[tuple[object, ...]], meeting_count: int) -> Source:
    return Source(**row._mapping, meeting_count=meeting_count)


def get_validators(read: Reader, id: str) -> Validators:
    """What came with the source's last good answer; NotFound."""
    columns = (sources.c.etag, sources.c.last_modified, sources.c.body_hash)
    row = read.connection.execute(select(*columns).where(sources.c.id == id)).one_or_none()
    if row is None:
        raise NotFound("source", id)
    return Validators(**row._mapping)


def put_validators(write: Writer, id: str, validators: Validators, *, location: str) -> None:
    """Keep what came with a good answer, unless the source has been given another location meanwhile."""
    same = (sources.c.id == id) & (sources.c.location == location)
    told = {"etag": validators.etag, "last_modified": validators.last_modified, "body_hash": validators.body_hash}
    write.connection.execute(update(sources).where(same).values(**told))


def kept_bodies(read: Reader) -> frozenset[str]:
    """The hashes of all last good answers."""
    hashes = select(sources.c.body_hash).where(sources.c.body_hash.is_not(None), sources.c.removed == 0)
    return frozenset(read.connection.scalars(hashes))


def set_paused(write: Writer, id: str, *, paused: bool) -> None:
    """Stop or go on reading a source; NotFound."""
    get_source(write, id)
    write.connection.execute(update(sources).where(sources.c.id == id).values(paused=paused))


def remove_source(write: Writer, id: str, *, now: datetime) -> int:
    """Withdraw all meetings of a source and forget it but for its history; how many were withdrawn. NotFound."""
    get_source(write, id)
    # First, so that an import which is being applied now is over: what it adds is to be withdrawn too.
    write.lock_changes()
    shown = (meetings.c.source_id == id) & (meetings.c.status != MeetingStatus.WITHDRAWN)
    ids = tuple(write.connection.scalars(select(meetings.c.id).where(shown).order_by(meetings.c.number)))
    record_changes(write, ids, run_id=None, now=now)
    write.connection.execute(
        update(meetings)
        .where(shown)
        .values(status=MeetingStatus.WITHDRAWN, revision=meetings.c.revision + 1, updated_at=now)
    )
    follow_links(write, ids, now=now)
    write.connection.execute(update(sources).where(sources.c.id == id).values(removed=True))
    drop_records(write, id)
    return len(ids)
