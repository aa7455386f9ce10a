"""A person's chosen meetings: no account, no name, no address; who holds the key edits, who holds the feed reads.

Of keys and tokens only SHA-256 hashes are ever stored. The feed's token is derived from the key and a rotation
number, so that the feed's address can be answered to whoever holds the key, and to nobody else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from meetings.search import MeetingFilter

if TYPE_CHECKING:
    from meetings.model import Meeting
    from meetings.recurrence import Occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleEntry:
    """A meeting in a schedule.

    `dates` None: every time it meets, but for `skipped_dates`; both are local dates of occurrences. `revision`
    counts changes of this entry and never falls. `search_id`: the search that found it; None: the person chose it.
    """

    meeting_id: str
    note: str | None = None
    reminder_minutes: int | None = None
    skipped_dates: tuple[date, ...] = ()
    dates: tuple[date, ...] | None = None
    added_on: date
    revision: int = 1
    updated_at: datetime
    search_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A question whose first `limit` matches join the schedule. Its filter depends on no now and no exact point.

    `revision` never falls, also where the search takes a meeting over that was an entry.
    """

    id: str
    name: str
    limit: int
    filter: MeetingFilter
    added_on: date
    revision: int = 1
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What one person keeps.

    `revision` counts changes of the options, which show in every event, and `updated_at` is the last of them;
    `changes` counts all changes, those of entries and searches too, the last of which was at `entries_updated_at`.
    Neither falls. `used_month`: the first day of the month in which its key or feed was last used, which is no part of
    what it is.
    """

    id: str
    name: str | None
    time_zone: str
    discreet: bool = True
    reminder_minutes: int | None = None
    entries: tuple[ScheduleEntry, ...] = ()
    searches: tuple[SavedSearch, ...] = ()
    rotation: int = 0
    revision: int = 1
    changes: int = 1
    created_at: datetime
    updated_at: datetime
    entries_updated_at: datetime
    used_month: date = field(default=date.min, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledOccurrence:
    """An occurrence that a schedule shows."""

    meeting: Meeting
    occurrence: Occurrence


def month_of(now: datetime) -> date:
    """All that is kept of when a schedule was used: the first day of the month."""
    return now.date().replace(day=1)


def key_from_bytes(random: bytes) -> str:
    """A schedule's key from 32 random bytes."""
    if len(random) != 32:
        raise ValueError("a key is made of 32 random bytes")
    return base64.urlsafe_b64encode(random).decode("ascii").rstrip("=")


def feed_token(key: str, rotation: int) -> str:
    """The secret in a feed's address: HMAC-SHA-256 of the rotation number under the key, base64url, 43 letters."""
    digest = hmac.new(key.encode("utf-8"), f"feed {rotation}".encode("ascii"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def secret_hash(secret: str) -> str:
    """What is stored of a key or token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_shown(entry: ScheduleEntry, occurrence: Occurrence) -> bool:
    """Whether the entry wants this occurrence."""
    if occurrence.date in entry.skipped_dates:
        return False
    return entry.dates is None or occurrence.date in entry.dates


def with_found(schedule: Schedule, found: Mapping[str, Sequence[str]], most: int) -> Schedule:
    """The schedule with the meetings that its searches found as entries after its own, `most` in all.

    `found`: ids by the search's id. What is an entry already stays as the person keeps it.
    """
    entries = {entry.meeting_id: entry for entry in schedule.entries}
    for search in schedule.searches:
        for id in found.get(search.id, ()):
            if len(entries) >= most:
                break
            entries.setdefault(id, _found_entry(id, search))
    return replace(schedule, entries=tuple(entries.values()))


def _found_entry(id: str, search: SavedSearch) -> ScheduleEntry:
    return ScheduleEntry(
        meeting_id=id,
        added_on=search.added_on,
        revision=search.revision,
        updated_at=search.updated_at,
        search_id=search.id,
    )
