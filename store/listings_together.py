"""Reads listings so that those of one meeting come together: what a meeting is, several lists may tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, Protocol, TypeVar

from sqlalchemy import Row, Select

from meetings.model import MeetingStatus
from store.bulk import chunks
from store.database import Reader
from store.tables import meetings

#: Rows held at a time while all are read.
_BATCH = 5000


class ToldListing(Protocol):
    """A listing, and what decides how it is shown; `shown_as` is None where no other list has the meeting."""

    @property
    def number(self) -> int:
        """The one behind its id."""

    @property
    def id(self) -> str:
        """Its own."""

    @property
    def shown_as(self) -> str | None:
        """The id under which it is shown with others."""

    @property
    def status(self) -> str:
        """As its list has it."""

    @property
    def source_added_at(self) -> str:
        """When its source was added."""

    @property
    def source_id(self) -> str:
        """Its source."""


T = TypeVar("T", bound=ToldListing)


def read_together(
    read: Reader, statement: Select[Any], told: Callable[[Row[Any]], T], ids: Sequence[str] | None = None
) -> Iterator[list[T]]:
    """Each meeting's listings: of all meetings, or of those that have these ids; in no order.

    `statement` selects from `meetings`; `told` turns a row of it into a listing.
    """
    return _all(read, statement, told) if ids is None else _some(read, statement, told, ids)


def _all(read: Reader, statement: Select[Any], told: Callable[[Row[Any]], T]) -> Iterator[list[T]]:
    connection, c = read.connection.execution_options(yield_per=_BATCH), meetings.c
    # In batches: a row at a time takes as long again.
    for batch in connection.execute(statement.where(c.shown_as.is_(None))).partitions():
        for row in batch:
            yield [told(row)]
    linked = connection.execute(statement.where(c.shown_as.is_not(None)).order_by(c.shown_as, c.number))
    for _, group in groupby(map(told, linked), key=lambda listing: listing.shown_as):
        yield list(group)


def _some(read: Reader, statement: Select[Any], told: Callable[[Row[Any]], T], ids: Sequence[str]) -> Iterator[list[T]]:
    c = meetings.c
    linked: dict[str, list[T]] = {}
    for chunk in chunks(ids):
        for listing in map(told, read.connection.execute(statement.where(c.id.in_(chunk)))):
            if listing.shown_as is None:
                yield [listing]
            else:
                linked[listing.shown_as] = []
    for chunk in chunks(sorted(linked)):
        for listing in map(told, read.connection.execute(statement.where(c.shown_as.in_(chunk)))):
            linked[listing.shown_as or listing.id].append(listing)
    yield from linked.values()


def shown_under(group: Sequence[T]) -> T:
    """The listing under whose id they are shown."""
    return next((listing for listing in group if listing.shown_as == listing.id), group[0])


def first_to_tell(group: Sequence[T]) -> list[T]:
    """The order in which their facts count, as `store.shown` has it."""
    return sorted(
        group,
        key=lambda listing: (listing.status == MeetingStatus.WITHDRAWN, listing.source_added_at, listing.source_id),
    )
