"""What the read index needs of the database: one small row a meeting, and the change log's number.

Rows come in chunks, so that a million of them are never in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row, Text, case, func, select, type_coerce

from meetings.model import MeetingStatus, Weekday
from meetings.recurrence import Recurrence
from meetings.suspension import Suspension, today_at, with_cancelled
from store.database import Reader
from store.listings_together import first_to_tell, read_together, shown_under
from store.meetings import exception_from_parts, parts_of_exception
from store.shown import shown_status, suspensions_together
from store.tables import meetings, sources


class IndexRow(NamedTuple):
    """The facts of a meeting that searches judge, as the database holds them.

    `starts` and `minutes` (its length) in minutes, `anchor` an ISO date, `weeks` numbers of `weeks_of_month` joined
    by commas; `exceptions`, `formats`, `languages` (its own, else its source's) and `areas` are JSON arrays,
    `exceptions` of [date, moved date or null, moved time or null, note or null]. `number` is the one behind
    the public id, `until` an ISO date; `other_origins` is a JSON array of [source, service body or null] of the other
    lists that it is in.
    """

    number: int
    id: str
    name: str
    fellowship: str
    status: str
    venue_type: str | None
    medication: str
    zone: str | None
    weekday: int | None
    starts: int | None
    minutes: int | None
    interval: int
    anchor: str | None
    weeks: str
    exceptions: str
    latitude: float | None
    longitude: float | None
    country: str | None
    region: str | None
    city: str | None
    by_phone: int
    languages: str
    formats: str
    source_id: str
    service_body_id: str | None
    areas: str
    until: str | None = None
    other_origins: str = "[]"


class _Told(NamedTuple):
    """A listing's row, and what decides how it is shown."""

    row: IndexRow
    flagged: int
    suspended_from: str | None
    suspended_until: str | None
    shown_as: str | None
    source_added_at: str
    also_suspended: tuple[Suspension, ...] = ()

    @property
    def number(self) -> int:
        """The one behind its id."""
        return self.row.number

    @property
    def id(self) -> str:
        """Its own."""
        return self.row.id

    @property
    def status(self) -> str:
        """As its list has it."""
        return self.row.status

    @property
    def source_id(self) -> str:
        """Its source."""
        return self.row.source_id


_LISTED = (
    "number",
    "id",
    "name",
    "fellowship",
    "status",
    "venue_type",
    "medication",
    "zone",
    "weekday",
    "starts",
    "minutes",
    "interval",
)
#: All but what other lists tell.
_FACTS = len(IndexRow._fields) - 1
_THEN = ["latitude", "longitude", "country", "region", "city"]


def read_index_rows(read: Reader, ids: Sequence[str] | None = None, *, now: datetime) -> Iterator[IndexRow]:
    """The rows of all meetings, or of those ids that there are, in no order.

    They stand as they do today, in UTC: a person may have suspended one from a day or to a day.
    """
    c = meetings.c
    own_languages = type_coerce(c.languages, Text)
    told = {name: type_coerce(c[name], Text) for name in ("status", "venue_type", "medication")}
    statement = select(
        *(told.get(name, c[name]) for name in _LISTED),
        type_coerce(c.anchor, Text),
        c.weeks,
        type_coerce(c.exceptions, Text),
        *(c[name] for name in _THEN),
        case((func.coalesce(c.online_phone, "") != "", 1), else_=0),
        own_languages,
        type_coerce(c.formats, Text),
        c.source_id,
        c.service_body_id,
        type_coerce(c.areas, Text),
        type_coerce(c.until, Text),
        case((c.flagged_at.is_not(None), 1), else_=0),
        type_coerce(c.suspended_from, Text),
        type_coerce(c.suspended_until, Text),
        c.shown_as,
        type_coerce(sources.c.added_at, Text),
        sources.c.language,
    ).join(sources, sources.c.id == c.source_id)
    return (_index_row(group, now) for group in read_together(read, statement, _told, ids))


def _told(row: Row[Any]) -> _Told:
    """The listing; where it tells no language of its own, its source's counts."""
    listing, source_language = IndexRow(*row[:_FACTS]), row[-1]
    if listing.languages == "[]" and source_language:
        listing = listing._replace(languages=orjson.dumps([source_language]).decode("utf-8"))
    return _Told(listing, *row[_FACTS:-1])


def _index_row(group: list[_Told], now: datetime) -> IndexRow:
    told = group[0] if len(group) == 1 else _together(group)
    row, suspension = told.row, _suspension(told)
    if told.flagged and row.status == MeetingStatus.ACTIVE:
        row = row._replace(status=MeetingStatus.UNCONFIRMED.value)
    if suspension is None or row.status == MeetingStatus.WITHDRAWN:
        return row
    for earlier in told.also_suspended:
        row = _cancelled(row, earlier)
    return _suspended(row, suspension, now)


def _suspension(told: _Told) -> Suspension | None:
    first, last = told.suspended_from, told.suspended_until
    return (
        Suspension(first=date.fromisoformat(first), last=date.fromisoformat(last) if last else None) if first else None
    )


def _together(group: list[_Told]) -> _Told:
    """What several lists tell of one meeting, as `store.shown` puts it together."""
    own, ordered = shown_under(group), first_to_tell(group)
    suspension, earlier = suspensions_together(filter(None, map(_suspension, group)))
    listing = [told.row for told in ordered if told.row.status != MeetingStatus.WITHDRAWN]
    return _Told(
        row=ordered[0].row._replace(
            number=own.row.number,
            id=own.row.id,
            status=shown_status([told.row.status for told in group]).value,
            other_origins=orjson.dumps([[row.source_id, row.service_body_id] for row in listing[1:]]).decode(),
        ),
        flagged=max(told.flagged for told in group),
        suspended_from=suspension.first.isoformat() if suspension else None,
        suspended_until=suspension.last.isoformat() if suspension and suspension.last else None,
        shown_as=own.shown_as,
        source_added_at=own.source_added_at,
        also_suspended=earlier,
    )


def _suspended(row: IndexRow, suspension: Suspension, now: datetime) -> IndexRow:
    """The row with its suspended dates cancelled, and SUSPENDED if it is so for the rest of the day."""
    # The index is built anew with each day of UTC: what is held again before that one may not be missing till then.
    midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    if all(suspension.covers(today_at(row.zone, at)) for at in (now, midnight - timedelta(seconds=1))):
        row = row._replace(status=MeetingStatus.SUSPENDED.value)
    row = _cancelled(row, suspension)
    if suspension.last is None and row.weekday is not None:
        eve = (suspension.first - timedelta(days=1)).isoformat()
        row = row._replace(until=min(row.until or eve, eve))
    return row


def _cancelled(row: IndexRow, suspension: Suspension) -> IndexRow:
    """The row with its dates within the suspension cancelled; of one without end, which has a rule end, the first."""
    rule = _rule(row)
    if rule is None:
        return row
    exceptions = tuple(exception_from_parts(*parts) for parts in orjson.loads(row.exceptions))
    exceptions = with_cancelled(rule, exceptions, suspension, suspension.last or suspension.first)
    return row._replace(exceptions=orjson.dumps([parts_of_exception(one) for one in exceptions]).decode())


def _rule(row: IndexRow) -> Recurrence | None:
    if row.zone is None or row.weekday is None or row.starts is None or row.minutes is None:
        return None
    return Recurrence(
        weekday=Weekday(row.weekday),
        starts=time(*divmod(row.starts, 60)),
        duration=timedelta(minutes=row.minutes),
        zone=row.zone,
        interval=row.interval,
        anchor=date.fromisoformat(row.anchor) if row.anchor else None,
        weeks_of_month=tuple(int(week) for week in row.weeks.split(",") if week),
        until=date.fromisoformat(row.until) if row.until else None,
    )
