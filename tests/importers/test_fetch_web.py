"""What strangers may write as an address, and what strangers' servers may answer: refused within bounds."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from importers.fetch import FetchLimits, Web, fetch
from meetings.errors import FetchFailed
from tests.builders import a_source
from tests.importers.apart import most_taken
from tests.importers.servers import Server, a_server, a_web, drips, our_authority, public_limits, sends

MIB = 1024 * 1024
#: What ends after a fraction of a second has ended by then however busy the machine is; by itself it would not.
PATIENCE_S = 15.0


def refusal(location: str, limits: FetchLimits | None = None, web: Web | None = None) -> str:
    with pytest.raises(FetchFailed) as failed:
        fetch(a_source(importer="meeting_guide", location=location), limits or FetchLimits(), web=web)
    return failed.value.reason


def body(location: str, limits: FetchLimits, web: Web) -> bytes:
    (found,) = fetch(a_source(importer="meeting_guide", location=location), limits, web=web).documents.values()
    return found


def at(server: Server, path: str, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{server.port}{path}"


# --- Addresses ----------------------------------------------------------------------------------


def libc(host: str, port: int) -> list[str]:
    """As libc reads what looks like an address, and one name."""
    if host.rstrip(".") == "localhost":
        return ["127.0.0.1"]
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except OSError:
        return [host]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "127.0.0.1.",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "[::1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "127\u30020\u30020\u30021",
        "127\uff0e0\uff0e0\uff0e1",
        "169.254.169.254",
        "192.0.0.8",
    ],
)
def test_no_writing_of_a_private_address_gets_through(host: str) -> None:
    assert "not public" in refusal(f"https://{host}/", web=Web(resolve=libc))


@pytest.mark.parametrize(
    "location",
    [
        "https://user@lists.example.org/",
        "https://0177.0.0.1/",
        "https://lists.example.org@127.0.0.1/",
        "https://%31%32%37.0.0.1/",
        "https://127.0.0.1%2f@lists.example.org/",
        "https://[fe80::1%25eth0]/",
        "https:///x",
        "ftp://lists.example.org/x",
        "file:///etc/passwd",
        "gopher://lists.example.org/",
        "https://lists example.org/",
        "https://lists.example.org:99999999/",
    ],
)
def test_what_is_no_plain_address_of_the_web_is_refused_before_any_name_is_looked_up(location: str) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return []

    assert refusal(location, web=Web(resolve=resolve))
    assert asked == []


@pytest.mark.parametrize(("location", "told"), [("http://x.example/", "only https"), ("https://x.example:22/", "port")])
def test_http_and_other_ports_need_a_word_of_the_operator(location: str, told: str) -> None:
    assert told in refusal(location)


def test_one_private_address_among_public_ones_is_refused_and_nothing_is_opened(server: Server) -> None:
    web = Web(resolve=lambda host, port: ["93.184.215.14", "127.0.0.1"])
    assert "not public" in refusal(at(server, "/", "lists.example.org"), public_limits(server), web)
    assert server.asked == []


def test_name_is_looked_up_once_and_what_was_checked_is_connected_to(server: Server) -> None:
    answers = iter([["127.0.0.2"], ["127.0.0.1"]])
    # Nobody listens at the first, and it alone is public here.
    web = Web(resolve=lambda host, port: next(answers), public=lambda ip: ip == "127.0.0.2")
    assert "ConnectError" in refusal(at(server, "/", "x.example"), public_limits(server), web)
    assert (server.asked, next(answers)) == ([], ["127.0.0.1"])


def test_second_lookup_that_leads_inside_is_refused(server: Server) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    server.answers["/x"] = sends(b"", 302, Location="/y")
    web = a_web(resolve=lambda host, port: next(answers))
    assert "not public" in refusal(at(server, "/x", "lists.example.org"), public_limits(server), web)
    assert [path for path, _ in server.asked] == ["/x"]


def test_lookup_that_never_ends_ends_with_the_time_there_is() -> None:
    stop = threading.Event()

    def never(host: str, port: int) -> list[str]:
        stop.wait(20)
        return []

    before = time.monotonic()
    assert refusal("https://x.example/", FetchLimits(most_seconds=0.2), Web(resolve=never))
    stop.set()
    assert time.monotonic() - before < PATIENCE_S


# --- Redirects ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("http://169.254.169.254/latest/meta-data/", "not public"),
        ("https://169.254.169.254/", "not public"),
        ("http://127.0.0.1:22/", "port"),
        ("http://[::1]/", "not public"),
        ("//10.0.0.1/", "not public"),
        ("file:///etc/passwd", "only http"),
        ("ftp://lists.example.org/", "only http"),
        ("http://user:secret@127.0.0.1/", "only http"),
        ("javascript:alert(1)", "only http"),
        ("http://[", "no address"),
    ],
)
def test_redirect_is_checked_as_the_first_address_was(server: Server, target: str, told: str) -> None:
    server.answers["/x"] = sends(b"", 302, Location=target)
    limits = public_limits(server, ports=frozenset({80, 443, server.port}))
    assert told in refusal(at(server, "/x"), limits, a_web())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_followed_whatever_its_kind_and_its_body_left_alone(server: Server, status: int) -> None:
    server.answers |= {"/x": sends(b"[2]" * 1000, status, Location="/y"), "/y": sends(b"[1]")}
    assert body(at(server, "/x"), public_limits(server), a_web()) == b"[1]"


def test_fourth_redirect_is_one_too_many(server: Server) -> None:
    for number in range(4):
        server.answers[f"/{number}"] = sends(b"", 302, Location=f"/{number + 1}")
    server.answers["/4"] = sends(b"[1]")
    assert "3 redirects" in refusal(at(server, "/0"), public_limits(server), a_web())
    assert body(at(server, "/1"), public_limits(server), a_web()) == b"[1]"


def test_no_redirect_leads_from_https_to_http(secure: Callable[[str], Server]) -> None:
    server = secure("good.pem")
    server.answers["/x"] = sends(b"", 302, Location=f"http://lists.example.org:{server.port}/y")
    assert "https to http" in refusal(*secure_question(server))


# --- Certificates -------------------------------------------------------------------------------


@pytest.fixture
def secure() -> Iterator[Callable[[str], Server]]:
    running: list[Any] = []

    def make(certificate: str) -> Server:
        running.append(a_server(certificate))
        server: Server = running[-1].__enter__()
        server.answers["/x"] = sends(b"[1]")
        return server

    yield make
    for one in running:
        one.__exit__(None, None, None)


def secure_question(server: Server) -> tuple[str, FetchLimits, Web]:
    web = a_web({"lists.example.org": ["127.0.0.1"]}, tls=our_authority())
    return f"https://lists.example.org:{server.port}/x", public_limits(server, plain_http=False), web


def test_good_certificate_is_held_against_the_name_and_not_the_address(secure: Callable[[str], Server]) -> None:
    server = secure("good.pem")
    assert body(*secure_question(server)) == b"[1]"
    assert server.asked[0][1]["host"] == f"lists.example.org:{server.port}"


@pytest.mark.parametrize(
    ("certificate", "told"),
    [("self_signed.pem", "self-signed"), ("expired.pem", "expired"), ("other.pem", "Hostname mismatch")],
)
def test_bad_certificate_is_refused_and_said(secure: Callable[[str], Server], certificate: str, told: str) -> None:
    server = secure(certificate)
    assert told in refusal(*secure_question(server))
    assert server.asked == []


# --- Answers ------------------------------------------------------------------------------------


def bomb(size: int) -> bytes:
    """That many zeros, packed."""
    packer, piece = zlib.compressobj(9, zlib.DEFLATED, 31), bytes(MIB)
    return b"".join([packer.compress(piece) for _ in range(size // MIB)]) + packer.flush()


def test_bomb_of_half_a_gigabyte_is_refused_before_it_takes_any_room(server: Server) -> None:
    packed = bomb(500 * MIB)
    assert len(packed) < 600_000
    server.answers["/x"] = sends(packed, Content_Encoding="gzip")
    with most_taken() as taken:
        assert "200 times" in refusal(at(server, "/x"), public_limits(server), a_web())
    assert taken[0] < 40 * MIB


def test_packed_twice_is_refused(server: Server) -> None:
    server.answers["/x"] = sends(gzip.compress(gzip.compress(b"[1]")), Content_Encoding="gzip")
    assert "twice" in refusal(at(server, "/x"), public_limits(server), a_web())


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "deflate", "x" * 500])
def test_packing_that_was_not_offered_is_refused(server: Server, encoding: str) -> None:
    server.answers["/x"] = sends(b"[1]", Content_Encoding=encoding)
    assert "not offered" in refusal(at(server, "/x"), public_limits(server), a_web())
    assert server.asked[0][1]["accept-encoding"] == "gzip"


@pytest.mark.parametrize("packed", [b"[1]", gzip.compress(b"[1]" * 1000)[:-20]], ids=["not packed", "cut off"])
def test_broken_packing_is_refused(server: Server, packed: bytes) -> None:
    server.answers["/x"] = sends(packed, Content_Encoding="gzip")
    assert "packing" in refusal(at(server, "/x"), public_limits(server), a_web())


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["status line", "header", "body", "chunks without end", "hints without end"],
)
def test_bytes_that_only_trickle_in_end_with_the_time_there_is(server: Server, first: bytes, piece: bytes) -> None:
    server.answers["/x"] = drips(first, piece=piece)
    before = time.monotonic()
    limits = public_limits(server, most_seconds=0.5)
    assert "0.5 seconds" in refusal(at(server, "/x"), limits, a_web())
    assert time.monotonic() - before < PATIENCE_S


@pytest.mark.long
def test_byte_every_five_seconds_ends_within_the_minute_and_another_list_is_read_meanwhile(server: Server) -> None:
    server.answers |= {"/slow": drips(b"HTTP/1.1 200 OK\r\n\r\n", every=5.0), "/x": sends(b"[1]")}
    limits, told = public_limits(server, most_seconds=60.0), []
    before = time.monotonic()
    slow = threading.Thread(target=lambda: told.append(refusal(at(server, "/slow"), limits, a_web())))
    slow.start()
    assert body(at(server, "/x"), limits, a_web()) == b"[1]"
    slow.join()
    assert "60 seconds" in told[0]
    # Before the next piece comes, which would be at 65: nobody waited for it.
    assert time.monotonic() - before < 64


def test_silence_ends_with_the_wait_for_one_read(server: Server) -> None:
    server.answers["/x"] = drips(b"HTTP/1.1 200 OK\r\n\r\n", every=30)
    assert "ReadTimeout" in refusal(at(server, "/x"), public_limits(server, read_seconds=0.2), a_web())


@pytest.mark.parametrize("line", [b"X: " + b"a" * (10 * MIB) + b"\r\n", b"X: a\r\n" * 100_000], ids=["one", "many"])
def test_headers_without_end_are_refused(server: Server, line: bytes) -> None:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n[1]")

    server.answers["/x"] = send
    assert "no answer" in refusal(at(server, "/x"), public_limits(server), a_web())


def test_answer_that_breaks_off_is_no_answer(server: Server) -> None:
    server.answers["/x"] = sends(b"[1]", Content_Length="4")
    assert "no answer" in refusal(at(server, "/x"), public_limits(server), a_web())


@pytest.mark.parametrize(
    "page",
    [b"<!DOCTYPE html><title>Just a moment...</title>", b"<html><script src='/cdn-cgi/challenge-platform/x'></script>"],
)
def test_challenge_page_is_called_what_it_is(server: Server, page: bytes) -> None:
    server.answers["/x"] = sends(page)
    assert "challenge" in refusal(at(server, "/x"), public_limits(server), a_web())
    server.answers["/x"] = sends(page, 403, Server="cloudflare")
    assert "challenge" in refusal(at(server, "/x"), public_limits(server), a_web())


# --- Manners ------------------------------------------------------------------------------------


def test_one_host_is_not_asked_again_within_the_pause(server: Server) -> None:
    server.answers["/x"] = sends(b"[1]")
    waits: list[float] = []
    web, limits = a_web(sleep=waits.append), public_limits(server, pause_seconds=3.0)
    for _ in range(2):
        body(at(server, "/x"), limits, web)
    body(at(server, "/x", "localhost"), limits, a_web({"localhost": ["127.0.0.1"]}, sleep=waits.append))
    assert len(waits) == 1
    assert 2.0 < waits[0] <= 3.0
