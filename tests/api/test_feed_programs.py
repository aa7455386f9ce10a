"""A feed over HTTP as the odder calendar programs ask for it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from api.app import create_app
from api.settings import Settings
from tests.api.conftest import running
from tests.api.test_calendar_feeds import CREATE, ask, path


async def _made(client: httpx2.AsyncClient) -> dict[str, Any]:
    found = await ask(client, "{ meetings(orderBy: NAME) { nodes { id } } }")
    entries = [{"meetingId": node["id"]} for node in found["meetings"]["nodes"]]
    payload: dict[str, Any] = (await ask(client, CREATE, input={}, entries=entries))["createSchedule"]
    return payload


async def _get(client: httpx2.AsyncClient, url: str, **headers: str | None) -> httpx2.Response:
    """With these headers; None: without one that the client would send by itself."""
    request = client.build_request("GET", url)
    for name, value in headers.items():
        request.headers.pop(name, None)
        if value is not None:
            request.headers[name] = value
    return await client.send(request, follow_redirects=False)


@pytest.mark.parametrize(
    "accept", [None, "", "*/*", "text/html", "application/calendar+json, text/html;q=0.5", "text/calendar;q=0", ";;,q"]
)
async def test_whatever_a_program_accepts_it_gets_a_calendar(client: httpx2.AsyncClient, accept: str | None) -> None:
    answer = await _get(client, path(await _made(client)), accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")


@pytest.mark.parametrize("agent", [None, "", "Google-Calendar-Importer", "iOS/26.0 dataaccessd/1.0", "curl/8", "bot"])
async def test_any_program_gets_the_feed_at_once(client: httpx2.AsyncClient, agent: str | None) -> None:
    answer = await _get(client, path(await _made(client)), **{"user-agent": agent})
    assert answer.status_code == 200
    assert not {"location", "set-cookie", "www-authenticate"} & set(answer.headers)


async def test_no_robots_file_keeps_programs_out(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/robots.txt")).status_code == 404


async def test_a_feed_begins_with_the_calendar_and_no_mark_before_it(client: httpx2.AsyncClient) -> None:
    answer = await client.get(path(await _made(client)))
    assert answer.content.startswith(b"BEGIN:VCALENDAR\r\n")


async def test_a_feed_is_packed_only_for_those_who_ask(client: httpx2.AsyncClient) -> None:
    url = path(await _made(client))
    plain = await _get(client, url, **{"accept-encoding": None})
    packed = await _get(client, url, **{"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content


async def test_not_modified_repeats_what_a_program_keeps_beside_the_feed(client: httpx2.AsyncClient) -> None:
    url = path(await _made(client))
    first = await client.get(url)
    again = await client.get(url, headers={"If-None-Match": first.headers["etag"]})
    kept = ("etag", "last-modified", "cache-control")
    assert again.status_code == 304
    assert [again.headers[name] for name in kept] == [first.headers[name] for name in kept]


async def test_addresses_are_short_enough_for_all_and_offered_both_ways(client: httpx2.AsyncClient) -> None:
    schedule = (await _made(client))["schedule"]
    assert re.fullmatch(r"https://home\.example\.org/calendars/[A-Za-z0-9_-]{43}\.ics", schedule["feedUrl"])
    assert schedule["webcalUrl"] == schedule["feedUrl"].replace("https:", "webcal:")
    assert len(schedule["feedUrl"]) <= 120


async def test_asking_again_and_again_costs_nothing_of_what_a_network_may_ask_for(prepared: Settings) -> None:
    async with running(create_app(prepared)) as client:
        url = path(await _made(client))
    async with running(create_app(replace(prepared, rate_cost=1))) as client:
        assert {(await client.get(url)).status_code for _ in range(20)} == {200}


async def test_the_operator_says_after_how_many_hours_a_feed_is_to_be_read_again(prepared: Settings) -> None:
    async with running(create_app(replace(prepared, feed_refresh_hours=2))) as client:
        lines = (await client.get(path(await _made(client)))).text.splitlines()
    assert {"REFRESH-INTERVAL;VALUE=DURATION:PT2H", "X-PUBLISHED-TTL:PT2H"} < set(lines)
