"""What executing an operation costs: compiled, with and without kept pieces, beside graphql-core on the same data.

`python -m tests.bench execution` prints a table in Markdown and the same as JSON. CPU times of one process, best of
several; the bodies are compared before anything is timed.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import orjson

from schema import build_schema
from schema.arguments import arguments_of
from schema.context import Context
from schema.documents import Documents
from schema.fragments import Fragments
from schema.limits import Limits
from schema.operations import Operation, Request, answer_of, execute, prepare
from schema.plans import answer_in_bytes
from schema.query import search_meetings
from search.builder import build
from search.index import Index, open_index
from store.database import Database, Reader, unread
from store.vocabulary import get_vocabulary
from tests.bench.filling import fill
from tests.bench.made_up import made_up_rows
from tests.bench.search import Table, as_markdown

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
#: Round the busiest town a circle in which about fifty of so many match.
MEETINGS = 20_000
_TRIES = 7
_QUERY = """query ($near: PointInput!, $first: Int!) {
  meetings(filter: {place: {near: $near, radiusKm: 50}}, first: $first) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { cursor distanceKm nextOccurrence { startsAt endsAt } node {
      id name status venueType weekday startTime endTime duration timeZone recurrence fellowship { code name }
      formats { code name } languages
      venue { name street city region postalCode country latitude longitude approximate }
      online { url provider phone } notes updatedAt group { name } } } } }"""
_STANDARD = "graphql-core and orjson, meetings in memory"


def cpu_us(work: Callable[[], object], times: int) -> float:
    """Microseconds of processor time, the least of several tries."""
    work()
    tries = []
    for _ in range(_TRIES):
        began = time.process_time()
        for _ in range(times):
            work()
        tries.append((time.process_time() - began) / times)
    return min(tries) * 1e6


def main(count: int = MEETINGS) -> None:
    """Fill a database, compare, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = Database(f"sqlite:///{home / 'made-up.sqlite'}")
        fill(database, made_up_rows(count), NOW)
        with database.read() as read:
            build(read, get_vocabulary(read), home / "index", NOW)
        index = open_index(home / "index")
        assert index is not None
        table = _measured(database, index)
        database.close()
    print(as_markdown(table.lines))
    print(json.dumps([asdict(line) for line in table.lines]))


def _measured(database: Database, index: Index) -> Table:
    limits, schema = Limits(), build_schema()
    with database.read() as read:
        vocabulary = get_vocabulary(read)
    nothing = cast("Any", None)

    def context(read: Reader) -> Context:
        return Context(
            read=read,
            write=database.write,
            index=index,
            vocabulary=vocabulary,
            now=NOW,
            base_url="https://meetings.example.org",
            random_bytes=nothing,
            limits=limits,
            work=nothing,
            network=str,
        )

    documents = Documents(schema, limits)
    request = Request(query=_QUERY, variables={"near": _busiest(index), "first": 50})
    operation = prepare(documents, request)
    form = operation.prepared.form(operation.values)
    assert form is not None
    kept, table = Fragments(1 << 26), Table()

    def read_again(fragments: Fragments | None = None) -> bytes | None:
        with database.read() as read:
            return answer_in_bytes(form, operation.values, context(read), fragments)

    with database.read() as read:
        warm = context(read)
        standard = orjson.dumps(answer_of(execute(schema, operation, warm), str))
        assert read_again(kept) == standard
        assert answer_in_bytes(form, operation.values, context(unread()), kept) == standard
        shown = len(orjson.loads(standard)["data"]["meetings"]["edges"])
        note = f"{shown} meetings, {len(standard)} bytes"
        table.add(
            _STANDARD,
            cpu_us(lambda: orjson.dumps(answer_of(execute(schema, operation, warm), str)), 3),
            "µs",
            note=note,
        )
        table.add(
            "compiled, meetings in memory",
            cpu_us(lambda: answer_in_bytes(form, operation.values, warm), 20),
            "µs",
            of=_STANDARD,
        )
    table.add("compiled, meetings read from SQLite", cpu_us(read_again, 10), "µs", of=_STANDARD)
    table.add(
        "compiled, pieces kept",
        cpu_us(lambda: answer_in_bytes(form, operation.values, context(unread()), kept), 200),
        "µs",
        of=_STANDARD,
    )
    _parts(table, documents, request, operation, context(unread()))
    return table


def _parts(table: Table, documents: Documents, request: Request, operation: Operation, context: Context) -> None:
    """What of it is not execution."""
    query = documents.schema.query_type
    assert query is not None
    constants: list[Any] = []

    def constant(value: Any) -> str:
        constants.append(value)
        return f"c[{len(constants) - 1}]"

    node = cast("Any", operation.node.selection_set.selections[0])
    written = arguments_of(query.fields["meetings"], node, constant)
    asked = eval(f"lambda v: {written}", {"c": constants})
    of = "compiled, pieces kept"
    found = search_meetings(context, **asked(operation.values)).page.hits
    table.add("reading the request", cpu_us(lambda: prepare(documents, request), 200), "µs", of=of)
    table.add("searching", cpu_us(lambda: search_meetings(context, **asked(operation.values)), 200), "µs", of=of)
    table.add("cursors", cpu_us(lambda: cast("Any", found)[:].cursors(), 200), "µs", of=of)


def _busiest(index: Index) -> dict[str, float]:
    """The point of a meeting in the grid cell that has the most."""
    cells = index.columns.rows.cell[: index.columns.located].tolist()
    (cell, _), *_ = Counter(cells).most_common(1)
    row = cells.index(cell)
    columns = index.columns.rows
    return {"latitude": columns.latitude[row] / 1e7, "longitude": columns.longitude[row] / 1e7}


if __name__ == "__main__":
    main()
