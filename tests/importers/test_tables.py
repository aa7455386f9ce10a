"""Tables in every encoding, with every separator and line end: rows as a person counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.charset import decode_text
from importers.tables import Table, read_sheets, read_tables
from meetings.errors import ParseFailed

COLUMNS = {"Name", "Day", "Time"}


def tables(body: bytes | str, needed: int = 2) -> list[Table]:
    raw = body.encode() if isinstance(body, str) else body
    return read_tables(raw, source="s", name="list.csv", is_column=COLUMNS.__contains__, needed=needed)[0]


def names(body: bytes | str) -> list[str]:
    (table,) = tables(body)
    return [row.cells["Name"] for row in table.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"])
def test_encoding_is_told_by_the_bytes(encoding: str) -> None:
    text = "Name,Day\nCafé “Sérénité”,Mon\nTo the Señor’s – again,Tue\nÉcole Über,Wed\n"
    assert names(text.encode(encoding)) == ["Café “Sérénité”", "To the Señor’s – again", "École Über"]


def test_stray_byte_in_good_utf_8_is_told_and_spoils_no_other_letter() -> None:
    assert decode_text("Café, Señor, Über".encode() + b"\xff") == ("Café, Señor, Über\ufffd", False)


def test_letters_that_a_program_mangled_before_are_mended() -> None:
    assert decode_text("Cocoâ€™s, CafÃ© â€“ and â€_".encode())[0] == "Coco’s, Café – and â€_"
    assert decode_text("Cocoâ€™s\rCafé\r".encode("mac_roman"))[0] == "Coco’s\rCafé\r"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separator_is_told_by_the_rows(delimiter: str) -> None:
    rows = [["Name", "Day", "Time"], ["First, Light; and | more", "Mon", "7:30"], ["Second", "Tue", "8:00"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert names(text) == ["First, Light; and | more", "Second"]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_lines_end_in_any_way_and_cells_keep_theirs(end: str) -> None:
    assert names(f'Name,Day{end}"First\nLight",Mon{end}Second,Tue{end}') == ["First\nLight", "Second"]


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    (table,) = tables('Our meetings\n\nName,Day\n"two\nlines",Mon\n\nSecond,Tue\n')
    assert [row.where for row in table.rows] == ["row 4", "row 6"]


@pytest.mark.parametrize("count", [2, 10, 100])
def test_commas_of_addresses_do_not_separate_what_semicolons_do(count: int) -> None:
    rows = [
        "Name;Day;Time;Address",
        *["First Light;Monday;19:00;Hall, 12 Ferry Lane, Springfield, IL, 62701, USA"] * count,
    ]
    assert names("\n".join(rows)) == ["First Light"] * count


def test_excels_first_line_names_the_separator() -> None:
    (table,) = tables("sep=;\nName;Day\nFirst, Second, Third;Mon\n")
    assert [(row.where, row.cells["Name"]) for row in table.rows] == [("row 3", "First, Second, Third")]


def test_short_row_is_padded_and_a_long_one_is_told() -> None:
    (table,) = tables("Name,Day,Time\nShort\nLong,Mon,7:30,and,more\n")
    assert [row.cells.get("Day", "") for row in table.rows] == ["", "Mon"]
    assert [row.spare for row in table.rows] == [(), ("and", "more")]


def test_column_that_stands_twice_is_told() -> None:
    assert tables("Name,Day,Name\na,Mon,b\n")[0].repeated == ("Name",)


@pytest.mark.parametrize(
    ("body", "row"),
    [
        ('Name,Day\nFirst,Mon\n"Second,Tue\nThird,Wed\n', 3),
        ("Name,Day,Time,a,b,c,d,e\n" + '"First,1,2,3,4,5,6,7\nSecond,1,2,3,4,5,6,7\nThird",1,2,3,4,5,6,7\n', 2),
        (f'Name,Day\n"{"x" * 200_000}",Mon\n', 2),
    ],
)
def test_missing_quotation_mark_swallows_no_rows_unseen(body: str, row: int) -> None:
    with pytest.raises(ParseFailed, match=f"row {row}: a quotation mark"):
        tables(body)


@pytest.mark.parametrize(
    "body", ["", "   ", "<!DOCTYPE html><p>Log in</p>", "Foo,Bar\n1,2\n", "Name,Day\n", "\n\n", "Name\nFirst\n"]
)
def test_what_is_no_such_table_fails_rather_than_be_empty(body: str) -> None:
    with pytest.raises(ParseFailed):
        tables(body)


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_refused(body: bytes) -> None:
    try:
        sheets, _ = read_sheets(body, source="s", name="list.csv")
    except ParseFailed:
        return
    assert all(isinstance(cell, str) for _, rows in sheets for row in rows for cell in row)


cells = st.text(
    st.characters(max_codepoint=0x7E, exclude_categories=["Cc"]) | st.sampled_from('éя–\n,;|\t"'), max_size=12
)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_a_writer_quotes_comes_back(rows: list[list[str]]) -> None:
    rows = [["Name", "Day", "Time"], *([f"x{cell}" for cell in row] for row in rows)]
    text = "\n".join(",".join('"{}"'.format(cell.replace('"', '""')) for cell in row) for row in rows)
    (sheet,), _ = read_sheets(text.encode(), source="s", name="list.csv")
    assert sheet[1] == rows
