"""Volunteers over HTTP: tokens, what they let through, and imports carried out beside the answers."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import orjson
import pytest

from api.app import create_app
from api.graphql_requests import GRAPHQL, JSON, bearer_token
from api.house import open_database
from api.settings import Settings
from meetings.tokens import Role, Token, token_from_bytes, token_hash
from store.tokens import add_token, revoke_token
from tests.api.conftest import Clock, running
from tests.builders import NOW

TOKEN = token_from_bytes(bytes(range(32)))
VIEWER = "{ viewer { role } }"
PREVIEW = """mutation ($content: String) {
  previewImport(source: "lantern", content: $content) {
    plan { id counts { added changed withdrawn } held } run { status findings { code } } problems { code message }
  }
}"""
APPLY = """mutation ($plan: ID!) {
  applyImport(plan: $plan, confirm: true) { run { id status counts { added } } problems { code } }
}"""
REVERT = "mutation ($run: ID!) { revertImport(run: $run) { run { status counts { withdrawn } } problems { code } } }"
NEW = {
    "kind": "meeting", "key": "new", "name": "Harbour Lights", "fellowship": "NA", "weekday": "FRIDAY",
    "start_time": "20:00", "time_zone": "America/New_York",
}  # fmt: skip

Ask = Callable[..., Any]


@pytest.fixture
def token(prepared: Settings) -> str:
    """The token of a volunteer of all lists."""
    with open_database(prepared) as database, database.write() as write:
        known = Token(id="T1", role=Role.VOLUNTEER, created_at=NOW)
        add_token(write, known, token_hash=token_hash(TOKEN))
    return TOKEN


async def post(
    client: httpx2.AsyncClient, query: str, token: str | None = None, accept: str = JSON, **variables: Any
) -> httpx2.Response:
    headers = {"Accept": accept} | ({"Authorization": f"Bearer {token}"} if token else {})
    return await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


async def data(client: httpx2.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    answer = (await post(client, query, TOKEN, **variables)).json()
    assert "errors" not in answer, answer["errors"]
    (told,) = answer["data"].values()
    return dict(told)


def native(*rows: dict[str, Any]) -> str:
    return "\n".join(orjson.dumps(row).decode() for row in ({"homegroup": 1}, *rows))


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, None), ("", None), ("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Bearer", ""), ("Basic YTpi", None),
    ],
)  # fmt: skip
def test_a_bearer_token_is_taken_from_its_header(header: str | None, token: str | None) -> None:
    assert bearer_token(header) == token


async def test_a_token_tells_who_asks(client: httpx2.AsyncClient, token: str) -> None:
    assert (await post(client, VIEWER, token)).json() == {"data": {"viewer": {"role": "VOLUNTEER"}}}
    assert (await post(client, VIEWER)).json() == {"data": {"viewer": None}}


@pytest.mark.parametrize("wrong", ["", "x", TOKEN[:-1], TOKEN + "A", "x" * 5000])
async def test_a_wrong_token_is_refused_before_anything_is_done(
    client: httpx2.AsyncClient, token: str, wrong: str
) -> None:
    headers = {"Authorization": f"Bearer {wrong}", "Accept": GRAPHQL}
    response = await client.post("/graphql", json={"query": VIEWER}, headers=headers)
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    (error,) = response.json()["errors"]
    assert (error["extensions"]["code"], "data" in response.json()) == ("UNAUTHORIZED", False)


async def test_clients_of_plain_json_are_told_the_same_in_an_ordinary_answer(client: httpx2.AsyncClient) -> None:
    response = await post(client, VIEWER, "wrong")
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (200, "UNAUTHORIZED")


async def test_a_revoked_token_is_refused(client: httpx2.AsyncClient, token: str, prepared: Settings) -> None:
    with open_database(prepared) as database, database.write() as write:
        revoke_token(write, "T1", now=NOW)
    assert (await post(client, VIEWER, token, GRAPHQL)).status_code == 401


@pytest.mark.parametrize(("token_sent", "status"), [(None, 413), ("wrong", 401), (TOKEN, 200)])
async def test_only_who_has_a_token_may_send_more_than_others(
    client: httpx2.AsyncClient, token: str, token_sent: str | None, status: int
) -> None:
    response = await post(client, VIEWER, token_sent, GRAPHQL, unused="x" * 100_000)
    assert response.status_code == status


async def test_even_a_volunteer_may_not_send_without_end(client: httpx2.AsyncClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": JSON}

    async def endless() -> Any:
        for _ in range(40):
            yield b" " * 1_000_000

    assert (await client.post("/graphql", content=endless(), headers=headers)).status_code == 413


async def test_a_list_is_previewed_applied_and_undone(client: httpx2.AsyncClient, token: str) -> None:
    plan = (await data(client, PREVIEW, content=native(NEW)))["plan"]
    assert plan["counts"] == {"added": 1, "changed": 0, "withdrawn": 3}
    applied = await data(client, APPLY, plan=plan["id"])
    assert (applied["problems"], applied["run"]["counts"]) == ([], {"added": 1})
    undone = await data(client, REVERT, run=applied["run"]["id"])
    assert (undone["problems"], undone["run"]["counts"]) == ([], {"withdrawn": 1})


@pytest.mark.parametrize("role", list(Role))
async def test_only_an_admin_takes_more_away_alone_than_the_setting_says(
    prepared: Settings, clock: Clock, role: Role
) -> None:
    with open_database(prepared) as database, database.write() as write:
        add_token(write, Token(id="T1", role=role, created_at=NOW), token_hash=token_hash(TOKEN))
    async with running(create_app(replace(prepared, second_person_meetings=2), now=clock)) as client:
        plan = (await data(client, PREVIEW, content=native(NEW)))["plan"]
        told = await data(client, APPLY, plan=plan["id"])
    expected = ["NEEDS_SECOND_PERSON"] if role == Role.VOLUNTEER else []
    assert ([problem["code"] for problem in told["problems"]], told["run"] is None) == (expected, bool(expected))


async def test_without_content_the_list_is_read_where_it_is(client: httpx2.AsyncClient, token: str) -> None:
    plan = (await data(client, PREVIEW))["plan"]
    assert plan["counts"] == {"added": 0, "changed": 0, "withdrawn": 0}


async def test_too_long_a_list_is_refused_with_its_limit(client: httpx2.AsyncClient, token: str) -> None:
    told = await data(client, PREVIEW, content="é, " * 4_000_000)
    assert [problem["code"] for problem in told["problems"]] == ["CANNOT_READ"]
    assert "10485760" in told["problems"][0]["message"]


async def test_neither_token_nor_list_is_logged(
    client: httpx2.AsyncClient, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await data(client, PREVIEW, content=native(NEW))
    assert TOKEN not in caplog.text
    assert "Harbour" not in caplog.text
    assert "token=T1 did=preview source=lantern" in caplog.text


async def test_public_questions_are_answered_while_volunteers_wait(client: httpx2.AsyncClient, token: str) -> None:
    previews = [asyncio.create_task(data(client, PREVIEW, content=native(NEW))) for _ in range(3)]
    await asyncio.sleep(0)
    assert (await post(client, "{ __typename }")).status_code == 200
    await asyncio.gather(*previews)
