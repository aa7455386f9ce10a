"""Which IANA zone a calendar means by a TZID: that name, an old program's path to it, a name of Outlook's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from importers.icalendar_lines import Component
from meetings.zones import canonical_zone, zone

#: What Outlook shows for a zone, without the offset before it; some programs write that for its name.
_SHOWN = {
    "eastern time (us & canada)": "America/New_York",
    "central time (us & canada)": "America/Chicago",
    "mountain time (us & canada)": "America/Denver",
    "arizona": "America/Phoenix",
    "pacific time (us & canada)": "America/Los_Angeles",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "atlantic time (canada)": "America/Halifax",
    "newfoundland": "America/St_Johns",
    "dublin, edinburgh, lisbon, london": "Europe/London",
    "greenwich mean time : dublin, edinburgh, lisbon, london": "Europe/London",
    "amsterdam, berlin, bern, rome, stockholm, vienna": "Europe/Berlin",
    "brussels, copenhagen, madrid, paris": "Europe/Paris",
    "belgrade, bratislava, budapest, ljubljana, prague": "Europe/Budapest",
    "sarajevo, skopje, warsaw, zagreb": "Europe/Warsaw",
    "helsinki, kyiv, riga, sofia, tallinn, vilnius": "Europe/Kyiv",
    "canberra, melbourne, sydney": "Australia/Sydney",
    "auckland, wellington": "Pacific/Auckland",
}
_WINDOWS = {name.casefold(): place for name, place in WINDOWS_TO_OLSON.items()}


def zone_named(name: str, told: Component | None = None) -> str | None:
    """The IANA name; None: neither the name nor its VTIMEZONE's X-LIC-LOCATION tells."""
    text = name.strip().strip('"')
    found = _by_name(text)
    if found is None and told is not None:
        found = _by_name(told.value("X-LIC-LOCATION"))
    return found


def _by_name(text: str) -> str | None:
    folded = " ".join(text.casefold().split())
    shown = folded.partition(")")[2].strip() if folded.startswith("(") else folded
    outlook = _WINDOWS.get(folded) or _SHOWN.get(shown)
    if outlook is not None:
        return canonical_zone(outlook)
    # Without a place in it a name such as EST is what people speak, and may not be what tzdata means by it.
    parts = text.split("/")
    tails = ("/".join(parts[-count:]) for count in (2, 3) if len(parts) >= count and "/" in text)
    found = next((zone for tail in tails if (zone := canonical_zone(tail)) is not None), None)
    return found or (canonical_zone("Etc/UTC") if folded.rpartition("/")[2] in {"utc", "gmt", "zulu"} else None)


def zones_told(calendar: Component) -> Mapping[str, Component]:
    """The calendar's VTIMEZONEs by TZID."""
    return {part.value("TZID").strip('"'): part for part in calendar.parts if part.name == "VTIMEZONE"}


def agrees(told: Component, zone_name: str, at: datetime) -> bool:
    """Whether a VTIMEZONE has the offsets that this zone has in the year of a wall-clock time."""
    newest: dict[str, tuple[str, str]] = {}
    for part in told.parts:
        newest[part.name] = max(newest.get(part.name, ("", "")), (part.value("DTSTART"), part.value("TZOFFSETTO")))
    offsets = {_offset(offset) for _, offset in newest.values()}
    known = zone(zone_name)
    seasons = (datetime(at.year, month, 15, 12, tzinfo=known) for month in range(1, 13))
    return offsets == {season.utcoffset() for season in seasons}


def _offset(text: str) -> timedelta | None:
    digits = text[1:]
    if text[:1] not in {"+", "-"} or len(digits) not in {4, 6} or not (digits.isascii() and digits.isdigit()):
        return None
    seconds = int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:] or 0)
    return timedelta(seconds=-seconds if text[0] == "-" else seconds)
