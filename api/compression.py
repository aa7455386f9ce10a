"""Compresses answers by gzip or zstd for clients that take them.

An answer that holds a secret says `no-transform` and is left alone, by us and by every proxy: the length of what is
compressed tells of what is in it (https://breachattack.com/). A compressed answer is another representation, with a
strong ETag of its own: the handler's with the encoding's name at its end. Handlers know nothing of that.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol

from anyio import CapacityLimiter, to_thread
from isal import isal_zlib
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.negotiation import accepted

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: Below this the headers weigh as much as what is saved.
LEAST_BYTES = 1000
#: About a tenth of a millisecond's work: more would hold up the other clients.
INLINE_BYTES = 64 * 1024
#: Measured on 47 kB: zlib's level 1 takes 152 µs for 17 %, this gzip 31 µs for 16 %; zstd 1 takes 35 µs for 15 %.
_GZIP_LEVEL, _ZSTD_LEVEL = 2, 1
_THREADS = 2
_GZIP_WINDOW = 31
#: Headers that are kept as they were read: clients send a few, each time the same.
_HEADERS = 100
#: What is true of an answer only where it is not compressed.
_OF_PLAIN = frozenset({b"content-length", b"accept-ranges"})
_TEXTS = (b"json", b"jsonl", b"javascript", b"xml", b"x-ndjson")


class Compressor(Protocol):
    """Takes an answer piece by piece."""

    def compress(self, data: bytes, /) -> bytes:
        """What comes out so far."""

    def flush(self) -> bytes:
        """What is left."""


#: Made once: what it works in takes as long to set up as an answer to compress. For the event loop's use alone.
_ZSTD = zstd.ZstdCompressor(level=_ZSTD_LEVEL)


class _Encoding(NamedTuple):
    """`whole` compresses all of an answer, on the event loop; `pieces` makes what takes one piece by piece."""

    whole: Callable[[bytes], bytes]
    pieces: Callable[[], Compressor]


#: Liked best first where a client likes several equally well.
ENCODINGS: Mapping[str, _Encoding] = {
    "zstd": _Encoding(
        whole=lambda body: _ZSTD.compress(body, zstd.ZstdCompressor.FLUSH_FRAME),
        pieces=lambda: zstd.ZstdCompressor(level=_ZSTD_LEVEL),
    ),
    "gzip": _Encoding(
        whole=lambda body: isal_zlib.compress(body, _GZIP_LEVEL, _GZIP_WINDOW),
        pieces=lambda: isal_zlib.compressobj(_GZIP_LEVEL, isal_zlib.DEFLATED, _GZIP_WINDOW),
    ),
}


@lru_cache(maxsize=_HEADERS)
def preferred(header: str | None) -> str | None:
    """The encoding that the client likes best of ours; None: it takes none of them."""
    if not header:
        return None
    liked = dict(accepted(header))
    best = max(ENCODINGS, key=lambda name: liked.get(name, 0.0))
    if liked.get(best):
        return best
    # RFC 9110 section 12.5.3: an asterisk stands for what is not named.
    return "gzip" if liked.get("*") and "gzip" not in liked else None


class Compressed:
    """The middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.threads = CapacityLimiter(_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the answer compressed where that helps."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked: dict[bytes, bytes] = dict(reversed(scope["headers"]))
        encoding = preferred(asked.get(b"accept-encoding", b"").decode("latin-1"))
        known = asked.get(b"if-none-match", b"").decode("latin-1") if encoding else ""
        if known and (plain := known.replace(f'-{encoding}"', '"')) != known:
            MutableHeaders(scope=scope)["if-none-match"] = f"{known}, {plain}"
        answer = _Answer(send, encoding, known, self.threads, head_only=scope["method"] == "HEAD")
        await self.app(scope, receive, answer.send)


class _Answer:
    """One answer on its way: its head is held back until its first piece tells whether compressing pays."""

    def __init__(
        self, send: Send, encoding: str | None, known: str, threads: CapacityLimiter, *, head_only: bool
    ) -> None:
        self._send, self._encoding, self._known, self._threads = send, encoding, known, threads
        self._head_only = head_only
        self._head: Message | None = None
        self._compressor: Compressor | None = None

    async def send(self, message: Message) -> None:
        """Take what the handler sends."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._head is not None:
            head, self._head = self._head, None
            await self._first(head, message)
        elif self._compressor is not None:
            await self._send({**message, "body": await self._compressed(self._compressor, message)})
        else:
            await self._send(message)

    async def _begin(self, head: Message) -> None:
        if head["status"] == 304:
            self._tell_known_tag(MutableHeaders(raw=head["headers"]))
        elif is_compressible(head["status"], told := dict(head["headers"])):
            if b"accept-encoding" not in told.get(b"vary", b"").lower():
                MutableHeaders(raw=head["headers"]).add_vary_header("Accept-Encoding")
            if self._encoding:
                self._head = head
                return
        await self._send(head)

    async def _first(self, head: Message, message: Message) -> None:
        body, whole = message.get("body", b""), not message.get("more_body", False)
        # A handler that sends no body to HEAD does not tell how long it would be: as long as compressed ones, say.
        bare = self._head_only and not body
        if self._encoding is None or (whole and not bare and len(body) < LEAST_BYTES):
            await self._send(head)
            await self._send(message)
            return
        encoding = ENCODINGS[self._encoding]
        if whole and len(body) <= INLINE_BYTES:
            body = b"" if bare else encoding.whole(body)
        else:
            self._compressor = encoding.pieces()
            body = await self._compressed(self._compressor, message)
        length = len(body) if whole and not bare else None
        await self._send({**head, "headers": _marked(head["headers"], self._encoding, length)})
        await self._send({**message, "body": body})

    async def _compressed(self, compressor: Compressor, message: Message) -> bytes:
        body, last = message.get("body", b""), not message.get("more_body", False)
        if len(body) <= INLINE_BYTES:
            return _next(compressor, body, last)
        return await to_thread.run_sync(_next, compressor, body, last, limiter=self._threads)

    def _tell_known_tag(self, headers: MutableHeaders) -> None:
        """The tag that the client has, where it has the compressed representation."""
        if self._encoding and (tag := headers.get("ETag")) and tag not in self._known:
            headers["ETag"] = _with_encoding(tag, self._encoding)


def is_compressible(status: int, headers: Mapping[bytes, bytes]) -> bool:
    """Whether an answer with these headers, by their names in small letters, is text, whole, and not secret."""
    media = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return (
        status not in {204, 206}
        and (media.startswith(b"text/") or media.endswith(_TEXTS))
        and b"content-encoding" not in headers
        and b"no-transform" not in headers.get(b"cache-control", b"")
    )


def _marked(headers: Iterable[tuple[bytes, bytes]], encoding: str, length: int | None) -> list[tuple[bytes, bytes]]:
    """With what tells that the answer is compressed, and its length if that is known."""
    marked = [
        (name, _with_encoding(value.decode("latin-1"), encoding).encode("latin-1") if name == b"etag" else value)
        for name, value in headers
        if name not in _OF_PLAIN
    ]
    marked.append((b"content-encoding", encoding.encode("ascii")))
    if length is not None:
        marked.append((b"content-length", b"%d" % length))
    return marked


def _with_encoding(tag: str, encoding: str) -> str:
    return f'{tag.removesuffix(chr(34))}-{encoding}"'


def _next(compressor: Compressor, body: bytes, last: bool) -> bytes:
    told = compressor.compress(body)
    return told + compressor.flush() if last else told
