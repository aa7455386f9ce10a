"""What is valid in a list and yet hardly true: pure, over all listings of one import.

A check never changes or rejects anything: it names a record and what is doubtful in it, for a person to look at. It is
better silent than wrong, because a report of false alarms is not read; how often each is wrong on real lists is
measured by a test.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache

from meetings.check_links import is_of_mixed_scripts, looks_like_a_provider
from meetings.check_points import ZonesAt, doubtful_points
from meetings.findings import Finding
from meetings.join_secrets import without_passcodes
from meetings.listing import Listing, fold
from meetings.model import VenueType, ZoneReason
from meetings.zones import canonical_zone, zone

#: Nobody plans a meeting to start then, but whoever forgets to write PM does.
ODD_FROM, ODD_UNTIL = time(1), time(5)
#: Longer ones are days of service or workshops, or an end that was typed wrong.
LONG = timedelta(hours=4)
#: The same name, hour and place may stand twice for two rooms; three times it is a mistake.
REPEATED = 3
_ONLINE = re.compile(
    r"\b(?:on-?line|zoom|virtual|skype|google meet|microsoft teams|web-?ex|gotomeeting|conference call|en l[ií]nea)\b",
    re.IGNORECASE,
)
#: A midwinter and a midsummer day: two clocks that agree on both are the same for meetings.
_DAYS = (datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC))

#: What is doubtful in one listing, as a finding shows it; None: nothing.
Check = Callable[[Listing], str | None]


def check_listings(listings: Sequence[Listing], *, zones_at: ZonesAt) -> tuple[Finding, ...]:
    """All that is doubtful, each code once a record. `zones_at`: the zones that claim a point; at sea Etc/ ones."""
    found: dict[tuple[str, str], Finding] = {}
    for code, listing, value in _doubts(listings, zones_at):
        finding = Finding(code=code, where=listing.where, source_key=listing.record_key, value=value)
        found.setdefault((code, listing.where), finding)
    return tuple(found.values())


def _doubts(listings: Sequence[Listing], zones_at: ZonesAt) -> Iterator[tuple[str, Listing, str]]:
    for code, check in _CHECKS.items():
        for listing in listings:
            value = check(listing)
            if value is not None:
                yield code, listing, value
    for code, listing in doubtful_points(listings, zones_at):
        yield code, listing, _point(listing)
    for listing in listings:
        if (there := _clock_at_point(listing, zones_at)) is not None:
            yield "zone_not_at_point", listing, there
    seen: Counter[int] = Counter()
    for listing in listings:
        # Only the hash: of a long list the texts themselves would be held twice.
        key = hash(_sameness(listing))
        seen[key] += 1
        if seen[key] >= REPEATED:
            yield "repeated_meeting", listing, listing.name


# --- One listing --------------------------------------------------------------------------------


def _odd_hour(listing: Listing) -> str | None:
    rule = listing.recurrence
    if rule is None or listing.venue_type == VenueType.VIRTUAL or not ODD_FROM <= rule.starts < ODD_UNTIL:
        return None
    return rule.starts.isoformat("minutes")


def _long(listing: Listing) -> str | None:
    rule = listing.recurrence
    # A room on the web may well be open all day.
    if rule is None or listing.duration_assumed or rule.duration <= LONG or listing.venue_type == VenueType.VIRTUAL:
        return None
    return f"{rule.duration / timedelta(hours=1):g} hours"


def _digits(listing: Listing) -> str | None:
    return listing.name if listing.name.replace(" ", "").isdecimal() else None


def _online_in_person(listing: Listing) -> str | None:
    """In person, although one can only join online: no door is told, or the word stands where the door would."""
    if listing.venue_type != VenueType.IN_PERSON:
        return None
    venue, online = listing.venue, listing.online
    places = (venue.name, venue.street, venue.formatted_address) if venue else ()
    told = next((place for place in places if place and _ONLINE.search(place)), None)
    if told is not None:
        return without_passcodes(told)
    if online is None or not online.provider or any(places):
        return None
    return online.provider


def _mixed_scripts(listing: Listing) -> str | None:
    return next((link for link in _links(listing) if is_of_mixed_scripts(link)), None)


def _lookalike(listing: Listing) -> str | None:
    return next((link for link in _links(listing) if looks_like_a_provider(link)), None)


def _links(listing: Listing) -> list[str]:
    links = (listing.online and listing.online.url, listing.url, listing.group and listing.group.url)
    return [link for link in links if link]


_CHECKS: dict[str, Check] = {
    "odd_hour": _odd_hour,
    "long_meeting": _long,
    "name_of_digits": _digits,
    "online_in_person": _online_in_person,
    "mixed_script_host": _mixed_scripts,
    "lookalike_host": _lookalike,
}


# --- Place and clock ----------------------------------------------------------------------------


def _clock_at_point(listing: Listing, zones_at: ZonesAt) -> str | None:
    """The zone at its point, where that keeps another time than the zone its record tells."""
    rule, venue = listing.recurrence, listing.venue
    if rule is None or listing.zone_reason != ZoneReason.RECORD or listing.venue_type == VenueType.VIRTUAL:
        return None
    if venue is None or venue.latitude is None or venue.longitude is None:
        return None
    known = (canonical_zone(name) for name in zones_at((venue.latitude, venue.longitude)) if name[:4] != "Etc/")
    there = [name for name in known if name is not None]
    if not there or any(_offsets(name) == _offsets(rule.zone) for name in there):
        return None
    return f"{rule.zone}, there {there[0]}"


@cache
def _offsets(name: str) -> tuple[timedelta | None, ...]:
    return tuple(day.astimezone(zone(name)).utcoffset() for day in _DAYS)


def _point(listing: Listing) -> str:
    venue = listing.venue
    return f"{venue.latitude}, {venue.longitude}" if venue else ""


def _sameness(listing: Listing) -> Hashable:
    rule, venue, online = listing.recurrence, listing.venue, listing.online
    place = venue and (venue.name, venue.street or venue.formatted_address, venue.city)
    return fold(listing.name), rule, listing.venue_type, place, online and (online.url, online.phone)
