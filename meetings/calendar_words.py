"""What a calendar says of a meeting: all of it, or nothing by which others could tell what it is.

A calendar is read by employers, by families, on lock screens. The discreet words hold a fixed title, the street, and
what the person wrote themselves: their own note and their own name for the calendar are theirs to choose, and are
shown. Names, notes, formats, links, coordinates and addresses of pages are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meetings.calendar_text import (
    MAX_DESCRIPTION,
    MAX_LOCATION,
    MAX_TITLE,
    clean_line,
    clean_text,
    clean_url,
    geo_value,
)
from meetings.listing import fold
from meetings.model import MeetingStatus, VenueType
from meetings.series import PieceKind

if TYPE_CHECKING:
    from meetings.model import Meeting, Venue

#: From a meeting's id to the address of our page about it.
PageUrl = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of calendars in one language; `format_names` are the labels of format codes.

    `{name}` is the meeting's name and `{count}` a number.
    """

    appointment: str = "Appointment"
    no_appointment: str = "No appointment"
    meeting: str = "Meeting"
    cancelled: str = "No meeting: {name}"
    suspended: str = "Not meeting for now: {name}"
    withdrawn: str = "No longer listed: {name}"
    check_again: str = "This is no longer in the calendar from here on. Look for another, or ask before you go."
    unconfirmed: str = "Missing from its list lately: ask before you go."
    length_assumed: str = "How long it lasts is not stated."
    join: str = "Join: {url}"
    phone: str = "Phone: {phone}"
    calendar: str = "Calendar"
    meetings: str = "Meetings"
    untimed: str = "Without a set time, and so not shown: {count}"
    left_out: str = "Too many for one calendar, not shown: {count}"
    turned_off: str = "Calendar turned off"
    format_names: Mapping[str, str] = field(default_factory=dict)


ENGLISH = Wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one event says, cleaned. `conference` is the link to join, `url` our page."""

    summary: str
    description: str = ""
    location: str = ""
    geo: str | None = None
    conference: str | None = None
    url: str | None = None


def discreet_words(meeting: Meeting, kind: PieceKind, *, note: str | None, wording: Wording) -> Words:
    """Words that tell others nothing; `note` is the person's own."""
    held = kind is PieceKind.HELD
    return Words(
        summary=clean_line(wording.appointment if held else wording.no_appointment, MAX_TITLE),
        description=clean_text(note, MAX_DESCRIPTION),
        location=_neutral_street(meeting) if held else "",
    )


def full_words(
    meeting: Meeting,
    kind: PieceKind,
    *,
    note: str | None,
    date_note: str | None = None,
    wording: Wording,
    page_url: PageUrl | None = None,
) -> Words:
    """Everything of use to the person; `date_note` is what the list says of this date."""
    name = clean_line(meeting.name, MAX_TITLE - 40) or wording.meeting
    page = clean_url(page_url(meeting.id)) if page_url else None
    if kind is not PieceKind.HELD:
        titles = {PieceKind.CANCELLED: wording.cancelled, PieceKind.SUSPENDED: wording.suspended}
        title = titles.get(kind, wording.withdrawn)
        advice = None if kind is PieceKind.CANCELLED else wording.check_again
        return Words(
            summary=clean_line(title.format(name=name), MAX_TITLE),
            description=_paragraphs(note, date_note, advice, page),
            url=page,
        )
    place, link = _place(meeting), _link(meeting)
    return Words(
        summary=name,
        description=_paragraphs(note, date_note, *_facts(meeting, link, wording), page),
        location=clean_line(_address(place), MAX_LOCATION) if place else link or _phone(meeting),
        geo=geo_value(place.latitude, place.longitude) if place and not place.approximate else None,
        conference=link,
        url=page,
    )


def _facts(meeting: Meeting, link: str | None, wording: Wording) -> list[str | None]:
    place, online = _place(meeting), meeting.online if _is_online(meeting) else None
    formats = [wording.format_names[code] for code in meeting.formats if code in wording.format_names]
    phone = _phone(meeting)
    return [
        wording.unconfirmed if meeting.status is MeetingStatus.UNCONFIRMED else None,
        wording.length_assumed if meeting.duration_assumed else None,
        wording.join.format(url=link) if link else None,
        wording.phone.format(phone=phone) if phone else None,
        online.notes if online else None,
        place.arrival_notes if place else None,
        ", ".join(formats),
        meeting.notes,
    ]


def _paragraphs(*texts: str | None) -> str:
    return clean_text("\n".join(text for text in texts if text and not text.isspace()), MAX_DESCRIPTION)


def _is_online(meeting: Meeting) -> bool:
    return meeting.online is not None and meeting.venue_type is not VenueType.IN_PERSON


def _place(meeting: Meeting) -> Venue | None:
    return None if meeting.venue_type is VenueType.VIRTUAL else meeting.venue


def _link(meeting: Meeting) -> str | None:
    return clean_url(meeting.online.url) if meeting.online and _is_online(meeting) else None


def _phone(meeting: Meeting) -> str:
    return clean_line(meeting.online.phone, 60) if meeting.online and _is_online(meeting) else ""


def _address(venue: Venue) -> str:
    """One line, nothing twice: the name, then the address as the list writes it or as its parts make it."""
    parts = (venue.street, venue.city, " ".join(filter(None, (venue.region, venue.postal_code))), venue.country)
    address = venue.formatted_address or ", ".join(filter(None, parts))
    name = venue.name or ""
    return address if fold(name) in fold(address) else f"{name}, {address}"


# --- A street that tells nothing ----------------------------------------------------------------

#: Some lists write the house's name before the street, and houses are named for what goes on in them.
_TELLING = re.compile(
    r"\b(anonym|anonim|alcoh|alkoh|addict|adict|narcot|narkot|al-?anon\b|alateen|nar-?anon\b|alano\b|recover|recup"
    r"|retabl|rehab|detox|sober|sobr|clean\b|12 ?-? ?step|twelve ?-? ?step|step house|serenity|smart\b|dharma"
    r"|meeting|group|fellowship|clubhouse|addik|sucht|gambl|overeat|treatment|a\.a\b|n\.a\b)"
)
_LINK = re.compile(r"://|www\.|@", re.IGNORECASE)


def _neutral_street(meeting: Meeting) -> str:
    """The street, where no word in it could tell what is held there; else nothing."""
    place = _place(meeting)
    street = clean_line(place.street, MAX_LOCATION) if place else ""
    folded = fold(street)
    if _TELLING.search(folded) or _LINK.search(street):
        return ""
    if re.search(rf"(?<!\w)(AA|NA|{re.escape(meeting.fellowship)})(?!\w)", street):
        return ""
    named = [meeting.name, meeting.group.name if meeting.group else None]
    if place and fold(place.name or "") != folded:
        named.append(place.name)
    return "" if any(fold(name) in folded for name in named if name and fold(name)) else street
