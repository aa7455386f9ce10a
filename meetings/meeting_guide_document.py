"""Meetings as records of a Meeting Guide feed, stricter than the format asks, so that no client of it trips.

Every value is text but day, latitude and longitude; every record has a zone, an address, and says whether that is
approximate; links are absolute. The format knows only weekly meetings: one that is not held in the coming week is
marked as closed (`TC`) and cannot be joined, and a note says when it is held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from meetings.join_secrets import without_join_secrets
from meetings.meeting_guide_codes import TypeCodes
from meetings.model import Meeting, MeetingStatus, OnlineVenue, Venue, VenueType
from meetings.recurrence import Occurrence, Recurrence, next_occurrence, occurrences
from meetings.suspension import is_held, status_at
from meetings.zones import country_zones

#: Hosts that clients of the format know as conferences; links to others make a meeting look closed.
_CLIENT_HOSTS = (
    "bluejeans.com",
    "discord.gg",
    "freeconference.com",
    "freeconferencecall.com",
    "goto.com",
    "gotomeet.me",
    "gotomeeting.com",
    "horizon.meta.com",
    "maps.secondlife.com",
    "meet.google.com",
    "meet.jit.si",
    "meetings.dialpad.com",
    "signal.group",
    "skype.com",
    "slurl.com",
    "teams.live.com",
    "teams.microsoft.com",
    "vrchat.com",
    "webex.com",
    "zoho.com",
    "zoom.us",
)
_DIALLED = frozenset("0123456789+,#*")
#: Clients take a shorter number for none.
_PHONE_LENGTH = 10
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
#: Clients assume this where no end is told; they show an end past midnight as a day earlier, so it is left to them.
_ASSUMED = timedelta(hours=1)
_CLOSED = "TC"
#: For meetings without place and hour, which belong to no zone.
_NO_ZONE = "UTC"
_COUNTRIES = {"US": "USA", "GB": "UK", "CA": "Canada", "IE": "Ireland", "AU": "Australia", "NZ": "New Zealand"}

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of notes that are ours."""

    join: str = "Join: {url}"
    phone: str = "Phone: {phone}"
    next_held: str = "{rule}; next on {day}."
    cancelled: str = "Not held on {day}."
    moved: str = "On {was} it is held on {day} at {time} instead."
    not_now: str = "Not meeting for now."
    unconfirmed: str = "Missing from its list lately: ask before you go."


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Who publishes a meeting: a service body or a source."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What all records of a document share. `words` says a rule in plain words.

    `by_week`: what is not held in the week from `now` on is closed; else only what does not meet for now.
    """

    codes: TypeCodes
    words: Callable[[Recurrence], str]
    now: datetime
    by_week: bool = True
    wording: Wording = Wording()


def meeting_guide_record(meeting: Meeting, guide: Guide, *, entity: Entity, zone: str | None = None) -> Record:
    """The record of one meeting; `zone`: its source's, for one without hour and place.

    Passwords by which one joins are left out: a feed is for the public.
    """
    meeting = without_join_secrets(meeting)
    week = _coming_week(meeting, guide)
    record = {
        "slug": meeting.id.lower(),
        "name": meeting.name,
        **_when(meeting.recurrence, meeting.duration_assumed),
        "timezone": meeting.recurrence.zone if meeting.recurrence else zone or _NO_ZONE,
        **_where(meeting, zone),
        **(_joining(meeting.online) if _can_be_joined(meeting, week) else {}),
        "types": _types(meeting, guide.codes, is_open=week.is_open),
        "notes": _notes(meeting, week, guide),
        "group": meeting.group and meeting.group.name,
        "website": meeting.group and meeting.group.url,
        "url": meeting.url,
        "entity": entity.name,
        "entity_url": entity.url,
        "entity_website_url": entity.url,
        "updated": f"{meeting.updated_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
    }
    return {name: value for name, value in record.items() if value not in (None, "", [])}


# --- When ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Week:
    """Whether it can be gone to in the coming week, and what its notes say of it."""

    is_open: bool
    notes: tuple[str, ...] = ()


def _coming_week(meeting: Meeting, guide: Guide) -> _Week:
    if status_at(meeting, guide.now) in {MeetingStatus.SUSPENDED, MeetingStatus.WITHDRAWN}:
        return _Week(is_open=False, notes=(guide.wording.not_now,))
    rule = meeting.recurrence
    if rule is None:
        return _Week(is_open=True)
    found = occurrences(rule, meeting.exceptions, guide.now, guide.now + _WEEK)
    held = [one for one in found if not one.cancelled and is_held(meeting, one.starts_at)]
    notes = [_dated(one, guide.wording) for one in found if one.cancelled or one.moved_from]
    weekly = rule.interval == 1 and not rule.weeks_of_month
    if weekly and held:
        return _Week(is_open=True, notes=tuple(notes))
    after = next_occurrence(rule, meeting.exceptions, guide.now)
    if after is not None and is_held(meeting, after.starts_at):
        notes.append(guide.wording.next_held.format(rule=guide.words(rule), day=after.date.isoformat()))
    else:
        notes.append(guide.wording.not_now)
    return _Week(is_open=bool(held) or (after is not None and not guide.by_week), notes=tuple(notes))


def _dated(one: Occurrence, wording: Wording) -> str:
    note = f" {one.note}" if one.note else ""
    if one.moved_from is None:
        return wording.cancelled.format(day=one.date.isoformat()) + note
    was = one.moved_from.date().isoformat()
    return wording.moved.format(was=was, day=one.date.isoformat(), time=f"{one.starts_at:%H:%M}") + note


def _when(rule: Recurrence | None, assumed: bool) -> Record:
    """Day 0 is Sunday; no day and no time: by appointment."""
    if rule is None:
        return {}
    told = {"day": (rule.weekday + 1) % 7, "time": rule.starts.isoformat("minutes")}
    ends = timedelta(hours=rule.starts.hour, minutes=rule.starts.minute) + rule.duration
    if assumed or (ends >= _DAY and rule.duration == _ASSUMED):
        return told
    hours, minutes = divmod(ends % _DAY // timedelta(minutes=1), 60)
    return {**told, "end_time": f"{hours:02}:{minutes:02}"}


# --- Where --------------------------------------------------------------------------------------


def _where(meeting: Meeting, zone: str | None) -> Record:
    venue = meeting.venue or Venue()
    online_only = meeting.venue_type == VenueType.VIRTUAL
    vague = online_only or (meeting.venue_type is None and not venue.street)
    record: Record = {
        "location": venue.name,
        "formatted_address": _address(venue, meeting.recurrence.zone if meeting.recurrence else zone),
        "approximate": "yes" if vague else "no",
        "location_notes": venue.arrival_notes,
        "regions": list(meeting.areas) or [part for part in (venue.region, venue.city) if part],
    }
    if not vague and not venue.approximate and venue.latitude is not None:
        record |= {"latitude": venue.latitude, "longitude": venue.longitude}
    return record


def _address(venue: Venue, zone: str | None) -> str:
    """One line; a meeting without any place has that of its clock, for clients drop what has no address."""
    if venue.formatted_address:
        return venue.formatted_address
    country = _COUNTRIES.get(venue.country or "", venue.country)
    region = " ".join(part for part in (venue.region, venue.postal_code) if part)
    parts = [part for part in (venue.street, venue.city, region) if part]
    if parts:
        return ", ".join([*parts, country] if country else parts)
    city = (zone or _NO_ZONE).rpartition("/")[2].replace("_", " ")
    there = next((code for code, zones in country_zones().items() if zone in zones), None)
    country = country or _COUNTRIES.get(there or "", there)
    return f"{city}, {country}" if country else city


# --- How to join --------------------------------------------------------------------------------


def _can_be_joined(meeting: Meeting, week: _Week) -> bool:
    """Whether clients may show a button: for them any link makes a meeting one that is held online too."""
    return week.is_open and meeting.venue_type != VenueType.IN_PERSON


def _joining(online: OnlineVenue | None) -> Record:
    if online is None:
        return {}
    url, phone = online.url if is_known_to_clients(online.url) else None, _dialled(online.phone)
    return {
        "conference_url": url,
        "conference_url_notes": online.notes if url else None,
        "conference_phone": phone,
        "conference_phone_notes": online.notes if phone and not url else None,
    }


def is_known_to_clients(link: str | None) -> bool:
    """Whether clients take this link for a conference's."""
    host = urlsplit(link).hostname if link else None
    return host is not None and any(host == known or host.endswith(f".{known}") for known in _CLIENT_HOSTS)


def _dialled(phone: str | None) -> str | None:
    digits = "".join(letter for letter in phone or "" if letter in _DIALLED)
    return digits if len(digits) >= _PHONE_LENGTH else None


# --- What kind, and what else -------------------------------------------------------------------


def _types(meeting: Meeting, codes: TypeCodes, *, is_open: bool) -> list[str]:
    types = codes.types(meeting.fellowship, meeting.formats, meeting.languages)
    if is_open:
        # A closed place and a link is a meeting online; alone it would look as if nothing were held.
        return types if meeting.venue_type == VenueType.VIRTUAL else [code for code in types if code != _CLOSED]
    return [*(code for code in types if code != _CLOSED), _CLOSED]


def _notes(meeting: Meeting, week: _Week, guide: Guide) -> str:
    told = [meeting.notes, *week.notes]
    if meeting.status == MeetingStatus.UNCONFIRMED:
        told.append(guide.wording.unconfirmed)
    if week.is_open and meeting.online is not None:
        told += _other_ways(meeting.online, guide.wording, shown=_can_be_joined(meeting, week))
    return "\n".join(line for line in told if line)


def _other_ways(online: OnlineVenue, wording: Wording, *, shown: bool) -> list[str | None]:
    """How to join as far as the record does not show it in fields that clients read."""
    known, dialled = shown and is_known_to_clients(online.url), shown and _dialled(online.phone)
    return [
        wording.join.format(url=online.url) if online.url and not known else None,
        wording.phone.format(phone=online.phone) if online.phone and not dialled else None,
        None if known or dialled else online.notes,
    ]
