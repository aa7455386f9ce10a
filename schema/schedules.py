"""Schedules: what a person keeps, as whoever holds the key sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import graphene

from meetings import schedule as kept
from meetings.agenda import CONFLICT_WINDOW, agenda, conflicts
from meetings.model import Meeting as KnownMeeting
from meetings.schedule import ScheduledOccurrence, feed_token, secret_hash
from schema.context import Context, Info
from schema.meetings import Meeting
from schema.occurrences import Occurrence
from schema.paging import MAX_LISTED, checked_first, first_argument, many
from schema.problems import Problem
from schema.saved_searches import SavedSearch, with_searches
from schema.scalars import URL, Date, DateTime, TimeZone
from schema.windows import FAR_REACH, checked_window
from store.database import Reader
from store.schedules import get_schedule_by_key, note_use

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


def used_schedule(context: Context, key: str) -> OpenSchedule | None:
    """The same, for whoever uses it by that: the month is noted, once in a month."""
    opened = open_schedule(context.read, key)
    if opened and opened.schedule.used_month < kept.month_of(context.now):
        with context.write() as write:
            note_use(write, opened.schedule.id, context.now)
    return opened


def _entry_meetings(context: Context, schedule: kept.Schedule) -> Mapping[str, KnownMeeting]:
    ids = [entry.meeting_id for entry in schedule.entries]
    found = context.loaders.meetings.get_all(ids)
    return {id: meeting for id, meeting in zip(ids, found, strict=True) if meeting}


def _from_entry(name: str, default: object, root: tuple[kept.ScheduleEntry, KnownMeeting], info: Info) -> object:
    return getattr(root[0], name)


class ScheduleEntry(graphene.ObjectType):
    """A meeting in a schedule, with what the person keeps of it."""

    class Meta:
        default_resolver = _from_entry

    meeting = graphene.Field(
        Meeting,
        required=True,
        description="The meeting, withdrawn or not; it answers under its present id.",
        resolver=lambda root, info: root[1],
    )
    note = graphene.String(description="A note for oneself, e.g. `Bring keys`; it is shown in the calendar.")
    reminder_minutes = graphene.Int(
        description="Minutes before each start at which calendars remind; null: as the schedule says."
    )
    skipped_dates = many(Date, "Local dates on which it is not shown, in order; empty: none is skipped.")
    dates = graphene.List(
        graphene.NonNull(Date), description="Only on these local dates, in order; null: every time it meets."
    )


class Conflict(graphene.ObjectType):
    """Two occurrences that overlap."""

    first = graphene.Field(
        Occurrence,
        required=True,
        description="The one that starts earlier; of two that start together, the one with the smaller id.",
    )
    second = graphene.Field(
        Occurrence,
        required=True,
        description="The one that starts before the first is over. Both are held; neither is cancelled.",
    )


def _from_schedule(name: str, default: object, root: OpenSchedule, info: Info) -> object:
    return getattr(root.schedule, name)


class Schedule(graphene.ObjectType):
    """What one person keeps: no account, no name, no address. Whoever holds the key edits it."""

    class Meta:
        default_resolver = _from_schedule

    id = graphene.ID(
        required=True, description="Opaque and lasting; it opens nothing, so it may be logged where a key may not."
    )
    name = graphene.String(
        required=True,
        description=f"What calendars call it, e.g. `My week`; `{UNNAMED}` if it was given no name.",
        resolver=lambda root, info: root.schedule.name or UNNAMED,
    )
    time_zone = TimeZone(required=True, description="The zone in which its dates are read, e.g. `America/New_York`.")
    discreet = graphene.Boolean(
        required=True, description="true: titles in the calendar do not tell what kind of meeting it is."
    )
    reminder_minutes = graphene.Int(
        description="Minutes before each start at which calendars remind; null: no reminder."
    )
    entries = many(
        ScheduleEntry,
        "Its meetings, in the order they were added; at most 200.",
        resolver=lambda root, info: entries_with_meetings(info.context, root.schedule),
    )
    searches = many(SavedSearch, "Its saved searches, whose matches join the feed, in the order they were added.")
    conflicts = many(
        Conflict,
        "Pairs that overlap in the coming four weeks, soonest first; at most 200.",
        resolver=lambda root, info: coming_conflicts(info.context, root.schedule),
    )
    occurrences = many(
        Occurrence,
        "The dates that its feed shows, soonest first; cancelled ones too, marked.",
        start=DateTime(name="from", description="Those that start at or after this; left out: now."),
        until=DateTime(description="Those that start before this, at most 92 days later; left out: four weeks later."),
        first=first_argument(50, most=MAX_LISTED),
        resolver=lambda root, info, **asked: occurrences_asked(info.context, root.schedule, **asked),
    )
    feed_url = URL(
        required=True,
        description="The calendar to subscribe to. Whoever knows this address can read it.",
        resolver=lambda root, info: info.context.base_url + feed_path(root),
    )
    webcal_url = graphene.String(
        required=True,
        description="The same address as `webcal://…`, which opens a calendar app when tapped.",
        resolver=lambda root, info: "webcal:" + info.context.base_url.split(":", 1)[1] + feed_path(root),
    )


def feed_path(opened: OpenSchedule) -> str:
    """Where the feed is, which only the key's holder can tell."""
    return f"/calendars/{feed_token(opened.key, opened.schedule.rotation)}.ics"


def entries_with_meetings(context: Context, schedule: kept.Schedule) -> list[tuple[kept.ScheduleEntry, KnownMeeting]]:
    """What `ScheduleEntry` shows."""
    meetings = _entry_meetings(context, schedule)
    return [(entry, meetings[entry.meeting_id]) for entry in schedule.entries if entry.meeting_id in meetings]


def coming_conflicts(context: Context, schedule: kept.Schedule) -> list[dict[str, ScheduledOccurrence]]:
    """What `Conflict` shows."""
    schedule = with_searches(context, schedule, context.minute)
    pairs = conflicts(schedule, _entry_meetings(context, schedule), context.now)
    return [{"first": first, "second": second} for first, second in pairs]


_REACH = replace(FAR_REACH, default=CONFLICT_WINDOW)


def occurrences_asked(
    context: Context,
    schedule: kept.Schedule,
    *,
    start: datetime | None = None,
    until: datetime | None = None,
    first: int | None = None,
) -> list[ScheduledOccurrence]:
    """What the schedule shows in the window asked for; InvalidQuery."""
    begin, end = checked_window(start, until, now=context.minute, reach=_REACH)
    schedule = with_searches(context, schedule, context.minute)
    return agenda(schedule, _entry_meetings(context, schedule), begin, end)[: checked_first(first, 50, most=MAX_LISTED)]


class SchedulePayload(graphene.ObjectType):
    """A schedule after a change."""

    schedule = graphene.Field(Schedule, description="The schedule as it is after the change; null: there are problems.")
    key = graphene.String(
        description="Only from `createSchedule`, and only this once: keep it, nobody can tell it again."
    )
    problems = many(Problem, "Why nothing was done, one for each thing that is wrong; empty: all was done.")


class DeletePayload(graphene.ObjectType):
    """After a deletion."""

    deleted = graphene.Boolean(
        required=True, description="true: the schedule is forgotten, and its feed is an empty calendar for 30 days."
    )
    problems = many(Problem, "Why nothing was done, one for each thing that is wrong; empty: all was done.")
