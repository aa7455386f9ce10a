"""A server's memory stays as it is, however many things that it never saw are asked of it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from search.builder import build
from store.database import Database
from store.vocabulary import get_vocabulary
from tests.bench.filling import fill
from tests.bench.made_up import made_up_rows
from tests.builders import NOW
from tests.outside import ROOT

ASKED, MORE = 8_000, 24_000
#: Caches that are full keep being filled with things of other lengths, and the allocator leaves gaps.
MOST_MEGABYTES = 16
SEARCH = "query ($filter: MeetingFilter) { meetings(filter: $filter, first: 3) { nodes { id name } } }"
CREATE = 'mutation { createSchedule(input: {name: "Evenings", timeZone: "UTC"}) { problems { code } } }'


def _post(number: int, query: str, **variables: object) -> httpx2.Request:
    return _request("POST", "/graphql", json={"query": query, "variables": variables})


def _request(method: str, path: str, **told: object) -> httpx2.Request:
    return httpx2.Request(method, f"http://127.0.0.1{path}", **told)  # type: ignore[arg-type] # What Request takes.


def _unknown_hash(number: int) -> httpx2.Request:
    asked = {"persistedQuery": {"version": 1, "sha256Hash": f"{number:064x}"}}
    return _request("POST", "/graphql", json={"extensions": asked})


def _near(number: int) -> httpx2.Request:
    point = {"latitude": number % 17_000 / 100 - 85, "longitude": number % 35_900 / 100 - 179}
    return _post(number, SEARCH, filter={"place": {"near": point, "radiusKm": 1 + number % 400}})


#: Each is asked with ever-new numbers.
KINDS: tuple[Callable[[int], httpx2.Request], ...] = (
    lambda number: _post(number, f"{{ a{number}: meetings(first: 3) {{ nodes {{ id name }} }} }}"),
    lambda number: _post(number, f"{{ nothing{number} }}"),
    _near,
    lambda number: _post(number, SEARCH, filter={"text": f"light {number}"}),
    lambda number: _post(number, SEARCH, filter={"ids": [f"M{number:013d}"]}),
    lambda number: _post(number, SEARCH, filter={f"unknown{number}": number}),
    _unknown_hash,
    lambda number: _request(
        "POST", "/graphql", json={"query": "{ __typename }"}, headers={"Authorization": f"Bearer {number}"}
    ),
    lambda number: _request(
        "POST", "/graphql", json={"query": CREATE}, headers={"Idempotency-Key": str(UUID(int=number))}
    ),
    lambda number: _request("GET", f"/calendars/{number:043d}.ics"),
    lambda number: _request("GET", f"/meetings/M{number:013d}.ics", headers={"If-None-Match": f'"{number}"'}),
    lambda number: _request("GET", f"/meetings.json?city={number}"),
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Process and port of a server with few meetings and small caches."""
    url = f"sqlite:///{tmp_path}/homegroup.db"
    database = Database(url)
    fill(database, made_up_rows(500), NOW)
    with database.read() as read:
        build(read, get_vocabulary(read), tmp_path / "index", NOW)
    database.close()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = {"DATA_DIR": str(tmp_path), "DATABASE_URL": url, "FRAGMENT_BYTES": "1000000"}
    environ = dict(os.environ) | {f"HOMEGROUP_{name}": value for name, value in told.items()}
    command = [sys.executable, "-m", "uvicorn", "--factory", "api.app:app_from_environ", "--port", str(port)]
    process = subprocess.Popen([*command, "--no-access-log", "--log-level", "error"], cwd=ROOT, env=environ)
    try:
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def megabytes(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    assert found is not None
    return int(found[1]) / 1024


def until_ready(client: httpx2.Client) -> None:
    for _ in range(600):
        try:
            if client.get("/healthz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.mark.long
def test_what_was_never_asked_before_leaves_nothing_in_memory(server: tuple[int, int]) -> None:
    pid, port = server
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        until_ready(client)

        def ask(first: int, last: int) -> float:
            for number in range(first, last):
                asked = KINDS[number % len(KINDS)](number)
                answer = client.request(
                    asked.method, asked.url.raw_path.decode(), content=asked.content, headers=asked.headers
                )
                assert answer.status_code < 500, answer.text
            return megabytes(pid)

        before = ask(0, ASKED)
        after = ask(ASKED, ASKED + MORE)
        assert after - before < MOST_MEGABYTES
