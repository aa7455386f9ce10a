"""A meeting's events in a calendar file, rendered once for everybody who keeps it in the same way.

What a feed adds of its own (UID, DTSTAMP, LAST-MODIFIED, SEQUENCE) stands at the beginning of an event and is put in
when the file is joined, so that the costly rest is kept and shared.
"""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import ECB
from icalendar import Alarm, Event
from icalendar.prop import vDatetime, vDuration, vInline, vRecur, vUri

from meetings.calendar_words import ENGLISH, PageUrl, Wording, Words, discreet_words, full_words
from meetings.ical_lines import Text, lines_of
from meetings.model import Meeting
from meetings.series import Piece, PieceKind, Span, pieces
from meetings.vtimezone import vtimezone
from meetings.zones import canonical_zone

if TYPE_CHECKING:
    from meetings.schedule import ScheduleEntry

#: Lead of an alarm; a longer one is a slip of the hand.
MAX_REMINDER_MINUTES = 4 * 7 * 24 * 60
UTC_ZONE = "Etc/UTC"
OPENING = b"BEGIN:VEVENT\r\nUID:"
_BEGIN, _END = b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"
_ID_BYTES = 16
#: What a feed puts into each event.
_OWN_BYTES = 150
#: Ends of events, and rules, that are kept: few of them differ.
_KEPT_PARTS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a person wants a meeting told."""

    discreet: bool
    reminder_minutes: int | None = None
    page_url: PageUrl | None = None
    wording: Wording = ENGLISH


class Telling(NamedTuple):
    """How and of which dates meetings are told; `mark` is another for each, of one wording and one kind of page."""

    span: Span
    style: Style
    mark: str


def telling(span: Span, style: Style) -> Telling:
    """The two together."""
    return Telling(span, style, f"{span.first} {span.anchor} {style.discreet} {style.reminder_minutes}")


class Block(NamedTuple):
    """A meeting's events but for what is their feed's: what their ids are made of, and their lines after SEQUENCE.

    `zones` are the time zones that they need, `size` is what they take of a file, in bytes.
    """

    sources: tuple[bytes, ...]
    lines: tuple[bytes, ...]
    zones: frozenset[str]
    size: int


@lru_cache(maxsize=4096)
def stamp_lines(moment: datetime, sequence: int) -> bytes:
    """When an event last changed, and how many times it has, as what stands between its UID and its other lines.

    Without a METHOD, DTSTAMP is when the event last changed (RFC 5545, section 3.8.7.2).
    """
    at = f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"\r\nDTSTAMP:{at}\r\nLAST-MODIFIED:{at}\r\nSEQUENCE:{sequence}\r\n".encode("ascii")


def block_of(meeting: Meeting, entry: ScheduleEntry | None, telling: Telling) -> Block:
    """A meeting's events; none by appointment."""
    note, id = (entry.note, entry.meeting_id) if entry else (None, meeting.id)
    style, sources, told, zones = telling.style, [], [], set()
    for piece in pieces(meeting, telling.span, entry):
        zone_name = _zone_of(piece)
        sources.append(identity_source(f"{id}\x1f{piece.segment}"))
        told.append(_lines(piece, _words(meeting, piece, style, note), style, zone_name))
        if zone_name:
            zones.add(zone_name)
    for zone_name in zones:
        # Whatever cannot be told of a zone shall cost this meeting, and not the file.
        vtimezone(zone_name)
    return Block(tuple(sources), tuple(told), frozenset(zones), sum(_OWN_BYTES + len(lines) for lines in told))


@dataclass(slots=True)
class KeptBlocks:
    """Blocks of the meetings that were told last, of one wording and one kind of page; threads may share it.

    A meeting's revision and its last change tell its events apart from what they were before.
    """

    most: int
    #: Looked at without a lock; what was not asked for while `_young` filled, is forgotten with `_old`.
    _young: dict[tuple[Any, ...], Block] = field(default_factory=dict)
    _old: dict[tuple[Any, ...], Block] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, meeting: Meeting, entry: ScheduleEntry, telling: Telling) -> Block:
        """As `block_of`."""
        key = (
            meeting.id, meeting.revision, meeting.updated_at, entry.meeting_id, entry.note, entry.skipped_dates,
            entry.dates, telling.mark,
        )  # fmt: skip
        return self._young.get(key) or self._keep(key, self._old.get(key) or block_of(meeting, entry, telling))

    def _keep(self, key: tuple[Any, ...], block: Block) -> Block:
        with self._lock:
            if 2 * len(self._young) >= self.most:
                self._old, self._young = self._young, {}
            self._young[key] = block
        return block


#: Where blocks come from: `block_of` itself, or what keeps them.
BlockOf = Callable[[Meeting, "ScheduleEntry", Telling], Block]


def _words(meeting: Meeting, piece: Piece, style: Style, note: str | None) -> Words:
    if style.discreet:
        return discreet_words(meeting, piece.kind, note=note, wording=style.wording)
    return full_words(
        meeting, piece.kind, note=note, date_note=piece.note, wording=style.wording, page_url=style.page_url
    )


def _zone_of(piece: Piece) -> str | None:
    """The time zone that it names, None: none, it is told in UTC."""
    named = canonical_zone(piece.zone) if piece.zone else None
    return None if named == UTC_ZONE else named


def _lines(piece: Piece, words: Words, style: Style, zone_name: str | None) -> bytes:
    event = Event()
    event["DTSTART"] = _time(piece.starts, zone_name)
    event["DTEND"] = _time(piece.ends, zone_name)
    if piece.rrule:
        event["RRULE"] = _rule(piece.rrule)
    if piece.excluded:
        # One property a date: lists of them are where readers differ.
        event["EXDATE"] = [_time(excluded, zone_name) for excluded in piece.excluded]
    event["SUMMARY"] = Text(words.summary)
    if words.location:
        event["LOCATION"] = Text(words.location)
    if words.description:
        event["DESCRIPTION"] = Text(words.description)
    if words.geo:
        event["GEO"] = vInline(words.geo)
    if words.url:
        event["URL"] = vUri(words.url)
    if words.conference:
        event["CONFERENCE"] = vUri(words.conference, params={"VALUE": "URI", "FEATURE": "VIDEO"})
    held = piece.kind is PieceKind.HELD
    minutes = style.reminder_minutes if held else None
    return begun(event) + ended(busy=held, alarm=None if minutes is None else (minutes, words.summary))


def begun(event: Event) -> bytes:
    """An event's lines, without its first and its last."""
    return lines_of(event).removeprefix(_BEGIN).removesuffix(_END)


@lru_cache(maxsize=_KEPT_PARTS)
def ended(*, busy: bool, alarm: tuple[int, str] | None = None) -> bytes:
    """The end of an event: whether it takes the person's time, in the words of every client; its reminder; its END."""
    event = Event()
    event["STATUS"] = Text("CONFIRMED")
    event["CLASS"] = Text("PRIVATE")
    event["TRANSP"] = Text("OPAQUE" if busy else "TRANSPARENT")
    event["X-MICROSOFT-CDO-BUSYSTATUS"] = Text("BUSY" if busy else "FREE")
    if alarm is not None:
        event.add_component(_alarm(*alarm))
    return lines_of(event).removeprefix(_BEGIN)


def _alarm(minutes: int, summary: str) -> Alarm:
    alarm = Alarm()
    alarm["ACTION"] = Text("DISPLAY")
    alarm["DESCRIPTION"] = Text(summary)
    alarm["TRIGGER"] = vDuration(-timedelta(minutes=max(0, min(minutes, MAX_REMINDER_MINUTES))))
    return alarm


@lru_cache(maxsize=_KEPT_PARTS)
def _rule(text: str) -> vInline:
    """An RRULE, read and written by the package once."""
    return vInline(vRecur.from_ical(text).to_ical().decode("ascii"))


def _time(value: datetime, zone_name: str | None) -> vDatetime:
    """A wall-clock time in that zone; without one an instant, or a wall-clock time in UTC."""
    if zone_name is None:
        return vDatetime(value.replace(tzinfo=UTC))
    written = vDatetime(value)
    # Not as an argument: the package drops the zone of a time without tzinfo.
    written.params["TZID"] = zone_name
    return written


def identity_source(text: str) -> bytes:
    """What an id is made of, beside the key of its feed; kept with the lines of its event."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_ID_BYTES).digest()


def identities(owner: bytes, sources: Sequence[bytes]) -> list[bytes]:
    """Ids that say nothing, stay the same, and are others for every schedule (RFC 7986, section 5.3).

    Of one source at least.
    """
    # Each source is one block, and no two are the same: a keyed permutation of blocks, which is what a block cipher
    # is, makes of them what cannot be told from chance. All of a feed's are done at once.
    key = blake2b(owner, digest_size=_ID_BYTES, person=b"event ids").digest()
    blocks = Cipher(AES128(key), ECB()).encryptor().update(b"".join(sources))
    return hexlify(blocks, " ", _ID_BYTES).split(b" ")
