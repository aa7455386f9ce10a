"""The desk's page and files: ours alone, under a strict policy, with nothing of anybody in them."""

import re

import httpx2
import pytest

from api.pages import filled
from importers.registry import IMPORTERS
from tests.outside import ROOT

FILES = sorted(
    f"/{folder}/{path.name}"
    for folder in ("desk", "frame")
    for path in (ROOT / "api" / folder).iterdir()
    if path.suffix != ".html"
)


async def test_the_page_allows_nothing_but_its_own_files(client: httpx2.AsyncClient) -> None:
    policy = (await client.get("/desk")).headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("default-src") == "'none'"
    assert {rule for name, rule in rules.items() if name.endswith("-src")} == {"'self'"}
    assert "unsafe" not in policy
    assert (rules["frame-ancestors"], rules["form-action"], rules["trusted-types"]) == ("'none'", "'none'", "'none'")


async def test_the_page_has_nothing_inline_and_names_nobody_else(client: httpx2.AsyncClient) -> None:
    text = (await client.get("/desk")).text
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=|javascript:", text) is None
    assert re.findall(r'(?:src|href)="(?!/desk/|/frame/|#)[^"]*"', text) == []


async def test_neither_page_nor_files_set_a_cookie_or_are_kept_for_long(client: httpx2.AsyncClient) -> None:
    for address in ("/desk", *FILES):
        response = await client.get(address)
        assert (response.status_code, response.headers["cache-control"]) == (200, "no-cache")
        assert "set-cookie" not in response.headers
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_an_unchanged_page_is_not_sent_again(client: httpx2.AsyncClient) -> None:
    etag = (await client.get("/desk")).headers["etag"]
    assert (await client.get("/desk", headers={"If-None-Match": etag})).status_code == 304


async def test_every_format_fellowship_and_country_can_be_chosen(client: httpx2.AsyncClient) -> None:
    text = (await client.get("/desk")).text
    chosen = set(re.findall(r'<option value="([^"]+)"', text))
    assert set(IMPORTERS) | {"NA", "AL_ANON", "US", "IE", "America/New_York"} <= chosen
    assert "{{" not in text


def test_what_fills_the_page_is_escaped() -> None:
    text = filled("{{zones}}", zones=[('"><script>', "<b>")])
    assert text == '<option value="&quot;&gt;&lt;script&gt;">&lt;b&gt;</option>'


@pytest.mark.parametrize("name", ["nothing.js", "desk.html", "..%2Fdesk.py", "%2e%2e%2fsettings.py", "", "desk.js/x"])
async def test_no_other_file_is_served(client: httpx2.AsyncClient, name: str) -> None:
    assert (await client.get(f"/desk/{name}")).status_code in {404, 307}


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_scripts_make_no_markup_of_text_and_keep_nothing_but_the_token(name: str) -> None:
    text = (ROOT / "api" / name[1:]).read_text("utf-8")
    assert re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\.write\(|\beval\(|localStorage|cookie\s*=", text) is None
    assert re.findall(r"https?://", text) == []
    assert len(text.splitlines()) <= 400
