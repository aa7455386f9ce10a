"""Column types that mean the same in SQLite's STRICT tables and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from sqlalchemy import REAL, BigInteger, Dialect, Double, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

E = TypeVar("E", bound=Enum)

#: SQLite has one integer and one float; STRICT tables insist on their names.
Big: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
Real: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")

#: Instants and lists of words that are remembered: those of many rows are the same.
_VALUES = 4000


@lru_cache(maxsize=64)
def _utc(value: datetime) -> str:
    # The thousands of rows that one import writes have one instant in common.
    return value.astimezone(UTC).isoformat(timespec="microseconds")


@lru_cache(maxsize=_VALUES)
def instant_of(text: str) -> datetime:
    """An instant as `Instant` keeps it."""
    return datetime.fromisoformat(text)


@lru_cache(maxsize=_VALUES)
def words_of(text: str) -> tuple[str, ...]:
    """Words as `Words` keeps them."""
    return tuple(orjson.loads(text))


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC text whose order is the order of time."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To `2026-11-22T18:30:00.000000+00:00`."""
        return None if value is None else _utc(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        return None if value is None else instant_of(value)


class Day(TypeDecorator[date]):
    """A calendar date, kept as ISO text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """To `2026-11-22`."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """Back."""
        return None if value is None else date.fromisoformat(value)


class Yes(TypeDecorator[bool]):
    """True or false, kept as 1 or 0."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        """To 1 or 0."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        """Back."""
        return None if value is None else bool(value)


class Json(TypeDecorator[Any]):
    """A JSON document, kept as text: it is never searched, only read whole."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401 - any JSON value
        """To compact text."""
        return None if value is None else orjson.dumps(value).decode("utf-8")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401 - any JSON value
        """Back."""
        return None if value is None else orjson.loads(value)


class Words(TypeDecorator[tuple[str, ...]]):
    """An ordered list of words, kept as a JSON array; never null."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        """To a JSON array."""
        return orjson.dumps(list(value)).decode("utf-8") if value else "[]"

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """Back; nothing is the empty list."""
        return () if value is None else words_of(value)


class Code(TypeDecorator[E]):
    """A member of an enumeration, kept as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, members: Callable[[Any], E]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """To its value."""
        return None if value is None else str(value.value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Back."""
        return None if value is None else self.members(value)
