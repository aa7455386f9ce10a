"""Calendar feeds: a schedule behind its secret address, and one meeting to download.

A feed is asked for by programs that send odd headers, keep old answers and never read an error, so it is a plain 200
with strong validators, or 304, or for a feed that was turned off an empty calendar that clears the phone.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.errors import error_response
from api.tags import is_known
from meetings.errors import NotFound, StoreFailed
from meetings.ical import Feed, render_feed, render_meeting, render_turned_off
from meetings.schedule import Schedule, month_of, secret_hash, with_found
from search.saved import found_by
from store.meetings import get_meetings
from store.schedules import find_feed, note_use

if TYPE_CHECKING:
    from api.house import House

log = logging.getLogger(__name__)
_PRIVATE = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}


async def schedule_feed(request: Request) -> Response:
    """GET or HEAD /calendars/{token}.ics."""
    house: House = request.state.house
    now = house.clock()
    feed = await asyncio.to_thread(_render, house, request.path_params["token"], now)
    if isinstance(feed, Feed) and feed.skipped:
        log.error("events that could not be written count=%s", len(feed.skipped))
    if feed is None:
        return error_response(404, "NOT_FOUND", "there is no such calendar")
    if isinstance(feed, datetime):
        return error_response(410, "GONE", "this calendar was turned off")
    headers = _PRIVATE | {"ETag": f'"{feed.etag}"'}
    if feed.last_modified is not None:
        headers["Last-Modified"] = format_datetime(feed.last_modified, usegmt=True)
    if _not_modified(request, feed):
        return Response(status_code=304, headers=headers)
    return Response(feed.body, headers=headers, media_type="text/calendar; charset=utf-8")


def _render(house: House, token: str, now: datetime) -> Feed | datetime | None:
    """The feed; since when it has been off for too long; or None where no such address was ever given."""
    with house.database.read() as read:
        address = find_feed(read, secret_hash(token))
        if address is None:
            return None
        if address.schedule is None:
            off = address.turned_off_at or now
            # An empty calendar for as long as it takes that every phone has asked once more.
            gone = now - off > timedelta(days=house.settings.feed_off_days)
            return off if gone else render_turned_off(since=off)
        schedule = _with_searches(house, address.schedule, now)
        entries = schedule.entries
        found = get_meetings(read, [entry.meeting_id for entry in entries])
    if schedule.used_month < month_of(now):
        with house.database.write() as write:
            note_use(write, schedule.id, now)
    meetings = {entry.meeting_id: m for entry, m in zip(entries, found, strict=True) if m is not None}
    return render_feed(schedule, meetings, now=now, wording=house.wording, events=house.events.of)


def _with_searches(house: House, schedule: Schedule, now: datetime) -> Schedule:
    """The schedule with what its searches find; StoreFailed while there is no index, lest a phone be emptied."""
    if not schedule.searches:
        return schedule
    index = house.index()
    if index is None:
        raise StoreFailed("the search index is being built; try again in a minute")
    found = found_by(index, schedule.searches, now.replace(second=0, microsecond=0))
    return with_found(schedule, found, house.settings.feed_meetings)


def _not_modified(request: Request, feed: Feed) -> bool:
    """RFC 9110 section 13.2.2: If-None-Match, where given, is the only word."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or is_known(f'"{feed.etag}"', tags)
    since = request.headers.get("if-modified-since")
    if since is None or feed.last_modified is None:
        return False
    try:
        return feed.last_modified <= parsedate_to_datetime(since)
    except (ValueError, TypeError, OverflowError):
        return False


async def meeting_calendar(request: Request) -> Response:
    """GET or HEAD /meetings/{id}.ics: one meeting, to keep."""
    house: House = request.state.house
    body = await asyncio.to_thread(_render_one, house, request.path_params["id"], house.clock())
    headers = {
        "Content-Disposition": 'attachment; filename="meeting.ics"',
        "Cache-Control": "public, max-age=300",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")


def _render_one(house: House, id: str, now: datetime) -> bytes:
    with house.database.read() as read:
        meeting = get_meetings(read, [id])[0]
    body = None if meeting is None else render_meeting(meeting, now=now, wording=house.wording)
    if body is None:
        raise NotFound("meeting with a calendar", id[:64])
    return body


ROUTES = (
    Route("/calendars/{token}.ics", schedule_feed, methods=["GET"], name="schedule feed"),
    Route("/meetings/{id}.ics", meeting_calendar, methods=["GET"], name="meeting calendar"),
)
