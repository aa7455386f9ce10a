"""What facets cost beside the plain search of the same rows, in one run.

`python -m tests.bench facets` prints a table in Markdown and the same as JSON: CPU times, best of several.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial

from meetings.model import TimeOfDay, VenueType, Weekday
from meetings.search import (
    FormatFilter,
    MeetingFilter,
    MeetingOrder,
    MeetingQuery,
    PlaceFilter,
    TimeFilter,
)
from search.facets import find_facets
from search.generations import Facts, build_generation
from search.index import Index
from search.meetings import find_meetings
from tests.bench.made_up import made_up_rows
from tests.bench.search import (
    MEETINGS,
    NOW,
    Table,
    add_reference,
    as_markdown,
    densest_place,
    microseconds,
    radius_of,
)
from tests.search.asking import rows_within
from tests.search.worlds import vocabulary

#: About so many rows in reach.
_ROWS = (2_000, 20_000, 100_000)


def measure(index: Index) -> Table:
    """Without one of the six filters, and with all of them."""
    table = Table()
    add_reference(table)
    town = densest_place(index)
    for rows in _ROWS:
        radius_km = radius_of(index, town, rows)
        place = PlaceFilter(near=town, radius_km=radius_km)
        found = len(rows_within(index.columns, town, radius_km)[0])
        for name, asked in (("no filter", MeetingFilter(place=place)), ("six filters", _six(place))):
            _add(table, index, f"{name}, {rows:,} rows", asked, f"{found:,} rows in reach")
    _add(table, index, "no filter, worldwide", MeetingFilter(), "")
    return table


def _six(place: PlaceFilter) -> MeetingFilter:
    return MeetingFilter(
        place=place,
        time=TimeFilter(
            days=frozenset({Weekday.MONDAY, Weekday.TUESDAY}),
            times_of_day=frozenset({TimeOfDay.EVENING, TimeOfDay.NIGHT}),
        ),
        fellowships=frozenset({"NA", "AA"}),
        formats=FormatFilter(any=frozenset({"OPEN", "STEPS", "BEGINNERS"})),
        venue_types=frozenset({VenueType.IN_PERSON, VenueType.HYBRID}),
        languages=frozenset({"en", "es"}),
    )


def _add(table: Table, index: Index, name: str, asked: MeetingFilter, note: str) -> None:
    query = MeetingQuery(filter=asked, order=MeetingOrder.NAME, first=25, now=NOW)
    plain = f"plain search, {name}"
    table.add(plain, microseconds(partial(find_meetings, index, query), 30), "µs", note=note)
    table.add(f"facets, {name}", microseconds(partial(find_facets, index, query), 30), "µs", of=plain)


def main(count: int = MEETINGS) -> None:
    """Measure and print."""
    facts = Facts(vocabulary=vocabulary())
    table = measure(Index(build_generation(made_up_rows(count), facts, NOW).generation))
    print(as_markdown(table.lines))
    print(json.dumps([asdict(line) for line in table.lines]))
