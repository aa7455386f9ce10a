"""Meetings: recurring gatherings, as they are shown and as they are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import graphene

from meetings import model
from meetings.recurrence import Recurrence, rrule
from meetings.schedule import ScheduledOccurrence
from meetings.search import LATEST, Hit
from meetings.suspension import status_at
from schema.context import Context, Info
from schema.enums import MedicationStance, MeetingStatus, VenueType, Weekday
from schema.facets import MeetingFacets, facets_of
from schema.fellowships import Fellowship, known_fellowship
from schema.formats import Format, known_formats
from schema.loaders import group_key
from schema.nodes import Node
from schema.occurrences import (
    Occurrence,
    coming_exceptions,
    coming_occurrence,
    first_occurrences,
    held_occurrence_of_hit,
    still_there,
    to_metres,
)
from schema.paging import MAX_LISTED, checked_first, first_argument, many, page_info_field
from schema.places import Place
from schema.scalars import URL, Date, DateTime, Duration, Language, LocalTime, TimeZone
from schema.service_bodies import ServiceBody
from schema.sources import SourceListing
from schema.text import recurrence_text
from schema.venues import OnlineVenue, Venue
from schema.windows import FAR_REACH, checked_window

#: A group of more meetings than this is a source's mistake; an answer must not grow with it.
MAX_GROUP_MEETINGS = 100


def _of_rule(type_: Any, read: Callable[[Recurrence], object], description: str) -> graphene.Field:
    """A field that the rule tells; null for a meeting by appointment."""
    return graphene.Field(
        type_, description=description, resolver=lambda root, info: root.recurrence and read(root.recurrence)
    )


def _from_group(name: str, default: object, root: model.Meeting, info: Info) -> object:
    # A group is shown through the meeting it was reached by, which knows whose it is.
    return getattr(root.group, name)


class Group(graphene.ObjectType):
    """The members who hold a meeting, or several."""

    class Meta:
        default_resolver = _from_group

    name = graphene.String(required=True, description="The group's name, e.g. `First Light`.")
    code = graphene.String(description="The fellowship's own number for the group, e.g. `G00012345`.")
    url = URL(description="The group's own site; null: its list gives none.")
    meetings = many(
        lambda: Meeting,
        f"All that this group holds in the same list, by name, but withdrawn ones; at most {MAX_GROUP_MEETINGS}.",
        resolver=lambda root, info: group_meetings(info.context, root),
    )


class Meeting(graphene.ObjectType):
    """A recurring gathering: a time by the clock on the wall in a time zone, a place or a link, and its kind."""

    class Meta:
        interfaces = (Node,)
        possible_types = (model.Meeting,)

    name = graphene.String(
        required=True, description="Its name as its list writes it, e.g. `First Light`; many meetings may share one."
    )
    group = graphene.Field(
        Group,
        description="The group that holds it, with what else it holds; null: its list does not say.",
        resolver=lambda root, info: root if root.group else None,
    )
    fellowship = graphene.Field(
        Fellowship,
        required=True,
        description="The fellowship it belongs to, e.g. Narcotics Anonymous.",
        resolver=lambda root, info: known_fellowship(info.context.vocabulary, root.fellowship),
    )
    status = graphene.Field(
        MeetingStatus,
        required=True,
        description="How it stands; only `ACTIVE` and `UNCONFIRMED` ones can be gone to.",
        resolver=lambda root, info: status_at(root, info.context.now),
    )
    venue_type = graphene.Field(
        VenueType, description="How one can attend: at the place, by link or telephone, or both; null: unknown."
    )
    weekday = _of_rule(
        Weekday,
        lambda rule: rule.weekday,
        "The day on which it starts, by the clock on its wall; null: by appointment.",
    )
    start_time = _of_rule(
        LocalTime,
        lambda rule: rule.starts,
        "When it starts by the clock on its wall, e.g. `19:30`; null: by appointment.",
    )
    end_time = _of_rule(
        LocalTime,
        lambda rule: end_time(rule),
        "When it ends, in `timeZone`; not later than `startTime` if it runs over midnight.",
    )
    duration = _of_rule(
        Duration,
        lambda rule: rule.duration,
        "How long it lasts, as elapsed time, e.g. `PT1H30M`; null: by appointment.",
    )
    duration_assumed = graphene.Boolean(
        required=True, description="true: `duration` is the fellowship's usual one, because its source gave none."
    )
    time_zone = _of_rule(
        TimeZone, lambda rule: rule.zone, "The zone of its times, e.g. `America/New_York`; null: by appointment."
    )
    recurrence = _of_rule(
        graphene.String,
        rrule,
        "The rule as an RFC 5545 RRULE with one weekday, e.g. `FREQ=WEEKLY;BYDAY=TU`; null: by appointment.",
    )
    recurrence_start = _of_rule(
        Date, lambda rule: rule.anchor, "From which date the rule counts; before it there is no occurrence."
    )
    exceptions = many(
        Occurrence,
        "Coming dates that differ from the rule, soonest first: cancelled or moved.",
        resolver=lambda root, info: coming_exceptions(root, info.context.now),
    )
    recurrence_text = graphene.String(
        description="When it is held, in plain words, e.g. `Every second Tuesday at 19:30`.",
        language=Language(description="A BCP 47 tag: `en`, `es`, `de` or `fr`. Any other, or left out: English."),
        resolver=lambda root, info, language=None: recurrence_text(root.recurrence, language),
    )
    next_occurrence = graphene.Field(
        Occurrence,
        description="The next that is held, from now; null: by appointment, or it does not meet.",
        resolver=lambda root, info: coming_occurrence(root, info.context.now),
    )
    occurrences = many(
        Occurrence,
        "Dated instances, soonest first; cancelled ones are shown, marked.",
        start=DateTime(name="from", description="Those that start at or after this; left out: now."),
        until=DateTime(description="Those that start before this; left out: a year after `from`."),
        first=first_argument(10, most=MAX_LISTED),
        resolver=lambda root, info, **asked: occurrences_asked(info.context, root, **asked),
    )
    venue = graphene.Field(Venue, description="The place where it is held; null: it has none, or none that is known.")
    online = graphene.Field(
        OnlineVenue, description="How to join by link or telephone; null: it cannot be, or no way is known."
    )
    formats = many(
        Format,
        "What kind of meeting it is. What is not listed is unknown, never a no.",
        resolver=lambda root, info: known_formats(info.context.vocabulary, root.formats),
    )
    other_formats = many(graphene.String, "Codes of its source that no canonical format fits, e.g. `XYZ`.")
    languages = many(
        Language,
        "The languages spoken there: its own, else its source's; empty: unknown.",
        resolver=lambda root, info: root.languages or source_languages(info.context, root.source_id),
    )
    medication = graphene.Field(
        MedicationStance,
        required=True,
        description="What the group says of people who take medication for their recovery.",
    )
    medication_source = graphene.String(
        description="Who said so of medication, and when, e.g. `the group, May 2026`; null: nobody did."
    )
    notes = graphene.String(description="What else its list says, with names and numbers of persons taken out.")
    service_body = graphene.Field(
        ServiceBody,
        description="The service body that is responsible for it; null: its list does not say.",
        resolver=lambda root, info: info.context.loaders.service_body(root.service_body_id),
    )
    areas = many(graphene.String, "The list's own areas it is in, at any level, e.g. `Manhattan`.")
    listings = many(
        SourceListing,
        "Every source that lists it; empty: its source has been removed.",
        resolver=lambda root, info: [
            listing for listing in root.listings if listing.source_id in info.context.loaders.sources()
        ],
    )
    updated_at = DateTime(
        required=True, description="When anything that is shown of it last changed, e.g. to refresh a copy."
    )
    last_seen_at = DateTime(
        required=True, description="When its source last listed it; the longer ago, the less certain it is."
    )
    ics_url = URL(
        description="A calendar file of this one meeting, to download; null: by appointment.",
        resolver=lambda root, info: root.recurrence and f"{info.context.base_url}/meetings/{root.id}.ics",
    )


def _from_hit(name: str, default: object, root: tuple[Hit, model.Meeting], info: Info) -> object:
    return getattr(root[0], name)


class MeetingEdge(graphene.ObjectType):
    """A meeting in a list, with what is relative to the question."""

    class Meta:
        default_resolver = _from_hit

    cursor = graphene.String(
        required=True, description="Names this place in the list; `after` goes on behind it. Good for a day."
    )
    node = graphene.Field(
        Meeting,
        required=True,
        description="The meeting itself, the same whatever the question was.",
        resolver=lambda root, info: root[1],
    )
    distance_km = graphene.Float(
        description="Great-circle km from the point of `filter.place`, e.g. `2.371`; null: one of both has none.",
        resolver=lambda root, info: to_metres(root[0].distance_km),
    )
    next_occurrence = graphene.Field(
        Occurrence,
        description="The next occurrence that the filter accepts, e.g. in its window.",
        resolver=lambda root, info: held_occurrence_of_hit(root[1], root[0]),
    )


class MeetingConnection(graphene.ObjectType):
    """A page of the meetings that match; `totalCount` counts those on all pages."""

    nodes = many(
        Meeting,
        "The meetings of this page, without what is relative to the question.",
        resolver=lambda root, info: [meeting for _, meeting in still_there(info.context, root)],
    )
    edges = many(
        MeetingEdge,
        "The meetings of this page, each with its cursor, distance and next occurrence.",
        resolver=lambda root, info: still_there(info.context, root),
    )
    page_info = page_info_field()
    total_count = graphene.Int(
        required=True,
        description="How many match, on all pages together; the same on every page but for changes.",
        resolver=lambda root, info: root.page.total,
    )
    facets = graphene.Field(
        MeetingFacets,
        required=True,
        description="Counts over the whole match and not the page; worked out only where they are asked for.",
        resolver=lambda root, info: facets_of(info.context, root.query),
    )
    place = graphene.Field(
        Place, description="The place that `filter.place.named` meant: show it, for many share a name; null: none was."
    )


def end_time(rule: Recurrence) -> time:
    """The end by the clock on the wall, clock changes aside."""
    return (datetime.combine(date.min, rule.starts) + rule.duration).time()


def group_meetings(context: Context, meeting: model.Meeting) -> tuple[model.Meeting, ...]:
    """What the meeting's group holds, loaded with those of all groups of the page."""
    key = group_key(meeting)
    return context.loaders.groups.get(key)[:MAX_GROUP_MEETINGS] if key else ()


def source_languages(context: Context, source_id: str) -> tuple[str, ...]:
    """What is spoken where nothing else is said."""
    source = context.loaders.sources().get(source_id)
    return (source.language,) if source and source.language else ()


_REACH = replace(FAR_REACH, default=LATEST)


def occurrences_asked(
    context: Context,
    meeting: model.Meeting,
    *,
    start: datetime | None = None,
    until: datetime | None = None,
    first: int | None = None,
) -> list[ScheduledOccurrence]:
    """The meeting's occurrences in the window asked for; InvalidQuery."""
    begin, end = checked_window(start, until, now=context.minute, reach=_REACH)
    return first_occurrences(meeting, begin, end, checked_first(first, 10, most=MAX_LISTED))
