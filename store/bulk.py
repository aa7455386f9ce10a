"""Rows put in and looked up by the thousand, past what SQLAlchemy and the drivers do for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

import orjson
from sqlalchemy import JSON, Column, ColumnElement, Table, Text, cast, func, literal, select
from sqlalchemy.engine.interfaces import Dialect

from store.database import Reader, Writer

T = TypeVar("T")
#: Larger chunks are no quicker, and take more memory.
CHUNK = 500


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items, `size` at a time."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def one_of(read: Reader, column: Column[str], wanted: Iterable[str]) -> ColumnElement[bool]:
    """Chooses the rows in whose column one of these stands.

    They are one parameter however many they are: a parameter each takes the client as long as the rows themselves.
    """
    told = literal(orjson.dumps(list(wanted)).decode(), Text)
    if read.connection.dialect.name == "postgresql":
        return column.in_(select(func.json_array_elements_text(cast(told, JSON))))
    return column.in_(select(func.json_each(told).table_valued("value").c.value))


def insert_rows(write: Writer, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, which all tell the same columns, two or more of them, and no bytes."""
    connection = write.connection
    for chunk in chunks(rows):
        names = tuple(chunk[0])
        stored = map(_storing(table, names, connection.dialect), chunk)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_statement_of_json(table, names, connection.dialect), (_json(names, stored),))
        else:
            connection.exec_driver_sql(_statement(table, names, connection.dialect), list(stored))


def _statement(table: Table, names: Sequence[str], dialect: Dialect) -> str:
    columns = _columns(names, dialect)
    return f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' for _ in names)})"


def _statement_of_json(table: Table, names: Sequence[str], dialect: Dialect) -> str:
    """All rows as one parameter, of which the server makes rows with less work than the driver."""
    columns = _columns(names, dialect)
    rows = f"json_populate_recordset(NULL::{table.name}, %s::json)"
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {rows}"


def _columns(names: Iterable[str], dialect: Dialect) -> str:
    return ", ".join(map(dialect.identifier_preparer.quote, names))


def _json(names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> str:
    told = (zip(names, row, strict=True) for row in rows)
    return orjson.dumps([{name: value for name, value in row if value is not None} for row in told]).decode()


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
