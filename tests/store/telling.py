"""Several sources that list some of the same meetings: telling the database what each lists, and its rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from meetings.listing import Listing, content_key, fingerprint, id_from_number, number_of
from meetings.source import ImportPlan, Placed
from store.database import Database
from store.imports import apply_plan
from store.sources import put_source
from store.tables import meetings
from tests.builders import NOW, a_source

#: In the order in which they were added.
SOURCES = ("lantern", "harbour", "meadow")
HOUR = timedelta(hours=1)


def add_sources(database: Database) -> None:
    """Three sources, an hour after one another."""
    with database.write() as write:
        for number, id in enumerate(SOURCES):
            put_source(write, a_source(id=id, added_at=NOW + number * HOUR))


def id_of(source: str, key: str = "1") -> str:
    """The id of what a source lists under this key."""
    return id_from_number(number_of(source, key))


def placed(source: str, listing: Listing) -> Placed:
    key = listing.key or "?"
    return Placed(
        meeting_id=id_of(source, key),
        key=key,
        listing=listing,
        content_key=content_key(listing),
        fingerprint=fingerprint(listing),
    )


def tell(lists: Database, source: str, *listings: Listing, how: str = "added", at: datetime = NOW) -> None:
    """An import in which this source adds (or changes) these."""
    parts: dict[str, Any] = {how: tuple(placed(source, one) for one in listings)}
    carry_out(lists, ImportPlan(source_id=source, **parts), at)


def carry_out(lists: Database, plan: ImportPlan, at: datetime = NOW) -> None:
    with lists.write() as write:
        apply_plan(write, plan, run_id=f"run {at}", now=at)


def rows(lists: Database, without: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    with lists.read() as read:
        found = read.connection.execute(select(meetings)).mappings().all()
    return {row["id"]: {str(name): value for name, value in row.items() if name not in without} for row in found}
