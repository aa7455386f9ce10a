"""Mappings: what one may write, and what is said of one that is wrong."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.detect import shipped_mappings
from importers.mapping_file import FIELDS, MOST_CHARACTERS, read_mapping
from meetings.errors import InvalidQuery
from tests.outside import ROOT

GOOD = '[fields]\nname = "Title"\n'


@pytest.mark.parametrize("name", sorted(shipped_mappings()))
def test_mappings_we_ship_can_be_read(name: str) -> None:
    assert {"name", "weekday", "start_time"} <= set(read_mapping(shipped_mappings()[name]).fields)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("name = ", "mapping"),
        ("", "mapping.fields"),
        ("[fields]\n", "mapping.fields"),
        (GOOD + "[other]\nx = 1\n", "mapping.other"),
        (GOOD + 'nmae = "x"\n', "mapping.fields.nmae"),
        (GOOD + "weekday = 3\n", "mapping.fields.weekday"),
        (GOOD + "weekday = []\n", "mapping.fields.weekday"),
        (GOOD + 'notes = { path = "a", aftre = "b" }\n', "mapping.fields.notes.aftre"),
        (GOOD + 'notes = { path = "a", text = "b" }\n', "mapping.fields.notes"),
        (GOOD + 'city = { path = "a", part = "last" }\n', "mapping.fields.city.part"),
        (GOOD + 'city = { path = "a", lines = "yes" }\n', "mapping.fields.city.lines"),
        (GOOD + 'key = { made_of = ["colour"] }\n', "mapping.fields.key.made_of"),
        (GOOD + "[values.country]\nEngland = 3\n", "mapping.values.country.England"),
        (GOOD + '[values.shape]\nround = "x"\n', "mapping.values.shape"),
        ('codes = "naws"\n' + GOOD, "mapping.codes"),
        (GOOD + "#" * MOST_CHARACTERS, "mapping"),
        ("a = " + "[" * 5000, "mapping"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, where: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        read_mapping(text)
    assert caught.value.argument == where


def test_page_of_mappings_lists_every_field() -> None:
    page = (ROOT / "docs" / "mapping.md").read_text("utf-8")
    assert [name for name, meaning in FIELDS.items() if f"| `{name}` | {meaning} |" not in page] == []


@given(st.text(max_size=200))
def test_any_text_is_a_mapping_or_refused(text: str) -> None:
    for told in (text, GOOD + text):
        with contextlib.suppress(InvalidQuery):
            read_mapping(told)
