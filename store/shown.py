"""A meeting as it is shown: told by one list or, where several list it, by them together.

The source added first tells the facts, unless it has withdrawn its listing. A list that loses a meeting does not end
it; one that says that it does not meet casts doubt on those that say it does, for a locked door must not look open.
What a person says of any listing holds for the meeting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from meetings.making import maker
from meetings.model import MeetingStatus, SourceListing
from meetings.suspension import Suspension
from store.columns import instant_of
from store.meeting_rows import MeetingRow

_LISTED = frozenset({MeetingStatus.ACTIVE, MeetingStatus.UNCONFIRMED})
#: What tells which source was added first, and whether it still lists the meeting: smallest first.
Precedence = tuple[bool, str, str]

_source_listing = maker(SourceListing)


def precedence(row: MeetingRow) -> Precedence:
    """The order of listings of one meeting; `added_at` is the source's."""
    return row.status == MeetingStatus.WITHDRAWN, row.added_at, row.source_id


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


def suspension_of(row: MeetingRow) -> Suspension | None:
    """A person's word that lies beside this listing; None: there is none."""
    if row.suspended_from is None:
        return None
    last = None if row.suspended_until is None else date.fromisoformat(row.suspended_until)
    return Suspension(first=date.fromisoformat(row.suspended_from), last=last, note=row.suspended_note)


def shown_row(
    under: str, rows: Sequence[MeetingRow]
) -> tuple[MeetingRow, tuple[SourceListing, ...], tuple[Suspension, ...]]:
    """One row of a meeting's listings, who lists it, and its suspensions before the one of that row.

    `under` is the id it is shown under.
    """
    if len(rows) == 1:
        return rows[0], (listing_of(rows[0]),), ()
    ordered = sorted(rows, key=precedence)
    suspension, earlier = suspensions_together(filter(None, map(suspension_of, ordered)))
    told = ordered[0]._replace(
        id=under,
        status=shown_status([row.status for row in rows]),
        revision=sum(row.revision for row in rows),
        updated_at=max(row.updated_at for row in rows),
        seen_at=max(row.seen_at for row in rows),
        flagged_at=next((row.flagged_at for row in rows if row.flagged_at is not None), None),
        suspended_from=suspension.first.isoformat() if suspension else None,
        suspended_until=suspension.last.isoformat() if suspension and suspension.last else None,
        suspended_note=suspension.note if suspension else None,
    )
    listing = [row for row in ordered if row.status != MeetingStatus.WITHDRAWN]
    return told, tuple(map(listing_of, listing or ordered)), earlier


def listing_of(row: MeetingRow) -> SourceListing:
    """That its source lists it."""
    return _source_listing(row.source_id, row.source_key, row.url, instant_of(row.seen_at))
