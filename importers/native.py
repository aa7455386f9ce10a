"""Our own format: JSON lines that hold all we keep of a meeting, described in seed/README.md.

The first line of a file is `{"homegroup": 1}`, the number being the format's. Each other line is a source, a service
body or a meeting; a source's line begins its part of a file that holds several. A list may be several files, read in
the order of their names. `meetings.native_document` writes what is read here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from importers.approximate import point_of
from importers.attendance import in_country, told_by_place
from importers.duplicates import settle_duplicates
from importers.fellowships import fellowship_stance, usual_length
from importers.known_records import KnownRecords
from importers.links import conference_provider
from importers.native_lines import read_own_part
from importers.native_schedule import Schedule, is_scheduled, read_schedule
from importers.protocol import Fetched
from importers.record import Record
from importers.sameness import Same
from importers.text import ADDRESS_LENGTH
from importers.zones import ZoneChoice, ZoneClues, choose_zone
from meetings.findings import Finding
from meetings.listing import ListedBody, Listing, Parsed, Rejected, number_from_id
from meetings.model import Group, MedicationStance, MeetingStatus, OnlineVenue, Venue, VenueType, ZoneReason
from meetings.source import Source
from meetings.vocabulary import Vocabulary
from meetings.zones import canonical_zone

VERSION = 2
#: Ids that one meeting may have had; each is one it was first seen under somewhere.
_MOST_IDS = 50
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """What is the same for all meetings of a list."""

    source: Source
    vocabulary: Vocabulary
    bodies: Mapping[str, ListedBody]
    same: Same = field(default_factory=Same)


def parse(fetched: Fetched, source: Source, vocabulary: Vocabulary) -> Parsed:
    """Read all lines. A line that is no JSON is a finding; a file without the first line is not this format."""
    return parse_known(fetched, source, vocabulary, KnownRecords())


def parse_known(fetched: Fetched, source: Source, vocabulary: Vocabulary, known: KnownRecords) -> Parsed:
    """The same, by what is known of the records."""
    findings: list[Finding] = []
    part = read_own_part(fetched, source, findings)
    bodies = _bodies(part.bodies)
    of_list = _List(source=source, vocabulary=vocabulary, bodies=bodies)
    known.expect(part.count)
    known.rest_on("\n".join(bodies).encode("utf-8", "surrogatepass"))
    told = [one for row in part.meetings for one in known.told(row, partial(_told, of_list=of_list))]
    # What comes next needs the memory that the bytes of a long list take.
    del fetched
    listings, repeated = settle_duplicates([one for one in told if isinstance(one, Listing)], findings)
    rejected = tuple(one for one in told if isinstance(one, Rejected))
    return Parsed(
        listings=listings,
        rejected=rejected + repeated,
        service_bodies=tuple(bodies.values()),
        findings=tuple(findings),
        hashes=known.hashes,
    )


def _bodies(rows: Sequence[Record]) -> dict[str, ListedBody]:
    keys = {row.key for row in rows}
    bodies: dict[str, ListedBody] = {}
    for row in rows:
        name, parent = row.name("name"), row.code("parent")
        if row.key is None or name is None:
            row.found("bad_record")
            continue
        if parent is not None and parent not in keys:
            row.found("unknown_service_body", "parent", parent)
            parent = None
        bodies[row.key] = ListedBody(
            key=row.key,
            name=name,
            kind=row.code("type") or "",
            parent=parent,
            url=row.link("url"),
            helpline=row.helpline("helpline"),
        )
    return bodies


def _told(record: Record, of_list: _List) -> list[Listing | Rejected]:
    """One listing a weekday, or why there is none: that is in the findings."""
    if record.values.get("kind") != "meeting":
        return [Rejected(record_key=None)]
    status = _status(record)
    if status == MeetingStatus.WITHDRAWN:
        record.found("unpublished", "status")
        return [Rejected(record_key=record.key, unpublished=True)]
    name, fellowship = record.name("name"), _fellowship(record, of_list)
    if name is None:
        record.found("missing_name", "name")
    venue = _venue(record.inside("venue"), of_list.same)
    country = venue.country if venue else None
    placed = country is not None or _is_of_no_country(record)
    online = _online(record.inside("online"), country or of_list.source.country)
    venue_type = _venue_type(record, venue, online)
    choice = _zone(record, of_list.source, venue, venue_type) if is_scheduled(record) else ZoneChoice()
    usual = usual_length(of_list.vocabulary, fellowship or "")
    schedule, assumed = read_schedule(record, choice.zone, usual)
    if name is None or fellowship is None or status not in MeetingStatus.__members__:
        return [Rejected(record_key=record.key)] * max(len(schedule.rules) + schedule.unread, 1)
    listing = Listing(
        record_key=record.key,
        where=record.where,
        name=name,
        fellowship=fellowship,
        duration_assumed=assumed,
        zone_reason=choice.reason,
        suspended=status == MeetingStatus.SUSPENDED,
        unconfirmed=status == MeetingStatus.UNCONFIRMED,
        venue_type=venue_type,
        venue=venue if placed or choice.abroad else in_country(venue, of_list.source.country),
        online=online,
    )
    unread: list[Listing | Rejected] = [Rejected(record_key=record.key)] * schedule.unread
    return [*_by_weekday(_described(listing, record, of_list), schedule, of_list.same), *unread]


def _is_of_no_country(record: Record) -> bool:
    """Whether the record says with null that nobody knows its country, so that it is not the source's either."""
    venue = record.values.get("venue")
    return isinstance(venue, dict) and "country" in venue and venue["country"] is None


def _status(record: Record) -> str:
    """The status as it is told, ACTIVE where it is not. What is no status is noted and never taken for open."""
    told = record.values.get("status")
    if told is None:
        return MeetingStatus.ACTIVE.value
    status = told.strip() if isinstance(told, str) else ""
    if status not in MeetingStatus.__members__:
        record.found("bad_status", "status", told if record.holds("status") else repr(told))
    return status


def _by_weekday(listing: Listing, schedule: Schedule, same: Same) -> list[Listing]:
    if not schedule.rules:
        return [] if schedule.unread else [listing]
    several = len(schedule.rules) + schedule.unread > 1
    return [
        replace(
            listing,
            recurrence=same(rule),
            day=rule.weekday.name if several else None,
            exceptions=tuple(one for one in schedule.exceptions if one.day.weekday() == rule.weekday),
        )
        for rule in schedule.rules
    ]


def _described(listing: Listing, record: Record, of_list: _List) -> Listing:
    """The listing with all that is not when and where."""
    formats, other = _formats(record, of_list.vocabulary)
    medication, said_by = _medication(record, listing.fellowship, of_list.vocabulary)
    region = listing.venue.country if listing.venue else of_list.source.country
    body = record.code("service_body")
    if body is not None and body not in of_list.bodies:
        record.found("unknown_service_body", "service_body", body)
        body = None
    return replace(
        listing,
        group=_group(record.inside("group"), listing.name),
        formats=of_list.same(formats),
        other_formats=of_list.same(other),
        languages=of_list.same(_languages(record)),
        medication=medication,
        medication_source=said_by,
        notes=record.notes("notes", region=region, own=listing.online.phone if listing.online else None),
        service_body=body,
        areas=of_list.same(tuple(dict.fromkeys(record.texts("areas")))),
        url=record.link("url"),
        ids=_ids(record, of_list.source),
    )


def _ids(record: Record, source: Source) -> tuple[str, ...]:
    """The public ids it was known by elsewhere, from a file of this machine; a list on the web may give none."""
    if "://" in source.location:
        return ()
    return tuple(id for id in record.texts("ids")[:_MOST_IDS] if number_from_id(id) is not None)


def _fellowship(record: Record, of_list: _List) -> str | None:
    told = record.code("fellowship")
    code = of_list.vocabulary.fellowship_code(told) if told else None
    if told is not None and code is None:
        record.found("unknown_fellowship", "fellowship", told)
    if code is None and of_list.source.fellowship is None:
        record.found("no_fellowship", "fellowship")
    return code or of_list.source.fellowship


def _venue(part: Record, same: Same) -> Venue | None:
    country = part.country("country")
    point = part.point("latitude", "longitude")
    venue = Venue(
        name=same(part.line("name")),
        street=part.line("street"),
        city=same(part.line("city")),
        region=same(part.line("region")),
        postal_code=part.line("postal_code", most=20),
        country=same(country),
        formatted_address=part.line("formatted_address", most=ADDRESS_LENGTH),
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
        approximate=part.values.get("approximate") is True,
        arrival_notes=part.notes("arrival_notes", region=country),
    )
    return None if venue == Venue(approximate=venue.approximate) else venue


def _online(part: Record, region: str | None) -> OnlineVenue | None:
    url = part.link("url")
    online = OnlineVenue(
        url=url,
        provider=part.line("provider") or (conference_provider(url) if url else None),
        phone=part.phone("phone", region),
        notes=part.notes("notes", region=region, joining=True),
    )
    return online if online.url or online.phone or online.notes else None


def _venue_type(record: Record, venue: Venue | None, online: OnlineVenue | None) -> VenueType | None:
    code = record.code("venue_type")
    if record.values.get("venue_type", "") is None:
        return None
    if code is None or code.upper() in VenueType.__members__:
        return VenueType[code.upper()] if code else told_by_place(venue, online)
    record.found("bad_venue_type", "venue_type", code)
    return told_by_place(venue, online)


def _zone(record: Record, source: Source, venue: Venue | None, venue_type: VenueType | None) -> ZoneChoice:
    told, reason = record.code("time_zone"), record.code("zone_reason")
    if told and reason and reason in ZoneReason.__members__ and canonical_zone(told) == told:
        # Another house has decided it, and knew more: what it was told was not all written down.
        return ZoneChoice(zone=told, reason=ZoneReason[reason])
    clues = ZoneClues(
        record=told,
        point=point_of(venue),
        country=venue.country if venue else None,
        anywhere=venue_type == VenueType.VIRTUAL,
        source_zone=source.time_zone,
        source_country=source.country,
    )
    choice = choose_zone(clues)
    record.note_zone(choice, "time_zone")
    return choice


def _group(part: Record, meeting: str) -> Group | None:
    name, code, url = part.name("name"), part.code("code"), part.link("url")
    return Group(name=name or meeting, code=code, url=url) if name or code else None


def _formats(record: Record, vocabulary: Vocabulary) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Canonical codes, and those that are none."""
    formats, other = [], record.texts("other_formats")
    for told in record.texts("formats"):
        code = told.upper().replace("-", "_").replace(" ", "_")
        if code in vocabulary.formats:
            formats.append(code)
        else:
            record.found("unknown_format", "formats", told)
            other.append(told)
    if {"OPEN", "CLOSED"} <= set(formats):
        record.found("open_and_closed", "formats")
        formats.remove("OPEN")
    return tuple(dict.fromkeys(formats)), tuple(dict.fromkeys(other))


def _languages(record: Record) -> tuple[str, ...]:
    tags = record.texts("languages")
    for tag in tags:
        if not _LANGUAGE.fullmatch(tag):
            record.found("bad_language", "languages", tag)
    return tuple(dict.fromkeys(tag for tag in tags if _LANGUAGE.fullmatch(tag)))


def _medication(record: Record, fellowship: str, vocabulary: Vocabulary) -> tuple[MedicationStance, str | None]:
    told = record.code("medication")
    if told is not None and told.upper() in MedicationStance.__members__:
        return MedicationStance[told.upper()], record.line("medication_source")
    if told is not None:
        record.found("bad_medication", "medication", told)
    return fellowship_stance(vocabulary, fellowship)
