"""A mutation that is sent again is done once, and what was answered is read by nobody but who sent it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import func, select, update

from api.graphql_requests import GRAPHQL
from api.house import open_database
from api.settings import Settings
from meetings.tokens import Role, Token, token_hash
from store.tables import replays, reports, schedules
from store.tokens import add_token
from tests.api.conftest import Clock
from tests.builders import NOW

CREATE = """mutation ($name: String) {
  createSchedule(input: {name: $name, timeZone: "Europe/Berlin"}) { key schedule { id feedUrl } }
}"""
DELETE = "mutation ($key: String!) { deleteSchedule(key: $key) { deleted problems { code } } }"
ROTATE = "mutation ($key: String!) { rotateFeed(key: $key) { schedule { feedUrl } } }"
ADD = """mutation ($key: String!) {
  addSearch(key: $key, search: {name: "Tuesdays", filter: {time: {days: [TUESDAY]}}}) { schedule { searches { id } } }
}"""
OPEN = "query ($key: String!) { schedule(key: $key) { feedUrl searches { id } } }"
DAY = timedelta(days=1, seconds=1)


@pytest.fixture
def idempotency_key() -> str:
    return str(uuid4())


async def post(
    client: httpx2.AsyncClient, query: str, under: str | None, token: str | None = None, **variables: Any
) -> httpx2.Response:
    headers = {"Accept": GRAPHQL} | ({"Idempotency-Key": under} if under else {})
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


def count(prepared: Settings, table: Any) -> int:
    with open_database(prepared) as database, database.read() as read:
        return read.connection.scalar(select(func.count()).select_from(table)) or 0


def broken_off(prepared: Settings) -> None:
    """As if the process had died between the change and the keeping of its answer, a while ago."""
    with open_database(prepared) as database, database.write() as write:
        write.connection.execute(update(replays).values(answer=None, taken_until=NOW))


async def test_the_same_again_is_done_once_and_answered_as_the_first_time(
    client: httpx2.AsyncClient, prepared: Settings, idempotency_key: str
) -> None:
    first, again = [await post(client, CREATE, idempotency_key, name="Mine") for _ in range(2)]
    assert (first.status_code, first.content, count(prepared, schedules)) == (200, again.content, 1)
    assert first.json()["data"]["createSchedule"]["key"]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert again.headers["cache-control"] == first.headers["cache-control"] == "no-store, no-transform"


async def test_another_request_under_the_same_key_is_refused(
    client: httpx2.AsyncClient, prepared: Settings, idempotency_key: str
) -> None:
    await post(client, CREATE, idempotency_key, name="Mine")
    other = await post(client, CREATE, idempotency_key, name="Another")
    assert (other.status_code, count(prepared, schedules)) == (422, 1)
    assert "use a new key" in other.json()["errors"][0]["message"]


async def test_without_a_key_and_under_other_keys_each_is_done(client: httpx2.AsyncClient, prepared: Settings) -> None:
    for key in (None, None, str(uuid4()), str(uuid4())):
        await post(client, CREATE, key)
    assert (count(prepared, schedules), count(prepared, replays)) == (4, 2)


@pytest.mark.parametrize("key", ["1", "x" * 21, "x" * 201, "ä" * 30])
async def test_a_key_that_others_might_draw_too_is_refused(
    client: httpx2.AsyncClient, prepared: Settings, key: str
) -> None:
    headers = {b"Accept": GRAPHQL.encode(), b"Idempotency-Key": key.encode("latin-1")}
    answer = await client.post("/graphql", json={"query": CREATE}, headers=headers)
    assert (answer.status_code, count(prepared, schedules)) == (400, 0)


async def test_two_at_once_are_one(client: httpx2.AsyncClient, prepared: Settings, idempotency_key: str) -> None:
    answers = await asyncio.gather(*(post(client, CREATE, idempotency_key) for _ in range(4)))
    assert count(prepared, schedules) == 1
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 409)
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1


async def test_what_broke_off_after_it_was_done_is_answered_as_it_would_have_been(
    client: httpx2.AsyncClient, prepared: Settings, idempotency_key: str
) -> None:
    first = await post(client, CREATE, idempotency_key)
    broken_off(prepared)
    again = await post(client, CREATE, idempotency_key)
    assert (again.json(), count(prepared, schedules)) == (first.json(), 1)


async def test_every_other_change_that_broke_off_comes_to_the_same(
    client: httpx2.AsyncClient, prepared: Settings
) -> None:
    key = (await post(client, CREATE, None)).json()["data"]["createSchedule"]["key"]
    for change in (ADD, ROTATE):
        idempotency_key = str(uuid4())
        await post(client, change, idempotency_key, key=key)
        broken_off(prepared)
        again = (await post(client, change, idempotency_key, key=key)).json()
        now = (await post(client, OPEN, None, key=key)).json()["data"]["schedule"]
        (told,) = again["data"].values()
        assert {name: now[name] for name in told["schedule"]} == told["schedule"]
        assert len(now["searches"]) == 1
    idempotency_key = str(uuid4())
    first = await post(client, DELETE, idempotency_key, key=key)
    broken_off(prepared)
    again_deleted = await post(client, DELETE, idempotency_key, key=key)
    assert first.json() == again_deleted.json() == {"data": {"deleteSchedule": {"deleted": True, "problems": []}}}


async def test_a_report_that_broke_off_is_kept_once(
    client: httpx2.AsyncClient, prepared: Settings, idempotency_key: str
) -> None:
    id = (await post(client, "{ meetings { nodes { id } } }", None)).json()["data"]["meetings"]["nodes"][0]["id"]
    text = "mutation ($id: ID!) { reportMeeting(meetingId: $id, kind: NOT_MEETING) { accepted } }"
    for _ in range(2):
        assert (await post(client, text, idempotency_key, id=id)).json()["data"]["reportMeeting"]["accepted"]
        broken_off(prepared)
    assert count(prepared, reports) == 1


async def test_an_answer_is_kept_for_a_day(
    client: httpx2.AsyncClient, prepared: Settings, clock: Clock, idempotency_key: str
) -> None:
    await post(client, CREATE, idempotency_key)
    clock.now += DAY
    await post(client, CREATE, idempotency_key)
    assert count(prepared, schedules) == 2


async def test_tokens_and_the_public_do_not_meet_under_one_key(
    client: httpx2.AsyncClient, prepared: Settings, idempotency_key: str
) -> None:
    tokens = [letter * 43 for letter in "ab"]
    with open_database(prepared) as database, database.write() as write:
        for token in tokens:
            known = Token(id=token[0], role=Role.VOLUNTEER, created_at=NOW)
            add_token(write, known, token_hash=token_hash(token))
    answers = [await post(client, CREATE, idempotency_key, token) for token in (None, *tokens)]
    assert (len({answer.content for answer in answers}), count(prepared, schedules)) == (3, 3)


async def test_whoever_sees_the_database_learns_no_key_and_no_answer(
    client: httpx2.AsyncClient, prepared: Settings, idempotency_key: str
) -> None:
    told = (await post(client, CREATE, idempotency_key, name="Geheimnis")).json()["data"]["createSchedule"]
    with open_database(prepared) as database, database.read() as read:
        (row,) = read.connection.execute(select(replays)).all()
    kept = repr(tuple(row)) + bytes.fromhex(row.answer).decode("latin-1")
    token = told["schedule"]["feedUrl"].rsplit("/", 1)[-1]
    secrets = (idempotency_key, told["key"], token, "Geheimnis", "createSchedule")
    assert not [secret for secret in secrets if secret in kept]
