"""Feeds beside other programs: what they read is what our agenda says, and they complain of nothing.

Five expanders that share no code with us; ical.js and libical know no time zone but those of the feed itself.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.ical import render_feed, render_meeting, render_turned_off
from meetings.model import Meeting, Weekday
from meetings.recurrence import DatedException, rule_dates
from meetings.schedule import Schedule, ScheduleEntry
from tests.amounts import many, spread
from tests.builders import NOW, a_meeting, a_recurrence, an_entry
from tests.oracles import feed_schedules as feeds
from tests.oracles.judges import Expand, LibicalComplaints
from tests.oracles.zone_changes import Change, changes, changing_zones

QUARTER = timedelta(minutes=15)
#: Zones whose rules Node 20 knows as they were in 2025.
OLDER = {"Africa/Casablanca"}


@pytest.fixture(scope="module")
def chosen() -> dict[str, Meeting]:
    return feeds.meetings()


@pytest.fixture(scope="module")
def feed(chosen: dict[str, Meeting]) -> bytes:
    rendered = render_feed(feeds.schedule(chosen), chosen, now=NOW)
    assert (rendered.skipped, rendered.left_out) == ((), 0)
    return rendered.body


def test_recurring_ical_events_reads_our_agenda(chosen: dict[str, Meeting], feed: bytes) -> None:
    assert feeds.by_recurring_ical_events(feed) == feeds.ours(chosen)


def test_home_assistant_reads_our_agenda(chosen: dict[str, Meeting], feed: bytes) -> None:
    assert feeds.by_home_assistant(feed) == feeds.ours(chosen)


def test_icaljs_reads_our_agenda_by_our_time_zones(
    chosen: dict[str, Meeting], feed: bytes, tmp_path: Path, icaljs_occurrences: Expand
) -> None:
    assert feeds.by(icaljs_occurrences, feed, tmp_path / "feed.ics") == feeds.ours(chosen)


def test_libical_reads_our_agenda_by_our_time_zones(
    chosen: dict[str, Meeting], feed: bytes, tmp_path: Path, libical_occurrences: Expand
) -> None:
    # It may be an hour late in the week after a start that its clock skipped.
    ours = feeds.ours(chosen)
    read = feeds.by(libical_occurrences, feed, tmp_path / "feed.ics")
    assert (read & ours).total() >= 0.998 * ours.total()
    assert {seen[0] for seen in (read - ours) + (ours - read)} <= {"Number 40"}


def test_node_ical_reads_our_agenda_but_where_its_time_zones_are_older(
    chosen: dict[str, Meeting], tmp_path: Path, node_ical_occurrences: Expand
) -> None:
    known = {
        id: meeting for id, meeting in chosen.items() if meeting.recurrence and meeting.recurrence.zone not in OLDER
    }
    assert len(known) == len(chosen) - 4
    feed = render_feed(feeds.schedule(known), known, now=NOW).body
    assert feeds.by(node_ical_occurrences, feed, tmp_path / "feed.ics") == feeds.ours(known, feeds.schedule(known))


def _zone(meeting: Meeting) -> str:
    assert meeting.recurrence is not None
    return meeting.recurrence.zone


def test_icalendar_reads_every_component_without_an_error(feed: bytes) -> None:
    calendar = icalendar.Calendar.from_ical(feed)
    assert [(component.name, component.errors) for component in calendar.walk() if component.errors] == []


@pytest.mark.parametrize("discreet", [True, False])
def test_libical_finds_nothing_wrong(
    discreet: bool, chosen: dict[str, Meeting], tmp_path: Path, libical_complaints: LibicalComplaints
) -> None:
    file = tmp_path / "feed.ics"
    schedule = feeds.schedule(chosen, discreet=discreet, reminder_minutes=30)
    file.write_bytes(render_feed(schedule, chosen, now=NOW, page_url="https://example.org/{}".format).body)
    assert libical_complaints(file) == []


def test_libical_finds_nothing_wrong_with_a_calendar_without_events(
    tmp_path: Path, libical_complaints: LibicalComplaints
) -> None:
    file = tmp_path / "off.ics"
    file.write_bytes(render_turned_off(since=NOW).body)
    assert libical_complaints(file) == []


def test_libical_finds_nothing_wrong_with_a_meeting_to_keep(
    tmp_path: Path, libical_complaints: LibicalComplaints
) -> None:
    file = tmp_path / "meeting.ics"
    file.write_bytes(render_meeting(a_meeting(), now=NOW) or b"")
    assert libical_complaints(file) == []


# --- Any schedule -------------------------------------------------------------------------------

DAYS = st.dates(date(2026, 11, 23), date(2027, 12, 31))
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@st.composite
def any_meeting(draw: st.DrawFn, number: int) -> Meeting:
    """Of any rule, with dates cancelled and moved, wherever clocks do odd things."""
    weeks = tuple(draw(st.sets(st.sampled_from([1, 2, 3, 4, 5, -1]))))
    facts: dict[str, Any] = {"weeks_of_month": weeks, "interval": 1 if weeks else draw(st.integers(1, 4))}
    facts |= {"weekday": draw(st.sampled_from(Weekday)), "anchor": draw(st.dates(date(2026, 1, 1), date(2027, 3, 1)))}
    facts |= {"starts": draw(TIMES), "duration": QUARTER * draw(st.integers(1, 95))}
    rule = a_recurrence(zone=draw(st.sampled_from([*feeds.ZONES, "America/Havana", "UTC", "US/Eastern"])), **facts)
    days = st.sampled_from(list(rule_dates(rule, date(2026, 11, 23), date(2027, 12, 31))) or [date(2027, 1, 1)])
    exceptions = [
        DatedException(day=day, moved_to=draw(st.none() | st.tuples(DAYS, TIMES)))
        for day in draw(st.lists(days, max_size=4, unique=True))
    ]
    return a_meeting(number, name=f"Number {number}", recurrence=rule, exceptions=tuple(exceptions))


@st.composite
def any_schedule(draw: st.DrawFn) -> tuple[Schedule, dict[str, Meeting]]:
    """Some such meetings, with dates skipped or chosen."""
    made = [draw(any_meeting(number)) for number in range(4)]
    entries = [
        an_entry(
            meeting,
            skipped_dates=tuple(draw(st.lists(DAYS, max_size=200))),
            dates=draw(st.none() | st.lists(DAYS, max_size=200).map(tuple)),
        )
        for meeting in made
    ]
    return feeds.schedule({}, entries=tuple(entries)), {meeting.id: meeting for meeting in made}


def _is_read_as_our_agenda(schedule: Schedule, chosen: dict[str, Meeting]) -> bool:
    feed, ours = render_feed(schedule, chosen, now=NOW).body, feeds.ours(chosen, schedule)
    return feeds.by_home_assistant(feed) == ours and feeds.by_recurring_ical_events(feed) == ours


@settings(max_examples=15)
@given(made=any_schedule())
def test_any_schedule_is_read_as_our_agenda(made: tuple[Schedule, dict[str, Meeting]]) -> None:
    assert _is_read_as_our_agenda(*made)


@pytest.mark.long
@settings(max_examples=many(600))
@given(made=any_schedule())
def test_any_of_many_schedules_is_read_as_our_agenda(made: tuple[Schedule, dict[str, Meeting]]) -> None:
    assert _is_read_as_our_agenda(*made)


# --- Around every clock change ------------------------------------------------------------------


def _around(name: str, change: Change) -> dict[str, Meeting]:
    """Weekly meetings at each quarter of an hour from two hours before the change on either clock to two after."""
    walls = [(change.at + offset).replace(tzinfo=None) for offset in (change.before, change.after)]
    first, last = min(walls) - timedelta(hours=2), max(walls) + timedelta(hours=2)
    starts = [first + QUARTER * n for n in range(int((last - first) / QUARTER) + 1)]
    made = []
    for number, start in enumerate(starts):
        when = {"weekday": Weekday(start.weekday()), "starts": start.time(), "duration": timedelta(minutes=90)}
        made.append(a_meeting(number, name=f"Number {number}", recurrence=a_recurrence(zone=name, **when)))
    return {meeting.id: meeting for meeting in made}


def _added(chosen: dict[str, Meeting]) -> Schedule:
    entries = tuple(ScheduleEntry(meeting_id=id, added_on=date(2026, 11, 1), updated_at=NOW) for id in chosen)
    return feeds.schedule({}, entries=entries)


def _first_change(name: str) -> Change:
    return next(change for change in changes(name) if change.at > feeds.START)


@pytest.mark.parametrize("name", ["America/Nuuk", "Australia/Lord_Howe"])
def test_icaljs_reads_our_hours_around_a_change(name: str, tmp_path: Path, icaljs_occurrences: Expand) -> None:
    chosen = _around(name, _first_change(name))
    feed = render_feed(_added(chosen), chosen, now=NOW).body
    assert feeds.by(icaljs_occurrences, feed, tmp_path / "feed.ics") == feeds.ours(chosen, _added(chosen))


@pytest.mark.long
def test_all_read_our_hours_around_the_next_changes_of_every_zone(tmp_path: Path, icaljs_occurrences: Expand) -> None:
    wrong = []
    for name, listed in spread(list(changing_zones().items())):
        for change in [change for change in listed if change.at > feeds.START][:2]:
            chosen = _around(name, change)
            feed, ours = render_feed(_added(chosen), chosen, now=NOW).body, feeds.ours(chosen, _added(chosen))
            read = (
                feeds.by_recurring_ical_events(feed),
                feeds.by_home_assistant(feed),
                feeds.by(icaljs_occurrences, feed, tmp_path / "feed.ics"),
            )
            wrong += [(name, change.at) for seen in read if seen != ours]
    assert wrong == []
