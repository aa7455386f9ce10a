"""No record of any real list is lost: counted by readings that share nothing with ours."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from importers.registry import IMPORTERS
from meetings.findings import CATALOGUE
from tests.importers.all_lists import LISTS, planned, read, table
from tests.outside import REAL_LISTS, needs_real_lists

pytestmark = [pytest.mark.real_lists, needs_real_lists]

ENCODINGS = {"al-anon-los-angeles.csv": "mac_roman"}
COUNTED = [one.location for one in LISTS if one.importer != "icalendar"]
#: Others are read by test_real_lists.py and test_uk_ireland.py, or take long.
QUICK = [name for name in COUNTED if re.match(r"csv/[at]|csv/.*/(abroad|rejected)|naws|other|bmlt/st|.*ben-", name)]


def counted(file: Path) -> int:
    """How many meetings a list tells: records, and each day of a record that has several."""
    if file.is_dir():
        return len(json.loads((file / "GetSearchResults.json").read_bytes()))
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as book:
            return book.read("xl/worksheets/sheet1.xml").count(b"<row ") - 1
    text = file.read_bytes().decode(ENCODINGS.get(file.name, "utf-8-sig"))
    if file.suffix == ".jsonl":
        return sum(bool(line.strip()) for line in text.splitlines())
    if file.suffix == ".json":
        days = [record.get("day", record.get("days")) for record in json.loads(text)]
        return sum(len(day) if isinstance(day, list) else 1 for day in days)
    delimiter = "\t" if file.suffix == ".tsv" else ","
    return sum(1 for _ in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("location", QUICK)
def test_every_record_is_a_meeting_or_is_rejected(location: str) -> None:
    counts = planned(location).counts
    assert counts.received == counts.added + counts.rejected == counted(REAL_LISTS / location)


@pytest.mark.long
@pytest.mark.parametrize("location", [name for name in COUNTED if name not in QUICK])
def test_every_record_of_a_long_list_is_a_meeting_or_is_rejected(location: str) -> None:
    test_every_record_is_a_meeting_or_is_rejected(location)


@pytest.mark.parametrize("location", QUICK)
def test_every_rejected_record_has_a_finding_that_says_why(location: str) -> None:
    result = read(location)
    kept = {listing.where for listing in result.listings}
    errors = {code for code, kind in CATALOGUE.items() if kind.severity == "ERROR"} | {"unpublished"}
    found = (finding.where for finding in result.findings if finding.code in errors)
    told = {re.split(r", column |(?<=[\]\d])\.", where)[0] for where in found}
    assert len(told - kept) == len(result.rejected)


def test_every_file_but_the_list_of_servers_is_in_the_table() -> None:
    files = {path.relative_to(REAL_LISTS) for path in REAL_LISTS.rglob("*") if path.is_file()}
    left = files - {Path("INDEX.tsv"), Path("bmlt/serverList.json")}
    known = {Path(one.location) for one in LISTS}
    assert {path for path in left if path not in known and path.parent not in known} == set()


@pytest.mark.long
def test_one_command_prints_a_row_a_list_with_nothing_unaccounted() -> None:
    rows = [row.split(" | ") for row in table().splitlines()[2:]]
    assert len(rows) == len(LISTS)
    assert {row[5] for row in rows if row[1] in IMPORTERS} == {"0"}
