"""A schedule's dates: what comes next, and what overlaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from meetings.recurrence import MAX_DURATION, occurrences
from meetings.schedule import ScheduledOccurrence, is_shown
from meetings.suspension import is_held

if TYPE_CHECKING:
    from meetings.model import Meeting
    from meetings.schedule import Schedule, ScheduleEntry

#: How far ahead overlaps are looked for.
CONFLICT_WINDOW = timedelta(weeks=4)
#: A person mends a handful; a schedule made to overlap everywhere shall not cost minutes.
MAX_CONFLICTS = 200


def picked(schedule: Schedule, meetings: Mapping[str, Meeting]) -> list[tuple[Meeting, ScheduleEntry]]:
    """As `chosen`, in whatever order; sooner done."""
    pairs = _pairs(schedule.entries, meetings)
    if len({meeting.id for meeting, _ in pairs}) == len(pairs):
        return pairs
    return chosen(schedule, meetings)


def chosen(schedule: Schedule, meetings: Mapping[str, Meeting]) -> list[tuple[Meeting, ScheduleEntry]]:
    """The schedule's meetings, first added first; one that two entries name by two ids only once.

    What searches found comes last, and gives way to what the person chose.
    """
    entries = sorted(schedule.entries, key=lambda e: (e.search_id is not None, e.added_on, e.meeting_id))
    found: dict[str, tuple[Meeting, ScheduleEntry]] = {}
    for meeting, entry in _pairs(entries, meetings):
        found.setdefault(meeting.id, (meeting, entry))
    return list(found.values())


def _pairs(entries: Sequence[ScheduleEntry], meetings: Mapping[str, Meeting]) -> list[tuple[Meeting, ScheduleEntry]]:
    return [(meeting, entry) for entry in entries if (meeting := meetings.get(entry.meeting_id)) is not None]


def agenda(
    schedule: Schedule, meetings: Mapping[str, Meeting], start: datetime, until: datetime
) -> list[ScheduledOccurrence]:
    """What the schedule shows of what starts in [start, until), soonest first; cancelled ones too, marked.

    Nothing of a meeting that is by appointment, suspended, withdrawn or not among `meetings`.
    """
    found = []
    for meeting, entry in chosen(schedule, meetings):
        if meeting.recurrence is None:
            continue
        for occurrence in occurrences(meeting.recurrence, meeting.exceptions, start, until):
            if is_held(meeting, occurrence.starts_at) and is_shown(entry, occurrence):
                found.append(ScheduledOccurrence(meeting=meeting, occurrence=occurrence))
    return sorted(found, key=lambda found: (found.occurrence.starts_at, found.meeting.id))


def conflicts(
    schedule: Schedule, meetings: Mapping[str, Meeting], now: datetime
) -> list[tuple[ScheduledOccurrence, ScheduledOccurrence]]:
    """Pairs that are both held and overlap, of what ends after `now` and starts in the coming four weeks.

    The earlier of a pair first, soonest pairs first, at most `MAX_CONFLICTS`. One that ends as another starts is none.
    """
    pairs = []
    running: list[ScheduledOccurrence] = []
    for coming in agenda(schedule, meetings, now - MAX_DURATION, now + CONFLICT_WINDOW):
        if coming.occurrence.cancelled or coming.occurrence.ends_at <= now:
            continue
        running = [earlier for earlier in running if earlier.occurrence.ends_at > coming.occurrence.starts_at]
        pairs += [(earlier, coming) for earlier in running]
        running.append(coming)
        if len(pairs) >= MAX_CONFLICTS:
            break
    return pairs[:MAX_CONFLICTS]
