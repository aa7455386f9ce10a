"""One error shape everywhere outside GraphQL: `{"error": {"code": …, "message": …}}`."""

from __future__ import annotations

import logging
import secrets

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from meetings.errors import CursorExpired, InvalidQuery, MeetingsError, NotAllowed, NotFound, StoreFailed, TooMuch

log = logging.getLogger(__name__)

#: What went wrong, by class, as HTTP says it. The first that fits counts.
STATUSES: tuple[tuple[type[MeetingsError], int, str], ...] = (
    (NotFound, 404, "NOT_FOUND"),
    (CursorExpired, 400, "CURSOR_EXPIRED"),
    (InvalidQuery, 400, "BAD_INPUT"),
    (NotAllowed, 403, "UNAUTHORIZED"),
    (TooMuch, 400, "TOO_COSTLY"),
    (StoreFailed, 503, "UNAVAILABLE"),
)
_HTTP_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 410: "GONE", 413: "TOO_COSTLY", 503: "UNAVAILABLE"}


def error_response(status: int, code: str, message: str) -> JSONResponse:
    """The one body shape."""
    return JSONResponse({"error": {"code": code, "message": message}}, status, {"Cache-Control": "no-store"})


async def meetings_error(request: Request, error: Exception) -> Response:
    """An error raised on purpose."""
    for kind, status, code in STATUSES:
        if isinstance(error, kind):
            return error_response(status, code, str(error))
    return await unforeseen_error(request, error)


async def http_error(request: Request, error: Exception) -> Response:
    """An error of the HTTP layer: no such page, wrong method."""
    if not isinstance(error, HTTPException):
        return await unforeseen_error(request, error)
    response = error_response(error.status_code, _HTTP_CODES.get(error.status_code, "BAD_INPUT"), error.detail)
    response.headers.update(error.headers or {})
    return response


async def unforeseen_error(request: Request, error: Exception) -> Response:
    """A bug: masked, and logged under a number that the answer names. Neither path nor query is logged."""
    number = secrets.token_hex(6)
    log.error(
        "unforeseen error id=%s route=%s", number, getattr(request.scope.get("route"), "name", "-"), exc_info=error
    )
    return error_response(500, "INTERNAL", f"something went wrong here; it is logged under {number}")
