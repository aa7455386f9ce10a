"""Every question a client may ask, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import graphene

from meetings import model, search
from meetings.errors import InvalidQuery
from meetings.vocabulary import Fellowship as KnownFellowship
from meetings.vocabulary import Format as KnownFormat
from schema.asked import asked_filter
from schema.changes import ChangeConnection, page_of_changes
from schema.context import Context
from schema.costs import QueryCost, Spent
from schema.enums import MeetingOrder
from schema.fellowships import Fellowship, find_fellowships
from schema.filters import checked_items, checked_text, fellowship_code, from_middle, known_code
from schema.formats import Format, list_formats
from schema.inputs import MeetingFilter
from schema.meetings import Meeting, MeetingConnection
from schema.nodes import Node, find_node
from schema.occurrences import Found, OccurrenceConnection
from schema.paging import MAX_LISTED, Slice, after_argument, checked_after, checked_first, cut, first_argument, many
from schema.places import FIRST, Place, asked_places
from schema.planning import Plan, PlanInput, make_plan
from schema.scalars import DateTime
from schema.schedules import KEY, Schedule, used_schedule
from schema.service_bodies import ServiceBodyConnection, matching_bodies
from schema.sources import Source
from schema.volunteers import VolunteerQueries
from schema.windows import checked_window
from search.meetings import find_meetings
from search.occurrences import find_occurrences
from store.service_bodies import names_of_service_bodies

Values = Mapping[str, Any]


class Query(VolunteerQueries, graphene.ObjectType):
    """Every question that can be asked. Lists are in a stable total order; what does not exist is null."""

    meetings = graphene.Field(
        MeetingConnection,
        description="Recurring meetings that match, each once, in a stable total order.",
        filter=MeetingFilter(description="What to find; left out: all that can be gone to."),
        order_by=MeetingOrder(
            description="Their order; left out: `DISTANCE` with a point or town, `RELEVANCE` with text; `NEXT_START`."
        ),
        first=first_argument(25),
        after=after_argument(),
        resolver=lambda _, info, **asked: search_meetings(info.context, **asked),
    )
    occurrences = graphene.Field(
        OccurrenceConnection,
        description="Dated instances of meetings that match, soonest first; cancelled ones are shown, marked.",
        filter=MeetingFilter(
            description="Of what meetings; its `time` may not have `within`, `from`, `until` or `inProgress`."
        ),
        start=DateTime(name="from", description="Those that start at or after this; left out: now."),
        until=DateTime(description="Those that start before this, at most 92 days later; left out: seven days later."),
        include_in_progress=graphene.Boolean(
            default_value=False, description="true: also those that began before `from` and are not over by then."
        ),
        first=first_argument(25),
        after=after_argument(),
        resolver=lambda _, info, **asked: search_occurrences(info.context, **asked),
    )
    meeting = graphene.Field(
        Meeting,
        description="One meeting, withdrawn or not; null: no meeting ever had this id.",
        id=graphene.ID(required=True, description="Any id it ever had, e.g. from an app's favourites."),
        resolver=lambda _, info, id: info.context.loaders.meetings.get(checked_text("id", id)),
    )
    meetings_by_ids = graphene.List(
        Meeting,
        required=True,
        description="Meetings in the order asked, withdrawn or not; null where no meeting ever had the id.",
        ids=graphene.List(
            graphene.NonNull(graphene.ID), required=True, description="Any ids they ever had, at most 100 at a time."
        ),
        resolver=lambda _, info, ids: info.context.loaders.meetings.get_all(
            checked_items("ids", ids, may_be_empty=True)
        ),
    )
    node = graphene.Field(
        Node,
        description="Anything that has an id: a meeting, fellowship, service body or source.",
        id=graphene.ID(required=True, description="Its id as another answer told it, e.g. `fellowship:NA`."),
        resolver=lambda _, info, id: find_node(info.context, checked_text("id", id)),
    )
    changes = graphene.Field(
        ChangeConnection,
        description=(
            "For apps that keep a copy: what changed since a cursor, in commit order, each meeting once and as it is "
            "now; without a cursor all that match. What does not match (any more) is a tombstone, also if it never did."
        ),
        after=graphene.String(
            description="The `endCursor` of the page before or of `/snapshot.jsonl`; after 90 days `CURSOR_EXPIRED`."
        ),
        first=first_argument(100, most=MAX_LISTED),
        filter=MeetingFilter(
            description="Of what meetings; of `time` only `byAppointment`, as the rest depends on now; no `nearest`."
        ),
        resolver=lambda _, info, **asked: page_of_changes(info.context, **asked),
    )
    places = many(
        Place,
        "Towns, US postcodes, regions and countries by name, forgiving accents and typing errors; best first.",
        text=graphene.String(
            required=True, description="A name, alone or with what it lies in, e.g. `Koln`, `Dublin, CA` or `90210`."
        ),
        country=graphene.String(description="Prefer places in this country, two letters, e.g. `US`; none is left out."),
        first=first_argument(FIRST),
        resolver=lambda _, info, **asked: asked_places(info.context, **asked),
    )
    fellowships = many(
        Fellowship,
        "The fellowships we know, with what each is and for whom it exists.",
        text=graphene.String(
            description="By code, name or what people call it, e.g. `al-anon`; forgiving; best first."
        ),
        resolver=lambda _, info, text=None: asked_fellowships(info.context, text),
    )
    formats = many(
        Format,
        "The canonical formats, with words for people and codes for filters.",
        fellowship=graphene.String(description="Without those that only other fellowships have a code for, e.g. `NA`."),
        category=graphene.String(description="Those of exactly this category, e.g. `access`; any letter case."),
        resolver=lambda _, info, **asked: asked_formats(info.context, **asked),
    )
    service_bodies = graphene.Field(
        ServiceBodyConnection,
        description="Who is responsible for meetings, in the order of their names.",
        parent=graphene.ID(description="Those right below the body of this id; left out: all."),
        text=graphene.String(description="Those with every one of these words in the name; accents do not count."),
        first=first_argument(25),
        after=after_argument(),
        resolver=lambda _, info, **asked: page_of_bodies(info.context, **asked),
    )
    sources = many(
        Source,
        "The lists that meetings come from, in the order they were added.",
        resolver=lambda _, info: list(info.context.loaders.sources().values()),
    )
    schedule = graphene.Field(
        Schedule,
        description="What a person keeps; null: no schedule has this key, or it was deleted.",
        key=graphene.String(required=True, description=KEY),
        resolver=lambda _, info, key: used_schedule(info.context, key),
    )
    plan = graphene.Field(
        Plan,
        description="Dated meetings that meet a goal, e.g. 90 in 90 days; the same for the same list. Stores nothing.",
        input=PlanInput(required=True, description="The goal, and what it must fit in with."),
        resolver=lambda _, info, **asked: make_plan(info.context, asked["input"]),
    )
    cost = graphene.Field(
        QueryCost,
        required=True,
        description="What this operation costs and what is left.",
        resolver=lambda _, info: spent_by(info.context),
    )


def search_meetings(
    context: Context,
    *,
    filter: Values | None = None,
    order_by: search.MeetingOrder | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Found:
    """A page of meetings; InvalidQuery, CursorExpired."""
    context.check_light(filter)
    now = context.minute
    wanted = asked_filter(context.read, filter, vocabulary=context.vocabulary, now=now, places=context.places)
    near = wanted.place.near is not None
    if order_by is search.MeetingOrder.DISTANCE and not near:
        if wanted.place.named is None:
            raise InvalidQuery("orderBy", "DISTANCE needs filter.place.near or filter.place.named")
        wanted = replace(wanted, place=from_middle(wanted.place))
    if order_by is search.MeetingOrder.RELEVANCE and wanted.text is None:
        raise InvalidQuery("orderBy", "RELEVANCE needs filter.text")
    query = search.MeetingQuery(
        filter=wanted,
        order=order_by or _usual_order(wanted),
        first=checked_first(first, 25),
        after=checked_after(after),
        now=now,
    )
    page = context.shown(find_meetings(context.search_index(), query))
    return Found(page=page, statuses=wanted.statuses, place=wanted.place.named, query=query)


def _usual_order(asked: search.MeetingFilter) -> search.MeetingOrder:
    if asked.place.near is not None:
        return search.MeetingOrder.DISTANCE
    return search.MeetingOrder.NEXT_START if asked.text is None else search.MeetingOrder.RELEVANCE


def search_occurrences(
    context: Context,
    *,
    filter: Values | None = None,
    start: datetime | None = None,
    until: datetime | None = None,
    include_in_progress: bool | None = False,
    first: int | None = None,
    after: str | None = None,
) -> Found:
    """A page of occurrences; InvalidQuery, CursorExpired."""
    context.check_light(filter, short=until is None)
    now = context.minute
    wanted = asked_filter(
        context.read, filter, vocabulary=context.vocabulary, now=now, windowed=False, places=context.places
    )
    begin, end = checked_window(start, until, now=now)
    query = search.OccurrenceQuery(
        filter=wanted,
        start=begin,
        until=end,
        include_in_progress=bool(include_in_progress),
        first=checked_first(first, 25),
        after=checked_after(after),
        now=now,
    )
    return Found(page=context.shown(find_occurrences(context.search_index(), query)), statuses=wanted.statuses)


def asked_fellowships(context: Context, text: str | None) -> list[KnownFellowship]:
    """All, or those that the text may mean; InvalidQuery."""
    return find_fellowships(context.vocabulary, None if text is None else checked_text("text", text))


def asked_formats(context: Context, *, fellowship: str | None = None, category: str | None = None) -> list[KnownFormat]:
    """All, or those of a fellowship or a category; InvalidQuery."""
    owner = None if fellowship is None else fellowship_code("fellowship", fellowship, context.vocabulary)
    return list_formats(context.vocabulary, owner, _category(context, category))


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
    page = cut(
        matching_bodies(names_of_service_bodies(context.read, parent), words),
        lambda named: named,
        first=checked_first(first, 25),
        after=checked_after(after),
        question=(parent, words),
    )
    bodies = context.loaders.service_bodies.get_all([id for _, id in page.nodes])
    return Slice(nodes=[body for body in bodies if body], page_info=page.page_info, total_count=page.total_count)


def spent_by(context: Context) -> Spent:
    """What the operation took; where nobody counts, nothing."""
    return context.spent or Spent(used=0, limit=0, remaining=0, reset=lambda: context.now)


def _category(context: Context, category: str | None) -> str | None:
    known = {known.category.upper() for known in context.vocabulary.formats.values()}
    return None if category is None else known_code("category", category, known)
