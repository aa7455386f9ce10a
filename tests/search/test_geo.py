"""Radius and box against looking at every point: poles, the antimeridian, rims."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.model import Venue, VenueType
from meetings.search import Box, MeetingOrder, PlaceFilter, Point
from search.candidates import Sieve
from search.choosing import Choosing
from search.geo import chord_limit, kilometres, rows_around, rows_around_box
from search.geo import in_box as rows_in_box
from search.hits import ids_of
from search.index import Index
from search.meetings import find_meetings
from tests.builders import a_meeting, a_venue
from tests.search.asking import a_list, a_query, found_ids, index_of, rows_within
from tests.search.brute_force import World, haversine_km, in_box

randoms = st.integers(0, 2**32).map(Random)


def at(latitude: float, longitude: float) -> Point:
    return Point(latitude=latitude, longitude=longitude)


def a_point(random: Random) -> Point:
    """Many on poles and the antimeridian, and near each other."""
    latitude = random.choice((90.0, -90.0, 89.99, 60.0, 0.0, random.uniform(-90, 90), random.gauss(51, 0.3)))
    longitude = random.choice((180.0, -180.0, 179.97, 0.0, random.uniform(-180, 180), random.gauss(0, 0.3)))
    return at(round(latitude, 6), round(longitude, 6))


def meetings_at(points: list[Point]) -> World:
    return a_list(
        *(
            a_meeting(number, venue=Venue(latitude=point.latitude, longitude=point.longitude))
            for number, point in enumerate(points)
        )
    )


def rows_by_point(index: Index, world: World) -> list[Point]:
    """The point of each row."""
    by_id = {m.id: m.venue for m in world.meetings if m.venue}
    venues = [by_id[id] for id in ids_of(index.columns.rows.number)]
    return [at(venue.latitude or 0.0, venue.longitude or 0.0) for venue in venues]


@settings(max_examples=12)
@given(randoms)
def test_a_radius_reaches_what_is_no_farther(random: Random) -> None:
    world = meetings_at([a_point(random) for _ in range(150)])
    index = index_of(world)
    points = rows_by_point(index, world)
    for _ in range(40):
        middle, radius_km = a_point(random), random.choice((0.0, 1.0, 30.0, 330.0, 500.0, 4000.0, 12_000.0, 20_015.2))
        distances = [haversine_km(point, middle) for point in points]
        rows, squares = rows_within(index.columns, middle, radius_km)
        assert sorted(rows.tolist()) == [row for row, km in enumerate(distances) if km <= radius_km + 1e-8]
        assert [kilometres(s) for s in squares.tolist()] == pytest.approx([distances[r] for r in rows], abs=1e-6)
        assert len(rows) <= rows_around(index.columns, middle, radius_km).count <= index.columns.located


@pytest.mark.parametrize("few", [0, 150])
@settings(max_examples=12)
@given(randoms)
def test_a_radius_reaches_the_same_among_chosen_rows_by_its_cells_or_by_its_parallels(few: int, random: Random) -> None:
    columns = index_of(meetings_at([a_point(random) for _ in range(150)])).columns
    chosen = Choosing(columns, [Sieve(columns.rows.number, lambda numbers: numbers % 3 == 0, 0.3)]).go_on()
    assert chosen is not None
    for _ in range(40):
        middle, radius_km = a_point(random), random.choice((0.0, 1.0, 30.0, 330.0, 500.0))
        places, squares = chosen.within(middle, radius_km, few=few)
        rows, every = rows_within(columns, middle, radius_km)
        expected = [(row, s) for row, s in zip(rows.tolist(), every.tolist(), strict=True) if row in chosen.rows]
        assert sorted(zip(chosen.rows[places].tolist(), squares.tolist(), strict=True)) == sorted(expected)


@settings(max_examples=12)
@given(randoms)
def test_a_box_holds_what_lies_between_its_sides(random: Random) -> None:
    world = meetings_at([a_point(random) for _ in range(150)])
    index = index_of(world)
    points = rows_by_point(index, world)
    for _ in range(40):
        one, other = a_point(random), a_point(random)
        south, north = sorted((one.latitude, other.latitude))
        box = Box(south=south, north=north, west=one.longitude, east=other.longitude)
        expected = [row for row, point in enumerate(points) if in_box(point, box)]
        around = rows_around_box(index.columns, box)
        inside = rows_in_box(index.columns.rows, around, box)
        assert sorted(around.rows[inside].tolist()) == expected, box


@settings(max_examples=15)
@given(randoms)
def test_a_point_on_the_rim_is_within(random: Random) -> None:
    middle, point = a_point(random), a_point(random)
    world = meetings_at([point])
    rows, _ = rows_within(index_of(world).columns, middle, haversine_km(middle, point) + 1e-9)
    assert rows.tolist() == [0]


def test_a_circle_is_widest_nearer_the_pole_than_its_middle() -> None:
    middle, radius_km = at(80.0, 0.0), 1000.0
    angle = radius_km / 6371.0088
    widest = math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(80.0))))
    latitude = math.degrees(math.asin(math.sin(math.radians(80.0)) / math.cos(angle)))
    world = meetings_at([at(latitude, widest - 0.001)])
    assert rows_within(index_of(world).columns, middle, radius_km)[0].tolist() == [0]


def test_the_antimeridian_has_two_names_and_is_one_line() -> None:
    world = meetings_at([at(0.0, 180.0), at(0.0, -180.0)])
    for box in (Box(south=-1, north=1, west=170, east=180), Box(south=-1, north=1, west=-180, east=-170)):
        assert len(found_ids(world, place=PlaceFilter(box=box))) == 2


def test_one_point_asked_for_with_no_radius_is_found() -> None:
    world = a_list(a_meeting(1))
    here = at(40.7128, -74.006)
    assert len(found_ids(world, place=PlaceFilter(near=here, radius_km=0.0))) == 1


def test_a_virtual_meeting_with_a_point_is_near_nothing() -> None:
    world = a_list(a_meeting(1, venue_type=VenueType.VIRTUAL))
    assert found_ids(world, place=PlaceFilter(near=at(40.7128, -74.006), radius_km=500.0)) == []


def test_a_meeting_of_unknown_kind_with_a_point_is_near_it() -> None:
    world = a_list(a_meeting(1, venue_type=None))
    assert len(found_ids(world, place=PlaceFilter(near=at(40.7, -74.0), radius_km=5.0))) == 1


def test_a_point_that_is_none_is_no_point() -> None:
    world = a_list(a_meeting(1, venue=a_venue(latitude=123.0)))
    assert found_ids(world, place=PlaceFilter(near=at(90.0, 0.0), radius_km=500.0)) == []
    assert len(found_ids(world)) == 1


def test_meetings_in_one_hall_are_ordered_by_name_however_far_it_is() -> None:
    halls = [a_meeting(n, name=name) for n, name in enumerate(("Gamma", "alpha", "Beta"))]
    page = find_meetings(
        index_of(a_list(*halls)),
        a_query(place=PlaceFilter(near=at(-33.0, 151.0), radius_km=20_000.0), order=MeetingOrder.DISTANCE),
    )
    assert [hit.meeting_id for hit in page.hits] == [halls[n].id for n in (1, 2, 0)]


def test_the_whole_globe_is_within_half_its_girth() -> None:
    assert chord_limit(20_015.2) >= 4.0
    assert kilometres(4.0) == pytest.approx(20_015.1, abs=0.1)
