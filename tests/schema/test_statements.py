"""What is asked of the database for each question: by an index always, and no oftener for more results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema
from sqlalchemy import Connection, event, insert, select, text

from store.changes import record_changes
from store.database import Database
from store.tables import meetings, schedules
from tests.bench.filling import fill
from tests.bench.made_up import made_up_rows
from tests.builders import NOW
from tests.schema.conftest import House, a_house

MEETINGS = 3_000
#: Of these there are a handful, or some hundred, and all are wanted.
SMALL = ("sources", "vocabulary", "service_bodies")
_NODE = """id name status venue { name } formats { name } languages nextOccurrence { startsAt }
  serviceBody { name parent { name } } listings { source { name } } group { name meetings { name } } updatedAt"""
QUESTIONS = {
    "meetings": f"query ($first: Int) {{ meetings(first: $first) {{ totalCount nodes {{ {_NODE} }} }} }}",
    "occurrences": f"query ($first: Int) {{ occurrences(first: $first) {{ nodes {{ date meeting {{ {_NODE} }} }} }} }}",
    "changes": f"query ($first: Int) {{ changes(first: $first) {{ nodes {{ meeting {{ {_NODE} }} }} }} }}",
    "serviceBodies": "query ($first: Int) { serviceBodies(first: $first) { nodes { id name parent { name } } } }",
    "meetingsByIds": f"query ($ids: [ID!]!) {{ meetingsByIds(ids: $ids) {{ {_NODE} }} }}",
    "meeting": f"query ($id: ID!) {{ meeting(id: $id) {{ {_NODE} }} }}",
    "node": "query ($id: ID!) { node(id: $id) { id ... on Meeting { name } } }",
    "schedule": "query ($key: String!) { schedule(key: $key) { id entries { meeting { name } } } }",
}


@pytest.fixture
def large(database_url: str, tmp_path: Path, graphql_schema: GraphQLSchema) -> Iterator[House]:
    """A house of some thousand meetings, of which the database has statistics."""
    database = Database(database_url)
    fill(database, made_up_rows(MEETINGS), NOW)
    with database.write() as write:
        record_changes(write, list(write.connection.scalars(select(meetings.c.id))), run_id=None, now=NOW)
        write.connection.execute(insert(schedules), [a_schedule(number) for number in range(MEETINGS)])
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    database.close()
    with a_house(database_url, tmp_path, graphql_schema) as house:
        house.builds_index()
        yield house


def a_schedule(number: int) -> dict[str, Any]:
    """A row of somebody's schedule, in which nothing is yet."""
    hashes = {"id": f"S{number}", "key_hash": f"k{number}", "token_hash": f"t{number}"}
    counts = dict.fromkeys(("rotation", "revision", "changes"), 1)
    times = dict.fromkeys(("created_at", "updated_at", "entries_updated_at"), NOW)
    return {**hashes, **counts, **times, "time_zone": "UTC", "discreet": False, "used_month": NOW.date()}


@contextmanager
def noted(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The reading statements run meanwhile, with their parameters."""
    statements: list[tuple[str, Any]] = []

    def note(_: Connection, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            statements.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def asked(house: House, name: str, many: int) -> list[tuple[str, Any]]:
    """The statements for one question of so many results."""
    ids = [edge["id"] for edge in house.data("{ meetings(first: 100) { nodes { id } } }")["meetings"]["nodes"]]
    told = {"first": many, "ids": ids[:many], "id": ids[0], "key": "a" * 43}
    variables = {key: value for key, value in told.items() if f"${key}:" in QUESTIONS[name]}
    with noted(house.database) as statements:
        house.data(QUESTIONS[name], **variables)
    return statements


def scans(database: Database, statement: str, parameters: Any) -> list[str]:
    """The steps of its plan that look at all rows of a table that is not small."""
    prefix = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.engine.connect() as connection:
        plan = [str(row[-1]).strip() for row in connection.exec_driver_sql(prefix + statement, parameters)]
    mark = "SCAN " if database.is_sqlite else "Seq Scan on "
    found = [step for step in plan if mark in step]
    return [step for step in found if not any(f"{mark}{name}" in step for name in SMALL) and "USING" not in step]


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_finds_its_rows_by_an_index(large: House, name: str) -> None:
    statements = asked(large, name, 50)
    found = {statement: scans(large.database, statement, told) for statement, told in statements}
    assert {statement: steps for statement, steps in found.items() if steps} == {}


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in {"meeting", "node", "schedule"}])
def test_as_many_statements_are_run_for_a_page_of_a_hundred_as_for_one_of_ten(large: House, name: str) -> None:
    few, many = asked(large, name, 10), asked(large, name, 100)
    assert len(many) <= len(few)
    assert few


def test_a_table_that_is_looked_at_whole_would_be_found(large: House) -> None:
    assert scans(large.database, "SELECT name FROM meetings WHERE notes = 'x'", ())
