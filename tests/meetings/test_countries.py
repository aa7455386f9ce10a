"""Countries by the names that lists give them."""

import pytest

from meetings.countries import country_code


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("USA", "US"),
        ("U.S.A", "US"),
        ("U.S.A.", "US"),
        ("United States", "US"),
        ("United States of America", "US"),
        ("us", "US"),
        ("UK", "GB"),
        ("England", "GB"),
        ("Northern Ireland", "GB"),
        ("Ireland", "IE"),
        ("Éire", "IE"),
        ("Deutschland", "DE"),
        ("México", "MX"),
        ("Mexico", "MX"),
        ("Korea (South)", "KR"),
        ("Côte d'Ivoire", "CI"),
        (" canada ", "CA"),
        ("Polska", "PL"),
    ],
)
def test_country_is_known_by_code_and_name(told: str, code: str) -> None:
    assert country_code(told) == code


@pytest.mark.parametrize("told", ["NY", "Europe", "", "XX", "12345", "Narnia"])
def test_what_is_no_country_is_not_guessed(told: str) -> None:
    assert country_code(told) is None
