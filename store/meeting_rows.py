"""Rows of `meetings` by id, read past SQLAlchemy's rows: a page of answers that nobody asked for before reads fifty.

The statements are SQLAlchemy's, written once for each number of ids; what comes back is turned by our own column types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Dialect, Select, func, select
from sqlalchemy.engine.default import DefaultDialect

from meetings.listing import number_from_id
from store.bulk import chunks
from store.columns import Json
from store.database import Reader
from store.shown import Row
from store.tables import meetings, sources

#: What is read of a row; the rest is of importing alone.
_UNREAD = frozenset(
    {"number", "content_key", "fingerprint", "missing_since", "last_seen_at", "door", "room", "shown_why"}
)
_SEEN = func.coalesce(meetings.c.last_seen_at, sources.c.last_good_import_at, meetings.c.updated_at)
_COLUMNS = (*(c for c in meetings.c if c.name not in _UNREAD), _SEEN.label("seen_at"), sources.c.added_at)
_NAMES = tuple(column.name for column in _COLUMNS)
#: Statements that are kept as text: by column, number of ids and database.
_STATEMENTS = 1000
#: Values that are remembered of each column.
_VALUES = 4000


def select_meetings() -> Select[Any]:
    """Rows with `seen_at`, when their listing was last seen, and `added_at`, when their source was added."""
    return select(*_COLUMNS).join(sources, sources.c.id == meetings.c.source_id)


def rows_by_id(read: Reader, ids: Iterable[str]) -> dict[str, Row]:
    """The rows of these ids, by id."""
    return _rows(read, ids, meetings.c.id)


def rows_shown_as(read: Reader, ids: Iterable[str]) -> dict[str, Row]:
    """The rows of all listings that are shown under these ids, by their own."""
    return _rows(read, ids, meetings.c.shown_as)


def _rows(read: Reader, ids: Iterable[str], column: Column[Any]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    # Whatever else a client sends as an id is none, and some of it no database takes: PostgreSQL no NUL.
    for chunk in chunks(id for id in dict.fromkeys(ids) if number_from_id(id) is not None):
        text, names = _statement(column.name, len(chunk), read.connection.dialect)
        given: Any = tuple(chunk) if names is None else dict(zip(names, chunk, strict=True))
        found |= {row["id"]: row for row in _told(read.connection.exec_driver_sql(text, given).all())}
    return found


@lru_cache(maxsize=_STATEMENTS)
def _statement(column: str, count: int, dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
    """The statement for so many ids in the driver's own SQL, and the names of its parameters; None: they have none."""
    wanted = [f"id{number}" for number in range(count)]
    compiled = (
        select_meetings()
        .where(meetings.c[column].in_(wanted))
        .compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    )
    if compiled.positiontup is not None:
        return str(compiled), None
    named = {value: name for name, value in compiled.params.items()}
    return str(compiled), tuple(named[value] for value in wanted)


def _told(rows: Sequence[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """What the driver gives, with each value as we mean it; turned column by column, in few steps of Python."""
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, turn in _TURNS if columns else ():
        columns[place] = map(turn, columns[place])
    return (dict(zip(_NAMES, values, strict=True)) for values in zip(*columns, strict=True))


def _turn(column: ColumnElement[Any]) -> Callable[[Any], Any] | None:
    """How what the driver gives is turned into what we mean; None: it is that already."""
    turn = column.type.result_processor(_ANY, None)
    # Words, codes and times come again and again, and cannot be changed; what JSON tells can.
    return turn if turn is None or isinstance(column.type, Json) else lru_cache(maxsize=_VALUES)(turn)


#: Our types are texts and numbers in either database, and look at no dialect.
_ANY = DefaultDialect()
_TURNS = [(place, turn) for place, column in enumerate(_COLUMNS) if (turn := _turn(column)) is not None]
