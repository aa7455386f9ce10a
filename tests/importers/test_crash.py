"""Imports that are killed, or whose n-th statement fails: the old list or the new, never a part of either."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import combinations, count
from typing import Any

import orjson
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from importers.plan import plan_import
from importers.preview import apply_kept
from importers.revert import revert_run
from meetings.errors import StoreFailed
from meetings.listing import Parsed
from meetings.source import Held
from store.database import Database
from store.index_rows import read_index_rows
from tests.builders import NOW
from tests.importers.dying import NEW, OLD, seen
from tests.importers.importing import applied, at, imported, new_database, opened, previewed, some
from tests.importers.lists import bmlt
from tests.outside import ROOT

SHOWN = {"ACTIVE", "UNCONFIRMED"}


#: What an import of these lists writes.
WRITTEN = {"INSERT INTO changes", "INSERT INTO runs", "UPDATE meetings", "UPDATE sources", "commit"}


def died(what: str, url: str, number: int) -> Any:
    """What the program tells that imports and is killed."""
    command = [sys.executable, "-m", "tests.importers.dying", what, url, str(number)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, env=dict(os.environ), timeout=600)
    return orjson.loads(told.stdout)


# Every point takes minutes; the first of each kind, and some of the others, are looked at each time.
@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.long), 25])
def test_import_killed_at_any_point_leaves_the_old_list_or_the_new_one(migrated_url: str, step: int) -> None:
    with opened(migrated_url) as database:
        imported(database, *OLD)
        result = died("points", migrated_url, step)
        passed, died_at = result["passed"], result["died_at"]
        assert passed[-1] == "commit"
        assert set(passed) >= WRITTEN
        assert set(died_at) == {*passed, "committed"}
        assert died_at == [*passed, "committed"] or step > 1
        assert (result["lists"], result["is_new"]) == (2, True)
        assert imported(database, *NEW, days=2).counts.unchanged == 190


def test_import_killed_while_its_log_is_moved_into_the_file_is_there_whole(sqlite_url: str) -> None:
    with opened(sqlite_url) as database:
        imported(database, *OLD)
        assert died("checkpoints", sqlite_url, 6) == {"whole": [True] * 6}


@contextmanager
def failing_at(database: Database, number: int) -> Iterator[list[str]]:
    """Statement or commit of that number fails as a full disk or a lost connection would; what was reached."""
    reached: list[str] = []
    full = "database or disk is full"
    error = sqlite3.OperationalError(full) if database.is_sqlite else psycopg.OperationalError(full)

    def fail(*_: Any) -> None:
        reached.append("statement")
        if len(reached) == number:
            raise error

    for name in ("do_execute", "do_executemany"):
        event.listen(database.engine, name, fail)
    yield reached
    for name in ("do_execute", "do_executemany"):
        event.remove(database.engine, name, fail)


def import_again(database: Database) -> None:
    imported(database, *some(18, start=2, comments="New"), days=1, run_id="again")


def apply_the_plan(database: Database) -> None:
    apply_kept(database, "plan", confirm=True, run_id="again", now=NOW)


def undo_the_import(database: Database) -> None:
    revert_run(database, "run0", new_run_id="again", now=at(1))


@pytest.mark.parametrize("work", [import_again, apply_the_plan, undo_the_import])
def test_whichever_statement_fails_nothing_is_done_in_part(migrated_url: str, work: Callable[[Database], None]) -> None:
    with opened(migrated_url) as database:
        imported(database, *some(20))
        previewed(database, *some(18, start=2, comments="Seen"))
        before = seen(database)
        for number in count(1):
            with failing_at(database, number) as reached, suppress(StoreFailed):
                work(database)
            if len(reached) < number:
                break
            assert seen(database) == before, f"statement {number}"
        assert number > 10
        assert seen(database) != before


FEED = [str(number) for number in range(9)]


def test_no_subset_of_a_list_told_once_takes_a_meeting_away() -> None:
    records = some(len(FEED))
    first = plan_import(bmlt(*records), (), source_id="lantern", now=NOW)
    held = [_held(placed) for placed in first.added]
    listings = bmlt(*records).listings
    for size in range(1, len(listings) + 1):
        for subset in combinations(listings, size):
            plan = plan_import(Parsed(listings=subset), held, source_id="lantern", now=at(30))
            assert (plan.withdrawn, plan.suspended, plan.added) == ((), (), ())


def _held(placed: Any) -> Held:
    told = {"content_key": placed.content_key, "fingerprint": placed.fingerprint, "status": placed.listing.status}
    return Held(meeting_id=placed.meeting_id, ids=(placed.meeting_id,), key=placed.key, **told)


# Each example is two imports into a database of its own.
@settings(max_examples=15)
@given(st.sets(st.integers(0, 39)), st.booleans())
def test_whatever_part_of_a_list_is_told_once_all_of_it_is_still_found(
    tmp_path_factory: pytest.TempPathFactory, kept: set[int], renumbered: bool
) -> None:
    with new_database(tmp_path_factory.getbasetemp()) as database:
        records = some(40)
        imported(database, *records)
        part = [records[number] | {"id_bigint": f"{number + 7 * renumbered}"} for number in sorted(kept)]
        imported(database, *part, days=20)
        with database.read() as read:
            assert [row.status in SHOWN for row in read_index_rows(read, now=at(20))] == [True] * 40


def test_apply_interrupted_after_its_commit_is_answered_when_asked_again(migrated_url: str) -> None:
    with opened(migrated_url) as database:
        previewed(database, *some(3))
        run = applied(database).run
        assert applied(database, run_id="another").run == run
