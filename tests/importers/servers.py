"""A web server of loopback that answers as a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias, cast

from importers.fetch import FetchLimits, Web
from importers.fetch_addresses import is_public

Answer: TypeAlias = Callable[[BaseHTTPRequestHandler], None]
CERTIFICATES = Path(__file__).parent / "tls"


class Server(ThreadingHTTPServer):
    """Answers each path as told."""

    daemon_threads = True
    answers: dict[str, Answer]
    asked: list[tuple[str, dict[str, str]]]

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def queries(self) -> list[str]:
        """What followed the question mark, question by question."""
        return [path.partition("?")[2] for path, _ in self.asked]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = cast("Server", self.server)
        server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        server.answers.get(self.path.split("?")[0], sends(b"no", 404))(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@contextmanager
def a_server(certificate: str | None = None) -> Iterator[Server]:
    """A server that runs, with one of our certificates where one is named."""
    made = Server(("127.0.0.1", 0), _Handler)
    made.answers, made.asked = {}, []
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / certificate)
        made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


def sends(body: bytes, status: int = 200, **headers: str) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def drips(first: bytes, *, every: float = 0.05, piece: bytes = b" ") -> Answer:
    """Sends these bytes, and then a piece now and then, for ever."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(first)
        while True:
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(every)

    return send


#: As for a stranger's server, but that it may be of loopback.
def public_limits(server: Server, **changes: Any) -> FetchLimits:
    """The limits of everyday, for a server that must have a port of its own."""
    facts: dict[str, Any] = {
        "ports": frozenset({server.port}),
        "plain_http": True,
        "most_seconds": 5.0,
        "pause_seconds": 0.0,
    }
    return FetchLimits(**(facts | changes))


def a_web(names: dict[str, list[str]] | None = None, **changes: Any) -> Web:
    """A world in which 127.0.0.1 is public, and these names are known besides addresses."""

    def resolve(host: str, port: int) -> list[str]:
        return (names or {}).get(host, [host])

    facts: dict[str, Any] = {"resolve": resolve, "public": lambda ip: ip == "127.0.0.1" or is_public(ip)}
    return Web(**(facts | changes))


def our_authority() -> ssl.SSLContext:
    """Trust in the invented authority alone, as strict as in earnest."""
    return ssl.create_default_context(cafile=str(CERTIFICATES / "ca.pem"))
