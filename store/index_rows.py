"""What the read index needs of the database: one small row a meeting, and the change log's number.

Rows come ordered by id, in chunks, so that a million of them are never in memory at once.
"""

from __future__ import annotations

from typing import NamedTuple


class IndexRow(NamedTuple):
    """The facts of a meeting that searches judge, as the database holds them.

    `starts` and `minutes` (its length) in minutes, `anchor` an ISO date, `weeks` numbers of `weeks_of_month` joined
    by commas; `exceptions`, `formats`, `languages` (its own, else its source's) and `areas` are JSON arrays,
    `exceptions` of [date, moved date or null, moved time or null]. `number` is the one behind the public id.
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
