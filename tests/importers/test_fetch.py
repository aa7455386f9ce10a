"""Bytes from a URL, a file or a folder, within limits."""

import gzip
import re
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from importers.fetch import FetchLimits, fetch, user_agent
from importers.fetch_bodies import keep_body
from meetings.errors import FetchFailed
from meetings.source import Source, Validators
from tests.builders import a_source
from tests.importers.servers import Server, drips, sends
from tests.outside import ROOT

HERE = FetchLimits(private=True, most_bytes=100_000, most_seconds=2, pause_seconds=0)


def source_at(server: Server, path: str, **changes: Any) -> Source:
    location = f"http://127.0.0.1:{server.port}{path}"
    return a_source(**({"importer": "meeting_guide", "location": location} | changes))


def _says(status: int) -> Any:
    return sends(b"no", status)


def refusal(source: Source, limits: FetchLimits = HERE) -> str:
    with pytest.raises(FetchFailed) as failed:
        fetch(source, limits)
    return failed.value.reason


def test_url_is_one_document(server: Server) -> None:
    server.answers["/feeds/meetings.json"] = sends(b"[1]")
    assert fetch(source_at(server, "/feeds/meetings.json?key=1"), HERE).documents == {"meetings.json": b"[1]"}


def test_we_say_who_we_are(server: Server) -> None:
    server.answers["/x"] = sends(b"[1]")
    fetch(source_at(server, "/x"), HERE)
    ((_, headers),) = server.asked
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    assert headers["user-agent"].startswith(f"Homegroup/{version[1]} ")
    assert headers["user-agent"] == user_agent()
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert "cookie" not in headers


def test_packed_answer_is_unpacked(server: Server) -> None:
    server.answers["/x"] = sends(gzip.compress(b"[1]"), Content_Encoding="gzip")
    assert fetch(source_at(server, "/x"), HERE).documents["x"] == b"[1]"


@pytest.mark.parametrize("status", [204, 301, 304, 400, 401, 403, 404, 429, 500, 503])
def test_any_answer_but_200_is_a_failure(server: Server, status: int) -> None:
    server.answers["/x"] = _says(status)
    assert refusal(source_at(server, "/x"))


def test_redirects_are_followed_three_times(server: Server) -> None:
    for number in range(3):
        server.answers[f"/{number}"] = sends(b"", 302, Location=f"/{number + 1}")
    server.answers["/3"] = sends(b"[1]")
    assert fetch(source_at(server, "/0"), HERE).documents["0"] == b"[1]"


def test_endless_redirects_end(server: Server) -> None:
    server.answers["/x"] = sends(b"", 302, Location="/x")
    assert "redirects" in refusal(source_at(server, "/x"))


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:secret@127.0.0.1/", "gopher://x"]
)
def test_redirect_to_anything_but_the_web_is_refused(server: Server, target: str) -> None:
    server.answers["/x"] = sends(b"", 302, Location=target)
    assert "only http and https" in refusal(source_at(server, "/x"))


def test_answer_beyond_the_limit_is_refused(server: Server) -> None:
    server.answers["/x"] = sends(b"x" * 100_001)
    assert "100000 bytes" in refusal(source_at(server, "/x"))


def test_small_packed_answer_may_not_unpack_beyond_the_limit(server: Server) -> None:
    server.answers["/x"] = sends(gzip.compress(b" " * 5_000_000), Content_Encoding="gzip")
    assert "100000 bytes" in refusal(source_at(server, "/x"))


def test_answer_that_drips_is_given_up(server: Server) -> None:
    server.answers["/x"] = drips(b"HTTP/1.1 200 OK\r\n\r\n")
    limits = FetchLimits(private=True, most_seconds=0.3)
    assert "0.3 seconds" in refusal(source_at(server, "/x"), limits)


@pytest.mark.parametrize("location", ["ftp://example.org/x", "file:///etc/passwd", "http://", "x://y"])
def test_what_is_no_address_of_the_web_is_refused(location: str) -> None:
    assert refusal(a_source(importer="meeting_guide", location=location))


def test_reason_does_not_repeat_a_key_that_stands_in_the_address(server: Server) -> None:
    with pytest.raises(FetchFailed) as failed:
        fetch(source_at(server, "/x?key=secret"), HERE)
    assert "secret" not in str(failed.value)


# --- What we read last time ---------------------------------------------------------------------


def test_server_is_asked_whether_anything_changed_and_believed(server: Server, tmp_path: Path) -> None:
    source = source_at(server, "/x")
    server.answers["/x"] = sends(b"[1]", ETag='"a"', Last_Modified="Sun, 22 Nov 2026 18:30:00 GMT")
    first = fetch(source, HERE)
    known = Validators(etag=first.etag, last_modified=first.last_modified, body_hash=keep_body(tmp_path, first))
    server.answers["/x"] = _says_not_modified
    again = fetch(source, HERE, known=known, bodies=tmp_path)
    assert (again.documents, again.etag, again.content_hash) == (first.documents, '"a"', first.content_hash)
    asked = server.asked[1][1]
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"a"', "Sun, 22 Nov 2026 18:30:00 GMT")


def _says_not_modified(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(304)
    handler.end_headers()


def test_server_is_not_asked_so_where_we_no_longer_have_what_we_read(server: Server, tmp_path: Path) -> None:
    server.answers["/x"] = sends(b"[1]")
    fetch(source_at(server, "/x"), HERE, known=Validators(etag='"a"', body_hash="gone"), bodies=tmp_path)
    assert "if-none-match" not in server.asked[0][1]


def test_only_where_dates_pass_does_another_day_count_as_a_change(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"[1]")

    def hash_on(day: int, importer: str) -> str:
        return fetch(a_source(importer=importer, location=str(tmp_path / "x")), today=date(2026, 11, day)).content_hash

    assert hash_on(22, "icalendar") != hash_on(23, "icalendar")
    assert hash_on(22, "meeting_guide") == hash_on(23, "meeting_guide")


# --- From disk ----------------------------------------------------------------------------------


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
