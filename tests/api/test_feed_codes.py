"""QR codes: of our own feeds' addresses alone, asked for in a body, kept and logged nowhere."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from api.app import create_app
from api.feed_codes import is_feed
from api.settings import Settings
from tests.api.conftest import Clock, with_state

TOKEN = "aB3-_xYz9Q" * 4 + "abc"
WEBCAL = f"webcal://home.example.org/calendars/{TOKEN}.ics"
BASES = ("https://home.example.org", "webcal://home.example.org")


async def asked(client: httpx2.AsyncClient, address: object) -> httpx2.Response:
    return await client.post("/schedule/qr", json={"address": address})


@pytest.mark.parametrize("address", [WEBCAL, WEBCAL.replace("webcal", "https")])
async def test_a_feed_s_address_is_drawn_for_whoever_has_it(client: httpx2.AsyncClient, address: str) -> None:
    response = await asked(client, address)
    assert (response.status_code, response.headers["content-type"]) == (200, "image/svg+xml")
    assert response.text.startswith("<svg ")
    assert (await asked(client, address)).content == response.content
    assert (await asked(client, address.replace("aB3", "aB4"))).content != response.content


async def test_a_code_is_not_kept_and_not_compressed(client: httpx2.AsyncClient) -> None:
    headers = (await asked(client, WEBCAL)).headers
    assert headers["cache-control"] == "no-store, no-transform"
    assert "content-encoding" not in headers
    assert (headers["content-security-policy"], headers["x-content-type-options"]) == ("default-src 'none'", "nosniff")


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/calendars/" + TOKEN + ".ics",
        "https://home.example.org.elsewhere.example/calendars/" + TOKEN + ".ics",
        "https://home.example.org@elsewhere.example/calendars/" + TOKEN + ".ics",
        "https://home.example.org/calendars/" + TOKEN + ".ics?x=1",
        "https://home.example.org/calendars/" + TOKEN + ".ics\n",
        "https://home.example.org/calendars/" + TOKEN[1:] + ".ics",
        "https://home.example.org/calendars/" + TOKEN + "x.ics",
        "https://home.example.org/calendars/../" + TOKEN + ".ics",
        "https://home.example.org/schedule#key=" + TOKEN,
        "http://home.example.org/calendars/" + TOKEN + ".ics",
        "javascript://home.example.org/calendars/" + TOKEN + ".ics",
        TOKEN,
        "",
    ],
)
def test_nothing_but_the_address_of_a_feed_of_ours_is_one(address: str) -> None:
    assert not is_feed(address, BASES)


@pytest.mark.parametrize("address", ["https://elsewhere.example/", None, 7, [WEBCAL], {"address": WEBCAL}])
async def test_nothing_else_is_drawn(client: httpx2.AsyncClient, address: object) -> None:
    response = await asked(client, address)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "BAD_INPUT")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff", b'{"address": "\\ud800"}'])
async def test_what_is_no_request_is_refused(client: httpx2.AsyncClient, body: bytes) -> None:
    response = await client.post("/schedule/qr", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "BAD_INPUT")


async def test_a_body_longer_than_any_address_is_not_read(client: httpx2.AsyncClient) -> None:
    response = await client.post("/schedule/qr", json={"address": WEBCAL, "more": "x" * 100})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "TOO_COSTLY")


async def test_what_a_page_of_another_site_can_send_unasked_is_not_taken(client: httpx2.AsyncClient) -> None:
    response = await client.post("/schedule/qr", content=f'{{"address": "{WEBCAL}"}}')
    assert response.status_code == 415


async def test_no_address_asks_for_a_code(client: httpx2.AsyncClient) -> None:
    assert (await client.get(f"/schedule/qr?address={WEBCAL}")).status_code in {404, 405}


@pytest.fixture
async def poor(prepared: Settings, clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a network that may ask for one code a minute."""
    app = create_app(replace(prepared, rate_cost=2500), now=clock)
    async with app.router.lifespan_context(app) as state:
        transport = httpx2.ASGITransport(app=with_state(app, state), client=("192.0.2.1", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            yield client


async def test_codes_and_questions_are_paid_from_one_bucket(poor: httpx2.AsyncClient) -> None:
    assert (await asked(poor, WEBCAL)).status_code == 200
    refused = await asked(poor, WEBCAL)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "RATE_LIMITED")
    assert "retry-after" in refused.headers
    assert (await poor.post("/graphql", json={"query": "{ viewer { role } }"})).json()["errors"]


async def test_nothing_of_an_address_is_logged(client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    for address in (WEBCAL, f"https://elsewhere.example/{TOKEN}"):
        await asked(client, address)
    assert not [record for record in caplog.records if TOKEN in record.getMessage()]
