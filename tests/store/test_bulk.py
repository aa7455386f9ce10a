"""Rows by the thousand in few statements: they come out as they were put in, and are found by index."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from meetings.listing import Listing, content_key, fingerprint, id_from_number, number_of
from meetings.model import OnlineVenue, VenueType
from meetings.source import ImportPlan, Placed
from store.bulk import CHUNK, insert_rows, one_of
from store.database import Database, Reader
from store.imports import apply_plan
from store.linking import follow_links
from store.meetings import linked_ids
from store.suspensions import turning_suspensions
from store.tables import changes, meetings
from tests.builders import NOW, a_listing

TEXTS = ("", "it's", 'a "b"', "c,d", "é🌅", "\\N", "{}", "null", "\t\n", "%s ?", "[1]")
IDS = [id_from_number(number_of("lantern", str(number))) for number in range(CHUNK + 100)]


def placed(number: int, listing: Listing) -> Placed:
    return Placed(
        meeting_id=IDS[number],
        key=str(number),
        listing=listing,
        content_key=content_key(listing),
        fingerprint=fingerprint(listing),
    )


@pytest.fixture
def full(listed: Database) -> Database:
    """Many meetings in person, whose places are not told, and one online."""
    bare = a_listing(venue=None, venue_type=None)
    online = replace(bare, venue_type=VenueType.VIRTUAL, online=OnlineVenue(url="https://zoom.us/j/123456789"))
    added = tuple(placed(number, online if number == 0 else bare) for number in range(len(IDS)))
    with listed.write() as write:
        apply_plan(write, ImportPlan(source_id="lantern", added=added), run_id="run", now=NOW)
    with listed.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    return listed


def test_rows_come_out_as_they_were_put_in(database: Database) -> None:
    told = [{"number": n, "meeting_id": TEXTS[n % len(TEXTS)], "run_id": None} for n in range(2 * CHUNK + 1)]
    rows = [row | {"at": NOW, "before": {"texts": TEXTS, "half": 0.1, "none": None}} for row in told]
    with database.write() as write:
        insert_rows(write, changes, rows)
    with database.read() as read:
        kept = [dict(row) for row in read.connection.execute(select(changes).order_by(changes.c.number)).mappings()]
    assert kept == [row | {"before": {"texts": list(TEXTS), "half": 0.1, "none": None}} for row in rows]


def test_numbers_come_out_as_they_were_put_in(listed: Database) -> None:
    degrees = [0.0, 39.616353, -179.999999, 1e-07, 5e-324, 1.7976931348623157e308]
    with listed.write() as write:
        apply_plan(write, ImportPlan(source_id="lantern", added=(placed(0, a_listing()),)), run_id="run", now=NOW)
        (row,) = write.connection.execute(select(meetings)).mappings()
        like_it = {str(name): value for name, value in row.items()}
        others = [{"id": IDS[n], "number": n, "longitude": told} for n, told in enumerate(degrees, 1)]
        insert_rows(write, meetings, [like_it | other for other in others])
        rows = select(meetings.c.longitude).where(meetings.c.id != IDS[0]).order_by(meetings.c.number)
        assert list(write.connection.scalars(rows)) == degrees


def test_those_are_chosen_that_are_wanted_and_no_others(database: Database) -> None:
    told = [*TEXTS, "another"]
    rows = [{"number": n, "meeting_id": one, "run_id": None, "at": NOW, "before": None} for n, one in enumerate(told)]
    with database.write() as write:
        insert_rows(write, changes, rows)
        for wanted in ((), ("c,d",), TEXTS, (*TEXTS, "none of them", "it's"), ('["', "'); --")):
            chosen = select(changes.c.meeting_id).where(one_of(write, changes.c.meeting_id, wanted))
            assert sorted(write.connection.scalars(chosen)) == sorted(set(wanted) & set(TEXTS))


def plans(database: Database, act: Callable[[Any], object]) -> str:
    """How the database goes about each statement of this act."""
    statements: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.write() as write:
        act(write)
    event.remove(database.engine, "before_cursor_execute", note)
    with database.read() as read:
        if not database.is_sqlite:
            # Of a short table it would not trouble with an index.
            read.connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        return "\n".join(
            str(row[-1])
            for statement, parameters in statements
            for row in read.connection.exec_driver_sql(explain + statement, parameters)
        )


def test_what_few_meetings_tell_is_looked_up_by_index(full: Database) -> None:
    linking = plans(full, lambda write: follow_links(write, IDS, now=NOW))
    assert {"ix_meetings_room", "ix_meetings_door"} <= set(re.findall(r"ix_\w+", linking))
    assert not re.search(r"SCAN (?:mine|yours)", linking)
    day = date(2026, 12, 24)
    assert "ix_meetings_suspended_from" in plans(full, lambda write: turning_suspensions(write, day, day))
    with full.write() as write:
        write.connection.execute(meetings.update().where(one_of(write, meetings.c.id, IDS[:2])).values(shown_as=IDS[0]))
    assert "ix_meetings_shown_as" in plans(full, lambda write: linked_ids(write, IDS[:2]))


def test_indexes_hold_only_those_who_tell_something(full: Database) -> None:
    def told(read: Reader) -> dict[str, str]:
        kept = "SELECT name, sql FROM sqlite_master" if full.is_sqlite else "SELECT indexname, indexdef FROM pg_indexes"
        return {name: sql or "" for name, sql in read.connection.exec_driver_sql(kept)}

    with full.read() as read:
        indexes = told(read)
        assert read.connection.scalar(select(func.count()).where(meetings.c.room.is_not(None))) == 1
    for name in ("door", "room", "shown_as", "suspended_from"):
        assert f"{name} IS NOT NULL" in indexes[f"ix_meetings_{name}"]
