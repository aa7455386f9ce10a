"""Schedules and meetings as iCalendar files (RFC 5545, 7986), the same bytes for the same facts.

The icalendar package writes components, values and folds; what it gets wrong for subscribers is put right here and in
`vtimezone`: time zones as lists of dates, stamps of now, random ids, an order that changes, REFRESH-INTERVAL without
its type, GEO with exponents, an escape that takes a backslash before an N for a line end. Nothing depends on `now`
but through the month in which the day 30 days ago lies.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from icalendar import Alarm, Calendar, Component, Event
from icalendar.prop import vDate, vDatetime, vDuration, vInline, vRecur, vText, vUri

from meetings.agenda import chosen
from meetings.calendar_text import MAX_DESCRIPTION, MAX_TITLE, clean_line, clean_text
from meetings.calendar_words import ENGLISH, PageUrl, Wording, Words, discreet_words, full_words
from meetings.model import Meeting
from meetings.series import (
    HORIZON_MONTHS,
    Piece,
    PieceKind,
    Span,
    anchor_of,
    anchored_at,
    months_after,
    pieces,
    span_of,
)
from meetings.suspension import is_held
from meetings.vtimezone import vtimezone
from meetings.zones import canonical_zone, zone

if TYPE_CHECKING:
    from meetings.schedule import Schedule, ScheduleEntry

#: Stands in every file, so it says nothing of what the calendar is for.
PRODID = "-//Calendar feed//EN"
#: Google takes no feed of more than about a megabyte; beyond either limit the rest is counted in a note.
MAX_EVENTS, MAX_BYTES = 500, 900_000
#: Lead of an alarm; a longer one is a slip of the hand.
MAX_REMINDER_MINUTES = 4 * 7 * 24 * 60
#: Rendered events that are kept: eight of the largest feeds, some ten megabytes.
CACHED_EVENTS = 4096
_UTC_ZONE = "Etc/UTC"
_END = b"END:VCALENDAR\r\n"


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
class _Happening:
    """All that one VEVENT says; equal ones have equal bytes."""

    uid: str
    words: Words
    piece: Piece
    zone: str | None
    changed_at: datetime
    sequence: int
    reminder_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """A rendered VEVENT and the VTIMEZONE that it needs."""

    uid: str
    zone: str | None
    lines: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What all events of one file have in common. `owner` keys their ids."""

    owner: str
    changed_at: datetime
    revision: int
    discreet: bool
    wording: Wording
    reminder_minutes: int | None = None
    page_url: PageUrl | None = None


def render_feed(
    schedule: Schedule,
    meetings: Mapping[str, Meeting],
    *,
    now: datetime,
    refresh_hours: int = 6,
    page_url: PageUrl | None = None,
    wording: Wording = ENGLISH,
    rules_changed_at: datetime | None = None,
) -> Feed:
    """The schedule's calendar.

    `rules_changed_at` is when the zones' rules or the wording last changed here, if that is known. A meeting that
    cannot be written is skipped and named, and takes nothing else with it; `ValueError` where none of several can.
    """
    anchor = anchor_of(now)
    frame = _Frame(
        owner=schedule.id,
        changed_at=max(schedule.updated_at, anchored_at(anchor), rules_changed_at or schedule.created_at),
        revision=schedule.revision + _months(anchor),
        discreet=schedule.discreet,
        wording=wording,
        reminder_minutes=schedule.reminder_minutes,
        page_url=page_url,
    )
    picked = chosen(schedule, meetings)
    groups, skipped = _groups(picked, frame, anchor)
    blocks, left_out = _within_limits(groups)
    if left_out:
        blocks.append(_too_many(frame, anchor, left_out))
    untimed = sum(meeting.recurrence is None for meeting, _ in picked)
    remarks = [(wording.untimed, untimed), (wording.left_out, left_out)]
    identity = _identity(frame.owner, "calendar")
    head = _head(_calendar_name(schedule, wording), refresh_hours, remarks=remarks, identity=identity)
    changes = [instant for meeting, entry in picked for instant in (meeting.updated_at, entry.updated_at)]
    body = _file(head, blocks, canonical_zone(schedule.time_zone) or _UTC_ZONE)
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
    frame = _Frame(
        owner="meeting",
        changed_at=anchored_at(anchor),
        revision=_months(anchor),
        discreet=False,
        wording=wording,
        page_url=page_url,
    )
    today = now.astimezone(zone(meeting.recurrence.zone)).date()
    span = Span(anchor=anchor, first=today, horizon=months_after(anchor, HORIZON_MONTHS))
    head = _head(clean_line(meeting.name, MAX_TITLE) or wording.meeting)
    return _file(head, _blocks(meeting, frame, span, None), _UTC_ZONE)


def render_turned_off(*, since: datetime, refresh_hours: int = 6, wording: Wording = ENGLISH) -> Feed:
    """The empty calendar that answers for a feed whose address was changed, or that was deleted, at `since`.

    An error would leave the events on the phone that was lost; an empty calendar clears them.
    """
    return _feed(_file(_head(wording.turned_off, refresh_hours), [], _UTC_ZONE), since)


# --- The file -----------------------------------------------------------------------------------


def _feed(body: bytes, changed_at: datetime | None, *, skipped: tuple[str, ...] = (), left_out: int = 0) -> Feed:
    return Feed(
        body=body,
        last_modified=changed_at and changed_at.astimezone(UTC).replace(microsecond=0),
        etag=hashlib.sha256(body).hexdigest()[:32],
        skipped=skipped,
        left_out=left_out,
    )


def _file(head: Calendar, blocks: Iterable[_Block], empty_zone: str) -> bytes:
    """The whole file: time zones by name, events by id; `empty_zone` keeps a file without events valid."""
    events = sorted(blocks, key=lambda block: block.uid)
    zones = sorted({block.zone for block in events if block.zone} or {empty_zone})
    opening = _lines(head).removesuffix(_END)
    return b"".join([opening, *map(vtimezone, zones), *(block.lines for block in events), _END])


def _head(
    name: str,
    refresh_hours: int | None = None,
    *,
    remarks: Iterable[tuple[str, int]] = (),
    identity: str | None = None,
) -> Calendar:
    head = Calendar()
    head.add("prodid", _Text(PRODID))
    head.add("version", _Text("2.0"))
    head.add("calscale", _Text("GREGORIAN"))
    for title in ("name", "x-wr-calname"):
        head.add(title, _Text(name))
    description = "\n".join(text.format(count=count) for text, count in remarks if count)
    for title in ("description", "x-wr-caldesc") if description else ():
        head.add(title, _Text(clean_text(description, MAX_DESCRIPTION)))
    if identity:
        head.add("x-wr-relcalid", _Text(identity))
    if refresh_hours:
        every = f"PT{refresh_hours}H"
        head.add("refresh-interval", vInline(every, params={"VALUE": "DURATION"}))
        head.add("x-published-ttl", vInline(every))
    return head


def _calendar_name(schedule: Schedule, wording: Wording) -> str:
    """The person's own name for it, discreet or not: they chose it."""
    given = clean_line(schedule.name, MAX_TITLE)
    return given or (wording.calendar if schedule.discreet else wording.meetings)


def _within_limits(groups: Iterable[tuple[_Block, ...]]) -> tuple[list[_Block], int]:
    """The events of the first meetings that fit, all of a meeting's or none, and how many meetings do not."""
    taken: list[_Block] = []
    size = left_out = 0
    for group in groups:
        more = sum(len(block.lines) for block in group)
        # Time zones come on top: a few hundred bytes each, and there are never more of them than a tenth.
        if len(taken) + len(group) > MAX_EVENTS or size + more > MAX_BYTES * 9 // 10:
            left_out += 1
            continue
        taken += group
        size += more
    return taken, left_out


# --- Events -------------------------------------------------------------------------------------


def _groups(
    picked: list[tuple[Meeting, ScheduleEntry]], frame: _Frame, anchor: date
) -> tuple[list[tuple[_Block, ...]], tuple[str, ...]]:
    """Each meeting's events, and the ids of those that cannot be written: one broken record may not ruin the rest."""
    groups, skipped = [], []
    for meeting, entry in picked:
        try:
            groups.append(_blocks(meeting, frame, span_of(anchor, entry.added_on), entry))
        except Exception:
            skipped.append(meeting.id)
    if len(skipped) == len(picked) > 1:
        # Clients keep what they have when a feed fails; an empty one would clear their calendars.
        raise ValueError(f"none of {len(picked)} meetings can be written")
    return groups, tuple(skipped)


def _blocks(meeting: Meeting, frame: _Frame, span: Span, entry: ScheduleEntry | None) -> tuple[_Block, ...]:
    changed_at = max(frame.changed_at, meeting.updated_at, entry.updated_at if entry else meeting.updated_at)
    sequence = frame.revision + meeting.revision + (entry.revision if entry else 0)
    reminder = entry.reminder_minutes if entry and entry.reminder_minutes is not None else frame.reminder_minutes
    happenings = (
        _Happening(
            uid=_identity(frame.owner, entry.meeting_id if entry else meeting.id, piece.segment),
            words=_words(meeting, piece, frame, entry.note if entry else None),
            piece=piece,
            zone=canonical_zone(piece.zone) if piece.zone else None,
            changed_at=changed_at,
            sequence=sequence,
            reminder_minutes=reminder if piece.kind is PieceKind.HELD else None,
        )
        for piece in pieces(meeting, span, entry)
    )
    return tuple(map(_block, happenings))


def _words(meeting: Meeting, piece: Piece, frame: _Frame, note: str | None) -> Words:
    if frame.discreet:
        return discreet_words(meeting, piece.kind, note=note, wording=frame.wording)
    return full_words(
        meeting, piece.kind, note=note, date_note=piece.note, wording=frame.wording, page_url=frame.page_url
    )


def _too_many(frame: _Frame, anchor: date, left_out: int) -> _Block:
    """The note that the calendar is not whole, on the first of a month that is about to come."""
    day = months_after(anchor, 2)
    event = _event(_identity(frame.owner, "left out"), frame.changed_at, frame.revision)
    event.add("summary", _Text(frame.wording.left_out.format(count=left_out)))
    event.add("dtstart", vDate(day), parameters={"VALUE": "DATE"})
    _add_status(event, busy=False)
    return _Block(uid=str(event["uid"]), zone=None, lines=_lines(event))


@lru_cache(maxsize=CACHED_EVENTS)
def _block(happening: _Happening) -> _Block:
    piece, words = happening.piece, happening.words
    zone_name = None if happening.zone == _UTC_ZONE else happening.zone
    event = _event(happening.uid, happening.changed_at, happening.sequence)
    event.add("dtstart", _time(piece.starts, zone_name))
    event.add("dtend", _time(piece.ends, zone_name))
    if piece.rrule:
        event.add("rrule", vRecur.from_ical(piece.rrule))
    for excluded in piece.excluded:
        event.add("exdate", _time(excluded, zone_name))
    event.add("summary", _Text(words.summary))
    for name, text in (("location", words.location), ("description", words.description)):
        if text:
            event.add(name, _Text(text))
    if words.geo:
        event.add("geo", vInline(words.geo))
    if words.url:
        event.add("url", vUri(words.url))
    if words.conference:
        event.add("conference", vUri(words.conference, params={"VALUE": "URI", "FEATURE": "VIDEO"}))
    _add_status(event, busy=piece.kind is PieceKind.HELD)
    if happening.reminder_minutes is not None:
        event.add_component(_alarm(happening.reminder_minutes, words.summary))
    return _Block(uid=happening.uid, zone=zone_name, lines=_lines(event))


def _event(uid: str, changed_at: datetime, sequence: int) -> Event:
    event = Event()
    event.add("uid", _Text(uid))
    # Without a METHOD, DTSTAMP is when the event last changed (RFC 5545, section 3.8.7.2).
    for name in ("dtstamp", "last-modified"):
        event.add(name, vDatetime(changed_at.astimezone(UTC).replace(microsecond=0)))
    event.add("sequence", sequence)
    return event


def _add_status(event: Event, *, busy: bool) -> None:
    event.add("status", _Text("CONFIRMED"))
    event.add("class", _Text("PRIVATE"))
    event.add("transp", _Text("OPAQUE" if busy else "TRANSPARENT"))
    event.add("x-microsoft-cdo-busystatus", _Text("BUSY" if busy else "FREE"))


def _alarm(minutes: int, summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", _Text("DISPLAY"))
    alarm.add("description", _Text(summary))
    alarm.add("trigger", vDuration(-timedelta(minutes=max(0, min(minutes, MAX_REMINDER_MINUTES)))))
    return alarm


def _time(value: datetime, zone_name: str | None) -> vDatetime:
    """A wall-clock time in that zone; without one an instant, or a wall-clock time in UTC."""
    if zone_name is None:
        return vDatetime(value.replace(tzinfo=UTC))
    written = vDatetime(value)
    # Not as an argument: the package drops the zone of a time without tzinfo.
    written.params["TZID"] = zone_name
    return written


def _identity(owner: str, *parts: str) -> str:
    """An id that says nothing, stays the same, and is another for every schedule (RFC 7986, section 5.3)."""
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(owner.encode("utf-8", "surrogatepass"), text, hashlib.sha256).hexdigest()[:40]


def _months(anchor: date) -> int:
    """Counts re-anchorings, so that a SEQUENCE never falls."""
    return (anchor.year - 2020) * 12 + anchor.month


def _lines(component: Component) -> bytes:
    lines: bytes = component.to_ical(sorted=False)
    return lines


class _Text(vText):
    """TEXT (RFC 5545, section 3.3.11); the package's own escape makes a line end of a backslash before an N."""

    def to_ical(self) -> bytes:
        r"""The value with `\`, `;`, `,` and line ends escaped."""
        text = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return text.encode("utf-8")
