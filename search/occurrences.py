"""One page of dated occurrences, soonest first, cancelled ones too: start, then folded name, then id.

Only as much of the window is looked at as fills the page: a worldwide week has more occurrences than meetings.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from meetings.listing import id_from_number
from meetings.search import Hit, OccurrenceQuery, Page
from search.clock import DAY, NEVER, Flags, Ints, Longs, instant_of, minute_of
from search.cursors import Asked, Position, cursor_of, question_of, resume
from search.geo import kilometres
from search.hours import Judgement, judgement_of
from search.index import Index
from search.matching import FAR, Matches, TimeTest, by_code, joined, sections
from search.ordering import name_of, positions_after, smallest
from search.schedules import Span, all_accepted, first_accepted


def find_occurrences(index: Index, query: OccurrenceQuery) -> Page:
    """The occurrences of the meetings that a filter keeps, a page of them, not counted."""
    asked, after = _asked(query)
    span = _span(asked, query)
    rest = span if after is None else replace(span, first=min(max(span.first, after.key), span.last))
    judgement = judgement_of(query.filter.time, index.columns.zones)
    # What is nearest does not change from page to page; all else need only be looked for from the cursor on.
    tested = rest if query.filter.place.nearest is None else span
    found = joined(sections(index, query.filter, _time_test(index, tested, judgement)))
    at, starts = _soonest(index, found, rest, judgement, query.first + 1, after)
    hits = _hits(index, found, at, starts, asked, query.first + 1, after)
    return Page(
        hits=tuple(hits[: query.first]), has_next=len(hits) > query.first, has_previous=after is not None, total=None
    )


def _span(asked: Asked, query: OccurrenceQuery) -> Span:
    first, last = asked.window or (minute_of(query.start), minute_of(query.until))
    if query.include_in_progress:
        # Meetings last less than a day.
        return Span(first=first - DAY + 1, last=last, running_at=first, cancelled=True)
    return Span(first=first, last=last, cancelled=True)


def _asked(query: OccurrenceQuery) -> tuple[Asked, Position | None]:
    asked = Asked(
        order="OCCURRENCES_AND_RUNNING" if query.include_in_progress else "OCCURRENCES",
        question=question_of(query.filter),
        now=minute_of(query.now),
        window=(minute_of(query.start), minute_of(query.until)),
    )
    return (asked, None) if query.after is None else resume(query.after, asked)


def _time_test(index: Index, span: Span, judgement: Judgement) -> TimeTest:
    def by_time(rows: Longs) -> tuple[Flags | None, Ints | None]:
        starts = _firsts(index, rows, span, judgement)
        return starts != NEVER, starts

    return by_time


def _firsts(index: Index, rows: Longs, span: Span, judgement: Judgement) -> Ints:
    columns = index.columns

    def first(codes: Ints) -> Ints:
        return first_accepted(columns.schedules, columns.zones, codes, span, judgement)

    return by_code(index, columns.rows.schedule.take(rows), ("occurrences", span, judgement), first)


def _soonest(
    index: Index, found: Matches, span: Span, judgement: Judgement, count: int, after: Position | None
) -> tuple[Longs, Ints]:
    """Enough accepted occurrences to fill a page from the position on: (places in found, starts), unsorted.

    As many rows as the page holds start first at or before some moment: nothing after it can be on the page.
    """
    columns = index.columns
    firsts = _firsts(index, found.rows, span, judgement)
    later = np.flatnonzero(firsts != NEVER)
    if after is not None:
        later = positions_after(columns, found.rows, firsts.astype(np.int64), after)
        later = later[firsts.take(later) != NEVER]
    if len(later) >= count:
        edge = int(np.partition(firsts.take(later), count - 1)[count - 1])
        span = replace(span, last=min(span.last, edge + 1))
    at = np.flatnonzero(firsts < span.last)
    codes = columns.rows.schedule.take(found.rows.take(at))
    places, starts = all_accepted(columns.schedules, columns.zones, codes, span, judgement)
    return at.take(places), starts


def _hits(
    index: Index, found: Matches, at: Longs, starts: Ints, asked: Asked, count: int, after: Position | None
) -> list[Hit]:
    columns = index.columns
    rows = found.rows.take(at)
    places = smallest(columns, rows, starts.astype(np.int64), count, after)
    squares = np.full(len(places), FAR) if found.squares is None else found.squares.take(at.take(places))
    rows = rows.take(places)
    told = zip(
        rows.tolist(), columns.rows.number.take(rows).tolist(), starts.take(places).tolist(), squares.tolist(),
        strict=True,
    )  # fmt: skip
    return [
        Hit(
            meeting_id=id_from_number(number),
            cursor=cursor_of(asked, Position(0, start, name_of(columns, row), number)),
            distance_km=None if square == FAR else kilometres(square),
            starts_at=instant_of(start),
        )
        for row, number, start, square in told
    ]
