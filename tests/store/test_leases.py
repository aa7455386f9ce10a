"""Who reads which source, on either kind of database."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from meetings.source import Validators
from store.database import Database
from store.leases import Lease, give_back, give_up, take, take_due
from store.sources import get_source, get_validators, kept_bodies, put_source, put_validators, remove_source, set_paused
from tests.builders import NOW, a_source

MINUTE = timedelta(minutes=1)


def due(database: Database, holder: str = "one", now: datetime = NOW) -> Lease | None:
    with database.write() as write:
        return take_due(write, holder=holder, now=now, until=now + 15 * MINUTE)


def taken(database: Database, holder: str = "one", now: datetime = NOW) -> Lease:
    lease = due(database, holder, now)
    assert lease is not None
    return lease


def ended(database: Database, lease: Lease, *, failures: int = 0, after: timedelta = 60 * MINUTE) -> bool:
    with database.write() as write:
        return give_back(write, lease, failures=failures, next_attempt_at=NOW + after)


def test_source_that_was_never_read_is_due_and_taken_once(listed: Database) -> None:
    assert taken(listed).source_id == "lantern"
    assert due(listed, "two") is None


def test_source_that_is_sent_by_hand_is_never_due(listed: Database) -> None:
    with listed.write() as write:
        put_source(write, a_source(location=""))
    assert due(listed) is None


def test_source_is_due_again_when_its_time_has_come(listed: Database) -> None:
    assert ended(listed, taken(listed))
    assert due(listed, now=NOW + 59 * MINUTE) is None
    assert taken(listed, now=NOW + 60 * MINUTE).failures == 0


@pytest.mark.parametrize("state", ["paused", "removed"])
def test_source_that_is_paused_or_removed_is_never_due(listed: Database, state: str) -> None:
    with listed.write() as write:
        if state == "paused":
            set_paused(write, "lantern", paused=True)
        else:
            remove_source(write, "lantern", now=NOW)
    assert due(listed) is None


def test_list_that_is_sent_by_hand_is_never_due(database: Database) -> None:
    with database.write() as write:
        put_source(write, a_source(location=""))
    assert due(database) is None


def test_source_that_has_been_due_for_longest_comes_first(database: Database) -> None:
    with database.write() as write:
        for id in ("a", "b", "c"):
            put_source(write, a_source(id=id))
    for hours, lease in ((3, taken(database)), (1, taken(database))):
        ended(database, lease, after=timedelta(hours=hours))
    later = NOW + timedelta(hours=4)
    assert [taken(database, now=later).source_id for _ in range(3)] == ["c", "b", "a"]


def test_lease_of_one_who_died_ends_and_counts_as_a_failure(listed: Database) -> None:
    taken(listed)
    assert due(listed, "two", NOW + 14 * MINUTE) is None
    lease = taken(listed, "two", NOW + 15 * MINUTE)
    assert (lease.crashed, lease.failures) == (True, 1)


def test_one_who_comes_back_too_late_changes_nothing(listed: Database) -> None:
    late = taken(listed)
    taken(listed, "two", NOW + 15 * MINUTE)
    assert not ended(listed, late)
    with listed.write() as write:
        assert not give_up(write, late)
    assert due(listed, "three", NOW + 16 * MINUTE) is None


def test_source_that_was_given_up_is_as_if_it_had_not_been_tried(listed: Database) -> None:
    lease = taken(listed)
    with listed.write() as write:
        assert give_up(write, lease)
    assert taken(listed, "two").failures == 0


def test_failures_are_counted_and_told(listed: Database) -> None:
    ended(listed, taken(listed), failures=3)
    with listed.read() as read:
        source = get_source(read, "lantern")
    assert (source.failures, source.next_attempt_at) == (3, NOW + 60 * MINUTE)


def test_source_can_be_taken_by_name_before_it_is_due_but_not_from_another(listed: Database) -> None:
    ended(listed, taken(listed))
    with listed.write() as write:
        assert take(write, "lantern", holder="one", now=NOW, until=NOW + MINUTE)
        assert take(write, "lantern", holder="two", now=NOW, until=NOW + MINUTE) is None


def test_many_at_once_take_each_source_once(database: Database) -> None:
    with database.write() as write:
        for number in range(30):
            put_source(write, a_source(id=f"s{number}"))

    def take_all(holder: str) -> list[str]:
        found = []
        while (lease := due(database, holder)) is not None:
            found.append(lease.source_id)
        return found

    with ThreadPoolExecutor(6) as pool:
        counts = Counter(id for ids in pool.map(take_all, "abcdef") for id in ids)
    assert counts == Counter({f"s{number}": 1 for number in range(30)})


# --- What is kept of the last good answer -------------------------------------------------------

KNOWN = Validators(etag='"a"', last_modified="Sun, 22 Nov 2026 18:30:00 GMT", body_hash="abc")


def test_validators_are_kept_for_the_location_they_came_from(listed: Database) -> None:
    with listed.write() as write:
        put_validators(write, "lantern", KNOWN, location="https://elsewhere.example.org/")
        assert get_validators(write, "lantern") == Validators()
        put_validators(write, "lantern", KNOWN, location=a_source().location)
    with listed.read() as read:
        assert (get_validators(read, "lantern"), kept_bodies(read)) == (KNOWN, frozenset({"abc"}))


def test_source_that_is_added_again_is_read_anew(listed: Database) -> None:
    ended(listed, taken(listed), failures=3)
    with listed.write() as write:
        put_validators(write, "lantern", KNOWN, location=a_source().location)
        put_source(write, a_source(location="https://lists.example.org/new"))
        assert get_validators(write, "lantern") == Validators()
    assert taken(listed).failures == 0
