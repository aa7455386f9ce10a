"""The application as a whole: health, errors in one shape, and what it never says."""

import logging
from datetime import datetime

import httpx2
import pytest

from api.app import create_app
from api.house import open_database
from api.settings import Settings
from meetings.errors import NotFound
from store.migration import migrate
from tests.api.conftest import with_state
from tests.api.test_calendar_feeds import ask
from tests.builders import NOW


async def test_a_process_that_answers_is_healthy(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_readiness_tells_the_age_of_the_index(client: httpx2.AsyncClient) -> None:
    report = (await client.get("/readyz")).json()
    assert (report["status"], report["index"]["changes_behind"]) == ("ok", 0)
    assert report["index"]["age_seconds"] < 60


async def test_a_browser_is_led_to_where_questions_are_asked(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/")).headers["location"] == "/graphql"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("POST", "/healthz", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/calendars/x.ics", 404, "NOT_FOUND"),
        ("GET", "/meetings/x.ics", 404, "NOT_FOUND"),
    ],
)
async def test_every_error_has_the_one_shape(
    client: httpx2.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]


async def test_a_list_without_an_index_is_not_ready(prepared: Settings) -> None:
    for file in sorted(prepared.index_dir.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    app = create_app(prepared)
    async with app.router.lifespan_context(app) as state:
        transport = httpx2.ASGITransport(app=with_state(app, state))
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")


async def test_a_database_that_was_never_prepared_says_what_is_missing(settings: Settings) -> None:
    with pytest.raises(NotFound, match="vocabulary"):
        await _start(settings)


async def _start(settings: Settings) -> None:
    with open_database(settings) as database:
        migrate(database)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        pass


async def test_nothing_of_what_a_person_asks_is_logged(
    client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    query = "query ($p: PlaceInput) { meetings(filter: {place: $p}) { totalCount } }"
    await ask(client, query, p={"near": {"latitude": 40.712345, "longitude": -74.0}, "radiusKm": 5})
    await client.get("/calendars/a-secret-token.ics")
    assert "40.712345" not in caplog.text.replace("DEBUG    httpx", "")
    assert "a-secret-token" not in "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("httpx"))


async def test_an_error_nobody_foresaw_is_masked_and_logged_without_what_a_person_wrote(
    prepared: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    moments = iter([NOW])

    def broken_clock() -> datetime:
        # It still tells when the process began.
        for moment in moments:
            return moment
        raise RuntimeError("Jane's own words")

    app = create_app(prepared, now=broken_clock)
    async with app.router.lifespan_context(app) as state:
        transport = httpx2.ASGITransport(app=with_state(app, state))
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            answer = await client.get("/calendars/token.ics")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "INTERNAL")
    assert "Jane" not in answer.text + caplog.text
    assert "RuntimeError at " in caplog.text
    assert "token.ics" not in caplog.text


@pytest.mark.parametrize("path", ["/meetings/%00.ics", "/calendars/%00.ics", "/meetings/M%ff.ics"])
async def test_what_is_no_id_is_not_found(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_note_is_kept_without_what_no_text_may_hold(client: httpx2.AsyncClient) -> None:
    found = await ask(client, "{ meetings(first: 1) { nodes { id } } }")
    entry = {"meetingId": found["meetings"]["nodes"][0]["id"], "note": "bring\u0000 cake\u0007"}
    create = """mutation ($e: [EntryInput!]) { createSchedule(input: {name: "Mine\\u0000"}, entries: $e) {
      schedule { name entries { note } } } }"""
    schedule = (await ask(client, create, e=[entry]))["createSchedule"]["schedule"]
    assert schedule == {"name": "Mine", "entries": [{"note": "bring cake"}]}
