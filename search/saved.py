"""Saved searches: which meetings they find now, the same ones until the list changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from meetings.schedule import SavedSearch
from meetings.search import MeetingOrder, MeetingQuery
from search.index import Index
from search.meetings import find_meetings


def found_by(index: Index, searches: Sequence[SavedSearch], now: datetime) -> Mapping[str, tuple[str, ...]]:
    """The ids that each search finds, by its id, the nearest first or else by name; `now` in whole minutes."""
    return {
        search.id: tuple(hit.meeting_id for hit in find_meetings(index, _query(search, now)).hits)
        for search in searches
    }


def _query(search: SavedSearch, now: datetime) -> MeetingQuery:
    order = MeetingOrder.NAME if search.filter.place.near is None else MeetingOrder.DISTANCE
    return MeetingQuery(filter=search.filter, order=order, first=search.limit, now=now)
