"""A program that imports a list again and again and is killed at one point after another, at last after its commit.

`python -m tests.importers.dying points URL STEP` tries every STEP-th point, and the first of each kind, and prints one
JSON line: what an import passes up to its commit, at what it was killed, and how many lists readers saw meanwhile.
`checkpoints URL TIMES` kills while SQLite moves what was committed into the file. It is a program of its own because it
forks, which a test process with threads must not.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from threading import Timer
from typing import Any

import orjson
from sqlalchemy import Connection, event

from store.database import Database
from tests.importers.importing import imported, rows, some

OLD, NEW = some(200), some(190, start=10, comments="New")
#: What a reader can tell lists apart by: notes, and how each stands.
Seen = tuple[tuple[str, str | None, str], ...]
#: About what moving the log of one import into the file takes.
_CHECKPOINT_S = 0.004
_WRITES = ("INSERT INTO", "UPDATE", "DELETE FROM")


def seen(database: Database) -> Seen:
    """The list as a reader sees it now."""
    return tuple(sorted((key, row["notes"], row["status"].value) for key, row in rows(database).items()))


def at_each_point(database: Database, reach: Callable[[str], None]) -> None:
    """Call `reach` before each statement, before and after the commit of a write, and when a connection is given back.

    What is reached: the statement's kind and table (`INSERT INTO meetings`), `read`, `commit`, `committed`, `checkin`.
    """

    def commit(connection: Connection) -> None:
        if not connection.get_execution_options().get("homegroup_write"):
            # A snapshot ends so too.
            return
        reach("commit")
        # Given back with nothing undone: what was to be written is in the file or its log by then.
        state["committed"] = True

    def checkin(*_: Any) -> None:
        reach("committed" if state.pop("committed", False) else "checkin")

    state: dict[str, bool] = {}
    event.listen(database.engine, "before_cursor_execute", lambda *told: reach(kind_of(told[2])))
    event.listen(database.engine, "commit", commit)
    event.listen(database.engine, "checkin", checkin)


def kind_of(statement: str) -> str:
    """What a statement writes, `read` if nothing."""
    kind = next((kind for kind in _WRITES if statement.startswith(kind)), None)
    return f"{kind} {statement[len(kind) :].split()[0]}" if kind else "read"


def _import_and_die(url: str, dies: Callable[[int, str], bool], told: int, notes: str = "New") -> None:
    """In a child: import, tell each point that is reached, and be killed at the first of which `dies` says so."""
    database, numbers = Database(url), count()

    def reach(what: str) -> None:
        # To a pipe, so that what was told outlives who told it.
        os.write(told, what.encode() + b"\n")
        if dies(next(numbers), what):
            os.kill(os.getpid(), signal.SIGKILL)

    at_each_point(database, reach)
    imported(database, *some(190, start=10, comments=notes), days=1, run_id=f"try {os.getpid()}")
    if not database.is_sqlite:
        os._exit(0)
    # What the log holds goes into the file; C does that without the interpreter, which kills it from beside.
    with database.engine.connect() as connection:
        Timer(random.random() * _CHECKPOINT_S, os.kill, (os.getpid(), signal.SIGKILL)).start()
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    os._exit(0)


def _lists_seen(url: str, child: int) -> Iterator[Seen]:
    """What a reader sees while the child lives, and after."""
    database = Database(url)
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        yield seen(database)
        # The child needs the processor too.
        time.sleep(0.02)
    yield seen(database)
    database.close()


def _killed(url: str, lists: set[Seen], dies: Callable[[int, str], bool], notes: str = "New") -> tuple[list[str], Seen]:
    """What an import reached before it was killed, and the list after that; `lists` grows by what readers saw."""
    points, told = os.pipe()
    child = os.fork()
    if child == 0:
        _import_and_die(url, dies, told, notes)
    os.close(told)
    found = list(_lists_seen(url, child))
    lists.update(found)
    with os.fdopen(points, "rb") as pipe:
        return pipe.read().decode().split("\n")[:-1], found[-1]


def _die_at_every_point(url: str, step: int) -> dict[str, Any]:
    lists: set[Seen] = set()
    passed, before = _killed(url, lists, lambda _, what: what == "commit")
    wanted = sorted({*range(0, len(passed), step), *(passed.index(kind) for kind in set(passed))})
    died_at = []
    for last in wanted:
        reached, after = _killed(url, lists, partial(_is_number, last))
        assert after == before, reached
        died_at.append(reached[-1])
    reached, after = _killed(url, lists, lambda _, what: what == "committed")
    died_at.append(reached[-1])
    return {"passed": passed, "died_at": died_at, "lists": len(lists), "is_new": _notes(after) == {"New"}}


def _is_number(last: int, number: int, _: str) -> bool:
    return number == last


def _notes(found: Seen) -> set[str | None]:
    """The notes of those that the newest list tells."""
    return {notes for _, notes, status in found if status == "ACTIVE"}


def _die_at_checkpoints(url: str, times: int) -> dict[str, Any]:
    """Killed again and again while what was committed is moved into the file; whether all of it was there each time."""
    lists: set[Seen] = set()
    whole = []
    for number in range(times):
        _, after = _killed(url, lists, lambda *_: False, notes=f"Again {number}")
        whole.append(_notes(after) == {f"Again {number}"} and _is_sound(url))
    return {"whole": whole}


def _is_sound(url: str) -> bool:
    database = Database(url)
    with database.engine.connect() as connection:
        sound: str | None = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    database.close()
    return sound == "ok"


if __name__ == "__main__":
    what, url, number = sys.argv[1:]
    die = {"points": _die_at_every_point, "checkpoints": _die_at_checkpoints}[what]
    sys.stdout.buffer.write(orjson.dumps(die(url, int(number))) + b"\n")
