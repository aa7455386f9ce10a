"""HTTP requests as GraphQL looks at them: Starlette's own object takes longer to ask than many a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from api.house import House


class Malformed(Exception):
    """A request that is no GraphQL request: it is answered with this status, whatever the client accepts."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.message, self.headers = status, message, dict(headers or {})
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request whose body has not been read; of headers that come twice the first counts."""

    method: str
    headers: Mapping[bytes, bytes]
    scope: Scope
    receive: Receive

    def header(self, name: bytes) -> str | None:
        """A header's text, by its name in small letters; None: it was not sent."""
        told = self.headers.get(name)
        return None if told is None else told.decode("latin-1")

    @property
    def parameters(self) -> QueryParams:
        """What stands in the address behind the question mark."""
        return QueryParams(self.scope["query_string"])

    @property
    def address(self) -> str:
        """Of the client, or of the proxy before it where none is trusted; empty: not known."""
        client = self.scope.get("client")
        return client[0] if client else ""

    @property
    def house(self) -> House:
        """What the process holds."""
        return cast("House", self.scope["state"]["house"])


def incoming(scope: Scope, receive: Receive) -> Incoming:
    """The request of an ASGI connection."""
    return Incoming(scope["method"], dict(reversed(scope["headers"])), scope, receive)


async def read_body(receive: Receive, most: int) -> bytes:
    """The body; Malformed as soon as it is longer than `most` bytes, whatever length it promised; ClientDisconnect."""
    message = await receive()
    body = message.get("body", b"")
    if message.get("more_body", False):
        # One that comes in many pieces is not copied with each.
        body = bytearray(body)
    while message.get("more_body", False) and len(body) <= most:
        message = await receive()
        body += message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    if len(body) > most:
        raise Malformed(413, f"a request has at most {most} bytes", {"Connection": "close"})
    return bytes(body)
