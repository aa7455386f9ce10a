"""Meetings as rows, and rows as meetings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, func, select, tuple_

from meetings.listing import Listing, number_from_id
from meetings.model import Group, Meeting, MeetingStatus, OnlineVenue, Venue, Weekday
from meetings.recurrence import DatedException, Recurrence
from store.changes import chunks
from store.database import Reader
from store.tables import meeting_ids, meetings, sources

#: Who holds meetings together: source, the group's code or nothing, the group's name.
GroupKey = tuple[str, str, str]


def get_meetings(read: Reader, ids: Sequence[str]) -> list[Meeting | None]:
    """The meetings of these ids, in the order asked, by any id they ever had; None where there is none."""
    known = _by_id(read, ids)
    missing = [id for id in ids if id not in known]
    if missing:
        shown = resolve_ids(read, missing)
        found = _by_id(read, sorted(set(shown.values())))
        known |= {id: found[now] for id, now in shown.items() if now in found}
    return [known.get(id) for id in ids]


def resolve_ids(read: Reader, ids: Sequence[str]) -> dict[str, str]:
    """Other ids of meetings to the ids they are shown under."""
    found: dict[str, str] = {}
    for chunk in chunks(id for id in ids if number_from_id(id) is not None):
        rows = select(meeting_ids.c.id, meeting_ids.c.meeting_id).where(meeting_ids.c.id.in_(chunk))
        found |= {row.id: row.meeting_id for row in read.connection.execute(rows)}
    return found


def _by_id(read: Reader, ids: Sequence[str]) -> dict[str, Meeting]:
    rows = (
        row
        # Whatever else a client sends as an id is none, and some of it no database takes: PostgreSQL no NUL.
        for chunk in chunks(id for id in dict.fromkeys(ids) if number_from_id(id) is not None)
        for row in read.connection.execute(_select().where(meetings.c.id.in_(chunk))).mappings()
    )
    return {row["id"]: meeting_from_row(row) for row in rows}


def get_group_meetings(read: Reader, groups: Sequence[GroupKey]) -> dict[GroupKey, tuple[Meeting, ...]]:
    """The meetings that each group holds, but withdrawn ones, by name and id.

    A group is known in its source by its code, or by its name where it has none.
    """
    code = func.coalesce(meetings.c.group_code, "")
    name = func.coalesce(meetings.c.group_name, "")
    found: dict[GroupKey, list[Meeting]] = {key: [] for key in groups}
    coded = {(key[0], key[1]): key for key in groups if key[1]}
    for chunk in chunks(found):
        statement = _select().where(
            meetings.c.status != MeetingStatus.WITHDRAWN,
            tuple_(meetings.c.source_id, code).in_([key[:2] for key in chunk if key[1]])
            | tuple_(meetings.c.source_id, code, name).in_([key for key in chunk if not key[1]]),
        )
        for row in read.connection.execute(statement.order_by(meetings.c.name, meetings.c.number)).mappings():
            key = (row["source_id"], row["group_code"] or "", row["group_name"] or "")
            found[coded.get(key[:2], key)].append(meeting_from_row(row))
    return {key: tuple(held) for key, held in found.items()}


def _select() -> Select[Any]:
    seen = func.coalesce(meetings.c.last_seen_at, sources.c.last_good_import_at, meetings.c.updated_at)
    return select(meetings, seen.label("seen_at")).join(sources, sources.c.id == meetings.c.source_id)


def meeting_from_row(row: RowMapping) -> Meeting:
    """A row of `meetings`, with `seen_at`, as the value it tells."""
    return Meeting(
        id=row["id"],
        source_id=row["source_id"],
        source_key=row["source_key"],
        name=row["name"],
        fellowship=row["fellowship"],
        status=row["status"],
        recurrence=_recurrence(row),
        exceptions=tuple(_exception(*parts) for parts in row["exceptions"]),
        duration_assumed=row["duration_assumed"],
        zone_reason=row["zone_reason"],
        venue_type=row["venue_type"],
        venue=_venue(row),
        online=_online(row),
        group=_group(row),
        formats=row["formats"],
        other_formats=row["other_formats"],
        languages=row["languages"],
        medication=row["medication"],
        medication_source=row["medication_source"],
        notes=row["notes"],
        service_body_id=row["service_body_id"],
        areas=row["areas"],
        url=row["url"],
        revision=row["revision"],
        updated_at=row["updated_at"],
        last_seen_at=row["seen_at"],
    )


def _recurrence(row: RowMapping) -> Recurrence | None:
    if row["zone"] is None or row["starts"] is None:
        return None
    return Recurrence(
        weekday=Weekday(row["weekday"]),
        starts=_wall(row["starts"]),
        duration=timedelta(minutes=row["minutes"]),
        zone=row["zone"],
        interval=row["interval"],
        anchor=row["anchor"],
        weeks_of_month=tuple(int(week) for week in row["weeks"].split(",") if week),
    )


def _wall(minutes: int) -> time:
    return time(*divmod(minutes, 60))


def _exception(day: str, moved_day: str | None, moved_time: str | None, note: str | None) -> DatedException:
    moved = (date.fromisoformat(moved_day), time.fromisoformat(moved_time)) if moved_day and moved_time else None
    return DatedException(day=date.fromisoformat(day), moved_to=moved, note=note)


_VENUE = (
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "formatted_address",
    "latitude",
    "longitude",
    "approximate",
    "arrival_notes",
)


def _venue(row: RowMapping) -> Venue | None:
    venue = Venue(name=row["venue_name"], **{name: row[name] for name in _VENUE})
    return venue if venue != Venue() else None


def _online(row: RowMapping) -> OnlineVenue | None:
    online = OnlineVenue(
        url=row["online_url"], provider=row["online_provider"], phone=row["online_phone"], notes=row["online_notes"]
    )
    return online if online != OnlineVenue() else None


def _group(row: RowMapping) -> Group | None:
    if row["group_name"] is None:
        return None
    return Group(name=row["group_name"], code=row["group_code"], url=row["group_url"])


def facts_from_listing(listing: Listing) -> dict[str, Any]:
    """The columns that a listing tells; which meeting it is and how it stands are the plan's to say."""
    rule, venue = listing.recurrence, listing.venue or Venue()
    online, group = listing.online or OnlineVenue(), listing.group
    return {
        "name": listing.name,
        "fellowship": listing.fellowship,
        "venue_type": listing.venue_type,
        "zone": rule and rule.zone,
        "zone_reason": listing.zone_reason,
        "weekday": None if rule is None else int(rule.weekday),
        "starts": None if rule is None else rule.starts.hour * 60 + rule.starts.minute,
        "minutes": None if rule is None else round(rule.duration / timedelta(minutes=1)),
        "duration_assumed": listing.duration_assumed,
        "interval": 1 if rule is None else rule.interval,
        "anchor": rule and rule.anchor,
        "weeks": ",".join(str(week) for week in rule.weeks_of_month) if rule else "",
        "exceptions": [_plain_exception(exception) for exception in listing.exceptions],
        "venue_name": venue.name,
        **{name: getattr(venue, name) for name in _VENUE},
        "online_url": online.url,
        "online_provider": online.provider,
        "online_phone": online.phone,
        "online_notes": online.notes,
        "group_name": group and group.name,
        "group_code": group and group.code,
        "group_url": group and group.url,
        "formats": listing.formats,
        "other_formats": listing.other_formats,
        "languages": listing.languages,
        "medication": listing.medication,
        "medication_source": listing.medication_source,
        "notes": listing.notes,
        "areas": listing.areas,
        "url": listing.url,
    }


def _plain_exception(exception: DatedException) -> list[str | None]:
    if exception.moved_to is None:
        return [exception.day.isoformat(), None, None, exception.note]
    day, starts = exception.moved_to
    return [exception.day.isoformat(), day.isoformat(), starts.isoformat("minutes"), exception.note]
