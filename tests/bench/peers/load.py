"""The load: clients that each send a request, wait for the answer, and send the next.

Sockets, epoll and a search for Content-Length, in one thread: 20 µs of processor time an answer of 40 kB, which leaves
the server the slower of the two even where it only repeats a constant. Every answer's status, length and beginning
are looked at: a server that errs quickly is not a quick server.
"""

from __future__ import annotations

import gc
import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

_BEGINNING = b'{"data":{'
_PATIENCE_S = 60.0
_BUFFER = bytearray(1 << 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as bytes, and between which lengths its answer's body is; `begins`: what it begins with."""

    request: bytes
    least: int = 0
    most: int = 1 << 30
    begins: bytes = _BEGINNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """What a run measured: seconds; latencies sorted; `client_share`: how busy the client's processor was, 0 to 1."""

    seconds: float
    latencies: Sequence[float]
    errors: dict[str, int]
    client_share: float
    bytes_received: int

    @property
    def answers(self) -> int:
        """How many came, errors too."""
        return len(self.latencies)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    def percentile(self, percent: float) -> float:
        """A latency in milliseconds."""
        if not self.latencies:
            return float("nan")
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))] * 1000


def post(port: int, body: bytes, path: str = "/graphql") -> bytes:
    """A request of GraphQL over HTTP."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(slots=True)
class _Client:
    sock: socket.socket
    call: Call
    sent_at: float = 0.0
    left: int | None = None
    head: bytes = b""
    begun: bool = False
    failed: str | None = None


@dataclass(slots=True)
class _Run:
    port: int
    calls: Sequence[Call]
    most: int | None
    pause: float
    sent: int = 0
    received: int = 0
    latencies: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def next_call(self) -> Call | None:
        if self.most is not None and self.sent >= self.most:
            return None
        self.sent += 1
        return self.calls[(self.sent - 1) % len(self.calls)]


def drive(
    port: int, calls: Sequence[Call], *, clients: int, seconds: float | None = None, pause: float = 0.0
) -> Driven:
    """So many clients for so many seconds, or until each call was made once. `pause`: each client's, between calls."""
    run = _Run(port=port, calls=calls, most=len(calls) if seconds is None else None, pause=pause)
    collected = gc.isenabled()
    gc.disable()
    busy, began = time.process_time(), time.perf_counter()
    try:
        _loop(run, clients, began + (seconds if seconds is not None else 3600.0))
    finally:
        if collected:
            gc.enable()
    took = time.perf_counter() - began
    return Driven(
        seconds=took,
        latencies=sorted(run.latencies),
        errors=dict(run.errors),
        client_share=(time.process_time() - busy) / took,
        bytes_received=run.received,
    )


def _loop(run: _Run, clients: int, until: float) -> None:
    selector = selectors.DefaultSelector()
    waiting = 0
    for _ in range(clients):
        call = run.next_call()
        if call is not None:
            client = _Client(sock=_connect(run.port), call=call)
            selector.register(client.sock, selectors.EVENT_READ, client)
            _send(client, call)
            waiting += 1
    while waiting:
        ready = selector.select(_PATIENCE_S)
        if not ready:
            run.errors["no answer"] += waiting
            break
        for key, _ in ready:
            client = key.data
            if not _receive(run, client):
                continue
            call = run.next_call() if time.perf_counter() < until else None
            if call is None:
                waiting -= 1
                selector.unregister(client.sock)
                client.sock.close()
                continue
            if client.failed == "closed":
                selector.unregister(client.sock)
                client.sock = _connect(run.port)
                selector.register(client.sock, selectors.EVENT_READ, client)
            if run.pause:
                time.sleep(run.pause)
            _send(client, call)
    selector.close()


def _connect(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=5)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setblocking(False)
    return sock


def _send(client: _Client, call: Call) -> None:
    client.call, client.left, client.head, client.begun, client.failed = call, None, b"", False, None
    client.sent_at = time.perf_counter()
    client.sock.sendall(call.request)


def _receive(run: _Run, client: _Client) -> bool:
    """Take what has come; True: the answer is whole, or never will be."""
    try:
        count = client.sock.recv_into(_BUFFER)
    except BlockingIOError:
        return False
    except OSError:
        count = 0
    if count == 0:
        client.failed = "closed"
        return _whole(run, client)
    run.received += count
    first = 0
    if client.left is None:
        end = _BUFFER.find(b"\r\n\r\n", 0, count)
        if end < 0 or client.head:
            client.head += bytes(_BUFFER[:count])
            end = client.head.find(b"\r\n\r\n")
            if end < 0:
                return False
            _BUFFER[: len(client.head)] = client.head
            count = len(client.head)
        first = end + 4
        _read_head(client, bytes(_BUFFER[:end]))
    body = count - first
    if body and not client.begun:
        client.begun = True
        expected = client.call.begins[:body]
        if _BUFFER[first : first + len(expected)] != expected:
            client.failed = client.failed or "no data"
    assert client.left is not None
    client.left -= body
    return client.left <= 0 and _whole(run, client)


def _read_head(client: _Client, head: bytes) -> None:
    status = head[9:12].decode("latin-1")
    if status != "200":
        client.failed = f"status {status}"
    lower = head.lower()
    at = lower.find(b"\r\ncontent-length:")
    if at < 0:
        client.failed, client.left = "no Content-Length", 0
        return
    client.left = int(lower[at + 17 :].split(b"\r\n", 1)[0])
    if not client.failed and not client.call.least <= client.left <= client.call.most:
        client.failed = "length"


def _whole(run: _Run, client: _Client) -> bool:
    run.latencies.append(time.perf_counter() - client.sent_at)
    if client.failed:
        run.errors[client.failed] += 1
    return True
