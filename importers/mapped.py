"""Any list, read by a mapping that is kept with its source: CSV, TSV, XLSX, JSON or JSON lines, told by content.

A list may hold meetings of several fellowships and countries, and records that nothing identifies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from importers import documents
from importers.bmlt_formats import stock_table
from importers.charset import decode_text
from importers.duplicates import settle_duplicates
from importers.known_records import KnownRecords
from importers.mapped_fields import at, fed
from importers.mapped_record import YES, MappedList, record_listings
from importers.mapping_file import ListMapping, read_mapping
from importers.protocol import Fetched
from importers.record import Record, read_key
from importers.tables import column_name, read_tables
from importers.tabular import COLUMN_MARK, FlatList, note_table
from importers.workbooks import is_workbook
from meetings.errors import InvalidQuery, ParseFailed
from meetings.findings import Finding
from meetings.listing import Listing, Parsed, Rejected, fold
from meetings.model import Weekday
from meetings.source import Source
from meetings.vocabulary import Vocabulary

VERSION = 1
#: Three decimals are some 100 metres: geocoders put one door up to a block apart.
_KEY_DECIMALS = 3


def parse(fetched: Fetched, source: Source, vocabulary: Vocabulary) -> Parsed:
    """Read a list by its source's mapping; ParseFailed where there is none, or it cannot be read."""
    return parse_known(fetched, source, vocabulary, KnownRecords())


def parse_known(fetched: Fetched, source: Source, vocabulary: Vocabulary, known: KnownRecords) -> Parsed:
    """The same, by what is known of the records."""
    if not source.mapping:
        raise ParseFailed(source.id, "mapping", "this format needs a mapping: `homegroup sources detect` proposes one")
    try:
        mapping = read_mapping(source.mapping)
        days = _day_words(mapping)
    except InvalidQuery as error:
        raise ParseFailed(source.id, error.argument, error.reason) from error
    labels = {fold(row.labels["en"]): code for code, row in vocabulary.formats.items()}
    flat = FlatList(source=source, vocabulary=vocabulary, day_words=days)
    of_list = MappedList(flat=flat, mapping=mapping, stock=stock_table(), labels=labels)
    findings: list[Finding] = []
    name, body = documents.only_document(fetched, source=source.id)
    records = _records(body, mapping, source=source.id, name=name, findings=findings)
    known.rest_on()
    told = [one for record in records for one in known.told(record, partial(record_listings, of_list=of_list))]
    listings, repeated = _keyed([one for one in told if isinstance(one, Listing)], mapping, findings)
    rejected = tuple(one for one in told if isinstance(one, Rejected))
    return Parsed(listings=listings, rejected=rejected + repeated, findings=tuple(findings), hashes=known.hashes)


def _day_words(mapping: ListMapping) -> Mapping[str, tuple[Weekday, ...]]:
    words = mapping.values.get("weekday", {})
    for written, names in words.items():
        if not set(names) <= set(Weekday.__members__):
            raise InvalidQuery(f"mapping.values.weekday.{written}", f"one of {', '.join(Weekday.__members__)}")
    return {written: tuple(Weekday[name] for name in names) for written, names in words.items()}


# --- Records ------------------------------------------------------------------------------------


def _records(body: bytes, mapping: ListMapping, *, source: str, name: str, findings: list[Finding]) -> Iterator[Record]:
    """The list's records, whatever it is written as; each with our names for its fields."""
    rows = _json_rows(body, mapping, source=source, name=name)
    if rows is None:
        yield from _table_records(body, mapping, source=source, name=name, findings=findings)
        return
    for where, row in rows:
        values, columns = fed(mapping, row if isinstance(row, dict) else {})
        record = Record(values=values, where=where, findings=findings, columns=columns)
        if not isinstance(row, dict) or not row:
            record.found("bad_record")
            record = replace(record, values={})
        record.found_repeated_fields(row)
        yield _with_key(record, mapping, row)


def _table_records(
    body: bytes, mapping: ListMapping, *, source: str, name: str, findings: list[Finding]
) -> Iterator[Record]:
    wanted = mapping.columns
    tables, sound = read_tables(body, source=source, name=name, is_column=wanted.__contains__, needed=1)
    for table in tables:
        missing = sorted(wanted - set(table.columns))
        if missing:
            there = ", ".join(column for column in table.columns if column)
            raise ParseFailed(
                source, name, f"the mapping names columns that are not there: {', '.join(missing)}; there are {there}"
            )
        note_table(table, sound, name, findings)
        for row in table.rows:
            values, columns = fed(mapping, row.cells)
            record = Record(values=values, where=row.where, findings=findings, columns=columns, column_mark=COLUMN_MARK)
            if row.spare:
                record.found("cells_beyond_header", "", row.spare[0])
            yield _with_key(record, mapping, row.cells)


def _with_key(record: Record, mapping: ListMapping, row: object) -> Record:
    """The record with its key and the yes-or-no columns of the mapping."""
    flags = {path: codes for path, (steps, codes) in mapping.flags.items() if _is_yes(at(row, steps, path))}
    values = {**record.values, "flags": [code for codes in flags.values() for code in codes]} if record.values else {}
    key = read_key(record.code("key")) if "key" in mapping.fields else None
    record = replace(record, values=values, key=key)
    if values and key is None and "key" in mapping.fields:
        record.found("missing_key", "key")
    return record


def _json_rows(body: bytes, mapping: ListMapping, *, source: str, name: str) -> list[tuple[str, object]] | None:
    """Records of a JSON document, or of JSON lines, with their places; None: it is neither, but a table."""
    text = "" if is_workbook(body) else decode_text(body)[0]
    if not text.lstrip().startswith(("{", "[")):
        return None
    if not _is_lines(text):
        value = documents.read_json_text(text, source=source, name=name)
        rows = at(value, mapping.records) if mapping.records else value
        listed = documents.records(rows, source=source, name=name, under=("meetings", "data", "results"))
        place = "" if rows is value else ".".join(str(step) for step in mapping.records)
        return [(f"{place}[{number}]", row) for number, row in enumerate(listed)]
    return [
        (f"line {number}", _json_line(line, source=source, name=name))
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]


def _is_lines(text: str) -> bool:
    """Whether each line is an object of its own."""
    lines = (line.strip() for line in text.split("\n"))
    first = [line for _, line in zip(range(20), (line for line in lines if line), strict=False)][:2]
    return len(first) > 1 and all(line.startswith("{") and line.endswith("}") for line in first)


def _json_line(line: str, *, source: str, name: str) -> object:
    try:
        return documents.read_json_text(line, source=source, name=name)
    except ParseFailed:
        return None


# --- Keys ---------------------------------------------------------------------------------------


def _keyed(
    listings: list[Listing], mapping: ListMapping, findings: list[Finding]
) -> tuple[tuple[Listing, ...], tuple[Rejected, ...]]:
    """The listings by their keys. A key made of hour and place may be several meetings', and none is repeated by it."""
    if not mapping.key_made_of:
        return settle_duplicates(listings, findings)
    made = (replace(one, record_key=_made_key(one, mapping.key_made_of), day=None) for one in listings)
    return tuple(made), ()


def _made_key(listing: Listing, made_of: tuple[str, ...]) -> str | None:
    parts = [_KEY_PARTS[name](listing) for name in made_of]
    return None if None in parts else " ".join(part for part in parts if part is not None)


def _point_part(listing: Listing) -> str | None:
    venue = listing.venue
    if venue is None or venue.latitude is None or venue.longitude is None or venue.approximate:
        return None
    return f"{venue.latitude:.{_KEY_DECIMALS}f} {venue.longitude:.{_KEY_DECIMALS}f}"


def _postal_code_part(listing: Listing) -> str | None:
    code = listing.venue.postal_code if listing.venue else None
    return fold(code).replace(" ", "") if code else None


_KEY_PARTS: Mapping[str, Callable[[Listing], str | None]] = {
    "fellowship": lambda listing: listing.fellowship,
    "weekday": lambda listing: listing.recurrence.weekday.name if listing.recurrence else None,
    "start_time": lambda listing: f"{listing.recurrence.starts:%H:%M}" if listing.recurrence else None,
    "point": _point_part,
    "postal_code": _postal_code_part,
}


def _is_yes(value: object) -> bool:
    return value is True or (isinstance(value, (str, int, float)) and fold(column_name(str(value))) in YES)
