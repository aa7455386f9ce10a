"""What the event loop answers itself: searches whose answers are kept ready, without a thread and without reading."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import orjson
import pytest
from sqlalchemy import event
from starlette.applications import Starlette

from api.graphql_endpoint import limits_of
from api.house import House
from api.settings import Settings
from tests.api.conftest import Clock, with_state

QUERY = """query ($filter: MeetingFilter, $first: Int) { meetings(filter: $filter, first: $first) {
  totalCount pageInfo { endCursor } edges { cursor distanceKm
  node { id name status nextOccurrence { startsAt } } } } }"""


class Watched:
    """The application, and how often a connection to its database was taken."""

    def __init__(self, client: httpx2.AsyncClient, house: House) -> None:
        self.client, self.house, self.taken = client, house, 0
        event.listen(house.database.engine, "checkout", self._count)

    def _count(self, *_: object) -> None:
        self.taken += 1

    async def ask(self, query: str = QUERY, **variables: Any) -> tuple[bytes, int]:
        """The answer's body, and how many connections were taken for it."""
        before = self.taken
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200
        return answer.content, self.taken - before


@pytest.fixture
async def watched(app: Starlette, clock: Clock) -> Any:
    async with app.router.lifespan_context(app) as state:
        assert state is not None
        transport = httpx2.ASGITransport(app=with_state(app, state))
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            yield Watched(client, state["house"])


NEAR = {"place": {"near": {"latitude": 40.7, "longitude": -74.0}, "radiusKm": 5}}


async def test_what_was_asked_before_is_answered_without_the_database(watched: Watched) -> None:
    first, taken = await watched.ask(filter=NEAR)
    assert taken > 0
    assert await watched.ask(filter=NEAR) == (first, 0)


async def test_another_question_of_the_same_document_finds_the_same_pieces(watched: Watched) -> None:
    await watched.ask(filter=NEAR)
    answer, taken = await watched.ask(filter={**NEAR, "time": {"days": ["TUESDAY"]}}, first=3)
    assert taken == 0
    assert [edge["node"]["name"] for edge in orjson.loads(answer)["data"]["meetings"]["edges"]] == ["Ferry Lane Steps"]


async def test_a_place_that_nobody_asked_for_is_read_in_a_thread_once(watched: Watched) -> None:
    # The first answer of a document is made in a thread from its beginning, others from where the loop left off.
    expected, _ = await watched.ask(filter=NEAR)
    assert watched.house.fragments is not None
    watched.house.fragments.forget()
    assert await watched.ask(filter=NEAR) == (expected, 1)
    assert await watched.ask(filter=NEAR) == (expected, 0)


@pytest.mark.parametrize("wanted", [{"ids": ["M0000000000000"]}, {"text": "ferry"}])
async def test_what_may_take_long_goes_to_a_thread(watched: Watched, wanted: dict[str, Any]) -> None:
    first, _ = await watched.ask(filter=wanted)
    again, _ = await watched.ask(filter=wanted)
    assert first == again
    assert b'"data"' in again


def test_how_many_rows_are_looked_through_without_a_thread_is_a_setting(prepared: Settings) -> None:
    assert limits_of(replace(prepared, graphql_prompt_rows=7)).prompt_rows == 7


async def test_an_error_is_told_as_ever(watched: Watched) -> None:
    await watched.ask(filter=NEAR)
    answer, _ = await watched.ask(filter=NEAR, first=0)
    (error,) = orjson.loads(answer)["errors"]
    assert error["message"] == "first: ask for 1 to 100, not 0"
