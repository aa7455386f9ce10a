"""One GET over the web, hardened: what a stranger wrote as an address is asked, and what a stranger answers is read.

The host is looked up once for a connection, every address found is checked, and a checked one is connected to, so
that a name cannot be public when checked and private when used. Redirects are followed by hand, each checked anew.
Time is bounded for the whole and for each read, headers and body are bounded, packed answers while they are unpacked.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2

from importers.fetch_addresses import is_public
from importers.fetch_limits import FetchLimits
from importers.fetch_packed import BadPacking, unpacked
from meetings.errors import FetchFailed

Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
_MAX_REDIRECTS = 3
#: Addresses of one host that are tried, one after the other.
_MAX_ADDRESSES = 4
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: How servers say that they have no such thing, BMLT's of a query they do not know.
_ABSENT = frozenset({404, 410, 422})
_IN_HOSTS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_:")
_CHALLENGES = (b"cf-chl", b"cf_chl", b"challenge-platform", b"attention required! | cloudflare", b"just a moment...")


class Absent(FetchFailed):
    """The server has no such thing."""


class TooLarge(FetchFailed):
    """The server cannot give so much at once."""


def look_up(host: str, port: int) -> Sequence[str]:
    """All addresses of a host, as the system knows them; OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # IPv4 first: hosts that tell an IPv6 address they cannot be reached by are the commoner fault.
    ordered = sorted(found, key=lambda one: one[0] != socket.AF_INET)
    return list(dict.fromkeys(str(one[4][0]) for one in ordered))


@dataclass(slots=True, kw_only=True)
class Web:
    """The world outside, which tests replace: names, certificates, waiting. It remembers whom it asked when."""

    resolve: Resolver = look_up
    public: Callable[[str], bool] = is_public
    tls: ssl.SSLContext | None = None
    sleep: Callable[[float], None] = time.sleep
    asked: dict[str, float] = field(default_factory=dict)

    def pace(self, host: str, seconds: float) -> None:
        """Wait until this host has not been asked for so long."""
        since = time.monotonic() - self.asked.get(host, float("-inf"))
        if since < seconds:
            self.sleep(seconds - since)
        self.asked[host] = time.monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A body, None: not modified; and the validators that came with it."""

    body: bytes | None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(slots=True, kw_only=True)
class Budget:
    """What is left to one source of time and bytes."""

    source: str
    limits: FetchLimits
    web: Web
    agent: str
    ends: float
    bytes: int = 0

    def failed(self, url: str, reason: str) -> FetchFailed:
        """The failure to raise."""
        return FetchFailed(self.source, without_query(url), reason)

    def seconds(self, url: str) -> float:
        """What is left; FetchFailed if nothing is."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise self.failed(url, f"no whole answer within {self.limits.most_seconds:g} seconds")
        return left


def get(url: str, budget: Budget, conditions: Mapping[str, str] | None = None) -> Answer:
    """The answer after redirects; `conditions` are the headers of a conditional request. FetchFailed."""
    asked = url
    for _ in range(_MAX_REDIRECTS + 1):
        answer = _once(url, budget, conditions or {})
        if isinstance(answer, Answer):
            return answer
        if urlsplit(url).scheme == "https" and urlsplit(answer).scheme == "http":
            raise budget.failed(asked, "it redirects from https to http")
        url = answer
    raise budget.failed(asked, f"more than {_MAX_REDIRECTS} redirects")


def _once(url: str, budget: Budget, conditions: Mapping[str, str]) -> Answer | str:
    """The answer, or where it redirects to."""
    target = _checked(url, budget)
    budget.web.pace(target.host, min(budget.limits.pause_seconds, budget.seconds(url)))
    headers: dict[bytes | str, bytes | str] = {
        "Host": target.netloc.decode("ascii"),
        "User-Agent": budget.agent,
        "Accept": "application/json, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
        **{str(name): value for name, value in conditions.items()},
    }
    limits = budget.limits
    waits = {"connect": limits.connect_seconds, "read": limits.read_seconds, "write": limits.read_seconds}
    tls = budget.web.tls or httpx2.create_ssl_context(trust_env=False)
    origin = httpcore2.URL(
        scheme=target.raw_scheme, host=target.raw_host.rstrip(b"."), port=target.port, target=target.raw_path
    )
    try:
        with (
            httpcore2.ConnectionPool(ssl_context=tls, network_backend=_Network(url, budget)) as pool,
            pool.stream("GET", origin, headers=headers, extensions={"timeout": waits}) as response,
        ):
            return _judged(url, response, budget, conditional=bool(conditions))
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
        budget.seconds(url)
        raise budget.failed(url, f"no answer: {_cause(error)}") from error


def _cause(error: BaseException) -> str:
    """The kind of failure; of a certificate that is not good, what is wrong with it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"its certificate is not good: {seen.verify_message}"
        seen = seen.__cause__ or seen.__context__
    return type(error).__name__


def _judged(url: str, response: httpcore2.Response, budget: Budget, *, conditional: bool) -> Answer | str:
    headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
    if response.status in _REDIRECTS:
        try:
            return urljoin(url, headers.get(b"location", ""))
        except ValueError as error:
            raise budget.failed(url, "it redirects to no address of the web") from error
    if response.status == 304 and conditional:
        return Answer(body=None)
    if response.status in _ABSENT:
        raise Absent(budget.source, without_query(url), f"the server answers {response.status}")
    if response.status in {413, 500, 502, 504}:
        raise TooLarge(budget.source, without_query(url), f"the server answers {response.status}")
    if response.status != 200:
        raise budget.failed(url, f"the server answers {response.status}{_challenge(response, headers)}")
    body = _read(response.iter_stream(), headers.get(b"content-encoding", ""), url, budget)
    if any(mark in body[:20_000].lower() for mark in _CHALLENGES) and body.lstrip()[:1] == b"<":
        raise budget.failed(url, "a challenge page stands before the list: ask its host to let programs read it")
    return Answer(body=body, etag=_short(headers.get(b"etag")), last_modified=_short(headers.get(b"last-modified")))


def _challenge(response: httpcore2.Response, headers: Mapping[bytes, str]) -> str:
    is_one = "cf-mitigated" in {name.decode("latin-1") for name in headers} or (
        response.status in {403, 503} and "cloudflare" in headers.get(b"server", "").casefold()
    )
    return ": a challenge page stands before the list" if is_one else ""


def _short(validator: str | None) -> str | None:
    # Kept and sent back: one that is as long as a list is none.
    is_plain = validator is not None and validator.isascii() and validator.isprintable()
    return validator if validator and is_plain and len(validator) <= 500 else None


def _read(chunks: Iterable[bytes], encoding: str, url: str, budget: Budget) -> bytes:
    """All of it, unpacked, but not more than allowed: a small packed answer may unpack to gigabytes."""
    body = bytearray()
    try:
        for chunk in unpacked(_timely(chunks, url, budget), encoding):
            budget.bytes += len(chunk)
            if budget.bytes > budget.limits.most_bytes:
                raise budget.failed(url, f"more than {budget.limits.most_bytes} bytes")
            body += chunk
    except BadPacking as error:
        raise budget.failed(url, str(error)) from error
    return bytes(body)


def _timely(chunks: Iterable[bytes], url: str, budget: Budget) -> Iterator[bytes]:
    for chunk in chunks:
        # A server that sends a byte now and then would never reach a time-out between two reads.
        budget.seconds(url)
        yield chunk


# --- Where to -----------------------------------------------------------------------------------


def _checked(url: str, budget: Budget) -> httpx2.URL:
    """The URL, taken apart once."""
    try:
        target = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise budget.failed(url, "no address of the web") from error
    if target.scheme not in {"http", "https"} or not target.host or target.userinfo:
        raise budget.failed(url, "only http and https, without a user's name, are fetched")
    if not set(target.raw_host.decode("ascii").lower()) <= _IN_HOSTS:
        raise budget.failed(url, "no host is written like this")
    limits = budget.limits
    if limits.private:
        return target
    if target.scheme == "http" and not limits.plain_http:
        raise budget.failed(url, "only https is fetched; HOMEGROUP_PLAIN_HTTP=1 allows http")
    if target.port is not None and target.port not in limits.ports:
        raise budget.failed(url, f"no list is fetched from port {target.port}; HOMEGROUP_PRIVATE_SOURCES=1 allows it")
    return target


@dataclass(frozen=True, slots=True)
class _Network(httpcore2.NetworkBackend):
    """Connects to checked addresses only, and to nothing for longer than the budget lasts."""

    url: str
    budget: Budget

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """As the base class."""
        failure: Exception = httpcore2.ConnectError("no address")
        for address in self._addresses(host, port)[:_MAX_ADDRESSES]:
            left = min(timeout or float("inf"), self.budget.seconds(self.url))
            try:
                stream = httpcore2.SyncBackend().connect_tcp(address, port, timeout=left)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Timed(stream, self.budget, self.url)
        raise failure

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        found = _within(self.budget.seconds(self.url), lambda: self.budget.web.resolve(host, port))
        if not found:
            raise self.budget.failed(self.url, "no host of this name")
        # One bad address among good ones is an attempt too.
        if not self.budget.limits.private and not all(self.budget.web.public(address) for address in found):
            reason = "its address is not public; HOMEGROUP_PRIVATE_SOURCES=1 allows that"
            raise self.budget.failed(self.url, reason)
        return found


def _within(seconds: float, resolve: Callable[[], Sequence[str]]) -> Sequence[str]:
    """What is found in that time: a lookup knows no time-out of its own."""
    found: list[str] = []

    def ask() -> None:
        try:
            found.extend(resolve())
        except (OSError, UnicodeError):
            found.clear()

    asking = threading.Thread(target=ask, name="host lookup", daemon=True)
    asking.start()
    asking.join(seconds)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Timed(httpcore2.NetworkStream):
    """A connection each of whose reads and writes ends with the budget at the latest."""

    stream: httpcore2.NetworkStream
    budget: Budget
    url: str

    def _left(self, timeout: float | None) -> float:
        return min(timeout or float("inf"), self.budget.seconds(self.url))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As the base class."""
        return self.stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As the base class."""
        self.stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        """As the base class."""
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """As the base class."""
        secured = self.stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _Timed(secured, self.budget, self.url)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the base class
        """As the base class."""
        return self.stream.get_extra_info(info)


def without_query(url: str) -> str:
    """The URL as it may be shown: what follows the question mark may hold a key."""
    return url.split("?", 1)[0]
