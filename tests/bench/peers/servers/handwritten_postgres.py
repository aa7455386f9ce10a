"""JSON as a careful developer writes it by hand: Starlette, asyncpg, orjson; no GraphQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.bench.peers.servers.near import asked_of_variables, edge_of_row
from tests.bench.peers.servers.postgres import near_rows, open_pool


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
    """Connections for as long as the process lives."""
    pool, known = await open_pool()
    yield {"pool": pool, "known": known}
    await pool.close()


async def meetings(request: Request) -> Response:
    """The variables in, the answer out."""
    asked = asked_of_variables(orjson.loads(await request.body())["variables"])
    known = request.state.known
    rows = await near_rows(request.state.pool, asked, known)
    edges = [edge_of_row(row, known) for row in rows]
    return Response(orjson.dumps({"data": {"meetings": {"edges": edges}}}), media_type="application/json")


app = Starlette(routes=[Route("/graphql", meetings, methods=["POST"])], lifespan=lifespan)
