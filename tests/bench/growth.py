"""How search, memory, building and starting grow with the list: 10,000, 100,000 and 1,000,000 made-up meetings.

`python -m tests.bench growth [MEETINGS ...]` prints a table in Markdown and the same as JSON. The radius is chosen for
the same number of rows in reach at every size. CPU times, best of several, unless a line says wall.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from meetings.search import MeetingFilter, MeetingOrder, MeetingQuery, PlaceFilter
from search.builder import build
from search.index import Index, open_index
from search.meetings import find_meetings
from store.database import Database
from tests.bench.filling import fill
from tests.bench.made_up import made_up_rows
from tests.bench.memory import most_megabytes
from tests.bench.search import NOW, Table, as_markdown, densest_place, microseconds, radius_of
from tests.search.worlds import vocabulary

SIZES = (10_000, 100_000, 1_000_000)
#: In reach at every size.
_ROWS = 500


def measure(sizes: Sequence[int]) -> Table:
    """All sizes, each in a folder and, for its memory, a process of its own."""
    table = Table()
    for size in sizes:
        with tempfile.TemporaryDirectory() as home:
            _of_size(table, size, Path(home), sizes[0])
    return table


def _of_size(table: Table, size: int, home: Path, least: int) -> None:
    database = Database(f"sqlite:///{home / 'bench.sqlite'}")
    fill(database, made_up_rows(size), NOW)
    database.close()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds, peak = pool.apply(_built, (home,))
    per = size / 100_000
    table.add(f"build, {size:,}", seconds, "s", of=f"build, {least:,}", note=f"{seconds / per:.2f} s per 100,000")
    note = f"{peak / per:.0f} MB per 100,000"
    table.add(f"builder's memory, {size:,}", peak, "MB", of=f"builder's memory, {least:,}", note=note)
    files = sum(path.stat().st_size for path in (home / "index").rglob("*.npy")) / 1e6
    table.add(f"files, {size:,}", files, "MB", of=f"files, {least:,}", note=f"{files / per:.1f} MB per 100,000")
    began = time.monotonic()
    index = open_index(home / "index")
    assert index is not None
    table.add(f"a saved index is searched after, wall, {size:,}", (time.monotonic() - began) * 1e3, "ms")
    _searches(table, index, size, least)


def _built(home: Path) -> tuple[float, float]:
    """Seconds of CPU time and megabytes at most."""
    database = Database(f"sqlite:///{home / 'bench.sqlite'}")
    began = time.process_time()
    with database.read() as read:
        build(read, vocabulary(), home / "index", NOW)
    seconds = time.process_time() - began
    database.close()
    return seconds, most_megabytes()


def _searches(table: Table, index: Index, size: int, least: int) -> None:
    town = densest_place(index)
    radius_km = radius_of(index, town, _ROWS)
    asked = MeetingFilter(place=PlaceFilter(near=town, radius_km=radius_km))
    query = MeetingQuery(filter=asked, order=MeetingOrder.DISTANCE, first=25, now=NOW)
    found = find_meetings(index, query).total
    cost = microseconds(partial(find_meetings, index, query), 100)
    table.add(f"search, {size:,}", cost, "µs", of=f"search, {least:,}", note=f"{radius_km:.1f} km, {found:,} found")


def main(sizes: Sequence[int] = SIZES) -> None:
    """Measure and print."""
    table = measure(sizes)
    print(as_markdown(table.lines))
    print(json.dumps([asdict(line) for line in table.lines]))


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
