"""Imports of invented lists, for tests of what comes of them: a database of one source, and its state as one value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from importers.preview import apply_kept, preview_import
from importers.protocol import Fetched
from importers.run import run_import
from meetings.outcome import Outcome
from meetings.source import ImportRun, KeptPlan, Source
from store.database import Database
from store.imports import list_runs
from store.migration import migrate
from store.sources import get_source, put_source
from store.tables import meetings
from tests.builders import NOW, a_source
from tests.importers.lists import bmlt_record, the_vocabulary

DAY = timedelta(days=1)
#: What a run may change of a row that it leaves as it was.
COUNTED = frozenset({"revision", "updated_at"})


@cache
def _migrated() -> bytes:
    """A migrated SQLite file: hundreds of examples need one each, and migrating is slow."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.sqlite")
        with opened(f"sqlite:///{path}") as database, database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


@contextmanager
def new_database(folder: Path) -> Iterator[Database]:
    """A database of that source in a file of that folder, quickly."""
    path = folder / f"{uuid4().hex}.sqlite"
    path.write_bytes(_migrated())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()
    path.unlink()


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A migrated database that knows one source, `lantern`."""
    database = Database(url)
    migrate(database)
    with database.write() as write:
        put_source(write, a_source())
    yield database
    database.close()


def answer(*records: Any) -> Callable[[Source], Fetched]:
    """A root server that answers these records."""
    body = json.dumps(records).encode()
    return lambda source: Fetched(documents={"GetSearchResults.json": body}, location=source.location)


def some(count: int, start: int = 0, **changes: Any) -> list[dict[str, Any]]:
    """Records of different groups, from that number on."""
    numbers = range(start, start + count)
    return [bmlt_record(id_bigint=str(number), meeting_name=f"Group {number}", **changes) for number in numbers]


def imported(database: Database, *records: Any, days: float = 0, **told: Any) -> ImportRun:
    """What an unattended import of these records does, so many days from now."""
    source, count = known(database)
    facts: dict[str, Any] = {"fetch": answer(*records), "vocabulary": the_vocabulary()}
    facts |= {"clock": lambda: NOW + days * DAY, "run_id": f"run{count}"}
    return run_import(database, source, **(facts | told))


def previewed(database: Database, *records: Any, days: float = 0, **told: Any) -> KeptPlan:
    """What importing these records would do."""
    facts: dict[str, Any] = {"fetch": answer(*records), "vocabulary": the_vocabulary(), "plan_id": "plan"}
    kept = preview_import(database, known(database)[0], now=NOW + days * DAY, **(facts | told))
    assert isinstance(kept, KeptPlan)
    return kept


def applied(database: Database, plan_id: str = "plan", *, days: float = 0, **told: Any) -> Outcome:
    """What applying it does."""
    facts: dict[str, Any] = {"confirm": False, "run_id": f"applied{known(database)[1]}"}
    return apply_kept(database, plan_id, now=NOW + days * DAY, **(facts | told))


def known(database: Database) -> tuple[Source, int]:
    """The source, and how many runs there are."""
    with database.read() as read:
        return get_source(read, "lantern"), len(list_runs(read, first=1000))


def rows(database: Database) -> dict[str, dict[str, Any]]:
    """All meetings' rows by the source's key, but for what counts changes."""
    return {row["source_key"]: row for row in rows_by_id(database).values()}


def rows_by_id(database: Database) -> dict[str, dict[str, Any]]:
    """The same by id; a source may give a withdrawn meeting's key to another."""
    with database.read() as read:
        found = read.connection.execute(select(meetings).order_by(meetings.c.number)).mappings().all()
    return {row["id"]: {name: value for name, value in row.items() if name not in COUNTED} for row in found}


def at(days: float) -> datetime:
    """So many days from now."""
    return NOW + days * DAY
