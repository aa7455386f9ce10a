"""Orders, sections and starts of meetings found, told by example."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from meetings.model import VenueType, Weekday
from meetings.recurrence import DatedException
from meetings.search import MeetingOrder, Page, PlaceFilter, Point, TimeFilter
from search.hits import Hits
from search.meetings import find_meetings
from tests.builders import NOW, a_meeting, a_recurrence, a_venue
from tests.search.asking import a_list, a_query, found_ids, index_of
from tests.search.brute_force import World

#: NOW is a Sunday, 13:30 in New York; the builder's meeting is on Tuesdays at 19:30.
TUESDAY = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
NEW_YORK = Point(latitude=40.7128, longitude=-74.006)


def page_of(world: World, **asked: Any) -> Page:
    return find_meetings(index_of(world), a_query(**asked))


def start_of(*, now: datetime = NOW, time_filter: TimeFilter | None = None, **meeting: Any) -> datetime | None:
    """The start of the only meeting of a list, which must be found."""
    (hit,) = page_of(a_list(a_meeting(1, **meeting)), now=now, time=time_filter or TimeFilter()).hits
    return hit.starts_at


def test_a_hit_tells_the_next_start() -> None:
    assert start_of() == TUESDAY


def test_a_meeting_by_appointment_is_found_without_a_start() -> None:
    assert start_of(recurrence=None) is None


def test_a_cancelled_date_is_not_the_next() -> None:
    assert start_of(exceptions=(DatedException(day=date(2026, 11, 24)),)) == TUESDAY + timedelta(days=7)


def test_a_moved_date_is_the_next_where_it_was_moved_to() -> None:
    moved = DatedException(day=date(2026, 11, 24), moved_to=(date(2026, 11, 23), time(8)))
    assert start_of(exceptions=(moved,)) == datetime(2026, 11, 23, 13, tzinfo=UTC)


def test_a_moved_date_is_judged_by_its_own_day() -> None:
    moved = DatedException(day=date(2026, 11, 24), moved_to=(date(2026, 11, 23), time(8)))
    world = a_list(a_meeting(1, exceptions=(moved,)))
    assert found_ids(world, time=TimeFilter(days=frozenset({Weekday.MONDAY})))
    assert not found_ids(world, time=TimeFilter(days=frozenset({Weekday.TUESDAY})))


def test_in_a_window_any_occurrence_may_be_the_one() -> None:
    window = (NOW, NOW + timedelta(days=28))
    third = frozenset({Weekday.WEDNESDAY})
    moved = DatedException(day=date(2026, 12, 8), moved_to=(date(2026, 12, 9), time(19, 30)))
    asked = TimeFilter(window=window, days=third)
    assert start_of(exceptions=(moved,), time_filter=asked) == datetime(2026, 12, 10, 0, 30, tzinfo=UTC)


def test_a_window_is_half_open() -> None:
    world = a_list(a_meeting(1))
    assert found_ids(world, time=TimeFilter(window=(TUESDAY, TUESDAY + timedelta(minutes=1))))
    assert not found_ids(world, time=TimeFilter(window=(NOW, TUESDAY)))


@pytest.mark.parametrize(("minutes", "runs"), [(-1, False), (0, True), (89, True), (90, False)])
def test_a_meeting_is_in_progress_from_its_start_until_before_its_end(minutes: int, runs: bool) -> None:
    now = TUESDAY + timedelta(minutes=minutes)
    assert bool(found_ids(a_list(a_meeting(1)), now=now, time=TimeFilter(in_progress=True))) is runs


def test_a_meeting_of_nearly_a_day_is_in_progress_to_its_end() -> None:
    world = a_list(a_meeting(1, recurrence=a_recurrence(duration=timedelta(minutes=1439))))
    found = [
        found_ids(world, now=TUESDAY + timedelta(minutes=m), time=TimeFilter(in_progress=True)) for m in (1438, 1439)
    ]
    assert [len(ids) for ids in found] == [1, 0]


def test_what_is_in_progress_tells_when_it_began() -> None:
    assert start_of(now=TUESDAY + timedelta(hours=1), time_filter=TimeFilter(in_progress=True)) == TUESDAY


def test_a_start_in_the_skipped_hour_is_judged_by_the_wall_and_shown_at_its_instant() -> None:
    rule = a_recurrence(weekday=Weekday.SUNDAY, starts=time(2, 30))
    night = datetime(2027, 3, 14, 5, tzinfo=UTC)
    asked = TimeFilter(starts_from=150, starts_before=151)
    start = find_meetings(index_of(a_list(a_meeting(1, recurrence=rule)), night), a_query(now=night, time=asked))
    assert [hit.starts_at for hit in start.hits] == [datetime(2027, 3, 14, 7, 30, tzinfo=UTC)]


def test_excluded_days_do_not_touch_meetings_by_appointment() -> None:
    assert start_of(recurrence=None, time_filter=TimeFilter(excluded_days=frozenset(Weekday))) is None


def test_excluded_days_leave_out_what_is_held_on_them_next() -> None:
    world = a_list(a_meeting(1))
    assert not found_ids(world, time=TimeFilter(excluded_days=frozenset({Weekday.TUESDAY})))
    assert found_ids(world, time=TimeFilter(excluded_days=frozenset({Weekday.WEDNESDAY})))


def test_excluded_days_are_those_of_the_viewer() -> None:
    asked = TimeFilter(excluded_days=frozenset({Weekday.TUESDAY}), zone="Europe/Oslo")
    assert found_ids(a_list(a_meeting(1)), time=asked)


def test_a_meeting_that_is_not_held_any_more_is_on_no_excluded_day() -> None:
    yearly = a_recurrence(interval=52, anchor=date(2026, 11, 17))
    cancelled = DatedException(day=date(2027, 11, 16))
    asked = TimeFilter(excluded_days=frozenset(Weekday))
    assert start_of(recurrence=yearly, exceptions=(cancelled,), time_filter=asked) is None


def ordered(order: MeetingOrder, *meetings: Any, **asked: Any) -> list[str]:
    """The names found, in order."""
    names = {m.id: m.name for m in meetings}
    return [names[hit.meeting_id] for hit in page_of(a_list(*meetings), order=order, **asked).hits]


def test_names_are_ordered_folded_then_by_id() -> None:
    names = ("Zoë", "älter", "Alter", "zoe", "beta")
    meetings = sorted((a_meeting(n, name=name) for n, name in enumerate(names)), key=lambda m: m.id)
    by_id = {fold: [m.name for m in meetings if m.name in pair] for fold, pair in _PAIRS.items()}
    assert ordered(MeetingOrder.NAME, *meetings) == [*by_id["alter"], "beta", *by_id["zoe"]]


_PAIRS = {"alter": ("älter", "Alter"), "zoe": ("Zoë", "zoe")}


def test_a_week_begins_on_monday_and_ends_with_what_has_no_time() -> None:
    meetings = [
        a_meeting(1, name="appointment", recurrence=None),
        a_meeting(2, name="sunday", recurrence=a_recurrence(weekday=Weekday.SUNDAY)),
        a_meeting(3, name="monday late", recurrence=a_recurrence(weekday=Weekday.MONDAY, starts=time(23))),
        a_meeting(4, name="monday", recurrence=a_recurrence(weekday=Weekday.MONDAY, zone="Asia/Tokyo")),
    ]
    assert ordered(MeetingOrder.WEEK, *meetings) == ["monday", "monday late", "sunday", "appointment"]


def test_what_starts_next_comes_first_wherever_it_is() -> None:
    meetings = [
        a_meeting(1, name="appointment", recurrence=None),
        a_meeting(2, name="new york", recurrence=a_recurrence()),
        a_meeting(3, name="tokyo", recurrence=a_recurrence(zone="Asia/Tokyo")),
    ]
    assert ordered(MeetingOrder.NEXT_START, *meetings) == ["tokyo", "new york", "appointment"]


def test_without_a_point_a_distance_orders_by_name() -> None:
    meetings = [a_meeting(1, name="b"), a_meeting(2, name="a")]
    assert ordered(MeetingOrder.DISTANCE, *meetings) == ["a", "b"]


def test_what_is_reached_comes_before_what_is_online_in_every_order() -> None:
    meetings = [
        a_meeting(1, name="here"),
        a_meeting(2, name="everywhere", venue_type=VenueType.VIRTUAL, venue=None),
        a_meeting(3, name="both", venue_type=VenueType.HYBRID, venue=a_venue(latitude=-33.9)),
        a_meeting(4, name="far", venue=a_venue(latitude=-33.9)),
    ]
    place = PlaceFilter(near=NEW_YORK, radius_km=10.0, or_online=True)
    for order in MeetingOrder:
        found = ordered(order, *meetings, place=place)
        assert (found[0], set(found[1:])) == ("here", {"everywhere", "both"})


def test_what_is_online_is_ordered_by_distance_where_it_has_one() -> None:
    meetings = [
        a_meeting(1, name="a", venue_type=VenueType.VIRTUAL, venue=a_venue()),
        a_meeting(2, name="b", venue_type=VenueType.HYBRID, venue=a_venue(latitude=-33.9)),
    ]
    place = PlaceFilter(near=NEW_YORK, radius_km=10.0, or_online=True)
    assert ordered(MeetingOrder.DISTANCE, *meetings, place=place) == ["b", "a"]


def test_the_nearest_are_those_that_match_everything_else() -> None:
    meetings = [a_meeting(n, name=f"{n}", venue=a_venue(latitude=40.7 + n / 10)) for n in range(1, 5)]
    meetings[0] = a_meeting(1, name="1", fellowship="AA")
    place = PlaceFilter(near=NEW_YORK, nearest=2)
    found = ordered(MeetingOrder.NAME, *meetings, place=place, fellowships=frozenset({"NA"}))
    assert found == ["2", "3"]


def test_the_nearest_of_one_hall_are_the_first_by_name() -> None:
    meetings = [a_meeting(n, name=name) for n, name in enumerate("dbca")]
    assert ordered(MeetingOrder.NAME, *meetings, place=PlaceFilter(near=NEW_YORK, nearest=2)) == ["a", "b"]


def test_the_nearest_are_looked_for_beyond_what_ties_with_them() -> None:
    """Four kilometres are looked at first: one hall lies a hair within, the other, first by name, as much beyond."""
    rim = math.degrees(4 / 6371.0088)
    halls = {"b": rim * (1 - 2.5e-8), "a": rim * (1 + 2.5e-8)}
    meetings = [
        a_meeting(number, name=name, venue=a_venue(latitude=latitude, longitude=0.0))
        for number, (name, latitude) in enumerate(halls.items())
    ]
    place = PlaceFilter(near=Point(latitude=0.0, longitude=0.0), nearest=1)
    assert ordered(MeetingOrder.DISTANCE, *meetings, place=place) == ["a"]


def test_what_was_not_among_the_nearest_may_still_be_joined_online() -> None:
    meetings = [a_meeting(n, name=name, venue_type=VenueType.HYBRID) for n, name in enumerate("ba")]
    found = ordered(MeetingOrder.NAME, *meetings, place=PlaceFilter(near=NEW_YORK, nearest=1, or_online=True))
    assert found == ["a", "b"]


def test_a_page_counts_all_that_match_on_every_page() -> None:
    world = a_list(*(a_meeting(number) for number in range(7)))
    first = page_of(world, first=3)
    last = page_of(world, first=10, after=first.hits[-1].cursor)
    assert (first.total, first.has_next, first.has_previous) == (7, True, False)
    assert (last.total, last.has_next, last.has_previous, len(last.hits)) == (7, False, True, 4)


def test_between_two_clock_changes_a_viewer_reads_another_day() -> None:
    """From 14 to 28 March 2027 New York is five hours from Oslo, else six: half past midnight is half past eleven."""
    rule = a_recurrence(starts=time(18, 30))
    window = (datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 10, tzinfo=UTC))
    asked = TimeFilter(days=frozenset({Weekday.TUESDAY}), zone="Europe/Oslo", window=window)
    assert start_of(recurrence=rule, time_filter=asked) == datetime(2027, 3, 16, 22, 30, tzinfo=UTC)


def test_a_viewer_whose_clock_changes_reads_another_day_of_a_meeting_whose_clock_does_not() -> None:
    rule = a_recurrence(weekday=Weekday.TUESDAY, starts=time(4, 30), zone="Asia/Tokyo")
    window = (datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 10, tzinfo=UTC))
    asked = TimeFilter(days=frozenset({Weekday.MONDAY}), starts_from=930, zone="America/New_York", window=window)
    assert start_of(recurrence=rule, time_filter=asked) == datetime(2027, 3, 15, 19, 30, tzinfo=UTC)


def test_hits_taken_together_are_those_taken_one_by_one_but_for_what_is_of_the_question() -> None:
    hits = page_of(a_list(*(a_meeting(number, name=f"Lantern {number % 3}") for number in range(7)))).hits
    assert isinstance(hits, Hits)
    one_by_one = [replace(hits[place], cursor="", distance_km=None) for place in (5, 0, 3)]
    assert hits.at([5, 0, 3]) == one_by_one
