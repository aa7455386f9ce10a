"""The same made-up meetings for everybody: in our tables, and in plain ones as others would have them.

The plain tables are kind to those who read them: what we work out for each answer (ends, lengths, the next
occurrence) stands there ready to be shown, and every statement has the covering index it would want.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from meetings.model import Weekday
from meetings.recurrence import Recurrence, next_occurrence, rrule
from store.index_rows import IndexRow
from store.meetings import exception_from_parts
from tests.bench.made_up import made_up_rows
from tests.bench.peers.servers.near import BITS, COARSE, FINE, cell_of, on_sphere
from tests.search.worlds import vocabulary

UPDATED_AT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
_STREETS = ("Lantern Street", "Mill Road", "Harbour Lane", "Station Road", "Church Street", "High Street", "Elm Avenue")
_ROOMS = ("Community Centre", "Parish Hall", "Library", "Friends' House", "Health Centre", "Old School")
_NOTES = (
    "Enter by the side door and go up one flight of stairs; the room is on the left.",
    "Coffee from half an hour before. Children are welcome if somebody comes with them.",
    "Parking behind the building. Please be quiet when leaving: there are neighbours.",
    "The door is locked ten minutes after the start; ring the lower bell.",
    None,
)


def more_of(row: IndexRow) -> Mapping[str, Any]:
    """What is told of a made-up meeting beyond that by which it is found; the same every time."""
    random = Random(row.number)
    located = row.latitude is not None
    place = {
        "venue_name": f"{row.city} {random.choice(_ROOMS)}",
        "street": f"{random.randint(1, 400)} {random.choice(_STREETS)}",
        "postal_code": f"{random.randint(10_000, 99_999)}",
        # The read index knows positions to a hundredth of a metre; so do all then.
        "latitude": None if row.latitude is None else round(row.latitude, 6),
        "longitude": None if row.longitude is None else round(row.longitude, 6),
    }
    return {
        **{name: value if located else None for name, value in place.items()},
        "online_url": None if row.venue_type == "IN_PERSON" else f"https://meet.example.org/{row.number % 10**9}",
        "group_name": f"{row.name} Group",
        "group_code": f"G{row.number % 10**8:08}",
        "notes": random.choice(_NOTES),
    }


# --- Plain tables -------------------------------------------------------------------------------

_MEETING_COLUMNS = {
    "number": "integer PRIMARY KEY", "id": "text NOT NULL", "name": "text NOT NULL", "status": "text NOT NULL",
    "shown": "boolean NOT NULL", "venue_type": "text", "weekday": "text", "start_time": "text", "end_time": "text",
    "duration": "text", "time_zone": "text", "recurrence": "text", "notes": "text", "updated_at": "text NOT NULL",
    "languages": "text NOT NULL", "fellowship_id": "integer NOT NULL REFERENCES {schema}fellowships",
    "group_name": "text", "group_code": "text", "venue_id": "integer REFERENCES {schema}venues", "venue_name": "text",
    "street": "text", "city": "text", "region": "text", "postal_code": "text", "country": "text",
    "latitude": "double precision", "longitude": "double precision", "approximate": "boolean NOT NULL",
    "online_url": "text", "online_phone": "text", "format_set": "integer NOT NULL", "next_start": "text",
    "next_end": "text", "day": "integer", "starts": "integer", "fine": "integer", "coarse": "integer",
    "bits0": "bigint NOT NULL", "bits1": "bigint NOT NULL", "x": "double precision", "y": "double precision",
    "z": "double precision",
}  # fmt: skip
_VENUE_COLUMNS = (
    "venue_name", "street", "city", "region", "postal_code", "country", "latitude", "longitude", "approximate",
)  # fmt: skip
_TABLES = """
CREATE TABLE {schema}fellowships (id integer PRIMARY KEY, code text NOT NULL UNIQUE, name text NOT NULL);
CREATE TABLE {schema}formats (code text PRIMARY KEY, bit integer NOT NULL, name text NOT NULL, category text NOT NULL);
CREATE TABLE {schema}format_sets (id integer PRIMARY KEY, codes text NOT NULL);
CREATE TABLE {schema}venues (
    id integer PRIMARY KEY, name text, street text, city text, region text, postal_code text, country text,
    latitude double precision, longitude double precision, approximate boolean NOT NULL
);
CREATE TABLE {schema}meetings ({meetings});
CREATE TABLE {schema}meeting_formats (
    meeting_number integer NOT NULL REFERENCES {schema}meetings, position integer NOT NULL,
    format_code text NOT NULL REFERENCES {schema}formats, PRIMARY KEY (meeting_number, position)
);
"""
_TABLE_NAMES = ("fellowships", "formats", "format_sets", "venues", "meetings", "meeting_formats")


def _tables(schema: str) -> str:
    columns = ", ".join(f"{name} {kind.format(schema=schema)}" for name, kind in _MEETING_COLUMNS.items())
    return _TABLES.format(schema=schema, meetings=columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Numbers of what the plain tables refer to; `format_sets` grows as meetings are read."""

    fellowships: Mapping[str, int]
    bits: Mapping[str, int]
    format_sets: dict[str, int]


def plain_rows(count: int, now: datetime) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Table and row, so that whatever a row refers to comes before it; sets of formats come last."""
    words = vocabulary()
    known = _Known(
        fellowships={code: number for number, code in enumerate(words.fellowships)},
        bits={code: bit for bit, code in enumerate(words.formats)},
        format_sets={},
    )
    for number, fellowship in enumerate(words.fellowships.values()):
        yield "fellowships", (number, fellowship.code, fellowship.name)
    for bit, told in enumerate(words.formats.values()):
        yield "formats", (told.code, bit, told.labels["en"], told.category)
    for number, row in enumerate(made_up_rows(count)):
        codes = [code for code in json.loads(row.formats) if code in known.bits]
        told_meeting = {**row._asdict(), **more_of(row)}
        yield "venues", (number, *(told_meeting.get(name) for name in _VENUE_COLUMNS[:-1]), False)
        yield "meetings", _plain_meeting(number, row, told_meeting, codes, known, now)
        for position, code in enumerate(codes):
            yield "meeting_formats", (number, position, code)
    for text, number in known.format_sets.items():
        yield "format_sets", (number, text)


def _plain_meeting(
    number: int, row: IndexRow, told: Mapping[str, Any], codes: list[str], known: _Known, now: datetime
) -> tuple[Any, ...]:
    rule = _rule_of(row)
    bits = sum(1 << known.bits[code] for code in codes)
    shown = row.status in {"ACTIVE", "UNCONFIRMED"}
    following = _next(rule, row.exceptions, now) if shown else None
    starts = time(*divmod(int(row.starts or 0), 60))
    values = {
        **told,
        "number": number,
        "shown": shown,
        "weekday": rule.weekday.name,
        "start_time": f"{starts:%H:%M}",
        "end_time": f"{(datetime.combine(date.min, starts) + rule.duration).time():%H:%M}",
        "duration": _duration(rule.duration),
        "time_zone": row.zone,
        "recurrence": rrule(rule),
        "updated_at": UPDATED_AT.isoformat(timespec="seconds"),
        "languages": " ".join(json.loads(row.languages)),
        "fellowship_id": known.fellowships[row.fellowship],
        "venue_id": number,
        "approximate": False,
        "online_phone": "+1 555 0100" if row.by_phone else None,
        "format_set": known.format_sets.setdefault(" ".join(codes), len(known.format_sets)),
        "next_start": following and following[0].isoformat(timespec="seconds"),
        "next_end": following and following[1].isoformat(timespec="seconds"),
        "day": row.weekday,
        "bits0": bits & ((1 << BITS) - 1),
        "bits1": bits >> BITS,
    } | _position(told)
    return tuple(values.get(name) for name in _MEETING_COLUMNS)


def _position(told: Mapping[str, Any]) -> dict[str, Any]:
    latitude, longitude = told["latitude"], told["longitude"]
    if latitude is None:
        return {}
    x, y, z = on_sphere(latitude, longitude)
    fine, coarse = (cell_of(latitude, longitude, a_degree) for a_degree in (FINE, COARSE))
    return {"fine": fine, "coarse": coarse, "x": x, "y": y, "z": z}


def _duration(length: timedelta) -> str:
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")


def _rule_of(row: IndexRow) -> Recurrence:
    assert row.weekday is not None
    assert row.starts is not None
    assert row.minutes is not None
    assert row.zone is not None
    return Recurrence(
        weekday=Weekday(row.weekday),
        starts=time(*divmod(row.starts, 60)),
        duration=timedelta(minutes=row.minutes),
        zone=row.zone,
        interval=row.interval,
        anchor=date.fromisoformat(row.anchor) if row.anchor else None,
        weeks_of_month=tuple(int(week) for week in row.weeks.split(",") if week),
    )


@cache
def _next(rule: Recurrence, exceptions: str, now: datetime) -> tuple[datetime, datetime] | None:
    dated = tuple(exception_from_parts(*parts) for parts in json.loads(exceptions))
    found = next_occurrence(rule, dated, now)
    return (found.starts_at, found.ends_at) if found else None


# --- Filling ------------------------------------------------------------------------------------


def fill_plain_sqlite(file: Path, count: int, now: datetime) -> None:
    """The plain tables as a SQLite file."""
    connection = sqlite3.connect(file)
    connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _tables(""))
    for table, rows in _batches(plain_rows(count, now)):
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    for grid in ("fine", "coarse"):
        columns = f"{grid}, day, starts, fellowship_id, bits0, bits1, x, y, z"
        connection.execute(f"CREATE INDEX meetings_{grid} ON meetings ({columns}) WHERE shown = 1")
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


def fill_plain_postgres(url: str, count: int, now: datetime) -> None:
    """The plain tables in the schema `peers` of a PostgreSQL database, and PostGraphile's functions."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS peers CASCADE; CREATE SCHEMA peers")
        for statement in _tables("peers.").split(";"):
            connection.execute(statement.encode())
        for table, rows in _batches(plain_rows(count, now)):
            with connection.cursor().copy(f"COPY peers.{table} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
        for grid in ("fine", "coarse"):
            connection.execute(
                f"CREATE INDEX meetings_{grid} ON peers.meetings ({grid}, day, starts) "
                "INCLUDE (fellowship_id, bits0, bits1, x, y, z, number) WHERE shown".encode()
            )
        connection.execute((Path(__file__).parent / "servers" / "postgraphile.sql").read_bytes())
        connection.execute("VACUUM ANALYZE")


def _batches(rows: Iterable[tuple[str, tuple[Any, ...]]]) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Rows by table, some thousands at a time, tables in an order in which references hold."""
    waiting = iter(rows)
    while batch := list(islice(waiting, 50_000)):
        for table in _TABLE_NAMES:
            if found := [row for name, row in batch if name == table]:
                yield table, found
