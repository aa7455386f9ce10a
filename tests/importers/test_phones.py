"""Numbers to join by."""

import pytest

from importers.phones import read_phone


@pytest.mark.parametrize(
    ("told", "region", "dialled"),
    [
        ("+12125551212,,123456789#", "US", "+12125551212,,123456789#"),
        ("6465588656", "US", "+16465588656"),
        ("(646) 558-8656", "US", "+16465588656"),
        ("1-646-558-8656", "US", "+16465588656"),
        ("+3017158592,,8338473894#", "US", "+13017158592,,8338473894#"),
        ("+15873281099,,7453403975#,,#,,K7T7SH", "CA", "+15873281099,,7453403975#,,#"),
        ("020 7946 0123", "GB", "+442079460123"),
        ("Dial 646-558-8656 and then 123#", "US", "+16465588656"),
        ("tel:+442079460123", None, "+442079460123"),
        ("6465588656", None, "6465588656"),
        ("+1 646 558 8656 ; 55 #", "US", "+16465588656,55#"),
    ],
)
def test_number_is_written_as_one_dials_it(told: str, region: str | None, dialled: str) -> None:
    assert read_phone(told, region) == dialled


@pytest.mark.parametrize("told", ["ask in the room", "123", "", "#", "…", "999999999999999999999", "+0 123"])
def test_what_is_no_number_is_refused(told: str) -> None:
    assert read_phone(told, "US") is None


def test_number_that_costs_extra_is_refused() -> None:
    assert read_phone("1-900-555-1212", "US") is None
