"""Answers to GraphQL requests: what is told of an error, and how they are sent, with media type and headers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from graphql import GraphQLError
from starlette.types import Send

from api.errors import RETRY_SECONDS
from api.graphql_requests import GRAPHQL, JSON
from api.incoming import Malformed
from meetings.errors import InvalidQuery, MeetingsError, NotAllowed, StoreFailed, TooOften
from schema.errors import Refused, refusal
from schema.operations import refused_answer

CORS = {"Access-Control-Allow-Origin": "*"}
#: Of answers that may hold a secret: not kept, and not compressed on the way, for a length tells of what is in it.
SECRET = {"Cache-Control": "no-store, no-transform"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer's status, body in JSON and headers of its own; `faultless`: all was executed without an error."""

    status: int
    body: bytes
    faultless: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def answer_to_error(error: Exception, *, strict: bool) -> Answer:
    """Why nothing was executed. `strict`: the status tells clients of the newer media type so; older ones want 200."""
    match error:
        case Refused():
            return _refused(400 if strict else 200, error)
        case Malformed():
            return _refused(error.status, refusal(InvalidQuery("request", error.message)), error.headers)
        case NotAllowed():
            return _refused(401 if strict else 200, refusal(error), {"WWW-Authenticate": "Bearer"} if strict else None)
        case StoreFailed():
            return _refused(503, refusal(error), {"Retry-After": str(RETRY_SECONDS)})
        case TooOften():
            return _refused(429, refusal(error), {"Retry-After": str(error.seconds)})
        case MeetingsError():
            return _refused(400 if strict else 200, refusal(error))
        case _:
            return _refused(500, Refused([GraphQLError(str(error), original_error=error)]))


def _refused(status: int, refused: Refused, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status=status, body=orjson.dumps(refused_answer(refused, new_number)), headers=dict(headers or {}))


async def send_answer(answer: Answer, media: str, send: Send) -> None:
    """Send the answer in that media type."""
    head = _PLAIN[media] if answer.body and not answer.headers else _head(answer, media)
    length = [] if answer.status == 304 else [(b"content-length", b"%d" % len(answer.body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": [*head, *length]})
    await send({"type": "http.response.body", "body": answer.body})


def _head(answer: Answer, media: str) -> list[tuple[bytes, bytes]]:
    typed = {"Content-Type": f"{media}; charset=utf-8"} if answer.body else {}
    told = {**typed, **_USUAL, **CORS, **answer.headers}
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]


#: `Vary` names all that an answer depends on, also where it is compressed on its way.
_USUAL = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding", "X-Content-Type-Options": "nosniff"}
_PLAIN = {media: _head(Answer(status=200, body=b"{}"), media) for media in (JSON, GRAPHQL)}


def new_number() -> str:
    """Under what an unforeseen error is logged and told."""
    return secrets.token_hex(6)
