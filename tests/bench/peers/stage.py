"""The data on which the servers are measured: filled once, kept where asked, taken away at the end where not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg
from sqlalchemy import text

from search.builder import build
from search.index import Index, open_index
from store.database import Database
from store.migration import migrate
from tests.bench.filling import fill
from tests.bench.made_up import made_up_rows
from tests.bench.peers.data import UPDATED_AT, fill_plain_postgres, fill_plain_sqlite, more_of
from tests.bench.peers.targets import Stage
from tests.outside import POSTGRES
from tests.search.worlds import vocabulary

#: To be raised when the data changes, so that what was kept is filled anew.
_EDITION = 1


@contextmanager
def open_stage(folder: Path | None, count: int, *, postgres: bool) -> Iterator[Stage]:
    """The data in a folder that is kept, or else in one that is not; so with the database on the PostgreSQL server."""
    with TemporaryDirectory(prefix="homegroup-bench-") as temporary:
        where = folder or Path(temporary)
        where.mkdir(parents=True, exist_ok=True)
        server = POSTGRES if postgres and _answers(POSTGRES) else None
        name = f"homegroup_bench_{count}" if folder else f"homegroup_bench_{where.name[-8:].lower()}"
        url = server and urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        stage = Stage(folder=where, postgres=url)
        try:
            _prepare(stage, server, name, count)
            yield stage
        finally:
            if server and folder is None:
                _drop(server, name)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def _prepare(stage: Stage, server: str | None, name: str, count: int) -> None:
    edition = {"edition": _EDITION, "meetings": count, "postgres": stage.postgres is not None}
    marker = stage.folder / "edition.json"
    if marker.exists() and json.loads(marker.read_text("utf-8")) == edition:
        # Tables of a release in between may be lacking.
        for url in (stage.ours_sqlite, stage.postgres):
            if url:
                _with_newest_tables(url)
        return
    now = datetime.now(UTC)
    for old in (stage.folder / "homegroup.sqlite", stage.plain_sqlite):
        for file in old.parent.glob(f"{old.name}*"):
            file.unlink()
    print(f"filling {count:,} meetings into SQLite", flush=True)
    _fill_ours(stage.ours_sqlite, count)
    fill_plain_sqlite(stage.plain_sqlite, count, now)
    if server and stage.postgres:
        print("the same into PostgreSQL", flush=True)
        _drop(server, name)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
        _fill_ours(stage.postgres, count)
        fill_plain_postgres(stage.postgres, count, now)
    marker.write_text(json.dumps(edition), "utf-8")


def _with_newest_tables(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


def _fill_ours(url: str, count: int) -> None:
    database = Database(url)
    fill(database, made_up_rows(count), UPDATED_AT, more=more_of)
    if not database.is_sqlite:
        # As the server does by itself after a while; nobody does it to a file.
        with database.write() as write:
            write.connection.execute(text("ANALYZE"))
    database.close()


def built_index(stage: Stage) -> Index:
    """An index of our SQLite database, by which places are chosen; the server on it begins with the same files."""
    database = Database(stage.ours_sqlite)
    folder = stage.folder / "data-sqlite" / "index"
    with database.read() as read:
        build(read, vocabulary(), folder, datetime.now(UTC))
    database.close()
    index = open_index(folder)
    assert index is not None
    return index
