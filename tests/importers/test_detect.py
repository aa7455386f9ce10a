"""Formats told by content, and mappings proposed that can be read at once."""

import json

import pytest

from importers.detect import Detected, detect
from importers.mapping_file import read_mapping
from importers.protocol import Fetched
from tests.importers.all_lists import LISTS
from tests.importers.lists import bmlt_record, meeting_guide_record, native_record
from tests.importers.workbook import sheet, workbook
from tests.outside import REAL_LISTS, needs_real_lists


def detected(body: bytes | str) -> Detected:
    raw = body.encode() if isinstance(body, str) else body
    return detect(Fetched(documents={"list": raw}, location="list"))


@pytest.mark.parametrize(
    ("body", "importer"),
    [
        (json.dumps([bmlt_record()]), "bmlt"),
        (json.dumps([meeting_guide_record()]), "meeting_guide"),
        ('{"homegroup": 1}\n' + json.dumps(native_record()), "native"),
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "icalendar"),
        ("Name,Day,Time\nA,Mon,19:30\n", "spreadsheet"),
        (workbook(sheet([["Name", "Day", "Time"], ["A", "Mon", 0.5]])), "spreadsheet"),
        ("CommitteeName,AreaRegion,Day,Time,Closed,Format1\nA,AR1,Monday,1930,OPEN,D\n", "naws"),
        ("Group,Weekday,Begins\nA,Mon,19:30\n", "mapped"),
        ('{"_id": 1, "hour": "7 pm", "day": "Mon"}\n{"_id": 2, "hour": "7 pm", "day": "Mon"}\n', "mapped"),
        ('{"results": [{"title": "A", "when": {"day": "Mon", "start": "7 pm"}}]}', "mapped"),
        ("<!DOCTYPE html><p>Just a moment...</p>", None),
        ("", None),
        ("\x00\x01\x02", None),
        ("Fruit,Colour\nApple,green\n", None),
    ],
)
def test_format_is_told_by_content(body: bytes | str, importer: str | None) -> None:
    assert detected(body).importer == importer


def test_proposed_mapping_can_be_read_and_names_what_it_found() -> None:
    text = "Group,Weekday,Begins,AM/PM,Town,Odd\nA,1,7:00,PM,Bath,x\nB,Mon,8:00,AM,Bath,x\n"
    told = detected(text).mapping or ""
    mapping = read_mapping(told)
    assert {field: [part.path for part in parts] for field, parts in mapping.fields.items()} == {
        "name": ["Group"],
        "weekday": ["Weekday"],
        "start_time": ["Begins", "AM/PM"],
        "city": ["Town"],
    }
    assert '# "1" = "SUNDAY"' in told
    assert "# Not used: Odd" in told


def test_proposed_mapping_tells_where_in_a_document_the_list_stands() -> None:
    told = detected('{"meta": {}, "found": {"a": 1}, "rows": [{"title": "A", "at": {"day": "Mon", "start": "7 pm"}}]}')
    mapping = read_mapping(told.mapping or "")
    assert mapping.records == ("rows",)
    assert mapping.fields["weekday"][0].steps == ("at", "day")


@pytest.mark.real_lists
@needs_real_lists
@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.location)
def test_every_real_list_is_known(one: object) -> None:
    location, importer, mapping = (getattr(one, name) for name in ("location", "importer", "mapping"))
    path = REAL_LISTS / location
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    told = detect(Fetched(documents={file.name: file.read_bytes() for file in files}, location=location))
    assert told.importer == importer
    assert mapping is None or f"our mapping {mapping} reads" in told.why
