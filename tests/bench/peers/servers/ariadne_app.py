"""ariadne, which takes a parser and a validator of one's own: both remember documents; rows by asyncpg."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from ariadne import QueryType, make_executable_schema
from ariadne.asgi import GraphQL
from graphql import DocumentNode, parse, validate
from starlette.applications import Starlette
from starlette.routing import Route

from tests.bench.peers.servers.near import asked_of_filter, edge_of_row
from tests.bench.peers.servers.postgres import near_rows, open_pool

HELD: dict[str, Any] = {}
query = QueryType()


@query.field("meetings")
async def meetings(_: Any, info: Any, *, filter: dict[str, Any], first: int, **others: Any) -> dict[str, Any]:
    """Nearest first; the default resolvers read dictionaries."""
    known = HELD["known"]
    rows = await near_rows(HELD["pool"], asked_of_filter(filter), known, first)
    return {"edges": [edge_of_row(row, known) for row in rows]}


@cache
def _parsed(text: str) -> DocumentNode:
    return parse(text)


VALID: dict[int, list[Any]] = {}


def parser(_: Any, data: dict[str, Any]) -> DocumentNode:
    """The document of that text, parsed once."""
    return _parsed(data["query"])


def validator(schema: Any, document: DocumentNode, *args: Any, **kwargs: Any) -> list[Any]:
    """The document's errors, found once; parsed documents are kept for ever, so their identity will do."""
    if id(document) not in VALID:
        VALID[id(document)] = validate(schema, document, *args, **kwargs)
    return VALID[id(document)]


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Connections for as long as the process lives."""
    HELD["pool"], HELD["known"] = await open_pool()
    yield
    await HELD["pool"].close()


schema = make_executable_schema((Path(__file__).parent.parent / "near.graphql").read_text("utf-8"), query)
endpoint = GraphQL(schema, query_parser=parser, query_validator=validator)
app = Starlette(routes=[Route("/graphql", endpoint, methods=["POST"])], lifespan=lifespan)
