"""What a program that copies calendars takes for changed: vdirsyncer, by what it keeps of each item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from meetings.ical import render_feed
from meetings.model import Meeting, Weekday
from meetings.recurrence import DatedException
from meetings.schedule import Schedule
from tests.builders import NOW, a_meeting, a_recurrence, a_schedule, a_venue, an_entry
from tests.oracles import feed_schedules as feeds
from tests.oracles.judges import KeptItems

LATER = NOW + timedelta(days=3)
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def chosen() -> dict[str, Meeting]:
    """Sixty weekly meetings at plain hours, one event each."""
    zones = islice(feeds.ZONES * 5, 60)
    made = [
        a_meeting(number, name=f"Number {number}", recurrence=a_recurrence(weekday=Weekday(number % 7), zone=zone))
        for number, zone in enumerate(zones)
    ]
    return {meeting.id: meeting for meeting in made}


Items = Callable[[Schedule, dict[str, Meeting]], dict[str, str]]


@pytest.fixture
def items(tmp_path: Path, vdirsyncer_items: KeptItems) -> Items:
    """Of a schedule's feed."""

    def of(schedule: Schedule, meetings: dict[str, Meeting]) -> dict[str, str]:
        file = tmp_path / "feed.ics"
        file.write_bytes(render_feed(schedule, meetings, now=LATER).body)
        return vdirsyncer_items(file)

    return of


def _changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {uid for uid in before.keys() | after.keys() if before.get(uid) != after.get(uid)}


def _anew(chosen: dict[str, Meeting], **facts: Any) -> dict[str, Meeting]:
    id, meeting = list(chosen.items())[7]
    return chosen | {id: replace(meeting, revision=2, updated_at=LATER, **facts)}


def test_every_event_is_an_item_of_its_own(chosen: dict[str, Meeting], items: Items) -> None:
    schedule = a_schedule(*chosen.values(), discreet=False)
    assert len(items(schedule, chosen)) == 60


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Another Light"},
        {"venue": a_venue(street="7 Quay")},
        {"notes": "Ring twice."},
        {"recurrence": a_recurrence(starts=time(18, 15))},
        {"recurrence": a_recurrence(zone="Asia/Tokyo")},
        {},
    ],
)
def test_one_changed_meeting_is_one_changed_item(
    facts: dict[str, Any], chosen: dict[str, Meeting], items: Items
) -> None:
    schedule = a_schedule(*chosen.values(), discreet=False)
    before = items(schedule, chosen)
    after = items(schedule, _anew(chosen, **facts))
    assert len(_changed(before, after)) == 1
    assert before.keys() == after.keys()


def test_date_called_off_changes_its_series_and_adds_its_notice(chosen: dict[str, Meeting], items: Items) -> None:
    schedule = a_schedule(*chosen.values(), discreet=False)
    off = DatedException(day=date(2026, 12, 7))
    before = items(schedule, chosen)
    after = items(schedule, _anew(chosen, exceptions=(off,)))
    assert (len(_changed(before, after)), len(after.keys() - before.keys())) == (2, 1)


def test_changed_entry_is_one_changed_item(chosen: dict[str, Meeting], items: Items) -> None:
    first, *others = (an_entry(meeting) for meeting in chosen.values())
    schedule = a_schedule(entries=(first, *others), discreet=False)
    noted = replace(first, note="Bring the keys", revision=2, updated_at=LATER)
    before = items(schedule, chosen)
    after = items(replace(schedule, entries=(noted, *others)), chosen)
    assert len(_changed(before, after)) == 1


def test_entry_that_goes_takes_its_item_and_changes_no_other(chosen: dict[str, Meeting], items: Items) -> None:
    schedule = a_schedule(*chosen.values(), discreet=False)
    fewer = replace(schedule, entries=schedule.entries[1:], entries_updated_at=LATER)
    before = items(schedule, chosen)
    after = items(fewer, chosen)
    assert (len(_changed(before, after)), len(after)) == (1, 59)


def test_rotation_changes_no_item(chosen: dict[str, Meeting], items: Items) -> None:
    schedule = a_schedule(*chosen.values(), discreet=False)
    before = items(schedule, chosen)
    assert items(replace(schedule, rotation=1), chosen) == before
