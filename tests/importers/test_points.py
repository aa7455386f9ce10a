"""Positions."""

import pytest

from importers.points import read_point


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(40.7128, -74.006), ("40.7128", "-74.006"), (" 40.7128", "-74.0060000001")]
)
def test_two_numbers_are_a_point(latitude: object, longitude: object) -> None:
    assert read_point(latitude, longitude) == (40.7128, -74.006)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (0, 0),
        ("0", "0.0"),
        (95, 10),
        (10, 181),
        (None, 10),
        ("", "10"),
        ("north", "10"),
        (True, False),
        ("NaN", "1"),
        (float("inf"), 1),
        ([1], 2),
        (10**400, 1),
        ("9" * 400, "1"),
        (-122.4, 37.8),
    ],
)
def test_anything_else_is_none(latitude: object, longitude: object) -> None:
    assert read_point(latitude, longitude) is None


def test_equator_and_prime_meridian_are_places() -> None:
    assert read_point(0, 9.45) == (0, 9.45)
