"""Dated occurrences, told by example."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from meetings.model import VenueType, Weekday
from meetings.recurrence import DatedException
from meetings.search import MeetingFilter, OccurrenceQuery, Page, PlaceFilter, Point, TimeFilter
from search.occurrences import find_occurrences
from tests.builders import NOW, a_meeting, a_recurrence, a_venue
from tests.search.asking import a_list, index_of
from tests.search.brute_force import World

TUESDAY = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
WEEK = timedelta(days=7)


def page_of(world: World, **changes: Any) -> Page:
    own = {name: changes.pop(name) for name in tuple(changes) if name in OccurrenceQuery.__slots__}
    facts: dict[str, Any] = {"start": NOW, "until": NOW + 4 * WEEK, "first": 100, "now": NOW}
    return find_occurrences(index_of(world), OccurrenceQuery(filter=MeetingFilter(**changes), **(facts | own)))


def starts_of(world: World, **changes: Any) -> list[datetime | None]:
    return [hit.starts_at for hit in page_of(world, **changes).hits]


def test_each_date_of_a_meeting_is_one_hit() -> None:
    assert starts_of(a_list(a_meeting(1))) == [TUESDAY + n * WEEK for n in range(4)]


def test_occurrences_are_not_counted() -> None:
    assert page_of(a_list(a_meeting(1)), first=1).total is None


def test_a_cancelled_date_is_shown() -> None:
    cancelled = a_meeting(1, exceptions=(DatedException(day=date(2026, 11, 24)),))
    assert starts_of(a_list(cancelled))[0] == TUESDAY


def test_a_moved_date_is_shown_where_it_was_moved_to_and_not_where_it_was() -> None:
    moved = DatedException(day=date(2026, 11, 24), moved_to=(date(2026, 11, 26), time(19, 30)))
    starts = starts_of(a_list(a_meeting(1, exceptions=(moved,))))
    assert starts[0] == TUESDAY + timedelta(days=2)
    assert TUESDAY not in starts


def test_a_date_moved_onto_a_cancelled_one_is_shown_once() -> None:
    exceptions = (
        DatedException(day=date(2026, 11, 24)),
        DatedException(day=date(2026, 12, 1), moved_to=(date(2026, 11, 24), time(19, 30))),
    )
    assert starts_of(a_list(a_meeting(1, exceptions=exceptions))) == [TUESDAY, TUESDAY + 2 * WEEK, TUESDAY + 3 * WEEK]


def test_what_began_before_is_shown_only_when_asked_for_and_not_over() -> None:
    world = a_list(a_meeting(1))
    later = TUESDAY + timedelta(minutes=89)
    assert starts_of(world, start=later, until=later + WEEK - timedelta(hours=2)) == []
    assert starts_of(world, start=later, until=later + timedelta(hours=1), include_in_progress=True) == [TUESDAY]
    over = TUESDAY + timedelta(minutes=90)
    assert starts_of(world, start=over, until=over + timedelta(hours=1), include_in_progress=True) == []


def test_a_window_is_half_open() -> None:
    world = a_list(a_meeting(1))
    assert starts_of(world, start=TUESDAY, until=TUESDAY + timedelta(minutes=1)) == [TUESDAY]
    assert starts_of(world, start=NOW, until=TUESDAY) == []


def test_a_window_without_length_holds_nothing() -> None:
    assert starts_of(a_list(a_meeting(1)), start=TUESDAY, until=TUESDAY) == []


def test_a_meeting_by_appointment_has_no_dates() -> None:
    assert starts_of(a_list(a_meeting(1, recurrence=None))) == []


def test_each_occurrence_is_judged_by_itself() -> None:
    moved = DatedException(day=date(2026, 12, 1), moved_to=(date(2026, 12, 2), time(19, 30)))
    world = a_list(a_meeting(1, exceptions=(moved,)))
    assert starts_of(world, time=TimeFilter(days=frozenset({Weekday.WEDNESDAY}))) == [
        TUESDAY + WEEK + timedelta(days=1)
    ]


def test_what_is_online_comes_in_order_of_time_with_what_is_near() -> None:
    online = a_meeting(1, venue_type=VenueType.VIRTUAL, recurrence=a_recurrence(weekday=Weekday.MONDAY))
    here = a_meeting(2)
    place = PlaceFilter(near=Point(latitude=40.7, longitude=-74.0), radius_km=10.0, or_online=True)
    hits = page_of(a_list(online, here), place=place, until=NOW + WEEK).hits
    assert [hit.meeting_id for hit in hits] == [online.id, here.id]
    assert [hit.distance_km is None for hit in hits] == [True, False]


def test_the_nearest_are_those_with_a_date_in_the_window() -> None:
    near = a_meeting(1, recurrence=a_recurrence(weekday=Weekday.SATURDAY))
    next_nearest = a_meeting(2, venue=a_venue(latitude=40.9))
    place = PlaceFilter(near=Point(latitude=40.7, longitude=-74.0), nearest=1)
    world = a_list(near, next_nearest)
    hits = page_of(world, place=place, until=NOW + timedelta(days=4)).hits
    assert [hit.meeting_id for hit in hits] == [next_nearest.id]


def test_pages_go_on_where_they_ended_even_within_one_minute() -> None:
    world = a_list(*(a_meeting(number, name="same") for number in range(5)))
    first = page_of(world, first=7)
    rest = page_of(world, first=100, after=first.hits[-1].cursor)
    hits = (*first.hits, *rest.hits)
    assert (len(hits), len({(hit.meeting_id, hit.starts_at) for hit in hits})) == (20, 20)
    assert (first.has_next, rest.has_next, rest.has_previous) == (True, False, True)
