"""What became of the records that a source told before: one that is the same again need not be read again.

A record is known by a hash of its fields as they came. What was made of it counts under the same terms only, which are
a hash of all else that decides how it is read. So an import comes to the same whether records are known or not.
"""

from __future__ import annotations

import hashlib
import marshal
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, time, timedelta
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any

import orjson

from importers.record import Record
from meetings.findings import Finding
from meetings.listing import Hashes, Listing, Rejected, hashes_of
from meetings.model import Group, MedicationStance, OnlineVenue, Venue, VenueType, Weekday, ZoneReason
from meetings.recurrence import DatedException, Recurrence

#: What a record told: a listing, or for one that was left out whether it is unpublished and has the record's key.
_Outcome = Any
#: Findings by code, place within the record and value; all that the record told; the hashes of its listings. As JSON
#: gives it back where it is known, else as it came about.
_Entry = tuple[list[tuple[str, str, str | None]], list[_Outcome], list[tuple[str, ...]]]
_MICROSECOND = timedelta(microseconds=1)
#: The second version of the interpreter's own format writes equal values as equal bytes, however they came about.
_MARSHAL_VERSION = 2
_DIGEST_BYTES = 16
Told = Listing | Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecords:
    """What is kept of a source's records: under which terms they were read, and a document that only this reads."""

    terms: str
    document: bytes


class KnownRecords:
    """What one import knows of earlier ones; `terms` and `kept` as the last import left them, None: nothing.

    `most`: of longer lists nothing is kept, for what became of all their records takes much memory beside them.
    """

    def __init__(self, terms: str = "", kept: KeptRecords | None = None, *, most: int = 0) -> None:
        self._terms, self._kept, self._most = terms, kept, most
        self._known: Mapping[str, _Entry] = {}
        self._told: dict[str, _Entry] = {}
        self._records = 0
        #: The hashes of each record's listings, in their order, by where the record stands.
        self.hashes: dict[str, list[Hashes]] = {}

    def rest_on(self, *documents: bytes | None) -> None:
        """Say, before any record, what else of the answer decides how each of them is read."""
        for document in documents:
            digest = hashlib.sha256(document).hexdigest() if document is not None else None
            self._terms = hashlib.sha256(f"{self._terms} {digest}".encode("ascii")).hexdigest()
        if self._kept is not None and self._kept.terms == self._terms:
            self._known = orjson.loads(zlib.decompress(self._kept.document))

    def expect(self, records: int) -> None:
        """Say how many there are, where that is known beforehand: of too many nothing is kept, not even for a while."""
        if records > self._most:
            self._most = 0

    def told(self, record: Record, tell: Callable[[Record], list[Told]]) -> list[Told]:
        """What the record tells, with its findings: recalled or, where it is another than before, read by `tell`."""
        self._records += 1
        if self._records > self._most:
            self._told.clear()
            self.hashes.clear()
            return tell(record)
        digest = _digest(record)
        entry = self._known.get(digest) if digest else None
        if entry is not None:
            outcomes = _recalled(record, entry)
        else:
            before = len(record.findings)
            outcomes = tell(record)
            entry = _entry(record, outcomes, record.findings[before:])
        if digest:
            # Written down at once where it is new: as objects it would take five times the memory until the end.
            self._told[digest] = entry if digest in self._known else _written(entry)
        if entry[2]:
            self.hashes.setdefault(record.where, []).extend(Hashes(*both) for both in entry[2])
        return outcomes

    def kept(self) -> KeptRecords | None:
        """What to keep for the next import; None: what is kept already, or nothing."""
        if self._known.keys() == self._told.keys() or self._records > self._most:
            return None
        document = orjson.dumps(self._told)
        return KeptRecords(terms=self._terms, document=zlib.compress(document, 1))


def _digest(record: Record) -> str | None:
    """A hash of a record's fields, and of what its list calls them, which findings tell.

    None: it is one that must be looked at each time, as where a field stands twice.
    """
    told: Any = (record.values, record.columns) if record.columns else record.values
    try:
        return hashlib.blake2b(marshal.dumps(told, _MARSHAL_VERSION), digest_size=_DIGEST_BYTES).hexdigest()
    except ValueError:
        return None


def _entry(record: Record, outcomes: list[Told], findings: list[Finding]) -> _Entry:
    found = [(one.code, one.where.removeprefix(record.where), one.value) for one in findings]
    hashes = [tuple(hashes_of(one)) for one in outcomes if isinstance(one, Listing)]
    return found, [_outcome(one, record) for one in outcomes], hashes


def _written(entry: _Entry) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(entry, default=_microseconds))


def _outcome(told: Told, record: Record) -> _Outcome:
    if isinstance(told, Rejected):
        # A record that is the same again may have another key, where that rests on the list as a whole.
        return told.unpublished, told.record_key == record.key
    bare = _bare(told)
    if told.exceptions:
        bare["exceptions"] = [_bare(one) for one in told.exceptions]
    return bare


def _bare(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the classes that a listing is made of
    """The fields of a value that hold something: most hold nothing, which is what they hold by default."""
    names, values_of = _fields(value.__class__)
    held = zip(names, values_of(value), strict=True)
    return {
        name: _bare(item) if type(item) in _NESTED else item
        for name, item in held
        # Midnight and the equator are something.
        if item is not None and item is not False and item != ()
    }


@cache
def _fields(kind: Any) -> tuple[tuple[str, ...], attrgetter[tuple[Any, ...]]]:  # noqa: ANN401 - a dataclass
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)


_NESTED = frozenset({Recurrence, Venue, OnlineVenue, Group})


def _microseconds(value: object) -> int:
    if isinstance(value, timedelta):
        return value // _MICROSECOND
    raise TypeError(f"a listing is not to hold {type(value)}")


def _recalled(record: Record, entry: _Entry) -> list[Told]:
    found, outcomes, _ = entry
    record.findings.extend(
        Finding(code=code, where=record.where + place, source_key=record.key, value=value)
        for code, place, value in found
    )
    return [_listing(one, record) if isinstance(one, dict) else _rejected(one, record) for one in outcomes]


def _rejected(told: tuple[bool, bool], record: Record) -> Rejected:
    unpublished, has_key = told
    return Rejected(record_key=record.key if has_key else None, unpublished=unpublished)


def _listing(told: dict[str, Any], record: Record) -> Listing:
    """The listing as it was, at this record's place."""
    return Listing(**_read(told, _OF_LISTING) | {"record_key": record.key, "where": record.where})


def _read(told: dict[str, Any], readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return told | {name: read(told[name]) for name, read in readers.items() if name in told}


def _recurrence(told: dict[str, Any]) -> Recurrence:
    return Recurrence(**_read(told, _OF_RECURRENCE))


def _exceptions(told: list[dict[str, Any]]) -> tuple[DatedException, ...]:
    return tuple(DatedException(**_read(one, _OF_EXCEPTION)) for one in told)


def _moved(told: tuple[str, str]) -> tuple[date, time]:
    return date.fromisoformat(told[0]), time.fromisoformat(told[1])


def _members(kind: type[Enum]) -> Callable[[Any], Enum]:
    return {one.value: one for one in kind}.__getitem__


_OF_EXCEPTION: Mapping[str, Callable[[Any], Any]] = {"day": date.fromisoformat, "moved_to": _moved}
_OF_RECURRENCE: Mapping[str, Callable[[Any], Any]] = {
    "weekday": _members(Weekday),
    "starts": time.fromisoformat,
    "duration": _MICROSECOND.__mul__,
    "anchor": date.fromisoformat,
    "weeks_of_month": tuple,
    "until": date.fromisoformat,
}
#: How what JSON gives back becomes what it was, by field; other fields are text or yes.
_OF_LISTING: Mapping[str, Callable[[Any], Any]] = {
    "recurrence": _recurrence,
    "exceptions": _exceptions,
    "zone_reason": _members(ZoneReason),
    "venue_type": _members(VenueType),
    "venue": lambda told: Venue(**told),
    "online": lambda told: OnlineVenue(**told),
    "group": lambda told: Group(**told),
    "medication": _members(MedicationStance),
    **dict.fromkeys(("formats", "other_formats", "languages", "areas", "ids"), tuple),
}
