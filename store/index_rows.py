"""What the read index needs of the database: one small row a meeting, and the change log's number.

Rows come ordered by id, in chunks, so that a million of them are never in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import Text, case, func, select, type_coerce

from store.changes import chunks
from store.database import Reader
from store.tables import meetings, sources

#: Rows held at a time while all are read.
_BATCH = 5000


class IndexRow(NamedTuple):
    """The facts of a meeting that searches judge, as the database holds them.

    `starts` and `minutes` (its length) in minutes, `anchor` an ISO date, `weeks` numbers of `weeks_of_month` joined
    by commas; `exceptions`, `formats`, `languages` (its own, else its source's) and `areas` are JSON arrays,
    `exceptions` of [date, moved date or null, moved time or null, note or null]. `number` is the one behind
    the public id.
    """

    number: int
    id: str
    name: str
    fellowship: str
    status: str
    venue_type: str | None
    medication: str
    zone: str | None
    weekday: int | None
    starts: int | None
    minutes: int | None
    interval: int
    anchor: str | None
    weeks: str
    exceptions: str
    latitude: float | None
    longitude: float | None
    country: str | None
    region: str | None
    city: str | None
    by_phone: int
    languages: str
    formats: str
    source_id: str
    service_body_id: str | None
    areas: str


_LISTED = (
    "number",
    "id",
    "name",
    "fellowship",
    "status",
    "venue_type",
    "medication",
    "zone",
    "weekday",
    "starts",
    "minutes",
    "interval",
)
_THEN = ["latitude", "longitude", "country", "region", "city"]


def read_index_rows(read: Reader, ids: Sequence[str] | None = None) -> Iterator[IndexRow]:
    """The rows of all meetings in the order of their numbers, or of those ids that there are, in no order."""
    c = meetings.c
    own_languages = type_coerce(c.languages, Text)
    statement = select(
        *(
            type_coerce(c[name], Text) if name in {"status", "venue_type", "medication"} else c[name]
            for name in _LISTED
        ),
        type_coerce(c.anchor, Text),
        c.weeks,
        type_coerce(c.exceptions, Text),
        *(c[name] for name in _THEN),
        case((func.coalesce(c.online_phone, "") != "", 1), else_=0),
        own_languages,
        type_coerce(c.formats, Text),
        c.source_id,
        c.service_body_id,
        type_coerce(c.areas, Text),
        sources.c.language,
    ).join(sources, sources.c.id == c.source_id)
    if ids is None:
        result = read.connection.execution_options(yield_per=_BATCH).execute(statement.order_by(c.number))
        yield from (_row(*row) for row in result)
        return
    for chunk in chunks(ids):
        yield from (_row(*row) for row in read.connection.execute(statement.where(c.id.in_(chunk))))


def _row(*values: object) -> IndexRow:
    """The row; where a meeting tells no language of its own, its source's counts."""
    *told, source_language = values
    row = IndexRow._make(told)
    if row.languages != "[]" or not source_language:
        return row
    return row._replace(languages=orjson.dumps([source_language]).decode("ascii", "replace"))
