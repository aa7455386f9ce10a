"""Meetings round a town that is named, or in all of a region: with the place that was meant, or an error."""

from typing import Any

import pytest

from meetings.model import VenueType
from search.places import PlaceFinder
from tests.builders import a_listing, a_venue
from tests.schema.conftest import House

MEETINGS = """query ($place: PlaceInput!, $orderBy: MeetingOrder) {
  meetings(filter: {place: $place}, orderBy: $orderBy) {
    totalCount place { kind name region country timeZone }
    edges { distanceKm node { name } }
  }
}"""
OCCURRENCES = """query ($place: PlaceInput!) {
  occurrences(filter: {place: $place}) { edges { distanceKm node { meeting { name } } } }
}"""


def _held(key: str, latitude: float | None, longitude: float | None, region: str | None, **venue: Any) -> Any:
    facts = {"region": region, "latitude": latitude, "longitude": longitude, "city": None} | venue
    return a_listing(record_key=key, name=key, venue=a_venue(**facts))


@pytest.fixture
def house(house: House, places: PlaceFinder) -> House:
    """Meetings in and round Oklahoma, in the ways in which lists tell where they are."""
    house.places = places
    house.lists(
        _held("Tulsa Steps", 36.15, -95.99, "OK"),
        _held("Broken Arrow", 36.05, -95.79, "Oklahoma"),
        _held("Guymon", 36.68, -101.48, None),
        _held("Somewhere in Oklahoma", None, None, "Okla."),
        _held("Texarkana", 33.44, -94.08, "TX"),
        # In the box of Oklahoma, and so near to Tulsa that only its list tells where it is.
        _held("Over the border", 36.9, -95.0, "KS"),
        _held("Wichita Falls", 33.91, -98.49, "Texas"),
        _held("Calgary", 51.05, -114.07, "AB", country="CA"),
        _held("Nobody knows the country", 35.5, -97.5, None, country=None),
        a_listing(record_key="online", name="Online", venue_type=VenueType.VIRTUAL, venue=a_venue(region="OK")),
    )
    return house


def _names(house: House, order_by: str | None = None, **place: Any) -> list[str]:
    found = house.data(MEETINGS, place=place, orderBy=order_by)["meetings"]
    assert found["totalCount"] == len(found["edges"])
    return [edge["node"]["name"] for edge in found["edges"]]


def test_town_is_its_middle_and_the_nearest_come_first(house: House) -> None:
    assert _names(house, named="tulsa ok", radiusKm=50) == ["Tulsa Steps", "Broken Arrow"]


def test_radius_left_out_is_the_largest_there_is_as_round_a_point(house: House) -> None:
    named = _names(house, named="Tulsa")
    assert named == _names(house, near={"latitude": 36.15398, "longitude": -95.99277})
    assert named[:3] == ["Tulsa Steps", "Broken Arrow", "Over the border"]
    assert "Guymon" in named
    assert "Calgary" not in named


def test_postcode_is_its_middle(house: House) -> None:
    assert _names(house, named="74103", radiusKm=30) == ["Tulsa Steps", "Broken Arrow"]


def test_region_is_all_that_its_lists_say_lies_in_it_or_else_its_points_do(house: House) -> None:
    in_oklahoma = {"Tulsa Steps", "Broken Arrow", "Guymon", "Somewhere in Oklahoma", "Nobody knows the country"}
    assert set(_names(house, named="Oklahoma")) == in_oklahoma


def test_radius_counts_nothing_in_a_region(house: House) -> None:
    assert _names(house, named="Oklahoma", radiusKm=1) == _names(house, named="Oklahoma")


def test_country_is_all_of_it(house: House) -> None:
    assert _names(house, named="Canada") == ["Calgary"]
    assert len(_names(house, named="USA")) == 8


def test_online_ones_are_found_only_where_they_are_asked_for(house: House) -> None:
    assert "Online" not in _names(house, named="Oklahoma")
    assert _names(house, named="Oklahoma", orOnline=True)[-1] == "Online"


def test_nearest_are_counted_from_the_town_or_the_middle_of_the_region(house: House) -> None:
    assert _names(house, named="Tulsa", nearest=1) == ["Tulsa Steps"]
    assert _names(house, named="Oklahoma", nearest=2) == ["Nobody knows the country", "Tulsa Steps"]


def test_distance_orders_a_region_from_its_middle_and_what_has_no_point_comes_last(house: House) -> None:
    found = house.data(MEETINGS, place={"named": "Oklahoma"}, orderBy="DISTANCE")["meetings"]["edges"]
    assert [edge["node"]["name"] for edge in found][-1] == "Somewhere in Oklahoma"
    distances = [edge["distanceKm"] for edge in found[:-1]]
    assert distances == sorted(distances)
    assert found[-1]["distanceKm"] is None


def test_the_place_that_was_meant_is_told(house: House) -> None:
    asked: list[dict[str, Any]] = [
        {"named": "tulsaa"},
        {"named": "oklahoma"},
        {"near": {"latitude": 0, "longitude": 0}},
    ]
    told = [house.data(MEETINGS, place=place)["meetings"]["place"] for place in asked]
    state = {"name": "Oklahoma", "region": None, "country": "US", "timeZone": "America/Chicago"}
    assert told == [state | {"kind": "TOWN", "name": "Tulsa", "region": "Oklahoma"}, state | {"kind": "REGION"}, None]


def test_country_tells_which_place_is_meant(house: House) -> None:
    found = house.data(MEETINGS, place={"named": "Cambridge", "country": "US"})["meetings"]
    assert found["place"]["region"] == "Massachusetts"


def test_occurrences_are_found_by_the_same_names(house: House) -> None:
    edges = house.data(OCCURRENCES, place={"named": "Tulsa", "radiusKm": 10})["occurrences"]["edges"]
    assert [edge["node"]["meeting"]["name"] for edge in edges] == ["Tulsa Steps"]
    assert edges[0]["distanceKm"] < 10


def test_place_that_nobody_knows_is_an_error_with_suggestions(house: House) -> None:
    error = house.error(MEETINGS, place={"named": "Downtown Tulsa Area"})
    assert error["extensions"]["code"] == "PLACE_NOT_FOUND"
    assert error["extensions"]["argument"] == "filter.place.named"
    assert error["extensions"]["suggestions"][0] == "Tulsa, Oklahoma, US"
    assert "did you mean Tulsa, Oklahoma, US" in error["message"]


@pytest.mark.parametrize(
    ("place", "suggested"),
    [
        ({"named": "Chicago, TX"}, "Chicago, Illinois, US"),
        ({"named": "Paris", "country": "GB"}, "Paris, Île-de-France, FR"),
        ({"named": "County Cork"}, "Cork, Munster, IE"),
    ],
)
def test_place_that_lies_elsewhere_is_suggested_and_not_taken(
    house: House, place: dict[str, Any], suggested: str
) -> None:
    extensions = house.error(MEETINGS, place=place)["extensions"]
    assert extensions["code"] == "PLACE_NOT_FOUND"
    assert suggested in extensions["suggestions"]


def test_every_suggestion_is_found(house: House) -> None:
    for label in house.error(MEETINGS, place={"named": "Springfield, Hawaii"})["extensions"]["suggestions"]:
        assert house.data(MEETINGS, place={"named": label})["meetings"]["place"]["name"] in label


def test_what_only_begins_as_a_place_does_suggests_it(house: House) -> None:
    assert house.error(MEETINGS, place={"named": "philadelxyz"})["extensions"]["suggestions"][0].startswith(
        "Philadelphia"
    )


@pytest.mark.parametrize("text", ["qwertyuiopasdf", "☃", "\x00\x01", "zz zz zz"])
def test_what_is_no_name_at_all_is_an_error_and_no_empty_answer(house: House, text: str) -> None:
    assert house.error(MEETINGS, place={"named": text})["extensions"]["code"] == "PLACE_NOT_FOUND"


@pytest.mark.parametrize(
    ("place", "argument"),
    [
        ({"named": "Tulsa", "near": {"latitude": 1, "longitude": 1}}, "named"),
        ({"named": "Tulsa", "box": {"south": 1, "north": 2, "west": 1, "east": 2}}, "box"),
        ({"named": ""}, "named"),
        ({"named": "x" * 101}, "named"),
        ({"nearest": 3}, "nearest"),
        ({"radiusKm": 3}, "radiusKm"),
    ],
)
def test_what_is_asked_wrongly_is_told(house: House, place: dict[str, Any], argument: str) -> None:
    extensions = house.error(MEETINGS, place=place)["extensions"]
    assert (extensions["code"], extensions["argument"]) == ("BAD_INPUT", f"filter.place.{argument}")


def test_names_are_unavailable_until_the_table_is_made(house: House) -> None:
    house.places = None
    assert house.error(MEETINGS, place={"named": "Tulsa"})["extensions"]["code"] == "UNAVAILABLE"
    assert house.data(MEETINGS, place={"near": {"latitude": 36.15, "longitude": -95.99}})["meetings"]["totalCount"] > 2
