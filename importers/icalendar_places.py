"""Where an event is held: LOCATION and GEO, and the many properties in which calendars put a link to join by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from importers.addresses import read_address
from importers.attendance import told_by_place
from importers.icalendar_lines import Component
from importers.icalendar_words import is_online
from importers.links import conference_provider, read_link
from importers.record import Record
from importers.text import ADDRESS_LENGTH
from meetings.model import OnlineVenue, Venue, VenueType

_LINK = re.compile(r"https?://[^\s<>\"]{4,1990}")
#: Properties that hold nothing but a link to join by.
_JOIN_LINKS = ("X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGCONFLINK")
_DIGIT = re.compile(r"\d")


def read_venue(event: Component, record: Record) -> Venue | None:
    """The place; a link or the word `Zoom` is none."""
    told = record.values.get("LOCATION")
    line = record.line("LOCATION", most=ADDRESS_LENGTH)
    if line is not None and isinstance(told, str) and (_LINK.search(told) or is_online(line)):
        line = _LINK.sub("", line).strip(" ,;()") or None
        line = None if line is None or is_online(line) else line
    point = _point(event, record)
    if line is None and point is None:
        return None
    address = read_address(line or "")
    name, street = _named(line or "", address.street)
    return Venue(
        name=name,
        street=street,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
        formatted_address=line,
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
    )


def _named(line: str, street: str | None) -> tuple[str | None, str | None]:
    """Calendars write a place's name before its address, which begins with what has a number in it."""
    text = street or line
    name, at, rest = text.partition(" @ ") if " @ " in text else text.partition(",")
    if not at or not rest.strip():
        return (None, street) if street else (line or None, None)
    if _DIGIT.search(name):
        return None, street
    return name.strip(), rest.strip() if street else None


def _point(event: Component, record: Record) -> tuple[float, float] | None:
    line = event.first("GEO")
    apple = event.first("X-APPLE-STRUCTURED-LOCATION")
    text = line.value if line else apple.value.lower().removeprefix("geo:").replace(",", ";") if apple else ""
    latitude, semicolon, longitude = text.partition(";")
    if not semicolon:
        return None
    values: dict[str, object] = {"GEO": latitude.strip(), "longitude": longitude.strip()}
    return Record(values=values, where=record.where, key=record.key, findings=record.findings).point("GEO", "longitude")


def read_online(event: Component, record: Record, region: str | None) -> OnlineVenue | None:
    """The room: what the event says is one, else a link to a provider that we know, wherever it stands."""
    told = (read_link(text) for text in _join_links(event))
    mentioned = (read_link(text.rstrip(".,;)>]")) for text in _mentioned(record))
    known = (link for link in mentioned if link and conference_provider(link))
    url = next((link for link in told if link), None) or next(known, None)
    lines = (line.value.strip() for line in event.properties.get("CONFERENCE", []))
    number = next((line[4:] for line in lines if line.lower().startswith("tel:")), None)
    dialled = Record(values={"CONFERENCE": number}, where=record.where, key=record.key, findings=record.findings)
    phone = dialled.phone("CONFERENCE", region)
    if not (url or phone):
        return None
    return OnlineVenue(url=url, provider=conference_provider(url) if url else None, phone=phone)


def _join_links(event: Component) -> Iterator[str]:
    lines = [line for line in event.properties.get("CONFERENCE", []) if not line.value.lower().startswith("tel:")]
    # A link for moderators is not for everybody.
    lines = [line for line in lines if "MODERATOR" not in line.parameters.get("FEATURE", "").upper()]
    yield from (line.value.strip() for line in sorted(lines, key=lambda line: "VIDEO" not in str(line.parameters)))
    yield from (event.value(name) for name in _JOIN_LINKS if event.value(name))


def _mentioned(record: Record) -> Iterator[str]:
    for name in ("LOCATION", "URL", "DESCRIPTION"):
        value = record.values.get(name)
        yield from _LINK.findall(value) if isinstance(value, str) else ()


def attendance(event: Component, venue: Venue | None, online: OnlineVenue | None) -> VenueType | None:
    """How one can attend; where only the word says so, online all the same."""
    place = event.first("LOCATION")
    if venue is None and online is None and place is not None and is_online(place.text):
        return VenueType.VIRTUAL
    return told_by_place(venue, online)
