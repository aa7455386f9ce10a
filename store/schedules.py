"""People's schedules and the addresses of their feeds. Of keys and tokens there are hashes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, func, insert, select, update

from meetings.filter_document import document_from_filter, filter_from_document
from meetings.schedule import SavedSearch, Schedule, ScheduleEntry, month_of
from store.database import Reader, Writer
from store.tables import retired_feeds, schedule_entries, schedule_searches, schedules

_OPTIONS = (
    "name",
    "time_zone",
    "discreet",
    "reminder_minutes",
    "revision",
    "changes",
    "updated_at",
    "entries_updated_at",
)


#: What calendar programs ask for again and again is made once.
_BY_TOKEN, _BY_KEY = schedules.c.token_hash == bindparam("secret"), schedules.c.key_hash == bindparam("secret")
_WHOLE_BY_TOKEN, _WHOLE_BY_KEY = select(schedules).where(_BY_TOKEN), select(schedules).where(_BY_KEY)
_STATE = select(schedules.c.changes, schedules.c.used_month).where(_BY_TOKEN)
_PARTS = tuple(
    select(table).where(table.c.schedule_id == bindparam("schedule")).order_by(table.c.position)
    for table in (schedule_entries, schedule_searches)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a feed's address leads to: a schedule, or since when it has been turned off."""

    schedule: Schedule | None = None
    turned_off_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What tells whether a feed's schedule is what it was."""

    changes: int
    used_month: date


def add_schedule(write: Writer, schedule: Schedule, *, key_hash: str, token_hash: str) -> None:
    """Keep a new schedule with its entries and searches."""
    values = {name: getattr(schedule, name) for name in _OPTIONS}
    write.connection.execute(
        insert(schedules).values(
            id=schedule.id,
            key_hash=key_hash,
            token_hash=token_hash,
            rotation=schedule.rotation,
            created_at=schedule.created_at,
            used_month=month_of(schedule.created_at),
            **values,
        )
    )
    put_entries(write, schedule.id, schedule.entries)
    add_searches(write, schedule.id, schedule.searches)


def update_schedule(write: Writer, schedule: Schedule) -> None:
    """Replace a schedule's options; its entries and its feed's address stay."""
    values = {name: getattr(schedule, name) for name in _OPTIONS}
    write.connection.execute(update(schedules).where(schedules.c.id == schedule.id).values(**values))


def put_entries(write: Writer, schedule_id: str, entries: Sequence[ScheduleEntry]) -> None:
    """Add these entries, or replace those of the same meetings; the others stay."""
    kept = select(schedule_entries.c.meeting_id, schedule_entries.c.position).where(
        schedule_entries.c.schedule_id == schedule_id
    )
    places = {row.meeting_id: row.position for row in write.connection.execute(kept)}
    following = max(places.values(), default=-1) + 1
    remove_entries(write, schedule_id, [entry.meeting_id for entry in entries])
    rows = [
        _entry_values(entry) | {"schedule_id": schedule_id, "position": places.get(entry.meeting_id, following + place)}
        for place, entry in enumerate(entries)
    ]
    if rows:
        write.connection.execute(insert(schedule_entries), rows)


def _entry_values(entry: ScheduleEntry) -> dict[str, Any]:
    return {
        "meeting_id": entry.meeting_id,
        "note": entry.note,
        "reminder_minutes": entry.reminder_minutes,
        "skipped_dates": tuple(day.isoformat() for day in entry.skipped_dates),
        "dates": None if entry.dates is None else [day.isoformat() for day in entry.dates],
        "added_on": entry.added_on,
        "revision": entry.revision,
        "updated_at": entry.updated_at,
    }


def remove_entries(write: Writer, schedule_id: str, meeting_ids: Sequence[str]) -> None:
    """Take these meetings out."""
    write.connection.execute(
        delete(schedule_entries).where(
            schedule_entries.c.schedule_id == schedule_id, schedule_entries.c.meeting_id.in_(list(meeting_ids))
        )
    )


def add_searches(write: Writer, schedule_id: str, searches: Sequence[SavedSearch]) -> None:
    """Keep these searches, after those that are there."""
    last = select(func.max(schedule_searches.c.position)).where(schedule_searches.c.schedule_id == schedule_id)
    following = (write.connection.scalar(last) or 0) + 1
    rows = [
        {
            "schedule_id": schedule_id,
            "id": search.id,
            "position": following + place,
            "name": search.name,
            "most": search.limit,
            "filter": document_from_filter(search.filter),
            "added_on": search.added_on,
            "revision": search.revision,
            "updated_at": search.updated_at,
        }
        for place, search in enumerate(searches)
    ]
    if rows:
        write.connection.execute(insert(schedule_searches), rows)


def remove_search(write: Writer, schedule_id: str, search_id: str) -> None:
    """Forget a search."""
    here = schedule_searches.c.schedule_id == schedule_id, schedule_searches.c.id == search_id
    write.connection.execute(delete(schedule_searches).where(*here))


def count_searches(write: Writer, schedule: Schedule) -> None:
    """Count all searches on to the schedule's changes, so that what they show is newer than what was shown before."""
    here = schedule_searches.c.schedule_id == schedule.id
    write.connection.execute(update(schedule_searches).where(here).values(revision=schedule.changes))


def note_use(write: Writer, schedule_id: str, now: datetime) -> None:
    """That a schedule was used this month."""
    used = update(schedules).where(schedules.c.id == schedule_id, schedules.c.used_month < month_of(now))
    write.connection.execute(used.values(used_month=month_of(now)))


def unused_schedules(read: Reader, before: date) -> list[str]:
    """The ids of schedules that were last used in a month before this day's."""
    return list(read.connection.scalars(select(schedules.c.id).where(schedules.c.used_month < before)))


def rotate(write: Writer, schedule: Schedule, *, token_hash: str, now: datetime) -> None:
    """Give the schedule, whose rotation is already the new one, a new feed address and turn the old one off."""
    _retire(write, schedule.id, now)
    update_schedule(write, schedule)
    turned = update(schedules).where(schedules.c.id == schedule.id)
    write.connection.execute(turned.values(token_hash=token_hash, rotation=schedule.rotation))


def delete_schedule(write: Writer, schedule_id: str, *, now: datetime) -> None:
    """Forget a schedule; its feed's address is turned off."""
    _retire(write, schedule_id, now)
    for table in (schedule_entries, schedule_searches):
        write.connection.execute(delete(table).where(table.c.schedule_id == schedule_id))
    write.connection.execute(delete(schedules).where(schedules.c.id == schedule_id))


def _retire(write: Writer, schedule_id: str, now: datetime) -> None:
    token_hash = write.connection.scalar(select(schedules.c.token_hash).where(schedules.c.id == schedule_id))
    write.connection.execute(insert(retired_feeds).values(token_hash=token_hash, turned_off_at=now))


def get_schedule_by_key(read: Reader, key_hash: str) -> Schedule | None:
    """The schedule whose key has this hash. Within a write, nobody else changes it before that ends."""
    return _schedule(read, _WHOLE_BY_KEY, key_hash)


def feed_state(read: Reader, token_hash: str) -> FeedState | None:
    """How many times the schedule behind a feed's address has changed, and when it was used; None: there is none."""
    row = read.connection.execute(_STATE, {"secret": token_hash}).one_or_none()
    return None if row is None else FeedState(changes=row.changes, used_month=row.used_month)


def find_feed(read: Reader, token_hash: str) -> Address | None:
    """What the feed address whose token has this hash leads to; None: no such address was ever given."""
    schedule = _schedule(read, _WHOLE_BY_TOKEN, token_hash)
    if schedule is not None:
        return Address(schedule=schedule)
    off = select(retired_feeds.c.turned_off_at).where(retired_feeds.c.token_hash == token_hash)
    turned_off_at = read.connection.scalar(off)
    return None if turned_off_at is None else Address(turned_off_at=turned_off_at)


def _schedule(read: Reader, whole: Select[Any], secret: str) -> Schedule | None:
    statement = whole.with_for_update() if isinstance(read, Writer) else whole
    row = read.connection.execute(statement, {"secret": secret}).one_or_none()
    if row is None:
        return None
    entries, searches = (read.connection.execute(part, {"schedule": row.id}) for part in _PARTS)
    return Schedule(
        **{name: getattr(row, name) for name in ("id", "rotation", "created_at", "used_month", *_OPTIONS)},
        entries=tuple(map(_entry, entries)),
        searches=tuple(map(_search, searches)),
    )


def _search(row: Row[Any]) -> SavedSearch:
    return SavedSearch(
        id=row.id,
        name=row.name,
        limit=row.most,
        filter=filter_from_document(row.filter),
        added_on=row.added_on,
        revision=row.revision,
        updated_at=row.updated_at,
    )


def _entry(row: Row[Any]) -> ScheduleEntry:
    return ScheduleEntry(
        meeting_id=row.meeting_id,
        note=row.note,
        reminder_minutes=row.reminder_minutes,
        skipped_dates=tuple(date.fromisoformat(day) for day in row.skipped_dates),
        dates=None if row.dates is None else tuple(date.fromisoformat(day) for day in row.dates),
        added_on=row.added_on,
        revision=row.revision,
        updated_at=row.updated_at,
    )
