"""One page of dated occurrences, soonest first, cancelled ones too: start, then folded name, then id.

Only as much of the window is looked at as fills the page: a worldwide week has more occurrences than meetings.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from meetings.search import MeetingFilter, OccurrenceQuery, Page
from search.clock import DAY, NEVER, Flags, Ints, Longs, minute_of
from search.cursors import Asked, Position, resume
from search.hits import Hits, hits_of
from search.hours import Judgement, judgement_of
from search.index import Index
from search.matching import Matches, joined, sections, taken
from search.ordering import positions_after, smallest
from search.schedules import Span, all_accepted, first_accepted
from search.times import TimeTest

#: How far ahead is looked first, and then, in minutes.
_STEPS = (60, DAY)


def find_occurrences(index: Index, query: OccurrenceQuery) -> Page:
    """The occurrences of the meetings that a filter keeps, a page of them, not counted."""
    asked, after = _asked(query)
    first, last = asked.window or (minute_of(query.start), minute_of(query.until))
    judgement = judgement_of(query.filter.time, index.calendar.zones, first if query.include_in_progress else None)
    # Meetings last less than a day.
    span = Span(first=first - DAY + 1 if query.include_in_progress else first, last=last, cancelled=True)
    rest = span if after is None else replace(span, first=min(max(span.first, after.key), span.last))
    for near_future in _steps(query.filter, rest):
        # What is nearest does not change from page to page; all else need only be looked for from the cursor on.
        tested = near_future if query.filter.place.nearest is None else span
        hits = _hits(index, query, asked, near_future, tested, judgement, after)
        if len(hits) > query.first:
            break
    return Page(hits=hits[: query.first], has_next=len(hits) > query.first, has_previous=after is not None, total=None)


def _steps(asked: MeetingFilter, span: Span) -> list[Span]:
    """The beginning of the span, then more of it, then all: of the whole world an hour fills a page."""
    place = asked.place
    if (place.near, place.box, place.named, asked.ids, asked.text) != (None, None, None, None, None):
        return [span]
    return [*(replace(span, last=span.first + step) for step in _STEPS if span.first + step < span.last), span]


def _hits(
    index: Index,
    query: OccurrenceQuery,
    asked: Asked,
    span: Span,
    tested: Span,
    judgement: Judgement,
    after: Position | None,
) -> Hits:
    """The first that start in the span, one more than a page holds, if there are so many."""
    count = query.first + 1
    found = joined(sections(index, query.filter, _time_test(index, tested, judgement)))
    at, starts = _soonest(index, found, span, judgement, count, after)
    reached, keys = taken(found, at), starts.astype(np.int64)
    places = smallest(index.columns, reached.rows, keys, count, after)
    return hits_of(index.columns, taken(reached, places), 0, keys.take(places), starts.take(places), asked)


def _asked(query: OccurrenceQuery) -> tuple[Asked, Position | None]:
    asked = Asked(
        order="OCCURRENCES_AND_RUNNING" if query.include_in_progress else "OCCURRENCES",
        filter=query.filter,
        now=minute_of(query.now),
        window=(minute_of(query.start), minute_of(query.until)),
    )
    return (asked, None) if query.after is None else resume(query.after, asked)


def _time_test(index: Index, span: Span, judgement: Judgement) -> TimeTest:
    def held(codes: Ints) -> tuple[Flags, Ints]:
        starts = _firsts(index, codes, span, judgement)
        return starts != NEVER, starts

    return TimeTest(judge=held)


def _firsts(index: Index, codes: Ints, span: Span, judgement: Judgement) -> Ints:
    calendar = index.calendar
    return index.timetable.told(codes, (span, judgement), lambda of: first_accepted(calendar, of, span, judgement))


def _soonest(
    index: Index, found: Matches, span: Span, judgement: Judgement, count: int, after: Position | None
) -> tuple[Longs, Ints]:
    """Enough accepted occurrences to fill a page from the position on: (places in found, starts), unsorted.

    As many rows as the page holds start first at or before some moment: nothing after it can be on the page.
    """
    firsts = _firsts(index, index.columns.rows.schedule.take(found.rows), span, judgement)
    later = firsts
    if after is not None:
        later = firsts.take(positions_after(index.columns, found.rows, firsts.astype(np.int64), after))
    if len(later) >= count:
        edge = int(np.partition(later, count - 1)[count - 1])
        span = replace(span, last=min(span.last, edge + 1))
    at = np.flatnonzero(firsts < span.last)
    codes = index.columns.rows.schedule.take(found.rows.take(at))
    places, starts = all_accepted(index.calendar, codes, span, judgement)
    return at.take(places), starts
