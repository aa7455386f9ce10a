"""Root servers asked for their whole list, also those that give it in pieces only."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from importers.fetch_bmlt import read_root_server
from importers.fetch_web import Absent, TooLarge
from meetings.errors import FetchFailed

ROOT = "https://bmlt.example.org/main_server"


class RootServer:
    """A root server in memory; `most`: records that it gives at once."""

    def __init__(self, count: int, *, most: int | None = None, languages: str = "en", native: str = "en") -> None:
        self.rows = [{"id_bigint": str(number)} for number in range(count)]
        self.most, self.asked, self.urls = most, list[str](), list[str]()
        self.facts: dict[str, Any] = {"langs": languages, "nativeLang": native}
        self.unbounded: Callable[[], bytes] = lambda: self._page(0, self.most or count)
        self.absent: set[str] = set()

    def get(self, url: str) -> bytes:
        query = parse_qs(urlsplit(url).query)
        switcher = query["switcher"][0]
        self.asked.append(urlsplit(url).query)
        self.urls.append(url)
        if switcher in self.absent:
            raise Absent("lantern", url, "404")
        if switcher == "GetServerInfo":
            return json.dumps([self.facts]).encode()
        if switcher != "GetSearchResults":
            return b"[]"
        if "page_size" not in query:
            return self.unbounded()
        size = int(query["page_size"][0])
        return self._page((int(query["page_num"][0]) - 1) * size, min(size, self.most or size))

    def _page(self, first: int, count: int) -> bytes:
        return json.dumps(self.rows[first : first + count]).encode()

    def read(self, root: str = ROOT) -> dict[str, bytes]:
        return dict(read_root_server(root, self.get, lambda url, reason: FetchFailed("lantern", url, reason)))

    def meetings(self) -> list[Any]:
        rows: list[Any] = json.loads(self.read()["GetSearchResults.json"])
        return rows


@pytest.mark.parametrize("tail", ["", "/", "/client_interface/json/", "/client_interface/json/?switcher=GetFormats"])
def test_root_is_understood_as_people_write_it(tail: str) -> None:
    server = RootServer(3)
    server.read(ROOT + tail)
    assert {url.partition("?")[0] for url in server.urls} == {f"{ROOT}/client_interface/json/"}


def test_root_server_is_asked_once_for_each_thing() -> None:
    server = RootServer(3)
    assert set(server.read()) == {"GetSearchResults.json", "GetFormats.json", "GetServiceBodies.json"}
    assert server.asked == [
        "switcher=GetSearchResults&advanced_published=0",
        "switcher=GetServerInfo",
        "switcher=GetFormats",
        "switcher=GetServiceBodies",
    ]


def test_formats_are_asked_for_in_the_servers_language_and_in_english() -> None:
    server = RootServer(3, languages="de,en,es", native="es")
    server.read()
    assert "switcher=GetFormats&lang_enum%5B%5D=es&lang_enum%5B%5D=en" in server.asked


@pytest.mark.parametrize("told", [{}, {"nativeLang": ["es"]}, {"nativeLang": "es&x=", "langs": "en"}, {"langs": 3}])
def test_server_that_tells_no_language_is_asked_for_its_own_formats(told: dict[str, Any]) -> None:
    server = RootServer(3)
    server.facts = told
    server.read()
    assert "switcher=GetFormats" in server.asked


def test_server_without_formats_and_bodies_is_read_all_the_same() -> None:
    server = RootServer(3)
    server.absent = {"GetFormats", "GetServiceBodies", "GetServerInfo"}
    assert set(server.read()) == {"GetSearchResults.json"}


def test_server_without_meetings_is_a_failure() -> None:
    server = RootServer(3)
    server.absent = {"GetSearchResults"}
    with pytest.raises(Absent):
        server.read()


@pytest.mark.parametrize(("count", "most"), [(1234, 500), (1000, 500), (501, 500), (300, 64), (25, 10)])
def test_server_that_stops_at_a_limit_is_read_to_the_end(count: int, most: int) -> None:
    assert len(RootServer(count, most=most).meetings()) == count


def test_server_that_happens_to_have_a_round_number_is_asked_once_more_and_no_more() -> None:
    server = RootServer(500)
    assert len(server.meetings()) == 500
    assert [query for query in server.asked if "page_num" in query] == [
        "switcher=GetSearchResults&advanced_published=0&sort_keys=id_bigint&page_size=500&page_num=2"
    ]


@pytest.mark.parametrize(("count", "most"), [(1500, None), (1500, 200), (999, None), (40, None)])
def test_server_that_answers_only_in_pages_is_read_in_pages(count: int, most: int | None) -> None:
    server = RootServer(count, most=most)
    server.unbounded = lambda: b"[]"
    assert len(server.meetings()) == count


def test_server_that_breaks_under_the_whole_list_is_read_in_pages() -> None:
    def breaks() -> bytes:
        raise TooLarge("lantern", ROOT, "500")

    server = RootServer(1500)
    server.unbounded = breaks
    assert len(server.meetings()) == 1500


def test_pages_that_overlap_are_a_failure_and_never_a_thinner_list() -> None:
    server = RootServer(1200, most=500)
    server.rows[600] = server.rows[100]
    with pytest.raises(FetchFailed, match="overlap"):
        server.read()


@pytest.mark.parametrize("answer", [b"[]", b"{}", b"null", b'"ok"', b"<html>login</html>", b""])
def test_what_is_no_list_is_left_to_the_parser_to_refuse(answer: bytes) -> None:
    server = RootServer(0)
    server.unbounded = lambda: answer
    assert server.read()["GetSearchResults.json"] == answer
