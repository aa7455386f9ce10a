"""Rows of `meetings` by id, read past SQLAlchemy's rows: a page of answers that nobody asked for before reads fifty.

The statements are SQLAlchemy's, written once for each number of ids; what comes back is as the database holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Select,
    Text,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator

from store.bulk import chunks
from store.database import Reader
from store.tables import meetings, sources


class MeetingRow(NamedTuple):
    """What is read of a row of `meetings`, as the database holds it: all but what is of importing alone.

    Dates and instants are texts, whose order is that of time, and lists are JSON; what is true is 1. `seen_at` is when
    the listing was last seen, and `added_at` when its source was added. What makes one thing stands together, in the
    order of its fields.
    """

    id: str
    source_id: str
    source_key: str
    name: str
    fellowship: str
    status: str
    zone: str | None
    weekday: int | None
    starts: int | None
    minutes: int | None
    interval: int
    anchor: str | None
    weeks: str
    until: str | None
    exceptions: str
    duration_assumed: int
    zone_reason: str | None
    venue_type: str | None
    venue_name: str | None
    street: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    formatted_address: str | None
    latitude: float | None
    longitude: float | None
    approximate: int
    arrival_notes: str | None
    online_url: str | None
    online_provider: str | None
    online_phone: str | None
    online_notes: str | None
    group_name: str | None
    group_code: str | None
    group_url: str | None
    formats: str
    other_formats: str
    languages: str
    medication: str
    medication_source: str | None
    notes: str | None
    service_body_id: str | None
    areas: str
    url: str | None
    revision: int
    updated_at: str
    shown_as: str | None
    suspended_from: str | None
    suspended_until: str | None
    suspended_note: str | None
    flagged_at: str | None
    seen_at: str
    added_at: str


_OTHERS = {
    "seen_at": func.coalesce(meetings.c.last_seen_at, sources.c.last_good_import_at, meetings.c.updated_at),
    "added_at": sources.c.added_at,
}


def _as_held(name: str) -> ColumnElement[Any]:
    column = _OTHERS[name] if name in _OTHERS else meetings.c[name]
    held = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return type_coerce(column, held).label(name)


_COLUMNS = tuple(map(_as_held, MeetingRow._fields))
#: Statements that are kept as text: by column, number of ids and database.
_STATEMENTS = 1000


def select_meetings() -> Select[Any]:
    """Selects what `MeetingRow` is made of."""
    return select(*_COLUMNS).join(sources, sources.c.id == meetings.c.source_id)


def rows_by_id(read: Reader, ids: Iterable[str]) -> dict[str, MeetingRow]:
    """The rows of these ids, by id."""
    return _rows(read, ids, meetings.c.id)


def rows_shown_as(read: Reader, ids: Iterable[str]) -> dict[str, MeetingRow]:
    """The rows of all listings that are shown under these ids, by their own."""
    return _rows(read, ids, meetings.c.shown_as)


def _rows(read: Reader, ids: Iterable[str], column: Column[str]) -> dict[str, MeetingRow]:
    found: dict[str, MeetingRow] = {}
    dialect = read.connection.dialect
    # Whatever else a client sends as an id is none, and some of it no database takes: PostgreSQL no NUL.
    for chunk in chunks(id for id in dict.fromkeys(ids) if id.isalnum() and id.isascii()):
        if dialect.name == "postgresql":
            rows = read.fetch(_statement(column.name, None, dialect), {"ids": ",".join(chunk)})
        else:
            rows = read.fetch(_statement(column.name, len(chunk), dialect), tuple(chunk))
        found |= {row.id: row for row in map(MeetingRow._make, rows)}
    return found


@lru_cache(maxsize=_STATEMENTS)
def _statement(column: str, count: int | None, dialect: Dialect) -> str:
    """The statement for so many ids in the driver's own SQL; None: for those that `ids` tells, with commas between.

    PostgreSQL makes a plan for each statement, and keeps that of one which comes again on the same connection.
    """
    if count is None:
        told = func.string_to_array(bindparam("ids", type_=Text), literal_column("','"))
        wanted = meetings.c[column] == any_(told)
    else:
        wanted = meetings.c[column].in_([""] * count)
    statement = select_meetings().where(wanted)
    return str(statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))
