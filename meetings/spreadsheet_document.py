"""Meetings as a spreadsheet: the table form of Meeting Guide, with what we know besides, safe to open.

A cell that begins like a formula would be worked out by the program that opens it, and can send away what else is in
the sheet; so an apostrophe is put before it. Every cell is quoted. Importers take the apostrophe off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from meetings.model import Meeting

#: Columns by the record's field; the first row names them as volunteers' spreadsheets do.
COLUMNS: Mapping[str, str] = {
    "slug": "ID",
    "name": "Name",
    "day": "Day",
    "time": "Time",
    "end_time": "End Time",
    "timezone": "Timezone",
    "recurrence": "Recurrence",
    "fellowship": "Fellowship",
    "status": "Status",
    "attendance_option": "Attendance Option",
    "types": "Types",
    "languages": "Languages",
    "location": "Location",
    "formatted_address": "Address",
    "city": "City",
    "state": "State",
    "postal_code": "Postal Code",
    "country": "Country",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "approximate": "Approximate",
    "location_notes": "Location Notes",
    "regions": "Regions",
    "conference_url": "Conference URL",
    "conference_url_notes": "Conference URL Notes",
    "conference_phone": "Conference Phone",
    "conference_phone_notes": "Conference Phone Notes",
    "notes": "Notes",
    "group": "Group",
    "website": "Website",
    "url": "URL",
    "entity": "Entity",
    "updated": "Updated",
}
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_ATTENDANCE = {"IN_PERSON": "in_person", "VIRTUAL": "online", "HYBRID": "hybrid"}
#: What begins a formula, in full width too, and what programs take off before they look.
_FORMULA = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")


def defused(text: str) -> str:
    """The text as a cell that no program works out; `undefused` gives it back, whatever it is."""
    return f"'{text}" if _is_guarded(text) else text


def undefused(cell: str) -> str:
    """The text of a cell, without the apostrophe that `defused` put before it, and with any other."""
    return cell[1:] if cell.startswith("'") and _is_guarded(cell[1:]) else cell


def _is_guarded(text: str) -> bool:
    # Apostrophes of the text's own are counted in: one more is put before them, so that it is known which to take off.
    return text.lstrip("'").startswith(_FORMULA)


def spreadsheet_record(meeting: Meeting, record: Mapping[str, Any], recurrence: str) -> dict[str, Any]:
    """A Meeting Guide record with what else a spreadsheet has columns for; `recurrence` in plain words."""
    venue = meeting.venue
    return {
        **record,
        "recurrence": recurrence,
        "fellowship": meeting.fellowship,
        "status": meeting.status.value,
        "attendance_option": _ATTENDANCE.get(meeting.venue_type or "", ""),
        "languages": list(meeting.languages),
        "city": venue.city if venue else None,
        "state": venue.region if venue else None,
        "postal_code": venue.postal_code if venue else None,
        "country": venue.country if venue else None,
    }


def header() -> bytes:
    """The first row."""
    return _rows([list(COLUMNS.values())])


def rows(records: Iterable[Mapping[str, Any]]) -> bytes:
    """A row a record, UTF-8 and CRLF as RFC 4180 has it."""
    return _rows([_cell(name, record.get(name)) for name in COLUMNS] for record in records)


def _rows(cells: Iterable[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(cells)
    return out.getvalue().encode()


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "day" and isinstance(value, int):
        return _DAYS[value]
    if isinstance(value, float):
        # A number of ours and no text: a minus is no formula.
        return f"{value:.6f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return defused((" > " if name == "regions" else ", ").join(value))
    return defused(str(value))
