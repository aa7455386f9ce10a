"""What importing costs: many lists for the first time, unchanged, and with one meeting in a hundred changed.

`python -m tests.bench.imports [--lists N] [--postgresql URL]` prints a table in Markdown and the same as JSON. The
imports run in a process of their own, each between the references it is compared with: what orjson, and fingerprints by
the standard library, cost alone, and what the driver takes to write the same rows of all tables into another database.
Costs are seconds per 10,000 meetings, of CPU time unless a line says wall; under PostgreSQL that is the client's.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import orjson
import psycopg
from sqlalchemy import Table as SqlTable
from sqlalchemy import text

from importers.bmlt import parse
from importers.protocol import Fetched
from importers.run import run_import
from meetings.listing import Listing
from meetings.source import ImportRun, RunStatus, Source
from store.database import Database
from store.migration import migrate
from store.sources import get_source, put_source
from store.tables import changes, findings, meeting_ids, meetings, runs, service_bodies
from store.vocabulary import put_vocabulary
from tests.bench.made_up_lists import a_list, answer, made_up_records, with_changes
from tests.bench.memory import most_megabytes
from tests.bench.reader import Asked, reading, slowest, within
from tests.bench.search import Table, as_markdown
from tests.importers.lists import seed_documents, the_vocabulary
from tests.meetings.plain_hashes import plain_fingerprint

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
DAY = timedelta(days=1)
LISTS, OF_EACH = 100, 3_000
#: What the importer writes of a list, and by which column it belongs to it; `sources` is one row.
_WRITTEN = (runs, findings, service_bodies, meetings, meeting_ids, changes)
_IDLE_SECONDS = 1.0
_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(slots=True, kw_only=True)
class Cost:
    """Seconds of one kind of work, and of how many meetings."""

    cpu: float = 0.0
    wall: float = 0.0
    meetings: int = 0

    def add(self, cpu: float, wall: float, meetings: int) -> None:
        """Some more of it."""
        self.cpu += cpu
        self.wall += wall
        self.meetings += meetings

    def per(self, seconds: float) -> float:
        """Seconds per 10,000 meetings."""
        return seconds / self.meetings * 10_000


@dataclass(slots=True, kw_only=True)
class Measured:
    """All costs by name, when imports ran and when nothing did, and what was asked meanwhile."""

    costs: dict[str, Cost] = field(default_factory=lambda: defaultdict(Cost))
    busy: list[tuple[float, float]] = field(default_factory=list)
    idle: list[tuple[float, float]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    megabytes: float = 0.0

    def time(self, name: str, meetings: int, act: Callable[[], object]) -> None:
        """Do a reference's work and note its cost."""
        wall, cpu = time.monotonic(), time.process_time()
        act()
        self.costs[name].add(time.process_time() - cpu, time.monotonic() - wall, meetings)


# --- The process that imports -------------------------------------------------------------------


@dataclass(slots=True)
class Importer:
    """The other end of a process that imports what it is sent."""

    channel: Connection
    measured: Measured

    def __call__(self, name: str, source: Source, fetched: Fetched, day: int) -> ImportRun:
        """The run of one import, its cost noted under that name."""
        began = time.monotonic()
        self.channel.send((source, fetched, day))
        run, cpu, wall, self.measured.megabytes = self.channel.recv()
        self.measured.busy.append((began, time.monotonic()))
        assert isinstance(run, ImportRun)
        self.measured.costs[name].add(cpu, wall, run.counts.received)
        return run


@contextmanager
def importing(url: str, measured: Measured) -> Iterator[Importer]:
    """The importer for a database, in a process of its own so that its memory is only that of imports."""
    mine, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_import, args=(url, theirs), daemon=True)
    process.start()
    # Its end is then the other's alone: should it fail, so do we.
    theirs.close()
    yield Importer(mine, measured)
    mine.send(None)
    process.join()


def _import(url: str, channel: Connection) -> None:
    database, vocabulary = Database(url), the_vocabulary()
    while (asked := channel.recv()) is not None:
        source, fetched, day = asked
        wall, cpu = time.monotonic(), time.process_time()
        at = NOW + day * DAY
        run = run_import(
            database,
            source,
            fetch=partial(_told, fetched),
            vocabulary=vocabulary,
            clock=partial(_told, at),
            run_id=f"{source.id} {day}",
        )
        cost = (time.process_time() - cpu, time.monotonic() - wall)
        channel.send((run, *cost, most_megabytes()))
    database.close()


def _told(value: T, *_: object) -> T:
    return value


# --- References ---------------------------------------------------------------------------------


def _parse_and_fingerprint(fetched: Fetched, listings: tuple[Listing, ...]) -> None:
    orjson.loads(fetched.documents["GetSearchResults.json"])
    for listing in listings:
        plain_fingerprint(listing)


Rows = list[tuple[SqlTable, list[tuple[Any, ...]]]]


def _rows_written(database: Database, source_id: str, run_id: str) -> Rows:
    """All rows of one import as the driver takes them."""
    chosen = {
        "runs": f"id = '{run_id}'",
        "findings": f"run_id = '{run_id}'",
        "changes": f"run_id = '{run_id}'",
        "service_bodies": f"source_id = '{source_id}'",
        "meetings": f"source_id = '{source_id}'",
        "meeting_ids": f"meeting_id IN (SELECT id FROM meetings WHERE source_id = '{source_id}')",
    }
    with database.read() as read:
        return [
            (table, [tuple(row) for row in read.connection.execute(text(_all_of(table, chosen[table.name])))])
            for table in _WRITTEN
        ]


def _all_of(table: SqlTable, where: str) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"SELECT {columns} FROM {table.name} WHERE {where}"


def _write(database: Database, rows: Rows) -> None:
    """One transaction of the driver's own `executemany`."""
    with database.write() as write:
        cursor = write.connection.connection.cursor()
        for table, told in rows:
            if told:
                mark = "?" if database.is_sqlite else "%s"
                columns = ", ".join(f'"{column.name}"' for column in table.columns)
                marks = ", ".join(mark for _ in table.columns)
                cursor.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", told)


# --- Measuring ----------------------------------------------------------------------------------


def measure(lists: int, home: Path, target: str, reference: str) -> Measured:
    """All of it, into these two empty databases."""
    measured = Measured()
    database, other = Database(target), Database(reference)
    for one in (database, other):
        _prepare(one, lists)
    with importing(target, measured) as importer:
        for number in range(lists // 2):
            _first(measured, importer, (database, other), number)
        measured.busy.clear()
        with reading(target, home / "index", NOW) as asked:
            for number in range(lists // 2, lists):
                _first(measured, importer, (database, other), number)
                _rest(measured)
            for number in range(lists):
                _again(measured, importer, number)
                _rest(measured)
        measured.asked = asked
    database.close()
    other.close()
    return measured


def _prepare(database: Database, lists: int) -> None:
    migrate(database)
    with database.write() as write:
        put_vocabulary(write, *seed_documents())
        for number in range(lists):
            put_source(write, a_list(number))


def _source(database: Database, number: int) -> Source:
    with database.read() as read:
        return get_source(read, a_list(number).id)


def _first(measured: Measured, importer: Importer, databases: tuple[Database, Database], number: int) -> None:
    source = _source(databases[0], number)
    run = importer("first import", source, answer(made_up_records(number, OF_EACH)), 0)
    assert run.counts.added > 0.99 * OF_EACH, run
    rows = _rows_written(databases[0], source.id, run.id)
    measured.time("executemany of the same rows alone", run.counts.received, lambda: _write(databases[1], rows))


def _again(measured: Measured, importer: Importer, number: int) -> None:
    source, records = a_list(number), made_up_records(number, OF_EACH)
    listings = parse(answer(records), source, the_vocabulary()).listings
    told, spaced, changed = answer(records), answer(records, spaced=True), answer(with_changes(records))
    same = importer("unchanged", source, told, 1)
    measured.time("orjson and fingerprints alone", OF_EACH, lambda: _parse_and_fingerprint(told, listings))
    alike = importer("unchanged but for a byte", source, spaced, 2)
    few = importer("1 % changed", source, changed, 3)
    # Should an import do other work than its line says, its figure would be another's.
    assert same.status == RunStatus.NOT_MODIFIED, same
    assert (alike.counts.added, alike.counts.changed) == (0, 0), alike
    assert (few.counts.added, few.counts.changed) == (0, OF_EACH // 100), few


def _rest(measured: Measured) -> None:
    began = time.monotonic()
    time.sleep(_IDLE_SECONDS)
    measured.idle.append((began, time.monotonic()))


# --- Telling ------------------------------------------------------------------------------------

_OF = {
    "executemany of the same rows alone": None,
    "first import": "executemany of the same rows alone",
    "orjson and fingerprints alone": None,
    "unchanged": "orjson and fingerprints alone",
    "unchanged but for a byte": "orjson and fingerprints alone",
    "1 % changed": "orjson and fingerprints alone",
}
_GOALS = {"first import": "goal: at most 6", "unchanged": "goal: at most 2"}


def told(measured: Measured) -> Table:
    """The lines, each with its reference's."""
    table = Table()
    for name, of in _OF.items():
        cost = measured.costs[name]
        note = f"wall {cost.per(cost.wall):.3g} s; {cost.meetings:,} meetings"
        note = f"{_GOALS[name]}; {note}" if name in _GOALS else note
        table.add(name, cost.per(cost.cpu), "s per 10,000", of=of, note=note)
    table.add("importer's memory, peak", measured.megabytes, "MB", note="goal: under 600")
    idle, busy = within(measured.asked, measured.idle), within(measured.asked, measured.busy)
    for what, seconds in (("wall", lambda one: one.wall), ("CPU", lambda one: one.cpu)):
        quiet = f"a search while nothing is imported, p99, {what}"
        table.add(quiet, slowest(map(seconds, idle)) * 1e3, "ms", note=f"{len(idle):,} searches")
        note = f"goal: at most 3; {len(busy):,} searches" if what == "wall" else f"{len(busy):,} searches"
        table.add(f"a search during imports, p99, {what}", slowest(map(seconds, busy)) * 1e3, "ms", of=quiet, note=note)
    return table


@contextmanager
def _databases(server: str | None, home: Path) -> Iterator[tuple[str, str]]:
    """The URLs of two empty databases, gone afterwards."""
    if server is None:
        yield f"sqlite:///{home / 'imported.sqlite'}", f"sqlite:///{home / 'reference.sqlite'}"
        return
    names = [f"homegroup_bench_{time.time_ns()}_{number}" for number in range(2)]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
        try:
            one, other = (urlunsplit(urlsplit(server)._replace(path=f"/{name}")) for name in names)
            yield one, other
        finally:
            for name in names:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.imports", description="What importing costs.")
    parser.add_argument("--lists", type=int, default=LISTS, help="of 3,000 meetings each; 10 take a few minutes")
    parser.add_argument("--postgresql", metavar="URL", help="a server on which databases may be made and dropped")
    asked = parser.parse_args(arguments or [])
    with tempfile.TemporaryDirectory() as folder, _databases(asked.postgresql, Path(folder)) as urls:
        table = told(measure(asked.lists, Path(folder), *urls))
    print(as_markdown(table.lines))
    print(json.dumps([asdict(line) for line in table.lines]))


if __name__ == "__main__":
    main(sys.argv[1:])
