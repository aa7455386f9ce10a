"""What changed for whoever keeps a copy of what a filter matches: all of it at first, then what the log tells.

A copy is right whatever happens while it is made. Loading goes through the meetings by number, and what changes
meanwhile is told again afterwards; the log tells each meeting where it changed last, as the index shows it now. What
the index has not seen yet comes with a later page. Two things change without the log: for whom a suspension begins or
ends is told with each new day, and what a filter's words mean is part of its cursors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from meetings.errors import CursorExpired
from meetings.listing import id_from_number, number_from_id
from meetings.search import MeetingFilter
from search.change_cursors import CopyState, day_of, new_copy, question_of_copy, resumed_copy
from search.clock import DAY, EPOCH, Longs, instant_of, minute_of
from search.index import Index
from search.matching import sections
from search.times import ANY_TIME
from store.changes import Entry, added_after, last_change, latest_entries
from store.database import Reader
from store.suspensions import turning_suspensions

#: A suspension is judged by days of UTC, and begins and ends by those of the place: these are never further apart.
_AROUND = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesQuery:
    """One page of changes. `filter` judges no time, no text and no nearest; `now` in whole minutes, UTC.

    `asked` is the filter before ids were put in the place of others, lest a cursor end where two meetings became one.
    """

    asked: MeetingFilter
    filter: MeetingFilter
    first: int
    after: str | None = None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHit:
    """A meeting that changed, and whether it matches; `at`: when, None: it is told because it is there."""

    meeting_id: str
    matches: bool
    cursor: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """Some of the changes, in order. `end` is where to go on, also from an empty page."""

    hits: tuple[ChangeHit, ...]
    end: str
    has_next: bool


def find_changes(index: Index, read: Reader, query: ChangesQuery) -> ChangePage:
    """What changed since a cursor, or all that match; InvalidQuery, CursorExpired."""
    now, question, head = minute_of(query.now), question_of_copy(query.asked, index.columns), last_change(read)
    if query.after is None:
        return _loading(index, query, new_copy(question, index, head, now))
    copy = resumed_copy(query.after, question, now)
    if copy.number > head:
        raise CursorExpired("the cursor is ahead of this list, which was put back from a backup; start afresh")
    if copy.loaded is not None:
        return _loading(index, query, copy.seen(index, head))
    return _turning(index, read, query, copy) or _following(index, read, query, copy, head)


def _loading(index: Index, query: ChangesQuery, copy: CopyState) -> ChangePage:
    """All that match, by number."""
    numbers = _matching_numbers(index, query.filter)
    last = -1 if copy.loaded is None else copy.loaded
    ahead = np.sort(numbers[numbers > last])
    shown = [int(number) for number in ahead[: query.first]]
    hits = tuple(
        ChangeHit(meeting_id=id_from_number(number), matches=True, cursor=replace(copy, loaded=number).cursor, at=None)
        for number in shown
    )
    if len(ahead) > len(shown):
        return ChangePage(hits=hits, end=hits[-1].cursor, has_next=True)
    done = replace(copy, loaded=None)
    return ChangePage(hits=hits, end=done.cursor, has_next=_behind(index, done))


def _behind(index: Index, copy: CopyState) -> bool:
    return index.change > copy.number or day_of(index) > copy.day


def _turning(index: Index, read: Reader, query: ChangesQuery, copy: CopyState) -> ChangePage | None:
    """The meetings for which a suspension began or ended with the days since; None: there is none."""
    to = day_of(index) if copy.turning_to is None else min(copy.turning_to, day_of(index))
    if to <= copy.day:
        return None
    found = turning_suspensions(read, _date(copy.day) - _AROUND, _date(to) + _AROUND)
    last = -1 if copy.turned is None else copy.turned
    ahead = [number for number in sorted(map(_number, found)) if number > last]
    if not ahead:
        return _turning(index, read, query, replace(copy, day=to, turned=None, turning_to=None))
    ids = [id_from_number(number) for number in ahead[: query.first]]
    matching = matching_ids(index, query.filter, ids)
    at = instant_of(to * DAY)
    hits = tuple(
        ChangeHit(
            meeting_id=id,
            matches=id in matching,
            cursor=replace(copy, turned=_number(id), turning_to=to).cursor,
            at=at,
        )
        for id in ids
    )
    if len(ahead) > len(ids):
        return ChangePage(hits=hits, end=hits[-1].cursor, has_next=True)
    done = replace(copy, day=to, turned=None, turning_to=None)
    return ChangePage(hits=hits, end=done.cursor, has_next=_behind(index, done))


def _date(day: int) -> date:
    return EPOCH.date() + timedelta(days=day)


def _number(id: str) -> int:
    number = number_from_id(id)
    assert number is not None, "the store holds no other ids"
    return number


def _following(index: Index, read: Reader, query: ChangesQuery, copy: CopyState, head: int) -> ChangePage:
    """What the log tells that the index has seen."""
    copy = replace(copy, day=day_of(index), turned=None, turning_to=None)
    until = min(index.change, head)
    entries = latest_entries(read, after=copy.number, until=until, first=query.first + 1)
    shown = entries[: query.first]
    ids = [entry.meeting_id for entry in shown]
    matching = matching_ids(index, query.filter, ids)
    # What came after all that the copy has, and does not match, is none of its concern.
    unknown = added_after(read, [id for id in ids if id not in matching], max(copy.number, copy.newest))
    hits = tuple(
        ChangeHit(
            meeting_id=entry.meeting_id,
            matches=entry.meeting_id in matching,
            cursor=_after(copy, entry).cursor,
            at=entry.at,
        )
        for entry in shown
        if entry.meeting_id not in unknown
    )
    if len(entries) > len(shown):
        return ChangePage(hits=hits, end=_after(copy, shown[-1]).cursor, has_next=True)
    issued = minute_of(query.now) if until == head else max(copy.issued, index.built_at)
    done = replace(copy, number=max(copy.number, until), issued=issued)
    return ChangePage(hits=hits, end=done.cursor, has_next=False)


def _after(copy: CopyState, entry: Entry) -> CopyState:
    """After this entry of the log; what follows it is kept for so long."""
    return replace(copy, number=entry.number, issued=minute_of(entry.at))


def matching_ids(index: Index, wanted: MeetingFilter, ids: Sequence[str]) -> set[str]:
    """Those of these ids that the filter matches, time aside."""
    chosen = frozenset(ids) if wanted.ids is None else wanted.ids.intersection(ids)
    numbers = _matching_numbers(index, replace(wanted, ids=chosen))
    return {id_from_number(number) for number in numbers.tolist()}


def _matching_numbers(index: Index, wanted: MeetingFilter) -> Longs:
    rows = [section.rows for section in sections(index, wanted, ANY_TIME)]
    return index.columns.rows.number.take(np.concatenate(rows))
