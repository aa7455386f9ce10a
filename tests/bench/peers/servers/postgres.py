"""PostgreSQL by asyncpg, as the hand-made Python servers use it."""

from __future__ import annotations

import os
from typing import Any

import asyncpg

from tests.bench.peers.servers.near import Asked, Known, known, postgres_parameters


async def _nothing(_: Any) -> None:
    """Nothing is left behind on a connection: not to reset it saves a round trip an answer."""


async def open_pool() -> tuple[asyncpg.Pool, Known]:
    """Connections, and what is read once."""
    pool = await asyncpg.create_pool(
        os.environ["DATABASE_URL"],
        min_size=2,
        max_size=8,
        reset=_nothing,
        server_settings={"application_name": os.environ.get("PGAPPNAME", "")},
    )
    async with pool.acquire() as connection:
        fellowships = await connection.fetch("SELECT id, code, name FROM peers.fellowships")
        formats = await connection.fetch("SELECT bit, code, name, category FROM peers.formats")
        sets = await connection.fetch("SELECT id, codes FROM peers.format_sets")
    return pool, known([*map(tuple, fellowships)], [*map(tuple, formats)], [*map(tuple, sets)])


async def near_rows(pool: asyncpg.Pool, asked: Asked, known: Known, first: int = 50) -> list[Any]:
    """The nearest meetings that match; asyncpg keeps the statement prepared."""
    statement, parameters = postgres_parameters(asked, known, first)
    async with pool.acquire() as connection:
        return await connection.fetch(statement, *parameters)
