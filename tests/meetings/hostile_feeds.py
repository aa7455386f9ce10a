"""Feeds of which every text is somebody else's: what they are made of, what is meant, and what others read in them.

`python -m tests.meetings.hostile_feeds` prints a hash of what is rendered of some of the worst, for a comparison
between processes.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import icalendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from meetings.calendar_text import MAX_TITLE, clean_line
from meetings.calendar_words import ENGLISH, Words, discreet_words, full_words
from meetings.ical import Feed, render_feed
from meetings.model import Group, Meeting, OnlineVenue, VenueType
from meetings.recurrence import DatedException
from meetings.schedule import Schedule
from meetings.series import PieceKind
from tests.builders import NOW, a_meeting, a_schedule, a_venue, an_entry

#: Every text that reaches a feed, by what it is.
FIELDS = (
    "meeting", "notes", "hall", "street", "arrival", "address", "city", "region", "link", "phone", "room", "group",
    "date", "entry", "calendar", "page",
)  # fmt: skip
Texts = Mapping[str, str]
#: A property's name and its value.
Read = frozenset[tuple[str, str]]

#: What an event holds beside texts, one of each.
PLAIN = frozenset(
    {"UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "STATUS", "CLASS", "TRANSP"}
    | {"X-MICROSOFT-CDO-BUSYSTATUS"}
)
_RULE, _OTHER = frozenset({"RRULE"}), a_meeting(2)
_DATE = date(2026, 12, 8)


def meeting_of(texts: Texts) -> Meeting:
    """A hybrid meeting of nothing but these, one of its dates called off."""
    venue = a_venue(
        name=texts["hall"],
        street=texts["street"],
        city=texts["city"],
        region=texts["region"],
        arrival_notes=texts["arrival"],
        formatted_address=texts["address"],
    )
    return a_meeting(
        1,
        name=texts["meeting"],
        notes=texts["notes"],
        venue_type=VenueType.HYBRID,
        venue=venue,
        online=OnlineVenue(url=f"https://example.org/{texts['link']}", phone=texts["phone"], notes=texts["room"]),
        group=Group(name=texts["group"]),
        exceptions=(DatedException(day=_DATE, note=texts["date"]),),
    )


def schedule_of(texts: Texts, *, discreet: bool) -> Schedule:
    """That meeting, and one of ours."""
    entries = (an_entry(meeting_of(texts), note=texts["entry"]), an_entry(_OTHER))
    return a_schedule(entries=entries, name=texts["calendar"], discreet=discreet, reminder_minutes=5)


def feed_of(texts: Texts, *, discreet: bool) -> Feed:
    """Its feed."""
    meeting = meeting_of(texts)
    chosen = {meeting.id: meeting, _OTHER.id: _OTHER}
    return render_feed(schedule_of(texts, discreet=discreet), chosen, now=NOW, page_url=_page(texts))


def _page(texts: Texts) -> Any:
    return lambda id: f"https://example.org/{id}{texts['page']}"


# --- What is meant ------------------------------------------------------------------------------


def meant(texts: Texts, *, discreet: bool) -> Counter[Read]:
    """The texts of the three events of its feed."""
    meeting = meeting_of(texts)

    def words(of: Meeting, kind: PieceKind, note: str | None = None, date_note: str | None = None) -> Words:
        if discreet:
            return discreet_words(of, kind, note=note, wording=ENGLISH)
        return full_words(of, kind, note=note, date_note=date_note, wording=ENGLISH, page_url=_page(texts))

    told = (
        words(meeting, PieceKind.HELD, texts["entry"]),
        words(meeting, PieceKind.CANCELLED, texts["entry"], texts["date"]),
        words(_OTHER, PieceKind.HELD),
    )
    return Counter(map(_texts_of, told))


def _texts_of(words: Words) -> Read:
    named = {"SUMMARY": words.summary, "LOCATION": words.location, "DESCRIPTION": words.description, "URL": words.url}
    return frozenset((name, value) for name, value in named.items() if value)


def meant_name(texts: Texts, *, discreet: bool) -> str:
    """What its calendar is called."""
    return clean_line(texts["calendar"], MAX_TITLE) or (ENGLISH.calendar if discreet else ENGLISH.meetings)


# --- What is read -------------------------------------------------------------------------------


def faults_of_bytes(body: bytes) -> list[str]:
    """What is wrong with a file before anybody reads it (RFC 5545, section 3.1)."""
    lines = body.split(b"\r\n")
    faults = [f"long: {line!r}" for line in lines if len(line) > 75]
    faults += [f"a control character: {line!r}" for line in lines if re.search(rb"[\x00-\x1f\x7f]", line)]
    for line in lines:
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            faults.append(f"a character cut in two: {line!r}")
    return faults if lines[-1] == b"" else [*faults, "no line end at the end"]


def faults_of_names(body: bytes) -> list[str]:
    """Properties of events that nobody meant, or that are missing or there twice; read from the lines themselves."""
    unfolded = body.decode("utf-8").replace("\r\n ", "").split("\r\n")
    faults, texts = [], {"SUMMARY", "LOCATION", "DESCRIPTION", "URL", "GEO", "CONFERENCE"}
    begins = [number for number, line in enumerate(unfolded) if line == "BEGIN:VEVENT"]
    for begin in begins:
        event = unfolded[begin + 1 : unfolded.index("END:VEVENT", begin)]
        alarm = event.index("BEGIN:VALARM") if "BEGIN:VALARM" in event else len(event)
        names = Counter(re.split("[;:]", line)[0] for line in event[:alarm])
        single = {name: times for name, times in names.items() if times > 1 and name != "EXDATE"}
        odd = (names.keys() ^ PLAIN) - texts - {"RRULE", "EXDATE"}
        within = [re.split("[;:]", line)[0] for line in event[alarm:]]
        if single or odd or within not in ([], ["BEGIN", "ACTION", "DESCRIPTION", "TRIGGER", "END"]):
            faults.append(f"{single} {odd} {within}")
    return faults if len(begins) == 3 else [*faults, f"{len(begins)} events"]


def by_icalendar(body: bytes) -> tuple[str, Counter[Read]]:
    """The calendar's name and its events' texts, as icalendar reads them; an error in any component is raised."""
    calendar = icalendar.Calendar.from_ical(body)
    errors = [component.errors for component in calendar.walk() if component.errors]
    assert errors == []
    names = ("SUMMARY", "LOCATION", "DESCRIPTION", "URL")
    read = (frozenset((name, str(event[name])) for name in names if name in event) for event in calendar.walk("VEVENT"))
    # It knows no NAME, and leaves what it does not know escaped.
    assert calendar["NAME"] == calendar["X-WR-CALNAME"]
    return re.sub(r"\\(.)", r"\1", str(calendar["NAME"])), Counter(read)


def by_home_assistant(body: bytes) -> Counter[Read]:
    """The events' texts as Home Assistant's ical reads them."""
    return Counter(map(_by_home_assistant, IcsCalendarStream.calendar_from_ics(body.decode("utf-8")).events))


def by_icaljs(calendar: Mapping[str, Any]) -> Counter[Read]:
    """The events' texts as ical.js read them; a component or a property that nobody meant is an error."""
    zones, events = ([part for part in calendar["parts"] if part["name"] == name] for name in ("VTIMEZONE", "VEVENT"))
    assert len(zones) + len(events) == len(calendar["parts"])
    texts = {"SUMMARY", "LOCATION", "DESCRIPTION", "URL"}
    for event in events:
        names = {name for name, _ in event["properties"]}
        assert names - texts - {"GEO", "CONFERENCE", "RRULE", "EXDATE"} == PLAIN
        assert {part["name"] for part in event["parts"]} <= {"VALARM"}
    return Counter(
        frozenset((name, value) for name, value in event["properties"] if name in texts and value) for event in events
    )


def _by_home_assistant(event: Event) -> Read:
    named: Iterable[tuple[str, Any]] = (
        ("SUMMARY", event.summary),
        ("LOCATION", event.location),
        ("DESCRIPTION", event.description),
        ("URL", event.url),
    )
    return frozenset((name, str(value)) for name, value in named if value)


# --- Some of the worst, always the same ---------------------------------------------------------

WORST = (
    "", "\x00", "a\r\nATTENDEE:x", "\nEND:VEVENT\nBEGIN:VEVENT\n", "\ud83d", "\udc00\ud83d", "\\", "\\n\\N\\;", ";:,",
    '"^n^\'"', "\u2028\u2029\x85", "\u202eabc\u202c", "שלום שלום " * 9, "e\u0301\u0336" * 60, "👩\u200d👩\u200d👧" * 40,
    "x" * 10_000, "é" * 10_000, "\\" * 10_000, "\ufeff\uffff\ufdd0", "\x1b[31m\x07\x7f",
)  # fmt: skip


def hash_of_the_worst() -> str:
    """A hash of all of their feeds."""
    whole = hashlib.sha256()
    for text in WORST:
        for discreet in (False, True):
            feed = feed_of(dict.fromkeys(FIELDS, text), discreet=discreet)
            whole.update(feed.body + repr(feed.skipped).encode())
    return whole.hexdigest()


if __name__ == "__main__":
    print(hash_of_the_worst())  # noqa: T201 - another process reads it
