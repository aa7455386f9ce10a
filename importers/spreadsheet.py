"""A list that people keep as a spreadsheet: CSV of the 12 Step Meeting List plug-in, a Google Sheet, an XLSX workbook.

Columns stand in any order under the names that Meeting Guide's tools use; day 0 is Sunday, types are codes or English
names. How one attends follows from address, link and types, as in Meeting Guide's own format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from urllib.parse import parse_qs, urlencode, urlsplit

from importers import documents
from importers.duplicates import settle_duplicates
from importers.known_records import KnownRecords
from importers.meeting_guide_place import Place, read_place
from importers.meeting_guide_types import TypesMeant, read_types
from importers.protocol import Fetched
from importers.record import Record, read_key
from importers.tables import Row, Table, read_tables
from importers.tabular import FlatList, Placed, located, note_table, read_online, read_when, row_record, told_listings
from meetings.errors import ParseFailed
from meetings.findings import Finding
from meetings.listing import Listing, Parsed, Rejected, fold
from meetings.model import Group, VenueType, Weekday
from meetings.source import Source
from meetings.spreadsheet_document import undefused
from meetings.vocabulary import Vocabulary

VERSION = 2
#: What we call a column, and the headers it stands under, in lower case, without signs, `_` for spaces.
_HEADERS = """
name: name meeting meeting_name|slug: slug post_name|id: id|weekday: day days weekday|recurrence: recurrence
start_time: time start_time|end_time: end_time|duration: duration|time_zone: timezone time_zone tz
types: types type meeting_types|notes: notes meeting_notes|group: group group_name|group_notes: group_notes
location: location location_name venue|location_notes: location_notes|address: address street street_address
formatted_address: formatted_address full_address|city: city town|state: state province
postal_code: postal_code postcode zip zip_code zipcode|country: country|latitude: latitude lat
longitude: longitude lng lon long|coordinates: coordinates|approximate: approximate|region: region
sub_region: sub_region subregion|sub_sub_region: sub_sub_region|regions: regions
conference_url: conference_url video_conference_url online_url zoom_url zoom_link|url: url link|website: website
conference_url_notes: conference_url_notes|conference_phone: conference_phone
conference_phone_notes: conference_phone_notes|attendance_option: attendance_option|email: email|phone: phone
feedback_emails: feedback_emails feedback_email
"""
#: What our own export says of a meeting that is not every week; of one every n weeks nobody can tell which weeks.
_OF_MONTH = re.compile(r"every (?P<days>.+ of the month) at \d\d:\d\d", re.IGNORECASE)
_EVERY_N = re.compile(r"every (?:second|third|fourth|\d+ weeks on) \w+ at \d\d:\d\d", re.IGNORECASE)
_PERSON = re.compile(r"contact_\d_(?:name|email|phone)")
_PERSONS = ("email", "phone", "feedback_emails")
_DAY_NUMBERS = {str(number): (Weekday((number + 6) % 7),) for number in range(7)}
_ATTENDANCE = {"in_person": VenueType.IN_PERSON, "online": VenueType.VIRTUAL, "hybrid": VenueType.HYBRID}
#: Without these columns a table is no list: every row would become a meeting by appointment.
_NEEDED = ("name", "weekday", "start_time")
_GOOGLE = re.compile(r"/spreadsheets/(?:u/\d+/)?d/(?P<published>e/)?(?P<id>[\w-]+)")


def parse(fetched: Fetched, source: Source, vocabulary: Vocabulary) -> Parsed:
    """Read a table. It does not tell the fellowship, so the source has to."""
    return parse_known(fetched, source, vocabulary, KnownRecords())


def parse_known(fetched: Fetched, source: Source, vocabulary: Vocabulary, known: KnownRecords) -> Parsed:
    """The same, by what is known of the records."""
    if source.fellowship is None:
        raise ParseFailed(source.id, "fellowship", "this format does not tell the fellowship: give it to the source")
    findings: list[Finding] = []
    name, body = documents.only_document(fetched, source=source.id)
    tables, sound = read_tables(
        body, source=source.id, name=name, is_column=lambda column: _field(column) is not None, needed=len(_NEEDED)
    )
    of_list = FlatList(source=source, vocabulary=vocabulary, day_words=_DAY_NUMBERS)
    known.rest_on()
    told: list[Listing | Rejected] = []
    for table in tables:
        fields = _fields(table, source, name)
        note_table(table, sound, name, findings)
        for row in table.rows:
            record = _recurring(_keyed(row_record(_as_told(row), fields, findings)))
            told.extend(known.told(record, partial(_told, of_list=of_list)))
    listings, repeated = settle_duplicates([one for one in told if isinstance(one, Listing)], findings)
    rejected = tuple(one for one in told if isinstance(one, Rejected))
    return Parsed(listings=listings, rejected=rejected + repeated, findings=tuple(findings), hashes=known.hashes)


def _as_told(row: Row) -> Row:
    """The row without what our own export puts before cells that look like formulas."""
    return replace(row, cells={column: undefused(cell) for column, cell in row.cells.items()})


def is_spreadsheet(columns: tuple[str, ...]) -> bool:
    """Whether these are the columns of such a list."""
    return set(_NEEDED) <= {_field(column) for column in columns}


def _fields(table: Table, source: Source, name: str) -> Mapping[str, str]:
    fields = {column: field for column in table.columns if (field := _field(column)) is not None}
    missing = [field for field in _NEEDED if field not in fields.values()]
    if missing:
        wanted = ", ".join({"weekday": "Day", "start_time": "Time"}.get(field, "Name") for field in missing)
        reason = f"there is no column {wanted}; name it so, or describe the table by a mapping"
        raise ParseFailed(source.id, name, reason)
    return fields


def _field(column: str) -> str | None:
    header = re.sub(r"[^\w]+", "_", fold(column)).strip("_")
    return header if _PERSON.fullmatch(header) else _headers().get(header)


@cache
def _headers() -> Mapping[str, str]:
    lines = (line.split(": ") for line in _HEADERS.strip().replace("|", "\n").split("\n"))
    return {header: field for field, headers in lines for header in headers.split()}


def _keyed(record: Record) -> Record:
    field = "slug" if record.holds("slug") else "id"
    record = replace(record, key=read_key(record.values.get(field)))
    if record.key is None:
        record.found("missing_key", "slug" if "slug" in record.values else "id")
    return record


def _recurring(record: Record) -> Record:
    """The record with its days as the column Recurrence tells them, where it is one of ours and no plain week."""
    told = record.code("recurrence") or ""
    monthly = _OF_MONTH.fullmatch(told)
    if monthly is None and not _EVERY_N.fullmatch(told):
        return record
    # Read as days, what comes every n weeks is none: it is refused, and shown as what it is.
    return replace(record, values={**record.values, "weekday": monthly["days"] if monthly else told})


# --- One row ------------------------------------------------------------------------------------


def _told(record: Record, of_list: FlatList) -> list[Listing | Rejected]:
    fellowship = of_list.source.fellowship or ""
    types = read_types(record, fellowship, of_list.vocabulary)
    place = _placed(record, of_list.source, types)
    when = read_when(record, of_list, fellowship=fellowship, place=place)
    record.note_persons(*_PERSONS, *(name for name in record.values if _PERSON.fullmatch(name)))
    name = record.name("name")
    if name is None:
        record.found("missing_name", "name")
        return told_listings(record, None, when, of_list)
    joined = place.venue_type in {VenueType.VIRTUAL, VenueType.HYBRID}
    listing = Listing(
        record_key=record.key,
        where=record.where,
        name=name,
        fellowship=fellowship,
        suspended="TC" in types.attendance and not joined,
        venue_type=place.venue_type,
        venue=place.venue,
        online=place.online,
        formats=types.formats,
        other_formats=types.other,
        languages=types.languages,
    )
    return told_listings(record, _described(listing, record, of_list.source), when, of_list)


def _described(listing: Listing, record: Record, source: Source) -> Listing:
    region = (listing.venue.country if listing.venue else None) or source.country
    own = listing.online.phone if listing.online else None
    group = record.name("group")
    areas = record.texts("regions", separators=">") or [
        area for name in ("region", "sub_region", "sub_sub_region") if (area := record.line(name))
    ]
    return replace(
        listing,
        group=Group(name=group, url=record.link("website")) if group else None,
        notes=record.notes("notes", "group_notes", region=region, own=own),
        areas=tuple(dict.fromkeys(areas)),
        url=record.link("url"),
    )


def _placed(record: Record, source: Source, types: TypesMeant) -> Placed:
    place = read_place(record)
    online = read_online(record, place.country or source.country)
    joined = "ONL" in types.attendance or (online is not None and bool(online.url or online.phone))
    venue = place.venue
    if venue is not None and joined and place.is_vague_if_online:
        venue = replace(venue, approximate=True)
    name = next((name for name in ("formatted_address", "city", "address") if record.holds(name)), "location")
    venue = located(venue, record, name, country=place.country, source=source)
    told = _ATTENDANCE.get((record.code("attendance_option") or "").casefold().replace("-", "_").replace(" ", "_"))
    derived = _venue_type(place, joined=joined, closed="TC" in types.attendance)
    closed = "TC" in types.attendance and told != VenueType.VIRTUAL
    return Placed(venue=venue, country=place.country, venue_type=derived if closed else told or derived, online=online)


def _venue_type(place: Place, *, joined: bool, closed: bool) -> VenueType | None:
    """How one can attend; a closed place is none to go to, and a mere town is none either."""
    if joined:
        return VenueType.VIRTUAL if closed or place.is_vague_if_online else VenueType.HYBRID
    return VenueType.IN_PERSON if place.venue is not None and not place.is_said_vague else None


# --- Google Sheets ------------------------------------------------------------------------------


def export_url(location: str) -> str:
    """Where a shared or published Google Sheet is had as CSV; any other location stays."""
    parts = urlsplit(location)
    match = _GOOGLE.match(parts.path)
    if parts.hostname != "docs.google.com" or match is None:
        return location
    asked = parse_qs(parts.query) | parse_qs(parts.fragment)
    tab = {"gid": asked["gid"][0]} if "gid" in asked else {}
    if match["published"]:
        single = {"single": "true"} if tab else {}
        return (
            f"https://docs.google.com/spreadsheets/d/e/{match['id']}/pub?{urlencode(tab | single | {'output': 'csv'})}"
        )
    return f"https://docs.google.com/spreadsheets/d/{match['id']}/export?{urlencode({'format': 'csv'} | tab)}"
