"""What a calendar feed costs, beside joining and hashing the same bytes, and beside the calendar package alone.

`python -m tests.bench feeds`: CPU times, best of several, of feeds with 40 and with 500 meetings.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from itertools import islice, product

from icalendar import Calendar, Event

from meetings.ical import Feed, render_feed
from meetings.ical_events import KeptEvents
from meetings.model import Meeting, Weekday
from meetings.recurrence import next_occurrence, rrule
from meetings.schedule import Schedule
from meetings.vtimezone import vtimezone
from tests.bench.search import Table, as_markdown
from tests.builders import NOW, a_meeting, a_recurrence, a_venue, an_entry
from tests.oracles import feed_schedules

_NOTES = "Ring twice at the blue door, and wait; the stairs are behind the shop. " * 6


def measure() -> Table:
    """Both sizes."""
    table = Table()
    _feeds(table, "40 meetings", _many(40))
    _feeds(table, "500 meetings", _many(500))
    _feeds(table, "40 meetings near clock changes", feed_schedules.meetings())
    return table


def _many(count: int) -> dict[str, Meeting]:
    """Weekly meetings in six zones, by day and in the evening, as most are."""
    every = islice(product(range(9, 22), Weekday, feed_schedules.ZONES), count)
    made = [
        a_meeting(
            number,
            name=f"Number {number}",
            notes=_NOTES,
            formats=("OPEN", "STEPS"),
            venue=a_venue(street=f"{number} Ferry Lane"),
            recurrence=a_recurrence(weekday=day, starts=a_recurrence().starts.replace(hour=hour), zone=name),
        )
        for number, (hour, day, name) in enumerate(every, 1)
    ]
    return {meeting.id: meeting for meeting in made}


def _feeds(table: Table, size: str, chosen: dict[str, Meeting]) -> None:
    kept = replace(feed_schedules.schedule(chosen), entries=tuple(map(an_entry, chosen.values())))
    warm = KeptEvents(most=20_000)
    feed = _render(kept, chosen, warm)
    parts = feed.body.split(b"BEGIN:VEVENT")
    yardstick = f"join and hash, {size}"
    note = f"{len(feed.body):,} bytes, {len(parts) - 1} events"
    table.add(yardstick, _cpu(lambda: hashlib.sha256(b"BEGIN:VEVENT".join(parts)).hexdigest(), 200), "ms", note=note)
    table.add(f"warm, {size}", _cpu(lambda: _render(kept, chosen, warm), 50), "ms", of=yardstick, note="goal 4")
    table.add(f"one changed, {size}", _one_changed(kept, chosen, warm), "ms", of=yardstick)
    one = next(iter(chosen))
    single = replace(kept, entries=tuple(entry for entry in kept.entries if entry.meeting_id == one))
    cold_one = _cpu(lambda: _render(single, {one: chosen[one]}, KeptEvents(most=1)), 20)
    table.add(f"one meeting alone, cold, {size}", cold_one, "ms", of=yardstick)
    cold = f"cold, {size}"
    table.add(
        cold, _cpu(lambda: _render(kept, chosen, KeptEvents(most=20_000)), 5), "ms", of=yardstick, note="goal 800"
    )
    table.add(
        f"the package with add_missing_timezones(), {size}", _cpu(lambda: _by_package(chosen), 3), "ms", of=cold,
        note="goal 2.5 at 40",
    )  # fmt: skip


def _render(kept: Schedule, chosen: Mapping[str, Meeting], events: KeptEvents) -> Feed:
    return render_feed(kept, chosen, now=NOW, events=events.of)


def _one_changed(kept: Schedule, chosen: dict[str, Meeting], warm: KeptEvents) -> float:
    """With another revision of one meeting each time."""
    id, meeting = next(iter(chosen.items()))
    best = float("inf")
    for revision in range(2, 22):
        changed = replace(meeting, revision=revision, updated_at=NOW + timedelta(seconds=revision))
        now = chosen | {id: changed}
        begun = time.process_time()
        _render(kept, now, warm)
        best = min(best, time.process_time() - begun)
    return best * 1000


def _by_package(chosen: Mapping[str, Meeting]) -> bytes:
    """What whoever reads the package's manual writes: an event a meeting, and the zones that it adds by itself."""
    calendar = Calendar()
    calendar.add("prodid", "-//Calendar feed//EN")
    calendar.add("version", "2.0")
    for meeting in chosen.values():
        rule = meeting.recurrence
        assert rule is not None
        first = next_occurrence(rule, (), NOW)
        if first is None:
            continue
        event = Event()
        event.add("uid", meeting.id)
        event.add("dtstamp", meeting.updated_at)
        event.add("summary", meeting.name)
        event.add("dtstart", first.starts_at)
        event.add("dtend", first.ends_at)
        parts = (part.split("=") for part in rrule(rule).split(";"))
        event.add("rrule", {name: value.split(",") for name, value in parts})
        event.add("location", meeting.venue.street if meeting.venue else "")
        event.add("description", meeting.notes or "")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    body: bytes = calendar.to_ical()
    return body


def _cpu(act: Callable[[], object], times: int) -> float:
    """Milliseconds of CPU, the least of several."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        act()
        best = min(best, time.process_time() - begun)
    return best * 1000


def main() -> None:
    """Measure and print."""
    # Zones are made once in a process' life.
    for name in feed_schedules.ZONES:
        vtimezone(name)
    table = measure()
    print(as_markdown(table.lines))
    print(json.dumps([asdict(line) for line in table.lines]))
