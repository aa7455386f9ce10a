"""Meetings as rows, and rows as meetings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from functools import cache
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import func, select, tuple_

from meetings.listing import Listing, number_from_id
from meetings.making import maker
from meetings.model import (
    Group,
    MedicationStance,
    Meeting,
    MeetingStatus,
    OnlineVenue,
    SourceListing,
    Venue,
    VenueType,
    Weekday,
    ZoneReason,
)
from meetings.recurrence import DatedException, Recurrence
from meetings.suspension import Suspension, with_cancelled
from meetings.whereabouts import at_hour, door_key, room_key
from store.bulk import chunks
from store.columns import instant_of, words_of
from store.database import Reader
from store.meeting_rows import MeetingRow, rows_by_id, rows_shown_as, select_meetings
from store.shown import listing_of, shown_row, suspension_of
from store.tables import meeting_ids, meetings

#: Who holds meetings together: source, the group's code or nothing, the group's name.
GroupKey = tuple[str, str, str]
_WEEKDAYS = tuple(Weekday)
_meeting, _rule_of, _venue_of = maker(Meeting), maker(Recurrence), maker(Venue)
_room_of, _group_of = maker(OnlineVenue), maker(Group)


def _span(first: str, last: str) -> Callable[[MeetingRow], tuple[Any, ...]]:
    names = MeetingRow._fields
    return itemgetter(slice(names.index(first), names.index(last) + 1))


_of_rule, _of_address = _span("zone", "until"), _span("venue_name", "longitude")
_of_room, _of_group = _span("online_url", "online_notes"), _span("group_name", "group_url")
_NO_ADDRESS, _NO_ROOM, _NO_EXCEPTIONS = (None,) * 9, (None,) * 4, "[]"
_STATUSES: dict[str, MeetingStatus] = {one.value: one for one in MeetingStatus}
_STANCES: dict[str, MedicationStance] = {one.value: one for one in MedicationStance}
_VENUE_TYPES: dict[str | None, VenueType | None] = {None: None, **{one.value: one for one in VenueType}}
_ZONE_REASONS: dict[str | None, ZoneReason | None] = {None: None, **{one.value: one for one in ZoneReason}}


def get_meetings(read: Reader, ids: Sequence[str]) -> list[Meeting | None]:
    """The meetings of these ids, in the order asked, by any id they ever had; None where there is none.

    One that several sources list is shown once, under one id, and answers to those of all its listings.
    """
    known = _by_id(read, ids)
    missing = [id for id in ids if id not in known]
    if missing:
        other = _other_ids(read, missing)
        found = _by_id(read, sorted(set(other.values())))
        known |= {id: found[now] for id, now in other.items() if now in found}
    return [known.get(id) for id in ids]


def get_listed_meetings(read: Reader, ids: Sequence[str]) -> list[Meeting | None]:
    """The meetings of these ids as their own sources list them, whatever others say; None where there is none."""
    rows = rows_by_id(read, ids)
    return [meeting_from_row(rows[id]) if id in rows else None for id in ids]


def resolve_ids(read: Reader, ids: Sequence[str]) -> dict[str, str]:
    """Other ids of meetings, and of listings that are shown with another, to the ids they are shown under."""
    other = _other_ids(read, ids)
    shown: dict[str, str] = {}
    for chunk in chunks({*ids, *other.values()}):
        rows = select(meetings.c.id, meetings.c.shown_as).where(meetings.c.id.in_(chunk), meetings.c.shown_as != "")
        shown |= {row.id: row.shown_as for row in read.connection.execute(rows)}
    return {id: shown.get(other.get(id, id), other.get(id, id)) for id in ids if id in other or id in shown}


def linked_ids(read: Reader, ids: Iterable[str]) -> list[str]:
    """These ids, and those of all listings that are shown together with theirs."""
    found = dict.fromkeys(ids)
    under: set[str] = set()
    for chunk in chunks(list(found)):
        rows = select(meetings.c.shown_as).where(meetings.c.id.in_(chunk), meetings.c.shown_as.is_not(None))
        under.update(read.connection.scalars(rows))
    for chunk in chunks(sorted(under)):
        rows = select(meetings.c.id).where(meetings.c.shown_as.in_(chunk)).order_by(meetings.c.id)
        found |= dict.fromkeys(read.connection.scalars(rows))
    return list(found)


def _other_ids(read: Reader, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in chunks(id for id in ids if number_from_id(id) is not None):
        rows = select(meeting_ids.c.id, meeting_ids.c.meeting_id).where(meeting_ids.c.id.in_(chunk))
        found |= {row.id: row.meeting_id for row in read.connection.execute(rows)}
    return found


def _by_id(read: Reader, ids: Sequence[str]) -> dict[str, Meeting]:
    """The meetings of these listings, as they are shown."""
    rows = rows_by_id(read, ids)
    rows |= _linked(read, rows)
    found = _shown(rows)
    return {id: found[rows[id].shown_as or id] for id in ids if id in rows}


def _shown(rows: Mapping[str, MeetingRow]) -> dict[str, Meeting]:
    """The meetings that these rows tell together, by the ids they are shown under."""
    linked: dict[str, list[MeetingRow]] = defaultdict(list)
    for row in rows.values():
        if row.shown_as is not None:
            linked[row.shown_as].append(row)
    alone = {id: meeting_from_row(row, (listing_of(row),)) for id, row in rows.items() if row.shown_as is None}
    return alone | {id: meeting_from_row(*shown_row(id, group)) for id, group in linked.items()}


def _linked(read: Reader, rows: Mapping[str, MeetingRow]) -> dict[str, MeetingRow]:
    """All listings that are shown together with these."""
    under = {row.shown_as for row in rows.values() if row.shown_as is not None}
    return rows_shown_as(read, sorted(under))


def get_group_meetings(read: Reader, groups: Sequence[GroupKey]) -> dict[GroupKey, tuple[Meeting, ...]]:
    """The meetings that each group holds, but withdrawn ones, by name and id.

    A group is known in its source by its code, or by its name where it has none.
    """
    code = func.coalesce(meetings.c.group_code, "")
    name = func.coalesce(meetings.c.group_name, "")
    found: dict[GroupKey, dict[str, Meeting]] = {key: {} for key in groups}
    coded = {(key[0], key[1]): key for key in groups if key[1]}
    for chunk in chunks(groups):
        statement = select_meetings().where(
            meetings.c.status != MeetingStatus.WITHDRAWN,
            tuple_(meetings.c.source_id, code).in_([key[:2] for key in chunk if key[1]])
            | tuple_(meetings.c.source_id, code, name).in_([key for key in chunk if not key[1]]),
        )
        rows = {row.id: MeetingRow._make(row) for row in read.connection.execute(statement)}
        shown = _shown(rows | _linked(read, rows))
        for row in rows.values():
            key = (row.source_id, row.group_code or "", row.group_name or "")
            meeting = shown[row.shown_as or row.id]
            found[coded.get(key[:2], key)][meeting.id] = meeting
    return {key: tuple(sorted(held.values(), key=lambda m: (m.name, m.id))) for key, held in found.items()}


def meeting_from_row(
    row: MeetingRow, listings: tuple[SourceListing, ...] = (), also_suspended: Iterable[Suspension] = ()
) -> Meeting:
    """The value that a row tells; `listings`: who else lists it too; `also_suspended`: beside what the row says."""
    rule, suspension = _recurrence(row), suspension_of(row)
    return _meeting(
        row.id,
        row.source_id,
        row.source_key,
        row.name,
        row.fellowship,
        _status(row),
        rule,
        _exceptions(row, rule, suspension, also_suspended),
        row.duration_assumed == 1,
        _ZONE_REASONS[row.zone_reason],
        _VENUE_TYPES[row.venue_type],
        _venue(row),
        _online(row),
        _group(row),
        words_of(row.formats),
        words_of(row.other_formats),
        words_of(row.languages),
        _STANCES[row.medication],
        row.medication_source,
        row.notes,
        row.service_body_id,
        words_of(row.areas),
        row.url,
        suspension,
        row.revision,
        instant_of(row.updated_at),
        instant_of(row.seen_at),
        listings,
    )


def _exceptions(
    row: MeetingRow, rule: Recurrence | None, suspension: Suspension | None, also: Iterable[Suspension]
) -> tuple[DatedException, ...]:
    """What its list tells of single dates, and those that people's suspensions of known end cancel."""
    told = () if row.exceptions == _NO_EXCEPTIONS else orjson.loads(row.exceptions)
    exceptions = tuple([exception_from_parts(*each) for each in told])
    if rule is None or suspension is None:
        return exceptions
    for one in (suspension, *also):
        if one.last is not None:
            exceptions = with_cancelled(rule, exceptions, one, one.last)
    return exceptions


def _status(row: MeetingRow) -> MeetingStatus:
    """How it stands by its source and by what people report; a suspension is told beside it."""
    reported = row.status == MeetingStatus.ACTIVE and row.flagged_at is not None
    return MeetingStatus.UNCONFIRMED if reported else _STATUSES[row.status]


def _recurrence(row: MeetingRow) -> Recurrence | None:
    if row.zone is None or row.starts is None:
        return None
    zone, weekday, starts, minutes, interval, anchor, weeks, until = _of_rule(row)
    return _rule_of(
        _WEEKDAYS[weekday],
        _wall(starts),
        _minutes(minutes),
        zone,
        interval,
        date.fromisoformat(anchor) if anchor else None,
        tuple(map(int, weeks.split(","))) if weeks else (),
        date.fromisoformat(until) if until else None,
    )


@cache
def _wall(minutes: int) -> time:
    return time(*divmod(minutes, 60))


@cache
def _minutes(minutes: int) -> timedelta:
    """There are no more than a day has."""
    return timedelta(minutes=minutes)


def _venue(row: MeetingRow) -> Venue | None:
    address = _of_address(row)
    if address == _NO_ADDRESS and not row.approximate and row.arrival_notes is None:
        return None
    return _venue_of(*address, row.approximate == 1, row.arrival_notes)


def _online(row: MeetingRow) -> OnlineVenue | None:
    told = _of_room(row)
    return None if told == _NO_ROOM else _room_of(*told)


def _group(row: MeetingRow) -> Group | None:
    return None if row.group_name is None else _group_of(*_of_group(row))


def exception_from_parts(day: str, moved_day: str | None, moved_time: str | None, note: str | None) -> DatedException:
    """A dated exception as a row keeps it."""
    moved = (date.fromisoformat(moved_day), time.fromisoformat(moved_time)) if moved_day and moved_time else None
    return DatedException(day=date.fromisoformat(day), moved_to=moved, note=note)


_ADDRESS = (
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
        "starts": None if rule is None else _minute(rule.starts),
        "minutes": None if rule is None else round(rule.duration / timedelta(minutes=1)),
        "duration_assumed": listing.duration_assumed,
        "interval": 1 if rule is None else rule.interval,
        "anchor": rule and rule.anchor,
        "weeks": ",".join(str(week) for week in rule.weeks_of_month) if rule else "",
        "until": rule and rule.until,
        "exceptions": [parts_of_exception(exception) for exception in listing.exceptions],
        "venue_name": venue.name,
        **{name: getattr(venue, name) for name in _ADDRESS},
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
        **_whereabouts(rule, venue, online),
    }


def _whereabouts(rule: Recurrence | None, venue: Venue, online: OnlineVenue) -> dict[str, str | None]:
    weekday, starts = (None, None) if rule is None else (int(rule.weekday), _minute(rule.starts))
    return {
        "door": at_hour(weekday, starts, door_key(venue.street, venue.name, venue.city)),
        "room": at_hour(weekday, starts, room_key(online.url)),
    }


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def parts_of_exception(exception: DatedException) -> list[str | None]:
    """As a row keeps it: date, moved date, moved time, note."""
    if exception.moved_to is None:
        return [exception.day.isoformat(), None, None, exception.note]
    day, starts = exception.moved_to
    return [exception.day.isoformat(), day.isoformat(), starts.isoformat("minutes"), exception.note]
