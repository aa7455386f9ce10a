"""One page of the meetings that match, in a stable total order: section, the order's key, folded name, id."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np

from meetings.search import MeetingFilter, MeetingOrder, MeetingQuery, Page
from search.clock import NEVER, Longs, instant_of, minute_of
from search.cursors import Asked, Position, resume
from search.hits import Hits, hits_of, no_hits
from search.index import Index
from search.matching import Kept, Matches, distances, kept_sections, taken
from search.ordering import LAST, name_ranks, smallest
from search.rules import BY_APPOINTMENT
from search.strings import rank_of
from search.times import time_test


def find_meetings(index: Index, query: MeetingQuery) -> Page:
    """The meetings that a filter keeps, a page of them; `total` counts all."""
    asked, after = asked_at_first(query)
    wanted = query.filter if after is None else with_window(query.filter, asked.window)
    by_time = time_test(index, wanted.time, asked.now, always=query.order is MeetingOrder.NEXT_START)
    found = kept_sections(index, wanted, by_time)
    parts: list[Hits] = []
    left = query.first + 1
    for number, section in enumerate(found):
        if left and (after is None or number >= after.section):
            here = after if after is not None and number == after.section else None
            parts.append(_hits(index, query, section, asked, number, left, here))
            left -= len(parts[-1])
    hits = reduce(add, parts) if parts else no_hits(index.columns, asked)
    return Page(
        hits=hits if left else hits[:-1],
        has_next=not left,
        has_previous=after is not None,
        total=sum(map(Kept.total, found)),
    )


def asked_at_first(query: MeetingQuery) -> tuple[Asked, Position | None]:
    """The question as it was on the first page, and where to go on; InvalidQuery, CursorExpired."""
    window = query.filter.time.window
    asked = Asked(
        order=query.order.value,
        filter=query.filter,
        now=minute_of(query.now),
        window=None if window is None else (minute_of(window[0]), minute_of(window[1])),
    )
    return (asked, None) if query.after is None else resume(query.after, asked)


def with_window(asked: MeetingFilter, window: tuple[int, int] | None) -> MeetingFilter:
    """The filter with the window that a cursor kept."""
    if window is None:
        return asked
    return replace(asked, time=replace(asked.time, window=(instant_of(window[0]), instant_of(window[1]))))


def _hits(
    index: Index, query: MeetingQuery, section: Kept, asked: Asked, number: int, count: int, after: Position | None
) -> Hits:
    """The first matches of a section that come after a position."""
    columns, order = index.columns, query.order
    if after is not None and order is MeetingOrder.NAME:
        # A name's rank is of one generation only.
        rank, known = rank_of(columns.names, after.name)
        after = after._replace(key=rank if known else rank - 1)
    if order is MeetingOrder.NEXT_START:
        found = section.soonest(count, asked.now, None if after is None else after.key)
    elif order is MeetingOrder.DISTANCE and after is None:
        found = section.nearest(count)
    else:
        found = section.matches()
    keys = _keys(index, found, order, query.filter.text)
    places = smallest(columns, found.rows, keys, count, after)
    shown = taken(found, places)
    starts = shown.starts
    if starts is None:
        starts = index.timetable.next_held(columns.rows.schedule.take(shown.rows), asked.now)
    return hits_of(columns, shown, number, keys.take(places), starts, asked)


def _keys(index: Index, found: Matches, order: MeetingOrder, text: str | None) -> Longs:
    columns, rows = index.columns, found.rows
    match order:
        case MeetingOrder.NAME:
            return name_ranks(columns, rows)
        case MeetingOrder.WEEK:
            codes = columns.rows.schedule.take(rows)
            week_minutes = columns.schedules.week_minute.take(codes).astype(np.int64)
            return np.where(codes == BY_APPOINTMENT, LAST, week_minutes)
        case MeetingOrder.NEXT_START:
            starts = np.full(len(rows), NEVER) if found.starts is None else found.starts
            return np.where(starts == NEVER, LAST, starts)
        case MeetingOrder.DISTANCE:
            return distances(found)
        case MeetingOrder.RELEVANCE:
            return (
                np.zeros(len(rows), np.int64) if text is None else -index.said(text).scores.take(rows).astype(np.int64)
            )
