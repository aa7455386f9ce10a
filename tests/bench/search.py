"""What the read index costs: building, searching, patching, and until a change is seen by another process.

`python -m tests.bench.search [MEETINGS]` prints a table in Markdown and the same as JSON. Times are CPU times, best of
several, unless a line says wall; machines differ and are shared, so each line has its ratio to another of the same run.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from meetings.model import VenueType, Weekday
from meetings.search import (
    FormatFilter,
    MeetingFilter,
    MeetingOrder,
    MeetingQuery,
    OccurrenceQuery,
    PlaceFilter,
    Point,
    TimeFilter,
)
from search.builder import build, follow, step
from search.files import publish
from search.generations import Built, patch_generation
from search.index import Index, IndexHolder, open_index
from search.meetings import find_meetings
from search.occurrences import find_occurrences
from store.changes import last_change, record_changes
from store.database import Database
from store.index_rows import read_index_rows
from store.tables import meetings
from tests.bench.filling import fill
from tests.bench.made_up import made_up_rows
from tests.search.asking import rows_within
from tests.search.worlds import vocabulary

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
MEETINGS = 300_000
_CHANGES = 7
_YARDSTICK = "radius alone, dense, 5 km"
#: What a machine needs for it tells how fast it is, and how busy.
REFERENCE = "reference: 100,000 of 300,000 numbers gathered"
#: A dense search is of about so many rows in reach.
_DENSE_ROWS = 750


@dataclass(frozen=True, kw_only=True)
class Line:
    """One measurement; `ratio` to the line named `of`."""

    name: str
    value: float
    unit: str
    of: str | None = None
    ratio: float | None = None
    note: str = ""


@dataclass(kw_only=True)
class Table:
    """Lines so far."""

    lines: list[Line] = field(default_factory=list)

    def value(self, name: str) -> float:
        """The measurement of that name."""
        return next(line.value for line in self.lines if line.name == name)

    def add(self, name: str, value: float, unit: str, *, of: str | None = None, note: str = "") -> float:
        """Note a measurement, beside the one it is compared with."""
        ratio = next((value / line.value for line in self.lines if line.name == of), None)
        self.lines.append(Line(name=name, value=value, unit=unit, of=of, ratio=ratio, note=note))
        return value


def measure(count: int, home: Path) -> Table:
    """All of it, in a folder of its own."""
    table = Table()
    database = Database(f"sqlite:///{home / 'bench.sqlite'}")
    fill(database, made_up_rows(count), NOW)
    built = _building(table, database, home / "index")
    index = open_index(home / "index")
    assert index is not None
    _searching(table, index)
    _patching(table, database, built, home / "patched")
    _starting_again(table, database, home / "again")
    _private_memory(table, home / "index")
    _until_seen(table, database, home / "followed")
    database.close()
    return table


# --- Building -----------------------------------------------------------------------------------


def cpu(act: Callable[[], object], times: int = 1) -> float:
    """Seconds of CPU time, the best of several."""
    found = []
    for _ in range(times):
        start = time.process_time()
        act()
        found.append(time.process_time() - start)
    return min(found)


def _building(table: Table, database: Database, folder: Path) -> Built:
    made: list[Built] = []

    def read_all() -> None:
        with database.read() as read:
            for _ in read_index_rows(read, now=NOW):
                pass

    def build_all() -> None:
        with database.read() as read:
            made.append(build(read, vocabulary(), folder, NOW))

    reading, building = cpu(read_all), cpu(build_all)
    size = sum(path.stat().st_size for path in folder.rglob("*.npy"))
    writing = cpu(lambda: publish(folder, made[0].generation))
    table.add("full build", building, "s", note=f"{len(made[0].generation.rows.number):,} meetings, read to written")
    table.add("reading rows alone", reading, "s", of="full build")
    table.add("writing files alone", writing, "s", of="full build")
    table.add("opening files", cpu(lambda: open_index(folder), 5), "s", of="full build")
    table.add("files", size / 1e6, "MB")
    return made[0]


# --- Searching ----------------------------------------------------------------------------------


def microseconds(act: Callable[[], object], times: int) -> float:
    act()
    return min(cpu(lambda: [act() for _ in range(times)]) for _ in range(5)) / times * 1e6


def add_reference(table: Table) -> None:
    """The line that tells how fast this machine is now."""
    numbers = np.arange(300_000, dtype=np.float64)
    places = np.random.default_rng(1).permutation(300_000)[:100_000]
    table.add(REFERENCE, microseconds(lambda: numbers.take(places), 20), "µs")


def _searching(table: Table, index: Index) -> None:
    add_reference(table)
    _dense(table, index)
    for name, town in towns(index).items():
        for radius_km in (5.0, 25.0, 100.0):
            _local(table, index, name, town, radius_km)
    queries = {
        "all online, next to start": MeetingFilter(venue_types=frozenset({VenueType.VIRTUAL})),
        "all online, in the next hour": MeetingFilter(
            venue_types=frozenset({VenueType.VIRTUAL}),
            time=TimeFilter(window=(NOW, NOW + timedelta(hours=1))),
        ),
        "worldwide, next to start": MeetingFilter(),
        "worldwide, in progress": MeetingFilter(time=TimeFilter(in_progress=True)),
        "worldwide, Monday evenings": MeetingFilter(
            time=TimeFilter(days=frozenset({Weekday.MONDAY}), starts_from=1020, starts_before=1320)
        ),
        "worldwide, Mondays of a viewer, 60 days": MeetingFilter(
            time=TimeFilter(
                days=frozenset({Weekday.MONDAY}), zone="America/New_York", window=(NOW, NOW + timedelta(days=60))
            )
        ),
    }
    for name, asked in queries.items():
        query = MeetingQuery(filter=asked, order=MeetingOrder.NEXT_START, first=25, now=NOW)
        cold = cpu(_asking(Index(index.columns), query)) * 1e6
        note = f"{find_meetings(index, query).total:,} found; the first of its minute {cold:,.0f} µs"
        table.add(name, microseconds(_asking(index, query), 20), "µs", of=_YARDSTICK, note=note)
    _occurrences(table, index)


def _asking(index: Index, query: MeetingQuery) -> Callable[[], object]:
    return partial(find_meetings, index, query)


def towns(index: Index) -> dict[str, Point]:
    """The densest place, and one of the middle."""
    rows = index.columns.rows
    counts = np.bincount(rows.place[: index.columns.located])
    in_order = counts.argsort()
    dense, middling = int(in_order[-1]), int(in_order[len(in_order) // 2])
    return {"dense": _middle(index, dense), "middling": _middle(index, middling)}


def densest_place(index: Index) -> Point:
    """Where most meetings are."""
    return towns(index)["dense"]


def _middle(index: Index, place: int) -> Point:
    rows = np.flatnonzero(index.columns.rows.place[: index.columns.located] == place)
    latitude, longitude = (
        float(np.median(c.take(rows))) / 1e7 for c in (index.columns.rows.latitude, index.columns.rows.longitude)
    )
    return Point(latitude=latitude, longitude=longitude)


def radius_of(index: Index, town: Point, rows: int) -> float:
    """A radius in which about so many rows are."""
    radius_km = 0.2
    while len(rows_within(index.columns, town, radius_km)[0]) < rows and radius_km < 20_000:
        radius_km *= 1.03
    return radius_km


def _dense(table: Table, index: Index) -> None:
    """The usual question, where meetings are many."""
    town = densest_place(index)
    radius_km = radius_of(index, town, _DENSE_ROWS)
    found = len(rows_within(index.columns, town, radius_km)[0])
    alone = f"radius alone, dense, {_DENSE_ROWS} rows"
    cost = microseconds(lambda: rows_within(index.columns, town, radius_km), 200)
    table.add(alone, cost, "µs", of=REFERENCE, note=f"{found:,} rows")
    place = PlaceFilter(near=town, radius_km=radius_km)
    evenings = TimeFilter(days=frozenset({Weekday.MONDAY, Weekday.TUESDAY}), starts_from=1020, starts_before=1320)
    filtered = MeetingFilter(place=place, time=evenings, fellowships=frozenset({"NA", "AA"}))
    formats = FormatFilter(any=frozenset({"OPEN", "STEPS", "BEGINNERS"}))
    queries = {
        "whole dense search": MeetingFilter(place=place),
        "whole dense search: evenings, fellowships": filtered,
        "whole dense search: evenings, fellowships, formats": replace(filtered, formats=formats),
    }
    for name, asked in queries.items():
        query = MeetingQuery(filter=asked, order=MeetingOrder.DISTANCE, first=25, now=NOW)
        note = f"{find_meetings(index, query).total:,} found"
        table.add(name, microseconds(_asking(index, query), 200), "µs", of=alone, note=note)


def _local(table: Table, index: Index, name: str, town: Point, radius_km: float) -> None:
    place = PlaceFilter(near=town, radius_km=radius_km)
    alone = f"radius alone, {name}, {radius_km:.0f} km"
    found = len(rows_within(index.columns, town, radius_km)[0])
    table.add(
        alone, microseconds(lambda: rows_within(index.columns, town, radius_km), 200), "µs", note=f"{found:,} rows"
    )
    evenings = MeetingFilter(
        place=place,
        time=TimeFilter(days=frozenset({Weekday.MONDAY, Weekday.TUESDAY}), starts_from=1020, starts_before=1320),
        fellowships=frozenset({"NA", "AA"}),
    )
    for what, asked in (("search", MeetingFilter(place=place)), ("filtered search", evenings)):
        query = MeetingQuery(filter=asked, order=MeetingOrder.DISTANCE, first=25, now=NOW)
        note = f"{find_meetings(index, query).total:,} found, 25 shown"
        cost = microseconds(_asking(index, query), 100)
        table.add(f"{what}, {name}, {radius_km:.0f} km", cost, "µs", of=alone, note=note)


def _occurrences(table: Table, index: Index) -> None:
    local = PlaceFilter(near=towns(index)["dense"], radius_km=25.0)
    for name, asked in {"dense, 25 km": MeetingFilter(place=local), "worldwide": MeetingFilter()}.items():
        query = OccurrenceQuery(filter=asked, start=NOW, until=NOW + timedelta(days=7), first=25, now=NOW)
        cost = microseconds(partial(find_occurrences, index, query), 20)
        table.add(f"occurrences of a week, {name}", cost, "µs", of=_YARDSTICK)


# --- Changing -----------------------------------------------------------------------------------


def _patching(table: Table, database: Database, built: Built, folder: Path) -> None:
    with database.read() as read:
        ids = [row.id for row in read_index_rows(read, now=NOW)][:: max(1, len(built.generation.rows.number) // 3000)]
        for name, changed in (("1 row", ids[:1]), ("1 % of rows", ids)):

            def patch(changed: list[str] = changed) -> None:
                rows = list(read_index_rows(read, changed, now=NOW))
                publish(folder, patch_generation(built, rows, [row.number for row in rows], NOW, 1).generation)

            table.add(
                f"patch, {name}", cpu(patch, 5), "s", of="full build", note=f"{len(changed):,} rows, read to written"
            )


def _starting_again(table: Table, database: Database, folder: Path) -> None:
    """What the builder's first look costs where an index was saved, and its second one."""
    _record_change(database)
    with database.read() as read:
        build(read, vocabulary(), folder, NOW)
    for number, name in enumerate(("started again, nothing changed", "started again, 1 row changed")):
        if number:
            _record_change(database)
        with database.read() as read:
            table.add(name, cpu(lambda: step(read, folder, None, NOW)), "s", of="full build")


def _record_change(database: Database) -> None:
    with database.write() as write:
        record_changes(write, [next(read_index_rows(write, now=NOW)).id], run_id=None, now=NOW)


def _private_memory(table: Table, folder: Path) -> None:
    if not Path("/proc/self/smaps_rollup").exists():
        return
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        before, after = pool.apply(_memory_of_searches, (folder,))
    table.add("private memory of a worker", after - before, "MB", of="files", note="after 300 mixed searches")


def _memory_of_searches(folder: Path) -> tuple[float, float]:
    before = _private_megabytes()
    index = open_index(folder)
    assert index is not None
    middles = list(towns(index).values())
    for number in range(300):
        place = PlaceFilter(near=middles[number % 2], radius_km=5.0 * (1 + number % 20), or_online=number % 7 == 0)
        asked = MeetingFilter(place=place if number % 5 else PlaceFilter())
        order = tuple(MeetingOrder)[number % 4]
        now = NOW + timedelta(minutes=number // 10)
        find_meetings(index, MeetingQuery(filter=asked, order=order, first=25, now=now))
    return before, _private_megabytes()


def _private_megabytes() -> float:
    # Not Private_Clean: those are pages of mapped files that no other process happens to look at.
    (dirty,) = (line for line in Path("/proc/self/smaps_rollup").read_text().splitlines() if "Private_Dirty" in line)
    return int(dirty.split()[1]) / 1000


def _until_seen(table: Table, database: Database, folder: Path) -> None:
    """Wall time from a commit until another process would find it, both looking every 50 ms."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    url = str(database.engine.url)
    builder = context.Process(target=_follow, args=(url, folder, stop), daemon=True)
    builder.start()
    holder = IndexHolder(folder)
    while holder.current() is None:
        time.sleep(0.05)
    try:
        waits = [_wait_for_change(database, holder, number) for number in range(_CHANGES)]
    finally:
        stop.set()
        builder.join()
    table.add(
        "until another process sees a change, wall", median(waits), "s", of="full build", note=f"median of {_CHANGES}"
    )


def _follow(url: str, folder: Path, stop: object) -> None:
    database = Database(url)
    stopped: Callable[[], bool] = stop.is_set  # type: ignore[attr-defined]  # an event of multiprocessing
    follow(database, folder, clock=lambda: NOW, sleep=lambda: time.sleep(0.05), stopped=stopped)
    database.close()


def _wait_for_change(database: Database, holder: IndexHolder, number: int) -> float:
    with database.read() as read:
        changed = next(read_index_rows(read, now=NOW)).id
    with database.write() as write:
        record_changes(write, [changed], run_id=None, now=NOW)
        change = last_change(write)
        where = meetings.c.id == changed
        write.connection.execute(meetings.update().where(where).values(name=f"Changed {number}"))
    committed, index = time.monotonic(), holder.current()
    while index is None or index.change < change:
        time.sleep(0.005)
        index = holder.current()
    return time.monotonic() - committed


# --- Telling ------------------------------------------------------------------------------------


def as_markdown(lines: Iterable[Line]) -> str:
    """A table for people."""
    rows = ["| what | cost | ratio | to | |", "| --- | ---: | ---: | --- | --- |"]
    for line in lines:
        digits = max(0, 3 - math.ceil(math.log10(max(line.value, 1e-3))))
        ratio = "" if line.ratio is None else f"{line.ratio:.3g}"
        rows.append(f"| {line.name} | {line.value:.{digits}f} {line.unit} | {ratio} | {line.of or ''} | {line.note} |")
    return "\n".join(rows)


def main(count: int = MEETINGS) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        table = measure(count, Path(home))
    print(as_markdown(table.lines))
    print(json.dumps([asdict(line) for line in table.lines]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MEETINGS)
