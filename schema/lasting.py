"""How long what a field shows stays so, though nothing of the meeting changes: whatever looks at the clock is here.

What is not named here depends on the meeting's edition alone: on its listings, its service body, and its sources.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from math import inf
from typing import Any

from meetings.model import Meeting
from meetings.recurrence import instant
from meetings.schedule import ScheduledOccurrence
from meetings.search import LATEST
from meetings.source import Source
from meetings.suspension import is_held, today_at
from schema.sources import UNWELL_AFTER

#: From what a field belongs to, what it shows and now to the last moment, in POSIX seconds, at which it still does.
Lasts = Callable[[Any, Any, datetime], float]
#: Exceptions further ahead than this may come into sight before the first one in sight is over.
_IN_SIGHT = LATEST - timedelta(days=3)
#: Midnight itself is the next day.
_BEFORE = 1e-3


def status_lasts(meeting: Meeting, _: object, now: datetime) -> float:
    """Until midnight where the meeting is, if a person has suspended it; else for ever."""
    if meeting.suspension is None:
        return inf
    zone = meeting.recurrence.zone if meeting.recurrence else "UTC"
    midnight = instant(today_at(zone, now) + timedelta(days=1), time(), zone)
    return midnight.timestamp() - _BEFORE


def _next_lasts(meeting: Meeting, shown: ScheduledOccurrence | None, now: datetime) -> float:
    """Until it starts. What does not meet any more never will again."""
    if shown is not None:
        return shown.occurrence.starts_at.timestamp()
    ended = meeting.recurrence is None or not is_held(meeting, now)
    return inf if ended else now.timestamp()


def _exceptions_last(meeting: Meeting, shown: list[ScheduledOccurrence], now: datetime) -> float:
    """Until the first of them starts, unless one may come into sight before."""
    days = [one.day for one in meeting.exceptions]
    days += [one.moved_to[0] for one in meeting.exceptions if one.moved_to]
    if days and max(days) > (now + _IN_SIGHT).astimezone(UTC).date():
        return now.timestamp()
    return shown[0].occurrence.starts_at.timestamp() if shown else inf


def _health_lasts(source: Source, healthy: bool, now: datetime) -> float:
    """Until it has not been read for too long; what is unwell stays so until it is read."""
    if not healthy or not source.location or source.last_good_import_at is None:
        return inf
    return (source.last_good_import_at + UNWELL_AFTER).timestamp()


def _not_at_all(_: object, __: object, now: datetime) -> float:
    return now.timestamp()


#: By type and field.
LASTING: Mapping[tuple[str, str], Lasts] = {
    ("Meeting", "status"): status_lasts,
    ("Meeting", "nextOccurrence"): _next_lasts,
    ("Meeting", "exceptions"): _exceptions_last,
    # Its window may be counted from now, and is judged by now.
    ("Meeting", "occurrences"): _not_at_all,
    ("Source", "healthy"): _health_lasts,
}
#: What tells of other meetings too, and so is good for one generation of the index only.
OF_OTHERS = frozenset({("Group", "meetings"), ("Source", "meetingCount")})
