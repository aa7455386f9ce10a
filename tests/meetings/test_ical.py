"""Calendar files, byte by byte."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.calendar_words import Wording
from meetings.ical import MAX_BYTES, MAX_EVENTS, Feed, render_feed, render_meeting, render_turned_off
from meetings.model import Meeting, MeetingStatus, OnlineVenue, VenueType, Weekday
from meetings.recurrence import DatedException
from meetings.schedule import Schedule
from tests.builders import NOW, a_meeting, a_recurrence, a_schedule, an_entry
from tests.outside import ROOT

FEEDS = Path(__file__).parent / "feeds"
PAGE = "https://example.org/meetings/{}".format


def _feed(*meetings: Meeting, schedule: Schedule | None = None, now: datetime = NOW, **options: Any) -> Feed:
    kept = schedule or a_schedule(*meetings, discreet=options.pop("discreet", False))
    return render_feed(kept, {meeting.id: meeting for meeting in meetings}, now=now, **options)


def _lines(body: bytes) -> list[str]:
    return body.decode("utf-8").replace("\r\n ", "").split("\r\n")


def _values(body: bytes, name: str) -> list[str]:
    """The values of all properties of that name."""
    return [line.partition(":")[2] for line in _lines(body) if re.match(rf"{name}[;:]", line)]


def _one_of_each() -> list[Meeting]:
    """A small schedule with everything in it."""
    sunday = a_recurrence(weekday=Weekday.SUNDAY, starts=time(2, 30))
    oslo = a_recurrence(zone="Europe/Oslo", weeks_of_month=(2, -1), starts=time(23, 30))
    exceptions = (
        DatedException(day=date(2026, 12, 6), note="The hall is closed; come again."),
        DatedException(day=date(2026, 12, 13), moved_to=(date(2026, 12, 14), time(9, 0))),
    )
    room = OnlineVenue(url="https://rooms.example/j/1?a=1,2", phone="+47 555 0100", notes="Passcode: 7, then #")
    return [
        a_meeting(1),
        a_meeting(2, recurrence=oslo, venue_type=VenueType.HYBRID, online=room, notes="Tea\r\nand «kaker» 🍰 " * 4),
        a_meeting(3, recurrence=sunday, exceptions=exceptions),
        a_meeting(4, status=MeetingStatus.WITHDRAWN),
        a_meeting(5, recurrence=None),
    ]


# --- Golden files -------------------------------------------------------------------------------


def _golden(name: str) -> bytes:
    meetings = _one_of_each()
    first, *others = (an_entry(meeting) for meeting in meetings)
    entries = (replace(first, note="Bring the keys, please", reminder_minutes=15), *others)
    options: dict[str, Any] = {"page_url": PAGE, "wording": Wording(format_names={"OPEN": "Open"})}
    if name == "turned_off":
        return render_turned_off(since=NOW).body
    if name == "meeting":
        return render_meeting(meetings[1], now=NOW, **options) or b""
    return _feed(*meetings, schedule=a_schedule(entries=entries, discreet=name == "discreet"), **options).body


@pytest.mark.parametrize("name", ["full", "discreet", "turned_off", "meeting"])
def test_file_is_the_golden_one(name: str) -> None:
    # Where a change is meant: write `_golden(name)` into the file and read the difference.
    assert _lines(_golden(name)) == _lines((FEEDS / f"{name}.ics").read_bytes())
    assert _golden(name) == (FEEDS / f"{name}.ics").read_bytes()


# --- The same bytes for the same facts ----------------------------------------------------------


def _hash_elsewhere(seed: str, *flags: str) -> str:
    script = (
        "import hashlib; from meetings.ical import render_feed; from tests.oracles import feed_schedules as f;"
        "m = f.meetings(); b = render_feed(f.schedule(m), m, now=f.NOW).body; print(hashlib.sha256(b).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": seed}
    command = [sys.executable, *flags, "-c", script]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def test_feed_is_the_same_in_every_process_and_without_assertions() -> None:
    assert _hash_elsewhere("1") == _hash_elsewhere("2", "-O")


def test_feed_is_the_same_until_its_month_turns() -> None:
    turns = datetime(2026, 12, 1, tzinfo=UTC)
    meetings = _one_of_each()
    assert _feed(*meetings, now=turns - timedelta(seconds=1)) == _feed(*meetings, now=NOW)
    assert _feed(*meetings, now=turns).body != _feed(*meetings, now=NOW).body


def test_order_of_entries_changes_no_byte() -> None:
    meetings = _one_of_each()
    assert _feed(*meetings).body == _feed(*reversed(meetings)).body


def test_etag_is_a_hash_of_the_bytes() -> None:
    feed = _feed(a_meeting())
    assert hashlib.sha256(feed.body).hexdigest().startswith(feed.etag)


# --- Stamps -------------------------------------------------------------------------------------

LATER = NOW + timedelta(days=3)


@pytest.mark.parametrize("changed", ["meeting", "entry", "schedule"])
def test_change_moves_the_stamps_of_its_event_and_of_the_feed(changed: str) -> None:
    meeting = a_meeting(updated_at=LATER if changed == "meeting" else NOW)
    entry = an_entry(meeting, updated_at=LATER if changed == "entry" else NOW)
    schedule = a_schedule(entries=(entry,), updated_at=LATER if changed == "schedule" else NOW)
    feed = _feed(meeting, schedule=schedule, now=LATER)
    assert (feed.last_modified, _values(feed.body, "DTSTAMP")) == (LATER, ["20261125T183000Z"])
    assert _values(feed.body, "LAST-MODIFIED") == ["20261125T183000Z"]


def test_change_of_one_meeting_leaves_the_others_bytes_alone() -> None:
    one, other = a_meeting(1), a_meeting(2)
    before, after = _feed(one, other).body, _feed(replace(one, revision=2, updated_at=LATER), other).body
    uid = _values(_feed(other, schedule=a_schedule(other, discreet=False)).body, "UID")[0].encode()
    events = [
        next(e for e in body.split(b"BEGIN:VEVENT") if uid in e).split(b"END:VEVENT")[0] for body in (before, after)
    ]
    assert events[0] == events[1]


def test_stamp_is_when_the_month_turned_if_nothing_changed_since() -> None:
    feed = _feed(a_meeting(), now=datetime(2027, 2, 10, tzinfo=UTC))
    assert feed.last_modified == datetime(2027, 1, 31, tzinfo=UTC)


@given(moments=st.lists(st.integers(0, 1000), min_size=2, max_size=5).map(sorted))
def test_stamps_and_counts_never_fall_and_grow_when_the_file_changes(moments: list[int]) -> None:
    feeds = [_feed(a_meeting(), now=NOW + timedelta(days=days)) for days in moments]
    told = [(feed.last_modified or NOW, _values(feed.body, "SEQUENCE"), feed.body) for feed in feeds]
    for (stamp, count, body), (next_stamp, next_count, next_body) in pairwise(told):
        assert (stamp < next_stamp and int(count[0]) < int(next_count[0])) if body != next_body else stamp == next_stamp


@pytest.mark.parametrize("revised", ["meeting", "entry", "schedule"])
def test_each_revision_is_counted(revised: str) -> None:
    meeting = a_meeting(revision=8 if revised == "meeting" else 1)
    entry = an_entry(meeting, revision=8 if revised == "entry" else 1)
    schedule = a_schedule(entries=(entry,), revision=8 if revised == "schedule" else 1)
    counts = [
        int(_values(_feed(a_meeting()).body, "SEQUENCE")[0]),
        int(_values(_feed(meeting, schedule=schedule).body, "SEQUENCE")[0]),
    ]
    assert counts[1] - counts[0] == 7


# --- Identity -----------------------------------------------------------------------------------


def _uids(body: bytes) -> set[str]:
    return set(_values(body, "UID"))


@pytest.mark.parametrize(
    "changes", [{"rotation": 5}, {"name": "Mine"}, {"discreet": True}, {"time_zone": "Asia/Tokyo"}]
)
def test_uid_outlasts_options_and_rotation(changes: dict[str, Any]) -> None:
    meeting = a_meeting()
    changed = a_schedule(meeting, **({"discreet": False} | changes))
    assert _uids(_feed(meeting, schedule=changed).body) == _uids(_feed(meeting).body)


def test_uid_outlasts_another_language() -> None:
    other = Wording(appointment="Avtale", meeting="Møte")
    assert _uids(_feed(*_one_of_each(), wording=other).body) == _uids(_feed(*_one_of_each()).body)


def test_uids_of_two_schedules_cannot_be_linked() -> None:
    meeting = a_meeting()
    other = a_schedule(meeting, id="S0OTHER", discreet=False)
    assert not _uids(_feed(meeting, schedule=other).body) & _uids(_feed(meeting).body)


def test_uids_are_short_and_name_no_host() -> None:
    uids = _values(_feed(*_one_of_each()).body, "UID")
    assert [uid for uid in uids if not re.fullmatch(r"[0-9a-f]{32}", uid)] == []
    assert [uid for uid, times in Counter(uids).items() if times > 1] == []


# --- What calendars choke on --------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["METHOD", "RDATE", "RECURRENCE-ID", "ORGANIZER", "ATTENDEE", "X-WR-TIMEZONE", "CATEGORIES"]
)
def test_feed_holds_nothing_that_clients_stumble_over(line: str) -> None:
    assert _values(_feed(*_one_of_each(), page_url=PAGE).body, line) == []


def test_calendar_itself_has_no_uid() -> None:
    head = _feed(a_meeting()).body.partition(b"BEGIN:VTIMEZONE")[0]
    assert _values(head, "UID") == []


def test_each_zone_is_told_once() -> None:
    body = _feed(*_one_of_each()).body
    used = set(re.findall(r"^(?:DTSTART|DTEND|EXDATE);TZID=([^:]+):", "\n".join(_lines(body)), re.MULTILINE))
    assert _values(body, "TZID") == sorted(used) == ["America/New_York", "Europe/Oslo"]


def test_old_name_of_a_zone_is_written_as_the_present_one() -> None:
    body = _feed(a_meeting(recurrence=a_recurrence(zone="US/Eastern"))).body
    assert _values(body, "TZID") == ["America/New_York"]


def test_meeting_in_utc_needs_no_zone() -> None:
    body = _feed(a_meeting(recurrence=a_recurrence(zone="UTC"))).body
    assert _values(body, "DTSTART")[-1] == "20261124T193000Z"


def test_series_is_told_in_the_meetings_own_zone_wherever_the_person_is() -> None:
    off = DatedException(day=date(2026, 12, 8))
    meeting = a_meeting(recurrence=a_recurrence(zone="Europe/Oslo"), exceptions=(off,))
    lines = _lines(_feed(meeting, schedule=a_schedule(meeting, time_zone="Asia/Tokyo")).body)
    times = [line for line in lines if re.match("(DTSTART|DTEND|EXDATE)[;:]2?", line) and "1970" not in line]
    assert len(times) == 5
    assert [line for line in times if not re.match("(DTSTART|DTEND|EXDATE);TZID=Europe/Oslo:[0-9T]+$", line)] == []


def test_each_date_called_off_is_a_property_of_its_own_at_the_time_of_its_series() -> None:
    off = tuple(DatedException(day=date(2026, 12, day)) for day in (8, 15))
    body = _feed(a_meeting(exceptions=off)).body
    assert _values(body, "EXDATE") == ["20261208T193000", "20261215T193000"]


def test_meeting_at_midnight_begins_the_day_that_is_stated() -> None:
    body = _feed(a_meeting(recurrence=a_recurrence(starts=time(0)))).body
    assert _values(body, "DTSTART")[-1] == "20261124T000000"


def test_calendar_is_told_to_all_in_their_words() -> None:
    lines = _lines(_feed(a_meeting(), schedule=a_schedule(name="Tuesdays")).body)
    assert lines[:4] == ["BEGIN:VCALENDAR", "PRODID:-//Calendar feed//EN", "VERSION:2.0", "CALSCALE:GREGORIAN"]
    assert {"NAME:Tuesdays", "X-WR-CALNAME:Tuesdays"} < set(lines)


def test_meeting_takes_the_persons_time_and_is_marked_private() -> None:
    lines = set(_lines(_feed(a_meeting()).body))
    assert {"STATUS:CONFIRMED", "CLASS:PRIVATE", "TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"} < lines


def test_components_stand_in_the_order_of_their_names() -> None:
    body = _feed(*_one_of_each()).body
    assert _values(body, "TZID") == sorted(_values(body, "TZID"))
    assert _values(body, "UID") == sorted(_values(body, "UID"))


@pytest.mark.parametrize("zone", ["America/New_York", "Not/A_Zone", ""])
def test_empty_schedule_is_a_valid_calendar(zone: str) -> None:
    body = render_feed(a_schedule(time_zone=zone), {}, now=NOW).body
    assert (body.count(b"BEGIN:VTIMEZONE"), body.count(b"BEGIN:VEVENT")) == (1, 0)


def test_feed_asks_to_be_read_again_in_some_hours() -> None:
    lines = _lines(_feed(a_meeting(), refresh_hours=12).body)
    assert {"REFRESH-INTERVAL;VALUE=DURATION:PT12H", "X-PUBLISHED-TTL:PT12H"} <= set(lines)


def test_backslash_before_an_n_stays_what_it_is() -> None:
    body = _feed(a_meeting(name=r"C:\New\names")).body
    assert _values(body, "SUMMARY") == [r"C:\\New\\names"]


# --- Limits -------------------------------------------------------------------------------------


def test_feed_of_too_many_meetings_holds_the_first_and_says_so() -> None:
    many = [a_meeting(number) for number in range(MAX_EVENTS + 2)]
    feed = _feed(*many)
    assert (feed.left_out, feed.body.count(b"BEGIN:VEVENT")) == (2, MAX_EVENTS + 1)
    assert r"Too many for one calendar\, not shown: 2" in _values(feed.body, "SUMMARY")


def test_which_meetings_there_is_room_for_does_not_depend_on_the_order_of_entries() -> None:
    entries = tuple(an_entry(a_meeting(n), added_on=date(2026, 11, 1 + n % 20)) for n in range(MAX_EVENTS + 40))
    meetings = {entry.meeting_id: a_meeting(n) for n, entry in enumerate(entries)}
    orders = (entries, entries[::-1])
    feeds = [render_feed(a_schedule(entries=order), meetings, now=NOW) for order in orders]
    assert feeds[0] == feeds[1]
    assert feeds[0].left_out == 40


def test_feed_of_too_long_meetings_stays_below_what_google_takes() -> None:
    many = [a_meeting(number, notes="Bring a cup. " * 400) for number in range(250)]
    feed = _feed(*many)
    assert feed.left_out > 0
    assert len(feed.body) < MAX_BYTES


def test_five_hundred_ordinary_meetings_fit() -> None:
    many = [a_meeting(number, notes="Bring a cup. " * 10) for number in range(MAX_EVENTS)]
    assert _feed(*many, page_url=PAGE).left_out == 0


# --- Discretion ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word", ["meeting", "homegroup", "anonymous", "recovery", "lantern", "example.org", "first light", "sober"]
)
def test_discreet_feed_is_neutral_throughout(word: str) -> None:
    body = _feed(*_one_of_each(), discreet=True, page_url=PAGE).body
    assert word not in "\n".join(_lines(body)).casefold()


def test_discreet_is_what_a_schedule_is_at_first() -> None:
    meeting = a_meeting()
    feed = render_feed(a_schedule(meeting), {meeting.id: meeting}, now=NOW)
    assert _values(feed.body, "SUMMARY") == ["Appointment"]


def test_name_that_the_person_gave_is_the_calendars() -> None:
    feed = _feed(a_meeting(), schedule=a_schedule(name="Tuesdays"))
    assert _values(feed.body, "X-WR-CALNAME") == ["Tuesdays"]


# --- Alarms -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "all_of_them", "trigger"), [(None, None, []), (None, 30, ["-PT30M"]), (15, 30, ["-PT15M"])]
)
def test_alarm_is_the_entrys_own_or_the_schedules(own: int | None, all_of_them: int | None, trigger: list[str]) -> None:
    meeting = a_meeting()
    entry = an_entry(meeting, reminder_minutes=own)
    feed = _feed(meeting, schedule=a_schedule(entries=(entry,), reminder_minutes=all_of_them))
    assert _values(feed.body, "TRIGGER") == trigger


def test_notice_has_no_alarm_and_takes_no_time() -> None:
    meeting = a_meeting(exceptions=(DatedException(day=date(2026, 12, 8)),))
    body = _feed(meeting, schedule=a_schedule(meeting, reminder_minutes=15)).body
    (notice,) = [event for event in body.split(b"BEGIN:VEVENT") if b"No appointment" in event]
    assert (b"VALARM" in notice, b"TRANSP:TRANSPARENT" in notice) == (False, True)


# --- Others -------------------------------------------------------------------------------------


def test_meetings_without_a_set_time_are_counted() -> None:
    feed = _feed(a_meeting(1), a_meeting(2, recurrence=None))
    assert _values(feed.body, "X-WR-CALDESC") == [r"Without a set time\, and so not shown: 1"]


def test_turned_off_calendar_is_empty_and_valid() -> None:
    feed = render_turned_off(since=NOW)
    assert (_values(feed.body, "NAME"), feed.last_modified) == (["Calendar turned off"], NOW)
    assert (feed.body.count(b"BEGIN:VTIMEZONE"), feed.body.count(b"BEGIN:VEVENT")) == (1, 0)


def test_meeting_to_keep_begins_today() -> None:
    body = render_meeting(a_meeting(), now=datetime(2026, 11, 25, 12, tzinfo=UTC)) or b""
    assert _values(body, "DTSTART")[-1] == "20261201T193000"


@pytest.mark.parametrize(
    "facts", [{"recurrence": None}, {"status": MeetingStatus.SUSPENDED}, {"status": MeetingStatus.WITHDRAWN}]
)
def test_meeting_without_dates_to_come_has_no_calendar(facts: dict[str, Any]) -> None:
    assert render_meeting(a_meeting(**facts), now=NOW) is None
