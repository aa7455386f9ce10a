"""Occurrences: the dated instances of meetings, computed when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import graphene

from meetings.making import maker
from meetings.model import Meeting, MeetingStatus
from meetings.places import Place
from meetings.recurrence import Occurrence as Dated
from meetings.recurrence import next_occurrence, occurrence_at, occurrences
from meetings.schedule import ScheduledOccurrence
from meetings.search import LATEST, Hit, MeetingQuery, Page
from meetings.suspension import is_held, status_at
from schema.context import Context, Info
from schema.paging import many, page_info_field
from schema.scalars import Date, DateTime

_STEP = timedelta(days=31)
_shown = maker(ScheduledOccurrence)


def _from_occurrence(name: str, default: object, root: ScheduledOccurrence, info: Info) -> object:
    return getattr(root.occurrence, name)


class Occurrence(graphene.ObjectType):
    """One dated instance of a meeting, in the meeting's time zone."""

    class Meta:
        default_resolver = _from_occurrence

    meeting = graphene.Field(
        "schema.meetings.Meeting",
        required=True,
        description="The meeting it belongs to, as it is now.",
        resolver=lambda root, info: root.meeting,
    )
    date = Date(
        required=True, description="The local date on which it starts; `skippedDates` and `dates` mean this one."
    )
    starts_at = DateTime(
        required=True,
        description="When it starts, with the offset of the meeting's zone, e.g. `2026-11-24T19:30:00-05:00`.",
    )
    ends_at = DateTime(required=True, description="When it ends; its length is elapsed time, clock changes or not.")
    cancelled = graphene.Boolean(
        required=True, description="true: it is not held, or its meeting is suspended or withdrawn. Show it struck out."
    )
    moved_from = DateTime(description="Where the rule would have put it, if it was moved; null: it was not.")
    note = graphene.String(description="What the list says of this date, e.g. `Closed for the holiday`.")


class OccurrenceEdge(graphene.ObjectType):
    """An occurrence in a list, with what is relative to the question."""

    cursor = graphene.String(
        required=True, description="Names this place in the list; `after` goes on behind it. Good for a day."
    )
    node = graphene.Field(Occurrence, required=True, description="The occurrence, with its meeting and its dates.")
    distance_km = graphene.Float(
        description="Great-circle km from the point of `filter.place`, e.g. `2.371`; null without one."
    )


class OccurrenceConnection(graphene.ObjectType):
    """A page of occurrences, soonest first, in a stable total order."""

    nodes = many(
        Occurrence,
        "The occurrences of this page, without what is relative to the question.",
        resolver=lambda root, info: [edge.node for edge in found_occurrences(info.context, root)],
    )
    edges = many(
        OccurrenceEdge,
        "The occurrences of this page, each with its cursor and its distance.",
        resolver=lambda root, info: found_occurrences(info.context, root),
    )
    page_info = page_info_field()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page that the search found, which statuses were asked for, the place that was named; of meetings the query."""

    page: Page
    statuses: frozenset[MeetingStatus]
    place: Place | None = None
    query: MeetingQuery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOccurrence:
    """What `OccurrenceEdge` shows."""

    cursor: str
    node: ScheduledOccurrence
    distance_km: float | None


def still_there(context: Context, found: Found) -> list[tuple[Hit, Meeting]]:
    """The hits and their meetings as the database has them now.

    Left out is what has gone since the index was built: no longer there, under another id, or of another status.
    """
    hits = list(found.page.hits)
    return [
        (hit, meeting)
        for hit, meeting in zip(hits, meetings_of_hits(context, hits), strict=True)
        if meeting and status_at(meeting, context.now) in found.statuses
    ]


def meetings_of_hits(context: Context, hits: Sequence[Hit]) -> list[Meeting | None]:
    """The meetings that are there under the ids found."""
    meetings = context.loaders.meetings.get_all([hit.meeting_id for hit in hits])
    return [
        meeting if meeting and meeting.id == hit.meeting_id else None
        for hit, meeting in zip(hits, meetings, strict=True)
    ]


def found_occurrences(context: Context, found: Found) -> list[FoundOccurrence]:
    """The occurrences of a page; what has just gone is left out."""
    edges = (found_occurrence(hit, meeting) for hit, meeting in still_there(context, found))
    return [edge for edge in edges if edge]


def found_occurrence(hit: Hit, meeting: Meeting) -> FoundOccurrence | None:
    """What an edge shows of a hit; None: the meeting has no such occurrence (any more)."""
    node = occurrence_of_hit(meeting, hit)
    if node is None:
        return None
    return FoundOccurrence(cursor=hit.cursor, node=node, distance_km=to_metres(hit.distance_km))


def to_metres(distance_km: float | None) -> float | None:
    """A distance as it is shown: points in lists are not truer than a metre, at best."""
    return None if distance_km is None else round(distance_km * 1000) / 1000


def occurrence_of_hit(meeting: Meeting, hit: Hit) -> ScheduledOccurrence | None:
    """The occurrence at a hit's start; None where the meeting has none there (any more)."""
    if hit.starts_at is None or meeting.recurrence is None:
        return None
    dated = occurrence_at(meeting.recurrence, meeting.exceptions, hit.starts_at)
    return None if dated is None else _shown(meeting, _as_held(meeting, dated))


def held_occurrence_of_hit(meeting: Meeting, hit: Hit) -> ScheduledOccurrence | None:
    """The same, None for a meeting that does not meet."""
    found = occurrence_of_hit(meeting, hit)
    return found if found is None or is_held(meeting, found.occurrence.starts_at) else None


def meeting_occurrences(meeting: Meeting, start: datetime, until: datetime) -> list[ScheduledOccurrence]:
    """All occurrences that start in [start, until), soonest first; those that are not held are marked cancelled."""
    if meeting.recurrence is None:
        return []
    found = occurrences(meeting.recurrence, meeting.exceptions, start, until)
    return [ScheduledOccurrence(meeting=meeting, occurrence=_as_held(meeting, dated)) for dated in found]


def _as_held(meeting: Meeting, dated: Dated) -> Dated:
    return dated if is_held(meeting, dated.starts_at) else replace(dated, cancelled=True)


def first_occurrences(meeting: Meeting, start: datetime, until: datetime, first: int) -> list[ScheduledOccurrence]:
    """The first few in [start, until), without computing the others."""
    found: list[ScheduledOccurrence] = []
    while start < until and len(found) < first:
        end = min(start + _STEP, until)
        found += meeting_occurrences(meeting, start, end)
        start = end
    return found[:first]


def coming_occurrence(meeting: Meeting, now: datetime) -> ScheduledOccurrence | None:
    """The next one that is held; None for a meeting that does not meet."""
    if meeting.recurrence is None or not is_held(meeting, now):
        return None
    found = next_occurrence(meeting.recurrence, meeting.exceptions, now)
    if found is None or not is_held(meeting, found.starts_at):
        return None
    return ScheduledOccurrence(meeting=meeting, occurrence=found)


def coming_exceptions(meeting: Meeting, now: datetime) -> list[ScheduledOccurrence]:
    """The coming dates that differ from the rule."""
    if not meeting.exceptions or meeting.recurrence is None:
        return []
    found = occurrences(meeting.recurrence, meeting.exceptions, now, now + LATEST)
    differing = [dated for dated in found if dated.cancelled or dated.moved_from]
    return [ScheduledOccurrence(meeting=meeting, occurrence=dated) for dated in differing]
