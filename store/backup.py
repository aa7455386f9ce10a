"""The whole database as one file, and back: into either kind of database, so that a list can outgrow its machine.

The file is gzip of JSON lines: a header, one line a row as the database keeps it, and a last line with the number of
rows and a digest of all before it. A backup that cannot be verified is refused before anything is restored.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Table, func, select, text

from meetings.errors import MeetingsError
from store.bulk import chunks
from store.database import Reader, Writer
from store.tables import FLEETING, metadata, schedules, sources

_FORMAT = 1


class BadBackup(MeetingsError):
    """A file that is no backup, or not a whole one."""


def backup(read: Reader, path: Path) -> int:
    """Write one snapshot to `path`, which must not exist; how many rows."""
    digest, rows = hashlib.sha256(), 0
    if path.exists():
        raise BadBackup(f"{path} is there already; a backup overwrites nothing")
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    # Neither name nor time goes into the file: the same rows are the same bytes.
    with unfinished.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        for line in _lines(read):
            digest.update(line)
            file.write(line)
            rows += 1
        file.write(orjson.dumps({"rows": rows - 1, "sha256": digest.hexdigest()}) + b"\n")
    unfinished.rename(path)
    return rows - 1


def _lines(read: Reader) -> Iterator[bytes]:
    revision = read.connection.scalar(text("SELECT version_num FROM alembic_version"))
    yield orjson.dumps({"homegroup_backup": _FORMAT, "revision": revision}) + b"\n"
    for table in metadata.sorted_tables:
        if table in FLEETING:
            continue
        rows = read.connection.execution_options(yield_per=1000).execute(_raw(table))
        for row in rows:
            yield orjson.dumps([table.name, *row]) + b"\n"


def _raw(table: Table) -> Any:  # noqa: ANN401 - a statement of untyped columns
    """All columns as the database keeps them, so that one kind's rows are the other's."""
    keys = [column.name for column in table.primary_key]
    order = ", ".join(f'"{key}"' for key in keys)
    return text(f"SELECT {_columns(table)} FROM {table.name} ORDER BY {order}")


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def verify(path: Path) -> dict[str, Any]:
    """Read a backup to its end; its header. BadBackup says what is wrong."""
    digest, rows, header, last = hashlib.sha256(), -1, None, b""
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                if last:
                    digest.update(last)
                    rows += 1
                header = header or orjson.loads(line)
                last = line
        ending = orjson.loads(last or b"null")
    except (OSError, EOFError, orjson.JSONDecodeError) as error:
        raise BadBackup(f"{path}: not a whole backup ({error})") from error
    if not isinstance(header, dict) or header.get("homegroup_backup") != _FORMAT or not isinstance(ending, dict):
        raise BadBackup(f"{path}: not a backup of this program")
    if ending != {"rows": rows, "sha256": digest.hexdigest()}:
        raise BadBackup(f"{path}: damaged: its rows are not those that were written")
    return header


def restore(write: Writer, path: Path) -> int:
    """Put a verified backup into a migrated, empty database; how many rows. BadBackup where that cannot be."""
    header = verify(path)
    present = write.connection.scalar(text("SELECT version_num FROM alembic_version"))
    if header["revision"] != present:
        raise BadBackup(f"{path}: made at revision {header['revision']}, the database is at {present}")
    if any(write.connection.scalar(select(func.count()).select_from(table)) for table in (sources, schedules)):
        raise BadBackup("the database already holds sources or schedules; restore into an empty one")
    for table in reversed(metadata.sorted_tables):
        write.connection.execute(table.delete())
    tables, rows = {table.name: table for table in metadata.sorted_tables}, 0
    for chunk in chunks(_rows(path), 1000):
        for name in dict.fromkeys(row[0] for row in chunk):
            _insert(write, tables[name], [row[1:] for row in chunk if row[0] == name])
        rows += len(chunk)
    return rows


def _rows(path: Path) -> Iterator[list[Any]]:
    with gzip.open(path, "rb") as file:
        for line in file:
            row = orjson.loads(line)
            if isinstance(row, list):
                yield row


def _insert(write: Writer, table: Table, rows: list[list[Any]]) -> None:
    places = ", ".join(f":c{place}" for place in range(len(table.columns)))
    statement = text(f"INSERT INTO {table.name} ({_columns(table)}) VALUES ({places})")
    write.connection.execute(statement, [{f"c{place}": value for place, value in enumerate(row)} for row in rows])
