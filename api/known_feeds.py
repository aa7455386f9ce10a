"""Feeds as they were when they were last rendered, so that a program that has one is told so without rendering it.

A feed is as before while nothing has changed of its schedule, of what its searches find and, as the read index tells,
of any of its meetings. Nothing else goes into it but the month it begins in.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from meetings.ical import Feed
from meetings.schedule import SavedSearch, Schedule
from meetings.series import anchor_of
from search.editions import editions_of_numbers, numbers_of_ids
from search.index import Index
from search.saved import found_by

Found = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownFeed:
    """What a feed was made of, and its validators; `last_modified` None where no date tells.

    `numbers` are those behind its meetings' ids.
    """

    changes: int
    anchor: date
    numbers: NDArray[np.int64]
    editions: bytes
    searches: tuple[SavedSearch, ...]
    found: Found
    etag: str
    last_modified: datetime | None

    def is_as_before(self, index: Index, changes: int, now: datetime) -> bool:
        """Whether it would be the same bytes, of a schedule that has changed so many times; `now` in whole minutes."""
        return (
            (self.changes, self.anchor) == (changes, anchor_of(now))
            and (not self.searches or found_by(index, self.searches, now) == self.found)
            and editions_of_numbers(index, self.numbers) == self.editions
        )


def known_feed(schedule: Schedule, found: Found, feed: Feed, index: Index, now: datetime) -> KnownFeed | None:
    """What to remember of a feed that was rendered of this `schedule`, its searches' finds among its entries.

    None where the index does not know all of its meetings under the ids by which the schedule does.
    """
    numbers = numbers_of_ids(entry.meeting_id for entry in schedule.entries)
    editions = editions_of_numbers(index, numbers)
    if editions is None or feed.skipped:
        return None
    return KnownFeed(
        changes=schedule.changes,
        anchor=anchor_of(now),
        numbers=numbers,
        editions=editions,
        searches=schedule.searches,
        found=found,
        etag=feed.etag,
        last_modified=feed.last_modified,
    )


@dataclass(slots=True)
class KnownFeeds:
    """What is remembered of the feeds that were rendered last, by the hashes of their tokens; threads may share it."""

    most: int
    _known: OrderedDict[str, KnownFeed] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, token_hash: str) -> KnownFeed | None:
        """What is remembered of one."""
        with self._lock:
            found = self._known.get(token_hash)
            if found is not None:
                self._known.move_to_end(token_hash)
            return found

    def put(self, token_hash: str, feed: KnownFeed | None) -> None:
        """Remember one, or nothing of it any more."""
        with self._lock:
            self._known.pop(token_hash, None)
            if feed is not None:
                self._known[token_hash] = feed
            while len(self._known) > self.most:
                self._known.popitem(last=False)
