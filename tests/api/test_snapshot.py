"""The whole list as a file, and what changed since."""

import gzip
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from starlette.applications import Starlette

from api.house import open_database
from api.importing import import_one
from api.settings import Settings
from search.builder import build
from store.export import listed_meetings
from store.sources import put_source
from store.vocabulary import get_vocabulary
from tests.api.conftest import FACTS, MEETINGS, Clock
from tests.api.test_calendar_feeds import ask
from tests.builders import NOW, a_source

CHANGES = "query($after: String) { changes(after: $after) { nodes { id meeting { name } } pageInfo { endCursor } } }"


async def lines(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get("/snapshot.jsonl")
    assert answer.status_code == 200, answer.text
    return [orjson.loads(line) for line in answer.content.splitlines()]


def imports(settings: Settings, *meetings: dict[str, Any]) -> None:
    """The list is these now."""
    (settings.data_dir / "list.jsonl").write_bytes(
        b"\n".join(orjson.dumps(row) for row in ({"homegroup": 1}, *(FACTS | meeting for meeting in meetings)))
    )
    with open_database(settings) as database:
        import_one(database, settings, "lantern", confirm=True)
        with database.read() as read:
            build(read, get_vocabulary(read), settings.index_dir, NOW)


async def test_its_first_line_has_the_cursor_and_the_others_the_list(client: httpx2.AsyncClient) -> None:
    head, source, *meetings = await lines(client)
    assert head["homegroup"] == 1
    assert (source["kind"], source["id"], "location" in source) == ("source", "lantern", False)
    assert sorted(meeting["name"] for meeting in meetings) == sorted(str(one["name"]) for one in MEETINGS)
    assert (await ask(client, CHANGES, after=head["changes"]["after"]))["changes"]["nodes"] == []


async def test_what_changed_since_is_told_by_its_cursor(client: httpx2.AsyncClient, prepared: Settings) -> None:
    head, *_ = await lines(client)
    imports(prepared, {**MEETINGS[0], "name": "Another Name"}, *MEETINGS[1:])
    nodes = (await ask(client, CHANGES, after=head["changes"]["after"]))["changes"]["nodes"]
    assert [node["meeting"]["name"] for node in nodes] == ["Another Name"]


async def test_who_has_it_already_is_not_sent_it_again(client: httpx2.AsyncClient, clock: Clock) -> None:
    first = await client.get("/snapshot.jsonl")
    clock.now += timedelta(hours=1)
    again = await client.get("/snapshot.jsonl", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert not first.headers["etag"].startswith("W/")


async def test_a_changed_list_is_another_file_after_a_while(
    client: httpx2.AsyncClient, prepared: Settings, clock: Clock
) -> None:
    first = await client.get("/snapshot.jsonl")
    imports(prepared, *MEETINGS[1:])
    assert (await client.get("/snapshot.jsonl")).headers["etag"] == first.headers["etag"]
    clock.now += timedelta(seconds=prepared.snapshot_seconds)
    later = await client.get("/snapshot.jsonl")
    assert later.headers["etag"] != first.headers["etag"]
    assert b"Ferry Lane Steps" not in later.content


async def test_only_who_takes_gzip_gets_it_so(client: httpx2.AsyncClient) -> None:
    plain = await client.get("/snapshot.jsonl", headers={"Accept-Encoding": "identity, gzip;q=0"})
    packed = await client.get("/snapshot.jsonl", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content
    assert plain.headers["etag"] != packed.headers["etag"]
    assert int(packed.headers["content-length"]) < len(packed.content)
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


async def test_it_is_the_same_bytes_wherever_it_is_made(client: httpx2.AsyncClient, prepared: Settings) -> None:
    first = await client.get("/snapshot.jsonl")
    (made,) = (prepared.data_dir / "snapshots").glob("*.gz")
    packed = made.read_bytes()
    made.unlink()
    again = await client.get("/snapshot.jsonl")
    assert again.headers["etag"] == first.headers["etag"]
    assert made.read_bytes() == packed
    assert gzip.decompress(packed) == again.content


async def test_it_is_imported_as_an_export_is(client: httpx2.AsyncClient, prepared: Settings, tmp_path: Path) -> None:
    answer = await client.get("/snapshot.jsonl")
    (tmp_path / "snapshot.jsonl").write_bytes(answer.content)
    with open_database(prepared) as database:
        with database.read() as read:
            before = {listed.meeting.id: listed.meeting.name for listed in listed_meetings(read, "lantern")}
        with database.write() as write:
            put_source(write, a_source(importer="native", location=str(tmp_path / "snapshot.jsonl")))
        run = import_one(database, prepared, "lantern")
        assert (run.status, run.findings) == ("succeeded", ())
        assert (run.counts.unchanged, run.counts.rejected) == (3, 0)
        with database.read() as read:
            assert before == {listed.meeting.id: listed.meeting.name for listed in listed_meetings(read, "lantern")}


async def test_files_of_the_past_are_dropped(client: httpx2.AsyncClient, prepared: Settings, clock: Clock) -> None:
    await client.get("/snapshot.jsonl")
    (old,) = (prepared.data_dir / "snapshots").glob("*.gz")
    os.utime(old, (0, 0))
    imports(prepared, *MEETINGS[1:])
    clock.now += timedelta(days=1)
    await client.get("/snapshot.jsonl")
    (new,) = (prepared.data_dir / "snapshots").glob("*.gz")
    assert new != old


async def test_passwords_to_join_by_are_left_out(client: httpx2.AsyncClient, prepared: Settings, clock: Clock) -> None:
    imports(prepared, *MEETINGS, {"key": "on", "name": "Online", "online": {"url": "https://zoom.us/j/1?pwd=Secret1"}})
    clock.now += timedelta(days=1)
    assert b"Secret1" not in (await client.get("/snapshot.jsonl")).content


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_it_is_only_read(app: Starlette, client: httpx2.AsyncClient, method: str) -> None:
    assert (await client.request(method, "/snapshot.jsonl")).status_code == 405


async def test_what_two_lists_tell_is_two_lines_and_one_id_to_show(
    client: httpx2.AsyncClient, prepared: Settings, clock: Clock
) -> None:
    with open_database(prepared) as database:
        with database.write() as write:
            location = str(prepared.data_dir / "list.jsonl")
            put_source(write, a_source(id="harbour", importer="native", location=location, added_at=clock.now))
        import_one(database, prepared, "harbour")
    rows = [line for line in await lines(client) if line.get("name") == "Ferry Lane Steps"]
    one, other = sorted(rows, key=lambda row: "shown_as" in row)
    assert (one.get("shown_as"), other["shown_as"]) == (None, one["ids"][0])
