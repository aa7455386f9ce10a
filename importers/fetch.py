"""Gets a source's bytes: a URL, a file or a folder, within limits, and never from an address that is not public.

The host is looked up once and that address is connected to, so that a name cannot be public when checked and private
when used; redirects are followed by hand, each checked anew. What comes back is bytes: whether it is the promised
format, the parser says.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx2

from importers.protocol import Fetched
from meetings.errors import FetchFailed
from meetings.source import Source

USER_AGENT = "Homegroup/0.1 (meeting list importer; reads public lists a few times a day)"
#: The queries of a BMLT root server that make a list; a folder has their answers as `GetFormats.json` and so on.
#: Records that are not published are asked for too: else a meeting that pauses could not be told from a lost one.
_BMLT_QUERIES = {"GetSearchResults": "&advanced_published=0", "GetFormats": "", "GetServiceBodies": ""}
_MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: How servers say that they have no such thing, BMLT's of a query they do not know.
_ABSENT = frozenset({404, 410, 422})
_MAX_FILES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """Bytes and seconds for one whole source; `private`: addresses that are not public are allowed too."""

    most_bytes: int = 20 * 1024 * 1024
    most_seconds: float = 60.0
    private: bool = False


def fetch(source: Source, limits: FetchLimits | None = None) -> Fetched:
    """What the source's location holds now; FetchFailed."""
    limits = limits or FetchLimits()
    if "://" not in source.location:
        return _from_disk(source, limits)
    budget = _Budget(source=source, limits=limits, ends=time.monotonic() + limits.most_seconds)
    if source.importer != "bmlt":
        return Fetched(documents={_name(source.location): _body(source.location, budget)}, location=source.location)
    interface = _bmlt_interface(source.location)
    documents = {}
    for query, more in _BMLT_QUERIES.items():
        try:
            documents[f"{query}.json"] = _body(f"{interface}?switcher={query}{more}", budget)
        except _Absent:
            # Meetings alone are a list. Any other failure fails the whole: else formats would come and go.
            if not documents:
                raise
    return Fetched(documents=documents, location=source.location)


# --- From disk ----------------------------------------------------------------------------------


def _from_disk(source: Source, limits: FetchLimits) -> Fetched:
    path = Path(source.location)
    try:
        files = _folder(path, source.importer) if path.is_dir() else [path]
        if not files or len(files) > _MAX_FILES:
            raise FetchFailed(source.id, source.location, f"a folder of 1 to {_MAX_FILES} files is expected")
        size = sum(file.stat().st_size for file in files)
        if size > limits.most_bytes:
            raise FetchFailed(source.id, source.location, f"{size} bytes; at most {limits.most_bytes} are read")
        documents = {file.name: file.read_bytes() for file in files}
    except OSError as error:
        raise FetchFailed(source.id, source.location, error.strerror or "it cannot be read") from error
    if source.importer == "bmlt" and not path.is_dir():
        documents = {"GetSearchResults.json": documents[path.name]}
    return Fetched(documents=documents, location=source.location)


def _folder(path: Path, importer: str) -> list[Path]:
    """The files of a folder that belong to this kind of list."""
    files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
    if importer == "bmlt":
        return [file for file in files if file.stem in _BMLT_QUERIES and file.suffix == ".json"]
    return [file for file in files if importer != "native" or file.suffix == ".jsonl"]


# --- From the network ---------------------------------------------------------------------------


class _Absent(FetchFailed):
    """The server has no such thing."""


@dataclass(slots=True, kw_only=True)
class _Budget:
    """What is left to one source of time and bytes."""

    source: Source
    limits: FetchLimits
    ends: float
    bytes: int = 0

    def failed(self, url: str, reason: str) -> FetchFailed:
        return FetchFailed(self.source.id, _without_query(url), reason)

    def seconds(self, url: str) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise self.failed(url, f"no whole answer within {self.limits.most_seconds:g} seconds")
        return left


def _body(url: str, budget: _Budget) -> bytes:
    """The answer's body, after redirects."""
    asked = url
    for _ in range(_MAX_REDIRECTS + 1):
        answer = _once(url, budget)
        if isinstance(answer, bytes):
            return answer
        if urlsplit(url).scheme == "https" and urlsplit(answer).scheme != "https":
            raise budget.failed(asked, "it redirects from https to http")
        url = answer
    raise budget.failed(asked, f"more than {_MAX_REDIRECTS} redirects")


def _once(url: str, budget: _Budget) -> bytes | str:
    """The body, or where it redirects to."""
    target, address = _checked(url, budget)
    headers = {
        "Host": target.netloc.decode("ascii"),
        "User-Agent": USER_AGENT,
        "Accept": "application/json, */*;q=0.5",
        "Accept-Encoding": "gzip",
    }
    pinned, extensions = target.copy_with(host=address), {"sni_hostname": target.raw_host.decode("ascii")}
    try:
        with (
            httpx2.Client(trust_env=False, follow_redirects=False, timeout=budget.seconds(url)) as client,
            client.stream("GET", pinned, headers=headers, extensions=extensions) as response,
        ):
            if response.status_code in _REDIRECTS:
                return urljoin(url, response.headers.get("location", ""))
            if response.status_code in _ABSENT:
                raise _Absent(budget.source.id, _without_query(url), f"the server answers {response.status_code}")
            if response.status_code != 200:
                raise budget.failed(url, f"the server answers {response.status_code}")
            return _read(response.iter_bytes(), url, budget)
    except httpx2.HTTPError as error:
        raise budget.failed(url, f"no answer: {type(error).__name__}") from error


def _read(chunks: Iterator[bytes], url: str, budget: _Budget) -> bytes:
    """All of it, unpacked, but not more than allowed: a small packed answer may unpack to gigabytes."""
    body = bytearray()
    for chunk in chunks:
        budget.bytes += len(chunk)
        if budget.bytes > budget.limits.most_bytes:
            raise budget.failed(url, f"more than {budget.limits.most_bytes} bytes")
        # A server that sends a byte now and then would never reach a time-out between two reads.
        budget.seconds(url)
        body += chunk
    return bytes(body)


def _checked(url: str, budget: _Budget) -> tuple[httpx2.URL, str]:
    """The URL, and the address to connect to."""
    try:
        target = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise budget.failed(url, "no address of the web") from error
    if target.scheme not in {"http", "https"} or not target.host or target.userinfo:
        raise budget.failed(url, "only http and https, without a user's name, are fetched")
    addresses = _addresses(target, lambda reason: budget.failed(url, reason))
    if not budget.limits.private and not all(is_public(address) for address in addresses):
        raise budget.failed(url, "its address is not public; HOMEGROUP_PRIVATE_SOURCES=1 allows that")
    return target, addresses[0]


def _addresses(target: httpx2.URL, failed: Callable[[str], FetchFailed]) -> list[str]:
    try:
        found = socket.getaddrinfo(target.raw_host.decode("ascii"), target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise failed("no host of this name") from error
    # IPv4 first: hosts that tell an IPv6 address they cannot be reached by are the commoner fault.
    ordered = sorted(found, key=lambda one: one[0] != socket.AF_INET)
    return list(dict.fromkeys(str(one[4][0]) for one in ordered))


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody may reach; an IPv4 address written in IPv6 counts as what it is."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1] or _in_nat64(ip)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast


def _in_nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip not in ipaddress.ip_network("64:ff9b::/96"):
        return None
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)


def _bmlt_interface(root: str) -> str:
    """Where a root server answers; `root` as people write it, with or without last slash or the interface's path."""
    trimmed = root.split("?", 1)[0].rstrip("/")
    for tail in ("/json", "/client_interface"):
        trimmed = trimmed.removesuffix(tail)
    return f"{trimmed}/client_interface/json/"


def _name(url: str) -> str:
    return Path(urlsplit(url).path).name or "list"


def _without_query(url: str) -> str:
    """The URL as it may be shown: what follows the question mark may hold a key."""
    return url.split("?", 1)[0]
