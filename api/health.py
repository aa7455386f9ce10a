"""Is the process alive, and can it answer: for load balancers and the people who run it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from meetings.errors import StoreFailed
from meetings.zones import TZDATA_VERSION
from search.clock import instant_of
from store.changes import last_change

if TYPE_CHECKING:
    from api.house import House


async def healthz(_: Request) -> Response:
    """The event loop turns."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def readyz(request: Request) -> Response:
    """Database and read index answer; how old the index is, and how many changes it has yet to see."""
    house: House = request.state.house
    try:
        newest = await asyncio.to_thread(_newest_change, house)
    except StoreFailed as error:
        return _not_ready(str(error))
    index = house.index()
    if index is None:
        return _not_ready("the read index is not built yet")
    if not index.columns.texts.ready:
        return _not_ready("the read index is built; texts are being read")
    built_at = instant_of(index.built_at)
    report = {
        "status": "ok",
        "index": {
            "built_at": built_at.isoformat(),
            "age_seconds": round((house.clock() - built_at).total_seconds()),
            "changes_behind": newest - index.change,
        },
        "tzdata": TZDATA_VERSION,
    }
    return JSONResponse(report, headers={"Cache-Control": "no-store"})


def _newest_change(house: House) -> int:
    with house.database.read() as read:
        return last_change(read)


def _not_ready(reason: str) -> Response:
    body = {"error": {"code": "UNAVAILABLE", "message": reason}}
    return JSONResponse(body, 503, {"Cache-Control": "no-store", "Retry-After": "5"})
