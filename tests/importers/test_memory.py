"""Lists for which there is not enough memory: they fail alone, nothing is done in part, and the next one is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event

from importers.preview import preview_import
from importers.protocol import Fetched
from meetings.source import ImportLimits, ImportRun, RunStatus, Source
from store.database import Database
from store.imports import get_run
from tests.bench.made_up_kinds import KINDS, records
from tests.builders import NOW
from tests.importers.apart import MEBIBYTE, a_house, add_list, import_apart
from tests.importers.dying import seen
from tests.importers.importing import answer, imported, known, opened, some
from tests.importers.lists import the_vocabulary

CURE = "raise that, or split the list; nothing was changed"
NEW = some(18, start=2, comments="New")
#: Of what an import of these does, each is to be struck.
WRITES = {"INSERT INTO changes", "INSERT INTO meetings", "UPDATE meetings", "UPDATE sources", "INSERT INTO runs"}


class Scarce:
    """Memory that runs out at the statement or commit of that number after the list was fetched."""

    def __init__(self, number: int) -> None:
        self.number, self.fetched = number, False
        self.reached: list[str] = []

    def fetch(self, source: Source) -> Fetched:
        self.fetched = True
        return answer(*NEW, *some(2, start=50))(source)

    def reach(self, what: str) -> None:
        if self.fetched:
            self.reached.append(what)
            if len(self.reached) == self.number:
                raise MemoryError


@contextmanager
def running_out(database: Database, memory: Scarce) -> Iterator[None]:
    hooks: dict[str, Callable[..., Any]] = {
        "do_execute": lambda _, statement, *__: memory.reach(statement),
        "do_executemany": lambda _, statement, *__: memory.reach(statement),
        "commit": lambda _: memory.reach("commit"),
    }
    for name, hook in hooks.items():
        event.listen(database.engine, name, hook)
    yield
    for name, hook in hooks.items():
        event.remove(database.engine, name, hook)


def assert_failed(database: Database, run: ImportRun) -> None:
    """It is recorded as failed, with the reason and the cure."""
    assert run.status == RunStatus.FAILED
    assert run.reason is not None
    assert run.reason.startswith("lantern: this list takes more memory than")
    assert run.reason.endswith(CURE)
    with database.read() as read:
        assert get_run(read, run.id) == run


def test_wherever_memory_runs_out_the_import_fails_and_nothing_is_done_in_part(migrated_url: str) -> None:
    struck = []
    with opened(migrated_url) as database:
        imported(database, *some(20))
        before = seen(database)
        for number in count(1):
            memory = Scarce(number)
            with running_out(database, memory):
                run = imported(database, days=1, run_id=f"try {number}", fetch=memory.fetch)
            if len(memory.reached) < number:
                break
            struck.append(memory.reached[number - 1])
            assert_failed(database, run)
            assert seen(database) == before, struck[-1]
        assert (run.status, run.counts.changed, run.counts.added) == (RunStatus.SUCCEEDED, 18, 2)
        assert {write for write in WRITES for one in struck if one.startswith(write)} == WRITES
        assert "commit" in struck


def none_left(*_: Any) -> Any:
    raise MemoryError


@pytest.mark.parametrize(
    "told", [{"fetch": none_left}, {"importers": {"bmlt": SimpleNamespace(VERSION=1, parse=none_left)}}]
)
def test_memory_that_runs_out_while_a_list_is_fetched_or_parsed_fails_it_alone(
    migrated_url: str, told: dict[str, Any]
) -> None:
    with opened(migrated_url) as database:
        imported(database, *some(3))
        before = seen(database)
        run = imported(database, *NEW, days=1, limits=ImportLimits(memory_bytes=64 * MEBIBYTE), **told)
        assert_failed(database, run)
        assert run.reason is not None
        assert "the 64 MB of HOMEGROUP_IMPORT_MEMORY_BYTES" in run.reason
        assert seen(database) == before
        assert imported(database, *NEW, days=1).counts.changed == 1


def test_preview_for_which_there_is_no_memory_says_so(sqlite_url: str) -> None:
    with opened(sqlite_url) as database:
        source = known(database)[0]
        facts: dict[str, Any] = {"vocabulary": the_vocabulary(), "now": NOW, "plan_id": "plan"}
        run = preview_import(database, source, fetch=none_left, **facts)
        assert isinstance(run, ImportRun)
        assert run.reason == f"lantern: this list takes more memory than there is; {CURE}"


# --- Real memory ----------------------------------------------------------------------------------


def test_list_that_does_not_fit_into_the_memory_of_imports_fails_and_the_next_is_read(
    sqlite_url: str, tmp_path: Path
) -> None:
    a_house(sqlite_url)
    add_list(sqlite_url, tmp_path, "native", KINDS["native"](records(10_000)), id="long")
    add_list(sqlite_url, tmp_path, "native", KINDS["native"](records(10)), id="short")
    # Less than the program has before it reads anything: whatever it asks for then is too much.
    ended = import_apart(sqlite_url, tmp_path, "long", "short", settings={"IMPORT_MEMORY_BYTES": str(150 * MEBIBYTE)})
    assert [run["status"] for run in ended.runs] == ["failed", "succeeded"]
    assert ended.runs[0]["reason"] == (
        f"long: this list takes more memory than the 150 MB of HOMEGROUP_IMPORT_MEMORY_BYTES; {CURE}"
    )


@pytest.mark.long
def test_two_hundred_thousand_meetings_are_imported_in_half_a_gigabyte(sqlite_url: str, tmp_path: Path) -> None:
    a_house(sqlite_url)
    add_list(sqlite_url, tmp_path, "native", KINDS["native"](records(200_000)))
    ended = import_apart(sqlite_url, tmp_path, settings={"IMPORT_MEMORY_BYTES": str(512 * MEBIBYTE)})
    assert [(run["status"], run["counts"]["added"]) for run in ended.runs] == [("succeeded", 200_000)]
    assert ended.megabytes < 512
