"""NAWS, the exchange table of NA World Services that BMLT servers export: 52 columns, as CSV or XLSX.

A row is a meeting. It tells no length, and no more than five formats; `Room` holds the names of formats that have no
world id. `Committee` is the number of a group, which may hold several meetings.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial

from importers import documents
from importers.attendance import told_by_place
from importers.duplicates import settle_duplicates
from importers.known_records import KnownRecords
from importers.protocol import Fetched
from importers.record import Record, read_key
from importers.tables import Table, read_tables
from importers.tabular import FlatList, Placed, located, note_table, read_online, read_when, row_record, told_listings
from meetings.errors import ParseFailed
from meetings.findings import Finding
from meetings.listing import ListedBody, Listing, Parsed, Rejected
from meetings.model import Group, OnlineVenue, Venue, VenueType
from meetings.source import Source
from meetings.vocabulary import Vocabulary

VERSION = 1
#: Our name for a column by its own; those with persons' data are dropped whatever they hold.
_COLUMNS = {
    "committee": "committee",
    "committeename": "name",
    "arearegion": "service_body",
    "parentname": "body_name",
    "room": "room",
    "closed": "closed",
    "wheelchr": "wheelchair",
    "day": "weekday",
    "time": "start_time",
    "place": "venue_name",
    "address": "street",
    "city": "city",
    "locborough": "borough",
    "state": "region",
    "zip": "postal_code",
    "country": "country",
    "directions": "arrival_notes",
    "delete": "delete",
    "longitude": "longitude",
    "latitude": "latitude",
    "phonemeetingnumber": "conference_phone",
    "virtualmeetinglink": "conference_url",
    "virtualmeetinginfo": "conference_url_notes",
    "timezone": "time_zone",
    "bmlt_id": "id",
    "unpublished": "unpublished",
    **{f"language{number}": f"language{number}" for number in (1, 2, 3)},
    **{f"format{number}": f"format{number}" for number in (1, 2, 3, 4, 5)},
    **dict.fromkeys(("contactname", "contactphone", "contactaddress1", "contactgp"), "contact"),
}
#: No other list has all of these.
_NEEDED = ("committeename", "arearegion", "day", "time", "closed", "format1")
#: What stands for no number of a group.
_NO_COMMITTEE = frozenset({"", "x", "deleted"})
_ATTENDANCE = {"VM": "VM", "HYBR": "HY", "HY": "HY", "TC": "TC"}
_PLACE_CLOSED = "LOCATION_TEMPORARILY_CLOSED"
_YES = frozenset({"true", "1", "yes"})


def parse(fetched: Fetched, source: Source, vocabulary: Vocabulary) -> Parsed:
    """Read an export; the fellowship is NA unless the source says otherwise."""
    return parse_known(fetched, source, vocabulary, KnownRecords())


def parse_known(fetched: Fetched, source: Source, vocabulary: Vocabulary, known: KnownRecords) -> Parsed:
    """The same, by what is known of the records."""
    name, body = documents.only_document(fetched, source=source.id)
    tables, sound = read_tables(body, source=source.id, name=name, is_column=_is_column, needed=len(_NEEDED))
    findings: list[Finding] = []
    records: list[Record] = []
    for table in tables:
        if not is_naws(table.columns):
            raise ParseFailed(source.id, name, f"a column of NAWS is missing: {', '.join(_NEEDED)} must be there")
        note_table(table, sound, name, findings)
        records.extend(_records(table, findings))
    of_list = FlatList(source=source, vocabulary=vocabulary, day_words={})
    known.rest_on()
    told = [one for record in _keyed(records) for one in known.told(record, partial(_told, of_list=of_list))]
    listings, repeated = settle_duplicates([one for one in told if isinstance(one, Listing)], findings)
    rejected = tuple(one for one in told if isinstance(one, Rejected))
    return Parsed(
        listings=listings,
        rejected=rejected + repeated,
        service_bodies=_bodies(records),
        findings=tuple(findings),
        hashes=known.hashes,
    )


def is_naws(columns: tuple[str, ...]) -> bool:
    """Whether these are the columns of a NAWS export."""
    return set(_NEEDED) <= {column.casefold() for column in columns}


def _is_column(column: str) -> bool:
    return column.casefold() in _NEEDED


def _records(table: Table, findings: list[Finding]) -> list[Record]:
    fields = {column: _COLUMNS[column.casefold()] for column in table.columns if column.casefold() in _COLUMNS}
    return [row_record(row, fields, findings) for row in table.rows]


def _keyed(records: list[Record]) -> list[Record]:
    """Each record with the server's id, else its group's number, else that with day and time; else with none."""
    groups = Counter(_committee(record) for record in records)
    keyed = []
    for record in records:
        committee = _committee(record)
        key = read_key(record.code("id"))
        if key is None and committee is not None:
            parts = [committee, record.code("weekday"), record.code("start_time")]
            key = read_key(committee if groups[committee] == 1 else "/".join(part or "" for part in parts))
        if key is None:
            record.found("missing_key", "id" if "id" in record.values else "committee")
        keyed.append(replace(record, key=key))
    return keyed


def _committee(record: Record) -> str | None:
    told = record.code("committee") or ""
    return None if told.casefold() in _NO_COMMITTEE else told


def _bodies(records: list[Record]) -> tuple[ListedBody, ...]:
    bodies: dict[str, ListedBody] = {}
    for record in records:
        silent = Record(values=record.values, where=record.where)
        key, name = silent.code("service_body"), silent.line("body_name")
        if key and name:
            kind = "REGION" if key.upper().startswith("RG") else "AREA" if key.upper().startswith("AR") else ""
            bodies.setdefault(key, ListedBody(key=key, name=name, kind=kind))
    return tuple(bodies.values())


# --- One row ------------------------------------------------------------------------------------


def _told(record: Record, of_list: FlatList) -> list[Listing | Rejected]:
    deleted, hidden = (record.code("delete") or "").upper() == "D", _is_yes(record, "unpublished")
    if deleted or hidden:
        record.found("unpublished", "delete" if deleted else "unpublished")
        return [Rejected(record_key=record.key, unpublished=True)]
    fellowship = of_list.source.fellowship or "NA"
    formats, other, attendance = _formats(record, fellowship, of_list.vocabulary)
    place, suspended = _placed(record, of_list.source, attendance)
    when = read_when(record, of_list, fellowship=fellowship, place=place)
    record.note_persons("contact")
    name = record.name("name")
    if name is None:
        record.found("missing_name", "name")
    if not when.rules and not when.lost:
        # Every meeting of this table has a day.
        record.found("bad_day", "weekday")
    if name is None or not when.rules:
        return told_listings(record, None, when, of_list)
    committee = _committee(record)
    borough = record.line("borough")
    if "TC" in attendance:
        formats.append(_PLACE_CLOSED)
    listing = Listing(
        record_key=record.key,
        where=record.where,
        name=name,
        fellowship=fellowship,
        suspended=suspended,
        venue_type=place.venue_type,
        venue=place.venue,
        online=place.online,
        group=Group(name=name, code=committee) if committee else None,
        formats=tuple(dict.fromkeys(formats)),
        other_formats=tuple(other),
        languages=_languages(record, of_list.vocabulary),
        service_body=record.code("service_body") if record.holds("body_name") else None,
        areas=(borough,) if borough else (),
    )
    return told_listings(record, listing, when, of_list)


def _formats(record: Record, fellowship: str, vocabulary: Vocabulary) -> tuple[list[str], list[str], set[str]]:
    """Canonical formats, those that are none of ours, and VM, HY, TC."""
    formats: list[str] = [code for code in ("OPEN", "CLOSED") if (record.code("closed") or "").upper() == code]
    if _is_yes(record, "wheelchair"):
        formats.append("WHEELCHAIR_ACCESS")
    other: list[str] = []
    attendance: set[str] = set()
    for number in range(1, 6):
        told = (record.code(f"format{number}") or "").upper()
        code = vocabulary.bmlt_format(fellowship, told, "", "") if told else None
        if told in _ATTENDANCE:
            attendance.add(_ATTENDANCE[told])
        elif code is not None and code in vocabulary.formats:
            formats.append(code)
        elif told and code is None:
            record.found("unknown_format", f"format{number}", told)
            other.append(told)
    return formats, other + record.texts("room", separators=","), attendance


def _languages(record: Record, vocabulary: Vocabulary) -> tuple[str, ...]:
    tags: list[str] = []
    for number in (1, 2, 3):
        told = record.code(f"language{number}")
        known = vocabulary.bmlt_languages.get(told.casefold(), ()) if told else ()
        if told and not known:
            record.found("bad_language", f"language{number}", told)
        tags.extend(known)
    return tuple(dict.fromkeys(tags))


def _placed(record: Record, source: Source, attendance: set[str]) -> tuple[Placed, bool]:
    """Where one meets, and whether it does not meet for now. A closed place is never shown as one to go to."""
    country = record.country("country")
    online = read_online(record, country or source.country)
    venue = located(_venue(record, country), record, "city", country=country, source=source)
    venue_type = _venue_type(attendance) or told_by_place(venue, online)
    suspended = False
    if "TC" in attendance:
        joined = bool(attendance & {"VM", "HY"}) or _can_join(online)
        venue_type, suspended = (VenueType.VIRTUAL, False) if joined else (VenueType.IN_PERSON, True)
    return Placed(venue=venue, country=country, venue_type=venue_type, online=online), suspended


def _venue_type(attendance: set[str]) -> VenueType | None:
    return VenueType.HYBRID if "HY" in attendance else VenueType.VIRTUAL if "VM" in attendance else None


def _can_join(online: OnlineVenue | None) -> bool:
    return online is not None and bool(online.url or online.phone)


def _venue(record: Record, country: str | None) -> Venue | None:
    street, point = record.line("street"), record.point("latitude", "longitude")
    venue = Venue(
        name=record.line("venue_name"),
        street=street,
        city=record.line("city"),
        region=record.line("region"),
        postal_code=record.line("postal_code", most=20),
        country=country,
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
        # Without a street it is the town that was looked up.
        approximate=point is not None and street is None,
        arrival_notes=record.notes("arrival_notes", region=country),
    )
    return None if venue == Venue(country=country) else venue


def _is_yes(record: Record, name: str) -> bool:
    return (record.code(name) or "").casefold() in _YES
