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
from api.known_feeds import Found, KnownFeed, known_feed
from api.tags import is_known
from meetings.errors import NotFound, StoreFailed
from meetings.ical import Feed, render_feed, render_meeting, render_turned_off
from meetings.schedule import Schedule, month_of, secret_hash, with_found
from search.index import Index
from search.saved import found_by
from store.meetings import get_meetings
from store.schedules import feed_state, find_feed, note_use

if TYPE_CHECKING:
    from api.house import House

log = logging.getLogger(__name__)
_PRIVATE = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}


#: Headers of those who may have it already.
_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})


async def schedule_feed(request: Request) -> Response:
    """GET or HEAD /calendars/{token}.ics."""
    house: House = request.state.house
    now, token_hash = house.clock(), secret_hash(request.path_params["token"])
    if not _CONDITIONS.isdisjoint(request.headers):
        known = await asyncio.to_thread(_as_before, house, token_hash, now)
        if known and _not_modified(request, known, house):
            return Response(status_code=304, headers=_headers(known, house))
    feed = await asyncio.to_thread(_render, house, token_hash, now)
    if isinstance(feed, Feed) and feed.skipped:
        log.error("events that could not be written count=%s", len(feed.skipped))
    if feed is None:
        return error_response(404, "NOT_FOUND", "there is no such calendar")
    if isinstance(feed, datetime):
        return error_response(410, "GONE", "this calendar was turned off")
    if _not_modified(request, feed, house):
        return Response(status_code=304, headers=_headers(feed, house))
    return Response(feed.body, headers=_headers(feed, house), media_type="text/calendar; charset=utf-8")


def _headers(feed: Feed | KnownFeed, house: House) -> dict[str, str]:
    headers = _PRIVATE | {"ETag": f'"{feed.etag}"'}
    changed = _last_modified(feed, house)
    if changed is not None:
        headers["Last-Modified"] = format_datetime(changed, usegmt=True)
    return headers


def _last_modified(feed: Feed | KnownFeed, house: House) -> datetime | None:
    """When it last changed: at the latest when we began, perhaps with new rules of a zone; None: no date tells.

    Who goes by this date alone would else keep hours of old rules. The ETag knows better.
    """
    opened = house.opened_at.replace(microsecond=0)
    return None if feed.last_modified is None else max(feed.last_modified, opened)


def _as_before(house: House, token_hash: str, now: datetime) -> KnownFeed | None:
    """The feed, if it is what it was when it was last rendered here: one statement and a look into the index."""
    known, index = house.feeds.get(token_hash), house.index()
    if known is None or index is None:
        return None
    with house.database.read() as read:
        state = feed_state(read, token_hash)
    # What was not used this month yet is to be noted.
    if state is None or state.used_month < month_of(now):
        return None
    return known if known.is_as_before(index, state.changes, _minute(now)) else None


def _render(house: House, token_hash: str, now: datetime) -> Feed | datetime | None:
    """The feed; since when it has been off for too long; or None where no such address was ever given."""
    # Before the database is read, so that a later change makes what is remembered old.
    index = house.index()
    with house.database.read() as read:
        address = find_feed(read, token_hash)
        if address is None:
            return None
        if address.schedule is None:
            off = address.turned_off_at or now
            # An empty calendar for as long as it takes that every phone has asked once more.
            gone = now - off > timedelta(days=house.settings.feed_off_days)
            hours = house.settings.feed_refresh_hours
            return off if gone else render_turned_off(since=off, refresh_hours=hours)
        found = _found(index, address.schedule, now)
        schedule = with_found(address.schedule, found, house.settings.feed_meetings)
        entries = schedule.entries
        listed = get_meetings(read, [entry.meeting_id for entry in entries])
    if schedule.used_month < month_of(now):
        with house.database.write() as write:
            note_use(write, schedule.id, now)
    meetings = {entry.meeting_id: m for entry, m in zip(entries, listed, strict=True) if m is not None}
    feed = render_feed(
        schedule,
        meetings,
        now=now,
        refresh_hours=house.settings.feed_refresh_hours,
        wording=house.wording,
        blocks=house.blocks.of,
    )
    if index is not None:
        house.feeds.put(token_hash, known_feed(schedule, found, feed, index, _minute(now)))
    return feed


def _found(index: Index | None, schedule: Schedule, now: datetime) -> Found:
    """What its searches find; StoreFailed while there is no index, lest a phone be emptied."""
    if not schedule.searches:
        return {}
    if index is None:
        raise StoreFailed("the search index is being built; try again in a minute")
    return found_by(index, schedule.searches, _minute(now))


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _not_modified(request: Request, feed: Feed | KnownFeed, house: House) -> bool:
    """RFC 9110 section 13.2.2: If-None-Match, where given, is the only word."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or is_known(f'"{feed.etag}"', tags)
    since, changed = request.headers.get("if-modified-since"), _last_modified(feed, house)
    if since is None or changed is None:
        return False
    try:
        return changed <= parsedate_to_datetime(since)
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
