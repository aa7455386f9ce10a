"""What a change to a schedule would make of it, or what stands in its way: decided here, done in `mutation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from meetings.calendar_text import clean_line, clean_text
from meetings.model import Meeting
from meetings.schedule import Schedule, ScheduleEntry
from meetings.zones import zone
from schema.problems import ProblemCode, Trouble

MAX_NAME = 100
MAX_NOTE = 500
MAX_DATES = 100
#: A week: nobody is reminded of a weekly meeting before the one that comes first.
MAX_REMINDER = 10080
#: The zone of a schedule whose first entries tell none.
NO_ZONE = "Etc/UTC"
_OPTIONS = ("name", "time_zone", "discreet", "reminder_minutes")
#: Options that null empties; in the others null changes nothing.
_EMPTIED = {"name", "reminder_minutes"}

Input = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChanges:
    """Entries to add or replace, and the ids of entries that are the same meetings under another id."""

    put: tuple[ScheduleEntry, ...] = ()
    dropped: tuple[str, ...] = ()


def option_problems(given: Input) -> list[Trouble]:
    """What is wrong with a schedule's options."""
    return [
        *_too_long(given.get("name"), MAX_NAME, "characters", ("input", "name")),
        *_bad_reminder(given.get("reminder_minutes"), ("input", "reminderMinutes")),
    ]


def changed_options(schedule: Schedule, given: Input, now: datetime) -> Schedule:
    """The schedule with the options given; the same one if none differs."""
    values = {name: given[name] for name in _OPTIONS if name in given}
    values = {name: value for name, value in values.items() if value is not None or name in _EMPTIED}
    if "name" in values:
        values["name"] = clean_line(values["name"], MAX_NAME) or None
    if all(getattr(schedule, name) == value for name, value in values.items()):
        return schedule
    counted = replace(schedule, revision=schedule.revision + 1, changes=schedule.changes + 1)
    counted = replace(counted, updated_at=_later(now, schedule.updated_at))
    return replace(counted, **values)


def new_schedule(id: str, given: Input, meetings: Sequence[Meeting | None], now: datetime) -> Schedule:
    """A schedule with the options given; its zone is the first meeting's that has one."""
    zones = (meeting.recurrence.zone for meeting in meetings if meeting and meeting.recurrence)
    options = {name: value for name, value in given.items() if name in _OPTIONS and value is not None}
    options["name"] = clean_line(options.get("name"), MAX_NAME) or None
    usual = {"name": None, "time_zone": next(zones, NO_ZONE), "discreet": True, "reminder_minutes": None}
    return Schedule(id=id, **(usual | options), created_at=now, updated_at=now, entries_updated_at=now)


def _problems_of(entry: Input, path: tuple[str, ...], meetings: Mapping[str, Meeting | None]) -> list[Trouble]:
    id = entry["meeting_id"]
    unknown = Trouble(
        code=ProblemCode.UNKNOWN_MEETING, message=f"no meeting has the id {id[:40]!r}", field=(*path, "meetingId")
    )
    return [
        *([] if meetings.get(id) else [unknown]),
        *_too_long(entry.get("note"), MAX_NOTE, "characters", (*path, "note")),
        *_bad_reminder(entry.get("reminder_minutes"), (*path, "reminderMinutes")),
        *_too_long(entry.get("skipped_dates"), MAX_DATES, "dates", (*path, "skippedDates")),
        *_too_long(entry.get("dates"), MAX_DATES, "dates", (*path, "dates")),
    ]


def _too_long(given: Sequence[Any] | None, most: int, what: str, path: tuple[str, ...]) -> list[Trouble]:
    if given is None or len(given) <= most:
        return []
    return [Trouble(code=ProblemCode.TOO_LONG, message=f"at most {most} {what}, not {len(given)}", field=path)]


def _bad_reminder(minutes: int | None, path: tuple[str, ...]) -> list[Trouble]:
    if minutes is None or 0 <= minutes <= MAX_REMINDER:
        return []
    message = f"from 0 to {MAX_REMINDER} minutes, not {minutes}"
    return [Trouble(code=ProblemCode.OUT_OF_RANGE, message=message, field=path)]


def plan_entries(
    schedule: Schedule, given: Sequence[Input], meetings: Mapping[str, Meeting | None], *, now: datetime, most: int
) -> tuple[list[Trouble], EntryChanges]:
    """How the entries given change the schedule, or what stands in the way.

    `meetings` by all ids that the client or the schedule uses; `most` is how many meetings a schedule may hold. Of
    two entries for one meeting the later counts. What would stay as it is, is not written.
    """
    paths = ((entry, ("entries", str(place))) for place, entry in enumerate(given))
    problems = [problem for entry, path in paths for problem in _problems_of(entry, path, meetings)]
    known = {_id_now(entry.meeting_id, meetings): entry for entry in schedule.entries}
    wanted = {_id_now(entry["meeting_id"], meetings): entry for entry in given}
    problems += _too_many(len(known | wanted), most)
    if problems:
        return problems, EntryChanges()
    entries = {id: _entry(id, entry, known.get(id), schedule, now) for id, entry in wanted.items()}
    changes = EntryChanges(
        put=tuple(entry for id, entry in entries.items() if entry != known.get(id)),
        dropped=tuple(old.meeting_id for id in wanted if (old := known.get(id)) and old.meeting_id != id),
    )
    return [], changes


def _too_many(count: int, most: int) -> list[Trouble]:
    if count <= most:
        return []
    message = f"a schedule holds at most {most} meetings; this would make {count}"
    return [Trouble(code=ProblemCode.TOO_MANY_ENTRIES, message=message, field=("entries",))]


def _id_now(id: str, meetings: Mapping[str, Meeting | None]) -> str:
    meeting = meetings.get(id)
    return meeting.id if meeting else id


def _later(now: datetime, before: datetime) -> datetime:
    """Now, but in a later second than before: calendars tell changes apart by whole seconds."""
    return max(now, before + timedelta(seconds=1))


def touched(schedule: Schedule, now: datetime) -> Schedule:
    """The schedule after a change of its entries, by which clients know that there was one."""
    return replace(schedule, changes=schedule.changes + 1, entries_updated_at=_later(now, schedule.entries_updated_at))


def _entry(id: str, given: Input, old: ScheduleEntry | None, schedule: Schedule, now: datetime) -> ScheduleEntry:
    dates = given.get("dates")
    entry = ScheduleEntry(
        meeting_id=id,
        note=clean_text(given.get("note"), MAX_NOTE) or None,
        reminder_minutes=given.get("reminder_minutes"),
        skipped_dates=tuple(sorted(set(given.get("skipped_dates") or ()))),
        dates=None if dates is None else tuple(sorted(set(dates))),
        added_on=now.astimezone(zone(schedule.time_zone)).date(),
        # Not from 1: an entry that was removed and comes back must not count lower than before.
        revision=schedule.changes,
        updated_at=now,
    )
    if old is None:
        return entry
    same = replace(entry, added_on=old.added_on, revision=old.revision, updated_at=old.updated_at)
    return same if same == old else replace(same, revision=old.revision + 1, updated_at=_later(now, old.updated_at))


def entries_to_remove(schedule: Schedule, ids: Sequence[str], meetings: Mapping[str, Meeting | None]) -> list[str]:
    """The ids under which the schedule keeps these meetings, named by any id they ever had."""
    wanted = {_id_now(id, meetings) for id in ids}
    return [entry.meeting_id for entry in schedule.entries if _id_now(entry.meeting_id, meetings) in wanted]
