"""Schedules and meetings as iCalendar files (RFC 5545, 7986), the same bytes for the same facts.

The icalendar package writes components, values and folds; what it gets wrong for subscribers is put right here, in
`ical_events` and in `vtimezone`: time zones as lists of dates, stamps of now, random ids, an order that changes,
REFRESH-INTERVAL without its type, GEO with exponents, an escape that takes a backslash before an N for a line end.
Nothing depends on `now` but through the month in which the day 30 days ago lies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from icalendar import Calendar, Event
from icalendar.prop import vDate, vInline

from meetings.agenda import chosen
from meetings.calendar_text import MAX_DESCRIPTION, MAX_TITLE, clean_line, clean_text
from meetings.calendar_words import ENGLISH, PageUrl, Wording
from meetings.ical_events import (
    UTC_ZONE,
    EventsOf,
    Placed,
    Style,
    Text,
    Told,
    add_status,
    after_opening,
    events_of,
    identity,
    lines_of,
    stamp_lines,
    stamp_text,
    written,
)
from meetings.model import Meeting
from meetings.series import HORIZON_MONTHS, Span, anchor_of, anchored_at, months_after, span_of
from meetings.suspension import is_held
from meetings.vtimezone import vtimezone
from meetings.zones import canonical_zone, zone

if TYPE_CHECKING:
    from meetings.schedule import Schedule, ScheduleEntry

#: Stands in every file, so it says nothing of what the calendar is for.
PRODID = "-//Calendar feed//EN"
#: Google takes no feed of more than about a megabyte; beyond either limit the rest is counted in a note.
MAX_EVENTS, MAX_BYTES = 500, 900_000
_END = b"END:VCALENDAR\r\n"
#: What a feed puts into each event.
_OWN_BYTES = 150
#: Headings of files that are kept: most people give their calendars no name of their own.
_KEPT_HEADS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A rendered calendar.

    `etag` is a strong entity tag without its quotes; `last_modified` is when anything in it last changed, None where
    no date tells: what a search no longer finds leaves no trace. `skipped` are the ids of meetings that could not be
    written, `left_out` counts those beyond the limits.
    """

    body: bytes
    last_modified: datetime | None
    etag: str
    skipped: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What all events of one file have in common. `owner` keys their ids."""

    owner: bytes
    changed_at: datetime
    revision: int
    style: Style


def render_feed(
    schedule: Schedule,
    meetings: Mapping[str, Meeting],
    *,
    now: datetime,
    refresh_hours: int = 6,
    page_url: PageUrl | None = None,
    wording: Wording = ENGLISH,
    rules_changed_at: datetime | None = None,
    events: EventsOf = events_of,
) -> Feed:
    """The schedule's calendar.

    `rules_changed_at` is when the zones' rules or the wording last changed here, if that is known; `events` may be
    what keeps them. A meeting that cannot be written is skipped and named, and takes nothing else with it;
    `ValueError` where none of several can.
    """
    anchor = anchor_of(now)
    frame = _Frame(
        owner=schedule.id.encode("utf-8", "surrogatepass"),
        changed_at=max(schedule.updated_at, anchored_at(anchor), rules_changed_at or schedule.created_at),
        revision=schedule.revision + _months(anchor),
        style=Style(
            discreet=schedule.discreet, reminder_minutes=schedule.reminder_minutes, page_url=page_url, wording=wording
        ),
    )
    picked = chosen(schedule, meetings)
    groups, skipped = _groups(picked, frame, anchor, events)
    placed, left_out = _within_limits(groups)
    if left_out:
        placed.append(_too_many(frame, anchor, left_out))
    untimed = sum(meeting.recurrence is None for meeting, _ in picked)
    remarks = ((wording.untimed, untimed), (wording.left_out, left_out))
    head = _head(_calendar_name(schedule, wording), refresh_hours, remarks, identity(frame.owner, "calendar"))
    body = _file(head, placed, canonical_zone(schedule.time_zone) or UTC_ZONE)
    changes = [instant for meeting, entry in picked for instant in (meeting.updated_at, entry.updated_at)]
    changed_at = None if schedule.searches else max([frame.changed_at, schedule.entries_updated_at, *changes])
    return _feed(body, changed_at, skipped=skipped, left_out=left_out)


def render_meeting(
    meeting: Meeting,
    *,
    now: datetime,
    page_url: PageUrl | None = None,
    wording: Wording = ENGLISH,
) -> bytes | None:
    """One meeting to keep, from today on, with its full title; None: by appointment, or not held (any more)."""
    if meeting.recurrence is None or not is_held(meeting, now):
        return None
    anchor = anchor_of(now)
    style = Style(discreet=False, page_url=page_url, wording=wording)
    frame = _Frame(owner=b"meeting", changed_at=anchored_at(anchor), revision=_months(anchor), style=style)
    today = now.astimezone(zone(meeting.recurrence.zone)).date()
    span = Span(anchor=anchor, first=today, horizon=months_after(anchor, HORIZON_MONTHS))
    head = _head(clean_line(meeting.name, MAX_TITLE) or wording.meeting)
    return _file(head, _placed(meeting, frame, None, events_of(meeting, span, None, style)), UTC_ZONE)


def render_turned_off(*, since: datetime, refresh_hours: int = 6, wording: Wording = ENGLISH) -> Feed:
    """The empty calendar that answers for a feed whose address was changed, or that was deleted, at `since`.

    An error would leave the events on the phone that was lost; an empty calendar clears them.
    """
    return _feed(_file(_head(wording.turned_off, refresh_hours), [], UTC_ZONE), since)


# --- The file -----------------------------------------------------------------------------------


def _feed(body: bytes, changed_at: datetime | None, *, skipped: tuple[str, ...] = (), left_out: int = 0) -> Feed:
    return Feed(
        body=body,
        last_modified=changed_at and changed_at.astimezone(UTC).replace(microsecond=0),
        etag=hashlib.sha256(body).hexdigest()[:32],
        skipped=skipped,
        left_out=left_out,
    )


def _file(head: bytes, placed: Iterable[Placed], empty_zone: str) -> bytes:
    """The whole file: time zones by name, events by id; `empty_zone` keeps a file without events valid."""
    events = sorted(placed)
    zones = sorted({event.told.zone for event in events if event.told.zone} or {empty_zone})
    return b"".join((head, *map(vtimezone, zones), *written(events), _END))


def _head(
    name: str,
    refresh_hours: int | None = None,
    remarks: tuple[tuple[str, int], ...] = (),
    identity: bytes | None = None,
) -> bytes:
    """All before the first component; `remarks` are told with their counts, where there is something to count."""
    description = "\n".join(text.format(count=count) for text, count in remarks if count)
    before, after = _head_parts(name, refresh_hours, description)
    return before + (b"X-WR-RELCALID:" + identity + b"\r\n" if identity else b"") + after


@lru_cache(maxsize=_KEPT_HEADS)
def _head_parts(name: str, refresh_hours: int | None, description: str) -> tuple[bytes, bytes]:
    """The same but for the identity, which stands between the two."""
    head, rest = Calendar(), Calendar()
    head.add("prodid", Text(PRODID))
    head.add("version", Text("2.0"))
    head.add("calscale", Text("GREGORIAN"))
    for title in ("name", "x-wr-calname"):
        head.add(title, Text(name))
    for title in ("description", "x-wr-caldesc") if description else ():
        head.add(title, Text(clean_text(description, MAX_DESCRIPTION)))
    if refresh_hours:
        every = f"PT{refresh_hours}H"
        rest.add("refresh-interval", vInline(every, params={"VALUE": "DURATION"}))
        rest.add("x-published-ttl", vInline(every))
    return lines_of(head).removesuffix(_END), lines_of(rest).removeprefix(b"BEGIN:VCALENDAR\r\n").removesuffix(_END)


def _calendar_name(schedule: Schedule, wording: Wording) -> str:
    """The person's own name for it, discreet or not: they chose it."""
    given = clean_line(schedule.name, MAX_TITLE)
    return given or (wording.calendar if schedule.discreet else wording.meetings)


def _within_limits(groups: Iterable[Sequence[Placed]]) -> tuple[list[Placed], int]:
    """The events of the first meetings that fit, all of a meeting's or none, and how many meetings do not."""
    taken: list[Placed] = []
    size = left_out = 0
    for group in groups:
        more = sum([_OWN_BYTES + len(event.told.lines) for event in group])
        # Time zones come on top: a few hundred bytes each, and there are never more of them than a tenth.
        if len(taken) + len(group) > MAX_EVENTS or size + more > MAX_BYTES * 9 // 10:
            left_out += 1
            continue
        taken += group
        size += more
    return taken, left_out


# --- Events -------------------------------------------------------------------------------------


def _groups(
    picked: list[tuple[Meeting, ScheduleEntry]], frame: _Frame, anchor: date, events: EventsOf
) -> tuple[list[list[Placed]], tuple[str, ...]]:
    """Each meeting's events, and the ids of those that cannot be written: one broken record may not ruin the rest."""
    groups, skipped = [], []
    spans: dict[date, Span] = {}
    for meeting, entry in picked:
        try:
            span = spans.get(entry.added_on) or spans.setdefault(entry.added_on, span_of(anchor, entry.added_on))
            told = events(meeting, span, entry, _style(frame.style, entry))
            groups.append(_placed(meeting, frame, entry, told))
        except Exception:
            skipped.append(meeting.id)
    if len(skipped) == len(picked) > 1:
        # Clients keep what they have when a feed fails; an empty one would clear their calendars.
        raise ValueError(f"none of {len(picked)} meetings can be written")
    return groups, tuple(skipped)


def _style(style: Style, entry: ScheduleEntry) -> Style:
    """How this entry is told."""
    if entry.reminder_minutes is None:
        return style
    return Style(
        discreet=style.discreet,
        reminder_minutes=entry.reminder_minutes,
        page_url=style.page_url,
        wording=style.wording,
    )


def _placed(meeting: Meeting, frame: _Frame, entry: ScheduleEntry | None, told: Iterable[Told]) -> list[Placed]:
    """A meeting's events with what is this feed's own."""
    changed_at = max(frame.changed_at, meeting.updated_at, entry.updated_at if entry else meeting.updated_at)
    sequence = frame.revision + meeting.revision + (entry.revision if entry else 0)
    id, stamp = entry.meeting_id if entry else meeting.id, stamp_lines(stamp_text(changed_at), sequence)
    return [Placed(identity(frame.owner, f"{id}\x1f{event.segment}"), stamp, event) for event in told]


def _too_many(frame: _Frame, anchor: date, left_out: int) -> Placed:
    """The note that the calendar is not whole, on the first of a month that is about to come."""
    event = Event()
    event.add("summary", Text(frame.style.wording.left_out.format(count=left_out)))
    event.add("dtstart", vDate(months_after(anchor, 2)), parameters={"VALUE": "DATE"})
    add_status(event, busy=False)
    stamp = stamp_lines(stamp_text(frame.changed_at), frame.revision)
    return Placed(identity(frame.owner, "left out"), stamp, Told("left out", None, after_opening(event)))


def _months(anchor: date) -> int:
    """Counts re-anchorings, so that a SEQUENCE never falls."""
    return (anchor.year - 2020) * 12 + anchor.month
