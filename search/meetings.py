"""One page of the meetings that match, in a stable total order: section, the order's key, folded name, id."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from meetings.search import MeetingFilter, MeetingOrder, MeetingQuery, Page, TimeFilter
from search.clock import NEVER, Flags, Ints, Longs, instant_of, minute_of
from search.cursors import Asked, Position, resume
from search.geo import distance_keys
from search.hits import Hits, hits_of, no_hits
from search.index import Index
from search.matching import FAR, Matches, TimeTest, accepted_starts, next_held, sections, taken
from search.ordering import LAST, name_ranks, smallest
from search.rules import BY_APPOINTMENT
from search.strings import rank_of


def find_meetings(index: Index, query: MeetingQuery) -> Page:
    """The meetings that a filter keeps, a page of them; `total` counts all."""
    asked, after = asked_at_first(query)
    wanted = with_window(query.filter, asked.window)
    by_time = time_test(index, wanted.time, asked.now, always=query.order is MeetingOrder.NEXT_START)
    found = sections(index, wanted, by_time)
    hits = no_hits(index.columns, asked)
    for number, section in enumerate(found):
        if after is None or number >= after.section:
            here = after if after is not None and number == after.section else None
            hits += _hits(index, section, asked, number, query.first + 1 - len(hits), here, wanted.text)
    return Page(
        hits=hits[: query.first],
        has_next=len(hits) > query.first,
        has_previous=after is not None,
        total=sum(len(section.rows) for section in found),
    )


def asked_at_first(query: MeetingQuery) -> tuple[Asked, Position | None]:
    """The question as it was on the first page, and where to go on; CursorExpired."""
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


def time_test(index: Index, time: TimeFilter, now: int, *, always: bool) -> TimeTest:
    """Judges rows by the start of which the filter speaks; `always`: starts are wanted even if none does."""
    schedule = index.columns.rows.schedule

    def by_time(rows: Longs) -> tuple[Flags | None, Ints | None]:
        codes = schedule.take(rows)
        if time.judges_starts:
            starts = accepted_starts(index, codes, time, now)
            return starts != NEVER, starts
        if time.excluded_days:
            # What does not start any more, or by appointment, starts on no excluded day.
            starts = accepted_starts(index, codes, time, now)
            return (starts != NEVER) | (next_held(index, codes, now) == NEVER), starts
        return None, next_held(index, codes, now) if always else None

    return by_time


def _hits(
    index: Index, section: Matches, asked: Asked, number: int, count: int, after: Position | None, text: str | None
) -> Hits:
    """The first matches of a section that come after a position."""
    columns = index.columns
    keys = _keys(index, section, MeetingOrder(asked.order), text)
    if after is not None and asked.order == MeetingOrder.NAME:
        # A name's rank is of one generation only.
        rank, known = rank_of(columns.names, after.name)
        after = after._replace(key=rank if known else rank - 1)
    places = smallest(columns, section.rows, keys, count, after)
    shown = taken(section, places)
    codes = columns.rows.schedule.take(shown.rows)
    starts = next_held(index, codes, asked.now) if shown.starts is None else shown.starts
    return hits_of(columns, shown, number, keys.take(places), starts, asked)


def _keys(index: Index, section: Matches, order: MeetingOrder, text: str | None) -> Longs:
    columns, rows = index.columns, section.rows
    match order:
        case MeetingOrder.NAME:
            return name_ranks(columns, rows)
        case MeetingOrder.WEEK:
            codes = columns.rows.schedule.take(rows)
            week_minutes = columns.schedules.week_minute.take(codes).astype(np.int64)
            return np.where(codes == BY_APPOINTMENT, LAST, week_minutes)
        case MeetingOrder.NEXT_START:
            starts = np.full(len(rows), NEVER) if section.starts is None else section.starts
            return np.where(starts == NEVER, LAST, starts)
        case MeetingOrder.DISTANCE:
            return _distances(section)
        case MeetingOrder.RELEVANCE:
            return (
                np.zeros(len(rows), np.int64) if text is None else -index.said(text).scores.take(rows).astype(np.int64)
            )


def _scores(index: Index, section: Matches, text: str | None) -> Longs:
    if text is None:
        return np.zeros(len(section.rows), np.int64)
    return index.said(text).scores.take(section.rows).astype(np.int64)


def _distances(section: Matches) -> Longs:
    if section.squares is None:
        return np.full(len(section.rows), LAST)
    known = section.squares != FAR
    return np.where(known, distance_keys(np.where(known, section.squares, 0.0)), LAST)
