"""The GraphQL endpoint as it is set up: what it holds while the process lives, and what each operation has at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial

from anyio import CapacityLimiter

from api.graphql_keeping import Moment, moment_of
from api.house import House
from api.incoming import Incoming
from api.rates import Rates, rates_of
from api.replays import Replay
from api.settings import Settings
from api.trusted_documents import trusted_documents
from api.volunteering import HouseWork
from meetings.reports import network_of
from meetings.tokens import Token, token_hash
from schema import build_schema
from schema.context import Context
from schema.costs import Spent
from schema.documents import Documents
from schema.freshness import Soonest
from schema.limits import Limits
from schema.operations import Operation
from schema.schema_answers import SchemaAnswers
from store.database import Reader, unread
from store.stopping import Stop
from store.tokens import find_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One operation's: by which request it came, who asks (None: the public), and what it took of what they may ask.

    `replay`: it is done once, however often it is sent. `keep_as`: the media type in which its answer may be kept.
    """

    request: Incoming
    operation: Operation
    viewer: Token | None
    spent: Spent
    replay: Replay | None = None
    keep_as: str | None = None


OpenContext = Callable[[Turn, Stop], AbstractContextManager[Context]]
FindViewer = Callable[[Incoming, str], Token | None]


#: How much longer a list may be as a JSON string: base64 takes four thirds, escapes in most alphabets at most three.
_AS_JSON = 3


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
    prompt_context: Callable[[Turn], Context] | None
    find_viewer: FindViewer
    rates: Rates
    moment: Callable[[Incoming], Moment | None]
    volunteer_seconds: float

    def seconds_of(self, viewer: Token | None) -> float:
        """How long a change may take before it is taken to have broken off."""
        return 60.0 if viewer is None else self.volunteer_seconds + 60.0


def graphql_endpoint(
    settings: Settings,
    *,
    rates: Rates | None = None,
    open_context: OpenContext | None = None,
    find_viewer: FindViewer | None = None,
) -> Endpoint:
    """The endpoint of these settings; `rates` where others spend from the same buckets."""
    limits = limits_of(settings)
    schema = build_schema()
    return Endpoint(
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
        open_context=open_context or partial(house_context, limits),
        prompt_context=None if open_context else partial(prompt_context, limits),
        find_viewer=find_viewer or (lambda request, token: known_viewer(request.house, token)),
        rates=rates or rates_of(settings),
        moment=house_moment,
        volunteer_seconds=settings.volunteer_seconds,
    )


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
        prompt_rows=settings.graphql_prompt_rows,
        documents=settings.graphql_documents,
        new_documents=settings.graphql_new_documents,
    )


@contextmanager
def house_context(limits: Limits, turn: Turn, stop: Stop) -> Iterator[Context]:
    """One operation's context, on a snapshot that lasts as long as it."""
    house = turn.request.house
    with house.database.read(stop) as read:
        yield _context(house, turn, limits, read)


def prompt_context(limits: Limits, turn: Turn) -> Context:
    """The context of what is worked out at once, on the event loop, or not at all."""
    return _context(turn.request.house, turn, limits, unread(), prompt=True)


def _context(house: House, turn: Turn, limits: Limits, read: Reader, *, prompt: bool = False) -> Context:
    replay = turn.replay
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
        work=HouseWork(house=house, viewer=turn.viewer),
        network=partial(network_of, turn.request.address),
        spent=turn.spent,
        viewer=turn.viewer,
        places=None if prompt else house.places.current(),
        fragments=house.fragments,
        prompt=prompt,
        soonest=Soonest() if turn.keep_as else None,
    )


def house_moment(request: Incoming) -> Moment | None:
    """What would be shown now; None: there is no index yet."""
    house = request.house
    return moment_of(house.index(), house.vocabulary, house.clock())


def known_viewer(house: House, token: str) -> Token | None:
    """Who holds that token; None: nobody, or it is revoked. Both take the same: one hash, looked up once."""
    with house.database.read() as read:
        return find_token(read, token_hash(token))
