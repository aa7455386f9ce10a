"""A person's word that a meeting does not meet from one day to another; imports keep it.

Where the last day is known, its dates are cancelled one by one, and it goes on by itself; else it has ended until
somebody says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from meetings.model import MeetingStatus
from meetings.recurrence import DatedException, Recurrence, instant, rule_dates
from meetings.zones import zone

if TYPE_CHECKING:
    from meetings.model import Meeting

#: A span of known end is at most so long, for its dates are cancelled one by one; what pauses longer has no known end.
MAX_SUSPENSION = timedelta(days=370)
NOTE_LENGTH = 500
_ON = frozenset({MeetingStatus.ACTIVE, MeetingStatus.UNCONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Local days in the meeting's zone, both included; `last` None: until somebody says otherwise."""

    first: date
    last: date | None = None
    note: str | None = None

    def covers(self, day: date) -> bool:
        """Whether nothing is held on that day."""
        return self.first <= day and (self.last is None or day <= self.last)


def today_at(zone_name: str | None, now: datetime) -> date:
    """The date in a zone; None: in UTC, for meetings by appointment."""
    return now.astimezone(UTC if zone_name is None else zone(zone_name)).date()


def status_at(meeting: Meeting, now: datetime) -> MeetingStatus:
    """How it stands today, by the date where it is."""
    if meeting.suspension is None or meeting.status == MeetingStatus.WITHDRAWN:
        return meeting.status
    today = today_at(meeting.recurrence.zone if meeting.recurrence else None, now)
    return MeetingStatus.SUSPENDED if meeting.suspension.covers(today) else meeting.status


def ended_at(meeting: Meeting) -> datetime | None:
    """The instant after which nothing of it starts, past or to come; None: it goes on, but for cancelled dates."""
    told = None if meeting.status in _ON else meeting.updated_at
    if meeting.suspension is None or meeting.suspension.last is not None:
        return told
    zone_name = meeting.recurrence.zone if meeting.recurrence else "UTC"
    eve = instant(meeting.suspension.first, time(), zone_name) - timedelta(seconds=1)
    return eve if told is None else min(eve, told)


def is_held(meeting: Meeting, starts_at: datetime) -> bool:
    """Whether what starts then is held, as far as the meeting as a whole says; a date may yet be cancelled."""
    if meeting.status not in _ON:
        return False
    ended = ended_at(meeting)
    return ended is None or starts_at <= ended


def with_cancelled(
    rule: Recurrence, exceptions: tuple[DatedException, ...], suspension: Suspension, until: date
) -> tuple[DatedException, ...]:
    """The exceptions with all that would be held in the suspension cancelled, up to `until`, included."""
    last = until if suspension.last is None else min(suspension.last, until)
    found = {day: DatedException(day=day, note=suspension.note) for day in rule_dates(rule, suspension.first, last)}
    for one in exceptions:
        held = one.day if one.moved_to is None else one.moved_to[0]
        if suspension.covers(held):
            found[one.day] = replace(one, moved_to=None, note=suspension.note or one.note)
        else:
            found[one.day] = one
    return tuple(found[day] for day in sorted(found))
