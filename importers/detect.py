"""Which format a list is, told by its content, and for a table of no known format a mapping to begin with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from importers import documents
from importers.charset import decode_text
from importers.days import read_days
from importers.mapped_fields import at
from importers.mapping_file import ListMapping, read_mapping
from importers.naws import is_naws
from importers.protocol import Fetched
from importers.spreadsheet import is_spreadsheet
from importers.tables import Table, read_tables
from importers.workbooks import is_workbook
from meetings.errors import ParseFailed
from meetings.listing import fold

#: Where the mappings lie that we ship, one a shape of list.
MAPPINGS = Path(__file__).resolve().parent.parent / "seed" / "mappings"
#: So many records tell how a list is written.
_SAMPLE = 200
#: A column with more different texts is no column of codes.
_MOST_CODES = 40
_BMLT = "GetSearchResults.json"
#: What feeds a field, by what lists call it, in lower case and without signs; the first that is there counts.
_GUESSES = """
name: name meeting_name meeting title group_name group
key: id slug uid meeting_id code
weekday: day weekday days day_of_week meeting_day
start_time: time start_time start begins meeting_time starts times
end_time: end_time end ends
duration: duration length minutes
time_zone: timezone time_zone tz
fellowship: fellowship affiliation program programme type_of_meeting
country: country nation
venue_name: venue location_name place building facility location
street: street street_address address1 address_1 location_street address
city: city town municipality location_municipality
region: state province county location_province region
postal_code: postal_code postcode zip zip_code zipcode
formatted_address: formatted_address full_address
latitude: latitude lat
longitude: longitude lng lon long
formats: types type format formats codes descriptors
languages: language languages
notes: notes note comments comment special_information details description
conference_url: conference_url zoom_link zoom zoom_url online_link join_url meeting_link
conference_phone: conference_phone dial_in
url: url website link
areas: area district
"""
_HALVES = frozenset({"ampm", "am_pm", "a_m_p_m"})
_NEEDED = ("name", "weekday", "start_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """A format by its importer's name, why, and a mapping's text where it is `mapped`. `importer` None: unknown."""

    importer: str | None
    why: str
    mapping: str | None = None


def detect(fetched: Fetched) -> Detected:
    """The format of what a location holds; never fails, for what cannot be read has a reason too."""
    if _BMLT in fetched.documents:
        return Detected(importer="bmlt", why="the answers of a BMLT root server")
    if len(fetched.documents) != 1:
        return Detected(importer=None, why="a single file is expected, or a folder with GetSearchResults.json")
    name, body = next(iter(fetched.documents.items()))
    try:
        return _detected(name, body)
    except ParseFailed as error:
        return Detected(importer=None, why=f"{error.where}: {error.reason}")


def shipped_mappings() -> Mapping[str, str]:
    """The texts of the mappings that we ship, by name."""
    return {file.stem: file.read_text("utf-8") for file in sorted(MAPPINGS.glob("*.toml"))}


def _detected(name: str, body: bytes) -> Detected:
    text = "" if is_workbook(body) else decode_text(body)[0].lstrip()
    if text[:15].upper() == "BEGIN:VCALENDAR":
        return Detected(importer="icalendar", why="an iCalendar file")
    if text.startswith(("{", "[")):
        return _json(name, text)
    tables, _ = read_tables(body, source="detect", name=name, is_column=bool, needed=2)
    table = max(tables, key=lambda table: len(table.rows))
    if is_naws(table.columns):
        return Detected(importer="naws", why="a table with the columns of NAWS")
    shipped = _shipped(set(table.columns))
    if shipped is not None:
        return shipped
    if is_spreadsheet(table.columns):
        return Detected(importer="spreadsheet", why="a table with columns Name, Day and Time")
    return _proposed(name, [row.cells for row in table.rows[:_SAMPLE]], _titles(table))


def _titles(table: Table) -> list[str]:
    return [column for column in table.columns if column]


# --- JSON ---------------------------------------------------------------------------------------


def _json(name: str, text: str) -> Detected:
    first = _line(text.partition("\n")[0])
    if isinstance(first, dict) and "homegroup" in first:
        return Detected(importer="native", why="our own JSON lines")
    place, rows = _list(text, name) if first is None or isinstance(first, list) else ("", list(_lines(text)))
    if len(rows) < 2 and isinstance(first, dict):
        place, rows = _list(text, name)
    records = [row for row in rows[:_SAMPLE] if isinstance(row, dict)]
    fields = {field for row in records for field in row}
    if {"weekday_tinyint", "meeting_name"} <= fields:
        return Detected(importer="bmlt", why="records with BMLT's fields")
    if "slug" in fields and fields & {"day", "time", "types"} and not isinstance(first, dict):
        return Detected(importer="meeting_guide", why="records with Meeting Guide's fields")
    return _shipped(fields) or _proposed(name, records, list(_paths(records)), place)


def _line(text: str) -> object:
    try:
        return documents.read_json_text(text, source="detect", name="")
    except ParseFailed:
        return None


def _lines(text: str) -> Iterator[object]:
    for _, line in zip(range(_SAMPLE), text.split("\n"), strict=False):
        if line.strip():
            yield _line(line)


def _list(text: str, name: str) -> tuple[str, list[object]]:
    """Where in a document the list stands, and its records."""
    value = documents.read_json_text(text, source="detect", name=name)
    if isinstance(value, dict):
        lists = {field: item for field, item in value.items() if isinstance(item, list) and item}
        field = max(lists, key=lambda field: len(lists[field]), default="")
        return field, documents.records(lists.get(field, value), source="detect", name=name)
    return "", documents.records(value, source="detect", name=name)


def _paths(records: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """The fields of these records and of the objects in them, each once."""
    seen: set[str] = set()
    for record in records:
        for field, value in record.items():
            inner = [f"{field}.{name}" for name in value] if isinstance(value, dict) else [field]
            yield from (path for path in inner if path not in seen)
            seen.update(inner)


# --- Mappings -----------------------------------------------------------------------------------


def _shipped(fields: set[str]) -> Detected | None:
    """The mapping we ship whose columns are all there, the one that names most of them."""
    fitting = [(name, text) for name, text in shipped_mappings().items() if _columns(text) <= fields]
    if not fitting:
        return None
    name, text = max(fitting, key=lambda item: len(_columns(item[1])))
    return Detected(importer="mapped", why=f"a list of the shape that our mapping {name} reads", mapping=text)


@cache
def _columns(text: str) -> frozenset[str]:
    """What a mapping names, by a record's own fields."""
    mapping: ListMapping = read_mapping(text)
    return frozenset(column.partition(".")[0].partition("[")[0] for column in mapping.columns)


def _proposed(name: str, rows: Sequence[Mapping[str, object]], columns: Sequence[str], place: str = "") -> Detected:
    """A mapping guessed from the columns' names: for a person to look through."""
    fields = _guessed(columns)
    missing = [field for field in _NEEDED if field not in fields]
    lines = [f"# Proposed from the columns of {_plain(name)}: look it through before you add the list.", ""]
    lines += [f"records = {_quoted(place)}", ""] if place else []
    lines += ["# What is the same for all of the list and stands in no column:", "[same]", '# fellowship = "NA"', ""]
    lines += ["[fields]", *(f"# {field} = ?  # needed" for field in missing)]
    lines += [f"{field} = {_source(told)}" for field, told in fields.items()]
    used = {column for told in fields.values() for column in told}
    unused = [column for column in columns if column not in used]
    lines += ["", f"# Not used: {', '.join(map(_plain, unused))}"] if unused else []
    lines += _days(rows, fields) + _codes(rows, fields)
    mapping = "\n".join(lines) + "\n"
    if {"weekday", "start_time"} <= set(missing):
        return Detected(importer=None, why="no column looks like a day or an hour: is this a list?", mapping=mapping)
    why = "a list of no known format" + (f"; nothing looks like {', '.join(missing)}" if missing else "")
    return Detected(importer="mapped", why=why, mapping=mapping)


def _guessed(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    by_name: dict[str, str] = {}
    for column in columns:
        for bare in (column, column.rpartition(".")[2]):
            by_name.setdefault(re.sub(r"[^\w]+", "_", fold(bare)).strip("_"), column)
    fields: dict[str, tuple[str, ...]] = {}
    for line in _GUESSES.strip().split("\n"):
        field, names = line.split(": ")
        used = {column for told in fields.values() for column in told}
        found = next((by_name[name] for name in names.split() if by_name.get(name, "") not in {"", *used}), None)
        if found is not None:
            fields[field] = (found,)
    half = next((by_name[name] for name in _HALVES if name in by_name), None)
    if half is not None and "start_time" in fields:
        fields["start_time"] = (*fields["start_time"], half)
    return fields


def _days(rows: Sequence[Mapping[str, object]], fields: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Days that nobody can read without being told."""
    unread = [text for text in _texts(rows, fields.get("weekday", ())) if not read_days(text).days]
    if not unread:
        return []
    return ["", "# Days that need a word, each to be one of SUNDAY to SATURDAY:", "# [values.weekday]"] + [
        f'# {_quoted(text)} = "SUNDAY"' for text in unread[:_MOST_CODES]
    ]


def _codes(rows: Sequence[Mapping[str, object]], fields: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The codes of formats that occur; what each means, a person has to say."""
    texts = _texts(rows, fields.get("formats", ()))
    codes = list(dict.fromkeys(code.strip() for text in texts for code in re.split("[,;|]", text) if code.strip()))
    if not codes or len(codes) > _MOST_CODES:
        return []
    return [
        "",
        "# What the list's codes mean, in ours (docs/vocabulary.md); what is not named is kept as it is:",
        "# [values.formats]",
        *(f'# {_quoted(code)} = ""' for code in codes),
    ]


def _texts(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for column in columns[:1]:
        for row in rows:
            value = at(row, tuple(column.split(".")), column)
            found.update(dict.fromkeys(str(item) for item in (value if isinstance(value, list) else [value]) if item))
    return list(found)


def _source(columns: tuple[str, ...]) -> str:
    return _quoted(columns[0]) if len(columns) == 1 else f"[{', '.join(map(_quoted, columns))}]"


def _quoted(text: str) -> str:
    """Text as TOML writes it, which is how JSON does."""
    return json.dumps(text)


def _plain(text: str) -> str:
    return " ".join(text.split())[:80]
