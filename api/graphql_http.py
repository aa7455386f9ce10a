"""GraphQL over HTTP: each request on its way, from its first byte to its answer.

`graphql_requests` reads what is asked, `schema.operations` prepares and executes it, `graphql_answers` makes the
response, and `graphql_keeping` tells which may be kept. Each operation has a thread, a snapshot of the database and a
context of its own. Neither questions nor answers are logged. https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ExceptionHandler, Lifespan, Receive, Scope, Send

from api import graphiql
from api.clock import clock
from api.compression import Compressed
from api.deadline import for_client
from api.graphql_answers import CORS, SECRET, Answer, answer_to_error, new_number, send_answer
from api.graphql_endpoint import Endpoint, Turn
from api.graphql_keeping import kept, may_be_kept, moment_of, not_modified, tag_of
from api.graphql_requests import (
    GRAPHQL,
    JSON,
    asks_nothing,
    bearer_token,
    check_may_get,
    negotiated,
    read_request,
)
from api.incoming import Incoming, Malformed, incoming
from api.rates import asked_of
from api.replays import Replay, done_once, replay_of
from api.tags import is_known
from meetings.errors import NotAllowed, StoreFailed
from meetings.tokens import Token
from schema.context import Context
from schema.costs import Spent
from schema.errors import Refused
from schema.operations import Operation, Request, begun_promptly, executed, held_document, prepare
from schema.plans import Begun
from store.stopping import Stop

_PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type, Accept, Authorization, Idempotency-Key",
    "Access-Control-Max-Age": "86400",
}


_PATH = "/graphql"
#: Fields that take about a tenth of a second; a page of everything that there is to know of 25 meetings has 10,000.
_COSTLY = 20_000


def graphql_routes(endpoint: Endpoint) -> list[BaseRoute]:
    """`/graphql` and what GraphiQL needs below it."""
    return [
        Route(_PATH, _Answering(endpoint), methods=["GET", "POST", "OPTIONS"], name="graphql"),
        Route("/graphql/assets/{name}", graphiql.asset, name="graphiql"),
    ]


@dataclass(frozen=True, slots=True)
class _Answering:
    """The endpoint as an ASGI application: it tells every error itself, and needs nobody around it who would."""

    endpoint: Endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await respond(self.endpoint, incoming(scope, receive), send)


class AtOnce(Starlette):
    """Answers questions before it looks at anything else, because they are most of what is asked."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        routes: Sequence[BaseRoute],
        exception_handlers: Mapping[Any, ExceptionHandler],
        middleware: Sequence[Middleware],
        lifespan: Lifespan[Starlette],
    ) -> None:
        super().__init__(routes=routes, exception_handlers=exception_handlers, middleware=middleware, lifespan=lifespan)
        self._endpoint, self._compressed = endpoint, Compressed(_Answering(endpoint))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, compressed for clients that take that, or do as usual."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != _PATH:
            await super().__call__(scope, receive, send)
            return
        request = incoming(scope, receive)
        if b"accept-encoding" in request.headers:
            await self._compressed(scope, receive, send)
        else:
            await respond(self._endpoint, request, send)


async def respond(endpoint: Endpoint, request: Incoming, send: Send) -> None:
    """Answer one HTTP request."""
    if request.method != "POST" and (page := _page(request)):
        await page(request.scope, request.receive, send)
        return
    media = JSON
    try:
        media = negotiated(request.header(b"accept"))
        answer = await answered(endpoint, request, media)
    except ClientDisconnect:
        answer = Answer(status=400, body=b"")
    except Malformed as error:
        media, answer = JSON, answer_to_error(error, strict=False)
    except Exception as error:
        answer = answer_to_error(error, strict=media == GRAPHQL)
    await send_answer(answer, media, send)


def _page(request: Incoming) -> Response | None:
    """What is no answer to a question; None: one is asked."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_PREFLIGHT)
    shown = request.method == "GET" and asks_nothing(request.parameters)
    return graphiql.page() if shown and graphiql.wants_page(request.header(b"accept")) else None


async def answered(endpoint: Endpoint, request: Incoming, media: str) -> Answer:
    """Who asks, what, may they, and the answer; Malformed, Refused, MeetingsError where nothing is executed."""
    viewer = await _viewer(endpoint, request) if b"authorization" in request.headers else None
    asked = await read_request(request, endpoint.volunteer_body_bytes if viewer else endpoint.body_bytes)
    operation, spent = await _prepared(endpoint, request, viewer, asked)
    if request.method == "GET":
        check_may_get(operation)
    if operation.asks_only_of_schema:
        return await _of_schema(endpoint, operation)
    keep = request.method == "GET" and viewer is None and may_be_kept(operation)
    if keep and (known := _known(endpoint, request, operation, media)):
        return known
    turn = Turn(request=request, operation=operation, viewer=viewer, spent=spent, keep_as=media if keep else None)
    begun = _begun(endpoint, turn) if viewer is None else None
    if begun is not None and begun.is_complete and (answer := _completed(begun, turn)):
        return answer
    answer = await (_queried(endpoint, turn, begun) if operation.is_query else _changed(endpoint, turn, asked))
    # What is changed or kept by a person may tell a key or a feed's address.
    secret = not operation.is_query or operation.document.shape.takes_key
    return replace(answer, headers={**answer.headers, **SECRET}) if secret else answer


async def _prepared(
    endpoint: Endpoint, request: Incoming, viewer: Token | None, asked: Request
) -> tuple[Operation, Spent]:
    """What is to be done, and what it takes of what whoever asks may ask; Refused, TooOften."""
    # Reading a new document is work on the processor, which threads share with the event loop: a few at a time.
    try:
        if held := held_document(endpoint.documents, asked):
            operation = prepare(endpoint.documents, asked, held)
        else:
            operation = await to_thread.run_sync(prepare, endpoint.documents, asked, limiter=endpoint.readers)
    except Refused:
        await endpoint.rates.spend_shared(asked_of(request.address, viewer, None), clock())
        raise
    rates, spending, now = endpoint.rates, asked_of(request.address, viewer, operation), clock()
    if rates.shared is None:
        # Nothing is waited for.
        return operation, rates.spend(spending, now)
    return operation, await rates.spend_shared(spending, now)


async def _queried(endpoint: Endpoint, turn: Turn, begun: Begun | None) -> Answer:
    work = partial(_worked_out, endpoint, turn, begun)
    threads = _threads(endpoint, turn.operation, turn.viewer)
    return await for_client(turn.request.receive, work, seconds=endpoint.seconds, limiter=threads)


async def _changed(endpoint: Endpoint, turn: Turn, asked: Request) -> Answer:
    """What is changed is changed whole, whoever still waits for it."""
    replay = replay_of(turn.request.header(b"idempotency-key"), turn.viewer, asked)
    work = partial(_worked_out, endpoint, replace(turn, replay=replay), None, Stop())
    once = partial(_once, turn.request, replay, work, endpoint.seconds_of(turn.viewer))
    return await to_thread.run_sync(once, limiter=_threads(endpoint, turn.operation, turn.viewer))


def _threads(endpoint: Endpoint, operation: Operation, viewer: Token | None) -> CapacityLimiter:
    """Where it waits for its turn. Costly ones wait for each other, lest the event loop wait for many of them."""
    if viewer:
        return endpoint.volunteer_threads
    return endpoint.costly_threads if operation.cost > _COSTLY else endpoint.threads


async def _of_schema(endpoint: Endpoint, operation: Operation) -> Answer:
    """What the schema tells of itself; the first time it is about as much work as a new document."""
    body = endpoint.schema_answers.known(operation)
    if body is None:
        answers = endpoint.schema_answers
        body = await to_thread.run_sync(answers.worked_out, operation, new_number, limiter=endpoint.readers)
    return Answer(status=200, body=body)


def _once(request: Incoming, replay: Replay | None, work: Callable[[], Answer], seconds: float) -> Answer:
    """Do it, or answer what came of it when it was done."""
    return work() if replay is None else done_once(request.house, replay, work, seconds=seconds)


def _known(endpoint: Endpoint, request: Incoming, operation: Operation, media: str) -> Answer | None:
    """That the client has the answer; None: it has not."""
    known = request.header(b"if-none-match")
    moment = endpoint.moment(request) if known else None
    if moment is None:
        return None
    tag = tag_of(operation, media, moment)
    return not_modified(tag, moment) if is_known(tag, known) else None


def _worked_out(endpoint: Endpoint, turn: Turn, begun: Begun | None, stop: Stop) -> Answer:
    """Execute in this thread, on a snapshot of its own, going on from what was begun."""
    with endpoint.open_context(turn, stop) as context:
        if begun is not None:
            context.go_on_from(begun.asking.context)
        done = executed(endpoint.documents.schema, turn.operation, context, new_number, begun)
        if stop.reason and not done.faultless:
            raise StoreFailed(stop.reason)
        return _told(done.body, turn, context, faultless=done.faultless)


def _begun(endpoint: Endpoint, turn: Turn) -> Begun | None:
    """The answer as far as it takes less than going to a thread and reads nothing; None: it does not."""
    operation = turn.operation
    if endpoint.prompt_context is None or not operation.is_query or operation.document.shape.takes_key:
        return None
    return begun_promptly(operation, endpoint.prompt_context(turn))


def _completed(begun: Begun, turn: Turn) -> Answer | None:
    """What was begun, if nothing need be read; None: the standard executor must answer."""
    context = begun.asking.context
    body = begun.in_bytes(context)
    return None if body is None else _told(body, turn, context, faultless=True)


def _told(body: bytes, turn: Turn, context: Context, *, faultless: bool) -> Answer:
    answer = Answer(status=200, body=body, faultless=faultless)
    if turn.keep_as is None or (moment := moment_of(context.index, context.vocabulary, context.now)) is None:
        return answer
    soonest = context.soonest.at if context.soonest else None
    return kept(answer, turn.operation, tag_of(turn.operation, turn.keep_as, moment), soonest, context.now)


async def _viewer(endpoint: Endpoint, request: Incoming) -> Token | None:
    """Who asks, told before anything of the body is read; None: the public. NotAllowed, StoreFailed."""
    token = bearer_token(request.header(b"authorization"))
    if token is None:
        return None
    viewer = await to_thread.run_sync(endpoint.find_viewer, request, token, limiter=endpoint.threads)
    if viewer is None:
        raise NotAllowed("this token is unknown or was revoked; ask whoever gave it to you for another")
    return viewer
