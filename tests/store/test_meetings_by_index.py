"""How meetings are read by id: by the index of ids, never by looking at all of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, text

from meetings.listing import id_from_number
from store.database import Database
from store.meetings import get_meetings
from store.migration import migrate


def test_a_page_of_meetings_is_read_by_the_index_of_ids(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    statements: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        statements.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.read() as read:
        get_meetings(read, [id_from_number(number) for number in range(50)])
    event.remove(database.engine, "before_cursor_execute", note)
    asked = [(statement, parameters) for statement, parameters in statements if statement.startswith("SELECT")]
    assert asked
    with database.read() as read:
        if not database.is_sqlite:
            # Of an empty table it would not trouble with an index.
            read.connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        for statement, parameters in asked:
            rows = read.connection.exec_driver_sql(explain + statement, parameters).all()
            plan = " ".join(str(row) for row in rows)
            assert "SCAN meetings" not in plan
            assert "Seq Scan on meetings" not in plan
    database.close()
