"""A meeting as it is shown: told by one list or, where several list it, by them together.

The source added first tells the facts, unless it has withdrawn its listing; how it stands is what the best of them
says, for a list that loses a meeting does not end it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from meetings.model import MeetingStatus, SourceListing

#: The first of these that any listing has is the meeting's.
STATUSES = (MeetingStatus.ACTIVE, MeetingStatus.UNCONFIRMED, MeetingStatus.SUSPENDED, MeetingStatus.WITHDRAWN)
_SUSPENSION = ("suspended_from", "suspended_until", "suspended_note")
#: What tells which source was added first, and whether it still lists the meeting: smallest first.
Precedence = tuple[bool, datetime, str]

Row = RowMapping | Mapping[str, Any]


def precedence(row: Row) -> Precedence:
    """The order of listings of one meeting; `added_at` is the source's."""
    return row["status"] == MeetingStatus.WITHDRAWN, row["added_at"], row["source_id"]


def shown_row(under: str, rows: Sequence[Row]) -> tuple[Row, tuple[SourceListing, ...]]:
    """One row of a meeting's listings, with `seen_at` and `added_at`, and who lists it. `under` is the id shown."""
    if len(rows) == 1:
        return rows[0], (_listing(rows[0]),)
    ordered = sorted(rows, key=precedence)
    facts = dict(ordered[0])
    # A person speaks of what is shown; where the listings were told apart before, of one of them.
    suspended = next((row for row in _own_first(under, ordered) if row["suspended_from"] is not None), facts)
    facts |= {
        "id": under,
        "status": min((row["status"] for row in rows), key=STATUSES.index),
        "revision": sum(row["revision"] for row in rows),
        "updated_at": max(row["updated_at"] for row in rows),
        "seen_at": max(row["seen_at"] for row in rows),
        "flagged_at": next((row["flagged_at"] for row in rows if row["flagged_at"] is not None), None),
        **{name: suspended[name] for name in _SUSPENSION},
    }
    listing = [row for row in ordered if row["status"] != MeetingStatus.WITHDRAWN]
    return facts, tuple(_listing(row) for row in listing or ordered)


def _own_first(under: str, rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["id"] != under)


def _listing(row: Row) -> SourceListing:
    return SourceListing(
        source_id=row["source_id"], source_key=row["source_key"], url=row["url"], last_seen_at=row["seen_at"]
    )
