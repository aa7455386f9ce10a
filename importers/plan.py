"""What an import would change: pure, from the listings a source now tells and those we hold of it.

A listing is known again by key and content, else by content, else by key; else it is new. What is held and not told
is missing, and withdrawn only after several good imports and days. A plan that leaves too much absent is held for a
person, whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from meetings.listing import (
    Hashes,
    Listing,
    Parsed,
    Rejected,
    hashes_of,
    id_from_number,
    number_from_id,
    number_of,
)
from meetings.model import MeetingStatus, Weekday
from meetings.source import Held, ImportCounts, ImportLimits, ImportPlan, Placed

#: Begins the key of a listing that is known only by its content; no source's key is taken for one.
CONTENT_PREFIX = "~"
USUAL_LIMITS = ImportLimits()
_NONE: Iterator[Hashes] = iter(())
_SHOWN = frozenset({MeetingStatus.ACTIVE, MeetingStatus.UNCONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A listing with the key and hashes by which it is looked for."""

    listing: Listing
    key: str
    content_key: str
    fingerprint: str


class _Absent(NamedTuple):
    """Held and not told: now for the first time, before too, and those of both that are withdrawn by this plan."""

    newly: tuple[Held, ...]
    longer: tuple[Held, ...]
    withdrawn: tuple[Held, ...]


def is_readable(parsed: Parsed) -> bool:
    """Whether anything in it could be read; if not, it is another format, whatever is held meanwhile."""
    return bool(parsed.listings) or any(one.unpublished for one in parsed.rejected)


def plan_import(
    parsed: Parsed,
    held: Sequence[Held],
    *,
    source_id: str,
    now: datetime,
    limits: ImportLimits = USUAL_LIMITS,
    confirm: bool = False,
    same_as: ImportCounts | None = None,
) -> ImportPlan:
    """The plan; `confirm`: a person has agreed that what is absent is gone.

    With `same_as`, the counts of the last import, the source told the same again: only time goes on.
    """
    if same_as is not None:
        longer = [one for one in held if one.missing_since is not None]
        return _unmodified(source_id, same_as, _absent(longer, now=now, limits=limits, confirm=confirm))
    told = _told(parsed)
    known = _known_again(told, held)
    added, changed, unchanged = _sorted_by_change(told, known, held, source_id)
    unpublished, kept = _rejected_records(parsed.rejected, held, {one.meeting_id for one in known.values()})
    suspended = [one for one in unpublished if one.status in _SHOWN or one.missing_since is not None]
    accounted = {one.meeting_id for one in (*known.values(), *unpublished, *kept)}
    left = (one for one in held if one.meeting_id not in accounted)
    absent = _absent(left, now=now, limits=limits, confirm=confirm)
    gone = dict.fromkeys(_ids(absent.withdrawn))
    plan = ImportPlan(
        source_id=source_id,
        added=added,
        changed=changed,
        unchanged=unchanged,
        suspended=_ids(suspended),
        returned=_ids(one for one in kept if one.missing_since is not None and one.status != MeetingStatus.WITHDRAWN),
        missing=_ids(one for one in absent.newly if one.meeting_id not in gone),
        withdrawn=tuple(gone),
        service_bodies=parsed.service_bodies,
        findings=parsed.findings,
        held=None if confirm else _hold_reason(held, absent, sum(one.status in _SHOWN for one in suspended), limits),
    )
    return replace(plan, counts=_counts(plan, parsed, missing=len(absent.newly)))


def _counts(plan: ImportPlan, parsed: Parsed, *, missing: int) -> ImportCounts:
    """The figures; `missing` are those newly absent, withdrawn at once or not."""
    return ImportCounts(
        received=parsed.received,
        added=len(plan.added),
        changed=len(plan.changed),
        unchanged=len(plan.unchanged),
        rejected=len(parsed.rejected),
        missing=missing,
        withdrawn=len(plan.withdrawn),
    )


def _unmodified(source_id: str, last: ImportCounts, absent: _Absent) -> ImportPlan:
    withdrawn = _ids(absent.withdrawn)
    counts = ImportCounts(
        received=last.received,
        unchanged=last.received - last.rejected,
        rejected=last.rejected,
        withdrawn=len(withdrawn),
    )
    return ImportPlan(source_id=source_id, withdrawn=withdrawn, counts=counts)


# --- Which is which -----------------------------------------------------------------------------


def _told(parsed: Parsed) -> list[_Told]:
    """Each listing with its key; repeats of one content are numbered in an order that the list's own cannot change."""
    told: list[_Told] = []
    known = {where: iter(hashes) for where, hashes in parsed.hashes.items()}
    for listing in parsed.listings:
        content, told_hash = next(known.get(listing.where, _NONE), None) or hashes_of(listing)
        told.append(_Told(listing=listing, key=listing.key or "", content_key=content, fingerprint=told_hash))
    nameless: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(told):
        if one.listing.key is None:
            nameless[one.content_key].append(number)
    for content, numbers in nameless.items():
        for ordinal, number in enumerate(sorted(numbers, key=lambda n: told[n].fingerprint), start=1):
            suffix = f"+{ordinal}" if ordinal > 1 else ""
            told[number] = replace(told[number], key=f"{CONTENT_PREFIX}{content}{suffix}")
    return told


def _known_again(told: Sequence[_Told], held: Sequence[Held]) -> dict[int, Held]:
    """Which held listing each told one is, by its number; those that are not here are new."""
    known: dict[int, Held] = {}
    free = {one.meeting_id: one for one in held}
    by_key = attrgetter("key")
    same: tuple[Callable[[_Told | Held], Hashable], ...] = (
        lambda one: (one.key, one.content_key),
        lambda one: (one.content_key, one.fingerprint),
        lambda one: one.content_key,
        by_key,
    )
    for sameness in same if free else ():
        waiting: dict[Hashable, list[Held]] = defaultdict(list)
        # From the end are taken: what was there last time before what was missing, then what is withdrawn.
        order = sorted(free.values(), key=_likelihood, reverse=True)
        for one in order:
            waiting[sameness(one)].append(one)
        left = {number: sameness(told_one) for number, told_one in enumerate(told) if number not in known}
        several = Counter(left.values())
        for number, same_as in left.items():
            candidates = waiting[same_as]
            # A key that stands for an hour at a place may be several meetings': then it says too little by itself.
            if candidates and (sameness is not by_key or (several[same_as] == 1 and _is_one_likely(candidates))):
                known[number] = candidates.pop()
                del free[known[number].meeting_id]
    return known


def _is_one_likely(candidates: Sequence[Held]) -> bool:
    """Whether the last of these, ordered by likelihood, is likelier than all others."""
    return len(candidates) == 1 or _likelihood(candidates[-1])[:2] != _likelihood(candidates[-2])[:2]


def _likelihood(one: Held) -> tuple[bool, bool, str]:
    return one.status == MeetingStatus.WITHDRAWN, one.missing_since is not None, one.key


def _sorted_by_change(
    told: Sequence[_Told], known: dict[int, Held], held: Sequence[Held], source_id: str
) -> tuple[tuple[Placed, ...], tuple[Placed, ...], tuple[str, ...]]:
    """What is new, what changed, and the ids of what did not."""
    taken = {id_ for one in held for id_ in one.ids} | {one.meeting_id for one in held}
    added, changed, unchanged = [], [], []
    for number, one in enumerate(told):
        before = known.get(number)
        if before is None:
            added.append(_placed(one, _brought_id(one.listing, taken) or _free_id(source_id, one.key, taken)))
        elif _is_unchanged(one, before):
            unchanged.append(before.meeting_id)
        else:
            changed.append(_placed(one, before.meeting_id))
    return tuple(added), tuple(changed), tuple(unchanged)


def _is_unchanged(told: _Told, before: Held) -> bool:
    same = told.key == before.key and told.fingerprint == before.fingerprint and told.content_key == before.content_key
    return same and before.status == told.listing.status and before.missing_since is None


def _placed(told: _Told, meeting_id: str) -> Placed:
    return Placed(
        meeting_id=meeting_id,
        key=told.key,
        listing=told.listing,
        content_key=told.content_key,
        fingerprint=told.fingerprint,
    )


def _brought_id(listing: Listing, taken: set[str]) -> str | None:
    """The id it was shown under where it comes from, if no meeting of the source ever had it; taken from now on."""
    brought = next(iter(listing.ids), None)
    if brought is None or brought in taken or number_from_id(brought) is None:
        return None
    taken.add(brought)
    return brought


def _free_id(source_id: str, key: str, taken: set[str]) -> str:
    """The first id of this key that no meeting of the source ever had; it is taken from now on."""
    salt = 0
    while (found := id_from_number(number_of(source_id, key, salt))) in taken:
        salt += 1
    taken.add(found)
    return found


# --- What is absent -----------------------------------------------------------------------------


def _rejected_records(
    rejected: Iterable[Rejected], held: Sequence[Held], matched: set[str]
) -> tuple[list[Held], list[Held]]:
    """What we hold of rejected records: no longer published, and kept as it is."""
    of_record: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        if one.meeting_id not in matched:
            of_record[one.key].append(one)
            record_key, _, day = one.key.rpartition("/")
            if day in Weekday.__members__:
                of_record[record_key].append(one)
    unpublished: dict[str, Held] = {}
    kept: dict[str, Held] = {}
    for record in rejected:
        for one in of_record[record.record_key] if record.record_key else ():
            (unpublished if record.unpublished else kept)[one.meeting_id] = one
    # A key that stands twice, once published: what can be kept is kept.
    return [one for id_, one in unpublished.items() if id_ not in kept], list(kept.values())


def _absent(left: Iterable[Held], *, now: datetime, limits: ImportLimits, confirm: bool) -> _Absent:
    here = [one for one in left if one.status != MeetingStatus.WITHDRAWN]
    newly = tuple(one for one in here if one.missing_since is None)
    longer = tuple(one for one in here if one.missing_since is not None)
    withdrawn = tuple(one for one in here if confirm or _is_long_absent(one, now, limits))
    return _Absent(newly, longer, withdrawn)


def _is_long_absent(one: Held, now: datetime, limits: ImportLimits) -> bool:
    runs = one.missing_runs + 1
    return runs >= limits.withdraw_after_runs and now - (one.missing_since or now) >= limits.withdraw_after


def _hold_reason(held: Sequence[Held], absent: _Absent, suspended: int, limits: ImportLimits) -> str | None:
    """Why a person must look at this first; None: nothing of the kind."""
    known = sum(one.status != MeetingStatus.WITHDRAWN for one in held)
    gone = len(absent.newly) + len(absent.longer) + suspended
    if not known or not gone:
        return None
    share = gone / known
    if not (share > limits.absent_most or (share > limits.absent_share and gone > limits.absent_count)):
        return None
    return (
        f"{gone} of {known} meetings ({share:.0%}) would be absent: {len(absent.newly)} newly missing, "
        f"{len(absent.longer)} missing before, {suspended} no longer published; look at the list, then confirm"
    )


def _ids(held: Iterable[Held]) -> tuple[str, ...]:
    return tuple(one.meeting_id for one in held)
