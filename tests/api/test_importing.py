"""What is due, imported by one process and by several at once, and what one that dies leaves behind."""

import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from api.clock import clock
from api.importing import import_due, import_one
from api.serving import run_importer
from api.settings import Settings, settings_from_environ
from meetings.source import RunStatus
from store.database import Database
from store.imports import list_runs
from store.leases import take_due
from store.migration import migrate
from store.sources import get_source, get_validators, put_source
from store.vocabulary import put_vocabulary
from tests.builders import a_source
from tests.importers.lists import seed_documents
from tests.importers.servers import Server, a_server, sends
from tests.outside import ROOT

MEETING = '{"kind": "meeting", "key": "1", "name": "One", "fellowship": "NA"}'


def settings_for(folder: Path, url: str) -> Settings:
    told = {"DATA_DIR": str(folder), "DATABASE_URL": url, "PRIVATE_SOURCES": "1"}
    return settings_from_environ({f"HOMEGROUP_{name}": value for name, value in told.items()})


@contextmanager
def a_database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    migrate(database)
    with database.write() as write:
        put_vocabulary(write, *seed_documents())
    yield database
    database.close()


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    return settings_for(tmp_path, sqlite_url)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    with a_database(settings) as made:
        yield made


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[tuple[Database, Settings]]:
    """A database of either kind, for what several processes do to it."""
    settings = settings_for(tmp_path, database_url)
    with a_database(settings) as made:
        yield made, settings


def add(database: Database, settings: Settings, id: str, text: str = MEETING) -> None:
    path = settings.data_dir / f"{id}.jsonl"
    path.write_text(f'{{"homegroup": 1}}\n{text}')
    with database.write() as write:
        put_source(write, a_source(id=id, importer="native", location=str(path)))


def statuses(database: Database, id: str) -> list[RunStatus]:
    with database.read() as read:
        return [run.status for run in list_runs(read, id)]


def test_all_that_is_due_is_read_and_then_nothing_is(database: Database, settings: Settings) -> None:
    for id in ("a", "b"):
        add(database, settings, id)
    assert [run.source_id for run in import_due(database, settings)] == ["a", "b"]
    assert list(import_due(database, settings)) == []


def test_failing_source_backs_off_and_stops_no_other(database: Database, settings: Settings) -> None:
    add(database, settings, "a", "not our format")
    add(database, settings, "b")
    now = clock()
    runs = list(import_due(database, settings))
    assert [run.status for run in runs] == [RunStatus.FAILED, RunStatus.SUCCEEDED]
    with database.read() as read:
        failing, well = get_source(read, "a"), get_source(read, "b")
    assert failing.failures == 1
    assert failing.next_attempt_at is not None
    assert timedelta(minutes=14) < failing.next_attempt_at - now < timedelta(minutes=24)
    assert well.next_attempt_at is not None
    assert timedelta(hours=10) < well.next_attempt_at - now < timedelta(hours=13)


def test_source_that_recovers_has_no_failures(database: Database, settings: Settings) -> None:
    add(database, settings, "a", "not our format")
    import_one(database, settings, "a")
    (settings.data_dir / "a.jsonl").write_text(f'{{"homegroup": 1}}\n{MEETING}')
    import_one(database, settings, "a")
    with database.read() as read:
        assert get_source(read, "a").failures == 0


def test_an_attempt_is_one_line_of_the_log_without_the_address(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    add(database, settings, "a")
    with caplog.at_level(logging.INFO, logger="api.importing"):
        (run,) = import_due(database, settings)
    (line,) = caplog.messages
    assert line.startswith(f"import source=a run={run.id} status=succeeded seconds=")
    assert str(settings.data_dir) not in line


def test_source_that_another_reads_now_is_left_to_it(database: Database, settings: Settings) -> None:
    add(database, settings, "a")
    now = clock()
    with database.write() as write:
        take_due(write, holder="another", now=now, until=now + timedelta(minutes=15))
    run = import_one(database, settings, "a")
    assert (run.status, statuses(database, "a")) == (RunStatus.FAILED, [])
    assert "another process" in (run.reason or "")


def test_one_who_died_is_recorded_and_the_source_read(database: Database, settings: Settings) -> None:
    add(database, settings, "a")
    before = clock() - timedelta(hours=1)
    with database.write() as write:
        take_due(write, holder="dead", now=before, until=before + timedelta(minutes=15))
    assert [run.status for run in import_due(database, settings)] == [RunStatus.SUCCEEDED]
    assert Counter(statuses(database, "a")) == Counter([RunStatus.SUCCEEDED, RunStatus.FAILED])


def test_we_stop_between_two_sources_when_told_to(database: Database, settings: Settings) -> None:
    for id in ("a", "b"):
        add(database, settings, id)
    answers = iter([False, True])
    assert [run.source_id for run in import_due(database, settings, stopped=lambda: next(answers))] == ["a"]


def homegroup(settings: Settings, *words: str) -> subprocess.Popen[bytes]:
    told = {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url, "PRIVATE_SOURCES": "1"}
    environment = os.environ | {f"HOMEGROUP_{name}": value for name, value in told.items()}
    return subprocess.Popen(
        [sys.executable, "-m", "api", *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_several_processes_read_each_source_once(either: tuple[Database, Settings]) -> None:
    database, settings = either
    ids = [f"s{number}" for number in range(12)]
    for id in ids:
        add(database, settings, id)
    processes = [homegroup(settings, "import", "--due", "--json") for _ in range(2)]
    told = b"".join(process.communicate(timeout=120)[0] for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert told.count(b'"succeeded"') == 12
    assert {id: statuses(database, id) for id in ids} == {id: [RunStatus.SUCCEEDED] for id in ids}


@pytest.fixture
def lists() -> Iterator[Server]:
    with a_server() as server:
        yield server


def test_process_that_is_killed_while_it_reads_leaves_a_lease_that_ends(
    database: Database, settings: Settings, lists: Server
) -> None:
    lists.answers["/x"] = lambda handler: process.send_signal(signal.SIGKILL)
    with database.write() as write:
        put_source(write, a_source(importer="meeting_guide", location=f"http://127.0.0.1:{lists.port}/x"))
    process = homegroup(settings, "import", "--due")
    process.communicate(timeout=120)
    now = clock()
    with database.write() as write:
        assert take_due(write, holder="b", now=now, until=now) is None
        lease = take_due(write, holder="b", now=now + timedelta(minutes=15), until=now + timedelta(minutes=30))
    assert lease is not None
    assert lease.crashed


def test_server_is_asked_only_whether_its_list_changed(database: Database, settings: Settings, lists: Server) -> None:
    record = b'[{"slug": "a", "name": "One", "day": 1, "time": "19:00", "timezone": "America/New_York"}]'
    lists.answers["/x"] = sends(record, ETag='"a"')
    with database.write() as write:
        put_source(write, a_source(importer="meeting_guide", location=f"http://127.0.0.1:{lists.port}/x"))
    assert import_one(database, settings, "lantern").status == RunStatus.SUCCEEDED
    lists.answers["/x"] = sends(b"", 304)
    assert import_one(database, settings, "lantern").status == RunStatus.NOT_MODIFIED
    assert lists.asked[1][1]["if-none-match"] == '"a"'
    with database.read() as read:
        kept = get_validators(read, "lantern").body_hash
    assert [path.stem for path in settings.bodies_dir.iterdir()] == [kept]


@pytest.mark.parametrize("answer", [b"<html>login", b"{}", b"[]", b"null", b'"ok"', b""])
def test_answer_that_is_no_list_is_a_failure_that_leaves_the_last_good_one_known(
    database: Database, settings: Settings, lists: Server, answer: bytes
) -> None:
    record = b'[{"slug": "a", "name": "One", "day": 1, "time": "19:00", "timezone": "America/New_York"}]'
    lists.answers["/x"] = sends(record, ETag='"a"')
    with database.write() as write:
        put_source(write, a_source(importer="meeting_guide", location=f"http://127.0.0.1:{lists.port}/x"))
    import_one(database, settings, "lantern")
    lists.answers["/x"] = sends(answer, ETag='"b"')
    assert import_one(database, settings, "lantern").status == RunStatus.FAILED
    with database.read() as read:
        assert (get_validators(read, "lantern").etag, get_source(read, "lantern").meeting_count) == ('"a"', 1)


# --- Beside the web workers ---------------------------------------------------------------------


def importer_process(settings: Settings) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=run_importer, args=(settings, os.getpid()))
    process.start()
    return process


def test_process_beside_the_workers_reads_what_is_due_and_ends(database: Database, settings: Settings) -> None:
    add(database, settings, "a")
    process = importer_process(settings)
    process.join(120)
    assert (process.exitcode, statuses(database, "a")) == (0, [RunStatus.SUCCEEDED])


def test_process_that_is_told_to_stop_gives_back_what_it_was_reading(
    database: Database, settings: Settings, lists: Server
) -> None:
    asked = threading.Event()

    def hangs(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        time.sleep(20)

    lists.answers["/x"] = hangs
    with database.write() as write:
        put_source(write, a_source(importer="meeting_guide", location=f"http://127.0.0.1:{lists.port}/x"))
    process = importer_process(settings)
    assert asked.wait(120)
    process.terminate()
    process.join(20)
    with database.write() as write:
        lease = take_due(write, holder="another", now=clock(), until=clock())
    assert lease is not None
    assert (lease.crashed, lease.failures) == (False, 0)
