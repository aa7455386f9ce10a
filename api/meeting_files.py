"""The meetings that match a filter as one file: `/meetings.json`, a Meeting Guide feed, and `/meetings.csv`.

A file is made page by page as it is sent, so a large one takes no more memory than a small one, and all its pages come
of one state of the read index. What cannot be sent whole is refused at the start, or ends without its last bytes: never
a shorter list that looks whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from api.house import House
from api.settings import Settings
from api.tags import is_known, strong_tag
from meetings import spreadsheet_document
from meetings.errors import InvalidQuery, StoreFailed, TooMuch
from meetings.meeting_guide_codes import TypeCodes
from meetings.meeting_guide_document import Entity, Guide, meeting_guide_record
from meetings.model import Meeting
from meetings.search import MeetingFilter, MeetingOrder, MeetingQuery, Page
from meetings.source import Source
from schema import build_schema
from schema.asked import asked_filter
from schema.flat_filters import FlatFilter, flat_filter, parameter_of, read_parameters
from schema.text import recurrence_text
from search.index import Index
from search.meetings import find_meetings
from store.meetings import get_meetings
from store.service_bodies import get_service_bodies
from store.sources import list_sources

#: Counts up whenever the same meetings would be written differently.
_VERSION = 1
#: Parameters that tell where somebody is.
_WHERE = frozenset({"latitude", "named", "place"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of file: its name, media type, first and last bytes, and how a page of meetings is written.

    `write(meetings, facts, first)`: `first` is whether nothing was written before; `by_week` as `Guide` has it.
    """

    name: str
    media_type: str
    head: bytes
    tail: bytes
    write: Callable[[list[Meeting], PageFacts, bool], bytes]
    by_week: bool
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What the records of a page need besides the meetings."""

    guide: Guide
    sources: Mapping[str, Source]
    entities: Mapping[str, Entity]

    def record(self, meeting: Meeting) -> dict[str, object]:
        """The Meeting Guide record of a meeting on this page."""
        source = self.sources.get(meeting.source_id)
        entity = self.entities.get(meeting.service_body_id or "")
        if entity is None:
            entity = Entity(name=source.name if source else meeting.source_id, url=source.url if source else None)
        return meeting_guide_record(meeting, self.guide, entity=entity, zone=source.time_zone if source else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A file that was asked for: the first page of it, and what the others need."""

    kind: Kind
    index: Index
    query: MeetingQuery
    page: Page
    facts: PageFacts
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What the routes hold while the process lives.

    `threads`: pages at work at once, others wait; `most` meetings in a file, `at_a_time` of them searched for, read and
    written.
    """

    parameters: FlatFilter
    threads: CapacityLimiter
    most: int
    at_a_time: int


def meeting_file_routes(settings: Settings) -> list[BaseRoute]:
    """`/meetings.csv` and `/meetings.json`."""
    files = Files(
        parameters=flat_filter(build_schema()),
        threads=CapacityLimiter(settings.meeting_file_threads),
        most=settings.meeting_file_rows,
        at_a_time=settings.meeting_file_page,
    )
    return [
        Route(f"/{kind.name}", partial(meeting_file, files, kind), methods=["GET"], name=kind.name)
        for kind in (FEED, SPREADSHEET)
    ]


async def meeting_file(files: Files, kind: Kind, request: Request) -> Response:
    """GET or HEAD: the file of what matches the parameters; MeetingsError."""
    house: House = request.state.house
    asked = await to_thread.run_sync(partial(_asked, files, kind, request), limiter=files.threads)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        # An address with a position or a place in it is one person's.
        "Cache-Control": "private, no-cache" if _WHERE & request.query_params.keys() else "public, max-age=60",
        **kind.headers,
    }
    if isinstance(asked, str):
        return Response(status_code=304, headers={**headers, "ETag": asked})
    headers["ETag"] = asked.etag
    if request.method == "HEAD":
        return Response(headers=headers, media_type=kind.media_type)
    return StreamingResponse(_body(files, house, asked), headers=headers, media_type=kind.media_type)


def _asked(files: Files, kind: Kind, request: Request) -> Asked | str:
    """The file, or its tag where the client has it already; InvalidQuery, TooMuch, StoreFailed."""
    house: House = request.state.house
    parameters, known = request.query_params.multi_items(), request.headers.get("if-none-match")
    index, minute = house.index(), house.clock().replace(second=0, microsecond=0)
    if index is None:
        raise StoreFailed("the search index is being built; try again in a minute")
    with house.database.read() as read:
        try:
            values = read_parameters(files.parameters, parameters)
            wanted = asked_filter(read, values, vocabulary=house.vocabulary, now=minute, places=house.places.current())
        except InvalidQuery as error:
            raise parameter_of(files.parameters, error) from error
        timed = wanted.time.judges_starts or bool(wanted.time.excluded_days)
        etag = _etag(kind, house, index, parameters, minute if timed else minute.replace(minute=0))
        if is_known(etag, known):
            return etag
        query = MeetingQuery(
            filter=wanted,
            order=_order(wanted),
            first=files.at_a_time,
            now=minute,
        )
        page = find_meetings(index, query)
        if (page.total or 0) > files.most:
            raise TooMuch("meetings in one file; narrow the filter", limit=files.most, asked=page.total or 0)
        facts = _facts(house, kind, list_sources(read, counted=False), minute)
    return Asked(kind=kind, index=index, query=query, page=page, facts=facts, etag=etag)


def _facts(house: House, kind: Kind, sources: Iterable[Source], minute: datetime) -> PageFacts:
    # The hour, and not the minute, so that the same list is the same bytes for a while.
    hour = minute.replace(minute=0)
    return PageFacts(
        guide=Guide(
            codes=TypeCodes(vocabulary=house.vocabulary), words=recurrence_text, now=hour, by_week=kind.by_week
        ),
        sources={source.id: source for source in sources},
        entities={},
    )


def _order(asked: MeetingFilter) -> MeetingOrder:
    if asked.place.near is not None:
        return MeetingOrder.DISTANCE
    return MeetingOrder.WEEK if asked.text is None else MeetingOrder.RELEVANCE


def _etag(kind: Kind, house: House, index: Index, parameters: list[tuple[str, str]], now: datetime) -> str:
    """A tag of all that decides the bytes: the list's state, the question, the time as far as it counts."""
    return strong_tag(_VERSION, kind.name, index.change, house.vocabulary.digest, sorted(parameters), now.isoformat())


async def _body(files: Files, house: House, asked: Asked) -> AsyncIterator[bytes]:
    yield asked.kind.head
    page, first = asked.page, True
    while page.hits:
        written = await to_thread.run_sync(partial(_written, house, asked, page, first), limiter=files.threads)
        if written:
            yield written
            first = False
        if not page.has_next:
            break
        query = replace(asked.query, after=page.hits[-1].cursor)
        page = await to_thread.run_sync(find_meetings, asked.index, query, limiter=files.threads)
    yield asked.kind.tail


def _written(house: House, asked: Asked, page: Page, first: bool) -> bytes:
    """A page of the file. A connection is held for a page and not for the file: clients may be slow."""
    with house.database.read() as read:
        found = get_meetings(read, [hit.meeting_id for hit in page.hits])
        meetings = [meeting for meeting in found if meeting is not None]
        ids = sorted({meeting.service_body_id for meeting in meetings if meeting.service_body_id})
        bodies = [body for body in get_service_bodies(read, ids) if body is not None]
    entities = {body.id: Entity(name=body.name, url=body.url) for body in bodies}
    return asked.kind.write(meetings, replace(asked.facts, entities=entities), first)


def _feed_page(meetings: list[Meeting], facts: PageFacts, first: bool) -> bytes:
    if not meetings:
        return b""
    records = b",\n".join(orjson.dumps(facts.record(meeting)) for meeting in meetings)
    return records if first else b",\n" + records


def _spreadsheet_page(meetings: list[Meeting], facts: PageFacts, first: bool) -> bytes:
    del first
    return spreadsheet_document.rows(
        spreadsheet_document.spreadsheet_record(meeting, facts.record(meeting), recurrence_text(meeting.recurrence))
        for meeting in meetings
    )


FEED = Kind(
    name="meetings.json",
    media_type="application/json",
    head=b"[\n",
    tail=b"\n]\n",
    write=_feed_page,
    by_week=True,
    headers={},
)
SPREADSHEET = Kind(
    name="meetings.csv",
    media_type="text/csv; charset=utf-8; header=present",
    head=spreadsheet_document.header(),
    tail=b"",
    write=_spreadsheet_page,
    by_week=False,
    headers={"Content-Disposition": 'attachment; filename="meetings.csv"'},
)
