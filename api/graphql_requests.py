"""Reads a GraphQL request out of an HTTP request, within limits: who asks, what, and how the answer is wanted.

Nothing is looked up or executed here. https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import NoneType
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from api.incoming import Incoming, Malformed, read_body
from api.negotiation import accepted
from meetings.errors import InvalidQuery
from schema.documents import sha256_of
from schema.operations import Operation, Request

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
#: Preferred first among those that a client likes equally well.
_OFFERED = (GRAPHQL, JSON)
_RANGES = {"*/*": JSON, "application/*": JSON}
_PARAMETERS: Mapping[str, tuple[type, ...]] = {
    "query": (str, NoneType),
    "documentId": (str, NoneType),
    "operationName": (str, NoneType),
    "variables": (dict, NoneType),
    "extensions": (dict, NoneType),
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_ID = 200
#: Headers that are kept as they were read: clients send a few, each time the same.
_HEADERS = 100


def bearer_token(authorization: str | None) -> str | None:
    """The token of an Authorization header (RFC 6750, section 2.1); None: it holds none."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


@lru_cache(maxsize=_HEADERS)
def negotiated(accepts: str | None) -> str:
    """The media type to answer in; Malformed if there is none the client would take."""
    if not accepts:
        return JSON
    liked: dict[str, float] = {}
    for media, quality in accepted(accepts):
        offered = _RANGES.get(media, media)
        if offered in _OFFERED and (media not in _RANGES or offered not in liked):
            liked[offered] = quality
    best = max(_OFFERED, key=lambda media: liked.get(media, 0.0))
    if not liked.get(best):
        raise Malformed(406, f"answers come as {JSON} or {GRAPHQL}")
    return best


async def read_request(request: Incoming, most: int) -> Request:
    """The GraphQL request in an HTTP request; Malformed, ClientDisconnect."""
    if request.method == "GET":
        return request_from_parameters(_parameters_of(request.parameters))
    check_content_type(request.header(b"content-type") or "")
    if (request.header(b"content-encoding") or "identity").lower() != "identity":
        raise Malformed(415, "send the body as it is, not compressed", {"Accept-Encoding": "identity"})
    body = await read_body(request.receive, most)
    try:
        parameters = orjson.loads(body)
    except ValueError as error:
        raise Malformed(400, f"the body is no JSON: {error}") from error
    if isinstance(parameters, list):
        raise Malformed(400, "send one operation at a time, not a list")
    if not isinstance(parameters, dict):
        raise Malformed(400, "the body is a JSON object with `query`")
    return request_from_parameters(parameters)


def _parameters_of(query: QueryParams) -> dict[str, Any]:
    parameters: dict[str, Any] = {name: query[name] for name in _PARAMETERS if query.get(name)}
    for name in ("variables", "extensions"):
        try:
            parameters[name] = orjson.loads(parameters.get(name) or "null")
        except ValueError as error:
            raise Malformed(400, f"`{name}` is no JSON: {error}") from error
    return parameters


@lru_cache(maxsize=_HEADERS)
def check_content_type(header: str) -> None:
    """Refuse what is no JSON; Malformed."""
    # Forms and plain text are what a page of another site can send without asking; we take neither.
    media, *parameters = (part.strip().lower() for part in header.split(";"))
    charset = next((part[8:].strip('"') for part in parameters if part.startswith("charset=")), "utf-8")
    if media != JSON or charset not in {"utf-8", "utf8"}:
        raise Malformed(415, f"send `Content-Type: {JSON}` in UTF-8", {"Accept-Post": JSON})


def request_from_parameters(parameters: Mapping[str, Any]) -> Request:
    """A request of well-formed parameters; Malformed. Of extensions only `persistedQuery` is looked at."""
    for name, kind in _PARAMETERS.items():
        if not isinstance(parameters.get(name), kind):
            raise Malformed(400, f"`{name}` is {'a string' if str in kind else 'an object'}")
    query, id = parameters.get("query") or None, _document_id(parameters)
    if query is None and id is None:
        raise Malformed(400, "`query` is missing: it holds the GraphQL document")
    if query is not None and id is not None and id != sha256_of(query):
        raise Malformed(400, "provided sha does not match query")
    return Request(
        query=query,
        document_id=id,
        operation_name=parameters.get("operationName"),
        variables=parameters.get("variables"),
    )


def _document_id(parameters: Mapping[str, Any]) -> str | None:
    """The hash, or the operator's own id, of the document that is asked for; None: its text is sent."""
    if id := parameters.get("documentId"):
        algorithm, _, digest = id.partition(":")
        if digest and not (algorithm == "sha256" and _SHA256.fullmatch(digest)):
            raise Malformed(400, "`documentId` is `sha256:` and 64 hexadecimal digits, in small letters")
        return str(digest or id)[:_MAX_ID]
    persisted = (parameters.get("extensions") or {}).get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise Malformed(400, "`persistedQuery` is an object with `version` 1 and `sha256Hash`")
    digest = persisted.get("sha256Hash")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise Malformed(400, "`sha256Hash` is 64 hexadecimal digits, in small letters")
    return digest


def asks_nothing(query: QueryParams) -> bool:
    """Whether an address holds no GraphQL request at all."""
    return not any(name in query for name in _PARAMETERS)


def check_may_get(operation: Operation) -> None:
    """Refuse what must not be asked by GET; Malformed, InvalidQuery."""
    if not operation.is_query:
        raise Malformed(405, "send mutations by POST", {"Allow": "POST"})
    if operation.document.shape.takes_key:
        # An address is written down in many places: histories, proxies, logs.
        raise InvalidQuery("key", "send a schedule's key by POST, never in an address")
