"""The page of a person's schedule: nothing of anybody in it, nothing of a key in any address, nothing kept."""

import re
from dataclasses import replace

import httpx2
import pytest

from api.app import create_app
from api.settings import Settings
from tests.api.conftest import Clock, running
from tests.outside import ROOT

FILES = sorted(f"/schedule/{path.name}" for path in (ROOT / "api/schedule").iterdir() if path.suffix != ".html")
SCRIPTS = [ROOT / "api" / name[1:] for name in FILES if name.endswith(".js")]


async def test_the_page_allows_nothing_but_its_own_files(client: httpx2.AsyncClient) -> None:
    policy = (await client.get("/schedule")).headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert (rules["default-src"], rules["script-src"], rules["style-src"]) == ("'none'", "'self'", "'self'")
    assert (rules["connect-src"], rules["form-action"], rules["frame-ancestors"]) == ("'self'", "'none'", "'none'")
    assert (rules["trusted-types"], rules["base-uri"]) == ("'none'", "'none'")
    assert "unsafe" not in policy


async def test_no_address_of_the_page_goes_on_to_others(client: httpx2.AsyncClient) -> None:
    response = await client.get("/schedule")
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-robots-tag"] == "noindex"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"


async def test_the_page_has_nothing_inline_and_names_nobody_else(client: httpx2.AsyncClient) -> None:
    text = (await client.get("/schedule")).text
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=|javascript:", text) is None
    assert re.findall(r'(?:src|href)="(?!/schedule|/frame/|/graphql"|#)[^"]*"', text) == []


async def test_neither_page_nor_files_set_a_cookie_or_are_kept_for_long(client: httpx2.AsyncClient) -> None:
    for address in ("/schedule", *FILES):
        response = await client.get(address)
        assert (response.status_code, response.headers["cache-control"]) == (200, "no-cache")
        assert "set-cookie" not in response.headers
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_telephone_asks_for_all_scripts_at_once(client: httpx2.AsyncClient) -> None:
    text = (await client.get("/schedule")).text
    told = set(re.findall(r'(?:modulepreload" href|type="module" src)="([^"]+)"', text))
    frame = {f"/frame/{path.name}" for path in (ROOT / "api/frame").glob("*.js")}
    assert told == frame | {name for name in FILES if name.endswith(".js")}


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
async def test_an_unchanged_file_is_not_sent_again(client: httpx2.AsyncClient, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    for address in FILES:
        etag = (await client.get(address, headers=headers)).headers["etag"]
        again = await client.get(address, headers=headers | {"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")


async def test_every_fellowship_can_be_chosen(client: httpx2.AsyncClient) -> None:
    text = (await client.get("/schedule")).text
    chosen = set(re.findall(r'<option value="([^"]+)"', text))
    assert {"NA", "AL_ANON"} <= chosen
    assert "{{" not in text


@pytest.mark.parametrize(
    ("months", "days", "said", "shown"),
    [
        (24, 30, "for 24 months is deleted", "30 days"),
        (1, 1, "for 1 month is deleted", "1 day"),
        (0, 30, "", "30 days"),
    ],
)
async def test_the_page_says_how_long_this_server_keeps_things(
    prepared: Settings, clock: Clock, months: int, days: int, said: str, shown: str
) -> None:
    settings = replace(prepared, schedule_unused_months=months, feed_off_days=days)
    async with running(create_app(settings, now=clock)) as client:
        text = (await client.get("/schedule")).text
    assert said in text
    assert ("is deleted by itself" in text) == bool(months)
    assert f'<span id="off-days">{shown}</span>' in text


async def test_what_is_needed_is_said_without_javascript(client: httpx2.AsyncClient) -> None:
    (told,) = re.findall("<noscript>(.*?)</noscript>", (await client.get("/schedule")).text)
    assert "needs JavaScript" in told


async def test_the_title_tells_those_who_look_at_the_history_nothing(client: httpx2.AsyncClient) -> None:
    assert "<title>Schedule</title>" in (await client.get("/schedule")).text


async def test_every_field_has_a_label(client: httpx2.AsyncClient) -> None:
    text = (await client.get("/schedule")).text
    fields = re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', text)
    labels = re.findall(r'<label for="([^"]+)"', text)
    assert sorted(fields) == sorted(labels)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_make_no_markup_of_text_and_keep_nothing(path: object) -> None:
    text = (ROOT / str(path)).read_text("utf-8")
    assert re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\.write\(|\beval\(|DOMParser", text) is None
    assert (
        re.search(r"localStorage|sessionStorage|indexedDB|caches\.|cookie\s*=|document\.title|console\.", text) is None
    )
    assert len(text.splitlines()) <= 400


def test_no_script_asks_another_host() -> None:
    asked = [call for path in SCRIPTS for call in re.findall(r"fetch\(([^,)]*)", path.read_text("utf-8"))]
    assert {call for call in asked if not call.startswith('"/')} == set()
