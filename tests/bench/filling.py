"""A database filled with a made-up list, without an import: quickly, and the same every time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import insert

from meetings.model import MedicationStance, MeetingStatus, VenueType
from store.database import Database
from store.index_rows import IndexRow
from store.migration import migrate
from store.sources import put_source
from store.tables import meetings, service_bodies
from store.vocabulary import put_vocabulary
from tests.bench.made_up import SOURCES, made_up_bodies
from tests.builders import a_source
from tests.search.worlds import vocabulary_documents

_BATCH = 2000


def nothing_more(_: IndexRow) -> Mapping[str, Any]:
    """A meeting of which only that is told by which it is found."""
    return {}


def fill(
    database: Database,
    rows: Iterable[IndexRow],
    now: datetime,
    *,
    more: Callable[[IndexRow], Mapping[str, Any]] = nothing_more,
) -> None:
    """Make the tables and put these rows in; `more` tells other columns of a row's meeting."""
    migrate(database)
    with database.write() as write:
        put_vocabulary(write, *vocabulary_documents())
        for number in range(SOURCES):
            put_source(write, a_source(id=f"list-{number}", language="en", added_at=now))
            write.connection.execute(insert(service_bodies), _bodies(number))
        waiting = iter(rows)
        while batch := [{**stored_row(row, now), **more(row)} for row in islice(waiting, _BATCH)]:
            write.connection.execute(insert(meetings), batch)


def _bodies(source: int) -> list[dict[str, object]]:
    """A region and the areas in it."""
    ids = made_up_bodies(source)
    told = {"source_id": f"list-{source}", "name": "Body", "kind": "AREA"}
    return [told | {"id": id, "source_key": id, "parent_id": ids[0] if id != ids[0] else None} for id in ids]


def stored_row(row: IndexRow, now: datetime) -> dict[str, Any]:
    """The columns of `meetings` for a made-up row."""
    told = row._asdict()
    for name in ("exceptions", "formats", "languages", "areas"):
        told[name] = json.loads(told[name])
    told["anchor"] = datetime.fromisoformat(told["anchor"]).date() if told["anchor"] else None
    told["online_phone"] = "+1 555 0100" if told.pop("by_phone") else None
    told["status"], told["venue_type"] = MeetingStatus(row.status), row.venue_type and VenueType(row.venue_type)
    told["medication"] = MedicationStance(row.medication)
    return told | {
        "source_key": str(row.number),
        "content_key": str(row.number),
        "fingerprint": "",
        "duration_assumed": False,
        "approximate": False,
        "other_formats": [],
        "revision": 1,
        "updated_at": now,
    }
