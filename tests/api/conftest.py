"""A whole application on an embedded database, with an invented list and its read index."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import orjson
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from api.cli import SEED
from api.house import open_database
from api.settings import Settings, settings_from_environ
from importers.fetch import FetchLimits, Web, fetch
from importers.run import run_import
from search.builder import build
from store.migration import migrate
from store.sources import get_source, put_source
from store.vocabulary import get_vocabulary, put_vocabulary
from tests.builders import NOW, a_source

MEETINGS = (
    {
        "key": "tue",
        "name": "Ferry Lane Steps",
        "weekday": "TUESDAY",
        "start_time": "19:30",
        "formats": ["OPEN", "STEPS"],
    },
    {"key": "sun", "name": "Sunday Lanterns", "weekday": "SUNDAY", "start_time": "23:30", "formats": ["CLOSED"]},
    {"key": "app", "name": "Whenever You Ask"},
)
PLACE = {"name": "Lantern Hall", "street": "12 Ferry Lane", "city": "New York", "country": "US"}
FACTS = {
    "kind": "meeting",
    "fellowship": "NA",
    "duration": "PT1H30M",
    "time_zone": "America/New_York",
    "venue_type": "IN_PERSON",
    "venue": PLACE | {"latitude": 40.7, "longitude": -74.01},
}


@dataclass
class Clock:
    """A clock that tests set."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_from_environ(
        {"HOMEGROUP_DATA_DIR": str(tmp_path), "HOMEGROUP_BASE_URL": "https://home.example.org"}
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def prepared(settings: Settings, tmp_path: Path) -> Settings:
    """A database with formats, fellowships and three invented meetings, and a read index of them."""
    location = tmp_path / "list.jsonl"
    location.write_bytes(b"\n".join(orjson.dumps(row) for row in ({"homegroup": 1}, *(FACTS | m for m in MEETINGS))))
    with open_database(settings) as database:
        migrate(database)
        with database.write() as write:
            put_vocabulary(
                write, *(orjson.loads((SEED / f"{n}.json").read_bytes()) for n in ("formats", "fellowships"))
            )
            put_source(write, a_source(importer="native", location=str(location)))
        with database.read() as read:
            source, vocabulary = get_source(read, "lantern"), get_vocabulary(read)
        # Before the time of the tests: by the real clock the list would have changed long after they look.
        limits = FetchLimits(most_bytes=100_000, most_seconds=10, private=False, plain_http=False)
        run_import(
            database,
            source,
            fetch=lambda source: fetch(source, limits, web=Web(), today=NOW.date()),
            vocabulary=vocabulary,
            clock=lambda: NOW - timedelta(hours=1),
            run_id="first",
        )
        with database.read() as read:
            build(read, vocabulary, settings.index_dir, NOW)
    return settings


@pytest.fixture
def app(prepared: Settings, clock: Clock) -> Starlette:
    return create_app(prepared, now=clock)


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that talks to the running application, in process."""
    async with running(app) as client:
        yield client


@asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application that runs in process as long as the block."""
    async with app.router.lifespan_context(app) as state:
        transport = httpx2.ASGITransport(app=with_state(app, state))
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            yield client


def with_state(app: Starlette, state: Mapping[str, object] | None) -> ASGIApp:
    """The application as a server calls it, which hands each request what the lifespan gave."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": dict(state or {})}, receive, send)

    return call
