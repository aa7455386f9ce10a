"""Countries by the names that lists give them."""

import pytest

from meetings.countries import country_code, country_name, country_names
from meetings.zones import country_zones


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


def test_every_name_of_a_country_tells_it() -> None:
    wrong = {
        (code, name): told
        for code in country_zones()
        for name in country_names(code)
        if (told := country_code(name)) != code
    }
    assert wrong == {}


@pytest.mark.parametrize(("code", "name"), [("GB", "United Kingdom"), ("DE", "Germany"), ("VI", "US Virgin Islands")])
def test_country_is_called_as_people_call_it(code: str, name: str) -> None:
    assert country_name(code) == name
