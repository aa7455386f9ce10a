"""The judges themselves judge: they see what is there, and complain of what is wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.oracles.judges import Expand, LibicalComplaints

WEEKLY = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VTIMEZONE
TZID:Europe/Oslo
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:lantern@example.org
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Oslo:20260321T190000
DTEND;TZID=Europe/Oslo:20260321T200000
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
BEGIN:VEVENT
UID:lantern@example.org
RECURRENCE-ID;TZID=Europe/Oslo:20260404T190000
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Oslo:20260404T210000
DTEND;TZID=Europe/Oslo:20260404T220000
END:VEVENT
END:VCALENDAR
"""
MARCH, MAY = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def weekly(tmp_path: Path) -> Path:
    file = tmp_path / "weekly.ics"
    file.write_bytes(WEEKLY.replace("\n", "\r\n").encode())
    return file


def test_icaljs_follows_the_clock_change_and_the_override(weekly: Path, icaljs_occurrences: Expand) -> None:
    starts = [found.start.isoformat() for found in icaljs_occurrences(weekly, MARCH, MAY)]
    assert starts == [
        "2026-03-21T18:00:00+00:00",
        "2026-03-28T18:00:00+00:00",
        "2026-04-04T19:00:00+00:00",
    ]


def test_icaljs_knows_no_time_zone_of_a_file_that_it_read_before(weekly: Path, icaljs_occurrences: Expand) -> None:
    assert icaljs_occurrences(weekly, MARCH, MAY)[0].start.hour == 18
    before, _, after = WEEKLY.partition("BEGIN:VTIMEZONE")
    weekly.write_text(before + after.partition("END:VTIMEZONE\n")[2])
    assert icaljs_occurrences(weekly, MARCH, MAY)[0].start.hour == 19


def test_icaljs_that_fails_on_a_file_says_why_and_reads_the_next(weekly: Path, icaljs_occurrences: Expand) -> None:
    with pytest.raises(AssertionError, match="no such file"):
        icaljs_occurrences(weekly.with_name("absent.ics"), MARCH, MAY)
    assert len(icaljs_occurrences(weekly, MARCH, MAY)) == 3


def test_libical_finds_nothing_wrong_with_a_valid_calendar(weekly: Path, libical_complaints: LibicalComplaints) -> None:
    assert libical_complaints(weekly) == []


def test_libical_complains_of_an_end_and_a_length_together(weekly: Path, libical_complaints: LibicalComplaints) -> None:
    weekly.write_text(WEEKLY.replace("RRULE:FREQ=WEEKLY", "DURATION:PT1H\nRRULE:FREQ=WEEKLY"))
    (complaint,) = libical_complaints(weekly)
    assert "DURATION" in complaint
