"""GraphQL over HTTP: what is taken, what is refused, and how the answers are marked."""

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import orjson
import pytest
import uvicorn
from graphql import get_introspection_query
from starlette.applications import Starlette

from api.graphql_endpoint import Turn, graphql_endpoint
from api.graphql_http import graphql_routes
from api.graphql_requests import GRAPHQL, JSON
from api.settings import Settings, settings_from_environ
from meetings.errors import StoreFailed
from schema.context import Context
from store.stopping import Stop
from tests.oracles.judges import GraphqlHttpAudits

TYPENAME = "{ __typename }"
SECRET = "Geheimnis"


def settings(**environ: str) -> Settings:
    return settings_from_environ({f"HOMEGROUP_{name}": text for name, text in environ.items()})


def no_context(_: Turn, stop: Stop) -> AbstractContextManager[Context]:
    """These requests are answered without looking anything up."""
    nothing = SimpleNamespace(index=None, vocabulary=None, now=None, soonest=None, fragments=None)
    return nullcontext(cast("Context", nothing))


def an_app(open_context: Any = no_context, **environ: str) -> Starlette:
    return Starlette(routes=graphql_routes(graphql_endpoint(settings(**environ), open_context=open_context)))


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with a_client(an_app()) as client:
        yield client


def a_client(app: Starlette) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://meetings.test")


async def post(client: httpx2.AsyncClient, query: str, accept: str = GRAPHQL, **more: Any) -> httpx2.Response:
    return await client.post("/graphql", json={"query": query, **more}, headers={"Accept": accept})


def code(response: httpx2.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address of the endpoint behind a real server."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(an_app(), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


def test_every_audit_of_graphql_over_http_is_passed(served: str, graphql_http_audits: GraphqlHttpAudits) -> None:
    audits = graphql_http_audits(served)
    assert [audit for audit in audits if audit.status != "ok"] == []
    assert len(audits) == 61


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*;q=0.5", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.9", JSON),
        (f"text/html, {GRAPHQL};q=0, */*;q=0.1", JSON),
    ],
)
async def test_the_answer_is_of_the_type_the_client_likes_best(
    client: httpx2.AsyncClient, accept: str, media: str
) -> None:
    response = await post(client, TYPENAME, accept)
    assert response.headers["content-type"] == f"{media}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/plain", "application/json;q=0", "application/json;q=nan", ";;,"])
async def test_a_client_that_takes_no_json_is_told_so(client: httpx2.AsyncClient, accept: str) -> None:
    assert (await post(client, TYPENAME, accept)).status_code == 406


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_what_another_site_could_send_unasked_is_refused(
    client: httpx2.AsyncClient, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = await client.post("/graphql", content=orjson.dumps({"query": TYPENAME}), headers=headers)
    assert response.status_code == 415


async def test_any_page_may_read_answers_but_none_with_credentials(client: httpx2.AsyncClient) -> None:
    response = await post(client, TYPENAME)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


async def test_a_browser_may_ask_beforehand_whether_it_may_post_json(client: httpx2.AsyncClient) -> None:
    response = await client.options("/graphql")
    assert (response.status_code, response.headers["access-control-allow-methods"]) == (204, "GET, POST")
    assert "Content-Type" in response.headers["access-control-allow-headers"]


async def test_a_mutation_by_get_is_refused_with_the_method_that_is_right(client: httpx2.AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": "mutation { __typename }"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_what_may_hold_a_key_is_neither_kept_nor_compressed(client: httpx2.AsyncClient) -> None:
    by_key = "query ($key: String!, $ask: Boolean = false) { schedule(key: $key) @include(if: $ask) { id } }"
    for query, variables in (("mutation { __typename }", {}), (by_key, {"key": SECRET})):
        response = await post(client, query, variables=variables)
        assert response.headers["cache-control"] == "no-store, no-transform"
    assert (await post(client, TYPENAME)).headers["cache-control"] == "no-store"


async def test_a_key_in_an_address_is_refused(client: httpx2.AsyncClient) -> None:
    query = "query ($key: String!) { schedule(key: $key) { id } }"
    variables = orjson.dumps({"key": SECRET}).decode()
    response = await client.get("/graphql", params={"query": query, "variables": variables})
    assert (code(response), response.json()["errors"][0]["extensions"]["argument"]) == ("BAD_INPUT", "key")
    assert SECRET not in response.text


@pytest.mark.parametrize("body", [b'[{"query": "{ __typename }"}]', b'"text"', b"1", b"null", b""])
async def test_only_one_object_is_taken_as_a_request(client: httpx2.AsyncClient, body: bytes) -> None:
    response = await client.post("/graphql", content=body, headers={"Content-Type": JSON})
    assert (response.status_code, code(response)) == (400, "BAD_INPUT")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"query": NaN}', b"[" * 5000, b'{"query":"\\ud800"}'])
async def test_what_is_no_json_is_refused(client: httpx2.AsyncClient, body: bytes) -> None:
    response = await client.post("/graphql", content=body, headers={"Content-Type": JSON})
    assert (response.status_code, code(response)) == (400, "BAD_INPUT")


async def test_a_body_that_never_ends_is_cut_off_at_the_limit() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 1000
            yield b" " * 1000

    async with a_client(an_app(GRAPHQL_BODY_BYTES="16384")) as client:
        response = await client.post("/graphql", content=endless(), headers={"Content-Type": JSON})
    assert (response.status_code, sent) == (413, 17_000)


async def test_a_store_that_cannot_be_used_is_told_and_not_blamed_on_the_client() -> None:
    def broken(_: Turn, stop: Stop) -> AbstractContextManager[Context]:
        raise StoreFailed("the database cannot be used now")

    async with a_client(an_app(broken)) as client:
        response = await post(client, TYPENAME)
    assert (response.status_code, code(response)) == (503, "UNAVAILABLE")


async def test_a_bug_is_masked_and_logged_under_a_number(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Turn, stop: Stop) -> AbstractContextManager[Context]:
        raise ZeroDivisionError(SECRET)

    async with a_client(an_app(broken)) as client:
        response = await post(client, TYPENAME)
    assert (response.status_code, code(response)) == (500, "INTERNAL")
    assert SECRET not in response.text
    assert response.json()["errors"][0]["extensions"]["id"] in caplog.text


async def test_the_standard_introspection_query_is_answered(client: httpx2.AsyncClient) -> None:
    response = await post(client, get_introspection_query())
    assert response.json()["data"]["__schema"]["queryType"]["name"] == "Query"


async def test_what_the_schema_tells_of_itself_needs_no_database_and_is_worked_out_once() -> None:
    def broken(_: Turn, stop: Stop) -> AbstractContextManager[Context]:
        raise StoreFailed("the database cannot be used now")

    async with a_client(an_app(broken)) as client:
        first, second = [await post(client, get_introspection_query()) for _ in range(2)]
    assert (first.status_code, first.content) == (200, second.content)


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_a_browser_gets_graphiql_and_asks_nobody_else(client: httpx2.AsyncClient) -> None:
    response = await client.get("/graphql", headers={"Accept": BROWSER})
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "://" not in response.text


async def test_every_file_that_graphiql_names_is_served(client: httpx2.AsyncClient) -> None:
    page = (await client.get("/graphql", headers={"Accept": BROWSER})).text
    names = [part.split('"')[0] for part in page.split('="/graphql/assets/')[1:]]
    statuses = {name: (await client.get(f"/graphql/assets/{name}")).status_code for name in names}
    assert len(names) == 6
    assert set(statuses.values()) == {200}


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fviews.py", "graphql-ws.min.js"])
async def test_no_other_file_is_served(client: httpx2.AsyncClient, name: str) -> None:
    assert (await client.get(f"/graphql/assets/{name}")).status_code == 404


async def test_a_link_with_a_query_is_answered_as_json_even_in_a_browser(client: httpx2.AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": TYPENAME}, headers={"Accept": BROWSER})
    assert response.json() == {"data": {"__typename": "Query"}}
