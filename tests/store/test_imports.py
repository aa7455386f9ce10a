"""Plans carried out: what is kept, what is logged, and what every id answers to."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from meetings.errors import NotFound
from meetings.findings import Finding
from meetings.listing import Listing, content_key, fingerprint, id_from_number, number_of
from meetings.model import Group, MeetingStatus, OnlineVenue, VenueType, Weekday
from meetings.recurrence import DatedException
from meetings.source import ImportCounts, ImportPlan, ImportRun, Placed, RunStatus
from store.changes import changed_meetings, last_change
from store.database import Database
from store.imports import apply_plan, get_run, held_listings, last_good_run, list_runs, record_run
from store.index_rows import read_index_rows
from store.meetings import get_group_meetings, get_meetings
from store.sources import get_source, remove_source
from tests.builders import NOW, a_listing, a_recurrence, a_venue

LATER = NOW + timedelta(days=1)


def placed(listing: Listing, *, key: str | None = None, meeting_id: str | None = None) -> Placed:
    key = key or listing.key or "?"
    return Placed(
        meeting_id=meeting_id or id_from_number(number_of("lantern", key)),
        key=key,
        listing=listing,
        content_key=content_key(listing),
        fingerprint=fingerprint(listing),
    )


def a_plan(*added: Placed, **changes: object) -> ImportPlan:
    return replace(ImportPlan(source_id="lantern", added=added), **changes)  # type: ignore[arg-type] # any field


def a_run(**changes: object) -> ImportRun:
    run = ImportRun(
        id="run", source_id="lantern", status=RunStatus.SUCCEEDED, started_at=NOW, finished_at=NOW, findings_total=0
    )
    return replace(run, **changes)  # type: ignore[arg-type] # any field


def apply(database: Database, plan: ImportPlan, *, day: int = 0) -> None:
    now = NOW + timedelta(days=day)
    with database.write() as write:
        record_run(write, a_run(id=f"run {day}", started_at=now, finished_at=now))
        apply_plan(write, plan, run_id=f"run {day}", now=now)


EVERYTHING = a_listing(
    recurrence=a_recurrence(weekday=Weekday.FRIDAY, interval=2, anchor=date(2026, 1, 2), until=date(2027, 6, 4)),
    exceptions=(
        DatedException(day=date(2026, 12, 25), note="Closed"),
        DatedException(day=date(2027, 1, 8), moved_to=(date(2027, 1, 9), time(18, 0))),
    ),
    duration_assumed=True,
    venue_type=VenueType.HYBRID,
    venue=a_venue(arrival_notes="Side door", approximate=True, postal_code="10004"),
    online=OnlineVenue(url="https://meet.example.org/1", provider="Example", phone="+15550100", notes="No video"),
    group=Group(name="First Light", code="G1", url="https://example.org/first-light"),
    formats=("OPEN", "STEPS"),
    other_formats=("ZZ",),
    languages=("en", "es"),
    medication_source="the group",
    notes="Bring a cup – ☕",
    areas=("North", "Ferry"),
    url="https://example.org/1",
)


def test_a_meeting_is_read_as_it_was_listed(listed: Database) -> None:
    one = placed(EVERYTHING)
    apply(listed, a_plan(one))
    with listed.read() as read:
        meeting = get_meetings(read, [one.meeting_id])[0]
    assert meeting is not None
    for name in set(Listing.__dataclass_fields__) & set(type(meeting).__dataclass_fields__):
        assert getattr(meeting, name) == getattr(EVERYTHING, name), name


def test_a_meeting_by_appointment_has_no_recurrence(listed: Database) -> None:
    one = placed(a_listing(recurrence=None, zone_reason=None))
    apply(listed, a_plan(one))
    with listed.read() as read:
        meeting = get_meetings(read, [one.meeting_id])[0]
    assert meeting is not None
    assert meeting.recurrence is None


def test_meetings_come_in_the_order_asked_and_none_where_there_is_none(listed: Database) -> None:
    first, second = placed(a_listing(record_key="1")), placed(a_listing(record_key="2"))
    apply(listed, a_plan(first, second))
    with listed.read() as read:
        found = get_meetings(read, [second.meeting_id, "M" + "0" * 13, first.meeting_id, second.meeting_id])
    assert [m and m.source_key for m in found] == ["2", None, "1", "2"]


def test_a_renumbered_meeting_keeps_its_id_and_answers_to_the_other(listed: Database) -> None:
    one = placed(a_listing(record_key="1"))
    apply(listed, a_plan(one))
    renumbered = placed(a_listing(record_key="77"), meeting_id=one.meeting_id)
    apply(listed, a_plan(changed=(renumbered,)), day=1)
    with listed.read() as read:
        found = get_meetings(read, [one.meeting_id, id_from_number(number_of("lantern", "77"))])
        assert held_listings(read, "lantern")[0].ids == (one.meeting_id, id_from_number(number_of("lantern", "77")))
    assert [m and m.id for m in found] == [one.meeting_id, one.meeting_id]


def test_a_missing_meeting_is_unconfirmed_and_was_last_seen_at_the_import_before(listed: Database) -> None:
    one = placed(a_listing())
    apply(listed, a_plan(one))
    apply(listed, a_plan(missing=(one.meeting_id,)), day=1)
    with listed.read() as read:
        meeting = get_meetings(read, [one.meeting_id])[0]
    assert meeting is not None
    assert (meeting.status, meeting.last_seen_at, meeting.revision) == (MeetingStatus.UNCONFIRMED, NOW, 2)


def test_a_suspended_meeting_that_goes_missing_is_not_shown_for_it(listed: Database) -> None:
    one = placed(a_listing(suspended=True))
    apply(listed, a_plan(one))
    apply(listed, a_plan(missing=(one.meeting_id,)), day=1)
    with listed.read() as read:
        assert [m and m.status for m in get_meetings(read, [one.meeting_id])] == [MeetingStatus.SUSPENDED]
        assert held_listings(read, "lantern")[0].missing_since == LATER


def test_a_meeting_that_its_source_unpublishes_is_suspended_and_not_missing(listed: Database) -> None:
    one = placed(a_listing())
    apply(listed, a_plan(one))
    apply(listed, a_plan(missing=(one.meeting_id,)), day=1)
    apply(listed, a_plan(suspended=(one.meeting_id,)), day=2)
    with listed.read() as read:
        held = held_listings(read, "lantern")[0]
    assert (held.status, held.missing_since) == (MeetingStatus.SUSPENDED, None)


def test_a_listed_meeting_was_seen_at_the_last_good_import_without_being_rewritten(listed: Database) -> None:
    one = placed(a_listing())
    apply(listed, a_plan(one))
    apply(listed, a_plan(unchanged=(one.meeting_id,)), day=1)
    with listed.read() as read:
        meeting = get_meetings(read, [one.meeting_id])[0]
        assert last_change(read) == 1
    assert meeting is not None
    assert (meeting.last_seen_at, meeting.revision) == (LATER, 1)


def test_good_imports_that_missed_a_meeting_are_counted_unmodified_ones_too(listed: Database) -> None:
    one = placed(a_listing())
    apply(listed, a_plan(one))
    apply(listed, a_plan(missing=(one.meeting_id,)), day=1)
    with listed.write() as write:
        for day, status in ((2, RunStatus.NOT_MODIFIED), (3, RunStatus.FAILED), (4, RunStatus.HELD)):
            at = NOW + timedelta(days=day)
            record_run(write, a_run(id=f"run {day}", status=status, started_at=at, finished_at=at))
    with listed.read() as read:
        assert [(h.missing_since, h.missing_runs) for h in held_listings(read, "lantern")] == [(LATER, 2)]


def test_a_meeting_that_returns_is_active_under_its_id(listed: Database) -> None:
    one = placed(a_listing())
    apply(listed, a_plan(one))
    apply(listed, a_plan(withdrawn=(one.meeting_id,)), day=1)
    apply(listed, a_plan(changed=(one,)), day=2)
    with listed.read() as read:
        meeting = get_meetings(read, [one.meeting_id])[0]
        assert held_listings(read, "lantern")[0].missing_since is None
    assert meeting is not None
    assert (meeting.status, meeting.revision) == (MeetingStatus.ACTIVE, 3)


def test_a_held_plan_changes_nothing(listed: Database) -> None:
    apply(listed, a_plan(placed(a_listing()), held="half of the list would be missing"))
    with listed.read() as read:
        assert held_listings(read, "lantern") == ()
        assert get_source(read, "lantern").last_good_import_at is None


def test_changes_are_logged_once_each_with_what_was_there_before(listed: Database) -> None:
    one, two = placed(a_listing(record_key="1")), placed(a_listing(record_key="2"))
    apply(listed, a_plan(one, two))
    apply(listed, a_plan(changed=(placed(a_listing(record_key="1", name="Second Light")),)), day=1)
    with listed.read() as read:
        assert changed_meetings(read, 0) == (tuple(sorted([one.meeting_id, two.meeting_id])), 3)
        assert changed_meetings(read, 2) == ((one.meeting_id,), 3)
        assert changed_meetings(read, 3) == ((), 3)


def test_changes_are_numbered_in_the_order_of_commits_whoever_writes(listed: Database) -> None:
    def write_ten(writer: int) -> None:
        for turn in range(10):
            one = placed(a_listing(record_key=f"{writer}-{turn}"))
            with listed.write() as write:
                apply_plan(write, a_plan(one), run_id="run", now=NOW)

    seen: list[int] = []
    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write_ten, writer) for writer in range(3)]
        while not all(writer.done() for writer in writers):
            with listed.read() as read:
                # Were a later number visible before an earlier one, following by number would lose the earlier.
                assert len(changed_meetings(read, 0)[0]) == last_change(read)
                seen.append(last_change(read))
    assert [writer.result() for writer in writers] == [None] * 3
    assert seen == sorted(seen)


def test_removing_a_source_withdraws_its_meetings(listed: Database) -> None:
    one = placed(a_listing())
    apply(listed, a_plan(one))
    with listed.write() as write:
        assert remove_source(write, "lantern", now=LATER) == 1
    with listed.read() as read:
        assert [m and m.status for m in get_meetings(read, [one.meeting_id])] == [MeetingStatus.WITHDRAWN]
        with pytest.raises(NotFound):
            get_source(read, "lantern")


def test_a_run_is_read_as_it_was_recorded(listed: Database) -> None:
    finding = Finding(code="bad_time", where="[3].start_time", source_key="9", value="25:00")
    run = a_run(
        counts=ImportCounts(received=4, added=3, rejected=1), findings=(finding,), findings_total=1, reason="why"
    )
    with listed.write() as write:
        record_run(write, run)
    with listed.read() as read:
        assert get_run(read, "run") == run
        assert list_runs(read, "lantern")[0].counts == run.counts
        assert last_good_run(read, "lantern") == replace(run, findings=())


def test_a_group_is_known_by_its_code_else_by_its_name(listed: Database) -> None:
    coded = [placed(a_listing(record_key=key, group=Group(name=key, code="G1"))) for key in "12"]
    named = placed(a_listing(record_key="3", group=Group(name="Ferry Folk")))
    apply(listed, a_plan(*coded, named))
    keys = [("lantern", "G1", "1"), ("lantern", "", "Ferry Folk"), ("lantern", "", "Nobody")]
    with listed.read() as read:
        found = get_group_meetings(read, keys)
    assert [len(found[key]) for key in keys] == [2, 1, 0]


def test_index_rows_are_the_same_in_every_database(listed: Database) -> None:
    apply(listed, a_plan(placed(EVERYTHING), placed(a_listing(record_key="2", recurrence=None))))
    with listed.read() as read:
        rows = {row.id: row for row in read_index_rows(read, now=NOW)}
        assert list(rows) == sorted(rows)
        assert set(read_index_rows(read, list(rows), now=NOW)) == set(rows.values())
    full = rows[id_from_number(number_of("lantern", "1"))]
    assert (full.weekday, full.starts, full.minutes, full.interval, full.anchor) == (4, 1170, 90, 2, "2026-01-02")
    assert (full.by_phone, full.languages, full.formats) == (1, '["en","es"]', '["OPEN","STEPS"]')
    plain = rows[id_from_number(number_of("lantern", "2"))]
    assert (plain.zone, plain.languages, plain.venue_type, plain.status) == (None, '["en"]', "IN_PERSON", "ACTIVE")
