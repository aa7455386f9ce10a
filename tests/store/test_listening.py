"""Who waits for a change is told by PostgreSQL, and looks now and then wherever nobody tells."""

import time
from datetime import timedelta
from threading import Timer

import pytest

from store.changes import last_change, record_changes
from store.database import Database
from store.listening import ChangeListener
from store.migration import migrate
from tests.builders import NOW

#: Longer than any test waits.
LONG = timedelta(minutes=5).total_seconds()


def change(database: Database) -> None:
    with database.write() as write:
        record_changes(write, ["M0"], run_id=None, now=NOW)


@pytest.mark.postgresql
def test_a_committed_change_ends_the_wait(postgres_url: str) -> None:
    database = Database(postgres_url)
    migrate(database)
    listener = ChangeListener(database, LONG, look_after=LONG)
    # The first call listens from then on, and has one look at what was before.
    listener.wait()
    later = Timer(0.2, change, [database])
    began = time.monotonic()
    later.start()
    listener.wait()
    later.join()
    assert time.monotonic() - began < LONG
    with database.read() as read:
        assert last_change(read) == 1
    listener.close()
    database.close()


@pytest.mark.postgresql
def test_where_it_cannot_listen_it_looks_again_soon(postgres_url: str) -> None:
    database = Database(postgres_url.rsplit("/", 1)[0] + "/no_such_database")
    ChangeListener(database, 0.01, look_after=LONG).wait()
    database.close()


def test_where_nobody_tells_it_looks_again_soon(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    ChangeListener(database, 0.01, look_after=LONG).wait()
    database.close()
