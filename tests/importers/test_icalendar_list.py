"""Calendars: what becomes of events, held against an independent expansion of the same file."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias

import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from importers.icalendar_list import parse
from importers.icalendar_rules import NotKept, recurrences
from importers.plan import plan_import
from importers.protocol import Fetched
from importers.record import read_key
from meetings.errors import ParseFailed
from meetings.listing import Parsed
from meetings.model import MeetingStatus, VenueType
from meetings.recurrence import occurrences
from meetings.source import Held, Source
from tests.builders import NOW, a_source
from tests.importers.lists import only, the_vocabulary
from tests.outside import REAL_LISTS, needs_real_lists

TZ = "America/New_York"
#: The span in which dates are compared.
FIRST, LAST = datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
Facts: TypeAlias = dict[str, str | None]
FACTS: Facts = {
    "UID": "first-light@calendar.example.org",
    f"DTSTART;TZID={TZ}": "20260106T193000",
    f"DTEND;TZID={TZ}": "20260106T210000",
    "RRULE": "FREQ=WEEKLY;BYDAY=TU",
    "SUMMARY": "First Light",
}


def an_event(changes: Facts | None = None, **more: str | None) -> str:
    """Tuesdays at 19:30 in New York; None leaves a property out."""
    facts = {**FACTS, **(changes or {}), **more}
    lines = [f"{name}:{value}" for name, value in facts.items() if value is not None]
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def a_calendar(*parts: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Invented//EN", *parts, "END:VCALENDAR", ""])


def read(text: str | bytes, *, on: date | None = date(2026, 11, 22), source: Source | None = None) -> Parsed:
    body = text if isinstance(text, bytes) else text.encode()
    answer = Fetched(documents={"calendar.ics": body}, location="https://calendar.example.org/", read_on=on)
    return parse(answer, source or a_source(importer="icalendar"), the_vocabulary())


# --- The same dates as another program finds ----------------------------------------------------

_RULES = st.sampled_from(
    [
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=TU,TH,SU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SA",
        "FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SU,WE",
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=14",
        "FREQ=MONTHLY;BYDAY=2TU,4TU",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYDAY=1MO,3TH",
        "FREQ=MONTHLY;BYDAY=WE;BYSETPOS=3",
        "FREQ=MONTHLY;BYDAY=5SU",
    ]
)
_ENDS = st.one_of(
    st.just(""),
    st.integers(1, 60).map(lambda count: f";COUNT={count}"),
    st.dates(date(2026, 2, 1), date(2027, 2, 1)).map(lambda day: f";UNTIL={day:%Y%m%d}T150000Z"),
)


@given(
    rule=_RULES,
    ends=_ENDS,
    day=st.dates(date(2025, 12, 1), date(2026, 3, 1)),
    wall=st.sampled_from([time(7), time(12, 15), time(19, 30), time(23, 45)]),
    zone=st.sampled_from([TZ, "Europe/Berlin", "Australia/Sydney", "Asia/Kathmandu"]),
    changed=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["out", "moved", "called off"])), max_size=4),
)
def test_dates_are_those_that_another_program_finds(
    rule: str, ends: str, day: date, wall: time, zone: str, changed: list[tuple[int, str]]
) -> None:
    day = _first_on_rule(rule, day, wall, zone)
    start = {"DTSTART;TZID=" + zone: f"{datetime.combine(day, wall):%Y%m%dT%H%M%S}", "DURATION": "PT1H"}
    facts: Facts = dict.fromkeys(FACTS) | {"UID": "x", "SUMMARY": "X", "RRULE": rule + ends, **start}
    plain = a_calendar(an_event(facts))
    dates = _theirs(plain)
    single = [_changed(dates[n], how, zone) for n, how in dict(changed).items() if n < len(dates)]
    text = a_calendar(an_event(facts | {"EXDATE;TZID=" + zone: _out(dates, changed)}), *filter(None, single))
    assert _ours(text) == _theirs(text)


def _first_on_rule(rule: str, day: date, wall: time, zone: str) -> date:
    """DTSTART must be a date of the rule: else it is undefined what that means."""
    rules = recurrences(rule, datetime.combine(day, wall), timedelta(hours=1), zone, utc=False)
    start = datetime.combine(day, time(), UTC)
    found = (one.date for each in rules for one in occurrences(each, (), start, start + timedelta(days=120)))
    return min(one for one in found if one >= day)


def _out(dates: list[datetime], changed: list[tuple[int, str]]) -> str | None:
    out = [f"{dates[n]:%Y%m%dT%H%M%S}" for n, how in dict(changed).items() if how == "out" and n < len(dates)]
    return ",".join(out) or None


def _changed(at: datetime, how: str, zone: str) -> str | None:
    if how == "out":
        return None
    to = at + timedelta(days=1, hours=-2) if how == "moved" else at
    facts: Facts = dict.fromkeys(FACTS) | {
        "UID": "x",
        "SUMMARY": "X",
        "RECURRENCE-ID;TZID=" + zone: f"{at:%Y%m%dT%H%M%S}",
        "DTSTART;TZID=" + zone: f"{to:%Y%m%dT%H%M%S}",
        "DURATION": "PT1H",
        "STATUS": "CANCELLED" if how == "called off" else None,
    }
    return an_event(facts)


def _theirs(text: str) -> list[datetime]:
    calendar = Calendar.from_ical(text)
    events = recurring_ical_events.of(calendar).between((2025, 10, 1), (2026, 12, 1))
    held = (event.start for event in events if str(event.get("STATUS", "")) != "CANCELLED")
    return sorted(start for start in held if FIRST <= start < LAST)


def _ours(text: str) -> list[datetime]:
    held = [
        one.starts_at
        for listing in read(text, on=None).listings
        if listing.recurrence
        for one in occurrences(listing.recurrence, listing.exceptions, FIRST, LAST)
        if not one.cancelled
    ]
    return sorted(held)


# --- Ends ---------------------------------------------------------------------------------------


def ending(until: str) -> str:
    return a_calendar(an_event(RRULE=f"FREQ=WEEKLY;BYDAY=TU;UNTIL={until}"))


def test_series_that_will_end_ends_by_itself() -> None:
    listing = only(read(ending("20261216T003000Z")))
    assert listing.recurrence is not None
    assert (listing.recurrence.until, listing.suspended) == (date(2026, 12, 15), False)


@pytest.mark.parametrize(("day", "suspended"), [(17, False), (18, False), (19, True), (30, True)])
def test_series_is_suspended_once_its_last_date_is_past_everywhere(day: int, suspended: bool) -> None:
    assert only(read(ending("20261118T003000Z"), on=date(2026, 11, day))).suspended is suspended


def test_series_long_ended_is_left_out_as_no_longer_published() -> None:
    (rejected,) = read(ending("20261118T003000Z"), on=date(2027, 3, 1)).rejected
    assert (rejected.record_key, rejected.unpublished) == (read_key(FACTS["UID"]), True)


def followed() -> str:
    """A series that ended in November, and the one that it goes on as."""
    old = an_event(RRULE="FREQ=WEEKLY;BYDAY=TU;UNTIL=20261118T003000Z")
    new = an_event({"UID": "new", f"DTSTART;TZID={TZ}": "20261124T193000", f"DTEND;TZID={TZ}": "20261124T210000"})
    return a_calendar(old, new)


def test_one_series_that_follows_another_takes_its_place() -> None:
    result = read(followed(), on=date(2026, 12, 1))
    assert [listing.record_key for listing in result.listings] == ["new"]
    assert [one.record_key for one in result.rejected] == [read_key(FACTS["UID"])]


def test_meeting_keeps_its_id_where_one_series_follows_another() -> None:
    before = plan_import(read(a_calendar(an_event())), (), source_id="lantern", now=NOW).added[0]
    held = Held(
        meeting_id=before.meeting_id,
        ids=(before.meeting_id,),
        key=before.key,
        content_key=before.content_key,
        fingerprint=before.fingerprint,
        status=MeetingStatus.ACTIVE,
    )
    plan = plan_import(read(followed(), on=date(2026, 12, 1)), (held,), source_id="lantern", now=NOW)
    assert [one.meeting_id for one in plan.changed] == [before.meeting_id]
    assert (plan.added, plan.suspended, plan.missing, plan.held) == ((), (), (), None)


# --- What is no calendar ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"<!DOCTYPE html><title>Login</title>",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        a_calendar(an_event()).encode()[:-16],
        a_calendar(an_event()).encode()[:200],
        b"BEGIN:VCARD\r\nEND:VCARD\r\n",
        b"END:VEVENT\r\n",
        b"\x00\xff\xfe",
    ],
)
def test_what_is_no_whole_calendar_is_a_failure_and_never_a_shorter_list(body: bytes) -> None:
    with pytest.raises(ParseFailed):
        read(body)


def test_calendar_of_no_fellowship_is_refused() -> None:
    with pytest.raises(ParseFailed, match="fellowship"):
        read(a_calendar(an_event()), source=a_source(importer="icalendar", fellowship=None))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_calendar_is_read_in_the_encodings_that_programs_write(encoding: str) -> None:
    assert only(read(a_calendar(an_event(SUMMARY="Frühstück")).encode(encoding))).name == "Frühstück"


LINES = st.lists(
    st.one_of(
        st.sampled_from([*a_calendar(an_event()).split("\r\n"), "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE"]),
        st.tuples(
            st.sampled_from(
                [
                    "DTSTART",
                    "DTEND",
                    "RRULE",
                    "EXDATE",
                    "RDATE",
                    "RECURRENCE-ID",
                    "GEO",
                    "CONFERENCE",
                    "DURATION",
                    "UID",
                ]
            ),
            st.text(max_size=30),
        ).map(lambda pair: f"{pair[0]}:{pair[1]}"),
        st.text(max_size=40),
    ),
    max_size=12,
)


@given(LINES)
def test_no_lines_at_all_break_the_reading(lines: list[str]) -> None:
    text = a_calendar(an_event(), "BEGIN:VEVENT", *lines, "END:VEVENT")
    try:
        result = read(text.encode("utf-8", "surrogatepass"))
    except ParseFailed:
        return
    assert result.received == len(result.listings) + len(result.rejected)


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=WEEKLY;BYHOUR=1,2,3", "FREQ=WEEKLY;INTERVAL=99999999999", "X"])
def test_rule_outside_of_what_we_keep_is_refused(rule: str) -> None:
    with pytest.raises(NotKept):
        recurrences(rule, datetime(2026, 1, 6, 19, 30), timedelta(hours=1), TZ, utc=False)  # noqa: DTZ001 - a wall time


def test_events_of_a_large_calendar_are_each_read() -> None:
    events = [an_event(UID=f"{number}", SUMMARY=f"Number {number}") for number in range(2000)]
    result = read(a_calendar(*events))
    assert len(result.listings) == 2000


# --- Places -------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["Zoom", "online", "Online only", "via Zoom", "Google Meet", "Virtual Meeting"])
def test_word_for_online_is_no_place(place: str) -> None:
    listing = only(read(a_calendar(an_event(LOCATION=place))))
    assert (listing.venue, listing.venue_type) == (None, VenueType.VIRTUAL)


@pytest.mark.parametrize("place", ["Zoom Street 5", "Online Café, 3 Mill Road", "The Virtual Church"])
def test_place_that_only_sounds_online_is_one(place: str) -> None:
    assert only(read(a_calendar(an_event(LOCATION=place)))).venue_type == VenueType.IN_PERSON


@pytest.mark.parametrize(
    ("title", "off"),
    [
        ("CANCELED: First Light", True),
        ("*Cancelled* First Light", True),
        ("No meeting today", True),
        ("Closed for the holiday", True),
        ("Closed meeting: First Light", False),
        ("Closed", False),
        ("First Light (not cancelled)", False),
    ],
)
def test_title_that_begins_by_calling_it_off_is_believed(title: str, off: bool) -> None:
    assert only(read(a_calendar(an_event(SUMMARY=title)))).suspended is off


# --- Real calendars -----------------------------------------------------------------------------


@needs_real_lists
@pytest.mark.real_lists
@pytest.mark.parametrize(
    ("name", "received", "listings", "code"),
    [
        ("exdate", 1, 1, "series_ended"),
        ("fablab", 28, 1, "single_date"),
        ("moved-occurrences", 7, 7, "series_ended"),
        ("no-dtend", 4, 0, "single_date"),
    ],
)
def test_real_calendar_is_accounted_for(name: str, received: int, listings: int, code: str) -> None:
    body = (REAL_LISTS / "icalendar" / f"{name}.ics").read_bytes()
    result = read(body, on=date(2020, 2, 10) if name == "exdate" else date(2019, 4, 1))
    assert (result.received, len(result.listings)) == (received, listings)
    assert code in {finding.code for finding in result.findings}
