"""One meeting as a source tells it, cleaned and in our words, and how it is known again."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field, fields
from datetime import date, time, timedelta
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from meetings.model import Group, MedicationStance, MeetingStatus, OnlineVenue, Venue, VenueType, ZoneReason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from meetings.findings import Finding
    from meetings.recurrence import DatedException, Recurrence

#: Names, and what takes their values of an object, all at once.
_Fields = tuple[tuple[str, ...], "attrgetter[tuple[object, ...]]"]
#: The letters of public ids: Crockford's base 32, whose ASCII order is the order of the numbers it writes.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [one + other for one in _LETTERS for other in _LETTERS]
_ID = re.compile(f"M[{_LETTERS}]{{13}}")
#: To the digits that Python's own numbers of base 32 have.
_AS_DIGITS = str.maketrans(_LETTERS, "0123456789ABCDEFGHIJKLMNOPQRSTUV")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A record's meeting on one weekday.

    `record_key` is the source's own id for the record, None where it has none or it stands twice in the list; `day`
    names the weekday when the record holds several. `service_body` is the source's own key for the body. `suspended`:
    it does not meet for now; `unconfirmed`: its list is in doubt whether it still meets. `ids` are public ids it had
    where a community moved here from, the shown one first. The other fields are those of `Meeting`.
    """

    record_key: str | None
    day: str | None = None
    where: str = ""
    name: str
    fellowship: str
    recurrence: Recurrence | None = None
    exceptions: tuple[DatedException, ...] = ()
    duration_assumed: bool = False
    zone_reason: ZoneReason | None = None
    suspended: bool = False
    unconfirmed: bool = False
    venue_type: VenueType | None = None
    venue: Venue | None = None
    online: OnlineVenue | None = None
    group: Group | None = None
    formats: tuple[str, ...] = ()
    other_formats: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    medication: MedicationStance = MedicationStance.UNSTATED
    medication_source: str | None = None
    notes: str | None = None
    service_body: str | None = None
    areas: tuple[str, ...] = ()
    url: str | None = None
    ids: tuple[str, ...] = ()

    @property
    def status(self) -> MeetingStatus:
        """How it stands by its list."""
        if self.suspended:
            return MeetingStatus.SUSPENDED
        return MeetingStatus.UNCONFIRMED if self.unconfirmed else MeetingStatus.ACTIVE

    @property
    def key(self) -> str | None:
        """What it is known by within its source; None: only by its content."""
        if self.record_key is None or self.day is None:
            return self.record_key
        return f"{self.record_key}/{self.day}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A record, or one weekday of it, that was left out; what we hold of it stays as it was.

    `unpublished`: the source itself does not show it, so what we hold becomes suspended.
    """

    record_key: str | None
    unpublished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBody:
    """A service body as a source tells it; `parent` is the source's key of the body above."""

    key: str
    name: str
    kind: str
    parent: str | None = None
    url: str | None = None
    helpline: str | None = None


class Hashes(NamedTuple):
    """By what a listing is known again, and by what it is known to have changed."""

    content_key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """All that a source's answer holds. Every listing received is in `listings` or in `rejected`.

    `hashes`: by the place of a record those of its listings, in their order, as far as they are worked out.
    """

    listings: tuple[Listing, ...]
    rejected: tuple[Rejected, ...] = ()
    service_bodies: tuple[ListedBody, ...] = ()
    findings: tuple[Finding, ...] = ()
    hashes: Mapping[str, Sequence[Hashes]] = field(default_factory=dict, compare=False)

    @property
    def received(self) -> int:
        """How many listings the source told, good or bad."""
        return len(self.listings) + len(self.rejected)


def fold(text: str) -> str:
    """Text as people compare it: no accents, no case, single spaces."""
    bare = text.casefold()
    if not bare.isascii():
        bare = "".join([c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c)])
    return " ".join(bare.split())


def hashes_of(listing: Listing) -> Hashes:
    """Both hashes of a listing; neither rests on its key or on where its record stands."""
    return Hashes(content_key(listing), fingerprint(listing))


def content_key(listing: Listing) -> str:
    """A hash of name, time and place or link: how a listing is known when its key changed."""
    rule = listing.recurrence
    time_part = rule and (rule.weekday.name, str(rule.starts), rule.interval, rule.weeks_of_month)
    return _hash(_plain((fold(listing.name), time_part, _whereabouts(listing))))[:32]


def _whereabouts(listing: Listing) -> str:
    venue, online = listing.venue, listing.online
    if venue and (venue.street or venue.formatted_address or venue.name) and _names_a_door(venue.postal_code):
        return fold(venue.postal_code or "").replace(" ", "")
    if venue and (venue.street or venue.formatted_address):
        return fold(f"{venue.street or venue.formatted_address} {venue.city or ''}")
    if online and (online.url or online.phone):
        return (online.url or online.phone or "").casefold()
    named = fold(f"{venue.name or ''} {venue.city or ''}") if venue else ""
    # A town's point tells two halls of that town not apart, and moves when tables of towns become better.
    if venue and venue.latitude is not None and venue.longitude is not None and not (venue.approximate and named):
        return f"{venue.latitude:.4f} {venue.longitude:.4f}"
    return named


def _names_a_door(postal_code: str | None) -> bool:
    """Whether a postcode is one of a few doors, as those with letters are (GB, IE, NL, CA), and not of a town.

    It is written in one way only, while people write a street, a hall and a corner of it in many.
    """
    code = (postal_code or "").replace(" ", "")
    return 5 <= len(code) <= 8 and not code.isdigit() and any(map(str.isdigit, code)) and any(map(str.isalpha, code))


#: Values that JSON writes as they are.
_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})
#: How a record is known and where it stood tells nothing of the meeting.
_NOT_TOLD = frozenset({"where", "record_key", "day", "ids"})


def fingerprint(listing: Listing) -> str:
    """A hash of all that is told of a meeting; empty fields count nothing, so a new field changes no old hash."""
    names, values_of = _told_fields()
    return _hash(_without_empty(names, values_of(listing)))[:32]


@cache
def _told_fields() -> _Fields:
    names = tuple(field.name for field in fields(Listing) if field.name not in _NOT_TOLD)
    return names, attrgetter(*names)


def _hash(plain: object) -> str:
    return hashlib.sha256(_canonical(plain)).hexdigest()


_ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode


def _canonical(plain: object) -> bytes:
    """JSON in ASCII, names in order. Byte for byte what it always was: else every hash that is kept would change."""
    try:
        quick = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # A lone surrogate, a number of more than 64 bits.
        return _ENCODE(plain).encode("ascii")
    # That writer leaves other letters and DEL as they are, and spells degrees within ten metres of nought otherwise.
    is_same = quick.isascii() and b"\x7f" not in quick and b"e-" not in quick and b"0.0000" not in quick
    return quick if is_same else _ENCODE(plain).encode("ascii")


def _plain(value: object) -> object:
    kind: Any = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    names, values_of = _fields(kind)
    return _without_empty(names, values_of(value))


def _without_empty(names: tuple[str, ...], values: tuple[object, ...]) -> dict[str, object]:
    plain: dict[str, object] = {}
    # Every field of every listing comes by here, and most hold nothing: that is told first.
    for name, value in zip(names, values, strict=True):
        if not value and not isinstance(value, Enum):
            continue
        item = value if type(value) in _AS_THEY_ARE else _plain(value)
        if item:
            plain[name] = item
    return plain


@cache
def _fields(kind: Any) -> _Fields:  # noqa: ANN401 - a dataclass
    """The names of a dataclass's fields, and what takes all their values at once."""
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)


def number_of(source_id: str, key: str, salt: int = 0) -> int:
    """The 63-bit number behind a public id: a hash of the source's id and the record's first key.

    `salt` tells two meetings apart where a source gave a used key to another meeting.
    """
    text = "\x1f".join((source_id, key, str(salt) if salt else ""))
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1


def id_from_number(number: int, prefix: str = "M") -> str:
    """A public id, e.g. `M0C5K…`: 13 letters whose order is the order of the numbers."""
    letters = [_PAIRS[(number >> shift) & 1023] for shift in range(50, -10, -10)]
    return prefix + _LETTERS[number >> 60] + "".join(letters)


def number_from_id(id: str) -> int | None:
    """The number behind a meeting's public id; None: no such id can exist."""
    if _ID.fullmatch(id) is None:
        return None
    number = int(id[1:].translate(_AS_DIGITS), 32)
    return number if number < 1 << 63 else None


def service_body_id(source_id: str, key: str) -> str:
    """A service body's public id."""
    return id_from_number(number_of(source_id, f"service body {key}"), "B")
