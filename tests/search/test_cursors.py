"""Cursors: of one question, for one day, and never trusted."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.errors import CursorExpired, InvalidQuery
from meetings.model import TimeOfDay, Weekday
from meetings.search import (
    Exclusion,
    FormatFilter,
    MeetingFilter,
    MeetingOrder,
    MeetingQuery,
    OccurrenceQuery,
    PlaceFilter,
    Point,
    TimeFilter,
)
from search.clock import minute_of
from search.cursors import Asked, Position, cursors_of, question_of, resume
from search.meetings import find_meetings
from search.occurrences import find_occurrences
from tests.builders import NOW, a_meeting
from tests.search.asking import a_list, a_query, index_of

ASKED = Asked(order="NAME", filter=MeetingFilter(), now=100_000, window=(100_000, 110_080))
HERE = Position(0, 12, "first light", 345)
texts = st.text(st.characters(exclude_categories=["Cs"]))
whole = st.integers(-(2**63) + 1, 2**63 - 1)


def a_cursor(**changes: Any) -> str:
    return cursors_of(replace(ASKED, **changes), [HERE])[0]


def sealed(told: object) -> str:
    body = orjson.dumps(told)
    return urlsafe_b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode().rstrip("=")


FIVE = index_of(a_list(*(a_meeting(number) for number in range(5))))


@given(texts, whole, whole)
def test_a_cursor_says_where_its_page_ended(name: str, key: int, number: int) -> None:
    position = Position(1, key, name, number)
    assert resume(cursors_of(ASKED, [position])[0], ASKED) == (ASKED, position)


def test_a_cursor_can_stand_in_an_address() -> None:
    cursors = cursors_of(ASKED, [Position(0, key, "ÿ?>", key) for key in range(300)])
    assert all(
        set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") for cursor in cursors
    )


@given(st.text(max_size=60))
def test_what_never_was_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="damaged"):
        resume(text, ASKED)


@given(st.integers(0, 200), st.sampled_from("Aa0-_!é"))
def test_a_letter_changed_is_noticed(place: int, letter: str) -> None:
    cursor = a_cursor()
    place %= len(cursor) - 1
    if cursor[place] != letter:
        with pytest.raises(InvalidQuery, match="damaged"):
            resume(cursor[:place] + letter + cursor[place + 1 :], ASKED)


@pytest.mark.parametrize(
    "told",
    [
        {},
        [],
        ["NAME", "q", 100_000, None, 0, 1, "x"],
        ["NAME", "q", "now", None, 0, 1, "x", 1],
        ["NAME", "q", 100_000, [1], 0, 1, "x", 1],
        ["NAME", "q", 100_000, [1, "x"], 0, 1, "x", 1],
        ["NAME", "q", 100_000, None, 0, 1.5, "x", 1],
        ["NAME", "q", 100_000, None, True, 1, "x", 1],
        ["NAME", "q", 100_000, None, 0, 1 << 63, "x", 1],
        ["NAME", "q", 100_000, None, 0, 1, None, 1],
    ],
)
def test_a_whole_cursor_that_tells_other_things_says_to_start_afresh(told: object) -> None:
    with pytest.raises(CursorExpired, match="another release"):
        resume(sealed(told), ASKED)


def test_a_cursor_longer_than_any_of_ours_is_not_even_read() -> None:
    with pytest.raises(InvalidQuery, match="damaged"):
        resume("A" * 10_000, ASKED)


@pytest.mark.parametrize(
    "changes", [{"filter": MeetingFilter(by_phone=True)}, {"order": "WEEK"}, {"window": None}, {"window": (1, 2)}]
)
def test_a_cursor_of_another_question_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CursorExpired, match="another question"):
        resume(a_cursor(), replace(ASKED, **changes))


@pytest.mark.parametrize("minutes", [0, 1, 1440, -5])
def test_a_cursor_lasts_a_day(minutes: int) -> None:
    kept, _ = resume(a_cursor(), replace(ASKED, now=ASKED.now + minutes))
    assert kept.now == ASKED.now


@pytest.mark.parametrize("minutes", [1441, -6])
def test_a_cursor_older_than_a_day_or_of_tomorrow_is_refused(minutes: int) -> None:
    with pytest.raises(CursorExpired, match="a day old"):
        resume(a_cursor(), replace(ASKED, now=ASKED.now + minutes))


def test_a_window_reckoned_from_now_stays_where_it_was_on_the_first_page() -> None:
    later = replace(ASKED, now=ASKED.now + 30, window=(100_030, 110_110))
    assert resume(a_cursor(), later)[0].window == ASKED.window


def test_a_window_with_one_end_given_and_one_reckoned_stays() -> None:
    later = replace(ASKED, now=ASKED.now + 30, window=(100_030, 110_080))
    assert resume(a_cursor(), later)[0].window == ASKED.window


def test_a_question_is_known_by_its_filter_without_the_window() -> None:
    windowed = MeetingFilter(time=TimeFilter(window=(NOW, NOW + timedelta(days=1))))
    assert question_of(windowed) == question_of(MeetingFilter())


@pytest.mark.parametrize(
    "changes",
    [
        {"time": TimeFilter(days=frozenset({Weekday.MONDAY}))},
        {"time": TimeFilter(excluded_days=frozenset({Weekday.MONDAY}))},
        {"time": TimeFilter(times_of_day=frozenset({TimeOfDay.NIGHT}))},
        {"time": TimeFilter(min_duration=timedelta(minutes=60))},
        {"place": PlaceFilter(near=Point(latitude=1.0, longitude=2.0))},
        {"place": PlaceFilter(or_online=True)},
        {"formats": FormatFilter(all=frozenset({"OPEN"}))},
        {"formats": FormatFilter(any=frozenset({"OPEN"}))},
        {"fellowships": frozenset()},
        {"fellowships": frozenset({"NA"})},
        {"exclude": Exclusion(ids=frozenset({"M"}))},
    ],
)
def test_another_filter_is_another_question(changes: dict[str, Any]) -> None:
    assert question_of(MeetingFilter(**changes)) != question_of(MeetingFilter())


def test_the_order_in_which_values_are_given_is_no_other_question() -> None:
    one, other = (MeetingFilter(fellowships=frozenset(codes)) for codes in (["NA", "AA", "CA"], ["CA", "AA", "NA"]))
    assert question_of(one) == question_of(other)


def test_pages_of_meetings_refuse_cursors_of_occurrences() -> None:
    query = OccurrenceQuery(filter=MeetingFilter(), start=NOW, until=NOW + timedelta(days=7), first=1, now=NOW)
    cursor = find_occurrences(FIVE, query).hits[0].cursor
    with pytest.raises(CursorExpired, match="another question"):
        find_meetings(FIVE, a_query(after=cursor))


def test_what_starts_while_one_reads_does_not_come_again() -> None:
    query = MeetingQuery(filter=MeetingFilter(), order=MeetingOrder.NEXT_START, first=3, now=NOW)
    first = find_meetings(FIVE, query)
    rest = find_meetings(FIVE, replace(query, after=first.hits[-1].cursor, now=NOW + timedelta(hours=23)))
    assert {hit.meeting_id for hit in first.hits}.isdisjoint(hit.meeting_id for hit in rest.hits)
    assert len(rest.hits) == 2


@given(whole, texts, whole, st.integers(0, 3))
def test_a_cursor_that_points_nowhere_breaks_nothing(key: int, name: str, number: int, section: int) -> None:
    asked = Asked(order="WEEK", filter=MeetingFilter(), now=minute_of(NOW), window=None)
    cursor = cursors_of(asked, [Position(section, key, name, number)])[0]
    assert len(find_meetings(FIVE, a_query(order=MeetingOrder.WEEK, after=cursor)).hits) <= 5
