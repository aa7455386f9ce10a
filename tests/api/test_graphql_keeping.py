"""Answers that may be kept: for how long, under which tag, and which may not."""

from datetime import datetime, timedelta
from typing import Any

import httpx2
import orjson
import pytest

from api.graphql_requests import GRAPHQL, JSON
from tests.api.conftest import Clock
from tests.builders import NOW

NAMES = "{ meetings { totalCount nodes { name } } }"
STARTS = "query Q($first: Int = 25) { meetings(first: $first) { edges { nextOccurrence { startsAt } node { name } } } }"


async def get(
    client: httpx2.AsyncClient, query: str, tag: str | None = None, accept: str = JSON, **variables: Any
) -> httpx2.Response:
    headers = {"Accept": accept, "Accept-Encoding": "identity"} | ({"If-None-Match": tag} if tag else {})
    params = {"query": query} | ({"variables": orjson.dumps(variables).decode()} if variables else {})
    return await client.get("/graphql", params=params, headers=headers)


async def test_an_answer_to_get_may_be_kept_for_a_minute_by_anyone(client: httpx2.AsyncClient) -> None:
    response = await get(client, NAMES)
    assert response.json()["data"]["meetings"]["totalCount"] == 3
    assert response.headers["cache-control"] == "public, max-age=60"
    assert response.headers["vary"] == "Accept, Accept-Encoding"
    assert response.headers["etag"].startswith('"')


async def test_it_is_kept_no_longer_than_until_the_soonest_start(client: httpx2.AsyncClient, clock: Clock) -> None:
    edges = (await get(client, STARTS)).json()["data"]["meetings"]["edges"]
    soonest = min(datetime.fromisoformat(e["nextOccurrence"]["startsAt"]) for e in edges if e["nextOccurrence"])
    clock.now = soonest - timedelta(seconds=25)
    assert (await get(client, STARTS)).headers["cache-control"] == "public, max-age=25"


async def test_what_counts_from_now_is_kept_until_the_minute_ends(client: httpx2.AsyncClient, clock: Clock) -> None:
    clock.now = NOW.replace(second=47)
    response = await get(client, "{ meetings { nodes { nextOccurrence { startsAt } } } }")
    assert response.headers["cache-control"] == "public, max-age=13"


async def test_who_has_the_answer_is_told_so(client: httpx2.AsyncClient, clock: Clock) -> None:
    tag = (await get(client, STARTS)).headers["etag"]
    clock.now += timedelta(seconds=5)
    again = await get(client, STARTS, f'"other", W/{tag}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "public, max-age=55"
    assert again.headers["vary"] == "Accept, Accept-Encoding"
    assert "content-type" not in again.headers


async def test_whatever_decides_the_bytes_decides_the_tag(client: httpx2.AsyncClient, clock: Clock) -> None:
    tags = [
        (await get(client, STARTS)).headers["etag"],
        (await get(client, STARTS + " ")).headers["etag"],
        (await get(client, STARTS, first=1)).headers["etag"],
        (await get(client, STARTS, first=2)).headers["etag"],
        (await get(client, STARTS, accept=GRAPHQL)).headers["etag"],
    ]
    clock.now += timedelta(minutes=1)
    tags.append((await get(client, STARTS)).headers["etag"])
    assert len(set(tags)) == 6


async def test_a_tag_of_the_minute_before_is_answered_anew(client: httpx2.AsyncClient, clock: Clock) -> None:
    tag = (await get(client, STARTS)).headers["etag"]
    clock.now += timedelta(minutes=1)
    assert (await get(client, STARTS, tag)).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "{ sources { name } }",
        "{ meetings { nodes { lastSeenAt } } }",
        "{ viewer { role } }",
        "{ meetings(first: 0) { totalCount } }",
        "{ nothing }",
    ],
)
async def test_what_may_change_unseen_or_went_wrong_is_never_kept(client: httpx2.AsyncClient, query: str) -> None:
    response = await get(client, query, "*")
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in response.headers


async def test_an_answer_to_post_is_never_kept(client: httpx2.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": NAMES})
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers
