"""One error shape everywhere outside GraphQL: `{"error": {"code": …, "message": …}}`."""

from __future__ import annotations

import logging
import secrets

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meetings.errors import (
    CursorExpired,
    InvalidQuery,
    MeetingsError,
    NotAllowed,
    NotFound,
    PlaceNotFound,
    StoreFailed,
    TooMuch,
    TooOften,
    frames_of,
)

log = logging.getLogger(__name__)

#: What went wrong, by class, as HTTP says it. The first that fits counts.
STATUSES: tuple[tuple[type[MeetingsError], int, str], ...] = (
    (NotFound, 404, "NOT_FOUND"),
    (CursorExpired, 400, "CURSOR_EXPIRED"),
    (PlaceNotFound, 400, "PLACE_NOT_FOUND"),
    (InvalidQuery, 400, "BAD_INPUT"),
    (NotAllowed, 403, "UNAUTHORIZED"),
    (TooMuch, 400, "TOO_COSTLY"),
    (TooOften, 429, "RATE_LIMITED"),
    (StoreFailed, 503, "UNAVAILABLE"),
)
_HTTP_CODES = {
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    410: "GONE",
    413: "TOO_COSTLY",
    429: "RATE_LIMITED",
    503: "UNAVAILABLE",
}


#: What fails for now may do so for a moment: clients come back then, and not at once.
RETRY_SECONDS = 5


def error_response(status: int, code: str, message: str, *, retry: int = RETRY_SECONDS) -> JSONResponse:
    """The one body shape; where it is worth while to ask again, `retry` says in how many seconds."""
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(retry)} if status in {429, 503} else {})
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


async def meetings_error(request: Request, error: Exception) -> Response:
    """An error raised on purpose."""
    for kind, status, code in STATUSES:
        if isinstance(error, kind):
            retry = error.seconds if isinstance(error, TooOften) else RETRY_SECONDS
            return error_response(status, code, str(error), retry=retry)
    return unforeseen_error(request.scope, error)


async def http_error(request: Request, error: Exception) -> Response:
    """An error of the HTTP layer: no such page, wrong method."""
    if not isinstance(error, HTTPException):
        return unforeseen_error(request.scope, error)
    response = error_response(error.status_code, _HTTP_CODES.get(error.status_code, "BAD_INPUT"), error.detail)
    response.headers.update(error.headers or {})
    return response


def unforeseen_error(scope: Scope, error: Exception) -> Response:
    """A bug: masked, and logged under a number that the answer names. Neither path nor query is logged."""
    number = secrets.token_hex(6)
    log.error("unforeseen error id=%s route=%s %s", number, _route(scope), frames_of(error))
    return error_response(500, "INTERNAL", f"something went wrong here; it is logged under {number}")


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "name", "-"))


class Masked:
    """Outermost: answers for errors that nobody foresaw.

    Starlette's own would raise them again for the server to log, message and all, and a message may hold what a person
    wrote.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and answer if that fails before an answer began."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            response = unforeseen_error(scope, error)
            if scope["type"] != "http":
                raise
            if not begun:
                await response(scope, receive, send)
