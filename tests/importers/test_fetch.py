"""Bytes from a URL, a file or a folder, within limits."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from importers.fetch import FetchLimits, fetch, is_public
from meetings.errors import FetchFailed
from meetings.source import Source
from tests.builders import a_source

Answer = Callable[[BaseHTTPRequestHandler], None]
HERE = FetchLimits(private=True, most_bytes=100_000, most_seconds=2)


class _Server(ThreadingHTTPServer):
    """Answers each path as told; remembers what it was asked."""

    answers: dict[str, Answer]
    asked: list[tuple[str, dict[str, str]]]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = cast("_Server", self.server)
        server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        server.answers.get(self.path.split("?")[0], _status(404))(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


def _sends(body: bytes, status: int = 200, **headers: str) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def _status(status: int) -> Answer:
    return _sends(b"no", status)


def _drips(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


@pytest.fixture
def server() -> Iterator[_Server]:
    made = _Server(("127.0.0.1", 0), _Handler)
    made.answers, made.asked = {}, []
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def source_at(server: _Server, path: str, **changes: Any) -> Source:
    location = f"http://127.0.0.1:{server.server_address[1]}{path}"
    return a_source(**({"importer": "meeting_guide", "location": location} | changes))


def refusal(source: Source, limits: FetchLimits = HERE) -> str:
    with pytest.raises(FetchFailed) as failed:
        fetch(source, limits)
    return failed.value.reason


def test_url_is_one_document(server: _Server) -> None:
    server.answers["/feeds/meetings.json"] = _sends(b"[1]")
    assert fetch(source_at(server, "/feeds/meetings.json?key=1"), HERE).documents == {"meetings.json": b"[1]"}


def test_we_say_who_we_are(server: _Server) -> None:
    server.answers["/x"] = _sends(b"[1]")
    fetch(source_at(server, "/x"), HERE)
    ((_, headers),) = server.asked
    assert headers["user-agent"].startswith("Homegroup/")
    assert headers["host"] == f"127.0.0.1:{server.server_address[1]}"
    assert "cookie" not in headers


@pytest.mark.parametrize("root", ["", "/", "/client_interface/json/", "/client_interface/json/?switcher=GetFormats"])
def test_root_server_is_asked_for_meetings_formats_and_service_bodies(server: _Server, root: str) -> None:
    server.answers["/main_server/client_interface/json/"] = _sends(b"[1]")
    fetched = fetch(source_at(server, f"/main_server{root}", importer="bmlt"), HERE)
    assert set(fetched.documents) == {"GetSearchResults.json", "GetFormats.json", "GetServiceBodies.json"}
    assert [path.split("switcher=")[1].split("&")[0] for path, _ in server.asked] == [
        "GetSearchResults",
        "GetFormats",
        "GetServiceBodies",
    ]


@pytest.mark.parametrize(("status", "is_list"), [(404, True), (422, True), (500, False), (403, False)])
def test_server_without_formats_is_read_and_a_failing_one_is_not(server: _Server, status: int, is_list: bool) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        (_sends(b"[1]") if "GetSearchResults" in handler.path else _status(status))(handler)

    server.answers["/client_interface/json/"] = answer
    source = source_at(server, "", importer="bmlt")
    if is_list:
        assert set(fetch(source, HERE).documents) == {"GetSearchResults.json"}
    else:
        assert str(status) in refusal(source)


def test_unpublished_meetings_are_asked_for_too(server: _Server) -> None:
    server.answers["/client_interface/json/"] = _sends(b"[1]")
    fetch(source_at(server, "", importer="bmlt"), HERE)
    assert server.asked[0][0].endswith("&advanced_published=0")


def test_packed_answer_is_unpacked(server: _Server) -> None:
    server.answers["/x"] = _sends(gzip.compress(b"[1]"), Content_Encoding="gzip")
    assert fetch(source_at(server, "/x"), HERE).documents["x"] == b"[1]"


@pytest.mark.parametrize("status", [204, 301, 304, 400, 401, 403, 404, 429, 500, 503])
def test_any_answer_but_200_is_a_failure(server: _Server, status: int) -> None:
    server.answers["/x"] = _status(status)
    assert refusal(source_at(server, "/x"))


def test_redirects_are_followed_three_times(server: _Server) -> None:
    for number in range(3):
        server.answers[f"/{number}"] = _sends(b"", 302, Location=f"/{number + 1}")
    server.answers["/3"] = _sends(b"[1]")
    assert fetch(source_at(server, "/0"), HERE).documents["0"] == b"[1]"


def test_endless_redirects_end(server: _Server) -> None:
    server.answers["/x"] = _sends(b"", 302, Location="/x")
    assert "redirects" in refusal(source_at(server, "/x"))


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:secret@127.0.0.1/", "gopher://x"]
)
def test_redirect_to_anything_but_the_web_is_refused(server: _Server, target: str) -> None:
    server.answers["/x"] = _sends(b"", 302, Location=target)
    assert "only http and https" in refusal(source_at(server, "/x"))


def test_answer_beyond_the_limit_is_refused(server: _Server) -> None:
    server.answers["/x"] = _sends(b"x" * 100_001)
    assert "100000 bytes" in refusal(source_at(server, "/x"))


def test_small_packed_answer_may_not_unpack_beyond_the_limit(server: _Server) -> None:
    server.answers["/x"] = _sends(gzip.compress(b" " * 5_000_000), Content_Encoding="gzip")
    assert "100000 bytes" in refusal(source_at(server, "/x"))


def test_answer_that_drips_is_given_up(server: _Server) -> None:
    server.answers["/x"] = _drips
    limits = FetchLimits(private=True, most_seconds=0.3)
    assert "0.3 seconds" in refusal(source_at(server, "/x"), limits)


def test_address_that_is_not_public_is_refused_unless_allowed(server: _Server) -> None:
    server.answers["/x"] = _sends(b"[1]")
    assert "not public" in refusal(source_at(server, "/x"), FetchLimits())
    assert server.asked == []


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://[::1]:1/",
        "http://localhost:1/",
        "http://169.254.169.254/",
        "http://[::ffff:10.0.0.1]/",
    ],
)
def test_no_writing_of_a_private_address_gets_through(location: str) -> None:
    assert "not public" in refusal(a_source(importer="meeting_guide", location=location), FetchLimits())


@pytest.mark.parametrize("location", ["ftp://example.org/x", "file:///etc/passwd", "http://", "x://y"])
def test_what_is_no_address_of_the_web_is_refused(location: str) -> None:
    assert refusal(a_source(importer="meeting_guide", location=location))


def test_reason_does_not_repeat_a_key_that_stands_in_the_address(server: _Server) -> None:
    with pytest.raises(FetchFailed) as failed:
        fetch(source_at(server, "/x?key=secret"), HERE)
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("ff02::1", False),
    ],
)
def test_only_addresses_that_anybody_may_reach_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_folder_of_a_root_servers_answers_is_read(tmp_path: Path) -> None:
    for name in ("GetSearchResults.json", "GetFormats.json", "README.md"):
        (tmp_path / name).write_bytes(b"[1]")
    assert set(fetch(a_source(location=str(tmp_path))).documents) == {"GetSearchResults.json", "GetFormats.json"}


def test_single_file_of_a_root_server_holds_its_meetings(tmp_path: Path) -> None:
    (tmp_path / "saved.json").write_bytes(b"[1]")
    assert set(fetch(a_source(location=str(tmp_path / "saved.json"))).documents) == {"GetSearchResults.json"}


def test_folder_of_our_own_format_is_read(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl", "notes.txt"):
        (tmp_path / name).write_bytes(b"{}")
    assert set(fetch(a_source(importer="native", location=str(tmp_path))).documents) == {"a.jsonl", "b.jsonl"}


def test_file_that_is_not_there_or_too_large_is_a_failure(tmp_path: Path) -> None:
    assert "No such file" in refusal(a_source(location=str(tmp_path / "none.json")))
    (tmp_path / "large.json").write_bytes(b" " * 100_001)
    assert "at most 100000" in refusal(a_source(location=str(tmp_path / "large.json")))


def test_empty_folder_is_a_failure(tmp_path: Path) -> None:
    assert refusal(a_source(location=str(tmp_path)))
