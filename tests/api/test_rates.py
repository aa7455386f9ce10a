"""How much one client may ask, and that nobody is found in what is counted."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from redis import Redis
from redis.exceptions import RedisError
from starlette.applications import Starlette
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.app import create_app
from api.clock import clock
from api.graphql_requests import GRAPHQL
from api.rates import Asked, Rates, mark_of, rates_of
from api.settings import Settings, settings_from_environ
from meetings.errors import TooOften
from meetings.tokens import Role, Token
from tests.api.conftest import Clock, with_state
from tests.builders import NOW

REDIS = "redis://127.0.0.1:6379"
COST = "{ cost { used limit remaining resetAt } }"
REPORT = 'mutation { reportMeeting(meetingId: "nobody", kind: OTHER) { accepted } }'


def rates(**environ: str) -> Rates:
    return rates_of(settings_from_environ({f"HOMEGROUP_{name}": value for name, value in environ.items()}))


def asked(address: str = "192.0.2.1", cost: int = 40, **told: Any) -> Asked:
    return Asked(**({"address": address, "viewer": None, "cost": cost} | told))


def a_token(id: str) -> Token:
    return Token(id=id, role=Role.VOLUNTEER, created_at=NOW)


def test_a_network_spends_what_is_in_its_bucket_and_then_waits() -> None:
    bucket = rates(RATE_COST="100")
    spent = [bucket.spend(asked(), clock()) for _ in range(2)]
    assert [(one.used, one.limit, one.remaining) for one in spent] == [(40, 100, 60), (40, 100, 20)]
    assert timedelta(seconds=30) < spent[0].reset() - clock() <= timedelta(seconds=61)
    with pytest.raises(TooOften) as refused:
        bucket.spend(asked(), clock())
    assert 1 <= refused.value.seconds <= 60
    # Whoever goes on regardless gains nothing by asking for less.
    with pytest.raises(TooOften):
        bucket.spend(asked(cost=1), clock())


def test_networks_and_tokens_have_buckets_of_their_own() -> None:
    bucket = rates(RATE_COST="50", RATE_COST_VOLUNTEER="90")
    bucket.spend(asked(), clock())
    for other in (
        asked("192.0.2.2"),
        asked(viewer=a_token("T1"), cost=90),
        asked(viewer=a_token("T2"), cost=90),
        asked("2001:db8:0:1::5"),
        asked("2001:db8:0:2::5"),
    ):
        bucket.spend(other, clock())
    for same in (asked(), asked("2001:db8:0:1:ffff::9"), asked("203.0.113.9", viewer=a_token("T1"))):
        with pytest.raises(TooOften):
            bucket.spend(same, clock())


def test_by_ipv4_in_ipv6_nobody_gets_a_second_bucket() -> None:
    assert mark_of(b"k", "::ffff:192.0.2.1") == mark_of(b"k", "192.0.2.1")


def test_without_a_limit_nothing_runs_out() -> None:
    spent = rates(RATE_COST="0").spend(asked(cost=10**9), clock())
    assert (spent.used, spent.limit) == (10**9, 0)


def test_who_is_behind_a_proxy_of_this_machine_that_is_not_trusted_is_counted_and_not_refused() -> None:
    bucket = rates(RATE_COST="50")
    assert [bucket.spend(asked("127.0.0.1"), clock()).remaining for _ in range(3)] == [10, 0, 0]


def test_reports_have_a_bucket_of_their_own() -> None:
    bucket = rates(RATE_REPORTS="2")
    for _ in range(2):
        bucket.spend(asked(reports=True), clock())
    with pytest.raises(TooOften) as refused:
        bucket.spend(asked(reports=True), clock())
    assert refused.value.seconds > 60
    bucket.spend(asked(), clock())
    bucket.spend(asked("192.0.2.2", reports=True), clock())


def test_no_address_is_kept_and_the_key_changes_every_day() -> None:
    bucket = rates(RATE_COST="50")
    bucket.spend(asked("192.0.2.77"), clock())
    assert "192.0.2" not in repr((bucket, bucket.network and bucket.network._windows))
    bucket.spend(asked("192.0.2.77", cost=50), clock() + timedelta(days=1))


# --- Over HTTP ----------------------------------------------------------------------------------


@pytest.fixture
def few(prepared: Settings, clock: Clock) -> Starlette:
    """A server with little in each bucket."""
    return create_app(settings_from_environ(_environ(prepared, RATE_COST="5", RATE_REPORTS="1")), now=clock)


def _environ(prepared: Settings, **more: str) -> dict[str, str]:
    told = {"DATA_DIR": str(prepared.data_dir), "BASE_URL": prepared.base_url} | more
    return {f"HOMEGROUP_{name}": value for name, value in told.items()}


@pytest.fixture
async def client(few: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A client at 192.0.2.1, behind a proxy that nobody trusts."""
    async with few.router.lifespan_context(few) as state:
        transport = httpx2.ASGITransport(app=with_state(few, state), client=("192.0.2.1", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            yield client


async def post(client: httpx2.AsyncClient, query: str, **headers: str) -> httpx2.Response:
    return await client.post("/graphql", json={"query": query}, headers={"Accept": GRAPHQL, **headers})


async def test_who_asks_too_much_is_told_when_to_go_on(client: httpx2.AsyncClient) -> None:
    answers = [await post(client, "{ a: viewer { role } b: viewer { role } }") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert 1 <= int(answers[1].headers["retry-after"]) <= 60


async def test_reports_are_limited_apart(client: httpx2.AsyncClient) -> None:
    assert [(await post(client, REPORT)).status_code for _ in range(2)] == [200, 429]


async def test_what_an_operation_costs_can_be_asked(app: Starlette) -> None:
    async with app.router.lifespan_context(app) as state:
        transport = httpx2.ASGITransport(app=with_state(app, state), client=("192.0.2.1", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            cost = (await post(client, COST)).json()["data"]["cost"]
    assert cost["limit"] == 3_000_000
    assert (cost["used"] > 0, cost["remaining"]) == (True, cost["limit"] - cost["used"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*", cost["resetAt"])


@pytest.mark.parametrize(("trusted", "others"), [("198.51.100.9", 429), ("192.0.2.1", 200)])
async def test_only_a_trusted_proxy_tells_who_asks(few: Starlette, trusted: str, others: int) -> None:
    """As `serve` puts it together: uvicorn's own middleware before the application."""
    async with few.router.lifespan_context(few) as state:
        behind = ProxyHeadersMiddleware(with_state(few, state), trusted_hosts=trusted)  # type: ignore[arg-type] # two spellings of one protocol
        transport = httpx2.ASGITransport(app=behind, client=("192.0.2.1", 1))  # type: ignore[arg-type] # the same
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            told = [
                (await post(client, "{ a: viewer { role } b: viewer { role } }", **{"X-Forwarded-For": address}))
                for address in ("203.0.113.1", "203.0.113.2")
            ]
    assert [answer.status_code for answer in told] == [200, others]


async def test_a_trusted_proxy_s_client_cannot_forge_what_stands_before_its_own_address(few: Starlette) -> None:
    async with few.router.lifespan_context(few) as state:
        behind = ProxyHeadersMiddleware(with_state(few, state), trusted_hosts="192.0.2.1")  # type: ignore[arg-type] # as above
        transport = httpx2.ASGITransport(app=behind, client=("192.0.2.1", 1))  # type: ignore[arg-type] # as above
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            told = [
                await post(
                    client,
                    "{ a: viewer { role } b: viewer { role } }",
                    **{"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"},
                )
                for number in (1, 2)
            ]
    assert [answer.status_code for answer in told] == [200, 429]


# --- Shared among hosts -------------------------------------------------------------------------


async def test_hosts_that_share_redis_count_together() -> None:
    try:
        Redis.from_url(REDIS).ping()
    except (RedisError, OSError):
        pytest.skip("no Redis runs on this machine")
    one, other = (rates(REDIS_URL=REDIS, RATE_COST="100") for _ in range(2))
    who = asked(viewer=None, address=f"test {uuid4()}", cost=60)
    assert (await one.spend_shared(who, clock())).remaining == 40
    with pytest.raises(TooOften):
        await other.spend_shared(who, clock())
    assert one.shared is not None
    assert other.shared is not None
    keys = await one.shared.redis.keys("*homegroup*")
    assert not [key for key in keys if b"test" in key]
    for each in (one.shared, other.shared):
        await each.close()


async def test_while_redis_is_away_each_process_counts_by_itself() -> None:
    alone = rates(REDIS_URL="redis://127.0.0.1:1", RATE_COST="100")
    assert (await alone.spend_shared(asked(cost=60), clock())).remaining == 40
    with pytest.raises(TooOften):
        await alone.spend_shared(asked(cost=60), clock())
