"""Rows put in by the thousand, past what an `insert` does for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.engine.interfaces import Dialect

from store.database import Writer

T = TypeVar("T")
#: SQLite takes 32,766 parameters a statement, PostgreSQL 65,535; smaller chunks are no slower.
CHUNK = 500


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items, `size` at a time."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def insert_rows(write: Writer, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, which all tell the same columns, two or more of them."""
    connection = write.connection
    for chunk in chunks(rows):
        names = tuple(chunk[0])
        stored = _storing(table, names, connection.dialect)
        connection.exec_driver_sql(_statement(table, names, connection.dialect), [stored(row) for row in chunk])


def _statement(table: Table, names: Iterable[str], dialect: Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    columns = [quote(name) for name in names]
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    return f"INSERT INTO {quote(table.name)} ({', '.join(columns)}) VALUES ({', '.join(mark for _ in columns)})"


def _storing(table: Table, names: tuple[str, ...], dialect: Dialect) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What makes of a row the values that the driver takes."""
    types = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    processors = [(place, process) for place, process in enumerate(types) if process is not None]
    values_of = itemgetter(*names)

    def stored(row: Mapping[str, Any]) -> tuple[Any, ...]:
        values = list(values_of(row))
        for place, process in processors:
            values[place] = process(values[place])
        return tuple(values)

    return stored
