"""Meetings as the rows and texts from which the read index is built, without a database."""

import json
from collections.abc import Iterable, Mapping

from meetings.listing import number_from_id
from meetings.model import Meeting, ServiceBody, Venue
from meetings.recurrence import DatedException, Recurrence
from store.index_rows import IndexRow
from store.index_texts import IndexTexts


def index_row(meeting: Meeting, source_language: str | None = None) -> IndexRow:
    """What `store` would keep of this meeting for searches; other lists' keys stand for their service bodies."""
    rule, venue = meeting.recurrence, meeting.venue or Venue()
    number = number_from_id(meeting.id)
    assert number is not None
    return IndexRow(
        number=number,
        id=meeting.id,
        name=meeting.name,
        fellowship=meeting.fellowship,
        status=meeting.status.value,
        venue_type=meeting.venue_type and meeting.venue_type.value,
        medication=meeting.medication.value,
        zone=rule.zone if rule else None,
        weekday=None if rule is None else int(rule.weekday),
        starts=None if rule is None else rule.starts.hour * 60 + rule.starts.minute,
        minutes=None if rule is None else int(rule.duration.total_seconds()) // 60,
        interval=1 if rule is None else rule.interval,
        anchor=_anchor(rule),
        weeks=",".join(map(str, rule.weeks_of_month)) if rule else "",
        exceptions=json.dumps([_exception(exception) for exception in meeting.exceptions]),
        latitude=venue.latitude,
        longitude=venue.longitude,
        country=venue.country,
        region=venue.region,
        city=venue.city,
        by_phone=int(bool(meeting.online and meeting.online.phone)),
        languages=json.dumps(meeting.languages or ([source_language] if source_language else [])),
        formats=json.dumps(meeting.formats),
        source_id=meeting.source_id,
        service_body_id=meeting.service_body_id,
        areas=json.dumps(meeting.areas),
        until=rule.until.isoformat() if rule and rule.until else None,
        other_origins=json.dumps([[listing.source_id, listing.source_key or None] for listing in meeting.listings[1:]]),
    )


def index_texts(meetings: Iterable[Meeting], bodies: Iterable[ServiceBody]) -> list[IndexTexts]:
    """Their words, ordered by number."""
    names = {body.id: body.name for body in bodies}
    return sorted(_texts(meeting, names) for meeting in meetings)


def _texts(meeting: Meeting, bodies: Mapping[str, str]) -> IndexTexts:
    venue, number = meeting.venue or Venue(), number_from_id(meeting.id)
    assert number is not None
    return IndexTexts(
        number=number,
        name=meeting.name,
        group=(meeting.group and meeting.group.name) or "",
        venue=venue.name or "",
        city=venue.city or "",
        region=venue.region or "",
        service_body=bodies.get(meeting.service_body_id or "", ""),
        notes=meeting.notes or "",
        keys=(meeting.source_key or "", *(listing.source_key or "" for listing in meeting.listings[1:])),
    )


def _anchor(rule: Recurrence | None) -> str | None:
    return rule.anchor.isoformat() if rule and rule.anchor else None


def _exception(exception: DatedException) -> list[str | None]:
    if exception.moved_to is None:
        return [exception.day.isoformat(), None, None, exception.note]
    day, starts = exception.moved_to
    return [exception.day.isoformat(), day.isoformat(), starts.isoformat("minutes"), exception.note]


def index_rows(meetings: Iterable[Meeting], languages: Mapping[str, str | None]) -> list[IndexRow]:
    """All of them, ordered by number; `languages` by source."""
    return sorted(index_row(meeting, languages.get(meeting.source_id)) for meeting in meetings)
