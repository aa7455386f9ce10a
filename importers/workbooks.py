"""XLSX workbooks to rows of text. They are unpacked by us, within limits, before any library sees them.

A workbook is a ZIP of XML: a few kilobytes can unpack to gigabytes, and one cell at the far corner of a sheet would
make a table of billions.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, SheetTypeEnum, SheetVisibleEnum, load_workbook

from meetings.errors import ParseFailed

#: A sheet of 10,000 meetings with 50 columns unpacks to some 30 MB.
MOST_UNPACKED = 100 * 1024 * 1024
#: Cells from the first to the last that holds something: 100,000 rows of 50 columns.
MOST_CELLS = 5_000_000
#: The parts that hold cells and how they read; pictures, charts and macros are not looked at.
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/workbook\.xml|xl/_rels/[^/]+\.rels|xl/styles\.xml|xl/sharedStrings\.xml"
    r"|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
#: A cell with something in it: `<c r="B7" s="1">`, not `<c r="B7"/>`.
_CELL = re.compile(rb"<(?:\w{1,20}:)?c\s([^<>]{0,200})>")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']")
_MAGIC = b"PK\x03\x04"
_OLD_MAGIC = b"\xd0\xcf\x11\xe0"
#: The day that a time without a date has in a workbook, in either of its calendars.
_NO_DAY = frozenset({date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1)})
Sheet = tuple[str, list[list[str]]]


def is_workbook(body: bytes) -> bool:
    """Whether these bytes are a workbook, of the kind we read or an older one."""
    return body.startswith((_MAGIC, _OLD_MAGIC))


def read_workbook(body: bytes, *, source: str, name: str) -> list[Sheet]:
    """Name and rows of each sheet that is not hidden, from row 1 and column A on; ParseFailed."""
    if body.startswith(_OLD_MAGIC):
        raise ParseFailed(source, name, "an Excel file of before 2007, or one with a password: save it as XLSX or CSV")
    try:
        packed = _repacked(body, source=source, name=name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise ParseFailed(source, name, "the workbook is damaged or has a password; save it anew") from error
    try:
        book = load_workbook(io.BytesIO(packed))
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        return [(title, _rows(book.get_sheet_by_name(title))) for title in shown]
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise ParseFailed(
            source, name, "this is no workbook that can be read; save it anew as XLSX, or as CSV"
        ) from error
    except BaseException as error:
        # A panic in the library is no Exception; what the machine itself raises goes on.
        if type(error).__name__ != "PanicException":
            raise
        raise ParseFailed(source, name, "the workbook cannot be read; save it anew as XLSX, or as CSV") from error


def _repacked(body: bytes, *, source: str, name: str) -> bytes:
    """The parts that matter, unpacked and packed again without compression."""
    left = MOST_UNPACKED
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for part in dict.fromkeys(info.filename for info in old.infolist()):
            if not _PARTS.fullmatch(part):
                continue
            # No more is unpacked of a part than the archive says that there is, so nothing is for what is too much.
            left -= old.getinfo(part).file_size
            if left < 0:
                raise ParseFailed(source, name, f"the workbook unpacks to more than {MOST_UNPACKED >> 20} MB")
            with old.open(part) as file:
                content = file.read(old.getinfo(part).file_size)
            if _SHEET.fullmatch(part) and _extent(content) > MOST_CELLS:
                raise ParseFailed(
                    source, name, f"{part} spreads over more than {MOST_CELLS:,} cells: delete empty ones"
                )
            new.writestr(part, content)
    return out.getvalue()


def _extent(content: bytes) -> int:
    """How many cells the smallest table has that holds all filled ones."""
    rows = columns = 0
    for match in _CELL.finditer(content):
        place = None if match[1].endswith(b"/") else _REFERENCE.search(match[1])
        if place is not None:
            column = 0
            for letter in place[1].upper():
                column = column * 26 + letter - 64
            rows, columns = max(rows, int(place[2])), max(columns, column)
    return rows * columns


def _rows(sheet: CalamineSheet) -> list[list[str]]:
    return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _text(cell: object) -> str:
    """A cell as one reads it: whole numbers without a point, times as HH:MM:SS, dates as YYYY-MM-DD."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.time().isoformat("seconds") if cell.date() in _NO_DAY else cell.isoformat(" ", "seconds")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}" if minutes >= 0 else str(cell)
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)
