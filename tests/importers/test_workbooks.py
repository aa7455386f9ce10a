"""Workbooks: rows as a person sees them, and nothing that a hostile one could do."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.workbooks import MOST_UNPACKED, read_workbook
from meetings.errors import ParseFailed
from tests.importers.apart import most_taken
from tests.importers.workbook import sheet, workbook

LIST = sheet([["Name", "Time", "Zip"], ["First Light", 0.8125, 7030], ["", "", ""], ["Second", "noon", 1.5]])


def rows(body: bytes) -> list[list[str]]:
    (only,) = read_workbook(body, source="s", name="list.xlsx")
    return only[1]


def test_cells_are_told_as_they_read() -> None:
    assert rows(workbook(LIST)) == [
        ["Name", "Time", "Zip"],
        ["First Light", "19:30:00", "7030"],
        ["", "", ""],
        ["Second", "noon", "1.5"],
    ]


def test_rows_count_from_the_first_though_it_is_empty() -> None:
    assert rows(workbook(sheet([[], [], ["Name"]]))) == [[""], [""], ["Name"]]


def test_hidden_sheets_are_left_out() -> None:
    body = workbook(LIST, sheet([["Archive"]]), hidden=(2,))
    assert [name for name, _ in read_workbook(body, source="s", name="list.xlsx")] == ["Sheet1"]


def test_workbook_of_before_2007_is_refused_with_the_way_out() -> None:
    with pytest.raises(ParseFailed, match="save it as XLSX or CSV"):
        read_workbook(b"\xd0\xcf\x11\xe0" + b"\0" * 600, source="s", name="list.xls")


def test_workbook_that_unpacks_to_too_much_is_refused_without_being_unpacked() -> None:
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(MOST_UNPACKED // (1 << 20) + 1):
            part.write(b" " * (1 << 20))
    with most_taken() as taken, pytest.raises(ParseFailed, match="unpacks to more than"):
        read_workbook(bomb.getvalue(), source="s", name="bomb.xlsx")
    assert taken[0] < MOST_UNPACKED // 16


def test_cell_in_the_far_corner_makes_no_table_of_billions() -> None:
    far = sheet([["Name"]]).replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    with pytest.raises(ParseFailed, match="spreads over"):
        rows(workbook(far))


def test_empty_cell_in_the_far_corner_is_nothing() -> None:
    far = sheet([["Name"]]).replace("</sheetData>", '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>')
    assert rows(workbook(far)) == [["Name"]]


def test_entities_are_not_followed() -> None:
    evil = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + sheet([["NAME"]]).replace("NAME", "&a;")
    try:
        told = rows(workbook(evil))
    except ParseFailed:
        return
    assert told in ([[""]], [["&a;"]], [])


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=20))
def test_damage_anywhere_is_refused_or_harmless(at: int, damage: bytes) -> None:
    body = bytearray(workbook(LIST))
    body[at : at + len(damage)] = damage
    with contextlib.suppress(ParseFailed):
        read_workbook(bytes(body), source="s", name="list.xlsx")
