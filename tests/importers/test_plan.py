"""What would change: which listing is which, what is absent, and when a person has to look first."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.plan import plan_import
from meetings.listing import Listing, Parsed, Rejected, content_key, fingerprint, id_from_number, number_of
from meetings.model import MeetingStatus, Weekday
from meetings.source import Held, ImportCounts, ImportLimits, ImportPlan
from tests.builders import NOW, a_listing, a_recurrence, a_venue

SOURCE = "lantern"
DAY = timedelta(days=1)


def plan(
    listings: list[Listing], held: list[Held], *, rejected: list[Rejected] | None = None, **told: Any
) -> ImportPlan:
    parsed = Parsed(listings=tuple(listings), rejected=tuple(rejected or ()))
    facts: dict[str, Any] = {"source_id": SOURCE, "now": NOW}
    return plan_import(parsed, held, **(facts | told))


def listing(key: str | None, name: str = "First Light", **changes: Any) -> Listing:
    return a_listing(record_key=key, name=name, **changes)


def held_of(one: Listing, **changes: Any) -> Held:
    key = one.key or f"~{content_key(one)}"
    shown = id_from_number(number_of(SOURCE, key))
    facts: dict[str, Any] = {
        "meeting_id": shown,
        "ids": (shown,),
        "key": key,
        "content_key": content_key(one),
        "fingerprint": fingerprint(one),
        "status": MeetingStatus.SUSPENDED if one.suspended else MeetingStatus.ACTIVE,
    }
    return Held(**(facts | changes))


def carried_out(result: ImportPlan, held: list[Held], now: datetime = NOW) -> list[Held]:
    """What is held after a plan was applied, as the store would tell it."""
    assert result.held is None
    placed = {one.meeting_id: one for one in (*result.added, *result.changed)}
    before = {one.meeting_id: one for one in held}
    after = []
    for id_ in [*before, *(one.meeting_id for one in result.added)]:
        old = before.get(id_)
        if id_ in placed:
            one = placed[id_]
            after.append(held_of(one.listing, meeting_id=id_, ids=old.ids if old else (id_,), key=one.key))
        elif old is not None and id_ in result.withdrawn:
            after.append(replace(old, status=MeetingStatus.WITHDRAWN))
        elif old is not None and id_ in result.missing:
            after.append(replace(old, status=MeetingStatus.UNCONFIRMED, missing_since=now, missing_runs=1))
        elif old is not None and old.missing_since is not None:
            after.append(replace(old, missing_runs=old.missing_runs + 1))
        elif old is not None:
            after.append(replace(old, status=MeetingStatus.SUSPENDED) if id_ in result.suspended else old)
    return after


def listings(count: int, start: int = 0) -> list[Listing]:
    return [listing(str(number), f"Group {number}") for number in range(start, start + count)]


def many(count: int) -> tuple[list[Listing], list[Held]]:
    told = listings(count)
    return told, [held_of(one) for one in told]


# --- Which is which -----------------------------------------------------------------------------


def test_new_listing_is_added_under_an_id_made_of_source_and_key() -> None:
    result = plan([listing("7")], [])
    assert [one.meeting_id for one in result.added] == [id_from_number(number_of(SOURCE, "7"))]


def test_same_list_again_changes_nothing() -> None:
    told, held = many(30)
    result = plan(told, held)
    assert (result.added, result.changed, len(result.unchanged), result.missing) == ((), (), 30, ())


def test_other_notes_change_the_meeting_under_its_id() -> None:
    before = held_of(listing("7"))
    (changed,) = plan([listing("7", notes="Side door.")], [before]).changed
    assert changed.meeting_id == before.meeting_id


def test_renumbered_listing_is_known_by_its_content() -> None:
    before = held_of(listing("7"))
    (changed,) = plan([listing("9007")], [before]).changed
    assert (changed.meeting_id, changed.key) == (before.meeting_id, "9007")


def test_moved_listing_is_known_by_its_key() -> None:
    before = held_of(listing("7"))
    moved = listing("7", venue=a_venue(street="9 Mill Street"), recurrence=a_recurrence(starts=time(18)))
    assert [one.meeting_id for one in plan([moved], [before]).changed] == [before.meeting_id]


def test_content_outweighs_key_when_a_list_renumbers() -> None:
    first, second = listing("1", "First"), listing("2", "Second")
    held = [held_of(first), held_of(second)]
    swapped = [replace(first, record_key="2"), replace(second, record_key="1")]
    ids = {one.listing.name: one.meeting_id for one in plan(swapped, held).changed}
    assert ids == {"First": held[0].meeting_id, "Second": held[1].meeting_id}


def test_key_and_content_outweigh_content_alone() -> None:
    twins = [listing("1"), listing("2")]
    result = plan(twins[::-1], [held_of(one) for one in twins])
    assert len(result.unchanged) == 2


def test_used_key_given_to_another_meeting_gets_an_id_of_its_own() -> None:
    old = listing("1", "First")
    held = [held_of(old)]
    (added,) = plan([replace(old, record_key="2"), listing("1", "Second")], held).added
    assert added.meeting_id == id_from_number(number_of(SOURCE, "1", salt=1))


def test_no_id_that_the_source_ever_had_is_given_again() -> None:
    old = held_of(listing("5", "Fifth"))
    spent = tuple(id_from_number(number_of(SOURCE, "1", salt)) for salt in (0, 1))
    (added,) = plan([listing("5", "Fifth"), listing("1", "New")], [replace(old, ids=(*old.ids, *spent))]).added
    assert added.meeting_id == id_from_number(number_of(SOURCE, "1", salt=2))


def test_listing_without_key_is_known_by_its_content() -> None:
    before = held_of(listing(None))
    assert plan([listing(None)], [before]).unchanged == (before.meeting_id,)


def test_two_listings_without_key_and_of_one_content_are_two_meetings() -> None:
    twins = [listing(None, notes="Upstairs."), listing(None, notes="Downstairs.")]
    keys = [one.key for one in plan(twins, []).added]
    assert len(set(keys)) == 2
    assert all(key.startswith("~") for key in keys)


def test_order_of_a_list_says_nothing_of_who_is_who() -> None:
    twins = [listing(None, notes="Upstairs."), listing(None, notes="Downstairs.")]
    held = carried_out(plan(twins, []), [])
    assert len(plan(twins[::-1], held).unchanged) == 2


def test_record_that_gains_a_day_keeps_the_meeting_it_was() -> None:
    before = held_of(listing("7"))
    monday = listing("7", day="MONDAY", recurrence=a_recurrence(weekday=Weekday.MONDAY))
    result = plan([monday, listing("7", day="TUESDAY")], [before])
    assert ([one.key for one in result.added], [one.key for one in result.changed]) == (["7/MONDAY"], ["7/TUESDAY"])


@given(st.permutations(range(40)))
def test_shuffled_ids_delete_and_duplicate_nothing(order: list[int]) -> None:
    told, held = many(40)
    shuffled = [replace(one, record_key=str(order[number])) for number, one in enumerate(told)]
    result = plan(shuffled, held)
    assert (result.added, result.missing) == ((), ())
    assert {one.meeting_id for one in result.changed} | set(result.unchanged) == {one.meeting_id for one in held}


# --- What is absent -----------------------------------------------------------------------------


def test_absent_meeting_is_missing_and_not_withdrawn() -> None:
    told, held = many(30)
    result = plan(told[1:], held)
    assert (result.missing, result.withdrawn) == ((held[0].meeting_id,), ())


def test_meeting_missing_before_is_not_missing_anew() -> None:
    told, held = many(30)
    held[0] = replace(held[0], status=MeetingStatus.UNCONFIRMED, missing_since=NOW - DAY, missing_runs=1)
    assert plan(told[1:], held).missing == ()


@pytest.mark.parametrize(
    ("runs_before", "days", "withdrawn"), [(2, 7, True), (1, 7, False), (2, 6.9, False), (9, 1, False), (1, 90, False)]
)
def test_missing_is_withdrawn_after_three_runs_and_seven_days(runs_before: int, days: float, withdrawn: bool) -> None:
    told, held = many(30)
    since = NOW - days * DAY
    held[0] = replace(held[0], status=MeetingStatus.UNCONFIRMED, missing_since=since, missing_runs=runs_before)
    assert plan(told[1:], held).withdrawn == ((held[0].meeting_id,) if withdrawn else ())


def test_unmodified_import_counts_towards_withdrawal() -> None:
    _, held = many(30)
    held[0] = replace(held[0], status=MeetingStatus.UNCONFIRMED, missing_since=NOW - 7 * DAY, missing_runs=2)
    result = plan([], held, same_as=ImportCounts(received=31, added=29, rejected=2))
    assert (result.withdrawn, result.missing) == ((held[0].meeting_id,), ())
    assert (result.counts.received, result.counts.unchanged, result.counts.rejected) == (31, 29, 2)


def test_confirmed_plan_withdraws_at_once_what_is_missing_now_and_before() -> None:
    told, held = many(30)
    held[0] = replace(held[0], status=MeetingStatus.UNCONFIRMED, missing_since=NOW - DAY, missing_runs=1)
    result = plan(told[2:], held, confirm=True)
    assert (result.missing, len(result.withdrawn)) == ((), 2)


@pytest.mark.parametrize("status", [MeetingStatus.UNCONFIRMED, MeetingStatus.WITHDRAWN, MeetingStatus.SUSPENDED])
def test_meeting_that_is_listed_again_returns_under_its_id(status: MeetingStatus) -> None:
    told, held = many(30)
    held[0] = replace(held[0], status=status, missing_since=None if status == MeetingStatus.SUSPENDED else NOW - DAY)
    assert [one.meeting_id for one in plan(told, held).changed] == [held[0].meeting_id]


def test_meeting_that_pauses_and_is_known_to_is_unchanged() -> None:
    paused = listing("1", suspended=True)
    assert len(plan([paused], [held_of(paused)]).unchanged) == 1


def test_rejected_record_keeps_its_last_good_version() -> None:
    told, held = many(3)
    result = plan(told[1:], held, rejected=[Rejected(record_key="0")])
    assert (result.missing, result.suspended, result.counts.rejected) == ((), (), 1)


def test_rejected_record_keeps_all_its_weekdays() -> None:
    monday = listing("7", day="MONDAY")
    result = plan([listing("1", "Other")], [held_of(monday)], rejected=[Rejected(record_key="7")])
    assert result.missing == ()


def test_key_that_only_begins_alike_is_another_record() -> None:
    told, held = many(30)
    result = plan(told[1:], held, rejected=[Rejected(record_key="00")])
    assert len(result.missing) == 1


def test_record_no_longer_published_is_suspended() -> None:
    told, held = many(30)
    result = plan(told[1:], held, rejected=[Rejected(record_key="0", unpublished=True)])
    assert (result.suspended, result.missing) == ((held[0].meeting_id,), ())


def test_record_that_stays_unpublished_changes_nothing_more() -> None:
    told, held = many(30)
    held[0] = replace(held[0], status=MeetingStatus.SUSPENDED)
    result = plan(told[1:], held, rejected=[Rejected(record_key="0", unpublished=True)])
    assert (result.suspended, result.missing, result.held) == ((), (), None)


# --- When a person has to look ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "absent", "is_held"),
    [
        (1000, 100, False),
        (1000, 101, True),
        (100, 20, False),
        (100, 21, True),
        (40, 20, False),
        (4, 3, True),
        (1, 1, True),
    ],
)
def test_plan_is_held_when_too_much_is_absent(count: int, absent: int, is_held: bool) -> None:
    told, held = many(count)
    assert (plan(told[absent:], held).held is not None) is is_held


def test_held_plan_gives_its_figures() -> None:
    told, held = many(100)
    reason = plan(told[60:], held).held
    assert reason is not None
    assert "60 of 100 meetings (60%)" in reason


def test_confirmation_lifts_the_guard() -> None:
    told, held = many(100)
    assert plan(told[60:], held, confirm=True).held is None


def test_slow_loss_is_held_as_well_as_a_sudden_one() -> None:
    told, held = many(1000)
    for number in range(60):
        held[number] = replace(held[number], status=MeetingStatus.UNCONFIRMED, missing_since=NOW - DAY, missing_runs=1)
    assert plan(told[120:], held).held is not None


def test_unpublishing_a_whole_list_is_held() -> None:
    told, held = many(100)
    rejected = [Rejected(record_key=str(number), unpublished=True) for number in range(60)]
    assert plan(told[60:], held, rejected=rejected).held is not None


def test_withdrawn_meetings_do_not_count_as_held() -> None:
    told, held = many(100)
    held = [replace(one, status=MeetingStatus.WITHDRAWN) if n < 90 else one for n, one in enumerate(held)]
    assert plan(told[96:], held).held is not None


def test_list_of_nothing_but_refused_records_withdraws_nothing() -> None:
    _, held = many(100)
    result = plan([], held, rejected=[Rejected(record_key=str(number)) for number in range(100)])
    assert (result.held, result.missing, result.suspended) == (None, (), ())


def test_limits_are_settings() -> None:
    told, held = many(100)
    assert plan(told[60:], held, limits=ImportLimits(absent_share=0.9, absent_most=0.9)).held is None


# --- Always -------------------------------------------------------------------------------------


@st.composite
def two_lists(draw: st.DrawFn) -> tuple[list[Listing], list[Listing], list[Rejected]]:
    numbers = st.lists(st.integers(0, 12), max_size=12)
    names = st.sampled_from(["First", "Second", "Third"])
    keys = st.none() | st.integers(0, 5).map(str)
    lists = [
        [listing(draw(keys), draw(names), notes=draw(st.sampled_from([None, "a", "b"]))) for _ in draw(numbers)]
        for _ in range(2)
    ]
    unique = [list({one.record_key or object(): one for one in told}.values()) for told in lists]
    rejected = [
        Rejected(record_key=draw(keys), unpublished=draw(st.booleans())) for _ in range(draw(st.integers(0, 3)))
    ]
    return unique[0], unique[1], rejected


@given(two_lists())
def test_received_is_added_changed_unchanged_and_rejected(
    lists: tuple[list[Listing], list[Listing], list[Rejected]],
) -> None:
    first, second, rejected = lists
    held = carried_out(plan(first, []), [])
    counts = plan(second, held, rejected=rejected).counts
    assert counts.received == len(second) + len(rejected)
    assert counts.received == counts.added + counts.changed + counts.unchanged + counts.rejected


@given(two_lists())
def test_every_held_meeting_is_in_one_part_of_the_plan_at_most(
    lists: tuple[list[Listing], list[Listing], list[Rejected]],
) -> None:
    first, second, rejected = lists
    held = carried_out(plan(first, []), [])
    result = plan(second, held, rejected=rejected)
    ids = [one.meeting_id for one in (*result.added, *result.changed)]
    ids += [*result.unchanged, *result.missing, *result.suspended, *result.withdrawn]
    assert len(ids) == len(set(ids))


@given(two_lists())
def test_second_import_of_any_list_changes_nothing(lists: tuple[list[Listing], list[Listing], list[Rejected]]) -> None:
    first, second, _ = lists
    held = carried_out(plan(first, []), [])
    held = carried_out(plan(second, held, confirm=True), held)
    again = plan(second, held)
    assert (again.added, again.changed, again.missing, again.withdrawn) == ((), (), (), ())


@given(st.sets(st.integers(0, 59)))
def test_one_short_answer_takes_no_meeting_away(lost: set[int]) -> None:
    told, held = many(60)
    result = plan([one for number, one in enumerate(told) if number not in lost], held)
    assert result.withdrawn == ()
    assert result.suspended == ()
