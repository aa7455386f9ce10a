"""Places over GraphQL: found by name, told with their point and clock, and an error where nobody can know."""

import pytest

from search.places import PlaceFinder
from tests.schema.conftest import House

PLACES = """query ($text: String!, $country: String, $first: Int) {
  places(text: $text, country: $country, first: $first) { kind name region country latitude longitude timeZone }
}"""


@pytest.fixture
def house(house: House, places: PlaceFinder) -> House:
    """A house that knows places by name."""
    house.places = places
    return house


def test_places_are_told_best_first(house: House) -> None:
    found = house.data(PLACES, text="Dublin")["places"]
    assert [(place["region"], place["country"]) for place in found[:2]] == [("Leinster", "IE"), ("California", "US")]
    assert len(found) == 5


def test_place_is_told_with_its_point_and_clock(house: House) -> None:
    (place,) = house.data(PLACES, text="Philedelphia", first=1)["places"]
    assert place == {
        "kind": "TOWN",
        "name": "Philadelphia",
        "region": "Pennsylvania",
        "country": "US",
        "latitude": pytest.approx(39.95, abs=0.01),
        "longitude": pytest.approx(-75.16, abs=0.01),
        "timeZone": "America/New_York",
    }


def test_country_is_preferred(house: House) -> None:
    (place,) = house.data(PLACES, text="Cambridge", country="us", first=1)["places"]
    assert place["region"] == "Massachusetts"


def test_what_nobody_knows_is_an_empty_list(house: House) -> None:
    assert house.data(PLACES, text="qwertyuiopasdf") == {"places": []}


@pytest.mark.parametrize(
    ("asked", "argument"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 101}, "text"),
        ({"text": "Cork", "country": "Ireland"}, "country"),
        ({"text": "Cork", "country": "UK"}, "country"),
        ({"text": "Cork", "first": 0}, "first"),
        ({"text": "Cork", "first": 101}, "first"),
    ],
)
def test_what_is_asked_wrongly_is_an_error_that_names_the_argument(
    house: House, asked: dict[str, object], argument: str
) -> None:
    extensions = house.error(PLACES, **asked)["extensions"]
    assert (extensions["code"], extensions["argument"]) == ("BAD_INPUT", argument)


def test_places_are_unavailable_until_their_table_is_made(house: House) -> None:
    house.places = None
    error = house.error(PLACES, text="Cork")
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "try again in a minute" in error["message"]
