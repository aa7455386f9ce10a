"""The words of meetings, for the read index: read apart from the rows that other filters judge, for they are long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, Text, func, select, type_coerce

from store.database import Reader
from store.listings_together import first_to_tell, read_together, shown_under
from store.tables import meetings, service_bodies, sources


class IndexTexts(NamedTuple):
    """What a meeting is found by in words; empty where nothing is told.

    `number` is the one behind the public id; `keys` are the ids that its sources know it by.
    """

    number: int
    name: str
    group: str
    venue: str
    city: str
    region: str
    service_body: str
    notes: str
    keys: tuple[str, ...]


class _Told(NamedTuple):
    """A listing's texts, and what decides whose are shown."""

    texts: IndexTexts
    id: str
    shown_as: str | None
    status: str
    source_added_at: str
    source_id: str

    @property
    def number(self) -> int:
        """The one behind its id."""
        return self.texts.number


_TEXTS = len(IndexTexts._fields)


def read_index_texts(read: Reader, ids: Sequence[str] | None = None) -> Iterator[IndexTexts]:
    """The texts of all meetings, or of those ids that there are, in no order."""
    c = meetings.c
    untold = (c.group_name, c.venue_name, c.city, c.region, service_bodies.c.name, c.notes)
    statement = (
        select(
            c.number,
            c.name,
            *(func.coalesce(column, "") for column in untold),
            c.source_key,
            c.id,
            c.shown_as,
            type_coerce(c.status, Text),
            type_coerce(sources.c.added_at, Text),
            c.source_id,
        )
        .join(sources, sources.c.id == c.source_id)
        .join(service_bodies, service_bodies.c.id == c.service_body_id, isouter=True)
    )
    return map(_together, read_together(read, statement, _told, ids))


def _told(row: Row[Any]) -> _Told:
    *texts, key = row[:_TEXTS]
    return _Told(IndexTexts._make((*texts, (key,))), *row[_TEXTS:])


def _together(group: list[_Told]) -> IndexTexts:
    """What several lists tell of one meeting; found by the keys of all of them."""
    if len(group) == 1:
        return group[0].texts
    ordered = first_to_tell(group)
    keys = tuple(key for told in ordered for key in told.texts.keys)
    return ordered[0].texts._replace(number=shown_under(group).number, keys=keys)
