"""Saved searches, as whoever holds a schedule's key adds and removes them."""

from datetime import date, timedelta
from typing import Any

import pytest

from meetings.model import Weekday
from meetings.schedule import secret_hash
from search.places import PlaceFinder
from store.schedules import get_schedule_by_key, unused_schedules
from tests.builders import NOW, a_listing, a_recurrence, a_venue
from tests.schema.conftest import House, id_of, limits

CREATE = """
mutation ($entries: [EntryInput!], $searches: [SavedSearchInput!]) {
  createSchedule(input: {}, entries: $entries, searches: $searches) { key problems { code message field } }
}
"""
ADD = """
mutation ($key: String!, $search: SavedSearchInput!) {
  addSearch(key: $key, search: $search) { schedule { searches { id name limit } } problems { code message field } }
}
"""
REMOVE = """
mutation ($key: String!, $id: ID!) {
  removeSearch(key: $key, id: $id) { schedule { searches { id } } problems { code } }
}
"""
READ = """
query ($key: String!) {
  schedule(key: $key) {
    searches { id name limit } entries { meeting { id } } occurrences { date meeting { id } }
    conflicts { first { meeting { id } } }
  }
}
"""
HERE = {"place": {"near": {"latitude": 40.71283, "longitude": -74.00617}, "radiusKm": 5}}


def a_search(**changes: Any) -> dict[str, Any]:
    return {"name": "Near home", "filter": HERE, **changes}


@pytest.fixture
def three(house: House) -> House:
    """Monday and Tuesday at the hall, Wednesday 21 km off."""
    rules = [a_recurrence(weekday=day) for day in (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY)]
    house.lists(
        a_listing(record_key="1", recurrence=rules[0]),
        a_listing(record_key="2", recurrence=rules[1], name="Second"),
        a_listing(record_key="3", recurrence=rules[2], venue=a_venue(latitude=40.9), name="Off"),
    )
    return house


def made(house: House, *searches: dict[str, Any], entries: tuple[str, ...] = ()) -> str:
    """The key of a schedule with these searches."""
    told = [{"meetingId": id_of(key)} for key in entries]
    created = house.data(CREATE, entries=told, searches=list(searches))["createSchedule"]
    assert created["problems"] == []
    return str(created["key"])


def shown(house: House, key: str) -> set[str]:
    """The ids of the meetings whose dates the schedule shows."""
    schedule = house.data(READ, key=key)["schedule"]
    return {occurrence["meeting"]["id"] for occurrence in schedule["occurrences"]}


def test_what_a_search_finds_joins_the_schedule_and_is_no_entry(three: House) -> None:
    key = made(three, a_search())
    schedule = three.data(READ, key=key)["schedule"]
    assert [(search["name"], search["limit"]) for search in schedule["searches"]] == [("Near home", 50)]
    assert schedule["entries"] == []
    assert shown(three, key) == {id_of("1"), id_of("2")}


@pytest.mark.parametrize(("named", "found"), [({"named": "nyc", "radiusKm": 5}, 2), ({"named": "NY, USA"}, 3)])
def test_a_search_may_name_a_town_or_a_region(
    three: House, places: PlaceFinder, named: dict[str, Any], found: int
) -> None:
    three.places = places
    key = made(three, a_search(filter={"place": named}))
    # The place is kept as it was found: the schedule is read where no table of places is.
    three.places = None
    occurrences = three.data(READ, key=key)["schedule"]["occurrences"]
    assert len({occurrence["meeting"]["id"] for occurrence in occurrences}) == found


def test_a_search_follows_the_list(three: House) -> None:
    key = made(three, a_search())
    three.lists(a_listing(record_key="9", name="New here"), source="lantern")
    assert id_of("9") in shown(three, key)


def test_searches_are_added_and_removed(three: House) -> None:
    key = made(three, entries=("3",))
    (search,) = three.data(ADD, key=key, search=a_search(limit=1))["addSearch"]["schedule"]["searches"]
    assert shown(three, key) == {id_of("1"), id_of("3")}
    assert three.data(REMOVE, key=key, id=search["id"])["removeSearch"] == {
        "schedule": {"searches": []},
        "problems": [],
    }
    assert shown(three, key) == {id_of("3")}
    assert three.data(REMOVE, key=key, id="nothing")["removeSearch"]["problems"] == []


def test_a_point_is_kept_to_about_a_kilometre(three: House) -> None:
    key = made(three, a_search())
    with three.database.read() as read:
        kept = get_schedule_by_key(read, secret_hash(key))
    assert kept is not None
    near = kept.searches[0].filter.place.near
    assert near is not None
    assert (near.latitude, near.longitude) == (40.71, -74.01)


@pytest.mark.parametrize(
    ("time", "told"),
    [
        ({"within": "PT2H"}, "within"),
        ({"from": "2026-12-01T00:00:00Z"}, "from"),
        ({"until": "2026-12-01T00:00:00Z"}, "until"),
        ({"inProgress": True}, "inProgress"),
    ],
)
def test_a_filter_that_depends_on_now_is_a_problem_with_its_field(
    three: House, time: dict[str, Any], told: str
) -> None:
    search = a_search(filter={"time": time})
    (problem,) = three.data(CREATE, entries=[], searches=[search])["createSchedule"]["problems"]
    assert (problem["code"], problem["field"]) == ("BAD_VALUE", ["searches", "0", "filter", "time", told])
    key = made(three)
    (problem,) = three.data(ADD, key=key, search=search)["addSearch"]["problems"]
    assert problem["field"] == ["search", "filter", "time", told]


def test_a_filter_that_is_wrong_is_an_error_that_names_its_argument(three: House) -> None:
    error = three.error(CREATE, entries=[], searches=[a_search(filter={"fellowships": ["NNA"]})])
    assert error["message"].startswith("searches.0.filter.fellowships: unknown code 'NNA'")


def test_more_searches_than_the_limit_a_long_name_and_an_odd_limit_are_problems(three: House) -> None:
    searches = [a_search(), a_search(name=""), a_search(limit=501)]
    told = three.ask(CREATE, limits=limits(max_searches=2), entries=[], searches=searches)
    problems = told["data"]["createSchedule"]["problems"]
    assert [(problem["code"], problem["field"]) for problem in problems] == [
        ("TOO_MANY_ENTRIES", ["searches"]),
        ("TOO_LONG", ["searches", "1", "name"]),
        ("OUT_OF_RANGE", ["searches", "2", "limit"]),
    ]


def test_of_use_only_the_month_is_kept(three: House) -> None:
    key = made(three)
    three.now = NOW + timedelta(days=60)
    with three.database.read() as read:
        assert len(unused_schedules(read, date(2027, 1, 1))) == 1
    three.data(READ, key=key)
    with three.database.read() as read:
        kept = get_schedule_by_key(read, secret_hash(key))
        assert unused_schedules(read, date(2027, 1, 1)) == []
    assert kept is not None
    assert kept.used_month == date(2027, 1, 1)
