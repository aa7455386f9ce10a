"""A program that imports a list again and again and is killed at one point later each time, until it gets through.

`python -m tests.importers.dying URL STEP` tries every STEP-th point and prints one JSON line: how often it was killed,
and how many lists readers saw meanwhile. It is a program of its own because it forks, which a test process with threads
must not.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count

import orjson
from sqlalchemy import event

from meetings.source import ImportRun
from store.database import Database
from tests.importers.importing import imported, rows, some

OLD, NEW = some(200), some(190, start=10, comments="New")
#: What a reader can tell lists apart by: notes, and how each stands.
Seen = tuple[tuple[str, str | None, str], ...]


def seen(database: Database) -> Seen:
    """The list as a reader sees it now."""
    return tuple(sorted((key, row["notes"], row["status"].value) for key, row in rows(database).items()))


def at_each_point(database: Database, reach: Callable[[str], None]) -> None:
    """Call `reach` before each statement and each commit, and when a connection is given back."""
    event.listen(database.engine, "before_cursor_execute", lambda *_: reach("statement"))
    event.listen(database.engine, "commit", lambda *_: reach("commit"))
    event.listen(database.engine, "checkin", lambda *_: reach("checkin"))


def _import_and_die(url: str, last: int) -> None:
    """In a child: import, and be killed at that point."""
    database, points = Database(url), iter(range(1, 1_000_000))

    def reach(_: str) -> None:
        if next(points) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    at_each_point(database, reach)
    run: ImportRun = imported(database, *NEW, days=1, run_id=f"try {last}")
    os._exit(0 if run.counts.changed == 190 else 1)


def _lists_seen(url: str, child: int) -> Iterator[Seen]:
    """What a reader sees while the child lives, and after."""
    database = Database(url)
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        yield seen(database)
        # The child needs the processor too.
        time.sleep(0.02)
    yield seen(database)
    database.close()


def _die_at_every_point(url: str, step: int) -> dict[str, int]:
    lists: set[Seen] = set()
    for killed in count():
        child = os.fork()
        if child == 0:
            _import_and_die(url, killed * step + 1)
        found = list(_lists_seen(url, child))
        lists.update(found)
        if any(notes == "New" for _, notes, _ in found[-1]):
            break
    return {"killed": killed, "lists": len(lists)}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(_die_at_every_point(sys.argv[1], int(sys.argv[2]))) + b"\n")
