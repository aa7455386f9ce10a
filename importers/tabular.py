"""What lists in tables have in common: a record whose fields are a cell each becomes one listing a weekday.

A format's own module gives the fields their names (`weekday`, `start_time`, `end_time`, `duration`, `time_zone`) and
says where one meets and in which formats; here is read when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from importers.approximate import point_of, with_town_point
from importers.attendance import in_country
from importers.clock import length_between
from importers.days import Day, read_days
from importers.fellowships import fellowship_stance, usual_length
from importers.links import conference_provider
from importers.places import is_near
from importers.record import Record
from importers.tables import Row, Table
from importers.text import CODE_LENGTH, clean_text
from importers.times import Times, read_spoken_length, read_times
from importers.zones import ZoneChoice, ZoneClues, choose_zone, is_abroad
from meetings.findings import Finding
from meetings.listing import Listing, Rejected, fold
from meetings.model import OnlineVenue, Venue, VenueType, Weekday
from meetings.recurrence import Recurrence
from meetings.source import Source
from meetings.vocabulary import Vocabulary

COLUMN_MARK = ", column "
#: Lists of a region that a border divides give all of it one country; a point looked up wrong lies farther off.
_BORDER_KM = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatList:
    """What is the same for all records of a list. `day_words`: days as this list alone writes them, folded."""

    source: Source
    vocabulary: Vocabulary
    day_words: Mapping[str, tuple[Weekday, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where one meets and how; `country` as the record itself tells it."""

    venue: Venue | None = None
    country: str | None = None
    venue_type: VenueType | None = None
    online: OnlineVenue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A rule a day, how the zone became known, whether the length is assumed; `lost`: days that came to nothing.

    Neither rules nor lost days: by appointment.
    """

    rules: tuple[Recurrence, ...]
    choice: ZoneChoice
    length_assumed: bool
    lost: int


def row_record(row: Row, fields: Mapping[str, str], findings: list[Finding]) -> Record:
    """A row's record; `fields` is what we call a column, by what the list calls it."""
    values: dict[str, object] = {}
    columns: dict[str, str] = {}
    for column, name in fields.items():
        # Of two columns with one meaning the first counts that holds something.
        if not str(values.get(name, "")).strip():
            values[name], columns[name] = row.cells.get(column, ""), column
    record = Record(values=values, where=row.where, findings=findings, columns=columns, column_mark=COLUMN_MARK)
    if row.spare:
        record.found("cells_beyond_header", "", row.spare[0])
    return record


def note_table(table: Table, sound: bool, place: str, findings: list[Finding]) -> None:
    """Note what is wrong with a whole table: letters that could not be read, a column that stands twice."""
    if not sound:
        findings.append(Finding(code="bad_text", where=place))
    findings.extend(Finding(code="duplicate_field", where=f"header{COLUMN_MARK}{name}") for name in table.repeated)


# --- When ---------------------------------------------------------------------------------------


def read_when(record: Record, of_list: FlatList, *, fellowship: str, place: Placed) -> When:
    """Days, time, length and zone of a record."""
    days, unread = _days(record, of_list.day_words)
    if not days:
        return When(rules=(), choice=ZoneChoice(), length_assumed=False, lost=unread)
    times = _times(record)
    choice = _zone(record, of_list.source, times, place)
    if times is None or choice.zone is None:
        return When(rules=(), choice=choice, length_assumed=False, lost=len(days) + unread)
    length = _length(record, times)
    usual = usual_length(of_list.vocabulary, fellowship)
    rules = (
        Recurrence(
            weekday=day.weekday,
            starts=times.starts.time,
            duration=length or usual,
            zone=choice.zone,
            weeks_of_month=day.weeks,
        )
        for day in days
    )
    return When(rules=tuple(rules), choice=choice, length_assumed=length is None, lost=unread)


def _days(record: Record, words: Mapping[str, tuple[Weekday, ...]]) -> tuple[list[Day], int]:
    value = record.values.get("weekday")
    days: list[Day] = []
    unread: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        text = _bare(item)
        if fold(text) in words:
            days.extend(Day(weekday=day) for day in words[fold(text)])
            continue
        told = read_days(text) if isinstance(item, (str, int, float)) else None
        days.extend(told.days if told else ())
        unread.extend(told.unread if told else [] if item is None else ["?"])
    for text in unread:
        record.found("bad_day", "weekday", text)
    if not days and not unread and record.holds("start_time"):
        # A time is meant for days; to call it an appointment would hide that they are missing.
        record.found("bad_day", "weekday")
        unread.append("")
    return list(dict.fromkeys(days)), len(unread)


def _bare(item: object) -> str:
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    return clean_text(str(item), most=CODE_LENGTH * 2).text if item is not None else ""


def _times(record: Record) -> Times | None:
    value = record.values.get("start_time")
    if isinstance(value, list):
        # Which of several times is meant for which day, nobody can tell.
        value = value[0] if len({str(item) for item in value}) == 1 else str(value)
    text = _bare(value)
    times = read_times(text) if text else None
    if not text:
        record.found("day_without_time", "start_time")
    elif times is None:
        record.found("bad_time", "start_time", text)
    elif times.starts.doubtful:
        record.found("doubtful_midnight", "start_time", text)
    return times


def _length(record: Record, times: Times) -> timedelta | None:
    """The length that is told, else from start to end, past midnight where the end is earlier; None: none is told."""
    text = record.code("duration")
    length = read_spoken_length(text) if text else None
    if text and length is None and text.strip("0:. ") != "":
        record.found("bad_duration", "duration", text)
    if length is not None:
        return length
    told = record.code("end_time")
    ends = read_times(told) if told else None
    if told and (ends is None or length_between(times.starts.time, ends.starts.time) is None):
        record.found("bad_duration", "end_time", told)
    end = ends.starts.time if ends else times.ends
    return length_between(times.starts.time, end) if end else None


def _zone(record: Record, source: Source, times: Times | None, place: Placed) -> ZoneChoice:
    field = "start_time" if times is not None and times.zone else "latitude"
    clues = ZoneClues(
        record=record.code("time_zone") or (times.zone if times else None),
        point=point_of(place.venue),
        country=place.country,
        anywhere=place.venue_type == VenueType.VIRTUAL,
        source_zone=source.time_zone,
        source_country=source.country,
    )
    choice = choose_zone(clues)
    record.note_zone(choice, "time_zone" if "time_zone" in record.values else field)
    return choice


# --- Where --------------------------------------------------------------------------------------


def located(venue: Venue | None, record: Record, name: str, *, country: str | None, source: Source) -> Venue | None:
    """The place at its own point, else at its town's; a point in another country than the record names is none.

    The country is what a person wrote, the point what a program looked up. `name` is the field with the town.
    """
    point = point_of(venue)
    if venue is not None and point is not None and country is not None and _is_far_abroad(point, country):
        record.found("point_outside_country", "latitude", f"{point[0]}, {point[1]}")
        venue = replace(venue, latitude=None, longitude=None)
    return with_town_point(venue, record, name, country=source.country)


def _is_far_abroad(point: tuple[float, float], country: str) -> bool:
    return is_abroad(point, country) and not is_near(country, point, _BORDER_KM)


def read_online(record: Record, region: str | None) -> OnlineVenue | None:
    """How one joins, by `conference_url`, `conference_phone` and their notes; None: nothing tells it."""
    url = record.link("conference_url")
    online = OnlineVenue(
        url=url,
        provider=conference_provider(url) if url else None,
        phone=record.phone("conference_phone", region),
        notes=record.notes("conference_url_notes", "conference_phone_notes", region=region, joining=True),
    )
    return online if online.url or online.phone or online.notes else None


# --- All together -------------------------------------------------------------------------------


def told_listings(record: Record, listing: Listing | None, when: When, of_list: FlatList) -> list[Listing | Rejected]:
    """The listing once a day, or why there is none: that is in the findings."""
    lost: list[Listing | Rejected] = [Rejected(record_key=record.key)]
    days = len(when.rules) + when.lost
    if listing is None:
        return lost * max(days, 1)
    medication, said_by = fellowship_stance(of_list.vocabulary, listing.fellowship)
    country = of_list.source.country
    listing = replace(
        listing,
        zone_reason=when.choice.reason,
        duration_assumed=when.length_assumed,
        medication=medication,
        medication_source=said_by,
        venue=in_country(listing.venue, country)
        if listing.venue and not listing.venue.country and not when.choice.abroad
        else listing.venue,
    )
    if not days:
        return [listing]
    listings: list[Listing | Rejected] = [
        replace(listing, recurrence=rule, day=rule.weekday.name if days > 1 else None) for rule in when.rules
    ]
    return [*listings, *lost * when.lost]
