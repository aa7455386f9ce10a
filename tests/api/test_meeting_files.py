"""The list as a file: what is in it is what GraphQL finds, and what it weighs does not count."""

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2
import pytest

from api.app import create_app
from api.settings import Settings
from search.place_files import PlaceFiles
from tests.api.conftest import Clock, with_state
from tests.api.test_calendar_feeds import ask

NAMES = ["Ferry Lane Steps", "Sunday Lanterns", "Whenever You Ask"]


async def names(client: httpx2.AsyncClient, query: str = "") -> list[str]:
    answer = await client.get(f"/meetings.json{query}")
    assert answer.status_code == 200, answer.text
    return [record["name"] for record in answer.json()]


async def rows(client: httpx2.AsyncClient, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((await client.get(f"/meetings.csv{query}")).text, newline="")))


async def test_feed_holds_every_meeting_in_the_order_of_the_week(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/meetings.json")
    assert [record["name"] for record in answer.json()] == NAMES
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_spreadsheet_holds_the_same_meetings_to_download(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/meetings.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="meetings.csv"'
    assert [row["Name"] for row in await rows(client)] == NAMES
    assert [row["Day"] for row in await rows(client)] == ["Tuesday", "Sunday", ""]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?fellowships=NA&days=TUESDAY", NAMES[:1]),
        ("?fellowships=aa", []),
        ("?days=TUESDAY,SUNDAY", NAMES[:2]),
        ("?days=TUESDAY&days=sunday", NAMES[:2]),
        ("?byAppointment=true", NAMES[2:]),
        ("?formats=open", NAMES[:1]),
        ("?formatsNone=OPEN", NAMES[1:]),
        ("?excludeDays=SUNDAY", [NAMES[0], NAMES[2]]),
        ("?startsFrom=22:00&startsBefore=02:00", NAMES[1:2]),
        ("?latitude=40.7&longitude=-74.01&radiusKm=1&days=SUNDAY", NAMES[1:2]),
        ("?latitude=10&longitude=10&radiusKm=1", []),
        ("?south=40&north=41&west=-75&east=-73&country=us", NAMES),
        ("?within=PT12H", NAMES[1:2]),
        ("?from=2026-11-24T00:00:00-05:00&until=2026-11-25T01:00:00+00:00", NAMES[:1]),
        ("?venueTypes=VIRTUAL", []),
        ("?text=sunday+lantren", NAMES[1:2]),
        ("?text=%22steps+ferry%22", []),
        ("?1763836200000", NAMES),
    ],
)
async def test_parameters_filter_as_the_interface_does(
    client: httpx2.AsyncClient, query: str, found: list[str]
) -> None:
    # NOW is a Sunday, 13:30 in New York.
    assert sorted(await names(client, query)) == sorted(found)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?fellowship=NA", "fellowship: there is no such filter; did you mean fellowships"),
        ("?fellowships=XYZ", "fellowships: unknown code 'XYZ'"),
        ("?days=Mon", "days: unknown code 'Mon'"),
        ("?within=4h", "within: write a length as ISO 8601"),
        ("?within=PT4H&inProgress=true", "inProgress: one of"),
        ("?latitude=40", "longitude: is needed too"),
        ("?latitude=north&longitude=1", "latitude: write a number"),
        ("?latitude=91&longitude=1", "latitude: degrees from -90 to 90"),
        ("?radiusKm=5", "radiusKm: needs near"),
        ("?byPhone=perhaps", "byPhone: say true or false"),
        ("?country=US&country=CA", "country: give it once"),
        ("?country=usa", "country: two letters"),
        ("?ids=" + ",".join(map(str, range(101))), "ids: give at most 100"),
    ],
)
async def test_wrong_parameter_is_named_with_what_would_be_right(
    client: httpx2.AsyncClient, query: str, said: str
) -> None:
    answer = await client.get(f"/meetings.csv{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    assert answer.json()["error"]["message"].startswith(said)


async def test_same_list_has_the_same_tag_and_is_not_sent_twice(client: httpx2.AsyncClient) -> None:
    first = await client.get("/meetings.csv?fellowships=NA")
    again = await client.get(
        "/meetings.csv?fellowships=NA", headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'}
    )
    other = await client.get("/meetings.csv?fellowships=AA")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert other.headers["etag"] != first.headers["etag"]


async def test_tag_of_a_question_about_now_changes_with_the_minute(client: httpx2.AsyncClient, clock: Clock) -> None:
    async def tags() -> tuple[str, str]:
        timed, whole = await client.get("/meetings.json?within=PT4H"), await client.get("/meetings.json")
        return timed.headers["etag"], whole.headers["etag"]

    before = await tags()
    clock.now = clock.now.replace(minute=45)
    after = await tags()
    assert (before[0] != after[0], before[1] == after[1]) == (True, True)


@asynccontextmanager
async def served(settings: Settings, clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the same list under other settings."""
    app = create_app(settings, now=clock)
    async with app.router.lifespan_context(app) as state:
        transport = httpx2.ASGITransport(app=with_state(app, state))
        async with httpx2.AsyncClient(transport=transport, base_url="http://home") as client:
            yield client


@pytest.mark.parametrize("path", ["/meetings.json", "/meetings.csv", "/meetings.json?latitude=40&longitude=-74"])
async def test_file_is_the_same_however_many_pages_it_is_made_of(
    client: httpx2.AsyncClient, prepared: Settings, clock: Clock, path: str
) -> None:
    whole = (await client.get(path)).content
    async with served(replace(prepared, meeting_file_page=1), clock) as other:
        assert (await other.get(path)).content == whole


async def test_head_tells_the_tag_and_sends_nothing(client: httpx2.AsyncClient) -> None:
    head, got = await client.head("/meetings.json"), await client.get("/meetings.json")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", got.headers["etag"])


async def test_address_with_a_position_is_for_no_shared_cache(client: httpx2.AsyncClient) -> None:
    answers = [await client.get(f"/meetings.json{q}") for q in ("", "?latitude=40&longitude=-74")]
    assert [answer.headers["cache-control"].partition(",")[0] for answer in answers] == ["public", "private"]


async def test_more_than_fits_one_file_is_refused_and_never_cut(prepared: Settings, clock: Clock) -> None:
    async with served(replace(prepared, meeting_file_rows=2), clock) as client:
        answer = await client.get("/meetings.csv")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "TOO_COSTLY")


async def test_file_finds_what_graphql_finds(client: httpx2.AsyncClient) -> None:
    data = await ask(
        client, "query ($f: MeetingFilter) { meetings(filter: $f) { nodes { id } } }", f={"formats": {"any": ["OPEN"]}}
    )
    records = (await client.get("/meetings.json?formatsAny=OPEN")).json()
    assert [record["slug"] for record in records] == [node["id"].lower() for node in data["meetings"]["nodes"]]


async def test_what_a_person_asks_by_is_not_logged(
    client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await client.get("/meetings.json?latitude=40.712345&longitude=-74.0")
    assert not any("40.712345" in r.getMessage() for r in caplog.records if not r.name.startswith("httpx"))


@pytest.fixture
def with_places(prepared: Settings, place_files: PlaceFiles) -> Settings:
    """The same list where places are known by name."""
    prepared.places_dir.symlink_to(place_files.folder)
    return replace(prepared, places_people=place_files.least_people)


@pytest.mark.parametrize("query", ["?place=New+York", "?named=nyc&radiusKm=20", "?place=10001&nearest=5", "?place=NY"])
async def test_file_is_of_the_meetings_round_a_place_that_is_named(
    with_places: Settings, clock: Clock, query: str
) -> None:
    async with served(with_places, clock) as client:
        assert sorted(await names(client, query)) == sorted(NAMES)
        assert await names(client, "?place=Tulsa&radiusKm=20") == []
        private = (await client.get(f"/meetings.csv{query}")).headers["cache-control"]
    assert private.startswith("private")


async def test_file_of_a_place_that_nobody_knows_is_an_error_and_never_empty(
    with_places: Settings, clock: Clock
) -> None:
    async with served(with_places, clock) as client:
        answer = await client.get("/meetings.json?place=Nuw+Yorrk+Area+Nowhere")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "PLACE_NOT_FOUND")
    assert error["message"].startswith("named: no place is called")


async def test_file_by_name_is_unavailable_until_the_table_is_made(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/meetings.json?place=Tulsa")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
