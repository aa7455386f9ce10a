"""BMLT: the answers of a root server's `GetSearchResults`, `GetFormats` and `GetServiceBodies`.

Values are text, "" where there is none; weekday 1 is Sunday; times are wall-clock times at the place. A list's own
areas are what BMLT knows of a place below the province: county (sub-province), borough, neighborhood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from importers import documents
from importers.approximate import point_of, with_town_point
from importers.attendance import in_country, told_by_place
from importers.bmlt_formats import Meanings, Meant, stock_table, told_table
from importers.clock import read_clock
from importers.duplicates import settle_duplicates
from importers.fellowships import fellowship_stance, usual_length
from importers.known_records import KnownRecords
from importers.links import conference_provider
from importers.protocol import Fetched
from importers.record import Record, read_key
from importers.zones import ZoneChoice, ZoneClues, choose_zone
from meetings.errors import ParseFailed
from meetings.findings import Finding
from meetings.listing import ListedBody, Listing, Parsed, Rejected
from meetings.model import Group, OnlineVenue, Venue, VenueType, Weekday
from meetings.recurrence import Recurrence
from meetings.source import Source
from meetings.vocabulary import Vocabulary

VERSION = 2
MEETINGS, FORMATS, BODIES = "GetSearchResults.json", "GetFormats.json", "GetServiceBodies.json"
#: A value may be written `Label#@-@#value`; the label is an old program's.
_SEPARATOR = "#@-@#"
_VENUE_TYPES = {"1": VenueType.IN_PERSON, "2": VenueType.VIRTUAL, "3": VenueType.HYBRID}
_BODY_KINDS = {
    "GR": "GROUP",
    "CO": "COOPERATIVE",
    "GS": "GROUP_SUPPORT_UNIT",
    "LS": "LOCAL_SERVICE_UNIT",
    "AS": "AREA",
    "MA": "METRO",
    "RS": "REGION",
    "ZF": "ZONE",
    "WS": "WORLD",
}
#: From the wide to the narrow.
_AREAS = ("location_sub_province", "location_city_subsection", "location_neighborhood")
_PLACE_CLOSED = "LOCATION_TEMPORARILY_CLOSED"
#: Fields that hold persons, dropped whatever they hold.
_PERSONS = (
    "email_contact",
    "contact_name_1",
    "contact_phone_1",
    "contact_email_1",
    "contact_name_2",
    "contact_phone_2",
    "contact_email_2",
    "admin_notes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """What is the same for all records of one answer; `bodies` None: the server did not tell them."""

    source: Source
    vocabulary: Vocabulary
    fellowship: str
    formats: Meanings
    bodies: Mapping[str, ListedBody] | None


def parse(fetched: Fetched, source: Source, vocabulary: Vocabulary) -> Parsed:
    """Read a server's answers; formats and service bodies may be missing."""
    return parse_known(fetched, source, vocabulary, KnownRecords())


def parse_known(fetched: Fetched, source: Source, vocabulary: Vocabulary, known: KnownRecords) -> Parsed:
    """The same, by what is known of the records."""
    if MEETINGS not in fetched.documents:
        raise ParseFailed(source.id, fetched.location, f"there is no {MEETINGS}")
    findings: list[Finding] = []
    rows = _rows(fetched, MEETINGS, source, findings, under=("meetings",))
    bodies = _bodies(_rows(fetched, BODIES, source, findings)) if BODIES in fetched.documents else None
    formats = _rows(fetched, FORMATS, source, findings, under=("formats",)) if FORMATS in fetched.documents else []
    fellowship = source.fellowship or "NA"
    # A server that tells no formats at all, as some do, may still use the stock set.
    table = told_table(formats) if formats else stock_table()
    server = _Server(
        source=source,
        vocabulary=vocabulary,
        fellowship=fellowship,
        formats=Meanings(table, fellowship, vocabulary),
        bodies=bodies,
    )
    known.rest_on(fetched.documents.get(FORMATS), fetched.documents.get(BODIES))
    told = [one for row in rows for one in known.told(row, lambda record: [_told(record, server)])]
    rejected = tuple(one for one in told if isinstance(one, Rejected))
    listings, repeated = settle_duplicates([one for one in told if isinstance(one, Listing)], findings)
    return Parsed(
        listings=listings,
        rejected=rejected + repeated,
        service_bodies=tuple((_named_bodies(rows) if bodies is None else bodies).values()),
        findings=tuple(findings),
        hashes=known.hashes,
    )


def _rows(
    fetched: Fetched, name: str, source: Source, findings: list[Finding], *, under: tuple[str, ...] = ()
) -> list[Record]:
    """A document's records. Only that of the meetings may not be empty."""
    value = documents.read_json(fetched.documents[name], source=source.id, name=name)
    if value == [] and name != MEETINGS:
        return []
    place = "" if name == MEETINGS else name.removesuffix(".json")
    rows = documents.records(value, source=source.id, name=name, under=under)
    return [_record(row, f"{place}[{number}]", findings) for number, row in enumerate(rows)]


def _record(row: object, where: str, findings: list[Finding]) -> Record:
    values = row if isinstance(row, dict) else {}
    record = Record(values=_unlabelled(values), where=where, key=read_key(values.get("id_bigint")), findings=findings)
    if not values:
        record.found("bad_record")
    elif where.startswith("[") and record.key is None:
        record.found("missing_key", "id_bigint")
    record.found_repeated_fields(row)
    return record


def _unlabelled(values: dict[str, object]) -> dict[str, object]:
    for name, value in values.items():
        if isinstance(value, str) and _SEPARATOR in value:
            values[name] = value.rsplit(_SEPARATOR, 1)[1]
    return values


def _told(record: Record, server: _Server) -> Listing | Rejected:
    """The record's listing, or why there is none: that is in the findings."""
    if not record.values:
        return Rejected(record_key=None)
    if not _is_published(record):
        return Rejected(record_key=record.key, unpublished=True)
    name = record.name("meeting_name")
    if name is None:
        record.found("missing_name", "meeting_name")
    meant, country = server.formats.of(record), record.country("location_nation")
    online = _online(record, country or server.source.country)
    venue = _venue(record, country)
    venue_type, suspended = _attendance(record, meant, told_by_place(venue, online))
    venue = with_town_point(venue, record, "location_municipality", country=server.source.country)
    choice = _zone(record, server.source, country, point_of(venue), venue_type)
    recurrence, assumed = _recurrence(record, server, choice.zone)
    record.note_persons(*_PERSONS)
    if name is None or recurrence is None:
        return Rejected(record_key=record.key)
    venue = venue if country or choice.abroad else in_country(venue, server.source.country)
    code = record.code("worldid_mixed")
    return Listing(
        record_key=record.key,
        where=record.where,
        name=name,
        fellowship=server.fellowship,
        recurrence=recurrence,
        duration_assumed=assumed,
        zone_reason=choice.reason,
        suspended=suspended,
        venue_type=venue_type,
        venue=venue,
        online=online,
        # World ids are the fellowship's numbers for groups; many meetings may share one.
        group=Group(name=name, code=code) if code else None,
        formats=(*meant.formats, _PLACE_CLOSED) if "TC" in meant.attendance else meant.formats,
        other_formats=meant.other,
        languages=meant.languages,
        **_described(record, server, venue, online),
    )


def _described(record: Record, server: _Server, venue: Venue | None, online: OnlineVenue | None) -> dict[str, Any]:
    """All that is neither when nor where nor how."""
    medication, said_by = fellowship_stance(server.vocabulary, server.fellowship)
    region = venue.country if venue else server.source.country
    return {
        "medication": medication,
        "medication_source": said_by,
        "notes": record.notes("comments", region=region, own=online.phone if online else None),
        "service_body": _service_body(record, server),
        "areas": tuple(dict.fromkeys(area for name in _AREAS if (area := record.line(name)))),
    }


def _is_published(record: Record) -> bool:
    """Whether the server shows it, as one that does not tell `published` does with all. What is unclear is not open."""
    told = record.values.get("published", "1")
    plain = told.strip().casefold() if isinstance(told, str) else told
    if plain in ("1", "true", 1, True):
        return True
    if plain not in ("0", 0, False):
        record.found("bad_status", "published", told if record.holds("published") else repr(told))
    record.found("unpublished", "published")
    return False


def _attendance(record: Record, meant: Meant, by_place: VenueType | None) -> tuple[VenueType | None, bool]:
    """How one can attend, and whether it does not meet for now. A closed place is never shown as one to go to."""
    code = record.code("venue_type")
    venue_type = _VENUE_TYPES.get(code or "")
    if code is not None and venue_type is None:
        record.found("bad_venue_type", "venue_type", code)
    if venue_type is None and "HY" in meant.attendance:
        venue_type = VenueType.HYBRID
    if venue_type is None and "VM" in meant.attendance:
        venue_type = VenueType.VIRTUAL
    if "TC" in meant.attendance:
        joined = venue_type in {VenueType.VIRTUAL, VenueType.HYBRID} or "VM" in meant.attendance
        return (VenueType.VIRTUAL, False) if joined else (venue_type or VenueType.IN_PERSON, True)
    return venue_type or by_place, False


def _online(record: Record, region: str | None) -> OnlineVenue | None:
    url = record.link("virtual_meeting_link")
    phone = record.phone("phone_meeting_number", region)
    # A number that no telephone can dial may still tell a person how to join.
    loose = [] if phone else ["phone_meeting_number"]
    notes = record.notes("virtual_meeting_additional_info", *loose, region=region, joining=True)
    if not (url or phone or notes):
        return None
    return OnlineVenue(url=url, provider=conference_provider(url) if url else None, phone=phone, notes=notes)


def _venue(record: Record, country: str | None) -> Venue | None:
    street, point = record.line("location_street"), record.point("latitude", "longitude")
    name, city = record.line("location_text"), record.line("location_municipality")
    region = record.line("location_province")
    postal_code = record.line("location_postal_code_1", most=20)
    notes = record.notes("location_info", "train_lines", "bus_lines", region=country)
    if not (street or point or name or city or region or postal_code or notes):
        return None
    return Venue(
        country=country,
        name=name,
        street=street,
        city=city,
        region=region,
        postal_code=postal_code,
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
        # Without a street it is the town that was looked up.
        approximate=point is not None and street is None,
        arrival_notes=notes,
    )


def _service_body(record: Record, server: _Server) -> str | None:
    key = record.code("service_body_bigint")
    if server.bodies is None:
        return key if record.holds("service_body_name") else None
    if key is None or key in server.bodies:
        return key
    record.found("unknown_service_body", "service_body_bigint", key)
    return None


def _bodies(rows: Iterable[Record]) -> dict[str, ListedBody]:
    """Service bodies by their id; a parent that is not there, or below its own child, is none."""
    told = {key: row for row in rows if (key := row.code("id"))}
    bodies: dict[str, ListedBody] = {}
    for key, row in told.items():
        parent = row.code("parent_id")
        if parent not in {None, "0"} and (parent not in told or key in _above(parent, told)):
            row.found("unknown_service_body", "parent_id", parent)
            parent = None
        kind = row.code("type") or ""
        bodies[key] = ListedBody(
            key=key,
            name=row.name("name") or key,
            kind=_BODY_KINDS.get(kind.upper(), kind.upper()),
            parent=None if parent == "0" else parent,
            url=row.link("url"),
            helpline=row.helpline("helpline"),
        )
    return bodies


def _above(key: str | None, told: Mapping[str, Record]) -> set[str]:
    """This body and all above it."""
    seen: set[str] = set()
    while key is not None and key in told and key not in seen:
        seen.add(key)
        key = Record(values=told[key].values, where="").code("parent_id")
    return seen


def _named_bodies(rows: Iterable[Record]) -> dict[str, ListedBody]:
    """Service bodies as newer servers name them in each meeting."""
    bodies: dict[str, ListedBody] = {}
    for row in rows:
        silent = Record(values=row.values, where=row.where)
        key, name = silent.code("service_body_bigint"), silent.line("service_body_name")
        if key and name:
            bodies.setdefault(key, ListedBody(key=key, name=name, kind=""))
    return bodies


def _recurrence(record: Record, server: _Server, zone: str | None) -> tuple[Recurrence | None, bool]:
    """The weekly rule, and whether its length is assumed; None: day, time or zone are not told."""
    day, told = record.code("weekday_tinyint"), record.code("start_time")
    weekday = Weekday((int(day) + 5) % 7) if day is not None and day in "1234567" and len(day) == 1 else None
    clock = read_clock(told) if told is not None else None
    if weekday is None:
        record.found("bad_day", "weekday_tinyint", day)
    if clock is None:
        record.found("bad_time", "start_time", told)
    elif clock.doubtful:
        record.found("doubtful_midnight", "start_time", told)
    length = record.length("duration_time")
    if weekday is None or clock is None or zone is None:
        return None, False
    usual = usual_length(server.vocabulary, server.fellowship)
    return Recurrence(weekday=weekday, starts=clock.time, duration=length or usual, zone=zone), length is None


def _zone(
    record: Record,
    source: Source,
    country: str | None,
    point: tuple[float, float] | None,
    venue_type: VenueType | None,
) -> ZoneChoice:
    clues = ZoneClues(
        record=record.code("time_zone"),
        point=point,
        country=country,
        anywhere=venue_type == VenueType.VIRTUAL,
        source_zone=source.time_zone,
        source_country=source.country,
    )
    choice = choose_zone(clues)
    record.note_zone(choice, "time_zone")
    return choice
