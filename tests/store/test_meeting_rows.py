"""Rows read past SQLAlchemy's own are the same rows."""

from __future__ import annotations

from store.database import Database
from store.meeting_rows import rows_by_id, rows_shown_as, select_meetings
from tests.bench.filling import fill
from tests.bench.made_up import made_up_rows
from tests.bench.peers.data import more_of
from tests.builders import NOW

MANY = 1203


def test_rows_read_by_id_are_what_sqlalchemy_reads(database_url: str) -> None:
    database = Database(database_url)
    fill(database, made_up_rows(MANY), NOW, more=more_of)
    with database.read() as read:
        expected = {row.id: row._asdict() for row in read.connection.execute(select_meetings())}
        # More than one statement takes; what is no id, and what is there twice, asks for nothing more.
        found = rows_by_id(read, [*expected, "", "\0", next(iter(expected))])
    database.close()
    assert len(expected) == MANY
    assert {id: row._asdict() for id, row in found.items()} == expected
    assert any(row["formats"] for row in expected.values())


def test_nothing_is_asked_where_no_id_is_told(database: Database) -> None:
    with database.read() as read:
        assert rows_by_id(read, []) == {} == rows_shown_as(read, ["no id of ours"])
