"""iCalendar: a calendar's recurring events as meetings, one a weekday; dates that differ become dated exceptions.

An event's wall-clock time is that of its TZID, else of X-WR-TIMEZONE, else of the source. A series that has ended is
past and not absent: it stays for a while, suspended. A single date is no recurring meeting and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from importers import documents
from importers.attendance import in_country
from importers.duplicates import settle_duplicates
from importers.fellowships import fellowship_stance, usual_length
from importers.icalendar_dates import dated_exceptions
from importers.icalendar_lines import BrokenOff, Component, read_calendars
from importers.icalendar_places import attendance, read_online, read_venue
from importers.icalendar_rules import Moment, NotKept, read_moment, recurrences
from importers.icalendar_words import category_names, is_called_off, read_categories
from importers.icalendar_zones import agrees, zone_named, zones_told
from importers.protocol import Fetched
from importers.record import Record, read_key
from importers.zones import ZoneChoice, ZoneClues, choose_zone
from meetings.errors import ParseFailed
from meetings.findings import Finding
from meetings.listing import Listing, Parsed, Rejected, content_key
from meetings.recurrence import MAX_DURATION, Recurrence, rule_dates
from meetings.source import Source
from meetings.vocabulary import Vocabulary

VERSION = 1
#: How long a series that has ended is kept as suspended, so that who goes there is told.
_KEPT_AFTER_END = timedelta(days=90)
_PERSONS = ("CONTACT", "ORGANIZER", "ATTENDEE")
_PRIVATE = frozenset({"PRIVATE", "CONFIDENTIAL"})
_LENGTH_PARTS = {"W": "weeks", "D": "days", "H": "hours", "M": "minutes", "S": "seconds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    """What is the same for all events of a calendar; `zone` is its own, `today` the date after which nothing is past.

    `calls_off`: the whole file takes its events back.
    """

    source: Source
    vocabulary: Vocabulary
    fellowship: str
    zone: str | None
    zones: Mapping[str, Component]
    categories: Mapping[str, str]
    calls_off: bool
    today: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """An event, the single dates of it that are told apart, and its record."""

    event: Component
    record: Record
    calendar: _Calendar
    overrides: tuple[Component, ...] = ()

    @property
    def sequence(self) -> int:
        """Higher where it replaces another of the same UID (RFC 5545, section 3.8.7.4)."""
        told = self.event.value("SEQUENCE")
        return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0


def parse(fetched: Fetched, source: Source, vocabulary: Vocabulary) -> Parsed:
    """Read a calendar. The format does not tell the fellowship, so the source has to."""
    if source.fellowship is None:
        raise ParseFailed(source.id, "fellowship", "this format does not tell the fellowship: give it to the source")
    name, body = documents.only_document(fetched, source=source.id)
    findings: list[Finding] = []
    try:
        calendars = read_calendars(documents.decode(body)[0].lstrip("\ufeff \r\n\t"))
    except BrokenOff as error:
        raise ParseFailed(source.id, name, f"no iCalendar file: {error}") from error
    found = [_calendar(one, fetched, source, vocabulary) for one in calendars]
    series = _series(list(zip(calendars, found, strict=True)), findings)
    if not series:
        raise ParseFailed(source.id, name, "no event; an empty calendar is taken for a fault, never for the truth")
    newest: dict[str, int] = {}
    for each in series:
        newest[each.record.key or ""] = max(newest.get(each.record.key or "", 0), each.sequence)
    told = [one for each in series for one in _told(each, newest[each.record.key or ""])]
    listings, repeated = settle_duplicates([one for one in told if isinstance(one, Listing)], findings)
    rejected = tuple(one for one in told if isinstance(one, Rejected))
    listings, followed = _without_followed(listings)
    # What is wrong with an event is found for each of its weekdays.
    once = tuple(dict.fromkeys(findings))
    return Parsed(listings=listings, rejected=rejected + repeated + followed, findings=once)


def _calendar(calendar: Component, fetched: Fetched, source: Source, vocabulary: Vocabulary) -> _Calendar:
    zones = zones_told(calendar)
    name = calendar.value("X-WR-TIMEZONE")
    return _Calendar(
        source=source,
        vocabulary=vocabulary,
        fellowship=source.fellowship or "",
        zone=(zone_named(name, zones.get(name)) or name) if name else None,
        zones=zones,
        categories=category_names(vocabulary),
        calls_off=calendar.value("METHOD").upper() == "CANCEL",
        today=fetched.read_on,
    )


# --- Events and their single dates --------------------------------------------------------------


def _series(calendars: list[tuple[Component, _Calendar]], findings: list[Finding]) -> list[_Series]:
    """Every event with what changes single dates of it; such a change without its event stands for itself."""
    found: list[_Series] = []
    overrides: dict[str, list[Component]] = {}
    number = 0
    for component, calendar in calendars:
        for event in component.parts:
            if event.name != "VEVENT":
                continue
            number += 1
            if event.first("RECURRENCE-ID") is not None and event.value("UID"):
                overrides.setdefault(event.value("UID"), []).append(event)
                continue
            found.append(_Series(event=event, record=_record(event, number, findings), calendar=calendar))
    mains = {one.event.value("UID") for one in found}
    orphans = [event for uid, events in overrides.items() if uid not in mains for event in events]
    for event in orphans:
        number += 1
        # It is not the series that it was a date of, and says nothing of what becomes of that.
        record = replace(_record(event, number, findings), key=None)
        found.append(_Series(event=event, record=record, calendar=calendars[0][1]))
    return [replace(one, overrides=tuple(overrides.get(one.event.value("UID"), ()))) for one in found]


def _record(event: Component, number: int, findings: list[Finding]) -> Record:
    values: dict[str, object] = {name: lines[0].text for name, lines in event.properties.items()}
    record = Record(values=values, where=f"event {number}", key=read_key(values.get("UID")), findings=findings)
    if not values:
        record.found("bad_record")
    elif record.key is None:
        record.found("missing_key", "UID")
    return record


def _without_followed(listings: tuple[Listing, ...]) -> tuple[tuple[Listing, ...], tuple[Rejected, ...]]:
    """Ended series give way to those that go on with the same meeting: editing "this and what follows" splits one."""
    ended = {number for number, one in enumerate(listings) if one.suspended and _is_bounded(one)}
    if not ended:
        return listings, ()
    going_on = {content_key(one) for one in listings if not one.suspended}
    followed = {number for number in ended if content_key(listings[number]) in going_on}
    kept = tuple(one for number, one in enumerate(listings) if number not in followed)
    gone = (listings[number] for number in sorted(followed))
    return kept, tuple(Rejected(record_key=one.record_key, unpublished=True) for one in gone)


def _is_bounded(listing: Listing) -> bool:
    return listing.recurrence is not None and listing.recurrence.until is not None


# --- One series ---------------------------------------------------------------------------------


def _told(series: _Series, newest: int) -> list[Listing | Rejected]:
    """One listing a weekday, or why there is none: that is in the findings; `newest` SEQUENCE of this UID."""
    event, record, calendar = series.event, series.record, series.calendar
    refused = Rejected(record_key=record.key)
    if not record.values:
        return [Rejected(record_key=None)]
    if record.key is not None and series.sequence < newest:
        record.found("duplicate_record", "SEQUENCE", str(series.sequence))
        return [Rejected(record_key=None)]
    record.note_persons(*_PERSONS)
    hidden = event.value("CLASS").upper() in _PRIVATE
    if hidden or calendar.calls_off or event.value("STATUS").upper() == "CANCELLED":
        record.found("unpublished", "CLASS" if hidden else "STATUS")
        return [replace(refused, unpublished=True)]
    start = read_moment(event.value("DTSTART"))
    name = record.name("SUMMARY")
    if name is None:
        record.found("missing_name", "SUMMARY")
    rule = event.value("RRULE")
    if start is not None and not rule:
        record.found("single_date", "DTSTART", event.value("DTSTART"))
        return [replace(refused, unpublished=True)]
    if start is None or start.whole_day:
        record.found("bad_time" if start is None else "day_without_time", "DTSTART", event.value("DTSTART"))
    if name is None or start is None or start.whole_day:
        return [refused]
    return _listings(series, _Start(name=name, moment=start, rule=rule))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What every listing of a series has."""

    name: str
    moment: Moment
    rule: str


def _listings(series: _Series, told: _Start) -> list[Listing | Rejected]:
    record, calendar = series.record, series.calendar
    venue = read_venue(series.event, record)
    online = read_online(series.event, record, calendar.source.country)
    point = None
    if venue is not None and venue.latitude is not None and venue.longitude is not None:
        point = venue.latitude, venue.longitude
    choice = _zone(series, told.moment, point)
    if choice.zone is None:
        return [Rejected(record_key=record.key)]
    start = told.moment.in_zone(choice.zone)
    length = _length(series, start, choice.zone)
    duration = length or usual_length(calendar.vocabulary, calendar.fellowship)
    rules = _rules(series, told, start, duration, choice.zone)
    if not rules:
        return [Rejected(record_key=record.key)]
    listing = Listing(
        record_key=record.key,
        where=record.where,
        name=told.name,
        fellowship=calendar.fellowship,
        duration_assumed=length is None,
        zone_reason=choice.reason,
        suspended=is_called_off(told.name),
        venue_type=attendance(series.event, venue, online),
        venue=in_country(venue, venue.country or calendar.source.country) if venue else None,
        online=online,
    )
    listing = _described(listing, series)
    days = [one for one in rules if not _is_past(one, calendar.today, _KEPT_AFTER_END)]
    ended = any(_is_past(one, calendar.today) for one in rules)
    if ended:
        record.found("series_ended", "RRULE", told.rule)
    lost = [Rejected(record_key=record.key, unpublished=True)] * (len(rules) - len(days))
    return [_on(listing, rule, series, rules) for rule in days] + lost


def _on(listing: Listing, rule: Recurrence, series: _Series, rules: list[Recurrence]) -> Listing:
    """The listing of one weekday of these."""
    exceptions, last = dated_exceptions(series.event, series.overrides, series.record, rule, rules)
    rule = rule if last is None else replace(rule, until=last)
    return replace(
        listing,
        recurrence=rule,
        day=rule.weekday.name if len(rules) > 1 else None,
        exceptions=exceptions,
        suspended=listing.suspended or _is_past(rule, series.calendar.today),
    )


def _is_past(rule: Recurrence, today: date | None, since: timedelta = timedelta(0)) -> bool:
    """Whether it has had its last date, so long ago. A day's grace: elsewhere it is still yesterday."""
    if rule.until is None or today is None:
        return False
    if next(rule_dates(rule, rule.anchor or rule.until, rule.until), None) is None:
        return True
    return rule.until < today - since - timedelta(days=1)


def _described(listing: Listing, series: _Series) -> Listing:
    """The listing with all that is not when and where."""
    record, calendar = series.record, series.calendar
    medication, said_by = fellowship_stance(calendar.vocabulary, calendar.fellowship)
    formats, other = read_categories(series.event, record, calendar.categories)
    region = listing.venue.country if listing.venue else calendar.source.country
    url = record.link("URL")
    return replace(
        listing,
        formats=formats,
        other_formats=other,
        medication=medication,
        medication_source=said_by,
        notes=record.notes("DESCRIPTION", region=region, own=listing.online.phone if listing.online else None),
        url=None if listing.online and url == listing.online.url else url,
    )


# --- When ---------------------------------------------------------------------------------------


def _zone(series: _Series, start: Moment, point: tuple[float, float] | None) -> ZoneChoice:
    calendar, record = series.calendar, series.record
    line = series.event.first("DTSTART")
    name = line.parameters.get("TZID", "") if line and not start.utc else ""
    told = calendar.zones.get(name)
    named = (zone_named(name, told) or name) if name else calendar.zone
    # A calendar's clock is what its times are written by, whatever country the list is of.
    clues = ZoneClues(
        record=named,
        point=point,
        anywhere=True,
        source_zone=calendar.source.time_zone,
        source_country=calendar.source.country,
    )
    choice = choose_zone(clues)
    if choice.zone is None and start.utc:
        choice = choose_zone(ZoneClues(record="Etc/UTC", anywhere=True))
    record.note_zone(choice, "DTSTART")
    if start.utc and calendar.zone is None and choice.zone not in {None, "Etc/UTC"}:
        record.found("times_in_utc", "DTSTART", choice.zone)
    guessed = choice.zone is not None and zone_named(name, told) is None and told is not None
    if guessed and choice.zone and told and not agrees(told, choice.zone, start.wall):
        # The next best zone has other hours than those the calendar itself describes.
        record.found("no_time_zone", "DTSTART", name)
        return ZoneChoice()
    return choice


def _rules(series: _Series, told: _Start, start: datetime, duration: timedelta, zone: str) -> list[Recurrence]:
    """The rules; none where they cannot be kept."""
    try:
        if len(series.event.properties["RRULE"]) > 1:
            raise NotKept("several rules of one event cannot be kept together")
        return recurrences(told.rule, start, duration, zone, utc=told.moment.utc)
    except NotKept as error:
        series.record.found("bad_recurrence", "RRULE", f"{told.rule}: {error}")
        return []


def _length(series: _Series, start: datetime, zone: str) -> timedelta | None:
    """From DTSTART to DTEND, or DURATION; None: neither is told, or not of a meeting."""
    event, record = series.event, series.record
    end = event.value("DTEND")
    if end:
        moment, name = read_moment(end), "DTEND"
        length = moment.in_zone(zone) - start if moment else None
    else:
        name, length = "DURATION", _duration(event.value("DURATION"))
    if length is not None and timedelta(0) < length < MAX_DURATION:
        return length
    if record.holds(name):
        record.found("bad_duration", name, event.value(name))
    return None


def _duration(text: str) -> timedelta | None:
    """A DURATION (RFC 5545, section 3.3.6), seconds left off."""
    parts: dict[str, int] = {}
    digits = ""
    for letter in text.strip().upper().lstrip("+").removeprefix("P").replace("T", ""):
        if letter.isascii() and letter.isdigit() and len(digits) < 6:
            digits += letter
        elif letter in _LENGTH_PARTS and digits:
            parts[_LENGTH_PARTS[letter]], digits = int(digits), ""
        else:
            return None
    parts.pop("seconds", None)
    return timedelta(**parts) if parts and not digits else None
