"""Saved searches: questions whose matches join a schedule, and what stands in the way of saving one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import graphene

from meetings.calendar_text import clean_line
from meetings.schedule import SavedSearch as Saved
from meetings.schedule import Schedule, with_found
from meetings.search import MeetingFilter as Asked
from meetings.search import Point
from meetings.zones import zone
from schema.asked import asked_filter
from schema.context import Context
from schema.inputs import MeetingFilter
from schema.problems import ProblemCode, Trouble
from search.saved import found_by

MAX_NAME = 100
MAX_LIMIT = 500
#: A position is kept to hundredths of a degree: about a kilometre, which is no door.
_DECIMALS = 2
#: Parts of a filter whose answer is another one a moment later.
_OF_NOW = {"within": "within", "from_": "from", "until": "until", "in_progress": "inProgress"}

Input = Mapping[str, Any]


class SavedSearch(graphene.ObjectType):
    """A question whose matches join a schedule and its feed, and follow the list as it changes."""

    id = graphene.ID(required=True, description="Names it within its schedule, e.g. for `removeSearch`.")
    name = graphene.String(required=True, description="What the person calls it, e.g. `Weekday evenings`.")
    limit = graphene.Int(required=True, description="How many meetings of it join at most, the nearest first.")


class SavedSearchInput(graphene.InputObjectType):
    """A question to save."""

    name = graphene.String(required=True, description="What to call it, at most 100 characters.")
    filter = MeetingFilter(
        required=True,
        description="What meetings to find; its `time` may not have `within`, `from`, `until` or `inProgress`. "
        "`place.near` is kept to about a kilometre.",
    )
    limit = graphene.Int(
        default_value=50,
        description=f"How many meetings at most, 1 to {MAX_LIMIT}: the nearest, or else the first by name.",
    )


def plan_searches(
    context: Context, schedule: Schedule, given: Sequence[Input], path: tuple[str, ...]
) -> tuple[list[Trouble], tuple[Saved, ...]]:
    """Searches to add, or what stands in their way; `path` is the argument's. InvalidQuery for what is no filter."""
    paths = [(*path, str(place)) for place in range(len(given))] if path == ("searches",) else [path]
    problems = _too_many(len(schedule.searches) + len(given), context.limits.max_searches, path)
    for search, at in zip(given, paths, strict=True):
        problems += _problems(search, at)
    if problems:
        return problems, ()
    return [], tuple(_saved(context, schedule, search, at) for search, at in zip(given, paths, strict=True))


def _too_many(count: int, most: int, path: tuple[str, ...]) -> list[Trouble]:
    if count <= most:
        return []
    message = f"a schedule holds at most {most} searches; this would make {count}"
    return [Trouble(code=ProblemCode.TOO_MANY_ENTRIES, message=message, field=path)]


def _problems(given: Input, path: tuple[str, ...]) -> list[Trouble]:
    problems = []
    name, limit = given["name"], given.get("limit")
    if not clean_line(name, MAX_NAME) or len(name) > MAX_NAME:
        message = f"a name of 1 to {MAX_NAME} characters"
        problems.append(Trouble(code=ProblemCode.TOO_LONG, message=message, field=(*path, "name")))
    if limit is not None and not 1 <= limit <= MAX_LIMIT:
        message = f"from 1 to {MAX_LIMIT}, not {limit}"
        problems.append(Trouble(code=ProblemCode.OUT_OF_RANGE, message=message, field=(*path, "limit")))
    asked = given["filter"].get("time") or {}
    message = "this depends on the time of asking, and a saved search is asked again and again; leave it out"
    problems += [
        Trouble(code=ProblemCode.BAD_VALUE, message=message, field=(*path, "filter", "time", told))
        for name, told in _OF_NOW.items()
        if asked.get(name) not in (None, False)
    ]
    return problems


def _saved(context: Context, schedule: Schedule, given: Input, path: tuple[str, ...]) -> Saved:
    asked = asked_filter(
        context.read,
        given["filter"],
        vocabulary=context.vocabulary,
        now=context.minute,
        windowed=False,
        path=".".join((*path, "filter")),
        places=context.places,
    )
    limit = given.get("limit")
    return Saved(
        id=context.random_bytes(10).hex(),
        name=clean_line(given["name"], MAX_NAME),
        limit=50 if limit is None else limit,
        filter=_nearby(asked),
        added_on=context.now.astimezone(zone(schedule.time_zone)).date(),
        # Not from 1: what it finds may have been an entry before.
        revision=schedule.changes,
        updated_at=context.now,
    )


def _nearby(asked: Asked) -> Asked:
    """The filter with its point as it is kept."""
    near = asked.place.near
    if near is None:
        return asked
    kept = Point(latitude=round(near.latitude, _DECIMALS), longitude=round(near.longitude, _DECIMALS))
    return replace(asked, place=replace(asked.place, near=kept))


def with_searches(context: Context, schedule: Schedule, now: datetime) -> Schedule:
    """The schedule with what its searches find now. StoreFailed while there is no index."""
    if not schedule.searches:
        return schedule
    found = found_by(context.search_index(), schedule.searches, now)
    return with_found(schedule, found, context.limits.max_feed_meetings)
