"""A source as a person tells it: its codes as we write them, or the field that is wrong."""

from typing import Any

import pytest

from importers.registration import checked_source
from meetings.errors import InvalidQuery, UnknownCode
from meetings.source import Source
from tests.builders import a_source
from tests.importers.lists import the_vocabulary


def checked(**changes: Any) -> Source:
    return checked_source(a_source(**changes), the_vocabulary(), named=lambda field: f"input.{field}")


def test_codes_are_kept_as_we_write_them() -> None:
    source = checked(fellowship="al-anon", country="us", time_zone="US/Eastern")
    assert (source.fellowship, source.country, source.time_zone) == ("AL_ANON", "US", "America/New_York")


def test_a_name_is_plain_text_and_never_empty() -> None:
    assert checked(name="<b>Lantern</b>\u202e Area").name == "Lantern Area"
    assert checked(name="<b></b>").name == "lantern"


def test_a_link_to_a_shared_sheet_is_kept_as_the_link_to_its_table() -> None:
    shared = "https://docs.google.com/spreadsheets/d/abc123/edit?usp=sharing"
    assert "export" in checked(importer="spreadsheet", location=shared).location


@pytest.mark.parametrize(
    ("changes", "field", "kind"),
    [
        ({"importer": "bmtl"}, "input.importer", UnknownCode),
        ({"fellowship": "NAA"}, "input.fellowship", UnknownCode),
        ({"country": "USA"}, "input.country", InvalidQuery),
        ({"time_zone": "New York"}, "input.time_zone", InvalidQuery),
        ({"mapping": "[fields]"}, "input.mapping", InvalidQuery),
        ({"importer": "mapped"}, "input.mapping", InvalidQuery),
        ({"importer": "mapped", "mapping": "[fields"}, "input.mapping", InvalidQuery),
    ],
)
def test_what_is_wrong_is_named_by_its_field(changes: dict[str, Any], field: str, kind: type[InvalidQuery]) -> None:
    with pytest.raises(kind) as raised:
        checked(**changes)
    assert raised.value.argument == field
