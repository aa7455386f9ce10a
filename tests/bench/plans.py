"""What a plan of ninety days costs, beside finding the same occurrences without choosing.

`python -m tests.bench plans`: CPU times, best of several.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from functools import partial

import numpy as np

from meetings.model import Weekday
from meetings.planning import Hours, PlanQuery
from meetings.search import MeetingFilter, PlaceFilter, Point, TimeFilter
from search.candidates import Candidates
from search.clock import minute_of
from search.generations import Facts, build_generation
from search.geo import chords, kilometres
from search.hours import judgement_of
from search.index import Index
from search.plans import find_plan
from search.schedules import Span, all_accepted
from tests.bench.made_up import made_up_rows
from tests.bench.search import Table, as_markdown
from tests.search.worlds import vocabulary

MEETINGS = 300_000
CANDIDATES = 2_500
NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
OCEAN = Point(latitude=-45.0, longitude=-120.0)
_ALL = "every occurrence of 2,500 meetings in 90 days"


def measure() -> Table:
    """Plans of a dense town and of the open sea."""
    table = Table()
    index = Index(build_generation(made_up_rows(MEETINGS), Facts(vocabulary=vocabulary()), NOW).generation)
    town, radius_km = _town(index)
    near = PlaceFilter(near=town, radius_km=radius_km)
    asked = PlanQuery(
        filter=MeetingFilter(place=near), start=date(2026, 11, 23), days=90, time_zone="America/New_York", now=NOW
    )
    evenings = (Hours(days=frozenset(Weekday), opens=17 * 60, closes=22 * 60),)
    never = (Hours(days=frozenset(Weekday), opens=0, closes=1),)
    sea = replace(asked, filter=MeetingFilter(place=PlaceFilter(near=OCEAN, radius_km=25)))
    table.add(_ALL, _cpu(lambda: _every(index, town)), "ms")
    for name, query in (
        ("2,500 in reach", asked),
        ("2,500 in reach, with variety", replace(asked, variety=True)),
        ("2,500 in reach, two each evening", replace(asked, hours=evenings, per_day=2)),
        ("2,500 in reach, none within the hours", replace(asked, hours=never)),
        ("none in reach", sea),
        ("none in reach, online ones", replace(sea, filter=replace(sea.filter, place=_or_online(sea)))),
        ("anywhere online", replace(asked, filter=MeetingFilter(place=PlaceFilter(or_online=True)))),
    ):
        plan = find_plan(index, query)
        table.add(
            name,
            _cpu(partial(find_plan, index, query)),
            "ms",
            of=_ALL,
            note=f"{len(plan.chosen)} meetings, {len(plan.gaps)} gaps",
        )
    return table


def _or_online(query: PlanQuery) -> PlaceFilter:
    return replace(query.filter.place, or_online=True)


def _town(index: Index) -> tuple[Point, float]:
    """The place with most meetings, and a radius that holds so many."""
    rows, located = index.columns.rows, index.columns.located
    dense = int(np.bincount(rows.place[:located]).argmax())
    of_town = np.flatnonzero(rows.place[:located] == dense)
    middle = Point(
        latitude=float(np.median(rows.latitude.take(of_town))) / 1e7,
        longitude=float(np.median(rows.longitude.take(of_town))) / 1e7,
    )
    squares = chords(rows, Candidates([slice(0, located)]), middle)
    return middle, kilometres(float(np.partition(squares, CANDIDATES)[CANDIDATES]))


def _every(index: Index, town: Point) -> int:
    located = Candidates([slice(0, index.columns.located)])
    nearest = chords(index.columns.rows, located, town).argpartition(CANDIDATES)[:CANDIDATES]
    codes = index.columns.rows.schedule.take(nearest)
    first = minute_of(NOW)
    span = Span(first=first, last=first + 90 * 1440)
    judgement = judgement_of(TimeFilter(), index.calendar.zones)
    return len(all_accepted(index.calendar, codes, span, judgement)[0])


def _cpu(act: Callable[[], object], times: int = 7) -> float:
    """Milliseconds of CPU, the least of several."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        act()
        best = min(best, time.process_time() - begun)
    return best * 1000


def main() -> None:
    """Measure and print."""
    table = measure()
    print(as_markdown(table.lines))
    print(json.dumps([asdict(line) for line in table.lines]))
