"""Schedules come back as they were kept; a feed's old address is remembered as turned off."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

from meetings.schedule import Schedule, ScheduleEntry
from store.database import Database
from store.schedules import (
    Address,
    add_schedule,
    delete_schedule,
    find_feed,
    get_schedule_by_key,
    put_entries,
    remove_entries,
    rotate,
    update_schedule,
)
from tests.builders import NOW


def an_entry(meeting_id: str = "M1", **changes: object) -> ScheduleEntry:
    entry = ScheduleEntry(meeting_id=meeting_id, added_on=date(2026, 11, 22), updated_at=NOW)
    return replace(entry, **changes)  # type: ignore[arg-type] # any field


def a_schedule(*entries: ScheduleEntry) -> Schedule:
    return Schedule(
        id="s1",
        name="Mine",
        time_zone="Europe/Lisbon",
        entries=entries,
        created_at=NOW,
        updated_at=NOW,
        entries_updated_at=NOW,
    )


def kept(database: Database, schedule: Schedule) -> Schedule:
    with database.write() as write:
        add_schedule(write, schedule, key_hash="key", token_hash="token")
    return schedule


def found(database: Database) -> Schedule | None:
    with database.read() as read:
        return get_schedule_by_key(read, "key")


def test_a_schedule_comes_back_as_it_was_kept(database: Database) -> None:
    entry = an_entry(note="Chair", skipped_dates=(date(2026, 12, 25),), dates=(date(2026, 12, 1),), reminder_minutes=15)
    schedule = kept(database, a_schedule(entry, an_entry("M2", dates=())))
    assert found(database) == schedule


def test_an_unknown_key_finds_nothing(database: Database) -> None:
    with database.read() as read:
        assert get_schedule_by_key(read, "other") is None


def test_entries_are_added_or_replaced_in_place(database: Database) -> None:
    kept(database, a_schedule(an_entry("M1"), an_entry("M2")))
    with database.write() as write:
        put_entries(write, "s1", [an_entry("M1", note="new", revision=2), an_entry("M3")])
    entries = (found(database) or a_schedule()).entries
    assert [(e.meeting_id, e.note) for e in entries] == [("M1", "new"), ("M2", None), ("M3", None)]


def test_removed_entries_are_gone(database: Database) -> None:
    kept(database, a_schedule(an_entry("M1"), an_entry("M2")))
    with database.write() as write:
        remove_entries(write, "s1", ["M1", "M9"])
    assert [e.meeting_id for e in (found(database) or a_schedule()).entries] == ["M2"]


def test_options_change_and_entries_stay(database: Database) -> None:
    schedule = kept(database, a_schedule(an_entry()))
    changed = replace(schedule, discreet=False, reminder_minutes=30, revision=2)
    with database.write() as write:
        update_schedule(write, changed)
    assert found(database) == changed


def test_a_rotated_feed_has_a_new_address_and_the_old_one_is_turned_off(database: Database) -> None:
    schedule = kept(database, a_schedule(an_entry()))
    rotated = replace(schedule, rotation=1)
    with database.write() as write:
        rotate(write, rotated, token_hash="new token", now=NOW)
    with database.read() as read:
        assert find_feed(read, "new token") == Address(schedule=rotated)
        assert find_feed(read, "token") == Address(turned_off_at=NOW)


def test_a_deleted_schedule_leaves_only_the_hash_of_its_address(database: Database) -> None:
    kept(database, a_schedule(an_entry()))
    with database.write() as write:
        delete_schedule(write, "s1", now=NOW)
    assert found(database) is None
    with database.read() as read:
        assert find_feed(read, "token") == Address(turned_off_at=NOW)
        assert find_feed(read, "never given") is None


def test_edits_at_once_come_one_after_the_other(database: Database) -> None:
    kept(database, a_schedule(an_entry()))

    def rename(turn: int) -> None:
        with database.write() as write:
            schedule = get_schedule_by_key(write, "key") or a_schedule()
            update_schedule(write, replace(schedule, name=str(turn), changes=schedule.changes + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(rename, range(20)))
    assert (found(database) or a_schedule()).changes == 21


def test_changed_options_never_bring_an_old_address_back(database: Database) -> None:
    stale = kept(database, a_schedule(an_entry()))
    with database.write() as write:
        rotate(write, replace(stale, rotation=1), token_hash="new token", now=NOW)
        update_schedule(write, replace(stale, name="Later"))
    with database.read() as read:
        address = find_feed(read, "new token")
    assert address is not None
    assert (address.schedule or stale).rotation == 1
