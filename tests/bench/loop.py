"""How long others wait while clients send the worst that is allowed.

`python -m tests.bench loop`: one server process on 5,000 made-up meetings; one client asks for `/healthz` again and
again, first alone, then while eight send new documents that are slow to validate, then while eight send a known one
that resolves as many fields as any may. Times are on the clock, of a machine that does other things as well.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx2
import uvicorn

from api.app import app_from_environ
from search.builder import build
from store.database import Database
from store.vocabulary import get_vocabulary
from tests.bench.filling import fill
from tests.bench.made_up import made_up_rows
from tests.bench.search import Table, as_markdown
from tests.builders import NOW

_CLIENTS = 8
_SECONDS = 12.0
_MEETINGS = 5_000
_LEAVES = (
    "id name status weekday startTime endTime duration timeZone recurrence notes areas medication updatedAt icsUrl"
)


def slow_to_read(number: int) -> str:
    """Twenty questions that share nothing, and no two documents alike: the most that validation is ever given."""
    return "{ " + " ".join(f"a{n}x{number}: meetings {{ nodes {{ {_LEAVES} }} }}" for n in range(20)) + " }"


SLOW_TO_ANSWER = """{ meetings(first: 100) { nodes { name formats { code name category } occurrences(first: 100)
  { date startsAt endsAt cancelled movedFrom note } venue { name street city } listings { sourceKey } } } }"""


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server process."""
    with tempfile.TemporaryDirectory() as home, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        os.environ |= {"HOMEGROUP_DATA_DIR": home, "HOMEGROUP_DATABASE_URL": f"sqlite:///{home}/homegroup.db"}
        database = Database(f"sqlite:///{home}/homegroup.db")
        fill(database, made_up_rows(_MEETINGS), NOW)
        with database.read() as read:
            build(read, get_vocabulary(read), Path(home) / "index", NOW)
        database.close()
        process = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,), daemon=True)
        free.close()
        process.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.join()


def _serve(port: int) -> None:
    uvicorn.run(app_from_environ(), host="127.0.0.1", port=port, log_level="error", access_log=False)


async def measure(url: str) -> Table:
    """The three rounds."""
    table = Table()
    numbers = count()
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        await _until_ready(client)

        async def new_document() -> None:
            await _post(client, slow_to_read(next(numbers)))

        async def known_document() -> None:
            await _post(client, SLOW_TO_ANSWER)

        await _round(table, client, "alone", None)
        await _round(table, client, f"{_CLIENTS} send new documents", new_document)
        await _round(table, client, f"{_CLIENTS} send a costly one", known_document)
    return table


async def _post(client: httpx2.AsyncClient, document: str) -> None:
    response = await client.post("/graphql", json={"query": document})
    # Refused for want of time is an answer too; refused as too costly would be another benchmark.
    if response.status_code != 503 and "errors" in response.json():
        raise SystemExit(f"this document is not answered: {response.text[:300]}")


async def _until_ready(client: httpx2.AsyncClient) -> None:
    while True:
        try:
            if (await client.get("/readyz")).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        await asyncio.sleep(0.1)


async def _round(
    table: Table, client: httpx2.AsyncClient, name: str, ask: Callable[[], Awaitable[None]] | None
) -> None:
    end = time.monotonic() + _SECONDS
    answered = 0

    async def attack() -> None:
        nonlocal answered
        while ask is not None and time.monotonic() < end:
            await ask()
            answered += 1

    waits: list[float] = []

    async def watch() -> None:
        while time.monotonic() < end:
            begun = time.perf_counter()
            await client.get("/healthz")
            waits.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(0.02)

    await asyncio.gather(watch(), *(attack() for _ in range(_CLIENTS if ask else 0)))
    waits.sort()
    for share in (0.5, 0.99):
        table.add(f"/healthz p{share * 100:.0f}, {name}", waits[int(share * (len(waits) - 1))], "ms")
    if ask is not None:
        table.add(f"answers, {name}", answered / _SECONDS, "a second")


def main() -> None:
    """Measure and print."""
    with serving() as url:
        print(as_markdown(asyncio.run(measure(url)).lines))
