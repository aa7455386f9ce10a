"""Changes, for apps that keep a copy of the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import graphene
from graphene.utils.str_converters import to_camel_case

from meetings import model
from meetings.errors import InvalidQuery
from meetings.suspension import status_at
from schema.asked import with_ids_now
from schema.context import Context
from schema.filters import read_filter
from schema.meetings import Meeting
from schema.paging import MAX_LISTED, PageInfo, PagePlace, checked_after, checked_first, many
from schema.scalars import DateTime
from search.changes import ChangeHit, ChangesQuery, find_changes

#: Whatever judges dates: a meeting that matches today may not match tomorrow though nobody changed it.
_TIMED = (
    "days", "starts_from", "starts_before", "times_of_day", "ends_by", "min_duration", "max_duration",
    "within", "from_", "until", "in_progress",
)  # fmt: skip
_TIME_REASON = "not here: it depends on now; ask for all times, and look at the copy for those wanted"


class Change(graphene.ObjectType):
    """A meeting as it is now, or a tombstone."""

    cursor = graphene.String(
        required=True, description="Names this place; `after` goes on behind it. Good for 90 days."
    )
    id = graphene.ID(required=True, description="The meeting's id. A copy holds each meeting under it.")
    meeting = graphene.Field(
        Meeting,
        description="The meeting as it is now: put it into the copy. null, a tombstone: take it out, if it is there.",
    )
    at = DateTime(required=True, description="When it changed last.")


class ChangeConnection(graphene.ObjectType):
    """A page of changes. Apply them in this order, keep `endCursor`, and ask again with it whenever you like."""

    nodes = many(Change, "The changes of this page. There may be none though more pages follow.")
    page_info = graphene.Field(
        PageInfo,
        required=True,
        description="How to go on: `endCursor` is always given. `hasNextPage` false: the copy has all there is now.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundChange:
    """What `Change` shows."""

    cursor: str
    id: str
    meeting: model.Meeting | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundChanges:
    """What `ChangeConnection` shows."""

    nodes: tuple[FoundChange, ...]
    page_info: PagePlace


def page_of_changes(
    context: Context, *, filter: Mapping[str, Any] | None = None, first: int | None = None, after: str | None = None
) -> FoundChanges:
    """A page of what changed; InvalidQuery, CursorExpired."""
    _check_lasting(filter or {})
    asked = read_filter(filter, vocabulary=context.vocabulary, now=context.minute, places=context.places)
    query = ChangesQuery(
        asked=asked,
        filter=with_ids_now(context.read, asked),
        first=checked_first(first, 100, most=MAX_LISTED),
        after=checked_after(after),
        now=context.minute,
    )
    page = find_changes(context.search_index(), context.read, query)
    nodes = tuple(_found(context, page.hits, asked.statuses))
    place = PagePlace(
        has_next_page=page.has_next,
        has_previous_page=after is not None,
        start_cursor=nodes[0].cursor if nodes else None,
        end_cursor=page.end,
    )
    return FoundChanges(nodes=nodes, page_info=place)


def _check_lasting(given: Mapping[str, Any]) -> None:
    """Refuse what a meeting may match, or not, without having changed; InvalidQuery."""
    time, place, exclude = (given.get(name) or {} for name in ("time", "place", "exclude"))
    refused = [(f"time.{to_camel_case(name.rstrip('_'))}", time.get(name), _TIME_REASON) for name in _TIMED]
    refused += [
        ("exclude.days", exclude.get("days"), _TIME_REASON),
        ("place.nearest", place.get("nearest"), "not here: which are nearest depends on all others; leave it out"),
        ("text", given.get("text"), "not here: how forgivingly it is read depends on all others; leave it out"),
    ]
    for name, value, reason in refused:
        if value not in (None, False, []):
            raise InvalidQuery(f"filter.{name}", reason)


def _found(
    context: Context, hits: tuple[ChangeHit, ...], statuses: frozenset[model.MeetingStatus]
) -> Iterator[FoundChange]:
    """The meetings as the database has them now; what has just gone is a tombstone already."""
    meetings = context.loaders.meetings
    meetings.announce(hit.meeting_id for hit in hits if hit.matches)
    for hit in hits:
        meeting = meetings.get(hit.meeting_id) if hit.matches else None
        there = meeting and meeting.id == hit.meeting_id and status_at(meeting, context.now) in statuses
        at = hit.at or (meeting.updated_at if meeting else context.now)
        yield FoundChange(cursor=hit.cursor, id=hit.meeting_id, meeting=meeting if there else None, at=at)
