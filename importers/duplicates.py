"""Records that share a key: a key that stands twice in a list names no record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from meetings.findings import Finding
from meetings.listing import Listing, Rejected, fingerprint


def settle_duplicates(
    listings: Sequence[Listing], findings: list[Finding]
) -> tuple[tuple[Listing, ...], tuple[Rejected, ...]]:
    """The listings, known by their key only where one record has it, and the repetitions left out.

    A record is what shares a `where`. The same key with the same content is a repetition; with other content, none of
    these records is known by its key. Findings are added to `findings`.
    """
    several = _of_several_records(listings)
    records: dict[str, dict[str, list[Listing]]] = {}
    for listing in listings:
        if listing.record_key is not None and listing.record_key in several:
            records.setdefault(listing.record_key, {}).setdefault(listing.where, []).append(listing)
    repeated, shared = _sorted_out(records)
    for where, key in sorted(repeated.items()):
        findings.append(Finding(code="duplicate_record", where=where, source_key=key))
    findings.extend(
        Finding(code="duplicate_key", where=where, source_key=key)
        for key in sorted(shared)
        for where in records[key]
        if where not in repeated
    )
    kept = (listing for listing in listings if listing.where not in repeated)
    rejected = tuple(Rejected(record_key=one.record_key) for one in listings if one.where in repeated)
    return tuple(replace(one, record_key=None) if one.record_key in shared else one for one in kept), rejected


def _of_several_records(listings: Iterable[Listing]) -> set[str]:
    """The keys that stand in more than one record; as a rule there is none, and nothing more is to be kept."""
    first: dict[str, str] = {}
    keyed = ((one.record_key, one.where) for one in listings if one.record_key is not None)
    return {key for key, where in keyed if first.setdefault(key, where) != where}


def _sorted_out(records: dict[str, dict[str, list[Listing]]]) -> tuple[dict[str, str], set[str]]:
    """Repeated records by place, and the keys that several records share."""
    repeated: dict[str, str] = {}
    shared: set[str] = set()
    for key, by_place in records.items():
        contents: dict[tuple[tuple[str, str], ...], str] = {}
        for where, parts in by_place.items():
            if contents.setdefault(_content(parts), where) != where:
                repeated[where] = key
        if len(contents) > 1:
            shared.add(key)
    return repeated, shared


def _content(listings: Iterable[Listing]) -> tuple[tuple[str, str], ...]:
    return tuple((listing.day or "", fingerprint(listing)) for listing in listings)
