"""Meeting Guide JSON, the feed of the 12 Step Meeting List plugin and many others: one flat record a meeting.

Day 0 is Sunday, a list of days is one meeting each; without day and time it is by appointment. How one attends is
not told but follows from address, link and the types ONL and TC. A list's own areas are its regions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from importers import documents
from importers.approximate import point_of, with_town_point
from importers.attendance import in_country
from importers.clock import Clock, length_between, read_spoken_clock
from importers.duplicates import settle_duplicates
from importers.fellowships import fellowship_stance, usual_length
from importers.known_records import KnownRecords
from importers.links import conference_provider
from importers.meeting_guide_place import Place, read_place
from importers.meeting_guide_types import TypesMeant, read_types
from importers.protocol import Fetched
from importers.record import Record, read_key
from importers.zones import ZoneChoice, ZoneClues, choose_zone
from meetings.errors import ParseFailed
from meetings.findings import Finding
from meetings.listing import Listing, Parsed, Rejected
from meetings.model import Group, OnlineVenue, VenueType, Weekday
from meetings.recurrence import Recurrence
from meetings.source import Source
from meetings.vocabulary import Vocabulary

VERSION = 2
#: What programs wrote before the format had its names.
_ALIASES = {
    "meeting": "name",
    "location_name": "location",
    "start_time": "time",
    "zip": "postal_code",
    "full_address": "formatted_address",
    "video_conference_url": "conference_url",
}
#: Fields that hold persons, or lead to them; dropped whatever they hold.
_PERSONS = (
    *(f"contact_{number}_{part}" for number in (1, 2, 3) for part in ("name", "email", "phone")),
    "email",
    "phone",
    "feedback_emails",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """What is the same for all records of a list."""

    source: Source
    vocabulary: Vocabulary
    fellowship: str


def parse(fetched: Fetched, source: Source, vocabulary: Vocabulary) -> Parsed:
    """Read a feed. The format does not tell the fellowship, so the source has to."""
    return parse_known(fetched, source, vocabulary, KnownRecords())


def parse_known(fetched: Fetched, source: Source, vocabulary: Vocabulary, known: KnownRecords) -> Parsed:
    """The same, by what is known of the records."""
    if source.fellowship is None:
        raise ParseFailed(source.id, "fellowship", "this format does not tell the fellowship: give it to the source")
    findings: list[Finding] = []
    name, body = documents.only_document(fetched, source=source.id)
    value = documents.read_json(body, source=source.id, name=name)
    rows = documents.records(value, source=source.id, name=name, under=("meetings",))
    of_list = _List(source=source, vocabulary=vocabulary, fellowship=source.fellowship)
    known.rest_on()
    records = (_record(row, f"[{number}]", findings) for number, row in enumerate(rows))
    told = [one for record in records for one in known.told(record, partial(_told, of_list=of_list))]
    listings, repeated = settle_duplicates([one for one in told if isinstance(one, Listing)], findings)
    rejected = tuple(one for one in told if isinstance(one, Rejected))
    return Parsed(listings=listings, rejected=rejected + repeated, findings=tuple(findings), hashes=known.hashes)


def _record(row: object, where: str, findings: list[Finding]) -> Record:
    values = dict(row) if isinstance(row, dict) else {}
    record = Record(values=values, where=where, key=read_key(values.get("slug")), findings=findings)
    record.found_repeated_fields(row)
    if not values:
        record.found("bad_record")
    elif record.key is None:
        record.found("missing_key", "slug")
    for alias, known in _ALIASES.items():
        if not record.holds(known) and record.holds(alias):
            values[known] = values[alias]
    return record


def _told(record: Record, of_list: _List) -> list[Listing | Rejected]:
    """One listing a weekday, or why there is none: that is in the findings."""
    if not record.values:
        return [Rejected(record_key=None)]
    name = record.name("name")
    if name is None:
        record.found("missing_name", "name")
    types = read_types(record, of_list.fellowship, of_list.vocabulary)
    place = read_place(record)
    online = _online(record, place.country or of_list.source.country)
    joined = "ONL" in types.attendance or (online is not None and bool(online.url or online.phone))
    venue_type = _venue_type(place, joined=joined, closed="TC" in types.attendance)
    place = _located(record, of_list, place, joined=joined)
    days, unread = _days(record)
    rules, choice, assumed = _rules(record, of_list, days, place, venue_type)
    record.note_persons(*_PERSONS)
    lost = (len(days) - len(rules)) + unread
    if name is None:
        return [Rejected(record_key=record.key)] * max(len(days) + unread, 1)
    listing = Listing(
        record_key=record.key,
        where=record.where,
        name=name,
        fellowship=of_list.fellowship,
        duration_assumed=assumed,
        zone_reason=choice.reason,
        suspended="TC" in types.attendance and not joined,
        venue_type=venue_type,
        venue=place.venue if place.country or choice.abroad else in_country(place.venue, of_list.source.country),
        online=online,
    )
    listing = _described(listing, record, of_list, types)
    by_day = [
        replace(listing, recurrence=rule, day=rule.weekday.name if len(days) + unread > 1 else None) for rule in rules
    ]
    by_appointment = [] if rules or lost else [listing]
    return [*by_day, *by_appointment, *[Rejected(record_key=record.key)] * lost]


def _described(listing: Listing, record: Record, of_list: _List, types: TypesMeant) -> Listing:
    """The listing with all that is not when and where."""
    medication, said_by = fellowship_stance(of_list.vocabulary, of_list.fellowship)
    group = record.name("group")
    regions = record.texts("regions", separators=">") or [
        area for name in ("region", "sub_region", "sub_sub_region") if (area := record.line(name))
    ]
    region = listing.venue.country if listing.venue else of_list.source.country
    return replace(
        listing,
        group=Group(name=group, url=record.link("website")) if group else None,
        formats=types.formats,
        other_formats=types.other,
        languages=types.languages,
        medication=medication,
        medication_source=said_by,
        notes=record.notes("notes", "group_notes", region=region, own=listing.online.phone if listing.online else None),
        areas=tuple(dict.fromkeys(regions)),
        url=record.link("url"),
    )


def _located(record: Record, of_list: _List, place: Place, *, joined: bool) -> Place:
    """The place with all that is known of where it is."""
    venue = place.venue
    if venue is not None and joined and place.is_vague_if_online:
        venue = replace(venue, approximate=True)
    name = next((name for name in ("formatted_address", "city", "address") if record.holds(name)), "location")
    venue = with_town_point(venue, record, name, country=of_list.source.country)
    return replace(place, venue=venue, point=point_of(venue))


def _venue_type(place: Place, *, joined: bool, closed: bool) -> VenueType | None:
    """How one can attend; a closed place is none to go to, and a mere town is none either."""
    if joined:
        return VenueType.VIRTUAL if closed or place.is_vague_if_online else VenueType.HYBRID
    return VenueType.IN_PERSON if place.venue is not None and not place.is_said_vague else None


def _online(record: Record, region: str | None) -> OnlineVenue | None:
    url = record.link("conference_url")
    online = OnlineVenue(
        url=url,
        provider=conference_provider(url) if url else None,
        phone=record.phone("conference_phone", region),
        notes=record.notes("conference_url_notes", "conference_phone_notes", region=region, joining=True),
    )
    return online if online.url or online.phone or online.notes else None


# --- When ---------------------------------------------------------------------------------------


def _days(record: Record) -> tuple[list[Weekday], int]:
    """The days, and how many cannot be read; neither: by appointment."""
    value = record.values.get("day")
    items: list[object] = value if isinstance(value, list) else [value] if record.holds("day") else []
    days, unread = [], 0
    for number, item in enumerate(items):
        day = _day(item)
        if day is None:
            record.found("bad_day", f"day[{number}]" if isinstance(value, list) else "day", item)
            unread += 1
        elif day not in days:
            days.append(day)
    if not items and record.holds("time"):
        # A time is meant for days; to call it an appointment would hide that they are missing.
        record.found("bad_day", "day")
        unread = 1
    return days, unread


def _day(item: object) -> Weekday | None:
    if isinstance(item, str):
        name = item.strip().upper()
        if name in Weekday.__members__:
            return Weekday[name]
        item = int(name) if name in {"0", "1", "2", "3", "4", "5", "6"} else None
    if isinstance(item, bool) or not isinstance(item, (int, float)) or item not in range(7):
        return None
    return Weekday((int(item) + 6) % 7)


def _rules(
    record: Record, of_list: _List, days: list[Weekday], place: Place, venue_type: VenueType | None
) -> tuple[list[Recurrence], ZoneChoice, bool]:
    """A rule a day, how the zone became known, and whether the length is assumed; no rules where a part is missing."""
    if not days:
        return [], ZoneChoice(), False
    starts = _clock(record, "time", "bad_time")
    if not record.holds("time"):
        record.found("day_without_time", "time")
    clues = ZoneClues(
        record=record.code("timezone"),
        point=place.point,
        country=place.country,
        anywhere=venue_type == VenueType.VIRTUAL,
        source_zone=of_list.source.time_zone,
        source_country=of_list.source.country,
    )
    choice = choose_zone(clues)
    record.note_zone(choice, "timezone")
    if starts is None or choice.zone is None:
        return [], choice, False
    length = _length(record, starts)
    usual = usual_length(of_list.vocabulary, of_list.fellowship)
    rules = [Recurrence(weekday=day, starts=starts.time, duration=length or usual, zone=choice.zone) for day in days]
    return rules, choice, length is None


def _clock(record: Record, name: str, code: str) -> Clock | None:
    told = record.code(name)
    clock = read_spoken_clock(told) if told else None
    if record.holds(name) and clock is None:
        record.found(code, name, told)
    if clock is not None and clock.doubtful:
        record.found("doubtful_midnight", name, told)
    return clock


def _length(record: Record, starts: Clock) -> timedelta | None:
    """From start to end, past midnight where the end is earlier; None: no end is told."""
    ends = _clock(record, "end_time", "bad_duration")
    length = length_between(starts.time, ends.time) if ends else None
    if ends is not None and length is None:
        record.found("bad_duration", "end_time", record.code("end_time"))
    return length
