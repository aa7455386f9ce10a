"""The made-up lists of BMLT root servers as other kinds of lists tell them, to hold kinds beside each other."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import orjson

from meetings.native_document import HEAD
from tests.bench.made_up_lists import made_up_records

Record = dict[str, Any]
_OF_EACH = 3_000
_VENUE_TYPES = {"1": "IN_PERSON", "2": "VIRTUAL", "3": "HYBRID"}
_DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
#: A Sunday.
_FIRST = date(2026, 1, 4)


def records(count: int) -> Iterator[Record]:
    """So many records of several lists, each with a key of its own."""
    for start in range(0, count, _OF_EACH):
        for place, record in enumerate(made_up_records(start // _OF_EACH, min(_OF_EACH, count - start)), start):
            yield record | {"id_bigint": str(place)}


def bmlt(told: Iterable[Record]) -> Iterator[bytes]:
    """The answer of a root server."""
    yield b"["
    for place, record in enumerate(told):
        yield (b",\n" if place else b"") + orjson.dumps(record)
    yield b"]"


def native(told: Iterable[Record]) -> Iterator[bytes]:
    """Our own JSON lines."""
    yield orjson.dumps(HEAD) + b"\n"
    for record in told:
        yield orjson.dumps(_native(record)) + b"\n"


def _native(record: Record) -> Record:
    room, door = record["virtual_meeting_link"], record["location_street"]
    line = {
        "kind": "meeting",
        "key": record["id_bigint"],
        "name": record["meeting_name"],
        "fellowship": "NA",
        "weekday": _DAYS[int(record["weekday_tinyint"]) - 1],
        "start_time": record["start_time"][:5],
        "duration": "PT1H30M",
        "time_zone": "America/New_York",
        "zone_reason": "POINT",
        "venue_type": _VENUE_TYPES[record["venue_type"]],
        "formats": ["OPEN", "BEGINNERS"],
        "languages": ["en"],
        "areas": [record["location_province"]],
        "notes": record["comments"] or None,
        "venue": _native_venue(record) if door else None,
        "online": {"url": room, "provider": "Zoom"} if room else None,
    }
    return {name: value for name, value in line.items() if value is not None}


def _native_venue(record: Record) -> Record:
    return {
        "name": record["location_text"],
        "street": record["location_street"],
        "city": record["location_municipality"],
        "region": record["location_province"],
        "postal_code": record["location_postal_code_1"],
        "country": "US",
        "latitude": float(record["latitude"]),
        "longitude": float(record["longitude"]),
        "arrival_notes": record["location_info"],
    }


def meeting_guide(told: Iterable[Record]) -> Iterator[bytes]:
    """A Meeting Guide feed."""
    yield b"["
    for place, record in enumerate(told):
        yield (b",\n" if place else b"") + orjson.dumps(_meeting_guide(record))
    yield b"]"


def _meeting_guide(record: Record) -> Record:
    town = f"{record['location_municipality']}, {record['location_province']} {record['location_postal_code_1']}, USA"
    street = record["location_street"]
    return {
        "slug": f"meeting-{record['id_bigint']}",
        "name": record["meeting_name"],
        "day": int(record["weekday_tinyint"]) - 1,
        "time": record["start_time"][:5],
        "end_time": "",
        "location": record["location_text"],
        "formatted_address": f"{street}, {town}" if street else town,
        "latitude": record["latitude"],
        "longitude": record["longitude"],
        "types": ["O", "B"],
        "notes": record["comments"],
        "conference_url": record["virtual_meeting_link"],
        "timezone": "America/New_York",
    }


def spreadsheet(told: Iterable[Record]) -> Iterator[bytes]:
    """A table with the columns of the 12 Step Meeting List plug-in."""
    columns = ("Slug", "Name", "Day", "Time", "Location", "Address", "City", "State", "Postal Code", "Country", "Types")
    yield _csv((*columns, "Notes", "Conference URL", "Timezone", "Latitude", "Longitude"))
    for record in told:
        yield _csv(
            (
                f"meeting-{record['id_bigint']}",
                record["meeting_name"],
                _DAYS[int(record["weekday_tinyint"]) - 1].capitalize(),
                record["start_time"][:5],
                record["location_text"],
                record["location_street"],
                record["location_municipality"],
                record["location_province"],
                record["location_postal_code_1"],
                "US",
                "Open, Beginner",
                record["comments"],
                record["virtual_meeting_link"],
                "America/New_York",
                record["latitude"],
                record["longitude"],
            )
        )


def _csv(cells: Iterable[str]) -> bytes:
    row = io.StringIO()
    csv.writer(row).writerow(cells)
    return row.getvalue().encode()


def icalendar(told: Iterable[Record]) -> Iterator[bytes]:
    """A calendar with a weekly event for each."""
    yield b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-TIMEZONE:America/New_York\r\n"
    for record in told:
        day = _FIRST + timedelta(days=int(record["weekday_tinyint"]) - 1)
        begins = f"{day:%Y%m%d}T{record['start_time'].replace(':', '')}"
        place = f"{record['location_text']}\\, {record['location_street']}\\, {record['location_municipality']}"
        lines = (
            "BEGIN:VEVENT",
            f"UID:{record['id_bigint']}@lists.example.org",
            f"SUMMARY:{record['meeting_name']}",
            f"DTSTART;TZID=America/New_York:{begins}",
            "DURATION:PT1H30M",
            "RRULE:FREQ=WEEKLY",
            f"LOCATION:{place}",
            f"DESCRIPTION:{record['comments'].replace(';', ',').replace(',', chr(92) + ',')}",
            *((f"URL:{record['virtual_meeting_link']}",) if record["virtual_meeting_link"] else ()),
            "END:VEVENT",
        )
        yield "\r\n".join(lines).encode() + b"\r\n"
    yield b"END:VCALENDAR\r\n"


#: The bytes of a list of each kind, by the name of its importer.
KINDS: dict[str, Callable[[Iterable[Record]], Iterator[bytes]]] = {
    "native": native,
    "bmlt": bmlt,
    "meeting_guide": meeting_guide,
    "spreadsheet": spreadsheet,
    "icalendar": icalendar,
}
