"""Imports undone: what nobody edited since is as it was, and what somebody edited stays."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from importers.protocol import Fetched
from importers.revert import revert_run
from meetings.listing import service_body_id
from meetings.model import MeetingStatus
from meetings.outcome import Outcome, Refusal
from meetings.source import ImportRun, RunStatus
from meetings.tokens import Confirmer, Role, Token
from store.database import Database
from store.imports import get_run, list_runs
from store.service_bodies import list_service_bodies
from store.sources import get_source
from store.suspensions import suspend_meetings
from store.tables import meetings, service_bodies
from store.tokens import add_token
from tests.importers.importing import applied, at, imported, new_database, opened, previewed, rows, rows_by_id, some
from tests.importers.lists import bmlt_record


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


@pytest.fixture
def either_database(migrated_url: str) -> Iterator[Database]:
    with opened(migrated_url) as database:
        yield database


def reverted(
    database: Database, run_id: str, *, days: float = 10, name: str = "undo", by: Confirmer | None = None
) -> Outcome:
    return revert_run(database, run_id, new_run_id=name, now=at(days), by=by)


def gone(database: Database) -> set[str]:
    return {key for key, row in rows(database).items() if row["status"] == MeetingStatus.WITHDRAWN}


def test_undone_import_leaves_the_list_as_it_was_before(either_database: Database) -> None:
    database = either_database
    imported(database, *some(30))
    before = rows(database)
    run = imported(database, *some(5, comments="All new"), *some(3, start=50), days=1, confirm=True)
    outcome = reverted(database, run.id)
    assert outcome.run is not None
    assert (outcome.run.reverts, outcome.run.counts.changed, outcome.run.counts.withdrawn) == (run.id, 30, 3)
    after = rows(database)
    assert {key: after[key] for key in before} == before
    assert gone(database) == {"50", "51", "52"}


def test_undoing_twice_is_once(either_database: Database) -> None:
    database = either_database
    run = imported(database, *some(3))
    first = reverted(database, run.id)
    before = rows(database)
    assert reverted(database, run.id, name="again", days=11) == first
    assert rows(database) == before
    with database.read() as read:
        assert get_run(read, run.id).reverted_by == "undo"


def test_undoing_pauses_the_source_until_a_plan_is_applied(database: Database) -> None:
    imported(database, *some(3))
    run = imported(database, *some(4), days=1)
    reverted(database, run.id)
    with database.read() as read:
        source = get_source(read, "lantern")
    assert (source.paused, source.last_good_import_at) == (True, at(0))
    previewed(database, *some(4), days=10)
    assert applied(database, days=10).run is not None
    with database.read() as read:
        assert not get_source(read, "lantern").paused


def test_undone_list_comes_back_under_its_ids_when_it_is_imported_again(database: Database) -> None:
    imported(database, *some(3))
    run = imported(database, *some(5), days=1)
    ids = {key: row["id"] for key, row in rows(database).items()}
    reverted(database, run.id)
    again = imported(database, *some(5), days=11)
    assert (again.status, again.counts.changed) == (RunStatus.SUCCEEDED, 2)
    assert {key: row["id"] for key, row in rows(database).items()} == ids
    assert gone(database) == set()


def test_list_of_before_is_unmodified_after_undoing(database: Database) -> None:
    imported(database, *some(3))
    run = imported(database, *some(5), days=1)
    reverted(database, run.id)
    assert imported(database, *some(3), days=11).status == RunStatus.NOT_MODIFIED


def test_imports_are_undone_newest_first(database: Database) -> None:
    first = imported(database, *some(3))
    second = imported(database, *some(4), days=1)
    before = rows(database)
    refused = reverted(database, first.id)
    assert (refused.refusal, second.id in refused.message) == (Refusal.NEWER_IMPORT, True)
    assert rows(database) == before
    reverted(database, second.id)
    assert reverted(database, first.id, name="undo first").run is not None
    assert len(gone(database)) == 4


def test_imports_that_found_the_same_list_are_undone_with_it(database: Database) -> None:
    imported(database, *some(30))
    before = rows(database)
    run = imported(database, *some(29), days=1)
    for days in (2, 9):
        imported(database, *some(29), days=days)
    assert gone(database) == {"29"}
    assert reverted(database, run.id).run is not None
    assert rows(database) == before


def test_what_a_person_edited_since_stays(either_database: Database) -> None:
    database = either_database
    imported(database, *some(3))
    run = imported(database, *some(3, comments="New"), days=1)
    with database.write() as write:
        chosen = rows(database)["1"]["id"]
        suspend_meetings(write, [chosen], first=date(2026, 12, 1), last=None, note="Floods", now=at(2))
    reverted(database, run.id)
    row = rows(database)["1"]
    assert (row["notes"], row["suspended_from"], row["suspended_note"]) == (None, date(2026, 12, 1), "Floods")


@pytest.mark.parametrize("told", [{"dry_run": True}, {"fetch": lambda source: 1 // 0}])
def test_import_that_changed_nothing_cannot_be_undone(database: Database, told: dict[str, Any]) -> None:
    run = imported(database, *some(3), **told)
    expected = Refusal.UNKNOWN_RUN if told.get("dry_run") else Refusal.NOTHING_TO_UNDO
    assert reverted(database, run.id).refusal == expected


def test_undoing_cannot_be_undone(database: Database) -> None:
    run = imported(database, *some(3))
    reverted(database, run.id)
    assert reverted(database, "undo", name="again").refusal == Refusal.NOTHING_TO_UNDO


def _alone(token_id: str, alone: int = 20) -> Confirmer:
    return Confirmer(token_id=token_id, alone=alone)


def _known_tokens(database: Database, *ids: str) -> None:
    with database.write() as write:
        for id in ids:
            add_token(write, Token(id=id, role=Role.VOLUNTEER, created_at=at(0)), token_hash=f"hash of {id}")


def test_undoing_that_takes_many_meetings_away_needs_a_second_volunteer(either_database: Database) -> None:
    database = either_database
    _known_tokens(database, "T1", "T2")
    imported(database, *some(3))
    run = imported(database, *some(24), days=1)
    before = rows(database)
    for _ in range(2):
        first = reverted(database, run.id, by=_alone("T1"))
        assert (first.refusal, rows(database)) == (Refusal.NEEDS_SECOND_PERSON, before)
    assert reverted(database, run.id, by=_alone("T2")).run is not None
    assert len(gone(database)) == 21


def test_undoing_that_takes_few_away_and_an_operator_s_need_no_second(database: Database) -> None:
    imported(database, *some(3))
    run = imported(database, *some(23), days=1)
    assert reverted(database, run.id, by=_alone("T1")).run is not None
    imported(database, *some(60), days=11)
    with database.read() as read:
        run = list_runs(read, first=1)[0]
    assert reverted(database, run.id, days=12, name="operator").run is not None


# --- Service bodies -----------------------------------------------------------------------------


def _bodies(*told: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [{"id": id, "name": name, "parent_id": parent, "type": "AS"} for id, name, parent in told]


def _under(database: Database, bodies: list[dict[str, Any]], *records: dict[str, Any], days: float = 0) -> ImportRun:
    """An import of these records under these bodies."""
    documents = {"GetSearchResults.json": json.dumps(records).encode()}
    documents |= {"GetServiceBodies.json": json.dumps(bodies).encode()}
    fetched = Fetched(documents=documents, location="test")
    return imported(database, days=days, fetch=lambda source: fetched)


def _tree(database: Database) -> dict[str, tuple[str, str | None]]:
    """Name and parent's key of each body, by its own key."""
    with database.read() as read:
        bodies = {body.id: body for body in list_service_bodies(read)}
    return {
        body.source_key: (body.name, bodies[body.parent_id].source_key if body.parent_id else None)
        for body in bodies.values()
    }


FERRY = _bodies(("1", "Region", "0"), ("2", "Ferry Area", "1"), ("3", "Hill Area", "1"))


def test_undoing_puts_service_bodies_back(either_database: Database) -> None:
    database = either_database
    _under(database, FERRY, *some(3, service_body_bigint="2"))
    before = _tree(database)
    other = _bodies(("1", "Renamed", "0"), ("2", "Ferry Area", "4"), ("4", "New Region", "0"), ("5", "New", "4"))
    run = _under(database, other, *some(2, service_body_bigint="2"), *some(2, start=7, service_body_bigint="5"), days=1)
    assert _tree(database) == {
        "1": ("Renamed", None),
        "2": ("Ferry Area", "4"),
        "4": ("New Region", None),
        "5": ("New", "4"),
    }
    first = reverted(database, run.id)
    assert _tree(database) == before
    assert reverted(database, run.id, name="again", days=11) == first
    assert _tree(database) == before


def test_service_body_that_changed_since_keeps_that_change(database: Database) -> None:
    _under(database, FERRY, *some(3))
    run = _under(
        database, _bodies(("1", "Renamed", "0"), ("2", "Moved", "0"), ("3", "Hill Area", "1")), *some(4), days=1
    )
    changed = update(service_bodies).where(service_bodies.c.source_key == "2").values(name="By hand")
    with database.write() as write:
        write.connection.execute(changed)
    reverted(database, run.id)
    assert _tree(database) == {"1": ("Region", None), "2": ("By hand", "1"), "3": ("Hill Area", "1")}


def test_added_service_body_stays_while_a_meeting_names_it(database: Database) -> None:
    _under(database, FERRY, *some(3))
    more = [*FERRY, *_bodies(("4", "Old Region", "0"), ("5", "Kept", "4"), ("6", "Unused", "4"))]
    run = _under(database, more, *some(4), days=1)
    named = service_body_id("lantern", "5")
    with database.write() as write:
        write.connection.execute(update(meetings).where(meetings.c.source_key == "1").values(service_body_id=named))
    reverted(database, run.id)
    assert sorted(_tree(database)) == ["1", "2", "3", "4", "5"]


# A list is some groups, each at one of two times; the third list may renumber all of them.
LISTS = st.dictionaries(st.integers(0, 7), st.sampled_from(["19:30:00", "20:00:00"]), min_size=1)


def _records(told: dict[int, str], shift: int = 0) -> list[dict[str, Any]]:
    return [
        bmlt_record(id_bigint=str(number + shift), meeting_name=f"Group {number}", start_time=starts)
        for number, starts in told.items()
    ]


# Each example is three imports into a database of its own.
@settings(max_examples=25)
@given(first=LISTS, second=LISTS, third=LISTS, shift=st.sampled_from([0, 3, 100]))
def test_undoing_the_third_of_three_lists_gives_the_state_after_the_second(
    tmp_path_factory: pytest.TempPathFactory,
    first: dict[int, str],
    second: dict[int, str],
    third: dict[int, str],
    shift: int,
) -> None:
    with new_database(tmp_path_factory.getbasetemp()) as database:
        imported(database, *_records(first), confirm=True)
        imported(database, *_records(second), days=1, confirm=True)
        before = rows_by_id(database)
        run = imported(database, *_records(third, shift), days=2, confirm=True)
        assert reverted(database, run.id).run is not None
        after = rows_by_id(database)
        assert {id: row for id, row in after.items() if id in before} == before
        assert all(row["status"] == MeetingStatus.WITHDRAWN for id, row in after.items() if id not in before)
