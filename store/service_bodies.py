"""Who is responsible for meetings, as a tree within each source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from meetings.listing import ListedBody, service_body_id
from meetings.model import ServiceBody
from store.body_changes import replace_bodies
from store.bulk import chunks
from store.database import Reader, Writer
from store.tables import service_bodies


def get_service_bodies(read: Reader, ids: Sequence[str]) -> list[ServiceBody | None]:
    """The bodies of these ids, in the order asked; None where there is none."""
    found: dict[str, ServiceBody] = {}
    for chunk in chunks(id for id in dict.fromkeys(ids) if id.isalnum()):
        rows = read.connection.execute(select(service_bodies).where(service_bodies.c.id.in_(chunk)))
        found |= {row.id: ServiceBody(**row._mapping) for row in rows}
    return [found.get(id) for id in ids]


def list_service_bodies(read: Reader) -> tuple[ServiceBody, ...]:
    """All bodies of all sources, by name and id."""
    rows = read.connection.execute(select(service_bodies).order_by(service_bodies.c.name, service_bodies.c.id))
    return tuple(ServiceBody(**row._mapping) for row in rows)


def names_of_service_bodies(read: Reader, parent: str | None) -> list[tuple[str, str]]:
    """Names and ids of those right below a parent, None: of all; in no order, for databases do not sort as we do."""
    told = select(service_bodies.c.name, service_bodies.c.id)
    if parent is not None:
        if not parent.isalnum():
            return []  # No id is written so, and PostgreSQL refuses some such texts.
        told = told.where(service_bodies.c.parent_id == parent)
    return [(name, id) for name, id in read.connection.execute(told)]


def put_service_bodies(
    write: Writer, source_id: str, listed: Sequence[ListedBody], *, run_id: str, now: datetime
) -> None:
    """Replace a source's bodies. A list that tells none keeps what we have: not every answer has them."""
    if not listed:
        return
    known = {body.key for body in listed}
    rows = [
        {
            "id": service_body_id(source_id, body.key),
            "source_id": source_id,
            "source_key": body.key,
            "name": body.name,
            "kind": body.kind,
            "parent_id": service_body_id(source_id, body.parent) if body.parent in known else None,
            "url": body.url,
            "helpline": body.helpline,
        }
        for body in listed
        if body.key
    ]
    replace_bodies(write, source_id, {str(row["id"]): row for row in rows}, run_id=run_id, now=now)
