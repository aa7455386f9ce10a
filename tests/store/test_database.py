"""The promises of `store.database`, kept alike by SQLite and PostgreSQL."""

from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import QueuePool, text
from sqlalchemy.exc import DBAPIError

from meetings.errors import StoreFailed
from store.database import Database, WouldWait, unread
from store.migration import migrate
from store.sources import get_source, list_sources, put_source
from store.stopping import Stop
from store.tables import metadata
from tests.builders import a_source


def test_migrations_make_the_tables_that_the_code_expects(database: Database) -> None:
    with database.read() as read:
        context = MigrationContext.configure(read.connection, opts={"target_metadata": metadata})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    with database.read() as read:
        assert read.connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_a_read_sees_one_state_however_long_it_lasts(listed: Database) -> None:
    with listed.read() as read:
        before = get_source(read, "lantern")
        with listed.write() as write:
            put_source(write, replace(before, name="Harbour Area"))
        assert get_source(read, "lantern").name == before.name


def test_rows_as_the_driver_gives_them_are_of_the_same_state(listed: Database) -> None:
    names = "SELECT name FROM sources ORDER BY id"
    with listed.read() as read:
        before = read.fetch(names, ())
        with listed.write() as write:
            put_source(write, replace(get_source(read, "lantern"), name="Harbour Area"))
            assert write.fetch(names, ()) != before
        assert read.fetch(names, ()) == before
        read.renew()
        assert read.fetch(names, ()) != before


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as write:
            put_source(write, a_source())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with database.read() as read:
        assert list_sources(read) == ()


def test_a_database_that_cannot_be_opened_says_so() -> None:
    with Database("postgresql://postgres@127.0.0.1:1/none").read() as read, pytest.raises(StoreFailed):
        list_sources(read)


def test_who_reads_nothing_takes_no_connection(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.read():
        assert checked_out(database) == 0
    with database.read() as read:
        read.connection.execute(text("select 1"))
        assert checked_out(database) == 1
    assert checked_out(database) == 0
    database.close()


def test_who_may_not_wait_is_told_where_the_database_is_needed() -> None:
    with pytest.raises(WouldWait):
        list_sources(unread())


def checked_out(database: Database) -> int:
    """How many connections are in use."""
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


def test_a_database_without_tables_says_how_to_get_them(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(StoreFailed, match="homegroup migrate"), database.read() as read:
        list_sources(read)
    database.close()


def test_the_driver_s_errors_are_told_as_all_others(database_url: str) -> None:
    database, stop = Database(database_url), Stop()
    with pytest.raises(StoreFailed, match="homegroup migrate"), database.read() as read:
        read.fetch("SELECT id FROM meetings", ())
    with database.read(stop) as read:
        assert read.fetch("SELECT 1", ()) == [(1,)]
        stop.ask("nobody waits")
        with pytest.raises(StoreFailed, match="nobody waits"):
            read.fetch("SELECT 1", ())
    database.close()


@pytest.mark.postgresql
def test_a_connection_that_the_server_has_ended_is_replaced(postgres_url: str) -> None:
    database, other = Database(postgres_url, pool_size=1), Database(postgres_url)
    with database.read() as read:
        before = read.connection.scalar(text("SELECT pg_backend_pid()"))
    with other.write() as write:
        write.connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before})
    with database.read() as read:
        assert read.connection.scalar(text("SELECT pg_backend_pid()")) != before
    with database.read() as read, database.read() as beside:
        assert read.fetch("SELECT 1", ()) == beside.fetch("SELECT 1", ())
    database.close()
    other.close()


@pytest.mark.postgresql
def test_what_was_prepared_for_reads_is_there_for_the_next(postgres_url: str) -> None:
    database = Database(postgres_url, pool_size=1)
    for _ in range(7):
        with database.read() as read:
            read.fetch("SELECT 42", ())
    with database.read() as read:
        prepared = read.fetch("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 42'", ())
    assert prepared == [(1,)]
    database.close()


def test_other_databases_are_refused_by_name() -> None:
    with pytest.raises(StoreFailed, match="mysql"):
        Database("mysql://localhost/x")


def test_sqlite_tables_are_strict(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    migrate(database)
    with database.read() as read:
        loose = text("SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND schema = 'main'")
        names = set(read.connection.scalars(loose))
    assert names <= {"alembic_version", "sqlite_schema"}
    database.close()


def test_an_error_of_the_database_does_not_repeat_what_was_written(database: Database) -> None:
    secret = text("SELECT * FROM sources WHERE nothing = :note")
    with database.read() as read, pytest.raises((DBAPIError, StoreFailed)) as caught:
        read.connection.execute(secret, {"note": "what a person wrote"})
    assert "what a person wrote" not in f"{caught.value} {caught.value.__cause__}"
