"""The same on SQLite: the standard library's driver, asked in the event loop, for the statement takes a millisecond."""

from __future__ import annotations

import os
import sqlite3

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.bench.peers.servers.near import asked_of_variables, edge_of_row, known, sqlite_parameters

CONNECTION = sqlite3.connect(os.environ["SQLITE_FILE"], cached_statements=512)
KNOWN = known(
    CONNECTION.execute("SELECT id, code, name FROM fellowships").fetchall(),
    CONNECTION.execute("SELECT bit, code, name, category FROM formats").fetchall(),
    CONNECTION.execute("SELECT id, codes FROM format_sets").fetchall(),
)


async def meetings(request: Request) -> Response:
    """The variables in, the answer out."""
    asked = asked_of_variables(orjson.loads(await request.body())["variables"])
    rows = CONNECTION.execute(*sqlite_parameters(asked, KNOWN)).fetchall()
    edges = [edge_of_row(row, KNOWN) for row in rows]
    return Response(orjson.dumps({"data": {"meetings": {"edges": edges}}}), media_type="application/json")


app = Starlette(routes=[Route("/graphql", meetings, methods=["POST"])])
