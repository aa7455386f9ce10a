"""A meeting as it is shown: told by one list or, where several list it, by them together.

The source added first tells the facts, unless it has withdrawn its listing. A list that loses a meeting does not end
it; one that says that it does not meet casts doubt on those that say it does, for a locked door must not look open.
What a person says of any listing holds for the meeting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping

from meetings.model import MeetingStatus, SourceListing
from meetings.suspension import Suspension

_LISTED = frozenset({MeetingStatus.ACTIVE, MeetingStatus.UNCONFIRMED})
#: What tells which source was added first, and whether it still lists the meeting: smallest first.
Precedence = tuple[bool, datetime, str]

Row = RowMapping | Mapping[str, Any]


def precedence(row: Row) -> Precedence:
    """The order of listings of one meeting; `added_at` is the source's."""
    return row["status"] == MeetingStatus.WITHDRAWN, row["added_at"], row["source_id"]


def shown_status(told: Collection[str]) -> MeetingStatus:
    """How a meeting stands of which its lists tell these statuses."""
    listed = _LISTED.intersection(told)
    if MeetingStatus.SUSPENDED in told:
        # One list says that it does not meet and another that it does: nobody can tell which of them is right.
        return MeetingStatus.UNCONFIRMED if listed else MeetingStatus.SUSPENDED
    if MeetingStatus.ACTIVE in listed:
        return MeetingStatus.ACTIVE
    return MeetingStatus.UNCONFIRMED if listed else MeetingStatus.WITHDRAWN


def suspensions_together(told: Iterable[Suspension]) -> tuple[Suspension | None, tuple[Suspension, ...]]:
    """The suspension that lasts longest, which is shown, and those that begin before it, whose dates are cancelled too.

    Listings that were told apart may have been suspended each for itself.
    """
    ordered = sorted(told, key=lambda one: (-(one.last or date.max).toordinal(), one.first))
    if not ordered:
        return None, ()
    return ordered[0], tuple(one for one in ordered[1:] if one.first < ordered[0].first)


def suspension_of(row: Row) -> Suspension | None:
    """A person's word that lies beside this listing; None: there is none."""
    if row["suspended_from"] is None:
        return None
    return Suspension(first=row["suspended_from"], last=row["suspended_until"], note=row["suspended_note"])


def shown_row(under: str, rows: Sequence[Row]) -> tuple[Row, tuple[SourceListing, ...]]:
    """One row of a meeting's listings, with `seen_at` and `added_at`, and who lists it. `under` is the id shown."""
    if len(rows) == 1:
        return rows[0], (_listing(rows[0]),)
    ordered = sorted(rows, key=precedence)
    facts = dict(ordered[0])
    suspension, earlier = suspensions_together(filter(None, map(suspension_of, ordered)))
    facts |= {
        "id": under,
        "status": shown_status([row["status"] for row in rows]),
        "revision": sum(row["revision"] for row in rows),
        "updated_at": max(row["updated_at"] for row in rows),
        "seen_at": max(row["seen_at"] for row in rows),
        "flagged_at": next((row["flagged_at"] for row in rows if row["flagged_at"] is not None), None),
        "suspended_from": suspension and suspension.first,
        "suspended_until": suspension and suspension.last,
        "suspended_note": suspension and suspension.note,
        "also_suspended": earlier,
    }
    listing = [row for row in ordered if row["status"] != MeetingStatus.WITHDRAWN]
    return facts, tuple(_listing(row) for row in listing or ordered)


def _listing(row: Row) -> SourceListing:
    return SourceListing(
        source_id=row["source_id"], source_key=row["source_key"], url=row["url"], last_seen_at=row["seen_at"]
    )
