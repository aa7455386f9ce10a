"""Schedules: what a person keeps, as whoever holds the key sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import graphene

from meetings import schedule as kept
from meetings.agenda import CONFLICT_WINDOW, agenda, conflicts
from meetings.model import Meeting as KnownMeeting
from meetings.schedule import ScheduledOccurrence, feed_token, secret_hash
from schema.context import Context, Info
from schema.filters import checked_window
from schema.meetings import Meeting
from schema.occurrences import Occurrence
from schema.paging import checked_first, first_argument, many
from schema.problems import Problem
from schema.scalars import URL, Date, DateTime, TimeZone
from store.database import Reader
from store.schedules import get_schedule_by_key

UNNAMED = "Meetings"
KEY = "The key that `createSchedule` told. Give it in a variable, by POST only: whoever knows it can edit."


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSchedule:
    """A schedule in the hands of whoever holds its key."""

    schedule: kept.Schedule
    key: str = field(repr=False)


def open_schedule(read: Reader, key: str) -> OpenSchedule | None:
    """The schedule of that key."""
    found = get_schedule_by_key(read, secret_hash(key))
    return OpenSchedule(schedule=found, key=key) if found else None


def _entry_meetings(context: Context, schedule: kept.Schedule) -> Mapping[str, KnownMeeting]:
    ids = [entry.meeting_id for entry in schedule.entries]
    found = context.loaders.meetings.get_all(ids)
    return {id: meeting for id, meeting in zip(ids, found, strict=True) if meeting}


def _from_entry(name: str, default: object, root: tuple[kept.ScheduleEntry, KnownMeeting], info: Info) -> object:
    return getattr(root[0], name)


class ScheduleEntry(graphene.ObjectType):
    """A meeting in a schedule."""

    class Meta:
        default_resolver = _from_entry

    meeting = graphene.Field(Meeting, required=True, description="The meeting, withdrawn or not.")
    note = graphene.String(description="A note for oneself; it is shown in the calendar.")
    reminder_minutes = graphene.Int(description="Minutes before each start; null: as the schedule says.")
    skipped_dates = many(Date, "Local dates on which it is not shown.")
    dates = graphene.List(graphene.NonNull(Date), description="Only on these local dates; null: every time it meets.")

    @staticmethod
    def resolve_meeting(root: tuple[kept.ScheduleEntry, KnownMeeting], info: Info) -> KnownMeeting:
        """Known already."""
        return root[1]


class Conflict(graphene.ObjectType):
    """Two occurrences that overlap."""

    first = graphene.Field(Occurrence, required=True, description="The one that starts earlier.")
    second = graphene.Field(Occurrence, required=True, description="The one that starts while the first is held.")


def _from_schedule(name: str, default: object, root: OpenSchedule, info: Info) -> object:
    return getattr(root.schedule, name)


class Schedule(graphene.ObjectType):
    """What one person keeps: no account, no name, no address. Whoever holds the key edits it."""

    class Meta:
        default_resolver = _from_schedule

    id = graphene.ID(required=True, description="Opaque and lasting; it opens nothing.")
    name = graphene.String(required=True, description="Its name in calendars, e.g. `Meetings`.")
    time_zone = TimeZone(required=True, description="The zone of its dates.")
    discreet = graphene.Boolean(required=True, description="Titles do not tell what kind of meeting it is.")
    reminder_minutes = graphene.Int(description="Minutes before each start to remind; null: no reminder.")
    entries = many(ScheduleEntry, "Its meetings, in the order they were added.")
    conflicts = many(Conflict, "Pairs that overlap in the coming four weeks, soonest first; at most 200.")
    occurrences = many(
        Occurrence,
        "What it shows, soonest first; cancelled ones too, marked.",
        start=DateTime(name="from", description="Those that start at or after this; left out: now."),
        until=DateTime(description="Those that start before this, at most 92 days after `from`; left out: 28 days."),
        first=first_argument(50),
    )
    feed_url = URL(required=True, description="The calendar to subscribe to. Whoever knows this address can read it.")
    webcal_url = graphene.String(required=True, description="The same as `webcal://…`, which opens a calendar app.")

    @staticmethod
    def resolve_name(root: OpenSchedule, info: Info) -> str:
        """Its own, else a plain one."""
        return root.schedule.name or UNNAMED

    @staticmethod
    def resolve_entries(root: OpenSchedule, info: Info) -> list[tuple[kept.ScheduleEntry, KnownMeeting]]:
        """With their meetings."""
        meetings = _entry_meetings(info.context, root.schedule)
        return [(e, meetings[e.meeting_id]) for e in root.schedule.entries if e.meeting_id in meetings]

    @staticmethod
    def resolve_conflicts(root: OpenSchedule, info: Info) -> list[dict[str, ScheduledOccurrence]]:
        """From now on."""
        pairs = conflicts(root.schedule, _entry_meetings(info.context, root.schedule), info.context.now)
        return [{"first": first, "second": second} for first, second in pairs]

    @staticmethod
    def resolve_occurrences(
        root: OpenSchedule, info: Info, first: int | None = None, **window: datetime | None
    ) -> list[ScheduledOccurrence]:
        """In the window asked for."""
        now = info.context.minute
        start, until = checked_window(window.get("start"), window.get("until"), now=now, default=CONFLICT_WINDOW)
        shown = agenda(root.schedule, _entry_meetings(info.context, root.schedule), start, until)
        return shown[: checked_first(first, 50)]

    @staticmethod
    def resolve_feed_url(root: OpenSchedule, info: Info) -> str:
        """Made of the key."""
        return feed_url(info.context.base_url, root)

    @staticmethod
    def resolve_webcal_url(root: OpenSchedule, info: Info) -> str:
        """The feed's, by another scheme."""
        return "webcal:" + feed_url(info.context.base_url, root).split(":", 1)[1]


def feed_url(base_url: str, opened: OpenSchedule) -> str:
    """The address of the feed, which only the key's holder can tell."""
    return f"{base_url}/calendars/{feed_token(opened.key, opened.schedule.rotation)}.ics"


class SchedulePayload(graphene.ObjectType):
    """A schedule after a change."""

    schedule = graphene.Field(Schedule, description="The schedule as it is now; null: there are problems.")
    key = graphene.String(
        description="Only from `createSchedule`, and only this once: keep it, nobody can tell it again."
    )
    problems = many(Problem, "Why nothing was done; empty: it was done.")


class DeletePayload(graphene.ObjectType):
    """After a deletion."""

    deleted = graphene.Boolean(
        required=True, description="The schedule is forgotten, and its feed is an empty calendar."
    )
    problems = many(Problem, "Why nothing was done; empty: it was done.")
