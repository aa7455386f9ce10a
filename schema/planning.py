"""Plans: dated meetings that meet a goal, such as 90 in 90 days. Nothing of them is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import graphene

from meetings import planning
from meetings.errors import InvalidQuery
from meetings.model import Meeting
from meetings.planning import MAX_DAYS, MAX_PER_DAY, MAX_TRAVEL_MINUTES, Dated, GapReason
from meetings.schedule import ScheduledOccurrence
from meetings.search import LATEST
from meetings.zones import zone
from schema.asked import asked_filter
from schema.context import Context
from schema.enums import Weekday
from schema.filters import checked_items
from schema.inputs import MeetingFilter
from schema.occurrences import Occurrence, meeting_occurrences, to_metres
from schema.paging import list_of, many
from schema.scalars import Date, LocalTime, TimeZone
from search.plans import find_plan

MAX_HOURS = 20
_MINUTE = timedelta(minutes=1)


class AvailabilityInput(graphene.InputObjectType):
    """Hours in which a person can go; a meeting must begin and end within them."""

    days = graphene.InputField(
        graphene.NonNull(graphene.List(graphene.NonNull(Weekday))),
        description="The days on which the hours open: `FRIDAY` with 22:00 to 02:00 takes in Saturday 01:00.",
    )
    from_ = LocalTime(name="from", description="When they open, in the plan's time zone; left out: 00:00.")
    until = LocalTime(description="When they close; left out, or not later than `from`: they run over midnight.")


class PlanInput(graphene.InputObjectType):
    """A goal, and what it must fit in with."""

    filter = MeetingFilter(
        required=True,
        description="Which meetings will do; its `time` may not have `within`, `from`, `until` or `inProgress`. "
        "With `place.orOnline`, online ones where none is in reach.",
    )
    start_date = Date(required=True, description="The first date, today or later.")
    days = graphene.Int(required=True, description=f"How many dates are to be covered, 1 to {MAX_DAYS}, e.g. `90`.")
    per_day = graphene.Int(default_value=1, description=f"How many meetings on each date, 1 to {MAX_PER_DAY}.")
    time_zone = TimeZone(required=True, description="The zone in which dates and availability are read.")
    availability = list_of(AvailabilityInput, f"When the person can go, at most {MAX_HOURS}; left out: at any time.")
    travel_minutes = graphene.Int(
        default_value=30, description=f"Minutes to leave between two meetings, 0 to {MAX_TRAVEL_MINUTES}."
    )
    prefer_variety = graphene.Boolean(
        default_value=False, description="true: rather a meeting that is not in the plan yet than one that is."
    )
    fixed_meeting_ids = list_of(
        graphene.ID,
        "Meetings that are gone to whenever they are held, whatever the rest says; the plan is made around them.",
    )


def _from_gap(name: str, default: object, root: ShownGap, info: Any) -> object:
    return getattr(root.gap, name)


class PlanGap(graphene.ObjectType):
    """A date that could not be covered, and what would come nearest."""

    class Meta:
        default_resolver = _from_gap

    date = Date(
        required=True, description="The date, in the plan's time zone.", resolver=lambda root, info: root.gap.day
    )
    nearest = graphene.Field(
        Occurrence,
        description="What would come nearest on that date; null: nothing does.",
        resolver=lambda root, info: root.nearest,
    )
    distance_km = graphene.Float(
        description="How far that is from the point asked for; null: it is online, or there is no point.",
        resolver=lambda root, info: root.gap.nearest and to_metres(root.gap.nearest.distance_km),
    )
    reason = graphene.String(
        required=True,
        description="Why it is not covered, in plain English, e.g. `Nothing is in reach; the nearest is 31 km away.`",
        resolver=lambda root, info: reason_text(root),
    )


class Plan(graphene.ObjectType):
    """Dated meetings that meet a goal. Make a schedule of it by `createSchedule`, with the dates of each meeting."""

    occurrences = many(Occurrence, "What to go to, soonest first.")
    days_covered = graphene.Int(required=True, description="On how many dates there are as many as were asked for.")
    gaps = many(PlanGap, "The dates that have fewer, in order; empty: all are covered.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGap:
    """What `PlanGap` shows."""

    gap: planning.Gap
    per_day: int
    nearest: ScheduledOccurrence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlan:
    """What `Plan` shows."""

    occurrences: tuple[ScheduledOccurrence, ...]
    days_covered: int
    gaps: tuple[ShownGap, ...]


_REASONS = {
    GapReason.OVERLAPS: "What there is overlaps with the plan, or leaves too little time to get there.",
    GapReason.OTHER_HOURS: "Nothing is held within these hours; the nearest is at another time.",
    GapReason.OUT_OF_REACH: "Nothing is in reach; the nearest is {km} km away.",
    GapReason.ONLINE_ONLY: "Nothing is in reach; the nearest is online.",
    GapReason.NOTHING: "Nothing that was asked for is held on this date.",
}


def reason_text(shown: ShownGap) -> str:
    """Why a date is not covered."""
    gap = shown.gap
    kilometres = gap.nearest and gap.nearest.distance_km
    reason = GapReason.ONLINE_ONLY if gap.reason is GapReason.OUT_OF_REACH and kilometres is None else gap.reason
    told = _REASONS[reason].format(km=None if kilometres is None else f"{kilometres:.0f}")
    return f"{gap.held} of {shown.per_day}. {told}" if gap.held else told


def make_plan(context: Context, given: Mapping[str, Any]) -> ShownPlan:
    """A plan for what was asked; InvalidQuery."""
    query = asked_plan(context, given)
    found = find_plan(context.search_index(), query)
    nearest = [gap.nearest for gap in found.gaps if gap.nearest]
    ids = list(dict.fromkeys(dated.meeting_id for dated in (*found.chosen, *nearest)))
    meetings = dict(zip(ids, context.loaders.meetings.get_all(ids), strict=True))
    shown = [_occurrence(dated, meetings) for dated in found.chosen]
    return ShownPlan(
        # What has gone since the index was built is left out; the next plan knows of it.
        occurrences=tuple(occurrence for occurrence in shown if occurrence),
        days_covered=query.days - len(found.gaps),
        gaps=tuple(
            ShownGap(
                gap=gap, per_day=query.per_day, nearest=_occurrence(gap.nearest, meetings) if gap.nearest else None
            )
            for gap in found.gaps
        ),
    )


def _occurrence(dated: Dated, meetings: Mapping[str, Meeting | None]) -> ScheduledOccurrence | None:
    meeting = meetings[dated.meeting_id]
    found = meeting_occurrences(meeting, dated.starts_at, dated.starts_at + _MINUTE) if meeting else []
    return found[0] if found else None


def asked_plan(context: Context, given: Mapping[str, Any]) -> planning.PlanQuery:
    """The question, checked; InvalidQuery."""
    today = context.now.astimezone(zone(given["time_zone"])).date()
    days = _between("days", given["days"], 1, MAX_DAYS)
    latest = today + LATEST - timedelta(days=days)
    if not today <= given["start_date"] <= latest:
        raise InvalidQuery("input.startDate", f"from {today} to {latest} for so many days, not {given['start_date']}")
    return planning.PlanQuery(
        filter=asked_filter(
            context.read,
            given["filter"],
            vocabulary=context.vocabulary,
            now=context.minute,
            windowed=False,
            path="input.filter",
            places=context.places,
        ),
        start=given["start_date"],
        days=days,
        per_day=_between("perDay", given.get("per_day"), 1, MAX_PER_DAY, usual=1),
        time_zone=given["time_zone"],
        hours=_hours(given.get("availability")),
        travel_minutes=_between("travelMinutes", given.get("travel_minutes"), 0, MAX_TRAVEL_MINUTES, usual=30),
        variety=bool(given.get("prefer_variety")),
        fixed_ids=_fixed_ids(context, given.get("fixed_meeting_ids")),
        now=context.minute,
    )


def _between(name: str, value: int | None, least: int, most: int, *, usual: int | None = None) -> int:
    wanted = usual if value is None else value
    if wanted is None or not least <= wanted <= most:
        raise InvalidQuery(f"input.{name}", f"from {least} to {most}, not {wanted}")
    return wanted


def _hours(given: list[Mapping[str, Any]] | None) -> tuple[planning.Hours, ...]:
    listed = checked_items("input.availability", given or (), most=MAX_HOURS)
    if given is not None and not any(hours["days"] for hours in listed):
        raise InvalidQuery("input.availability", "this leaves no day; leave it out for any time")
    return tuple(
        planning.Hours(
            days=frozenset(hours["days"]), opens=_minutes(hours.get("from_")), closes=_minutes(hours.get("until"))
        )
        for hours in listed
    )


def _minutes(wall: Any) -> int:
    return 0 if wall is None else wall.hour * 60 + wall.minute


def _fixed_ids(context: Context, given: list[str] | None) -> frozenset[str]:
    """The ids under which these meetings are shown now."""
    asked = checked_items("input.fixedMeetingIds", given or ())
    found = dict(zip(asked, context.loaders.meetings.get_all(asked), strict=True))
    unknown = next((id for id, meeting in found.items() if meeting is None), None)
    if unknown is not None:
        raise InvalidQuery("input.fixedMeetingIds", f"no meeting has the id {unknown[:40]!r}")
    return frozenset(meeting.id for meeting in found.values() if meeting)
