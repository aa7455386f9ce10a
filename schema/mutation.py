"""Every change a client may ask for. Each is one transaction; where there are problems, nothing is written."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import graphene

from meetings.model import Meeting
from meetings.schedule import Schedule, feed_token, key_from_bytes, secret_hash
from schema import schedule_edits as edits
from schema.context import Context
from schema.filters import checked_items
from schema.inputs import EntryInput, ScheduleInput
from schema.problems import ProblemCode, Trouble
from schema.saved_searches import SavedSearchInput, plan_searches
from schema.schedules import KEY, DeletePayload, SchedulePayload, open_schedule
from schema.volunteers import VolunteerMutations
from store import schedules as store
from store.database import Reader, Writer
from store.meetings import get_meetings

Payload = dict[str, Any]


def _key_argument() -> graphene.Argument:
    return graphene.Argument(graphene.String, required=True, description=KEY)


class Mutation(VolunteerMutations, graphene.ObjectType):
    """Every change that can be asked for. Each is done whole or, with problems, not at all."""

    create_schedule = graphene.Field(
        SchedulePayload,
        description="Make a schedule and tell its key this once; nothing else opens it again.",
        input=ScheduleInput(
            required=True, description="The schedule's options; an empty object is a schedule with the usual ones."
        ),
        entries=graphene.List(
            graphene.NonNull(EntryInput), description="The first meetings, at most 200; left out: none yet."
        ),
        searches=graphene.List(
            graphene.NonNull(SavedSearchInput), description="The first saved searches, at most 10; left out: none yet."
        ),
        resolver=lambda _, info, **given: create_schedule(info.context, **given),
    )
    update_schedule = graphene.Field(
        SchedulePayload,
        description="Change a schedule's options, such as its name or whether it reminds.",
        key=_key_argument(),
        input=ScheduleInput(required=True, description="The options to change; what is left out stays as it is."),
        resolver=lambda _, info, **given: update_schedule(info.context, **given),
    )
    set_entries = graphene.Field(
        SchedulePayload,
        description="Add meetings to a schedule, or replace what it says of them; the others stay.",
        key=_key_argument(),
        entries=graphene.List(
            graphene.NonNull(EntryInput),
            required=True,
            description="The meetings to add or replace; of two entries for one meeting the later counts.",
        ),
        resolver=lambda _, info, key, entries: set_entries(info.context, key, entries),
    )
    remove_entries = graphene.Field(
        SchedulePayload,
        description="Take meetings out of a schedule; what is not in it is passed over.",
        key=_key_argument(),
        meeting_ids=graphene.List(
            graphene.NonNull(graphene.ID),
            required=True,
            description="The meetings to take out, by any id they ever had; at most 200.",
        ),
        resolver=lambda _, info, key, meeting_ids: remove_entries(info.context, key, meeting_ids),
    )
    add_search = graphene.Field(
        SchedulePayload,
        description="Save a search in a schedule: what it finds joins the feed, and follows the list as it changes.",
        key=_key_argument(),
        search=SavedSearchInput(required=True, description="The question, which may not depend on the time of asking."),
        resolver=lambda _, info, key, search: add_search(info.context, key, search),
    )
    remove_search = graphene.Field(
        SchedulePayload,
        description="Forget a saved search; what only it found leaves the feed. An unknown id is passed over.",
        key=_key_argument(),
        id=graphene.ID(required=True, description="The search's own id."),
        resolver=lambda _, info, key, id: remove_search(info.context, key, id),
    )
    rotate_feed = graphene.Field(
        SchedulePayload,
        description="Give a schedule's feed a new address; the old one stops showing meetings.",
        key=_key_argument(),
        resolver=lambda _, info, key: rotate_feed(info.context, key),
    )
    delete_schedule = graphene.Field(
        DeletePayload,
        description="Forget a schedule; its feed becomes an empty calendar.",
        key=_key_argument(),
        resolver=lambda _, info, key: delete_schedule(info.context, key),
    )


def create_schedule(
    context: Context,
    *,
    input: edits.Input,
    entries: Sequence[edits.Input] | None = None,
    searches: Sequence[edits.Input] | None = None,
) -> Payload:
    """Keep a new schedule; of its key only the hash."""
    key = key_from_bytes(context.random_bytes(32))
    id = base64.b32encode(context.random_bytes(20)).decode("ascii")
    with context.write() as write:
        if context.again and (made := open_schedule(write, key)) is not None:
            return {"schedule": made, "key": key, "problems": []}
        meetings = _meetings_by_id(write, _ids_of(entries or []))
        schedule = edits.new_schedule(id, input, list(meetings.values()), context.now)
        problems, changes = edits.plan_entries(
            schedule, entries or [], meetings, now=context.now, most=context.limits.max_entries
        )
        troubles, saved = plan_searches(context, schedule, searches or [], ("searches",))
        problems = [*edits.option_problems(input), *problems, *troubles]
        if problems:
            return _refused(problems)
        store.add_schedule(
            write,
            replace(schedule, entries=changes.put, searches=saved),
            key_hash=secret_hash(key),
            token_hash=secret_hash(feed_token(key, schedule.rotation)),
        )
        return {"schedule": open_schedule(write, key), "key": key, "problems": []}


def update_schedule(context: Context, *, key: str, input: edits.Input) -> Payload:
    """Change options."""

    def change(write: Writer, schedule: Schedule) -> list[Trouble]:
        problems = edits.option_problems(input)
        if not problems:
            store.update_schedule(write, edits.changed_options(schedule, input, context.now))
        return problems

    return _changed(context, key, change)


def set_entries(context: Context, key: str, entries: Sequence[edits.Input]) -> Payload:
    """Add and replace entries."""

    def change(write: Writer, schedule: Schedule) -> list[Trouble]:
        meetings = _meetings_by_id(write, [*_ids_of(entries), *_ids_in(schedule)])
        problems, changes = edits.plan_entries(
            schedule, entries, meetings, now=context.now, most=context.limits.max_entries
        )
        if not problems:
            store.remove_entries(write, schedule.id, changes.dropped)
            store.put_entries(write, schedule.id, changes.put)
            store.update_schedule(write, edits.touched(schedule, context.now))
        return problems

    return _changed(context, key, change)


def remove_entries(context: Context, key: str, ids: Sequence[str]) -> Payload:
    """Take entries out."""
    asked = checked_items("meetingIds", ids, most=context.limits.max_entries)

    def change(write: Writer, schedule: Schedule) -> list[Trouble]:
        meetings = _meetings_by_id(write, [*asked, *_ids_in(schedule)])
        store.remove_entries(write, schedule.id, edits.entries_to_remove(schedule, asked, meetings))
        touched = edits.touched(schedule, context.now)
        store.update_schedule(write, touched)
        # A search may find again what was taken out: that must count as newer.
        store.count_searches(write, touched)
        return []

    return _changed(context, key, change)


def add_search(context: Context, key: str, search: edits.Input) -> Payload:
    """Save a search."""

    def change(write: Writer, schedule: Schedule) -> list[Trouble]:
        touched = edits.touched(schedule, context.now)
        problems, saved = plan_searches(context, touched, [search], ("search",))
        if not problems:
            known = {one.id for one in schedule.searches}
            store.add_searches(write, schedule.id, [one for one in saved if one.id not in known])
            store.update_schedule(write, touched)
        return problems

    return _changed(context, key, change)


def remove_search(context: Context, key: str, id: str) -> Payload:
    """Forget a search."""

    def change(write: Writer, schedule: Schedule) -> list[Trouble]:
        if any(search.id == id for search in schedule.searches):
            touched = edits.touched(schedule, context.now)
            store.remove_search(write, schedule.id, id)
            store.update_schedule(write, touched)
            store.count_searches(write, touched)
        return []

    return _changed(context, key, change)


def rotate_feed(context: Context, key: str) -> Payload:
    """Turn the feed's address off and give it the next one."""

    def change(write: Writer, schedule: Schedule) -> list[Trouble]:
        turned = replace(edits.touched(schedule, context.now), rotation=schedule.rotation + 1)
        store.rotate(write, turned, token_hash=secret_hash(feed_token(key, turned.rotation)), now=context.now)
        return []

    return _changed(context, key, change)


def delete_schedule(context: Context, key: str) -> Payload:
    """Forget a schedule."""

    def change(write: Writer, schedule: Schedule) -> list[Trouble]:
        store.delete_schedule(write, schedule.id, now=context.now)
        return []

    done = _changed(context, key, change)
    if context.again and any(problem.code == ProblemCode.UNKNOWN_KEY for problem in done["problems"]):
        return {"deleted": True, "problems": []}
    return {"deleted": not done["problems"], "problems": done["problems"]}


def _changed(context: Context, key: str, change: Callable[[Writer, Schedule], list[Trouble]]) -> Payload:
    """Change the schedule of a key in one transaction; `change` writes nothing where it finds problems."""
    with context.write() as write:
        opened = open_schedule(write, key)
        if opened is None:
            message = "no schedule has this key; it may have been deleted"
            return _refused([Trouble(code=ProblemCode.UNKNOWN_KEY, message=message, field=("key",))])
        store.note_use(write, opened.schedule.id, context.now)
        problems = change(write, opened.schedule)
        return _refused(problems) if problems else {"schedule": open_schedule(write, key), "problems": []}


def _refused(problems: Iterable[Trouble]) -> Payload:
    return {"schedule": None, "key": None, "problems": list(problems)}


def _ids_of(entries: Sequence[edits.Input]) -> list[str]:
    return [entry["meeting_id"] for entry in entries]


def _ids_in(schedule: Schedule) -> list[str]:
    return [entry.meeting_id for entry in schedule.entries]


def _meetings_by_id(read: Reader, ids: Sequence[str]) -> Mapping[str, Meeting | None]:
    return dict(zip(ids, get_meetings(read, ids), strict=True))
