"""What a calendar feed costs, beside joining and hashing the same bytes, and beside the calendar package alone.

`python -m tests.bench feeds`: CPU times of feeds with 40 and with 500 meetings.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from itertools import chain, islice, product
from statistics import median
from typing import Any

from icalendar import Alarm, Calendar, Component, Event
from icalendar.prop import vDDDLists, vGeo, vRecur

from meetings import ical_events
from meetings.ical import Feed, render_feed
from meetings.ical_events import KeptBlocks
from meetings.model import Meeting, Weekday
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
    _feeds(table, "64 meetings near clock changes", feed_schedules.meetings())
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
    warm = KeptBlocks(most=20_000)
    feed = _render(kept, chosen, warm)
    parts = feed.body.split(b"BEGIN:VEVENT")
    yardstick, cold = f"join and hash, {size}", f"cold, {size}"
    note = f"{len(feed.body):,} bytes, {len(parts) - 1} events"
    least, rendered = _beside_each_other(
        lambda: hashlib.sha256(b"BEGIN:VEVENT".join(parts)).hexdigest(), lambda: _render(kept, chosen, warm), 400
    )
    table.add(yardstick, least, "ms", note=note)
    table.add(f"warm, {size}", rendered, "ms", of=yardstick, note="goal: at most 4")
    one = next(iter(chosen))
    single = replace(kept, entries=tuple(entry for entry in kept.entries if entry.meeting_id == one))
    alone = f"a feed of one of them alone, cold, {size}"
    table.add(alone, _cpu(lambda: _render(single, {one: chosen[one]}, KeptBlocks(most=1)), 50), "ms", of=yardstick)
    beyond = _one_changed(kept, chosen, warm) - table.value(f"warm, {size}")
    table.add(f"that one changed, beyond warm, {size}", beyond, "ms", of=alone, note="goal: about 1")
    table.add(cold, _cpu(lambda: _render_cold(kept, chosen), 7), "ms", of=yardstick, note="goal: at most 800")
    events = _values(feed.body)
    if sorted(map(str, _flat(events))) != sorted(map(str, _flat(_values(by_package(events))))):
        raise SystemExit("the package alone does not write the same properties: nothing to compare")
    table.add(
        f"the package with add_missing_timezones(), {size}", _cpu(lambda: by_package(events), 4), "ms", of=cold,
        note="goal: at least 2.5 at 40",
    )  # fmt: skip


def _render(kept: Schedule, chosen: Mapping[str, Meeting], blocks: KeptBlocks) -> Feed:
    return render_feed(kept, chosen, now=NOW, blocks=blocks.of)


def _render_cold(schedule: Schedule, chosen: Mapping[str, Meeting]) -> Feed:
    """With nothing kept of events; the rules of a few zones are kept by every process."""
    for kept in (ical_events.ended, ical_events.stamp_lines, ical_events._rule):
        kept.cache_clear()
    return _render(schedule, chosen, KeptBlocks(most=20_000))


def _one_changed(kept: Schedule, chosen: dict[str, Meeting], warm: KeptBlocks) -> float:
    """With another revision of one meeting each time."""
    id, meeting = next(iter(chosen.items()))
    each = []
    for revision in range(2, 152):
        changed = replace(meeting, revision=revision, updated_at=NOW + timedelta(seconds=revision))
        now = chosen | {id: changed}
        each.append(_cpu(partial(_render, kept, now, warm), 1))
    return median(each)


Values = list[tuple[str, Any]]


def values_of(component: Component) -> Values:
    """A component's properties as plain values, as a program has them that is about to write a file."""
    return [(name, _plain(value)) for name, value in component.property_items(recursive=False)[1:-1]]


def _plain(value: Any) -> Any:
    if isinstance(value, vDDDLists):
        return [each.dt for each in value.dts]
    if isinstance(value, vGeo):
        return value.latitude, value.longitude
    if isinstance(value, vRecur):
        return dict(value)
    if isinstance(value, int):
        return int(value)
    return str(value) if isinstance(value, str) else value.dt


def _values(body: bytes) -> tuple[Values, list[tuple[Values, list[Values]]]]:
    """Of a file: the calendar's, and each event's with its alarms'."""
    calendar = Calendar.from_ical(body)
    events = [(values_of(event), [values_of(alarm) for alarm in event.subcomponents]) for event in calendar.events]
    return values_of(calendar), events


def _flat(told: tuple[Values, list[tuple[Values, list[Values]]]]) -> Iterator[tuple[str, Any]]:
    """Every property of a file by itself, each date of a list too."""
    own, events = told
    for name, value in chain(own, *(chain(properties, *alarms) for properties, alarms in events)):
        yield from ((name, each) for each in (value if isinstance(value, list) else [value]))


def by_package(told: tuple[Values, list[tuple[Values, list[Values]]]]) -> bytes:
    """The same file as whoever reads the package's manual writes it; which dates and which words is known already."""
    calendar, (own, events) = Calendar(), told
    for name, value in own:
        calendar.add(name, value)
    for properties, alarms in events:
        event = Event()
        for name, value in properties:
            event.add(name, value)
        for reminder in alarms:
            alarm = Alarm()
            for name, value in reminder:
                alarm.add(name, value)
            event.add_component(alarm)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    body: bytes = calendar.to_ical()
    return body


def _beside_each_other(one: Callable[[], object], other: Callable[[], object], times: int) -> tuple[float, float]:
    """Both, in turn: where a processor's speed changes, it changes for both. The medians of as many."""
    pairs = [(_cpu(one, 1), _cpu(other, 1)) for _ in range(times)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


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
