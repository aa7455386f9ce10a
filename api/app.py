"""The application: routes, errors and what lives as long as the process, on one screen."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypedDict

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api import (
    calendar_feeds,
    desk,
    errors,
    feed_codes,
    graphql_endpoint,
    graphql_http,
    health,
    meeting_files,
    pages,
    schedule_page,
    snapshot,
)
from api.clock import clock
from api.compression import Compressed
from api.house import House, open_house
from api.rates import rates_of
from api.settings import Settings, current_settings
from meetings.errors import MeetingsError

#: How long a thread may keep the interpreter from the event loop: Python's own 5 ms made others wait longer.
_SWITCH_SECONDS = 0.001
#: Rounds among what is younger to one among all: Python's own 10 are a look every other second.
_OLD_GARBAGE = 100


class State(TypedDict):
    """What every request can reach."""

    house: House


def create_app(settings: Settings, *, now: Callable[[], datetime] = clock) -> Starlette:
    """The whole application for these settings."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[State]:
        with open_house(settings, now=now) as house:
            yield State(house=house)

    rates = rates_of(settings)
    endpoint = graphql_endpoint.graphql_endpoint(settings, rates=rates)
    return graphql_http.AtOnce(
        endpoint,
        routes=[
            Route("/", welcome, name="welcome"),
            *graphql_http.graphql_routes(endpoint),
            *calendar_feeds.ROUTES,
            *meeting_files.meeting_file_routes(settings),
            *snapshot.snapshot_routes(settings),
            *pages.ROUTES,
            *desk.ROUTES,
            *feed_codes.feed_code_routes(settings, rates),
            *schedule_page.ROUTES,
            Route("/healthz", health.healthz, name="healthz"),
            Route("/readyz", health.readyz, name="readyz"),
        ],
        exception_handlers={
            MeetingsError: errors.meetings_error,
            HTTPException: errors.http_error,
        },
        middleware=[
            Middleware(errors.Masked),
            Middleware(Compressed),
        ],
        lifespan=lifespan,
    )


async def welcome(_: Request) -> Response:
    """A browser is shown where the questions are asked."""
    return RedirectResponse("/graphql", 307)


def app_from_environ() -> Starlette:
    """For uvicorn's workers, which start with nothing but the environment."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = create_app(current_settings())
    # While the oldest garbage is looked for nobody is answered. The schema and all modules stay as long as the process
    # and need no look; and of the rest little is garbage that long, so that it is looked at less often than is usual.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], _OLD_GARBAGE)
    return app
