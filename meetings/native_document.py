"""Our own format, written: JSON lines that hold all we keep of a list, so that a community can move house.

The first line tells the format's number. A source's line begins its part of the file: its service bodies, then its
meetings, each as the source lists it. `importers.native` reads what is written here; what is empty is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from meetings.join_secrets import without_join_secrets
from meetings.model import Group, Meeting, MeetingStatus, OnlineVenue, ServiceBody, Venue
from meetings.recurrence import DatedException, Recurrence, rrule
from meetings.source import Source
from meetings.suspension import status_at, with_cancelled

#: The format's number, which stands in a file's first line.
FORMAT = 1
HEAD: Mapping[str, object] = {"homegroup": FORMAT}
#: A suspension of no known end that has yet to begin is written as so many dates; it is looked at again by then.
_SUSPENDED_DAYS = timedelta(days=366)

Line = dict[str, Any]


def source_line(source: Source, *, public: bool = False) -> Line:
    """What a source was added with. For the public without where it is read from, which may be a secret address."""
    return _told(
        kind="source",
        id=source.id,
        name=source.name,
        importer=None if public else source.importer,
        location=None if public else source.location,
        mapping=None if public else source.mapping,
        url=source.url,
        fellowship=source.fellowship,
        language=source.language,
        time_zone=source.time_zone,
        country=source.country,
        attribution=source.attribution,
        refresh_hours=source.refresh_hours,
    )


def body_line(body: ServiceBody, keys: Mapping[str, str]) -> Line:
    """A service body; `keys`: the source's own keys of its bodies by our ids."""
    return _told(
        kind="service_body",
        key=body.source_key,
        name=body.name,
        type=body.kind,
        parent=keys.get(body.parent_id or ""),
        url=body.url,
        helpline=body.helpline,
    )


def meeting_line(
    meeting: Meeting, keys: Mapping[str, str], *, now: datetime, other_ids: tuple[str, ...] = (), public: bool = False
) -> Line:
    """A meeting as its source lists it; `keys` as in `body_line`, `other_ids` it answers to besides its own.

    `public`: without the passwords by which one joins.
    """
    if public:
        meeting = without_join_secrets(meeting)
    line = _told(
        kind="meeting",
        key=meeting.source_key,
        ids=[meeting.id, *other_ids],
        name=meeting.name,
        fellowship=meeting.fellowship,
        status=_status(meeting, now),
        **_schedule(meeting),
        zone_reason=meeting.zone_reason,
        venue=_venue(meeting.venue),
        online=_part(meeting.online),
        group=_part(meeting.group),
        formats=list(meeting.formats),
        other_formats=list(meeting.other_formats),
        languages=list(meeting.languages),
        medication=meeting.medication,
        medication_source=meeting.medication_source,
        notes=meeting.notes,
        service_body=keys.get(meeting.service_body_id or ""),
        areas=list(meeting.areas),
        url=meeting.url,
    )
    # Written even if it is not known, lest it be told from place and link.
    return {**line, "venue_type": meeting.venue_type}


def _status(meeting: Meeting, now: datetime) -> MeetingStatus | None:
    """How it stands; left out when it is held. Dates of a suspension that ends are told as exceptions."""
    suspended = meeting.suspension is not None and meeting.suspension.last is None
    status = status_at(meeting, now) if suspended else meeting.status
    return None if status == MeetingStatus.ACTIVE else status


def _schedule(meeting: Meeting) -> Line:
    rule = meeting.recurrence
    if rule is None:
        return {}
    weekly = rule.interval == 1 and not rule.weeks_of_month and rule.until is None
    return {
        "weekday": rule.weekday.name,
        "start_time": rule.starts.isoformat("minutes"),
        "duration": _length(rule.duration),
        "duration_assumed": meeting.duration_assumed or None,
        "time_zone": rule.zone,
        "recurrence": None if weekly else rrule(rule),
        "recurrence_start": rule.anchor and rule.anchor.isoformat(),
        "exceptions": [_exception(one) for one in _exceptions(meeting, rule)],
    }


def _exceptions(meeting: Meeting, rule: Recurrence) -> tuple[DatedException, ...]:
    suspension = meeting.suspension
    if suspension is None:
        return meeting.exceptions
    return with_cancelled(rule, meeting.exceptions, suspension, suspension.first + _SUSPENDED_DAYS)


def _exception(exception: DatedException) -> Line:
    if exception.moved_to is None:
        return _told(date=exception.day.isoformat(), cancelled=True, note=exception.note)
    day, starts = exception.moved_to
    moved = datetime.combine(day, time(starts.hour, starts.minute)).isoformat(timespec="minutes")
    return _told(date=exception.day.isoformat(), moved_to=moved, note=exception.note)


def _length(length: timedelta) -> str:
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")


def _venue(venue: Venue | None) -> Line | None:
    """The place; its country is written even if it is not known, lest the source's be taken for it."""
    return None if venue is None else {**_part(venue), "country": venue.country}


def _part(part: Venue | OnlineVenue | Group | None) -> Line:
    if part is None:
        return {}
    told = {name: getattr(part, name) for name in type(part).__dataclass_fields__}
    return _told(**told | ({"approximate": told["approximate"] or None} if "approximate" in told else {}))


def _told(**fields: object) -> Line:
    """The fields that tell something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}
