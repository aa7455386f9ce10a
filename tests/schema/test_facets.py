"""Facets as a client asks for them; that they count right is shown against brute force in tests/search."""

from typing import Any

import pytest

from meetings.model import VenueType
from tests.builders import a_listing
from tests.schema.conftest import House

FACETS = """
query($filter: MeetingFilter, $first: Int) {
  meetings(filter: $filter, first: $first) {
    totalCount
    facets {
      weekdays { ...f } timesOfDay { ...f } fellowships { ...f } formats { ...f } venueTypes { ...f } languages { ...f }
    }
  }
}
fragment f on Facet { value label count }
"""


@pytest.fixture
def listed(house: House) -> House:
    house.lists(
        a_listing(record_key="1", formats=("OPEN", "WHEELCHAIR_ACCESS"), languages=("pt-BR",)),
        a_listing(record_key="2", name="Two", formats=("OPEN",), fellowship="AA"),
        a_listing(record_key="3", name="Three", venue_type=VenueType.VIRTUAL, venue=None, recurrence=None),
    )
    return house


def facets(house: House, asked: dict[str, Any] | None = None, first: int = 25) -> dict[str, dict[str, int]]:
    found = house.data(FACETS, filter=asked, first=first)["meetings"]["facets"]
    return {name: {one["value"]: one["count"] for one in counts} for name, counts in found.items()}


def test_values_are_told_as_the_filter_takes_them_with_words_for_people(listed: House) -> None:
    found = listed.data(FACETS)["meetings"]["facets"]
    assert found["weekdays"][1] == {"value": "TUESDAY", "label": "Tuesday", "count": 2}
    assert found["timesOfDay"][2] == {"value": "EVENING", "label": "Evening", "count": 2}
    assert found["fellowships"][0] == {"value": "NA", "label": "Narcotics Anonymous", "count": 2}
    assert [one["value"] for one in found["formats"]] == ["OPEN", "WHEELCHAIR_ACCESS"]
    assert found["venueTypes"][0] == {"value": "IN_PERSON", "label": "In person", "count": 2}
    assert found["languages"] == [
        {"value": "en", "label": "en", "count": 2},
        {"value": "pt-br", "label": "pt-BR", "count": 1},
    ]


def test_a_list_is_counted_as_if_its_own_filter_were_not_set(listed: House) -> None:
    found = facets(listed, {"fellowships": ["AA"], "time": {"days": ["TUESDAY"]}})
    assert found["fellowships"] == {"NA": 1, "AA": 1}
    assert found["formats"] == {"OPEN": 1}


def test_they_count_the_whole_match_and_not_the_page(listed: House) -> None:
    assert facets(listed, first=1) == facets(listed, first=100)


def test_they_count_what_a_text_finds(listed: House) -> None:
    assert facets(listed, {"text": "Two"})["fellowships"] == {"AA": 1}
