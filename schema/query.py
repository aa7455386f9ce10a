"""Every question a client may ask, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import graphene

from meetings import model, search
from meetings.errors import InvalidQuery
from meetings.listing import fold
from meetings.source import Source as KnownSource
from meetings.vocabulary import Fellowship as KnownFellowship
from meetings.vocabulary import Format as KnownFormat
from schema.context import Context, Info
from schema.enums import MeetingOrder
from schema.fellowships import Fellowship, find_fellowships
from schema.filters import checked_items, checked_text, checked_window, fellowship_code, read_filter
from schema.formats import Format, list_formats
from schema.inputs import MeetingFilter
from schema.meetings import Meeting, MeetingConnection
from schema.nodes import Node, find_node
from schema.occurrences import Found, OccurrenceConnection
from schema.paging import Slice, after_argument, checked_after, checked_first, cut, first_argument, many
from schema.scalars import DateTime
from schema.schedules import KEY, OpenSchedule, Schedule, open_schedule
from schema.service_bodies import ServiceBodyConnection, matching_bodies
from schema.sources import Source
from search.meetings import find_meetings
from search.occurrences import find_occurrences
from store.meetings import get_meetings
from store.service_bodies import list_service_bodies

Values = Mapping[str, Any]


class Query(graphene.ObjectType):
    """Every question that can be asked. Lists are in a stable total order; what does not exist is null."""

    meetings = graphene.Field(
        MeetingConnection,
        description="Recurring meetings that match.",
        filter=MeetingFilter(description="What to find; left out: all."),
        order_by=MeetingOrder(description="Their order; left out: `DISTANCE` with a point, else `NEXT_START`."),
        first=first_argument(25),
        after=after_argument(),
    )
    occurrences = graphene.Field(
        OccurrenceConnection,
        description="Dated instances of meetings that match, soonest first; cancelled ones are shown, marked.",
        filter=MeetingFilter(description="Of what meetings; its `time` may not have a window."),
        start=DateTime(name="from", description="Those that start at or after this; left out: now."),
        until=DateTime(description="Those that start before this, at most 92 days later; left out: seven days later."),
        include_in_progress=graphene.Boolean(
            default_value=False, description="Also those that began before `from` and are not over then."
        ),
        first=first_argument(25),
        after=after_argument(),
    )
    meeting = graphene.Field(
        Meeting,
        description="One meeting, withdrawn or not.",
        id=graphene.ID(required=True, description="Any id it ever had."),
    )
    meetings_by_ids = graphene.List(
        Meeting,
        required=True,
        description="Meetings in the order asked; null where there is none.",
        ids=graphene.List(
            graphene.NonNull(graphene.ID), required=True, description="Any ids they ever had, at most 100."
        ),
    )
    node = graphene.Field(
        Node,
        description="Anything that has an id: a meeting, fellowship, service body or source.",
        id=graphene.ID(required=True, description="Its id."),
    )
    fellowships = many(
        Fellowship,
        "The fellowships we know.",
        text=graphene.String(
            description="By code, name or what people call it, e.g. `al-anon`; forgiving; best first."
        ),
    )
    formats = many(
        Format,
        "The canonical formats.",
        fellowship=graphene.String(description="Without those that only other fellowships have a code for, e.g. `NA`."),
        category=graphene.String(description="Those of exactly this category, e.g. `access`; any letter case."),
    )
    service_bodies = graphene.Field(
        ServiceBodyConnection,
        description="Who is responsible for meetings, by name.",
        parent=graphene.ID(description="Those right below this one."),
        text=graphene.String(description="Those with every one of these words in the name; accents do not count."),
        first=first_argument(25),
        after=after_argument(),
    )
    sources = many(Source, "The lists that meetings come from, in the order they were added.")
    schedule = graphene.Field(
        Schedule,
        description="What a person keeps; null: no schedule has this key.",
        key=graphene.String(required=True, description=KEY),
    )

    @staticmethod
    def resolve_meetings(root: None, info: Info, filter: Values | None = None, **page: Any) -> Found:
        """By the read index."""
        return search_meetings(info.context, filter, **page)

    @staticmethod
    def resolve_occurrences(root: None, info: Info, filter: Values | None = None, **page: Any) -> Found:
        """By the read index."""
        return search_occurrences(info.context, filter, **page)

    @staticmethod
    def resolve_meeting(root: None, info: Info, id: str) -> model.Meeting | None:
        """By any id."""
        return info.context.loaders.meetings.get(checked_text("id", id))

    @staticmethod
    def resolve_meetings_by_ids(root: None, info: Info, ids: list[str]) -> list[model.Meeting | None]:
        """By any ids, in one statement."""
        return info.context.loaders.meetings.get_all(checked_items("ids", ids))

    @staticmethod
    def resolve_node(root: None, info: Info, id: str) -> object:
        """By the form of the id."""
        return find_node(info.context, id)

    @staticmethod
    def resolve_fellowships(root: None, info: Info, text: str | None = None) -> list[KnownFellowship]:
        """From the vocabulary."""
        return find_fellowships(info.context.vocabulary, text and checked_text("text", text))

    @staticmethod
    def resolve_formats(
        root: None, info: Info, fellowship: str | None = None, category: str | None = None
    ) -> list[KnownFormat]:
        """From the vocabulary."""
        vocabulary = info.context.vocabulary
        code = fellowship_code("fellowship", fellowship, vocabulary) if fellowship is not None else None
        return list_formats(vocabulary, code, category)

    @staticmethod
    def resolve_service_bodies(root: None, info: Info, **page: Any) -> Slice[model.ServiceBody]:
        """From the database."""
        return page_of_bodies(info.context, **page)

    @staticmethod
    def resolve_sources(root: None, info: Info) -> list[KnownSource]:
        """From the database."""
        return list(info.context.loaders.sources().values())

    @staticmethod
    def resolve_schedule(root: None, info: Info, key: str) -> OpenSchedule | None:
        """By the hash of its key."""
        return open_schedule(info.context.read, key)


def search_meetings(
    context: Context,
    given: Values | None,
    *,
    order_by: search.MeetingOrder | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Found:
    """A page of meetings; InvalidQuery, CursorExpired."""
    wanted = _with_ids_now(context, read_filter(given, vocabulary=context.vocabulary, now=context.minute))
    near = wanted.place.near is not None
    if order_by is search.MeetingOrder.DISTANCE and not near:
        raise InvalidQuery("orderBy", "DISTANCE needs filter.place.near")
    query = search.MeetingQuery(
        filter=wanted,
        order=order_by or (search.MeetingOrder.DISTANCE if near else search.MeetingOrder.NEXT_START),
        first=checked_first(first, 25),
        after=checked_after(after),
        now=context.minute,
    )
    return Found(page=find_meetings(context.search_index(), query), statuses=wanted.statuses)


def search_occurrences(
    context: Context,
    given: Values | None,
    *,
    start: datetime | None = None,
    until: datetime | None = None,
    include_in_progress: bool | None = False,
    first: int | None = None,
    after: str | None = None,
) -> Found:
    """A page of occurrences; InvalidQuery, CursorExpired."""
    now = context.minute
    wanted = read_filter(given, vocabulary=context.vocabulary, now=now, windowed=False)
    begin, end = checked_window(start, until, now=now)
    query = search.OccurrenceQuery(
        filter=_with_ids_now(context, wanted),
        start=begin,
        until=end,
        include_in_progress=bool(include_in_progress),
        first=checked_first(first, 25),
        after=checked_after(after),
        now=now,
    )
    return Found(page=find_occurrences(context.search_index(), query), statuses=wanted.statuses)


def _with_ids_now(context: Context, wanted: search.MeetingFilter) -> search.MeetingFilter:
    """The filter with the ids under which its meetings are shown now, which are all that the index knows."""
    excluded = wanted.exclude.ids
    if not wanted.ids and not excluded:
        return wanted
    asked = sorted((wanted.ids or frozenset()) | excluded)
    found = dict(zip(asked, get_meetings(context.read, asked), strict=True))
    shown = {id: meeting.id for id, meeting in found.items() if meeting}
    return replace(
        wanted,
        ids=wanted.ids if wanted.ids is None else frozenset(shown[id] for id in wanted.ids if id in shown),
        exclude=replace(wanted.exclude, ids=frozenset(shown[id] for id in excluded if id in shown)),
    )


def page_of_bodies(
    context: Context,
    *,
    parent: str | None = None,
    text: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Slice[model.ServiceBody]:
    """A page of service bodies; InvalidQuery, CursorExpired."""
    words = None if text is None else checked_text("text", text)
    found = matching_bodies(list_service_bodies(context.read), parent, words)
    return cut(
        found,
        lambda body: (fold(body.name), body.id),
        first=checked_first(first, 25),
        after=checked_after(after),
        question=(parent, words),
    )
