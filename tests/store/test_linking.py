"""The same meeting in several lists: shown once, and each list's own again as soon as they no longer agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from itertools import product
from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import update

from meetings.model import Group, Meeting, MeetingStatus, OnlineVenue, VenueType
from meetings.source import ImportPlan
from meetings.suspension import status_at
from store.changes import changed_meetings, last_change
from store.database import Database
from store.index_rows import IndexRow, read_index_rows
from store.linking import Listed, follow_links, link_all, listings_of
from store.meetings import get_group_meetings, get_listed_meetings, get_meetings, parts_of_exception, resolve_ids
from store.sources import remove_source
from store.tables import meetings
from tests.builders import NOW, a_listing, a_recurrence, a_venue
from tests.store.telling import HOUR, SOURCES, add_sources, carry_out, id_of, rows, tell

PARTS = ("shown_as", "shown_why", "revision", "updated_at")


@pytest.fixture
def lists(database: Database) -> Database:
    """A database that knows three sources."""
    add_sources(database)
    return database


def show(lists: Database, *ids: str) -> list[Meeting | None]:
    with lists.read() as read:
        return get_meetings(read, ids)


def shown(lists: Database, id: str) -> Meeting:
    meeting = show(lists, id)[0]
    assert meeting is not None
    return meeting


def changed(lists: Database, after: int) -> set[str]:
    with lists.read() as read:
        return set(changed_meetings(read, after)[0])


def newest(lists: Database) -> int:
    with lists.read() as read:
        return last_change(read)


def index_rows(lists: Database, ids: Sequence[str] | None = None) -> list[IndexRow]:
    with lists.read() as read:
        return list(read_index_rows(read, ids, now=NOW))


A, B, C = (id_of(source) for source in SOURCES)
MOVED = a_listing(recurrence=a_recurrence(starts=time(19, 45)))


@pytest.fixture
def linked(lists: Database) -> Database:
    """One meeting that two sources list, the second with a note and an hour later."""
    tell(lists, "lantern", a_listing(url="https://lantern.example.org/1"))
    tell(lists, "harbour", a_listing(notes="Side door"), at=NOW + HOUR)
    return lists


# --- Shown once ---------------------------------------------------------------------------------


def test_a_meeting_in_two_lists_is_shown_once_under_the_oldest_id_and_answers_to_both(linked: Database) -> None:
    one, other = show(linked, A, B)
    assert one == other
    assert one is not None
    assert one.id == A
    assert [(listing.source_id, listing.source_key, listing.url) for listing in one.listings] == [
        ("lantern", "1", "https://lantern.example.org/1"),
        ("harbour", "1", None),
    ]


def test_facts_are_of_the_source_added_first_under_the_id_of_the_listing_that_came_first(lists: Database) -> None:
    tell(lists, "harbour", a_listing(notes="The later source"))
    tell(lists, "lantern", a_listing(notes="The source added first"), at=NOW + HOUR)
    meeting = shown(lists, A)
    assert (meeting.id, meeting.source_id, meeting.notes) == (B, "lantern", "The source added first")
    assert [listing.source_id for listing in meeting.listings] == ["lantern", "harbour"]


def test_a_meeting_that_its_first_source_withdrew_lives_on_in_the_other_list(linked: Database) -> None:
    carry_out(linked, ImportPlan(source_id="lantern", withdrawn=(A,)), NOW + 2 * HOUR)
    meeting = shown(linked, A)
    assert (meeting.id, meeting.status, meeting.notes) == (A, MeetingStatus.ACTIVE, "Side door")
    assert [listing.source_id for listing in meeting.listings] == ["harbour"]


def test_a_meeting_that_one_list_lost_stays_active_by_the_other(linked: Database) -> None:
    carry_out(linked, ImportPlan(source_id="harbour", missing=(B,)), NOW + 2 * HOUR)
    assert shown(linked, B).status is MeetingStatus.ACTIVE
    carry_out(linked, ImportPlan(source_id="lantern", suspended=(A,)), NOW + 3 * HOUR)
    assert shown(linked, A).status is MeetingStatus.UNCONFIRMED


def test_it_was_last_seen_when_any_list_last_had_it(linked: Database) -> None:
    carry_out(linked, ImportPlan(source_id="lantern", missing=(A,)), NOW + 2 * HOUR)
    meeting = shown(linked, A)
    assert meeting.last_seen_at == NOW + HOUR
    assert [listing.last_seen_at for listing in meeting.listings] == [NOW, NOW + HOUR]


def test_removing_a_source_leaves_the_meeting_to_the_other(linked: Database) -> None:
    with linked.write() as write:
        remove_source(write, "lantern", now=NOW + 2 * HOUR)
    meeting = shown(linked, A)
    assert (meeting.status, meeting.source_id) == (MeetingStatus.ACTIVE, "harbour")
    assert [row.source_id for row in index_rows(linked)] == ["harbour"]


def test_what_one_source_lists_can_be_read_as_it_lists_it(linked: Database) -> None:
    with linked.read() as read:
        one, other = get_listed_meetings(read, [A, B])
    assert one is not None
    assert other is not None
    assert [(m.id, m.notes, m.source_id) for m in (one, other)] == [(A, None, "lantern"), (B, "Side door", "harbour")]


def test_other_ids_lead_to_the_one_shown(linked: Database) -> None:
    with linked.read() as read:
        assert resolve_ids(read, [A, B, C]) == {A: A, B: A}


def test_a_suspension_of_any_listing_holds_for_the_meeting(linked: Database) -> None:
    with linked.write() as write:
        day = {"suspended_from": NOW.date(), "suspended_note": "Flood"}
        write.connection.execute(update(meetings).where(meetings.c.id == B).values(**day))
    meeting = shown(linked, A)
    assert meeting.suspension is not None
    assert meeting.suspension.note == "Flood"
    assert index_rows(linked)[0].status == MeetingStatus.SUSPENDED


#: What one list says, what the other says, and how the meeting is shown.
TOGETHER = [
    ("ACTIVE", "ACTIVE", "ACTIVE"),
    ("ACTIVE", "UNCONFIRMED", "ACTIVE"),
    ("ACTIVE", "WITHDRAWN", "ACTIVE"),
    ("ACTIVE", "SUSPENDED", "UNCONFIRMED"),
    ("UNCONFIRMED", "UNCONFIRMED", "UNCONFIRMED"),
    ("UNCONFIRMED", "SUSPENDED", "UNCONFIRMED"),
    ("UNCONFIRMED", "WITHDRAWN", "UNCONFIRMED"),
    ("SUSPENDED", "SUSPENDED", "SUSPENDED"),
    ("SUSPENDED", "WITHDRAWN", "SUSPENDED"),
    ("WITHDRAWN", "WITHDRAWN", "WITHDRAWN"),
]
LONG_OVER, NOW_ON, TO_COME = (-30, -20), (-2, 20), (30, 40)
ENDLESS = (-2, None)


def put(lists: Database, id: str, status: str, days: tuple[int, int | None] | None = None) -> None:
    """Let a listing stand so by its source, and be suspended from and to so many days from now."""
    values: dict[str, Any] = {"status": MeetingStatus(status)}
    first, last = days or (None, None)
    values["suspended_from"] = None if first is None else NOW.date() + timedelta(days=first)
    values["suspended_until"] = None if last is None else NOW.date() + timedelta(days=last)
    with lists.write() as write:
        write.connection.execute(update(meetings).where(meetings.c.id == id).values(**values))


def test_a_list_that_suspends_a_meeting_casts_doubt_on_those_that_do_not(linked: Database) -> None:
    for one, other, together in [*TOGETHER, *((b, a, c) for a, b, c in TOGETHER)]:
        put(linked, A, one)
        put(linked, B, other)
        assert (shown(linked, A).status, [row.status for row in index_rows(linked)]) == (together, [together])


@pytest.mark.parametrize("first", [A, B])
def test_no_list_and_no_suspension_that_is_over_opens_what_a_person_closed(linked: Database, first: str) -> None:
    for days, other in product((NOW_ON, ENDLESS), (None, LONG_OVER)):
        put(linked, first, "ACTIVE", days)
        put(linked, B if first == A else A, "ACTIVE", other)
        meeting, (row,) = shown(linked, A), index_rows(linked)
        assert (status_at(meeting, NOW), row.status) == (MeetingStatus.SUSPENDED, MeetingStatus.SUSPENDED)


def test_a_suspension_to_come_leaves_each_date_cancelled_that_another_closes_now(linked: Database) -> None:
    put(linked, A, "ACTIVE", TO_COME)
    put(linked, B, "ACTIVE", NOW_ON)
    meeting, (row,) = shown(linked, A), index_rows(linked)
    cancelled = {exception.day for exception in meeting.exceptions if exception.moved_to is None}
    assert {NOW.date() + timedelta(days=days) for days in (2, 9, 16)} <= cancelled
    assert orjson.loads(row.exceptions) == [parts_of_exception(one) for one in meeting.exceptions]


def test_the_index_says_of_every_meeting_how_it_is_shown(linked: Database) -> None:
    spans = (None, LONG_OVER, NOW_ON, TO_COME, ENDLESS)
    random = Random(7)
    for _ in range(60):
        for id in (A, B):
            put(linked, id, random.choice(list(MeetingStatus)).value, random.choice(spans))
        meeting, (row,) = shown(linked, A), index_rows(linked)
        assert status_at(meeting, NOW) == row.status


def test_a_group_holds_a_linked_meeting_once(lists: Database) -> None:
    group = Group(name="First Light", code="G1")
    tell(lists, "lantern", a_listing(group=group))
    tell(lists, "harbour", a_listing(group=group))
    keys = [("lantern", "G1", ""), ("harbour", "G1", "")]
    with lists.read() as read:
        found = get_group_meetings(read, keys)
    assert {key: [meeting.id for meeting in held] for key, held in found.items()} == {key: [A] for key in keys}


# --- Found once ---------------------------------------------------------------------------------


def test_the_index_gets_a_linked_meeting_once_with_all_its_lists(linked: Database) -> None:
    tell(linked, "meadow", a_listing(record_key="9", name="Candle"))
    found = index_rows(linked)
    assert len(found) == 2
    assert {row.id: (row.source_id, row.other_origins) for row in found} == {
        A: ("lantern", '[["harbour",null]]'),
        id_of("meadow", "9"): ("meadow", "[]"),
    }


@pytest.mark.parametrize("ids", [[A], [B], [B, A]])
def test_the_index_gets_the_same_row_by_either_id(linked: Database, ids: list[str]) -> None:
    assert index_rows(linked, ids) == index_rows(linked)


# --- Linked and unlinked ------------------------------------------------------------------------


def test_linking_and_unlinking_logs_both(linked: Database) -> None:
    assert changed(linked, 1) == {A, B}
    number = newest(linked)
    tell(linked, "harbour", MOVED, how="changed", at=NOW + 2 * HOUR)
    assert changed(linked, number) == {A, B}


def test_a_change_of_a_later_listing_is_logged_for_the_meeting_shown(linked: Database) -> None:
    number = newest(linked)
    tell(linked, "harbour", a_listing(notes="Front door"), how="changed", at=NOW + 2 * HOUR)
    assert changed(linked, number) == {A, B}
    number = newest(linked)
    tell(linked, "lantern", a_listing(notes="Front door"), how="changed", at=NOW + 2 * HOUR)
    assert changed(linked, number) == {A}


def test_lists_that_no_longer_agree_are_shown_apart_as_they_were(linked: Database) -> None:
    tell(linked, "harbour", MOVED, how="changed", at=NOW + 2 * HOUR)
    one, other = show(linked, A, B)
    assert one is not None
    assert other is not None
    assert (one.id, one.url, len(one.listings)) == (A, "https://lantern.example.org/1", 1)
    assert (other.id, other.recurrence, len(other.listings)) == (B, MOVED.recurrence, 1)
    assert {row.id for row in index_rows(linked)} == {A, B}


def test_a_revision_never_falls(linked: Database) -> None:
    seen = [shown(linked, A).revision]
    for step, listing in enumerate((a_listing(notes="New"), MOVED, a_listing(), MOVED)):
        tell(linked, "harbour", listing, how="changed", at=NOW + (2 + step) * HOUR)
        seen.append(shown(linked, A).revision)
    assert seen == sorted(set(seen))


def test_what_another_source_tells_is_untouched(linked: Database) -> None:
    before = rows(linked, without=PARTS)[A]
    for step, listing in enumerate((MOVED, a_listing())):
        tell(linked, "harbour", listing, how="changed", at=NOW + (2 + step) * HOUR)
        assert rows(linked, without=PARTS)[A] == before


def test_a_plan_that_changes_nothing_links_nothing_anew(linked: Database) -> None:
    before, number = rows(linked), newest(linked)
    carry_out(linked, ImportPlan(source_id="harbour", unchanged=(B,)), NOW + 2 * HOUR)
    assert (rows(linked), newest(linked)) == (before, number)


def test_judging_all_anew_changes_nothing_where_nothing_changed(linked: Database) -> None:
    before, number = rows(linked), newest(linked)
    with linked.write() as write:
        assert link_all(write, now=NOW + 2 * HOUR) == 2
        follow_links(write, [], now=NOW)
    assert rows(linked) == before
    assert newest(linked) == number


def test_a_link_that_was_lost_is_found_when_all_are_judged_anew(linked: Database) -> None:
    with linked.write() as write:
        write.connection.execute(update(meetings).values(shown_as=None, shown_why=None))
        assert link_all(write, now=NOW + 2 * HOUR) == 2
    assert shown(linked, B).id == A


def test_why_two_listings_are_one_can_be_read(linked: Database) -> None:
    with linked.read() as read:
        assert listings_of(read, B) == (
            Listed(meeting_id=A, source_id="lantern", source_key="1", why=None),
            Listed(
                meeting_id=B,
                source_id="harbour",
                source_key="1",
                why=f"as {A} of lantern: the same day and time, the same address, 0 m apart, names 100% alike",
            ),
        )


def test_a_join_link_is_followed_where_there_is_no_place(lists: Database) -> None:
    room = OnlineVenue(url="https://zoom.us/j/1234567890?pwd=lantern")
    one = a_listing(venue=None, venue_type=VenueType.VIRTUAL, online=room)
    tell(lists, "lantern", one)
    tell(lists, "harbour", replace(one, online=OnlineVenue(url="https://us02web.zoom.us/j/1234567890")))
    assert shown(lists, B).id == A


def test_an_address_is_followed_where_there_is_no_point(lists: Database) -> None:
    tell(lists, "lantern", a_listing())
    tell(lists, "harbour", a_listing(venue=a_venue(street="12 ferry ln", latitude=None, longitude=None)))
    assert shown(lists, B).id == A


def test_of_a_crowd_at_one_door_and_hour_none_is_linked(lists: Database) -> None:
    tell(lists, "lantern", *(a_listing(record_key=str(number)) for number in range(60)))
    tell(lists, "harbour", *(a_listing(record_key=str(number)) for number in range(60)))
    assert all(row["shown_as"] is None for row in rows(lists).values())


def test_a_crowd_is_one_though_it_is_followed_in_pieces(lists: Database) -> None:
    tell(lists, "lantern", *(a_listing(record_key=str(number)) for number in range(60)))
    tell(lists, "harbour", *(a_listing(record_key=str(number)) for number in range(60)))
    with lists.write() as write:
        follow_links(write, [id_of("harbour", str(number)) for number in range(60)], now=NOW, at_once=20)
    assert all(row["shown_as"] is None for row in rows(lists).values())
