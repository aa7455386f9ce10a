"""The address of a feed as a QR code, so that the telephone with the camera can subscribe to what the computer shows.

The address comes in the body of a POST and goes nowhere else. Only addresses of our own feeds are drawn: a page of ours
that draws anything would put our name to anything.
"""

from __future__ import annotations

import io
import re

import orjson
import segno
from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.errors import error_response
from api.graphql_answers import SECRET
from api.graphql_requests import check_content_type
from api.incoming import Malformed, read_body
from api.rates import Rates, spend_fields
from api.settings import Settings

#: Measured: drawing one takes 7 ms, in which about so many fields are resolved.
_COST = 1500
_FEED = re.compile(r"/calendars/[A-Za-z0-9_-]{43}\.ics")
#: What JSON takes round an address: `{"address": ""}`, and room for a few spaces.
_ROUND = 32
_HEADERS = SECRET | {
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def feed_code_routes(settings: Settings, rates: Rates) -> list[BaseRoute]:
    """POST /schedule/qr with `{"address": …}`, the `https:` or `webcal:` address of a feed of ours: an SVG."""
    bases = (settings.base_url, "webcal:" + settings.base_url.split(":", 1)[1])
    most = max(map(len, bases)) + len("/calendars/.ics") + 43 + _ROUND

    async def code(request: Request) -> Response:
        try:
            check_content_type(request.headers.get("content-type", ""))
            address = _address_in(await read_body(request.receive, most))
        except ClientDisconnect:
            return Response(status_code=400)
        except Malformed as error:
            response = error_response(error.status, "TOO_COSTLY" if error.status == 413 else "BAD_INPUT", str(error))
            response.headers.update(error.headers)
            return response
        if address is None or not is_feed(address, bases):
            return error_response(400, "BAD_INPUT", "send `address`, the address of a calendar feed of this server")
        await spend_fields(rates, request, _COST)
        drawn = await to_thread.run_sync(drawn_code, address)
        return Response(drawn, media_type="image/svg+xml", headers=_HEADERS)

    return [Route("/schedule/qr", code, methods=["POST"], name="feed code")]


def _address_in(body: bytes) -> str | None:
    try:
        told = orjson.loads(body)
    except ValueError:
        return None
    address = told.get("address") if isinstance(told, dict) else None
    return address if isinstance(address, str) else None


def is_feed(address: str, bases: tuple[str, ...]) -> bool:
    """Whether a feed behind one of these bases would have that address. Whether there is one is not looked up."""
    return any(address.startswith(base) and _FEED.fullmatch(address, len(base)) for base in bases)


def drawn_code(address: str) -> bytes:
    """An SVG of the code, black on white with its rim, as wide as the page lets it be."""
    file = io.BytesIO()
    segno.make_qr(address, error="m").save(
        file,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
    )
    return file.getvalue()
