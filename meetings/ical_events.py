"""A meeting's events in a calendar file, rendered once for everybody who keeps it in the same way.

What a feed adds of its own (UID, DTSTAMP, LAST-MODIFIED, SEQUENCE) stands at the beginning of an event and is put in
when the file is joined, so that the costly rest is kept and shared.
"""

from __future__ import annotations

from binascii import hexlify
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from icalendar import Alarm, Component, Event
from icalendar.prop import vDatetime, vDuration, vInline, vRecur, vText, vUri

from meetings.calendar_words import ENGLISH, PageUrl, Wording, Words, discreet_words, full_words
from meetings.model import Meeting
from meetings.series import Piece, PieceKind, Span, pieces
from meetings.vtimezone import vtimezone
from meetings.zones import canonical_zone

if TYPE_CHECKING:
    from meetings.schedule import ScheduleEntry

#: Lead of an alarm; a longer one is a slip of the hand.
MAX_REMINDER_MINUTES = 4 * 7 * 24 * 60
UTC_ZONE = "Etc/UTC"
_BEGIN = b"BEGIN:VEVENT\r\n"
OPENING = _BEGIN + b"UID:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a person wants a meeting told."""

    discreet: bool
    reminder_minutes: int | None = None
    page_url: PageUrl | None = None
    wording: Wording = ENGLISH


class Told(NamedTuple):
    """One event but for what is its feed's; `zone` is the time zone that it needs, `lines` what stands after SEQUENCE.

    `segment` names it among the meeting's events.
    """

    segment: str
    zone: str | None
    lines: bytes


class Placed(NamedTuple):
    """An event in a feed: `stamp` are its DTSTAMP, LAST-MODIFIED and SEQUENCE as lines."""

    uid: bytes
    stamp: bytes
    told: Told


def stamp_lines(at: str, sequence: int) -> bytes:
    """When an event last changed, as `stamp_text` writes it, and how many times it has.

    Without a METHOD, DTSTAMP is when the event last changed (RFC 5545, section 3.8.7.2).
    """
    return f"\r\nDTSTAMP:{at}\r\nLAST-MODIFIED:{at}\r\nSEQUENCE:{sequence}\r\n".encode("ascii")


@lru_cache(maxsize=4096)
def stamp_text(moment: datetime) -> str:
    """An instant as RFC 5545 writes it, section 3.3.5."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def written(events: Iterable[Placed]) -> Iterator[bytes]:
    """Events as they stand in a file, in pieces. None of the lines put in is ever longer than a line may be."""
    for uid, stamp, told in events:
        yield OPENING
        yield uid
        yield stamp
        yield told.lines


def events_of(meeting: Meeting, span: Span, entry: ScheduleEntry | None, style: Style) -> tuple[Told, ...]:
    """A meeting's events in `span`; None by appointment."""
    note = entry.note if entry else None
    return tuple(_told(piece, _words(meeting, piece, style, note), style) for piece in pieces(meeting, span, entry))


@dataclass(slots=True)
class KeptEvents:
    """Events of the meetings that were told last, of one wording and one kind of page; threads may share it.

    A meeting's revision and its last change tell its events apart from what they were before.
    """

    most: int
    _kept: OrderedDict[tuple[Any, ...], tuple[Told, ...]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, meeting: Meeting, span: Span, entry: ScheduleEntry | None, style: Style) -> tuple[Told, ...]:
        """As `events_of`."""
        note, skipped, dates = (entry.note, entry.skipped_dates, entry.dates) if entry else (None, None, None)
        key = (
            meeting.id, meeting.revision, meeting.updated_at, span.first, span.anchor, note, skipped, dates,
            style.discreet, style.reminder_minutes,
        )  # fmt: skip
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        found = events_of(meeting, span, entry, style)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return found


#: Where events come from: `events_of` itself, or what keeps them.
EventsOf = Callable[[Meeting, Span, "ScheduleEntry | None", Style], Iterable[Told]]


def _words(meeting: Meeting, piece: Piece, style: Style, note: str | None) -> Words:
    if style.discreet:
        return discreet_words(meeting, piece.kind, note=note, wording=style.wording)
    return full_words(
        meeting, piece.kind, note=note, date_note=piece.note, wording=style.wording, page_url=style.page_url
    )


def _told(piece: Piece, words: Words, style: Style) -> Told:
    named = canonical_zone(piece.zone) if piece.zone else None
    zone_name = None if named == UTC_ZONE else named
    event = Event()
    event.add("dtstart", _time(piece.starts, zone_name))
    event.add("dtend", _time(piece.ends, zone_name))
    if piece.rrule:
        event.add("rrule", vRecur.from_ical(piece.rrule))
    for excluded in piece.excluded:
        event.add("exdate", _time(excluded, zone_name))
    event.add("summary", Text(words.summary))
    for name, text in (("location", words.location), ("description", words.description)):
        if text:
            event.add(name, Text(text))
    if words.geo:
        event.add("geo", vInline(words.geo))
    if words.url:
        event.add("url", vUri(words.url))
    if words.conference:
        event.add("conference", vUri(words.conference, params={"VALUE": "URI", "FEATURE": "VIDEO"}))
    held = piece.kind is PieceKind.HELD
    add_status(event, busy=held)
    if held and style.reminder_minutes is not None:
        event.add_component(_alarm(style.reminder_minutes, words.summary))
    if zone_name:
        # Whatever cannot be told of a zone shall cost this event, and not the file.
        vtimezone(zone_name)
    return Told(piece.segment, zone_name, after_opening(event))


def after_opening(event: Event) -> bytes:
    """An event's lines but for its first, where its feed's own are put in."""
    return lines_of(event).removeprefix(_BEGIN)


def add_status(event: Event, *, busy: bool) -> None:
    """Whether it takes the person's time, in the words of every client."""
    event.add("status", Text("CONFIRMED"))
    event.add("class", Text("PRIVATE"))
    event.add("transp", Text("OPAQUE" if busy else "TRANSPARENT"))
    event.add("x-microsoft-cdo-busystatus", Text("BUSY" if busy else "FREE"))


def _alarm(minutes: int, summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", Text("DISPLAY"))
    alarm.add("description", Text(summary))
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


def identity(owner: bytes, text: str) -> bytes:
    """An id that says nothing, stays the same, and is another for every schedule (RFC 7986, section 5.3)."""
    # Keyed BLAKE2 is a code of authentication as HMAC is, and costs a fifth of it.
    return hexlify(blake2b(text.encode("utf-8", "surrogatepass"), key=owner[:64], digest_size=20).digest())


def lines_of(component: Component) -> bytes:
    """A component's lines, in the order in which they were added."""
    lines: bytes = component.to_ical(sorted=False)
    return lines


class Text(vText):
    """TEXT (RFC 5545, section 3.3.11); the package's own escape makes a line end of a backslash before an N."""

    def to_ical(self) -> bytes:
        r"""The value with `\`, `;`, `,` and line ends escaped."""
        text = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return text.encode("utf-8")
