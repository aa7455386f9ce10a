"""No query holds the database longer than it may, or longer than somebody waits for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import anyio
import httpx2
import orjson
import psycopg
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.types import Message

from api.deadline import for_client
from api.graphql_endpoint import Turn, graphql_endpoint
from api.graphql_http import graphql_routes
from meetings.errors import StoreFailed
from schema.context import Context
from store.database import Database, Reader
from store.meetings import get_meetings
from store.migration import migrate
from store.sources import list_sources, put_source
from store.stopping import Stop
from tests.api.test_graphql_http import TYPENAME, a_client, code, settings
from tests.builders import a_source

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}
#: What the machine may take besides, however busy it is, and far less than the statements would.
PATIENCE_S = 20.0


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


class Slow:
    """An endpoint whose snapshots take for ever to open; `ended` tells how each one ended."""

    def __init__(self, database: Database, **environ: str) -> None:
        self.database, self.ended = database, list[StoreFailed]()
        self.app = Starlette(routes=graphql_routes(graphql_endpoint(settings(**environ), open_context=self.open)))

    @contextmanager
    def open(self, _: Turn, stop: Stop) -> Iterator[Context]:
        with self.database.read(stop) as read:
            try:
                read.connection.execute(text(ENDLESS[read.connection.dialect.name]))
            except StoreFailed as error:
                self.ended.append(error)
                raise
            yield cast("Context", SimpleNamespace())


async def test_a_query_that_takes_too_long_is_stopped_and_told(database: Database) -> None:
    begun = time.monotonic()
    async with a_client(Slow(database, GRAPHQL_SECONDS="1").app) as client:
        response = await client.post("/graphql", json={"query": TYPENAME})
    assert (response.status_code, code(response), response.headers["retry-after"]) == (503, "UNAVAILABLE", "5")
    assert "took longer than 1 s" in response.json()["errors"][0]["message"]
    assert time.monotonic() - begun < PATIENCE_S


async def test_a_query_that_waits_too_long_for_its_turn_is_told_too(database: Database) -> None:
    answers: list[httpx2.Response] = []
    async with a_client(Slow(database, GRAPHQL_SECONDS="1", GRAPHQL_THREADS="1").app) as client:

        async def ask() -> None:
            answers.append(await client.post("/graphql", json={"query": TYPENAME}))

        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(ask)
    assert [answer.status_code for answer in answers] == [503] * 4


async def test_who_is_answered_at_once_is_not_watched() -> None:
    async def receive() -> Message:
        raise AssertionError("nobody asks whether the client is still there")

    assert await for_client(receive, lambda stop: 42, seconds=600, limiter=anyio.CapacityLimiter(1)) == 42


async def test_when_the_client_has_gone_its_query_is_stopped(database: Database) -> None:
    slow = Slow(database, GRAPHQL_SECONDS="600")
    body = orjson.dumps({"query": TYPENAME})
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    headers = [(b"content-type", b"application/json")]
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers}

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await anyio.sleep(0.5)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        del message

    begun = time.monotonic()
    await slow.app({**scope, "query_string": b"", "raw_path": b"/graphql"}, receive, send)
    assert [str(error) for error in slow.ended] == ["nobody waits for the answer any more"]
    assert time.monotonic() - begun < PATIENCE_S


def test_what_would_be_read_after_a_stop_is_refused(database: Database) -> None:
    stop = Stop()
    with database.read(stop) as read:
        stop.ask("enough")
        with pytest.raises(StoreFailed, match="enough"):
            read.connection.execute(text("SELECT 1"))


def test_a_stop_that_comes_too_late_disturbs_nobody(database: Database) -> None:
    stop = Stop()
    with database.read(stop) as read:
        assert read.connection.scalar(text("SELECT 1")) == 1
    with database.read() as read:
        stop.ask("too late")
        assert read.connection.scalar(text("SELECT 2")) == 2


# --- Where nobody asks for it to be stopped -----------------------------------------------------


@pytest.fixture
def hurried(postgres_url: str) -> Iterator[Database]:
    """One connection to PostgreSQL, which ends what takes longer than half a second."""
    database = Database(postgres_url, pool_size=1, statement_seconds=0.5)
    migrate(database)
    yield database
    database.close()


@contextmanager
def locked(url: str, table: str) -> Iterator[None]:
    """Somebody else keeps all others from this table."""
    with psycopg.connect(url) as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


def backend(read: Reader) -> int:
    return int(read.connection.scalar(text("SELECT pg_backend_pid()")) or 0)


@pytest.mark.postgresql
def test_what_waits_for_a_lock_too_long_is_ended_and_its_connection_serves_on(
    hurried: Database, postgres_url: str
) -> None:
    with hurried.read() as read, locked(postgres_url, "meetings"):
        served_by = backend(read)
        with pytest.raises(StoreFailed, match="took too long"):
            get_meetings(read, ["M0000000000000"])
    with hurried.read() as read:
        assert get_meetings(read, ["M0000000000000"]) == [None]
        assert backend(read) == served_by


@pytest.mark.postgresql
def test_a_write_that_waits_for_a_lock_too_long_is_undone_and_the_next_is_not(
    hurried: Database, postgres_url: str
) -> None:
    def write_both() -> None:
        with hurried.write() as write:
            put_source(write, a_source())
            write.connection.execute(text("DELETE FROM schedules"))

    with locked(postgres_url, "schedules"), pytest.raises(StoreFailed, match="took too long"):
        write_both()
    with hurried.write() as write:
        assert list_sources(write) == ()
        put_source(write, a_source())


@pytest.mark.postgresql
async def test_a_statement_that_takes_too_long_is_told_as_unavailable(hurried: Database) -> None:
    async with a_client(Slow(hurried, GRAPHQL_SECONDS="60").app) as client:
        response = await client.post("/graphql", json={"query": TYPENAME})
    assert (response.status_code, code(response), response.headers["retry-after"]) == (503, "UNAVAILABLE", "5")
    assert "took too long" in response.json()["errors"][0]["message"]
