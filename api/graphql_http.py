"""GraphQL over HTTP: a request is read within limits, worked on in a thread, and answered as the specification says.

Each operation has a thread, a snapshot of the database and a context of its own. Neither questions nor answers are
logged. https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from anyio import CapacityLimiter, to_thread
from graphql import GraphQLError
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api import graphiql
from api.house import House
from api.settings import Settings
from api.volunteering import HouseWork
from meetings.errors import InvalidQuery, MeetingsError, NotAllowed, StoreFailed
from meetings.tokens import Token, token_hash
from schema import build_schema
from schema.context import Context
from schema.errors import Refused, refusal
from schema.limits import Limits
from schema.operations import Documents, Operation, Request, answer_of, execute, prepare, refused_answer
from store.tokens import find_token

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
#: Preferred first among those that a client likes equally well.
_OFFERED = (GRAPHQL, JSON)
_RANGES = {"*/*": JSON, "application/*": JSON}
_PARAMETERS = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
_CORS = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = {
    **_CORS,
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type, Accept, Authorization",
    "Access-Control-Max-Age": "86400",
}

OpenContext = Callable[[HttpRequest, Token | None], AbstractContextManager[Context]]
FindViewer = Callable[[HttpRequest, str], Token | None]
#: How much longer a list may be as a JSON string: base64 takes four thirds, escapes in most alphabets at most three.
_AS_JSON = 3


class Malformed(Exception):
    """A request that is no GraphQL request: it is answered with this status, whatever the client accepts."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.message, self.headers = status, message, dict(headers or {})
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What the endpoint holds while the process lives; volunteers' operations are long and have their own threads."""

    documents: Documents
    threads: CapacityLimiter
    volunteer_threads: CapacityLimiter
    body_bytes: int
    volunteer_body_bytes: int
    open_context: OpenContext
    find_viewer: FindViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer's status, body and headers of its own."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def graphql_routes(
    settings: Settings, *, open_context: OpenContext | None = None, find_viewer: FindViewer | None = None
) -> list[BaseRoute]:
    """`/graphql` and what GraphiQL needs below it."""
    limits = Limits(
        document_bytes=settings.graphql_document_bytes,
        tokens=settings.graphql_tokens,
        cost=settings.graphql_cost,
        max_entries=settings.schedule_entries,
        documents=settings.graphql_documents,
    )
    endpoint = Endpoint(
        documents=Documents(build_schema(), limits),
        threads=CapacityLimiter(settings.graphql_threads),
        volunteer_threads=CapacityLimiter(settings.volunteer_threads),
        body_bytes=settings.graphql_body_bytes,
        volunteer_body_bytes=settings.graphql_body_bytes + _AS_JSON * settings.content_bytes,
        open_context=open_context or (lambda request, viewer: house_context(request, viewer, limits)),
        find_viewer=find_viewer or (lambda request, token: known_viewer(request.state.house, token)),
    )

    async def graphql(request: HttpRequest) -> Response:
        return await respond(endpoint, request)

    return [
        Route("/graphql", graphql, methods=["GET", "POST", "OPTIONS"], name="graphql"),
        Route("/graphql/assets/{name}", graphiql.asset, name="graphiql"),
    ]


@contextmanager
def house_context(request: HttpRequest, viewer: Token | None, limits: Limits) -> Iterator[Context]:
    """One operation's context, on a snapshot that lasts as long as it."""
    house: House = request.state.house
    address = request.client.host if request.client else ""
    with house.database.read() as read:
        yield Context(
            read=read,
            write=house.database.write,
            index=house.index(),
            vocabulary=house.vocabulary,
            now=house.clock(),
            base_url=house.settings.base_url,
            random_bytes=house.random_bytes,
            limits=limits,
            work=HouseWork(house=house, viewer=viewer),
            reporters=lambda meeting_id: house.reporters.count(meeting_id, address, house.clock()),
            viewer=viewer,
        )


def known_viewer(house: House, token: str) -> Token | None:
    """Who holds that token; None: nobody, or it is revoked. Both take the same: one hash, looked up once."""
    with house.database.read() as read:
        return find_token(read, token_hash(token))


def bearer_token(authorization: str | None) -> str | None:
    """The token of an Authorization header (RFC 6750, section 2.1); None: it holds none."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def respond(endpoint: Endpoint, request: HttpRequest) -> Response:
    """Answer one HTTP request."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_PREFLIGHT)
    accepts = request.headers.get("accept")
    if request.method == "GET" and "query" not in request.query_params and graphiql.wants_page(accepts):
        return graphiql.page()
    try:
        media = negotiated(accepts)
        viewer = await _viewer(endpoint, request)
        most = endpoint.volunteer_body_bytes if viewer else endpoint.body_bytes
        asked = await read_request(request, most)
    except MeetingsError as error:
        return _response(_not_let_in(error, strict=media == GRAPHQL), media)
    except Malformed as error:
        body = refused_answer(refusal(InvalidQuery("request", error.message)), _new_number)
        return _response(Answer(status=error.status, body=body), JSON, error.headers)
    except ClientDisconnect:
        return Response(status_code=400)

    def work() -> Answer:
        return answer(endpoint, request, asked, viewer, strict=media == GRAPHQL)

    threads = endpoint.volunteer_threads if viewer else endpoint.threads
    return _response(await to_thread.run_sync(work, limiter=threads), media)


async def _viewer(endpoint: Endpoint, request: HttpRequest) -> Token | None:
    """Who asks, told before anything of the body is read; None: the public. NotAllowed, StoreFailed."""
    token = bearer_token(request.headers.get("authorization"))
    if token is None:
        return None
    viewer = await to_thread.run_sync(endpoint.find_viewer, request, token, limiter=endpoint.threads)
    if viewer is None:
        raise NotAllowed("this token is unknown or was revoked; ask whoever gave it to you for another")
    return viewer


def _not_let_in(error: MeetingsError, *, strict: bool) -> Answer:
    body = refused_answer(refusal(error), _new_number)
    if isinstance(error, NotAllowed):
        return Answer(
            status=401 if strict else 200, body=body, headers={"WWW-Authenticate": "Bearer"} if strict else {}
        )
    return Answer(status=503, body=body)


def answer(
    endpoint: Endpoint, request: HttpRequest, asked: Request, viewer: Token | None = None, *, strict: bool
) -> Answer:
    """Work one operation out. `strict`: the status tells clients of the newer media type that nothing was executed."""
    try:
        operation = prepare(endpoint.documents, asked)
        if request.method == "GET":
            _check_may_get(operation)
        with endpoint.open_context(request, viewer) as context:
            result = execute(endpoint.documents.schema, operation, context)
        return Answer(status=200, body=answer_of(result, _new_number))
    except Refused as refused:
        return Answer(status=400 if strict else 200, body=refused_answer(refused, _new_number))
    except Malformed as error:
        body = refused_answer(refusal(InvalidQuery("request", error.message)), _new_number)
        return Answer(status=error.status, body=body)
    except StoreFailed as error:
        return Answer(status=503, body=refused_answer(refusal(error), _new_number))
    except Exception as error:
        unforeseen = Refused([GraphQLError(str(error), original_error=error)])
        return Answer(status=500, body=refused_answer(unforeseen, _new_number))


def _check_may_get(operation: Operation) -> None:
    if not operation.is_query:
        raise Malformed(405, "send mutations by POST", {"Allow": "POST"})
    if operation.document.shape.takes_key:
        # An address is written down in many places: histories, proxies, logs.
        raise refusal(InvalidQuery("key", "send a schedule's key by POST, never in an address"))


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


def accepted(header: str) -> list[tuple[str, float]]:
    """The media types of an Accept header with their qualities; what cannot be read counts nothing."""
    found = []
    for item in header.lower().split(","):
        media, *parameters = (part.strip() for part in item.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        found.append((media, float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0))
    return found


async def read_request(request: HttpRequest, most: int) -> Request:
    """The GraphQL request in an HTTP request; Malformed."""
    if request.method == "GET":
        return request_from_parameters(_parameters_of(request.query_params))
    _check_content_type(request.headers.get("content-type", ""))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Malformed(415, "send the body as it is, not compressed", {"Accept-Encoding": "identity"})
    body = await read_body(request, most)
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


def _check_content_type(header: str) -> None:
    # Forms and plain text are what a page of another site can send without asking; we take neither.
    media, *parameters = (part.strip().lower() for part in header.split(";"))
    charset = next((part[8:].strip('"') for part in parameters if part.startswith("charset=")), "utf-8")
    if media != JSON or charset not in {"utf-8", "utf8"}:
        raise Malformed(415, f"send `Content-Type: {JSON}` in UTF-8", {"Accept-Post": JSON})


async def read_body(request: HttpRequest, most: int) -> bytes:
    """The body; Malformed as soon as it is longer than `most` bytes, whatever length it promised."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Malformed(413, f"a request has at most {most} bytes", {"Connection": "close"})
    return bytes(body)


def request_from_parameters(parameters: Mapping[str, Any]) -> Request:
    """A request of well-formed parameters; Malformed. Extensions are taken and not looked at."""
    for name, kind in _PARAMETERS.items():
        if not isinstance(parameters.get(name), kind | None):
            raise Malformed(400, f"`{name}` is {'a string' if kind is str else 'an object'}")
    if not parameters.get("query"):
        raise Malformed(400, "`query` is missing: it holds the GraphQL document")
    return Request(
        query=parameters["query"],
        operation_name=parameters.get("operationName"),
        variables=parameters.get("variables"),
    )


def _response(told: Answer, media: str, headers: Mapping[str, str] | None = None) -> Response:
    allow = {"Allow": "POST"} if told.status == 405 else {}
    return Response(
        orjson.dumps(told.body),
        told.status,
        {
            "Content-Type": f"{media}; charset=utf-8",
            "Cache-Control": "no-store",
            "Vary": "Accept",
            "X-Content-Type-Options": "nosniff",
            **_CORS,
            **allow,
            **told.headers,
            **(headers or {}),
        },
    )


def _new_number() -> str:
    return secrets.token_hex(6)
