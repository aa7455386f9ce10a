"""An app that keeps a copy by `changes` has what it would be shown, whatever happens and whenever it asks."""

from datetime import timedelta
from typing import Any

import pytest

from meetings.listing import ListedBody, Listing, service_body_id
from meetings.source import ImportPlan
from store.changes import drop_entries, outdated_entries
from store.sources import put_source
from store.suspensions import suspend_meetings
from tests.builders import NOW, a_listing, a_source, a_venue
from tests.schema.conftest import House, id_of, placed
from tests.schema.copies import CHANGES, Copy, numbered


@pytest.fixture
def three(house: House) -> House:
    house.lists(*(numbered(key, name=f"Group {key}") for key in (1, 2, 3)))
    return house


def changed(house: House, *listings: Listing) -> None:
    house.now += timedelta(minutes=1)
    house.carries_out(ImportPlan(source_id="lantern", changed=tuple(map(placed, listings))))
    house.builds_index()


def withdrawn(house: House, *keys: str) -> None:
    house.now += timedelta(minutes=1)
    house.carries_out(ImportPlan(source_id="lantern", withdrawn=tuple(map(id_of, keys))))
    house.builds_index()


def pruned(house: House) -> int:
    """How many entries were taken out of the log."""
    with house.database.read() as read:
        numbers = outdated_entries(read, now=house.now)
    with house.database.write() as write:
        drop_entries(write, numbers)
    return len(numbers)


def test_without_a_cursor_all_that_match_come_page_by_page(three: House) -> None:
    copy = Copy(three)
    nodes = copy.catches_up(first=2)
    assert sorted(node["id"] for node in nodes) == sorted(map(id_of, "123"))
    copy.is_right()


def test_a_change_comes_once_and_as_it_is_now(three: House) -> None:
    copy = Copy(three)
    copy.catches_up()
    changed(three, numbered(1, name="Once"))
    changed(three, numbered(2, name="Between"))
    changed(three, numbered(1, name="Twice"))
    nodes = copy.catches_up()
    assert [node["meeting"]["name"] for node in nodes] == ["Between", "Twice"]
    assert nodes[1]["at"].startswith(three.now.strftime("%Y-%m-%dT%H:%M"))


def test_what_is_withdrawn_comes_as_a_tombstone(three: House) -> None:
    copy = Copy(three)
    copy.catches_up()
    withdrawn(three, "2")
    (node,) = copy.catches_up()
    assert (node["id"], node["meeting"]) == (id_of("2"), None)


def test_what_leaves_a_filter_comes_as_a_tombstone(three: House) -> None:
    copy = Copy(three, {"place": {"near": {"latitude": 11, "longitude": -74.006}, "radiusKm": 10}})
    assert len(copy.catches_up()) == 1
    changed(three, a_listing(record_key="1", venue=a_venue(latitude=50.0)))
    assert [node["meeting"] for node in copy.catches_up()] == [None]


def test_what_came_later_and_never_matched_does_not_come(three: House) -> None:
    copy = Copy(three, {"venueTypes": ["VIRTUAL"]})
    copy.catches_up()
    three.lists(numbered(8))
    assert copy.catches_up() == []


def test_an_empty_page_tells_where_to_go_on(three: House) -> None:
    copy = Copy(three)
    copy.catches_up()
    page = copy.turns_page()
    assert (page["nodes"], page["pageInfo"]["hasNextPage"]) == ([], False)
    changed(three, numbered(3, name="Later"))
    assert [node["meeting"]["name"] for node in copy.catches_up()] == ["Later"]


def test_what_changes_during_the_first_load_comes_again_afterwards(three: House) -> None:
    copy = Copy(three)
    (first,) = copy.turns_page(first=1)["nodes"]
    key = next(key for key in (1, 2, 3) if id_of(str(key)) == first["id"])
    changed(three, numbered(key, name="Meanwhile"))
    copy.catches_up(first=1)
    assert copy.held[first["id"]]["name"] == "Meanwhile"
    copy.is_right()


def test_one_may_go_on_from_any_change(three: House) -> None:
    copy = Copy(three)
    copy.catches_up()
    for key in (1, 2, 3):
        changed(three, numbered(key, name="New"))
    page = copy.turns_page()
    copy.after = page["nodes"][0]["cursor"]
    assert [node["id"] for node in copy.catches_up()] == [id_of("2"), id_of("3")]


def test_a_meeting_seen_again_is_no_change(three: House) -> None:
    copy = Copy(three)
    copy.catches_up()
    three.now += timedelta(hours=12)
    three.carries_out(ImportPlan(source_id="lantern", unchanged=tuple(map(id_of, "123"))))
    three.builds_index()
    assert copy.catches_up() == []


def test_two_listings_that_become_one_leave_one(three: House) -> None:
    with three.database.write() as write:
        put_source(write, a_source(id="harbour", added_at=NOW + timedelta(hours=1)))
    three.lists(numbered(9), source="harbour")
    copy = Copy(three)
    copy.catches_up()
    assert len(copy.held) == 4
    three.carries_out(
        ImportPlan(
            source_id="harbour",
            changed=(placed(a_listing(record_key="9", name="Group 1", venue=numbered(1).venue), "harbour"),),
        )
    )
    three.builds_index()
    copy.catches_up()
    assert id_of("9", "harbour") not in copy.held
    copy.is_right()


def test_a_suspension_is_told_on_the_day_it_begins_and_after_it_ends(three: House) -> None:
    copy = Copy(three)
    copy.catches_up()
    first = three.now.date() + timedelta(days=10)
    with three.database.write() as write:
        suspend_meetings(write, [id_of("1")], first=first, last=first + timedelta(days=20), note=None, now=three.now)
    three.builds_index()
    copy.catches_up()
    for days, there in ((9, 3), (3, 2), (19, 3)):
        three.now += timedelta(days=days)
        three.builds_index()
        copy.catches_up(first=1)
        assert len(copy.held) == there
        copy.is_right()


def test_a_copy_may_be_away_for_90_days(three: House) -> None:
    copy = Copy(three)
    copy.catches_up()
    changed(three, numbered(1, name="Long ago"))
    three.now = NOW + timedelta(days=90)
    assert pruned(three) == 0
    three.builds_index()
    copy.catches_up()
    copy.is_right()


def test_after_that_it_starts_afresh(three: House) -> None:
    copy = Copy(three)
    copy.catches_up()
    three.now += timedelta(days=90, minutes=1)
    three.builds_index()
    error = three.error(CHANGES, after=copy.after)
    assert error["extensions"]["code"] == "CURSOR_EXPIRED"
    assert "start afresh" in error["message"]


def test_what_no_cursor_needs_is_taken_out_of_the_log(three: House) -> None:
    for name in ("One", "Two", "Three"):
        changed(three, numbered(1, name=name))
    three.now += timedelta(days=92)
    changed(three, numbered(1, name="Now"))
    copy = Copy(three)
    copy.catches_up()
    assert pruned(three) == 3
    assert pruned(three) == 0
    changed(three, numbered(2, name="Afterwards"))
    assert [node["meeting"]["name"] for node in copy.catches_up()] == ["Afterwards"]
    copy.is_right()


def test_a_cursor_of_another_filter_is_refused(three: House) -> None:
    copy = Copy(three)
    copy.catches_up()
    error = three.error(CHANGES, after=copy.after, filter={"venueTypes": ["VIRTUAL"]})
    assert error["extensions"]["code"] == "CURSOR_EXPIRED"


@pytest.mark.parametrize("after", ["", "x", "bm9uZQ", "x" * 3000])
def test_what_is_no_cursor_is_no_reason_to_start_afresh(three: House, after: str) -> None:
    assert three.error(CHANGES, after=after)["extensions"] == {"code": "BAD_INPUT", "argument": "after"}


def test_a_cursor_with_a_letter_changed_is_no_reason_to_start_afresh(three: House) -> None:
    copy = Copy(three)
    copy.catches_up()
    kept = copy.after or ""
    letter = "B" if kept[20] == "A" else "A"
    error = three.error(CHANGES, after=kept[:20] + letter + kept[21:])
    assert error["extensions"] == {"code": "BAD_INPUT", "argument": "after"}


def test_a_cursor_of_pages_of_meetings_is_refused(three: House) -> None:
    page = three.data("{ meetings(first: 1) { pageInfo { endCursor } } }")["meetings"]["pageInfo"]
    assert three.error(CHANGES, after=page["endCursor"])["extensions"]["code"] == "CURSOR_EXPIRED"


def test_when_service_bodies_are_put_elsewhere_a_filter_by_them_starts_afresh(house: House) -> None:
    bodies = [ListedBody(key=key, name=key, kind="AREA", parent=None, url=None, helpline=None) for key in "ab"]
    house.lists(numbered(1, service_body="b"), bodies=bodies)
    copy = Copy(house, {"serviceBodies": [service_body_id("lantern", "a")]})
    assert copy.catches_up() == []
    below = ListedBody(key="b", name="b", kind="AREA", parent="a", url=None, helpline=None)
    house.carries_out(ImportPlan(source_id="lantern", service_bodies=(bodies[0], below)))
    house.builds_index()
    error = house.error(CHANGES, after=copy.after, filter=copy.filter)
    assert error["extensions"]["code"] == "CURSOR_EXPIRED"


def test_a_source_that_gets_another_language_changes_its_meetings(three: House) -> None:
    copy = Copy(three, {"languages": ["pt"]})
    assert copy.catches_up() == []
    with three.database.write() as write:
        put_source(write, a_source(language="pt-BR", added_at=three.now))
    three.builds_index()
    copy.catches_up()
    assert len(copy.held) == 3


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({"time": {"within": "PT1H"}}, "filter.time.within"),
        ({"time": {"from": "2026-12-01T00:00:00Z"}}, "filter.time.from"),
        ({"time": {"inProgress": True}}, "filter.time.inProgress"),
        ({"time": {"days": ["MONDAY"]}}, "filter.time.days"),
        ({"time": {"startsFrom": "18:00"}}, "filter.time.startsFrom"),
        ({"exclude": {"days": ["MONDAY"]}}, "filter.exclude.days"),
        ({"place": {"near": {"latitude": 1, "longitude": 1}, "nearest": 3}}, "filter.place.nearest"),
    ],
)
def test_what_depends_on_now_or_on_others_is_refused(three: House, given: dict[str, Any], argument: str) -> None:
    error = three.error(CHANGES, filter=given)
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["message"].startswith(argument + ":")


def test_up_to_500_come_at_once(three: House) -> None:
    assert len(three.data(CHANGES, first=500)["changes"]["nodes"]) == 3
    assert three.error(CHANGES, first=501)["message"].startswith("first:")
