"""A feed over HTTP: what calendar programs send, and what they must get."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from icalendar import Calendar
from sqlalchemy import event
from starlette.applications import Starlette

from api.app import create_app
from api.house import House, open_database
from api.settings import Settings
from api.tidying import tidy
from search.builder import build
from search.index import LOOK_AFTER_S
from store.suspensions import suspend_meetings
from tests.api.conftest import Clock, running, with_state

CREATE = """mutation ($input: ScheduleInput!, $entries: [EntryInput!]) {
  createSchedule(input: $input, entries: $entries) { key schedule { feedUrl webcalUrl } problems { code } } }"""


async def ask(client: httpx2.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    answer = (await client.post("/graphql", json={"query": query, "variables": variables})).json()
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]
    return found


@pytest.fixture
async def ids(client: httpx2.AsyncClient) -> dict[str, str]:
    found = await ask(client, "{ meetings(orderBy: NAME) { nodes { id name } } }")
    return {node["name"]: node["id"] for node in found["meetings"]["nodes"]}


@pytest.fixture
async def created(client: httpx2.AsyncClient, ids: dict[str, str]) -> dict[str, Any]:
    entries = [{"meetingId": ids["Ferry Lane Steps"]}, {"meetingId": ids["Sunday Lanterns"]}]
    found = await ask(client, CREATE, input={"discreet": False}, entries=entries)
    payload: dict[str, Any] = found["createSchedule"]
    return payload


def path(payload: dict[str, Any]) -> str:
    url: str = payload["schedule"]["feedUrl"]
    return url.removeprefix("https://home.example.org")


async def test_a_schedule_becomes_a_calendar(client: httpx2.AsyncClient, created: dict[str, Any]) -> None:
    answer = await client.get(path(created))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert {str(event["SUMMARY"]) for event in events} == {"Ferry Lane Steps", "Sunday Lanterns"}


async def test_a_feed_is_private_and_leaves_no_trace(client: httpx2.AsyncClient, created: dict[str, Any]) -> None:
    headers = (await client.get(path(created))).headers
    assert headers["cache-control"] == "private, no-cache"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex"
    assert not {"set-cookie", "content-disposition"} & set(headers)


@pytest.mark.parametrize("wrap", ["{}", "W/{}", '"other", {}', "*"])
async def test_what_is_known_is_not_sent_again(client: httpx2.AsyncClient, created: dict[str, Any], wrap: str) -> None:
    first = await client.get(path(created))
    again = await client.get(path(created), headers={"If-None-Match": wrap.format(first.headers["etag"])})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


async def test_another_tag_beats_a_later_date(client: httpx2.AsyncClient, created: dict[str, Any]) -> None:
    headers = {"If-None-Match": '"other"', "If-Modified-Since": "Fri, 31 Dec 2027 00:00:00 GMT"}
    assert (await client.get(path(created), headers=headers)).status_code == 200


async def test_the_date_alone_is_believed(client: httpx2.AsyncClient, created: dict[str, Any]) -> None:
    first = await client.get(path(created))
    again = await client.get(path(created), headers={"If-Modified-Since": first.headers["last-modified"]})
    assert again.status_code == 304


async def test_who_goes_by_the_date_alone_gets_the_feed_again_after_a_start_that_may_bring_new_rules(
    client: httpx2.AsyncClient, created: dict[str, Any], prepared: Settings, clock: Clock
) -> None:
    first = await client.get(path(created))
    clock.now += timedelta(hours=1)
    async with running(create_app(prepared, now=clock)) as started:
        by_date = await started.get(path(created), headers={"If-Modified-Since": first.headers["last-modified"]})
        by_tag = await started.get(path(created), headers={"If-None-Match": first.headers["etag"]})
    assert (by_date.status_code, by_tag.status_code) == (200, 304)


async def test_a_date_that_is_none_is_passed_over(client: httpx2.AsyncClient, created: dict[str, Any]) -> None:
    assert (await client.get(path(created), headers={"If-Modified-Since": "yesterday"})).status_code == 200


async def test_head_tells_what_get_would(client: httpx2.AsyncClient, created: dict[str, Any]) -> None:
    head, get = await client.head(path(created)), await client.get(path(created))
    assert head.status_code == 200
    assert head.headers["etag"] == get.headers["etag"]
    assert head.content == b""


async def test_two_renders_a_minute_apart_are_the_same_bytes(
    client: httpx2.AsyncClient, created: dict[str, Any], clock: Clock
) -> None:
    first = await client.get(path(created))
    clock.now += timedelta(minutes=1)
    assert (await client.get(path(created))).content == first.content


async def test_a_rotated_feed_is_empty_for_thirty_days_and_then_gone(
    client: httpx2.AsyncClient, created: dict[str, Any], clock: Clock
) -> None:
    query = "mutation ($key: String!) { rotateFeed(key: $key) { schedule { feedUrl } } }"
    rotated = (await ask(client, query, key=created["key"]))["rotateFeed"]
    old = await client.get(path(created))
    assert (old.status_code, Calendar.from_ical(old.content).walk("VEVENT")) == (200, [])
    assert Calendar.from_ical((await client.get(path(rotated))).content).walk("VEVENT")
    clock.now += timedelta(days=31)
    assert (await client.get(path(created))).status_code == 410


async def test_a_schedule_without_meetings_is_a_calendar_too(client: httpx2.AsyncClient) -> None:
    payload = (await ask(client, CREATE, input={"timeZone": "Europe/Lisbon"}, entries=[]))["createSchedule"]
    answer = await client.get(path(payload))
    assert answer.status_code == 200
    assert Calendar.from_ical(answer.content).walk("VTIMEZONE")


async def test_an_unknown_address_is_not_found(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/calendars/nothing.ics")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


async def test_one_meeting_is_a_file_to_keep(client: httpx2.AsyncClient, ids: dict[str, str]) -> None:
    answer = await client.get(f"/meetings/{ids['Ferry Lane Steps']}.ics")
    assert answer.headers["content-disposition"] == 'attachment; filename="meeting.ics"'
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 1


@pytest.mark.parametrize("name", ["Whenever You Ask", "nobody"])
async def test_no_file_where_there_is_no_time(client: httpx2.AsyncClient, ids: dict[str, str], name: str) -> None:
    answer = await client.get(f"/meetings/{ids.get(name, name)}.ics")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


def _sequences(body: bytes) -> dict[str, int]:
    return {str(event["SUMMARY"]): int(str(event["SEQUENCE"])) for event in Calendar.from_ical(body).walk("VEVENT")}


async def test_a_new_entry_leaves_the_other_events_as_they_were(
    client: httpx2.AsyncClient, ids: dict[str, str], clock: Clock
) -> None:
    one, other = ({"meetingId": ids[name]} for name in ("Ferry Lane Steps", "Sunday Lanterns"))
    payload = (await ask(client, CREATE, input={"discreet": False}, entries=[one]))["createSchedule"]
    before = await client.get(path(payload))
    clock.now += timedelta(hours=1)
    add = "mutation ($k: String!, $e: [EntryInput!]!) { setEntries(key: $k, entries: $e) { problems { code } } }"
    await ask(client, add, k=payload["key"], e=[other])
    after = await client.get(path(payload))
    assert after.headers["last-modified"] > before.headers["last-modified"]
    kept = {event.to_ical() for event in Calendar.from_ical(before.content).walk("VEVENT")}
    assert kept < {event.to_ical() for event in Calendar.from_ical(after.content).walk("VEVENT")}


async def test_an_entry_that_comes_back_counts_higher_than_before(
    client: httpx2.AsyncClient, created: dict[str, Any], ids: dict[str, str]
) -> None:
    before = _sequences((await client.get(path(created))).content)
    entry = {"meetingId": ids["Ferry Lane Steps"]}
    drop = "mutation ($k: String!, $m: [ID!]!) { removeEntries(key: $k, meetingIds: $m) { problems { code } } }"
    await ask(client, drop, k=created["key"], m=[ids["Ferry Lane Steps"]])
    assert "Ferry Lane Steps" not in _sequences((await client.get(path(created))).content)
    add = "mutation ($k: String!, $e: [EntryInput!]!) { setEntries(key: $k, entries: $e) { problems { code } } }"
    await ask(client, add, k=created["key"], e=[entry])
    after = _sequences((await client.get(path(created))).content)
    assert after["Ferry Lane Steps"] > before["Ferry Lane Steps"]


SEARCHING = """mutation ($searches: [SavedSearchInput!]) {
  createSchedule(input: {discreet: false}, searches: $searches) { key schedule { feedUrl } problems { code } } }"""


async def test_what_a_saved_search_finds_is_in_the_feed_and_no_date_says_it_is_as_before(
    client: httpx2.AsyncClient,
) -> None:
    searches = [{"name": "Open ones", "filter": {"formats": {"all": ["OPEN"]}}}]
    payload = (await ask(client, SEARCHING, searches=searches))["createSchedule"]
    answer = await client.get(path(payload))
    assert [str(event["SUMMARY"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")] == [
        "Ferry Lane Steps"
    ]
    assert "last-modified" not in answer.headers
    again = await client.get(path(payload), headers={"If-Modified-Since": "Fri, 31 Dec 2027 00:00:00 GMT"})
    assert again.status_code == 200
    known = await client.get(path(payload), headers={"If-None-Match": answer.headers["etag"]})
    assert known.status_code == 304


async def test_while_there_is_no_index_a_feed_with_searches_is_not_emptied(
    client: httpx2.AsyncClient, prepared: Settings
) -> None:
    payload = (await ask(client, SEARCHING, searches=[{"name": "All", "filter": {}}]))["createSchedule"]
    shutil.rmtree(prepared.index_dir)
    async with running(create_app(prepared)) as other:
        assert (await other.get(path(payload))).status_code == 503


async def test_a_schedule_that_nobody_has_used_for_two_years_is_deleted(
    client: httpx2.AsyncClient, created: dict[str, Any], prepared: Settings, clock: Clock
) -> None:
    clock.now += timedelta(days=300)
    await client.get(path(created))
    clock.now += timedelta(days=720)
    with open_database(prepared) as database:
        tidy(database, prepared, clock.now)
        assert (await client.get(path(created))).status_code == 200
        clock.now += timedelta(days=800)
        tidy(database, prepared, clock.now)
    turned_off = await client.get(path(created))
    assert Calendar.from_ical(turned_off.content).walk("VEVENT") == []


# --- As before ----------------------------------------------------------------------------------


@asynccontextmanager
async def at_home(app: Starlette) -> AsyncIterator[tuple[House, httpx2.AsyncClient]]:
    """The house of an application, and a client of it."""
    async with app.router.lifespan_context(app) as state:
        transport = httpx2.ASGITransport(app=with_state(app, state))
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            assert state is not None
            yield state["house"], client


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """The statements of a block."""
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(house.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(house.database.engine, "before_cursor_execute", note)


async def test_a_feed_that_is_as_before_costs_one_statement_and_no_rendering(app: Starlette) -> None:
    async with at_home(app) as (house, client):
        found = await ask(client, "{ meetings(orderBy: NAME) { nodes { id name } } }")
        entries = [{"meetingId": node["id"]} for node in found["meetings"]["nodes"]]
        payload = (await ask(client, CREATE, input={}, entries=entries))["createSchedule"]
        first = await client.get(path(payload))
        with counted(house) as statements:
            again = await client.get(path(payload), headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.headers["etag"]) == (304, first.headers["etag"])
        assert len([statement for statement in statements if statement != "BEGIN"]) == 1


async def test_a_feed_is_no_longer_as_before_once_the_index_knows_of_a_change(
    app: Starlette, prepared: Settings, clock: Clock
) -> None:
    async with at_home(app) as (house, client):
        found = await ask(client, "{ meetings(orderBy: NAME) { nodes { id name } } }")
        id = found["meetings"]["nodes"][0]["id"]
        payload = (await ask(client, CREATE, input={}, entries=[{"meetingId": id}]))["createSchedule"]
        first = await client.get(path(payload))
        known = {"If-None-Match": first.headers["etag"]}
        clock.now += timedelta(hours=1)
        with house.database.write() as write:
            suspend_meetings(write, [id], first=clock.now.date(), last=None, note=None, now=clock.now)
        with house.database.read() as read:
            build(read, house.vocabulary, prepared.index_dir, clock.now)
        await asyncio.sleep(2 * LOOK_AFTER_S)
        after = await client.get(path(payload), headers=known)
        assert (after.status_code, after.headers["etag"] == first.headers["etag"]) == (200, False)


async def test_a_feed_is_no_longer_as_before_once_its_schedule_has_changed(
    client: httpx2.AsyncClient, created: dict[str, Any]
) -> None:
    first = await client.get(path(created))
    rename = 'mutation ($key: String!) { updateSchedule(key: $key, input: {name: "Evenings"}) { problems { code } } }'
    await ask(client, rename, key=created["key"])
    after = await client.get(path(created), headers={"If-None-Match": first.headers["etag"]})
    assert (after.status_code, after.headers["etag"] == first.headers["etag"]) == (200, False)
