"""Compressed answers: for whom, of what, and with which tag."""

import zlib
from collections.abc import AsyncIterator

import httpx2
import pytest
from backports import zstd
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.compression import INLINE_BYTES, LEAST_BYTES, Compressed, preferred

TEXT = b"Ferry Lane Steps, 12 Ferry Lane. " * 200
LARGE = TEXT * (INLINE_BYTES // len(TEXT) + 1)
STREAMED = b"[" + LARGE + TEXT + b"]"
TAG = '"abc"'


async def answered(request: Request) -> Response:
    """A tagged answer, or 304 to its own tag."""
    known = request.headers.get("if-none-match", "")
    if TAG in known.split(", "):
        return Response(status_code=304, headers={"ETag": TAG})
    return Response(TEXT, media_type="text/calendar", headers={"ETag": TAG, "Vary": "Accept"})


async def streamed(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"[", LARGE, b"", TEXT, b"]"):
            yield piece

    return StreamingResponse(pieces(), media_type="application/json")


def fixed(body: bytes, **headers: str) -> Route:
    path = headers.pop("path")

    async def answer(_: Request) -> Response:
        return Response(body, headers={name.replace("_", "-"): text for name, text in headers.items()})

    return Route(path, answer)


APP = Starlette(
    routes=[
        Route("/tagged", answered),
        Route("/streamed", streamed),
        fixed(LARGE, path="/large", content_type="application/graphql-response+json; charset=utf-8"),
        fixed(b"x" * (LEAST_BYTES - 1), path="/small", content_type="text/plain"),
        fixed(TEXT, path="/secret", content_type="application/json", cache_control="no-store, no-transform"),
        fixed(TEXT, path="/packed", content_type="application/json", content_encoding="gzip"),
        fixed(TEXT, path="/image", content_type="image/png"),
    ],
    middleware=[Middleware(Compressed)],
)


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(APP), base_url="http://home") as client:
        yield client


async def raw(client: httpx2.AsyncClient, path: str, encoding: str, **more: str) -> tuple[httpx2.Response, bytes]:
    """The response and its bytes as they went over the wire."""
    headers = {"Accept-Encoding": encoding, **{name.replace("_", "-"): text for name, text in more.items()}}
    async with client.stream("GET", path, headers=headers) as response:
        return response, b"".join([piece async for piece in response.aiter_raw()])


def unpacked(encoding: str, body: bytes) -> bytes:
    return zstd.decompress(body) if encoding == "zstd" else zlib.decompress(body, 31)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize(("path", "text"), [("/tagged", TEXT), ("/large", LARGE), ("/streamed", STREAMED)])
async def test_text_is_compressed_to_what_it_was(
    client: httpx2.AsyncClient, encoding: str, path: str, text: bytes
) -> None:
    response, body = await raw(client, path, encoding)
    assert (response.headers["content-encoding"], unpacked(encoding, body)) == (encoding, text)
    assert len(body) < len(text) / 4
    assert response.headers.get("content-length") == (None if path == "/streamed" else str(len(body)))
    assert "Accept-Encoding" in response.headers["vary"]


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
async def test_each_answer_can_be_read_without_those_before_it(client: httpx2.AsyncClient, encoding: str) -> None:
    bodies = [(await raw(client, "/tagged", encoding))[1] for _ in range(3)]
    assert len(set(bodies)) == 1
    assert [unpacked(encoding, body) for body in bodies] == [TEXT] * 3


@pytest.mark.parametrize("path", ["/small", "/secret", "/packed", "/image"])
async def test_what_is_small_secret_packed_or_no_text_is_left_alone(client: httpx2.AsyncClient, path: str) -> None:
    (plain, same), (asked, body) = await raw(client, path, "identity"), await raw(client, path, "gzip, zstd")
    assert (body, asked.headers.get("content-encoding")) == (same, plain.headers.get("content-encoding"))


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("br, deflate", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, zstd;q=0.5", "gzip"),
        ("zstd;q=0, gzip;q=0", None),
        ("gzip;q=0, *", None),
        ("*", "gzip"),
        ("GZIP;Q=0.1", "gzip"),
        (";;,q=", None),
    ],
)
def test_the_client_chooses_the_encoding(header: str | None, encoding: str | None) -> None:
    assert preferred(header) == encoding


async def test_each_encoding_has_a_strong_tag_of_its_own(client: httpx2.AsyncClient) -> None:
    tags = [(await raw(client, "/tagged", encoding))[0].headers["etag"] for encoding in ("identity", "gzip", "zstd")]
    assert tags == ['"abc"', '"abc-gzip"', '"abc-zstd"']


@pytest.mark.parametrize(
    ("encoding", "known", "status", "tag"),
    [
        ("gzip", '"abc-gzip"', 304, '"abc-gzip"'),
        ("gzip", '"other", "abc-gzip"', 304, '"abc-gzip"'),
        ("zstd", '"abc-zstd"', 304, '"abc-zstd"'),
        ("gzip", '"abc"', 304, '"abc"'),
        ("identity", '"abc"', 304, '"abc"'),
        ("identity", '"abc-gzip"', 200, '"abc"'),
        ("zstd", '"abc-gzip"', 200, '"abc-zstd"'),
        ("gzip", '"old-gzip"', 200, '"abc-gzip"'),
    ],
)
async def test_a_tag_holds_for_the_encoding_it_was_given_with(
    client: httpx2.AsyncClient, encoding: str, known: str, status: int, tag: str
) -> None:
    response, _ = await raw(client, "/tagged", encoding, if_none_match=known)
    assert (response.status_code, response.headers["etag"]) == (status, tag)
