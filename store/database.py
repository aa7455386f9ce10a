"""The database: one truth, read as snapshots and written one transaction at a time.

SQLite and PostgreSQL are given the same promises: a `read()` sees one state however long it lasts, a `write()` is
seen whole or not at all, and nothing else commits.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, NestedTransaction, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from meetings.errors import StoreFailed
from store.stopping import Stop

#: The key of the one advisory lock under which the change log is numbered; any constant of our own will do.
_CHANGE_LOG_LOCK = 7_305_214_471
#: PostgreSQL's SQLSTATE, appendix A of its manual: undefined_table.
_CANCELED = "57014"
_NO_SUCH_TABLE = "42P01"
#: How long PostgreSQL may take to be told that a statement is to end.
_CANCEL_SECONDS = 2.0


#: What lies idle is asked for a sign of life after so many seconds, by the kernel.
_POSTGRES = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class WouldWait(Exception):
    """The database is needed, by somebody who may not wait for it."""


class Reader:
    """One snapshot of the database; `connect` is called by the first who looks into it."""

    __slots__ = ("_connect", "_connection")

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """A connection that sees the snapshot."""
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def fetch(self, statement: str, parameters: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - the driver's own
        """All rows of a statement in the driver's SQL, as the driver gives them; StoreFailed as ever.

        What SQLAlchemy learns of the columns of a result takes as long as to read fifty rows.
        """
        connection = self.connection
        if not connection.in_transaction():
            connection.begin()
        cursor: Any = connection.connection.cursor()
        for told in connection.dispatch.before_cursor_execute:
            told(connection, cursor, statement, parameters, None, False)
        try:
            cursor.execute(statement, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            failure = _store_failure(error, connection.dialect, _stop_of(connection))
            if failure is None:
                raise
            raise failure from error
        return rows

    def renew(self) -> None:
        """End the snapshot: none is held until the next statement, which reads the newest state."""
        if self._connection is not None:
            self._connection.rollback()


def unread() -> Reader:
    """Of no snapshot: for what can be answered without the database, else WouldWait."""

    def refuse() -> Connection:
        raise WouldWait

    return Reader(refuse)


class Writer(Reader):
    """One transaction; it sees its own writes."""

    __slots__ = ()

    def __init__(self, connection: Connection) -> None:
        super().__init__(lambda: connection)

    def lock_changes(self) -> None:
        """Wait until no other transaction is numbering changes, and let none begin before this one ends.

        SQLite has one writer anyway.
        """
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHANGE_LOG_LOCK})

    def savepoint(self) -> NestedTransaction:
        """A point of this transaction that one can go back to, by `rollback()`."""
        return self.connection.begin_nested()


class Database:
    """A database by URL: `sqlite:///FILE` or `postgresql://…`; the drivers are ours to choose.

    `busy_seconds` is how long a write waits for another, `pool_size` how many connections are kept. PostgreSQL itself
    ends a statement, or its waiting for a lock, after `statement_seconds`; 0: never.
    """

    def __init__(
        self, url: str, *, pool_size: int = 10, busy_seconds: float = 30.0, statement_seconds: float = 0
    ) -> None:
        parsed = _with_driver(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        arguments: dict[str, Any] = {"timeout": busy_seconds} if self.is_sqlite else dict(_POSTGRES)
        if statement_seconds and not self.is_sqlite:
            arguments["options"] = f"-c statement_timeout={round(statement_seconds * 1000)}"
        if self.is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            # It will hold what people keep: nobody else on the machine may read it.
            Path(parsed.database).touch(mode=0o600)
        self.engine: Engine = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=busy_seconds,
            connect_args=arguments,
            # Parameters are what people wrote: they belong in no message.
            hide_parameters=True,
        )
        event.listen(self.engine, "handle_error", _tell_store_failure)
        event.listen(self.engine, "before_cursor_execute", _refuse_stopped)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "checkout", _refuse_ended)

    @contextmanager
    def read(self, stop: Stop | None = None) -> Iterator[Reader]:
        """One snapshot, from the first statement on; who makes none takes no connection.

        Once `stop` is asked for, StoreFailed with its reason.
        """
        options: dict[str, Any] = {"homegroup_stop": stop}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with ExitStack() as held:

            def connect() -> Connection:
                connection = held.enter_context(self._connect(options))
                held.push(partial(_end, connection))
                if stop is not None:
                    held.enter_context(stop.stopping(_interruption(connection)))
                return connection

            yield Reader(connect)

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """One transaction: committed at the end, undone by any exception."""
        options: dict[str, Any] = {"homegroup_write": True}
        if not self.is_sqlite:
            # What a write reads after it waited for a lock must be what the one before it left.
            options["isolation_level"] = "READ COMMITTED"
        with self._connect(options) as connection, connection.begin():
            yield Writer(connection)

    @contextmanager
    def _connect(self, options: dict[str, Any]) -> Iterator[Connection]:
        try:
            connection = self.engine.connect()
        except PoolTimeout as error:
            raise StoreFailed("all database connections are in use; try again") from error
        with connection:
            yield connection.execution_options(**options)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _end(connection: Connection, failure: type[BaseException] | None, *_: object) -> None:
    """End a snapshot. After what is rolled back, psycopg prepares anew whatever the connection had prepared."""
    if failure is not None or connection.dialect.name == "sqlite":
        # Rolled back when it is given back.
        return
    try:
        connection.commit()
    except BaseException:
        # Whether it has ended, nobody knows: the next who takes it would be in the middle of another's.
        connection.invalidate()
        raise


def _tell_store_failure(failure: ExceptionContext) -> None:
    """Raise StoreFailed where it happens, so that whoever catches errors on the way knows what they are."""
    stop = _stop_of(failure.connection) if failure.connection else None
    if told := _store_failure(failure.original_exception, failure.dialect, stop):
        raise told from failure.sqlalchemy_exception


def _store_failure(error: BaseException, dialect: Dialect, stop: Stop | None) -> StoreFailed | None:
    """What an error of the driver means; None: it is a mistake of ours."""
    if stop is not None and stop.reason:
        return StoreFailed(stop.reason)
    if "no such table" in str(error) or getattr(error, "sqlstate", None) == _NO_SUCH_TABLE:
        return StoreFailed("the database lacks tables of this release; run `homegroup migrate`")
    if getattr(error, "sqlstate", None) == _CANCELED:
        return StoreFailed("the database took too long and was stopped; try again later")
    driver = dialect.loaded_dbapi
    unusable = isinstance(error, (driver.OperationalError, driver.InterfaceError))
    return StoreFailed("the database cannot be used now") if unusable else None


def _stop_of(connection: Connection) -> Stop | None:
    stop: Stop | None = connection.get_execution_options().get("homegroup_stop")
    return stop


def _interruption(connection: Connection) -> Callable[[], object]:
    """What ends the statement that runs on this connection, from another thread."""
    driver: Any = connection.connection.driver_connection
    return (
        driver.interrupt
        if connection.dialect.name == "sqlite"
        else partial(driver.cancel_safe, timeout=_CANCEL_SECONDS)
    )


def _refuse_stopped(connection: Connection, *_: object) -> None:
    stop = _stop_of(connection)
    if stop is not None and stop.reason:
        raise StoreFailed(stop.reason)


def _with_driver(url: str) -> URL:
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend not in {"sqlite", "postgresql", "postgres"}:
        raise StoreFailed(f"a database is sqlite:///FILE or postgresql://…, not {backend}")
    return parsed.set(drivername="sqlite+pysqlite" if backend == "sqlite" else "postgresql+psycopg")


def _refuse_ended(connection: Any, *_: object) -> None:  # noqa: ANN401 - the driver's own connection
    """Have another made in place of one that has ended while it lay in the pool; a question to the server costs more.

    Nobody has asked it anything, so that what there is to read is that it has ended.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError


def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:  # noqa: ANN401 - the driver's own connection
    # The driver would begin a transaction only before a write, so two reads would not be one snapshot: we begin.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("homegroup_write", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    # Waits for nobody and does not fail: the driver itself is asked, in a fraction of the time.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")
