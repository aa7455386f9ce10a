"""A process that asks so many searches a second, and tells when each was asked and how long it took."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import numpy as np

from meetings.search import MeetingFilter, MeetingOrder, MeetingQuery, PlaceFilter, Point
from search.builder import build
from search.index import Index, open_index
from search.meetings import find_meetings
from store.database import Database
from store.meetings import get_meetings
from tests.search.worlds import vocabulary

A_SECOND = 20
_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One search: when it was due by the clock all processes share, and its seconds by the clock and of CPU.

    `waited_since`: from when on searches had been waiting for one another without a break, it among them.
    """

    at: float
    waited_since: float
    wall: float
    cpu: float


@contextmanager
def reading(url: str, folder: Path, now: datetime) -> Iterator[list[Asked]]:
    """Searches from now until the block ends, filled into the list then; with a read index of the list as it is."""
    builder = _CONTEXT.Process(target=_build, args=(url, folder, now))
    builder.start()
    builder.join()
    mine, theirs = _CONTEXT.Pipe()
    reader = _CONTEXT.Process(target=_ask, args=(url, folder, now, theirs), daemon=True)
    reader.start()
    # Its end is then the other's alone: should it fail, so do we.
    theirs.close()
    mine.recv()
    asked: list[Asked] = []
    try:
        yield asked
    finally:
        mine.send("stop")
        asked += mine.recv()
        reader.join()


def within(asked: Iterable[Asked], windows: Iterable[tuple[float, float]]) -> list[Asked]:
    """Those that were due in one of these stretches of time, but for the backlog of what was there before it."""
    spans = list(windows)
    return [one for one in asked if any(start <= one.waited_since and one.at < end for start, end in spans)]


def slowest(seconds: Iterable[float], share: float = 0.99) -> float:
    """The time within which that share is answered."""
    return float(np.quantile(list(seconds), share))


def _build(url: str, folder: Path, now: datetime) -> None:
    database = Database(url)
    with database.read() as read:
        build(read, vocabulary(), folder, now)
    database.close()


def _ask(url: str, folder: Path, now: datetime, channel: Connection) -> None:
    database, index, random = Database(url), open_index(folder), Random(1)
    assert index is not None
    places = _places(index)
    for _ in range(50):
        _search(database, index, random.choice(places), now)
    channel.send("ready")
    asked = []
    due = waited_since = time.monotonic()
    while not channel.poll():
        due += 1 / A_SECOND
        early = due - time.monotonic()
        if early > 0:
            time.sleep(early)
            waited_since = due
        cpu = time.process_time()
        _search(database, index, random.choice(places), now)
        # From when it was to be asked: who waits behind a slow one waits too.
        wall = time.monotonic() - due
        asked.append(Asked(at=due, waited_since=waited_since, wall=wall, cpu=time.process_time() - cpu))
    channel.send(asked)
    database.close()


def _places(index: Index) -> list[Point]:
    rows = index.columns.rows
    some = np.linspace(0, index.columns.located - 1, 100).astype(int)
    return [Point(latitude=float(rows.latitude[row]) / 1e7, longitude=float(rows.longitude[row]) / 1e7) for row in some]


def _search(database: Database, index: Index, near: Point, now: datetime) -> None:
    """What a request for a page of 25 reads: the index, and those meetings of one snapshot."""
    asked = MeetingFilter(place=PlaceFilter(near=near, radius_km=10.0))
    query = MeetingQuery(filter=asked, order=MeetingOrder.NEXT_START, first=25, now=now + timedelta(minutes=1))
    found = find_meetings(index, query)
    with database.read() as read:
        get_meetings(read, [hit.meeting_id for hit in found.hits])
