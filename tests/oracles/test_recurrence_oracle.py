"""Occurrences beside recurring-ical-events, at every quarter of an hour around every clock change of every rule set.

The two differ in one thing, and on purpose: a length is elapsed time here and wall-clock time there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import recurring_ical_events

from meetings.model import Weekday
from meetings.recurrence import Recurrence, instant, occurrences
from meetings.zones import zone
from tests.amounts import spread
from tests.oracles.zone_changes import Change, changes, changing_zones

QUARTER = timedelta(minutes=15)
LENGTH = timedelta(minutes=90)
WEEK = timedelta(days=7)
#: One rule of each kind in the ordinary run.
FEW = ("America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Europe/Dublin")

#: By the rule's number and the local date: start and end.
Held = dict[tuple[str, date], tuple[datetime, datetime]]


def _rules(name: str, change: Change) -> list[Recurrence]:
    """Weekly rules that begin a week before, from two hours before the change on either clock to three after."""
    walls = [(change.at + offset).replace(tzinfo=None) for offset in (change.before, change.after)]
    first, last = min(walls) - 2 * timedelta(hours=1), max(walls) + 3 * timedelta(hours=1)
    starts = (first + QUARTER * n for n in range(int((last - first) / QUARTER) + 1))
    return [
        Recurrence(
            weekday=Weekday(start.weekday()),
            starts=start.time(),
            duration=LENGTH,
            zone=name,
            anchor=(start - WEEK).date(),
        )
        for start in starts
    ]


def _ours(rules: list[Recurrence], change: Change) -> Held:
    return {
        (str(number), held.date): (held.starts_at.astimezone(UTC), held.ends_at.astimezone(UTC))
        for number, rule in enumerate(rules)
        for held in occurrences(rule, (), change.at - 10 * QUARTER * 96, change.at + 10 * QUARTER * 96)
    }


def _theirs(rules: list[Recurrence], change: Change) -> Held:
    calendar = icalendar.Calendar()
    for number, rule in enumerate(rules):
        assert rule.anchor is not None
        begins = datetime.combine(rule.anchor, rule.starts, zone(rule.zone))
        event = icalendar.Event()
        event.add("uid", str(number))
        event.add("dtstart", begins)
        event.add("dtend", begins + LENGTH)  # Wall-clock arithmetic: the end as a calendar file writes it.
        event.add("rrule", {"FREQ": "WEEKLY"})
        calendar.add_component(event)
    window = (change.at - 10 * QUARTER * 96, change.at + 10 * QUARTER * 96)
    found = (
        (str(e["UID"]), e["DTSTART"].dt, e["DTEND"].dt) for e in recurring_ical_events.of(calendar).between(*window)
    )
    return {
        (uid, starts.date()): (starts.astimezone(UTC), ends.astimezone(UTC))
        for uid, starts, ends in found
        if window[0] <= starts < window[1]
    }


def _unexplained(name: str, change: Change) -> Iterator[str]:
    rules = _rules(name, change)
    ours, theirs = _ours(rules, change), _theirs(rules, change)
    for key in ours.keys() | theirs.keys():
        mine, other = ours.get(key), theirs.get(key)
        if mine is None or other is None or mine[0] != other[0]:
            yield f"{name} {key}: starts {mine} {other}"
        elif mine != other and not _differs_as_known(rules[int(key[0])], key[1], mine, other):
            yield f"{name} {key}: ends {mine} {other}"


def _differs_as_known(
    rule: Recurrence, day: date, mine: tuple[datetime, datetime], other: tuple[datetime, datetime]
) -> bool:
    """Whether a change falls into it, and we count elapsed time while the other counts on the wall."""
    wall = datetime.combine(day, rule.starts)
    ends = wall + LENGTH
    clocks = {at.astimezone(zone(rule.zone)).utcoffset() for at in mine}
    is_skipped = mine[0].astimezone(zone(rule.zone)).replace(tzinfo=None) != wall
    by_the_wall = instant(ends.date(), ends.time(), rule.zone)
    return (len(clocks) == 2 or is_skipped) and mine[1] - mine[0] == LENGTH and other[1] == by_the_wall


@pytest.mark.parametrize("name", FEW)
def test_occurrences_agree_with_another_expander_around_changes(name: str) -> None:
    assert [line for change in changes(name)[4:6] for line in _unexplained(name, change)] == []


@pytest.mark.long
def test_occurrences_agree_with_another_expander_around_every_change() -> None:
    zones = changing_zones()
    some = spread(list(zones.items()))
    found = [line for name, listed in some for change in listed for line in _unexplained(name, change)]
    assert (found[:10], len(zones) > 100) == ([], True)
