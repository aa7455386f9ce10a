"""Which searches the event loop does itself."""

from dataclasses import replace
from typing import Any

import pytest

from meetings.search import Point
from schema.lightness import is_light
from store.database import WouldWait
from tests.builders import a_listing
from tests.schema.conftest import LIMITS, House

NEAR = {"near": {"latitude": 40.7, "longitude": -74.0}, "radius_km": 300.0}


def light(asked: dict[str, Any], *, around: int = 100, rows: int = 300_000, most: int = 60_000) -> bool:
    return is_light(asked, rows=rows, are_few=lambda point, radius_km, most: around <= most, most=most)


def test_a_wide_circle_is_light_where_few_meet() -> None:
    asked: list[tuple[Point, float]] = []

    def are_few(point: Point, radius_km: float, most: int) -> bool:
        asked.append((point, radius_km))
        return most > 5

    assert is_light({"place": NEAR}, rows=300_000, are_few=are_few, most=6)
    assert asked == [(Point(latitude=40.7, longitude=-74.0), 300.0)]


def test_a_circle_is_not_light_where_many_meet() -> None:
    assert not light({"place": NEAR}, around=70_000)


@pytest.mark.parametrize(
    "wrong", [{"radius_km": 0.0}, {"radius_km": 501.0}, {"near": {"latitude": 91.0, "longitude": 0}}]
)
def test_a_circle_that_cannot_be_is_left_to_who_refuses_it(wrong: dict[str, Any]) -> None:
    assert not light({"place": NEAR | wrong})


@pytest.mark.parametrize("more", [{"text": "steps"}, {"ids": []}, {"time": {"zone": "Europe/Oslo"}}])
def test_what_looks_at_more_than_the_circle_is_not_light(more: dict[str, Any]) -> None:
    assert not light({"place": NEAR, **more})


@pytest.mark.parametrize("place", [{}, {"near": NEAR["near"]}, {**NEAR, "or_online": True}, {"named": "Oslo"}])
def test_without_a_circle_all_of_a_large_list_may_be_looked_at(place: dict[str, Any]) -> None:
    assert not light({"place": place})


def test_a_small_list_is_looked_through_at_once() -> None:
    assert light({}, rows=60_000)


def test_how_much_is_light_is_a_limit() -> None:
    assert light({"place": NEAR}, around=70_000, most=70_000)
    assert not light({"place": NEAR}, most=99)
    assert not light({}, rows=100, most=99)


def test_what_may_not_be_waited_for_looks_at_no_more_than_the_limit(house: House) -> None:
    house.lists(a_listing(), a_listing(record_key="2"))
    with house.database.read() as read:
        enough, too_little = (
            replace(house.context(read, replace(LIMITS, prompt_rows=rows)), prompt=True) for rows in (2, 1)
        )
        enough.check_light({})
        with pytest.raises(WouldWait):
            too_little.check_light({})
