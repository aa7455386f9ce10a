"""What it costs that many people's calendar programs ask again and again whether their feeds have changed.

`python -m tests.bench subscribers [--subscribers 50000] [--hours 2] [--speed 20] ...`: a server with one worker on a
made-up list, and as many schedules. Each subscriber fetches its feed once; then all of them ask once an hour, each at
its own minute, with the `ETag` that they have, on a new connection each time, as programs do. Hours pass `--speed`
times as fast as they do, while some meetings change every few minutes. A wait is counted from when the program meant
to ask, so a server that falls behind shows it.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import insert, text, update

from meetings.schedule import month_of, secret_hash
from search.builder import build
from store.changes import record_changes
from store.database import Database
from store.tables import meetings, schedule_entries, schedules
from store.vocabulary import get_vocabulary
from tests.bench.filling import fill
from tests.bench.made_up import made_up_rows
from tests.bench.peers.processes import Server, start
from tests.bench.peers.targets import HOMEGROUP
from tests.bench.search import Table, as_markdown

#: How many meetings people keep: most a few.
_KEPT = (1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 9, 12, 20)
_BATCH = 2_000
_CHANGES_AN_HOUR = 12
_AT_ONCE, _CONNECTIONS = 8, 64


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What is replayed; `changed_percent` of the meetings change in an hour."""

    subscribers: int
    hours: int
    speed: float
    meetings: int
    changed_percent: float
    seed: int = 1


@dataclass(slots=True)
class Round:
    """What was answered to a number of polls; waits in milliseconds."""

    waits: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    bytes_received: int = 0


# --- The database -------------------------------------------------------------------------------


def fill_all(database: Database, replay: Replay, now: datetime) -> dict[str, set[int]]:
    """Meetings and schedules; which subscribers keep which meeting."""
    rows = list(made_up_rows(replay.meetings))
    fill(database, rows, now)
    random, keepers = Random(replay.seed), dict[str, set[int]]()
    ids = [row.id for row in rows]
    for first in range(0, replay.subscribers, _BATCH):
        numbers = range(first, min(first + _BATCH, replay.subscribers))
        kept = {number: random.sample(ids, random.choice(_KEPT)) for number in numbers}
        for number, chosen in kept.items():
            for id in chosen:
                keepers.setdefault(id, set()).add(number)
        with database.write() as write:
            write.connection.execute(insert(schedules), [_schedule(number, now) for number in numbers])
            entries = [_entry(number, id, place, now) for number, of in kept.items() for place, id in enumerate(of)]
            write.connection.execute(insert(schedule_entries), entries)
    with database.write() as write:
        write.connection.execute(text("ANALYZE"))
    return keepers


def _token(number: int) -> str:
    return f"{number:043d}"


def _schedule(number: int, now: datetime) -> dict[str, object]:
    hashes = {"key_hash": secret_hash(f"key {number}"), "token_hash": secret_hash(_token(number))}
    told = {"id": f"S{number}", "time_zone": "Europe/London", "discreet": number % 2 == 0, "rotation": 0, "revision": 1}
    times = dict.fromkeys(("created_at", "updated_at", "entries_updated_at"), now)
    return {**hashes, **told, **times, "changes": 1, "used_month": month_of(now)}


def _entry(number: int, id: str, place: int, now: datetime) -> dict[str, object]:
    told = {"schedule_id": f"S{number}", "meeting_id": id, "position": place, "skipped_dates": (), "dates": None}
    return {**told, "added_on": now.date(), "revision": 1, "updated_at": now}


def change(database: Database, ids: Sequence[str], number: int) -> None:
    """Other names for these meetings, as an import gives them."""
    now = datetime.now(UTC)
    with database.write() as write:
        record_changes(write, ids, run_id=None, now=now)
        other = {"name": f"Renamed {number}", "revision": meetings.c.revision + 1, "updated_at": now}
        write.connection.execute(update(meetings).where(meetings.c.id.in_(ids)).values(other))


# --- The programs -------------------------------------------------------------------------------


@dataclass(slots=True)
class Programs:
    """Calendar programs, each with the `ETag` of the feed that it has."""

    port: int
    tags: dict[int, bytes] = field(default_factory=dict)
    #: A server that is slow for a moment shall answer late, and not turn connections away.
    connections: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CONNECTIONS))

    async def ask(self, number: int, meant: float, noted: Round) -> None:
        """One poll, which was meant for that moment of the event loop's clock."""
        tag = self.tags.get(number)
        known = b"If-None-Match: " + tag + b"\r\n" if tag else b""
        request = (
            b"GET /calendars/%s.ics HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: replay\r\nAccept: */*\r\n"
            b"Accept-Encoding: gzip\r\nConnection: close\r\n%s\r\n" % (_token(number).encode(), known)
        )
        try:
            async with self.connections:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(request)
                answer = await reader.read(-1)
                writer.close()
        except OSError as error:
            noted.statuses[type(error).__name__] += 1
            return
        noted.waits.append((asyncio.get_running_loop().time() - meant) * 1000)
        noted.bytes_received += len(answer)
        status, head = answer[9:12].decode(), answer.partition(b"\r\n\r\n")[0]
        new = next((line[6:] for line in head.split(b"\r\n") if line.lower().startswith(b"etag: ")), b"")
        if (status == "304") != (new == tag):
            status = f"{status} with {'the same' if new == tag else 'another'} ETag"
        noted.statuses[status] += 1
        self.tags[number] = new


async def subscribe(programs: Programs, count: int) -> Round:
    """All fetch their feeds, a few at once."""
    noted, numbers = Round(), iter(range(count))

    async def one_after_the_other() -> None:
        for number in numbers:
            await programs.ask(number, asyncio.get_running_loop().time(), noted)

    await asyncio.gather(*(one_after_the_other() for _ in range(_AT_ONCE)))
    return noted


async def hour(programs: Programs, replay: Replay, random: Random) -> Round:
    """Each asks once, at its own time."""
    noted, length = Round(), 3600 / replay.speed
    loop = asyncio.get_running_loop()
    begun, running = loop.time(), set[asyncio.Task[None]]()
    for at, number in sorted((random.uniform(0, length), number) for number in range(replay.subscribers)):
        meant = begun + at
        if (early := meant - loop.time()) > 0:
            await asyncio.sleep(early)
        task = asyncio.create_task(programs.ask(number, meant, noted))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    return noted


@asynccontextmanager
async def changing(database: Database, replay: Replay, batches: Iterator[list[str]]) -> AsyncIterator[None]:
    """Every few minutes of the replayed hour, some meetings change."""

    async def now_and_then() -> None:
        for number, ids in enumerate(batches):
            await asyncio.sleep(3600 / replay.speed / _CHANGES_AN_HOUR)
            await asyncio.to_thread(change, database, ids, number)

    task = asyncio.create_task(now_and_then())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


# --- The server ---------------------------------------------------------------------------------


@contextmanager
def serving(home: Path, url: str) -> Iterator[tuple[Server, int]]:
    """Our own command with one worker."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {
        "HOMEGROUP_DATA_DIR": str(home),
        "HOMEGROUP_DATABASE_URL": url,
        "HOMEGROUP_WORKERS": "1",
        "HOMEGROUP_IMPORT_MINUTES": "0",
        "HOMEGROUP_LOG_LEVEL": "WARNING",
    }
    command = [HOMEGROUP, "serve", "--host", "127.0.0.1", "--port", str(port)]
    server = start(command, environ, folder=home, log=home / "server.log", ready=lambda: _is_ready(port), where=set())
    try:
        yield server, port
    finally:
        server.stop()


def _is_ready(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as sock:
            sock.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return sock.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


# --- All of it ----------------------------------------------------------------------------------


def measure(replay: Replay) -> Table:
    """The replay, from an empty database on."""
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url, begun = f"sqlite:///{home}/homegroup.db", datetime.now(UTC) - timedelta(hours=1)
        database = Database(url)
        keepers = fill_all(database, replay, begun)
        with database.read() as read:
            build(read, get_vocabulary(read), home / "index", begun)
        with serving(home, url) as (server, port):
            asyncio.run(_replayed(table, replay, server, Programs(port), database, keepers))
        database.close()
    return table


async def _replayed(
    table: Table, replay: Replay, server: Server, programs: Programs, database: Database, keepers: dict[str, set[int]]
) -> None:
    spent = _Spent(server)
    first = await subscribe(programs, replay.subscribers)
    _note(table, "first fetch", first, spent)
    random, ids = Random(replay.seed), sorted(keepers)
    more = max(1, round(replay.meetings * replay.changed_percent / 100 / _CHANGES_AN_HOUR))
    polls = Round()
    for number in range(1, replay.hours + 1):
        batches = [random.sample(ids, more) for _ in range(_CHANGES_AN_HOUR - 1)]
        touched = set[int]().union(*(keepers[id] for batch in batches for id in batch))
        spent = _Spent(server)
        async with changing(database, replay, iter(batches)):
            answered = await hour(programs, replay, random)
        _note(table, f"hour {number}", answered, spent, f"; {len(touched):,} feeds changed in it")
        polls.waits += answered.waits
        polls.statuses += answered.statuses
    share = 100 * polls.statuses["304"] / max(1, polls.statuses.total())
    table.add("answered 304, of all hours", share, "%", note="goal: over 95")
    table.add("memory of the server, index builder and all", server.memory(), "MB")


class _Spent:
    """Processor time from here on: of the worker, and of all that the server runs beside it."""

    def __init__(self, server: Server) -> None:
        self.server, self.own, self.all = server, server.own_cpu(), server.cpu()[0]

    def since(self) -> tuple[float, float]:
        """Seconds of both."""
        own = self.server.own_cpu() - self.own
        return own, self.server.cpu()[0] - self.all - own


def _note(table: Table, name: str, answered: Round, spent: _Spent, note: str = "") -> None:
    waits, count = sorted(answered.waits), answered.statuses.total()
    statuses = ", ".join(f"{times:,} × {status}" for status, times in sorted(answered.statuses.items()))
    if not waits:
        raise SystemExit(f"nothing was answered in {name}: {statuses}; {spent.server.last_words()}")
    for percent in (50, 99):
        table.add(f"{name}: p{percent}", waits[int((len(waits) - 1) * percent / 100)], "ms")
    own, beside = (seconds * 1000 / count for seconds in spent.since())
    table.add(f"{name}: the worker's processor time a poll", own, "ms", note=statuses + note)
    table.add(f"{name}: index builder and the like, a poll", beside, "ms")


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and print, the settings first."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench subscribers")
    parser.add_argument("--subscribers", type=int, default=50_000)
    parser.add_argument("--hours", type=int, default=2)
    parser.add_argument("--speed", type=float, default=20.0, help="how many times as fast as it does time passes")
    parser.add_argument("--meetings", type=int, default=50_000)
    parser.add_argument("--changed-percent", type=float, default=0.1, help="of the meetings, in an hour")
    replay = Replay(**vars(parser.parse_args(list(arguments))))
    print(f"{replay}: {replay.subscribers / 3600 * replay.speed:,.0f} polls a second\n")
    begun = time.monotonic()
    table = measure(replay)
    print(as_markdown(table.lines))
    print(f"\ntook {time.monotonic() - begun:.0f} s")
