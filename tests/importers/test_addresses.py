"""Addresses in one line."""

import pytest

from importers.addresses import Address, read_address


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            "12 Ferry Lane, New York, NY 10001, USA",
            Address(street="12 Ferry Lane", city="New York", region="NY", postal_code="10001", country="US", parts=4),
        ),
        (
            "12 Ferry Lane, Suite 4, New York, NY 10001-1234",
            Address(street="12 Ferry Lane, Suite 4", city="New York", region="NY", postal_code="10001-1234", parts=4),
        ),
        (
            "8 Mill St, Edmonton, Alberta, T6E 4E8, Canada",
            Address(
                street="8 Mill St", city="Edmonton", region="Alberta", postal_code="T6E 4E8", country="CA", parts=5
            ),
        ),
        ("Philadelphia, PA, USA", Address(city="Philadelphia", region="PA", country="US", parts=3)),
        ("London, UK", Address(city="London", country="GB", parts=2)),
        ("3 Quay Street, Galway, Ireland", Address(country="IE", parts=3)),
    ],
)
def test_parts_that_are_certain_are_told(line: str, parts: Address) -> None:
    assert read_address(line) == parts


@pytest.mark.parametrize("line", ["12 Main St, Costa Mesa, CA", "5 Peachtree, Atlanta, Georgia", "USA", "", ",,,"])
def test_state_is_not_taken_for_a_country(line: str) -> None:
    assert read_address(line).country is None
