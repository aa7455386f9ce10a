"""The floor: Starlette that answers with the same bytes each time, which it read when it started."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BODY = Path(os.environ["BODY_FILE"]).read_bytes()


async def constant(_: Request) -> Response:
    """The body."""
    return Response(BODY, media_type="application/json")


app = Starlette(routes=[Route("/graphql", constant, methods=["GET", "POST"])])
