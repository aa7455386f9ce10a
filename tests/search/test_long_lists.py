"""Where thousands match, pages are made of a few of them: they are still the beginning of all, in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from meetings.model import VenueType, Weekday
from meetings.search import MeetingFilter, MeetingOrder, MeetingQuery, PlaceFilter, Point, TimeFilter
from search.generations import build_generation
from search.index import Index
from search.meetings import find_meetings
from search.ordering import name_ranks, smallest
from store.index_rows import IndexRow
from tests.builders import NOW
from tests.search.asking import a_list, facts_of

ROWS = 6_000
HERE = Point(latitude=51.0, longitude=7.0)
ONLINE = frozenset({VenueType.VIRTUAL})
EVENINGS = TimeFilter(days=frozenset({Weekday.MONDAY, Weekday.FRIDAY}), starts_from=1020, starts_before=1320)
NEXT_HOURS = TimeFilter(window=(NOW, NOW + timedelta(hours=30)))
ASKED = {
    "all": MeetingFilter(),
    "online": MeetingFilter(venue_types=ONLINE),
    "evenings": MeetingFilter(time=EVENINGS),
    "in the next hours": MeetingFilter(time=NEXT_HOURS),
    "in progress": MeetingFilter(time=TimeFilter(in_progress=True)),
    "round a point": MeetingFilter(place=PlaceFilter(near=HERE, radius_km=60.0)),
    "round a point or online": MeetingFilter(place=PlaceFilter(near=HERE, radius_km=40.0, or_online=True)),
    "evenings round a point": MeetingFilter(place=PlaceFilter(near=HERE, radius_km=80.0), time=EVENINGS),
}


def a_row(number: int) -> IndexRow:
    """Many at one place, at one time and of one name; some by appointment, some each second week."""
    virtual = number % 3 == 0
    return IndexRow(
        number=number,
        id=f"M{number}",
        name=f"Group {number * 7 % 400}",
        fellowship=("NA", "AA", "GA")[number % 3],
        status="SUSPENDED" if number % 50 == 0 else "ACTIVE",
        venue_type="VIRTUAL" if virtual else "IN_PERSON",
        medication="UNSTATED",
        zone=("Europe/Berlin", "Europe/London", "America/New_York")[number // 5 % 3],
        weekday=None if number % 97 == 0 else number % 7,
        starts=None if number % 97 == 0 else (1080, 1140, 1170, 600)[number % 4],
        minutes=None if number % 97 == 0 else (60, 90)[number % 2],
        interval=2 if number % 31 == 0 else 1,
        anchor="2026-01-05" if number % 31 == 0 else None,
        weeks="",
        exceptions="[]",
        latitude=None if virtual else 51.0 + number % 40 / 50,
        longitude=None if virtual else 7.0 + number % 23 / 30,
        country="DE",
        region=None,
        city=None,
        by_phone=0,
        languages="[]",
        formats="[]",
        source_id="lantern",
        service_body_id=None,
        areas="[]",
    )


@cache
def index() -> Index:
    return Index(build_generation(map(a_row, range(1, ROWS + 1)), facts_of(a_list()), NOW).generation)


def pages(query: MeetingQuery) -> Iterator[list[str]]:
    """The ids of each page."""
    after = None
    while True:
        page = find_meetings(
            index(), MeetingQuery(filter=query.filter, order=query.order, first=query.first, after=after, now=NOW)
        )
        yield [hit.meeting_id for hit in page.hits]
        if not page.has_next:
            return
        after = page.hits[-1].cursor


@pytest.mark.parametrize(
    "order", [MeetingOrder.NEXT_START, MeetingOrder.DISTANCE, MeetingOrder.WEEK, MeetingOrder.NAME]
)
@pytest.mark.parametrize("asked", ASKED)
def test_pages_are_parts_of_the_whole(asked: str, order: MeetingOrder) -> None:
    every = find_meetings(index(), MeetingQuery(filter=ASKED[asked], order=order, first=2 * ROWS, now=NOW))
    whole = [hit.meeting_id for hit in every.hits]
    assert every.total == len(whole) == len(set(whole)) > 100
    found = [id for page in pages(MeetingQuery(filter=ASKED[asked], order=order, first=300, now=NOW)) for id in page]
    assert found == whole


@pytest.mark.parametrize("asked", ASKED)
def test_what_starts_next_comes_first(asked: str) -> None:
    query = MeetingQuery(filter=ASKED[asked], order=MeetingOrder.NEXT_START, first=2 * ROWS, now=NOW)
    page = find_meetings(index(), query)
    in_reach = [hit for hit in page.hits if hit.distance_km is not None or ASKED[asked].place.near is None]
    starts = [hit.starts_at for hit in in_reach if hit.starts_at is not None]
    assert starts == sorted(starts)
    assert all(hit.starts_at is None for hit in in_reach[len(starts) :])


@pytest.mark.parametrize("order", [MeetingOrder.NEXT_START, MeetingOrder.DISTANCE])
@pytest.mark.parametrize("time", [TimeFilter(), EVENINGS, NEXT_HOURS, TimeFilter(excluded_days=EVENINGS.days)])
def test_what_is_asked_again_and_again_is_answered_as_at_first(time: TimeFilter, order: MeetingOrder) -> None:
    asked = MeetingFilter(
        place=PlaceFilter(near=HERE, radius_km=60.0), time=time, fellowships=frozenset({"AA"}), by_phone=False
    )
    query = MeetingQuery(filter=asked, order=order, first=100, now=NOW)
    anew = Index(index().columns)
    first, *others = (find_meetings(anew, query) for _ in range(20))
    assert first.total is not None
    assert first.total > 100
    assert [list(page.hits) for page in others] == [list(first.hits)] * len(others)
    assert {page.total for page in others} == {first.total}


@pytest.mark.parametrize("different", [1, 5, 400])
@pytest.mark.parametrize("count", [0, 1, 60, 1000])
@pytest.mark.parametrize("many", [50, 450, 900])
def test_the_first_few_are_those_of_all_in_order_however_many_tie(many: int, count: int, different: int) -> None:
    columns, rows = index().columns, np.arange(many) * 5
    keys = np.arange(many) * 7919 % different
    every = np.lexsort([columns.rows.number[rows], name_ranks(columns, rows), keys])
    assert smallest(columns, rows, keys, count).tolist() == every[:count].tolist()
