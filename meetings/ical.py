"""Schedules and meetings as iCalendar files (RFC 5545, 7986), the same bytes for the same facts.

The icalendar package writes components and values; what it gets wrong for subscribers is put right here, in
`ical_events`, `ical_lines` and `vtimezone`: time zones as lists of dates, stamps of now, random ids, an order that
changes, REFRESH-INTERVAL without its type, GEO with exponents, an escape that takes a backslash before an N for a line
end, folds within escapes.
Nothing depends on `now` but through the month in which the day 30 days ago lies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from icalendar import Calendar, Event
from icalendar.prop import vDate, vInline

from meetings.agenda import chosen, picked
from meetings.calendar_text import MAX_DESCRIPTION, MAX_TITLE, clean_line, clean_text
from meetings.calendar_words import ENGLISH, PageUrl, Wording
from meetings.ical_events import (
    OPENING,
    UTC_ZONE,
    BlockOf,
    Style,
    Telling,
    begun,
    block_of,
    ended,
    identities,
    identity_source,
    stamp_lines,
    telling,
)
from meetings.ical_lines import Text, lines_of
from meetings.model import Meeting
from meetings.series import HORIZON_MONTHS, Span, anchor_of, anchored_at, months_after, span_of
from meetings.suspension import is_held
from meetings.vtimezone import vtimezone
from meetings.zones import canonical_zone, zone

if TYPE_CHECKING:
    from meetings.schedule import Schedule, ScheduleEntry

#: Stands in every file, so it says nothing of what the calendar is for.
PRODID = "-//Calendar feed//EN"
_CALENDAR = identity_source("calendar")
#: Google takes no feed of more than about a megabyte; beyond either limit the rest is counted in a note.
MAX_EVENTS, MAX_BYTES = 500, 900_000
_END = b"END:VCALENDAR\r\n"
#: Time zones come on top: a few hundred bytes each, and there are never more of them than a tenth.
_EVENT_BYTES = MAX_BYTES * 9 // 10
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
    anchor: date
    style: Style


@dataclass(slots=True)
class _Contents:
    """What goes into a file, as it fills: of each event what its id is made of, its stamps and its other lines.

    `owner` keys the ids; the first of `sources` makes the calendar's own. `changed_at` is the last change of an event.
    """

    owner: bytes
    changed_at: datetime
    sources: list[bytes] = field(default_factory=lambda: [_CALENDAR])
    stamps: list[bytes] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    zones: set[frozenset[str]] = field(default_factory=set)
    skipped: list[str] = field(default_factory=list)
    left_out: int = 0
    untimed: int = 0


def render_feed(
    schedule: Schedule,
    meetings: Mapping[str, Meeting],
    *,
    now: datetime,
    refresh_hours: int = 6,
    page_url: PageUrl | None = None,
    wording: Wording = ENGLISH,
    blocks: BlockOf = block_of,
) -> Feed:
    """The schedule's calendar.

    `blocks` may be what keeps them. A meeting that cannot be written is skipped and named, and takes nothing else with
    it; `ValueError` where none of several can.
    """
    anchor = anchor_of(now)
    frame = _Frame(
        owner=schedule.id.encode("utf-8", "surrogatepass"),
        changed_at=max(schedule.updated_at, anchored_at(anchor), schedule.created_at),
        revision=schedule.revision + _months(anchor),
        anchor=anchor,
        style=Style(
            discreet=schedule.discreet, reminder_minutes=schedule.reminder_minutes, page_url=page_url, wording=wording
        ),
    )
    contents = _contents(schedule, meetings, frame, blocks)
    remarks = ((wording.untimed, contents.untimed), (wording.left_out, contents.left_out))
    head = _head(_calendar_name(schedule, wording), refresh_hours, remarks)
    body = _file(head, contents, canonical_zone(schedule.time_zone) or UTC_ZONE, named=True)
    changed_at = None if schedule.searches else max(contents.changed_at, schedule.entries_updated_at)
    return _feed(body, changed_at, skipped=tuple(contents.skipped), left_out=contents.left_out)


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
    today = now.astimezone(zone(meeting.recurrence.zone)).date()
    span = Span(anchor=anchor, first=today, horizon=months_after(anchor, HORIZON_MONTHS))
    block = block_of(meeting, None, telling(span, Style(discreet=False, page_url=page_url, wording=wording)))
    contents = _Contents(b"meeting", max(anchored_at(anchor), meeting.updated_at), zones={block.zones})
    stamp = stamp_lines(contents.changed_at, _months(anchor) + meeting.revision)
    contents.sources += block.sources
    contents.lines += block.lines
    contents.stamps += [stamp] * len(block.lines)
    return _file(_head(clean_line(meeting.name, MAX_TITLE) or wording.meeting), contents, UTC_ZONE)


def render_turned_off(*, since: datetime, refresh_hours: int = 6, wording: Wording = ENGLISH) -> Feed:
    """The empty calendar that answers for a feed whose address was changed, or that was deleted, at `since`.

    An error would leave the events on the phone that was lost; an empty calendar clears them.
    """
    return _feed(_file(_head(wording.turned_off, refresh_hours), _Contents(b"", since), UTC_ZONE), since)


# --- The file -----------------------------------------------------------------------------------


def _feed(body: bytes, changed_at: datetime | None, *, skipped: tuple[str, ...] = (), left_out: int = 0) -> Feed:
    return Feed(
        body=body,
        last_modified=changed_at and changed_at.astimezone(UTC).replace(microsecond=0),
        etag=hashlib.sha256(body).hexdigest()[:32],
        skipped=skipped,
        left_out=left_out,
    )


def _file(head: tuple[bytes, bytes], contents: _Contents, empty_zone: str, *, named: bool = False) -> bytes:
    """The whole file: time zones by name, events by id; `empty_zone` keeps a file without events valid.

    `named`: with an id of the calendar. None of the lines put in is ever longer than a line may be.
    """
    zones = sorted({name for names in contents.zones for name in names}) or [empty_zone]
    own, *ids = identities(contents.owner, contents.sources)
    before, after = head
    name = b"X-WR-RELCALID:" + own + b"\r\n" if named else b""
    parts = sorted(map(b"".join, zip(ids, contents.stamps, contents.lines, strict=True)))
    parts.insert(0, b"".join([before, name, after, *map(vtimezone, zones)]))
    # At the last part, and not at the whole, which would be copied.
    parts[-1] += _END
    return OPENING.join(parts)


def _head(
    name: str, refresh_hours: int | None = None, remarks: tuple[tuple[str, int], ...] = ()
) -> tuple[bytes, bytes]:
    """All before the first component, but for the calendar's id, which stands between the two.

    `remarks` are told with their counts, where there is something to count.
    """
    description = "\n".join(text.format(count=count) for text, count in remarks if count)
    return _head_parts(name, refresh_hours, description)


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


# --- Events -------------------------------------------------------------------------------------


def _contents(schedule: Schedule, meetings: Mapping[str, Meeting], frame: _Frame, blocks: BlockOf) -> _Contents:
    """What the schedule's feed holds; `ValueError` where none of several meetings can be written."""
    pairs = picked(schedule, meetings)
    contents = _filled(pairs, frame, blocks)
    if contents.left_out:
        # Which are first matters only where there is no room for all.
        contents = _filled(chosen(schedule, meetings), frame, blocks)
        _note_left_out(contents, frame)
    if len(contents.skipped) == len(pairs) > 1:
        # Clients keep what they have when a feed fails; an empty one would clear their calendars.
        raise ValueError(f"none of {len(pairs)} meetings can be written")
    return contents


def _filled(pairs: list[tuple[Meeting, ScheduleEntry]], frame: _Frame, blocks: BlockOf) -> _Contents:
    """The events of the first meetings that fit, all of a meeting's or none; a broken one does not ruin the rest."""
    contents, size, tellings, unchanged = _Contents(frame.owner, frame.changed_at), 0, _Tellings(frame), _Stamps(frame)
    # In names of their own: this is done for each meeting of each feed.
    sources, stamps, lines = contents.sources, contents.stamps, contents.lines
    since, revision, day, own = frame.changed_at, frame.revision, None, None
    for meeting, entry in pairs:
        try:
            sequence = revision + meeting.revision + entry.revision
            if meeting.updated_at > since or entry.updated_at > since:
                changed_at = max(meeting.updated_at, entry.updated_at)
                contents.changed_at = max(contents.changed_at, changed_at)
                stamp = stamp_lines(changed_at, sequence)
            else:
                stamp = unchanged[sequence]
            if entry.added_on != day or entry.reminder_minutes != own:
                day, own = entry.added_on, entry.reminder_minutes
                how = tellings[day, own]
            ids, told, zones, more = blocks(meeting, entry, how)
        except Exception:
            contents.skipped.append(meeting.id)
            continue
        if size + more > _EVENT_BYTES or len(lines) + len(told) > MAX_EVENTS:
            contents.left_out += 1
            continue
        size += more
        sources += ids
        lines += told
        stamps += [stamp] * len(told)
        contents.zones.add(zones)
        if not told:
            contents.untimed += meeting.recurrence is None
    return contents


class _Tellings(dict[tuple[date, int | None], Telling]):
    """How entries are told, by when they were added and by their own reminder: a few for many of them."""

    def __init__(self, frame: _Frame) -> None:
        self.frame = frame

    def __missing__(self, key: tuple[date, int | None]) -> Telling:
        (added_on, own), style = key, self.frame.style
        style = style if own is None else replace(style, reminder_minutes=own)
        found = self[key] = telling(span_of(self.frame.anchor, added_on), style)
        return found


class _Stamps(dict[int, bytes]):
    """Stamps of events of which nothing has changed since the feed's own last change, by their counts of changes."""

    def __init__(self, frame: _Frame) -> None:
        self.since = frame.changed_at

    def __missing__(self, sequence: int) -> bytes:
        found = self[sequence] = stamp_lines(self.since, sequence)
        return found


def _note_left_out(contents: _Contents, frame: _Frame) -> None:
    """The note that the calendar is not whole, on the first of a month that is about to come."""
    event = Event()
    event["SUMMARY"] = Text(frame.style.wording.left_out.format(count=contents.left_out))
    event["DTSTART"] = vDate(months_after(frame.anchor, 2), params={"VALUE": "DATE"})
    contents.sources.append(identity_source("left out"))
    contents.stamps.append(stamp_lines(frame.changed_at, frame.revision))
    contents.lines.append(begun(event) + ended(busy=False))


def _months(anchor: date) -> int:
    """Counts re-anchorings, so that a SEQUENCE never falls."""
    return (anchor.year - 2020) * 12 + anchor.month
