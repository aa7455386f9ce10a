"""When two lists mean one meeting, when they do not, and when nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.model import VenueType
from meetings.same_meeting import CROWD, Pair, Sighting, Verdict, grouped, judge, name_likeness

ROOM = "https://zoom.us/j/1234567890?pwd=lantern"


def here(**changes: Any) -> Sighting:
    """First Light in Lantern Hall, Tuesdays at 19:30, as the list `lantern` has it."""
    facts: dict[str, Any] = {
        "id": "M1", "source_id": "lantern", "name": "First Light", "fellowship": "NA",
        "weekday": 1, "starts": 1170, "minutes": 90, "zone": "America/New_York",
        "venue_type": VenueType.IN_PERSON, "venue_name": "Lantern Hall", "street": "12 Ferry Lane", "city": "New York",
        "postal_code": "10004", "latitude": 40.7128, "longitude": -74.006,
    }  # fmt: skip
    return Sighting(**(facts | changes))


def there(**changes: Any) -> Sighting:
    """The same, as the list `harbour` has it."""
    return here(**({"id": "M2", "source_id": "harbour"} | changes))


def online(of: Sighting, **changes: Any) -> Sighting:
    nowhere = dict.fromkeys(("venue_name", "street", "city", "postal_code", "latitude", "longitude"))
    facts: dict[str, Any] = {"venue_type": VenueType.VIRTUAL, "online_url": ROOM, **nowhere}
    return replace(of, **(facts | changes))


# --- The same, and why --------------------------------------------------------------------------


def test_same_hour_place_and_name_are_one_meeting() -> None:
    verdict = judge(here(), there())
    assert verdict is not None
    assert verdict.reasons == ("the same day and time", "the same address", "0 m apart", "names 100% alike")


def test_a_door_is_the_same_a_block_away_on_the_map() -> None:
    verdict = judge(here(), there(latitude=40.7136, street="Corner of Ferry and Quay"))
    assert verdict is not None
    assert "89 m apart" in verdict.reasons


def test_an_address_is_enough_where_there_is_no_point() -> None:
    verdict = judge(here(), there(latitude=None, longitude=None, street="12 Ferry Ln.", postal_code=None))
    assert verdict is not None
    assert "the same address" in verdict.reasons


def test_the_middle_of_a_town_is_no_door() -> None:
    town = {"approximate": True, "street": None, "venue_name": None}
    assert judge(here(), there(**town)) is None


@pytest.mark.parametrize("name", ["First Light Group", "first  light", "Fïrst Light – Big Book", "Light, First"])
def test_a_name_may_be_written_differently(name: str) -> None:
    assert judge(here(), there(name=name)) is not None


def test_one_lists_name_may_be_the_others_group() -> None:
    assert judge(here(name="Candlelight Speakers"), there(name="Step Study", group_name="Candlelight")) is not None


def test_the_same_room_online_at_the_same_hour_is_one_meeting() -> None:
    verdict = judge(online(here()), online(there(), online_url="https://us02web.zoom.us/j/1234567890"))
    assert verdict is not None
    assert "the same room online" in verdict.reasons


def test_a_hybrid_meeting_is_known_by_its_door_or_by_its_room() -> None:
    hybrid = here(venue_type=VenueType.HYBRID, online_url=ROOM)
    assert judge(hybrid, there()) is not None
    assert judge(hybrid, online(there())) is not None


def test_zones_of_two_names_that_keep_one_time_are_one_hour() -> None:
    assert judge(here(), there(zone="US/Eastern")) is not None
    assert judge(here(), there(zone="America/Panama")) is None


# --- Nearly the same ----------------------------------------------------------------------------


def test_two_groups_in_one_church_at_one_hour_are_two() -> None:
    assert judge(here(), there(name="Women on the Path")) is None


def test_the_same_name_in_another_town_is_another_meeting() -> None:
    assert judge(here(), there(city="Albany", postal_code="12207", latitude=42.65, longitude=-73.75)) is None
    no_point = {"latitude": None, "longitude": None}
    assert judge(here(), there(city="Albany", postal_code="12207", **no_point)) is None


def test_moved_by_a_quarter_of_an_hour_both_are_shown() -> None:
    assert judge(here(), there(starts=1185)) is None


def test_the_same_room_online_at_another_hour_is_another_meeting() -> None:
    assert judge(online(here()), online(there(), starts=1230)) is None


def test_two_names_in_one_room_online_are_two() -> None:
    assert judge(online(here()), online(there(), name="Women on the Path")) is None


def test_a_page_that_lists_rooms_is_no_room() -> None:
    page = "https://example.org/meetings"
    one = online(here(name="Candle and Flame"), online_url=page)
    assert judge(one, online(there(name="Candle and Flame"), online_url=page)) is not None
    assert judge(one, online(there(name="Candle"), online_url=page)) is None


def test_a_door_that_one_list_says_is_shut_is_not_the_others_open_door() -> None:
    assert judge(here(), there(venue_type=VenueType.VIRTUAL)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"fellowship": "AA"},
        {"weekday": 2},
        {"weeks": "1,3"},
        {"interval": 2, "anchor": date(2026, 1, 6)},
        {"until": date(2026, 12, 29)},
        {"zone": "America/Chicago"},
        {"weekday": None, "starts": None, "zone": None},
    ],
)
def test_what_contradicts_is_never_one(changes: dict[str, Any]) -> None:
    assert judge(here(), there(**changes)) is None


def test_every_second_week_is_the_same_only_in_the_same_weeks() -> None:
    one = here(interval=2, anchor=date(2026, 1, 6))
    assert judge(one, there(interval=2, anchor=date(2026, 2, 3))) is not None
    assert judge(one, there(interval=2, anchor=date(2026, 1, 13))) is None


def test_one_source_never_lists_a_meeting_twice() -> None:
    assert judge(here(), here(id="M2")) is None


def test_names_that_say_nothing_neither_agree_nor_contradict() -> None:
    assert name_likeness("NA Meeting", "First Light") is None
    verdict = judge(here(name="NA Meeting"), there())
    assert verdict is not None
    assert not verdict.sure


# --- Many at once -------------------------------------------------------------------------------


def groups_of(*sightings: Sighting) -> list[tuple[str, ...]]:
    known = {one.id: one for one in sightings}
    verdicts: dict[Pair, Verdict] = {}
    for one, other in combinations(sorted(known), 2):
        if verdict := judge(known[one], known[other]):
            verdicts[one, other] = verdict
    return grouped(known, verdicts)


def test_three_lists_of_one_meeting_are_one() -> None:
    assert groups_of(here(), there(), there(id="M3", source_id="meadow")) == [("M1", "M2", "M3")]


def test_each_room_of_a_house_is_linked_with_its_own() -> None:
    rooms = {"M1": "Room 1", "M2": "Room 2"}
    one = [here(id=id, arrival_notes=room) for id, room in rooms.items()]
    other = [there(id=f"X{id}", arrival_notes=room) for id, room in rooms.items()]
    assert groups_of(*one, *other) == [("M1", "XM1"), ("M2", "XM2")]


def test_each_group_of_a_church_is_linked_with_its_own() -> None:
    one = [here(id="M1", name="Hope"), here(id="M2", name="Hope, Faith and Courage")]
    other = [there(id="M3", name="Hope Faith & Courage"), there(id="M4", name="Hope")]
    assert groups_of(*one, *other) == [("M1", "M4"), ("M2", "M3")]


def test_a_name_that_says_nothing_is_linked_only_where_there_is_no_choice() -> None:
    plain = there(name="NA Meeting")
    assert groups_of(here(), plain) == [("M1", "M2")]
    assert groups_of(here(), here(id="M3", name="Candle"), plain) == []


def test_lists_that_contradict_each_other_are_not_joined_by_a_third() -> None:
    hybrid = there(id="M3", source_id="meadow", venue_type=VenueType.HYBRID, online_url=ROOM)
    assert groups_of(here(), online(there()), hybrid) in ([("M1", "M3")], [("M2", "M3")])


def test_what_is_still_listed_goes_before_what_is_withdrawn() -> None:
    assert groups_of(here(live=False), here(id="M3"), there(name="First Light!")) == [("M2", "M3")]


def test_of_a_crowd_at_one_door_nobody_knows_who_is_meant() -> None:
    crowd = [here(id=f"C{number}") for number in range(CROWD + 1)]
    assert groups_of(*crowd, there()) == []
    assert groups_of(*crowd[1:], there()) == [("C1", "M2")]


NAMES = ("First Light", "First Light Group", "NA Meeting", "Hope", "Hope Fiends", "Candle", "", "東京")


def sightings() -> st.SearchStrategy[Sighting]:
    """Listings of a few lists that often mean the same."""
    return st.builds(
        here,
        source_id=st.sampled_from(("lantern", "harbour", "meadow")),
        name=st.sampled_from(NAMES),
        live=st.booleans(),
        starts=st.sampled_from((1170, 1170, 1170, 1185)),
        venue_type=st.sampled_from((*VenueType, VenueType.IN_PERSON, None)),
        street=st.sampled_from(("12 Ferry Lane", "14 Ferry Lane", None)),
        latitude=st.sampled_from((40.7128, 40.7135, 40.9, None)),
        approximate=st.booleans(),
        online_url=st.sampled_from((None, ROOM, "https://example.org/a")),
        minutes=st.sampled_from((60, 90)),
    )


@given(sightings(), sightings())
def test_a_verdict_is_the_same_from_both_sides(one: Sighting, other: Sighting) -> None:
    assert judge(one, other) == judge(other, one)


@settings(max_examples=60)
@given(st.lists(sightings(), max_size=10), st.randoms(use_true_random=False))
def test_who_is_one_depends_on_no_order_and_each_source_is_in_it_once(found: list[Sighting], random: Random) -> None:
    named = [replace(one, id=f"M{number}") for number, one in enumerate(found)]
    groups = groups_of(*named)
    random.shuffle(named)
    assert groups_of(*named) == groups
    sources = {one.id: one.source_id for one in named}
    assert all(len({sources[id] for id in group}) == len(group) for group in groups)
    assert sum(map(len, groups)) == len({id for group in groups for id in group})
