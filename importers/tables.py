"""Tables as people save them, to rows of text: CSV in any encoding and with any separator, and XLSX.

Rows are counted as a person counts them in the file: from 1, with titles, empty rows and the header; a cell that
holds several lines is part of one row.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from importers.charset import decode_text
from importers.documents import is_markup
from importers.text import CODE_LENGTH, clean_text
from importers.workbooks import Sheet, is_workbook, read_workbook
from meetings.errors import ParseFailed

#: A region has some thousand meetings; the largest list known of any kind is 40,000.
MOST_ROWS = 250_000
#: More columns than a spreadsheet shows are no list.
MOST_COLUMNS = 2_000
#: The header stands below a title and a note at most.
HEADER_WITHIN = 20
#: A line within a cell that holds so many separators is a row that a missing quotation mark has swallowed.
_SWALLOWED = 7
_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 60
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?\r?\n?', re.IGNORECASE)
#: Stands behind the last row: where it is not found as a row of its own, a quotation mark was never closed.
_END = "\x1eend of the table\x1e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row by its header; `where` is how a person finds it. `spare`: cells beyond the header that hold something."""

    where: str
    cells: dict[str, str]
    spare: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows below a header. `columns` are as written; a name that stands twice is in `repeated`, its last counts."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    repeated: tuple[str, ...] = ()


def read_tables(
    body: bytes, *, source: str, name: str, is_column: Callable[[str], bool], needed: int
) -> tuple[list[Table], bool]:
    """Every sheet that has a header of at least `needed` columns that we know, and whether all letters were sound.

    ParseFailed: there is none.
    """
    sheets, sound = read_sheets(body, source=source, name=name)
    found = [(title, rows, at) for title, rows in sheets if (at := _header(rows, is_column, needed)) is not None]
    if not found:
        raise ParseFailed(source, name, "no row of column names that this format knows stands at the top")
    tables = [_table(rows, at, f"sheet {title}, " if len(found) > 1 else "") for title, rows, at in found]
    if not any(table.rows for table in tables):
        raise ParseFailed(source, name, "there is no row below the header; an empty list is taken for a fault")
    return tables, sound


def read_sheets(body: bytes, *, source: str, name: str) -> tuple[list[Sheet], bool]:
    """The sheets of a workbook, or the one that a text is, with names; and whether all letters were sound."""
    if not body.strip():
        raise ParseFailed(source, name, "the answer is empty")
    if is_markup(body):
        raise ParseFailed(
            source, name, "this is a web page, not a table: a login or challenge page, or a wrong address"
        )
    if is_workbook(body):
        sheets, sound = read_workbook(body, source=source, name=name), True
    else:
        text, sound = decode_text(body)
        sheets = [("", _text_rows(text, source=source, name=name))]
    for _, rows in sheets:
        if len(rows) > MOST_ROWS or max(map(len, rows), default=0) > MOST_COLUMNS:
            raise ParseFailed(source, name, f"more than {MOST_ROWS:,} rows or {MOST_COLUMNS:,} columns are not read")
    return sheets, sound


# --- Separated text -----------------------------------------------------------------------------


def _text_rows(text: str, *, source: str, name: str) -> list[list[str]]:
    told = _SEPARATOR_LINE.match(text)
    delimiter = told[1] if told else _delimiter(text)
    rows: list[list[str]] = []
    try:
        for row in _reader(f"{text}\n{_END}\n", delimiter):
            rows.append(row)
            if len(rows) > MOST_ROWS + 1:
                break
    except csv.Error as error:
        raise _unclosed(source, name, len(rows) + 1) from error
    if len(rows) <= MOST_ROWS and rows[-1] != [_END]:
        raise _unclosed(source, name, len(rows))
    rows = rows[:-1]
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    swallowed = _swallowed(rows, delimiter)
    if swallowed is not None:
        raise _unclosed(source, name, swallowed)
    return rows


def _unclosed(source: str, name: str, row: int) -> ParseFailed:
    return ParseFailed(source, f"{name}, row {row}", "a quotation mark opens a cell here and is never closed")


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    # Lines end by CR, LF or both; within quotation marks each stays what it is.
    return csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)


def _delimiter(text: str) -> str:
    """The separator by which the largest share of rows is of one same width."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> tuple[bool, float, int]:
    widths: Counter[int] = Counter()
    try:
        for number, row in enumerate(_reader(text[: _SAMPLE_ROWS * 4000], delimiter)):
            widths[len(row)] += 1
            if number > _SAMPLE_ROWS:
                break
    except csv.Error:
        return (False, 0.0, 0)
    del widths[0]
    rows = widths.total()
    del widths[1]
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    # One row alone is no table, however long: it may be a text with many commas. And not how many they are counts:
    # lines in one cell may be more, and addresses have commas where their header has none.
    return (count > 1, count / max(1, rows), width)


def _swallowed(rows: Sequence[Sequence[str]], delimiter: str) -> int | None:
    """The number of a row in whose cell whole other rows stand."""
    most = max(_SWALLOWED, max(map(len, rows), default=0) - 1)
    for number, row in enumerate(rows, start=1):
        for cell in row:
            if cell.count(delimiter) >= most and any(line.count(delimiter) >= most for line in cell.splitlines()[1:]):
                return number
    return None


# --- Headers ------------------------------------------------------------------------------------


def _header(rows: Sequence[Sequence[str]], is_column: Callable[[str], bool], needed: int) -> int | None:
    """Which of the first rows is the header: the one with the most names that we know; None: none has enough."""
    known = [len({name for name in map(column_name, row) if name and is_column(name)}) for row in rows[:HEADER_WITHIN]]
    best = max(known, default=0)
    return known.index(best) if best >= needed else None


def column_name(cell: str) -> str:
    """A column's name in one line."""
    return clean_text(cell, most=CODE_LENGTH).text


def _table(rows: Sequence[Sequence[str]], header: int, place: str) -> Table:
    columns = tuple(column_name(cell) for cell in rows[header])
    counts = Counter(name for name in columns if name)
    return Table(
        columns=columns,
        rows=tuple(
            Row(
                where=f"{place}row {number}",
                cells={name: cell for name, cell in zip(columns, row, strict=False) if name},
                spare=tuple(cell for cell in row[len(columns) :] if cell.strip()),
            )
            for number, row in enumerate(rows[header + 1 :], start=header + 2)
            if any(cell.strip() for cell in row)
        ),
        repeated=tuple(name for name, count in counts.items() if count > 1),
    )
