"""Meetings: recurring gatherings, as they are shown and as they are found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import graphene

from meetings import model
from meetings.recurrence import Recurrence, rrule
from meetings.schedule import ScheduledOccurrence
from meetings.search import LATEST, Hit
from meetings.vocabulary import Fellowship as KnownFellowship
from meetings.vocabulary import Format as KnownFormat
from schema.context import Info
from schema.enums import MedicationStance, MeetingStatus, VenueType, Weekday
from schema.fellowships import Fellowship, known_fellowship
from schema.filters import checked_window
from schema.formats import Format, known_formats
from schema.loaders import group_key
from schema.nodes import Node
from schema.occurrences import (
    Found,
    Occurrence,
    coming_exceptions,
    coming_occurrence,
    first_occurrences,
    occurrence_of_hit,
    still_there,
)
from schema.paging import PageInfo, PagePlace, checked_first, first_argument, many, place_of
from schema.scalars import URL, Date, DateTime, Duration, Language, LocalTime, TimeZone
from schema.service_bodies import ServiceBody
from schema.sources import SourceListing, listing_fields
from schema.text import recurrence_text
from schema.venues import OnlineVenue, Venue

#: A group of more meetings than this is a source's mistake; an answer must not grow with it.
MAX_GROUP_MEETINGS = 100


def _of_rule(type_: Any, read: Callable[[Recurrence], object], description: str) -> graphene.Field:
    """A field that the rule tells; null for a meeting by appointment."""
    return graphene.Field(
        type_, description=description, resolver=lambda root, info: root.recurrence and read(root.recurrence)
    )


def _from_group(name: str, default: object, root: model.Meeting, info: Info) -> object:
    return getattr(root.group, name)


class Group(graphene.ObjectType):
    """The members who hold a meeting, or several."""

    class Meta:
        default_resolver = _from_group

    name = graphene.String(required=True, description="The group's name, e.g. `First Light`.")
    code = graphene.String(description="The fellowship's own number for the group, e.g. `G00012345`.")
    url = URL(description="The group's own site.")
    meetings = many(
        lambda: Meeting, f"All that this group holds in the same list, by name; at most {MAX_GROUP_MEETINGS}."
    )

    @staticmethod
    def resolve_meetings(root: model.Meeting, info: Info) -> list[model.Meeting]:
        """With those of all groups of the page."""
        key = group_key(root)
        return list(info.context.loaders.groups.get(key)[:MAX_GROUP_MEETINGS]) if key else []


class Meeting(graphene.ObjectType):
    """A recurring gathering: a time by the clock on the wall in a time zone, a place or a link, and its kind."""

    class Meta:
        interfaces = (Node,)
        possible_types = (model.Meeting,)

    name = graphene.String(required=True, description="Its name, e.g. `First Light`.")
    group = graphene.Field(Group, description="Who holds it; null: its list does not say.")
    fellowship = graphene.Field(Fellowship, required=True, description="The fellowship it belongs to.")
    status = graphene.Field(MeetingStatus, required=True, description="How it stands.")
    venue_type = graphene.Field(VenueType, description="How one can attend; null: its list does not say.")
    weekday = _of_rule(Weekday, lambda rule: rule.weekday, "The day on which it starts; null: by appointment.")
    start_time = _of_rule(LocalTime, lambda rule: rule.starts, "When it starts, in `timeZone`; null: by appointment.")
    end_time = _of_rule(
        LocalTime,
        lambda rule: (datetime.combine(rule.anchor or date.min, rule.starts) + rule.duration).time(),
        "When it ends, in `timeZone`; not later than `startTime` if it runs over midnight.",
    )
    duration = _of_rule(Duration, lambda rule: rule.duration, "How long it lasts, e.g. `PT1H30M`.")
    duration_assumed = graphene.Boolean(
        required=True, description="`duration` is the fellowship's usual one, as the source gave none."
    )
    time_zone = _of_rule(TimeZone, lambda rule: rule.zone, "The zone of its times; null: by appointment.")
    recurrence = _of_rule(
        graphene.String,
        rrule,
        "The rule as an RFC 5545 RRULE with one weekday, e.g. `FREQ=WEEKLY;BYDAY=TU`; null: by appointment.",
    )
    recurrence_start = _of_rule(
        Date, lambda rule: rule.anchor, "From which date the rule counts; before it there is no occurrence."
    )
    exceptions = many(Occurrence, "Coming dates that differ from the rule, soonest first: cancelled or moved.")
    recurrence_text = graphene.String(
        language=Language(description="A BCP 47 tag: `en`, `es`, `de` or `fr`. Any other, or left out: English."),
        description="When it is held, in plain words, e.g. `Every second Tuesday at 19:30`.",
    )
    next_occurrence = graphene.Field(
        Occurrence, description="The next that is held, from now; null: by appointment, or it does not meet."
    )
    occurrences = many(
        Occurrence,
        "Dated instances, soonest first; cancelled ones are shown, marked.",
        start=DateTime(name="from", description="Those that start at or after this; left out: now."),
        until=DateTime(description="Those that start before this; left out: 370 days from now."),
        first=first_argument(10),
    )
    venue = graphene.Field(Venue, description="Where it is held; null: no place is known.")
    online = graphene.Field(OnlineVenue, description="How to join by link or telephone; null: no way is known.")
    formats = many(Format, "What kind of meeting it is. What is not listed is unknown, never a no.")
    other_formats = many(graphene.String, "Codes of its source that no canonical format fits, e.g. `XYZ`.")
    languages = many(Language, "Spoken there: its own, else its source's; empty: unknown.")
    medication = graphene.Field(
        MedicationStance, required=True, description="What the group says of people who take medication."
    )
    medication_source = graphene.String(description="Who said so of medication, and when.")
    notes = graphene.String(description="What else its list says.")
    service_body = graphene.Field(ServiceBody, description="Who is responsible for it; null: its list does not say.")
    areas = many(graphene.String, "The list's own areas it is in, the widest first, e.g. `Manhattan`.")
    listings = many(SourceListing, "Every source that lists it.")
    updated_at = DateTime(required=True, description="When anything shown of it last changed.")
    last_seen_at = DateTime(required=True, description="When its source last listed it.")
    ics_url = URL(description="A calendar file of this one meeting, to download; null: by appointment.")

    @staticmethod
    def resolve_group(root: model.Meeting, info: Info) -> model.Meeting | None:
        """A group is shown through the meeting it was reached by."""
        return root if root.group else None

    @staticmethod
    def resolve_fellowship(root: model.Meeting, info: Info) -> KnownFellowship:
        """By its code."""
        return known_fellowship(info.context.vocabulary, root.fellowship)

    @staticmethod
    def resolve_exceptions(root: model.Meeting, info: Info) -> list[ScheduledOccurrence]:
        """From now on."""
        return coming_exceptions(root, info.context.now)

    @staticmethod
    def resolve_recurrence_text(root: model.Meeting, info: Info, language: str | None = None) -> str:
        """In the language asked for."""
        return recurrence_text(root.recurrence, language)

    @staticmethod
    def resolve_next_occurrence(root: model.Meeting, info: Info) -> ScheduledOccurrence | None:
        """From now."""
        return coming_occurrence(root, info.context.now)

    @staticmethod
    def resolve_occurrences(
        root: model.Meeting, info: Info, first: int | None = None, **window: datetime | None
    ) -> list[ScheduledOccurrence]:
        """In the window asked for."""
        now = info.context.minute
        start, until = checked_window(window.get("start"), window.get("until"), now=now, default=LATEST, longest=None)
        return first_occurrences(root, start, until, checked_first(first, 10))

    @staticmethod
    def resolve_formats(root: model.Meeting, info: Info) -> list[KnownFormat]:
        """By their codes."""
        return known_formats(info.context.vocabulary, root.formats)

    @staticmethod
    def resolve_languages(root: model.Meeting, info: Info) -> tuple[str, ...]:
        """Its own, else its source's."""
        source = None if root.languages else info.context.loaders.sources().get(root.source_id)
        return (source.language,) if source and source.language else root.languages

    @staticmethod
    def resolve_service_body(root: model.Meeting, info: Info) -> model.ServiceBody | None:
        """With those of the whole page."""
        return info.context.loaders.service_bodies.get(root.service_body_id) if root.service_body_id else None

    @staticmethod
    def resolve_listings(root: model.Meeting, info: Info) -> list[dict[str, object]]:
        """One, unless its source has been removed."""
        source = info.context.loaders.sources().get(root.source_id)
        return [listing_fields(source, root)] if source else []

    @staticmethod
    def resolve_ics_url(root: model.Meeting, info: Info) -> str | None:
        """Under its present id."""
        return f"{info.context.base_url}/meetings/{root.id}.ics" if root.recurrence else None


def _from_hit(name: str, default: object, root: tuple[Hit, model.Meeting], info: Info) -> object:
    return getattr(root[0], name)


class MeetingEdge(graphene.ObjectType):
    """A meeting in a list, with what is relative to the question."""

    class Meta:
        default_resolver = _from_hit

    cursor = graphene.String(required=True, description="Names this place in the list; `after` goes on from it.")
    node = graphene.Field(Meeting, required=True, description="The meeting.")
    distance_km = graphene.Float(
        description="Great-circle km from `filter.place.near`, e.g. `2.371`; null without a point."
    )
    next_occurrence = graphene.Field(Occurrence, description="The next occurrence that the filter accepts.")

    @staticmethod
    def resolve_node(root: tuple[Hit, model.Meeting], info: Info) -> model.Meeting:
        """Known already."""
        return root[1]

    @staticmethod
    def resolve_next_occurrence(root: tuple[Hit, model.Meeting], info: Info) -> ScheduledOccurrence | None:
        """The one that the search found."""
        return occurrence_of_hit(root[1], root[0])


class MeetingConnection(graphene.ObjectType):
    """A page of meetings."""

    nodes = many(Meeting, "The meetings of this page.")
    edges = many(MeetingEdge, "The meetings of this page, each with its cursor, distance and next occurrence.")
    page_info = graphene.Field(PageInfo, required=True, description="Where this page lies in the whole list.")
    total_count = graphene.Int(required=True, description="How many match, on all pages together.")

    @staticmethod
    def resolve_nodes(root: Found, info: Info) -> list[model.Meeting]:
        """Without what is relative to the question."""
        return [meeting for _, meeting in still_there(info.context, root)]

    @staticmethod
    def resolve_edges(root: Found, info: Info) -> list[tuple[Hit, model.Meeting]]:
        """With what is relative to the question."""
        return still_there(info.context, root)

    @staticmethod
    def resolve_page_info(root: Found, info: Info) -> PagePlace:
        """As the search found it."""
        return place_of(root.page)

    @staticmethod
    def resolve_total_count(root: Found, info: Info) -> int | None:
        """As the search counted."""
        return root.page.total
