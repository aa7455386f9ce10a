"""GraphQL over HTTP: each request on its way, from its first byte to its answer.

`graphql_requests` reads what is asked, `schema.operations` prepares and executes it, `graphql_answers` makes the
response, and `graphql_keeping` tells which may be kept. Each operation has a thread, a snapshot of the database and a
context of its own. Neither questions nor answers are logged. https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from api import graphiql
from api.deadline import for_client
from api.graphql_answers import CORS, SECRET, Answer, answer_to_error, new_number, response_of
from api.graphql_keeping import Moment, kept, may_be_kept, moment_of, not_modified, tag_of
from api.graphql_requests import (
    GRAPHQL,
    JSON,
    Malformed,
    asks_nothing,
    bearer_token,
    check_may_get,
    negotiated,
    read_request,
)
from api.house import House
from api.rates import Rates, rates_of, spend
from api.replays import Replay, done_once, replay_of
from api.settings import Settings
from api.tags import is_known
from api.trusted_documents import trusted_documents
from api.volunteering import HouseWork
from meetings.errors import NotAllowed, StoreFailed
from meetings.reports import network_of
from meetings.tokens import Token, token_hash
from schema import build_schema
from schema.context import Context
from schema.documents import Documents
from schema.errors import Refused
from schema.freshness import Soonest
from schema.limits import Limits
from schema.operations import Executed, Operation, begun_promptly, executed, held_document, prepare
from schema.plans import Begun
from schema.schema_answers import SchemaAnswers, asks_only_of_schema
from store.database import Reader, unread
from store.stopping import Stop
from store.tokens import find_token

_PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type, Accept, Authorization, Idempotency-Key",
    "Access-Control-Max-Age": "86400",
}

OpenContext = Callable[[HttpRequest, Token | None, Stop], AbstractContextManager[Context]]
FindViewer = Callable[[HttpRequest, str], Token | None]
#: How much longer a list may be as a JSON string: base64 takes four thirds, escapes in most alphabets at most three.
_AS_JSON = 3
#: Fields that take about a tenth of a second; a page of everything that there is to know of 25 meetings has 10,000.
_COSTLY = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What the endpoint holds while the process lives; volunteers' operations are long and have their own threads.

    `costly_threads` are for queries that take long; `readers`: new documents read at once, others wait; `seconds`: what
    a query may take.
    """

    documents: Documents
    schema_answers: SchemaAnswers
    threads: CapacityLimiter
    volunteer_threads: CapacityLimiter
    costly_threads: CapacityLimiter
    readers: CapacityLimiter
    seconds: float
    body_bytes: int
    volunteer_body_bytes: int
    open_context: OpenContext
    prompt_context: Callable[[HttpRequest], Context] | None
    find_viewer: FindViewer
    rates: Rates
    moment: Callable[[HttpRequest], Moment | None]
    volunteer_seconds: float

    def seconds_of(self, viewer: Token | None) -> float:
        """How long a change may take before it is taken to have broken off."""
        return 60.0 if viewer is None else self.volunteer_seconds + 60.0


def graphql_routes(
    settings: Settings,
    *,
    rates: Rates | None = None,
    open_context: OpenContext | None = None,
    find_viewer: FindViewer | None = None,
) -> list[BaseRoute]:
    """`/graphql` and what GraphiQL needs below it; `rates` where others spend from the same buckets."""
    limits = limits_of(settings)
    schema = build_schema()
    endpoint = Endpoint(
        documents=Documents(
            schema,
            limits,
            trusted_documents(settings.graphql_trusted_documents),
            compiled=settings.graphql_compiled,
        ),
        schema_answers=SchemaAnswers(schema),
        threads=CapacityLimiter(settings.graphql_threads),
        volunteer_threads=CapacityLimiter(settings.volunteer_threads),
        costly_threads=CapacityLimiter(settings.graphql_costly_threads),
        readers=CapacityLimiter(settings.graphql_readers),
        seconds=settings.graphql_seconds,
        body_bytes=settings.graphql_body_bytes,
        volunteer_body_bytes=settings.graphql_body_bytes + _AS_JSON * settings.content_bytes,
        open_context=open_context or (lambda request, viewer, stop: house_context(request, viewer, stop, limits)),
        prompt_context=None if open_context else partial(prompt_context, limits),
        find_viewer=find_viewer or (lambda request, token: known_viewer(request.state.house, token)),
        rates=rates or rates_of(settings),
        moment=house_moment,
        volunteer_seconds=settings.volunteer_seconds,
    )

    return [
        Route("/graphql", _Answering(endpoint), methods=["GET", "POST", "OPTIONS"], name="graphql"),
        Route("/graphql/assets/{name}", graphiql.asset, name="graphiql"),
    ]


@dataclass(frozen=True, slots=True)
class _Answering:
    """The endpoint as an ASGI application: it tells every error itself, and needs nobody around it who would."""

    endpoint: Endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await respond(self.endpoint, HttpRequest(scope, receive, send))
        await response(scope, receive, send)


def limits_of(settings: Settings) -> Limits:
    """How much one operation may ask by these settings."""
    return Limits(
        document_bytes=settings.graphql_document_bytes,
        root_fields=settings.graphql_root_fields,
        introspection=settings.graphql_introspection,
        tokens=settings.graphql_tokens,
        cost=settings.graphql_cost,
        max_entries=settings.schedule_entries,
        max_searches=settings.schedule_searches,
        max_feed_meetings=settings.feed_meetings,
        documents=settings.graphql_documents,
        new_documents=settings.graphql_new_documents,
    )


@contextmanager
def house_context(request: HttpRequest, viewer: Token | None, stop: Stop, limits: Limits) -> Iterator[Context]:
    """One operation's context, on a snapshot that lasts as long as it."""
    house: House = request.state.house
    with house.database.read(stop) as read:
        yield _context(house, request, viewer, limits, read)


def prompt_context(limits: Limits, request: HttpRequest) -> Context:
    """The context of what is worked out at once, on the event loop, or not at all."""
    return _context(request.state.house, request, None, limits, unread(), prompt=True)


def _context(
    house: House, request: HttpRequest, viewer: Token | None, limits: Limits, read: Reader, *, prompt: bool = False
) -> Context:
    address = request.client.host if request.client else ""
    replay: Replay | None = getattr(request.state, "replay", None)
    return Context(
        read=read,
        write=house.database.write,
        # Before anything is read: what is kept under a generation is not older than it.
        index=house.index(),
        vocabulary=house.vocabulary,
        now=house.clock(),
        base_url=house.settings.base_url,
        random_bytes=replay.random_bytes if replay else house.random_bytes,
        again=replay is not None and replay.again,
        limits=limits,
        work=HouseWork(house=house, viewer=viewer),
        network=partial(network_of, address),
        spent=request.state.spent,
        viewer=viewer,
        places=None if prompt else house.places.current(),
        fragments=house.fragments,
        prompt=prompt,
        soonest=Soonest() if request.method == "GET" else None,
    )


def house_moment(request: HttpRequest) -> Moment | None:
    """What would be shown now; None: there is no index yet."""
    house: House = request.state.house
    return moment_of(house.index(), house.vocabulary, house.clock())


def known_viewer(house: House, token: str) -> Token | None:
    """Who holds that token; None: nobody, or it is revoked. Both take the same: one hash, looked up once."""
    with house.database.read() as read:
        return find_token(read, token_hash(token))


async def respond(endpoint: Endpoint, request: HttpRequest) -> Response:
    """Answer one HTTP request."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_PREFLIGHT)
    accepts = request.headers.get("accept")
    if request.method == "GET" and asks_nothing(request.query_params) and graphiql.wants_page(accepts):
        return graphiql.page()
    media = JSON
    try:
        media = negotiated(accepts)
        answer = await answered(endpoint, request, media)
    except ClientDisconnect:
        return Response(status_code=400)
    except Malformed as error:
        return response_of(answer_to_error(error, strict=False), JSON)
    except Exception as error:
        answer = answer_to_error(error, strict=media == GRAPHQL)
    return response_of(answer, media)


async def answered(endpoint: Endpoint, request: HttpRequest, media: str) -> Answer:
    """Who asks, what, may they, and the answer; Malformed, Refused, MeetingsError where nothing is executed."""
    viewer = await _viewer(endpoint, request)
    asked = await read_request(request, endpoint.volunteer_body_bytes if viewer else endpoint.body_bytes)
    # Reading a new document is work on the processor, which threads share with the event loop: a few at a time.
    try:
        if held := held_document(endpoint.documents, asked):
            operation = prepare(endpoint.documents, asked, held)
        else:
            operation = await to_thread.run_sync(prepare, endpoint.documents, asked, limiter=endpoint.readers)
    except Refused:
        await spend(endpoint.rates, request, viewer, None)
        raise
    await spend(endpoint.rates, request, viewer, operation)
    keep = False
    if request.method == "GET":
        check_may_get(operation)
    if asks_only_of_schema(operation):
        return await _of_schema(endpoint, operation)
    if request.method == "GET":
        keep = viewer is None and may_be_kept(operation)
        if keep and (known := _known(endpoint, request, operation, media)):
            return known
    begun = _begun(endpoint, request, operation) if viewer is None else None
    if begun is not None and begun.is_complete and (answer := _completed(begun, operation, media if keep else None)):
        return answer
    work = partial(_worked_out, endpoint, request, operation, viewer, media if keep else None, begun)
    threads = _threads(endpoint, operation, viewer)
    if operation.is_query:
        answer = await for_client(request, work, seconds=endpoint.seconds, limiter=threads)
    else:
        # What is changed is changed whole, whoever still waits for it.
        replay = request.state.replay = replay_of(request.headers.get("idempotency-key"), viewer, asked)
        once = partial(_once, request, replay, partial(work, Stop()), endpoint.seconds_of(viewer))
        answer = await to_thread.run_sync(once, limiter=threads)
    # What is changed or kept by a person may tell a key or a feed's address.
    secret = not operation.is_query or operation.document.shape.takes_key
    return replace(answer, headers={**answer.headers, **SECRET}) if secret else answer


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


def _once(request: HttpRequest, replay: Replay | None, work: Callable[[], Answer], seconds: float) -> Answer:
    """Do it, or answer what came of it when it was done."""
    return work() if replay is None else done_once(request.state.house, replay, work, seconds=seconds)


def _known(endpoint: Endpoint, request: HttpRequest, operation: Operation, media: str) -> Answer | None:
    """That the client has the answer; None: it has not."""
    known = request.headers.get("if-none-match")
    moment = endpoint.moment(request) if known else None
    if moment is None:
        return None
    tag = tag_of(operation, media, moment)
    return not_modified(tag, moment) if is_known(tag, known) else None


def _worked_out(
    endpoint: Endpoint,
    request: HttpRequest,
    operation: Operation,
    viewer: Token | None,
    keep_as: str | None,
    begun: Begun | None,
    stop: Stop,
) -> Answer:
    """Execute in this thread, on a snapshot of its own; `keep_as` is the media type in which it may be kept."""
    with endpoint.open_context(request, viewer, stop) as opened:
        context = opened if begun is None else opened.at_moment_of(begun.asking.context)
        done = executed(endpoint.documents.schema, operation, context, new_number, begun)
        if stop.reason and not done.faultless:
            raise StoreFailed(stop.reason)
        return _told(done, operation, context, keep_as)


def _begun(endpoint: Endpoint, request: HttpRequest, operation: Operation) -> Begun | None:
    """The answer as far as it takes less than going to a thread and reads nothing; None: it does not."""
    if endpoint.prompt_context is None or not operation.is_query or operation.document.shape.takes_key:
        return None
    return begun_promptly(operation, endpoint.prompt_context(request))


def _completed(begun: Begun, operation: Operation, keep_as: str | None) -> Answer | None:
    """What was begun, if nothing need be read; None: the standard executor must answer."""
    context = begun.asking.context
    body = begun.in_bytes(context)
    return None if body is None else _told(Executed(body=body, faultless=True), operation, context, keep_as)


def _told(done: Executed, operation: Operation, context: Context, keep_as: str | None) -> Answer:
    answer = Answer(status=200, body=done.body, faultless=done.faultless)
    if keep_as is None or (moment := moment_of(context.index, context.vocabulary, context.now)) is None:
        return answer
    soonest = context.soonest.at if context.soonest else None
    return kept(answer, operation, tag_of(operation, keep_as, moment), soonest, context.now)


async def _viewer(endpoint: Endpoint, request: HttpRequest) -> Token | None:
    """Who asks, told before anything of the body is read; None: the public. NotAllowed, StoreFailed."""
    token = bearer_token(request.headers.get("authorization"))
    if token is None:
        return None
    viewer = await to_thread.run_sync(endpoint.find_viewer, request, token, limiter=endpoint.threads)
    if viewer is None:
        raise NotAllowed("this token is unknown or was revoked; ask whoever gave it to you for another")
    return viewer
