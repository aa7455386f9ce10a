"""Everything that may be asked of the list, already checked: past this module nobody re-checks.

`schema` builds a `MeetingQuery` from what the client wrote, `search` answers it, tests answer it again by looking
at every meeting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from meetings.model import Audience, MedicationStance, MeetingStatus, TimeOfDay, VenueType, Weekday
from meetings.places import Place

#: How long after its start a meeting still counts as one that is about to start.
GRACE = timedelta(minutes=10)
#: The longest window; the read index knows the starts of a little more than a year.
MAX_WINDOW = timedelta(days=92)
DEFAULT_WINDOW = timedelta(days=7)
#: How far from now a window may lie.
EARLIEST = timedelta(days=7)
LATEST = timedelta(days=370)
MAX_RADIUS_KM = 500.0
MAX_NEAREST = 500
#: A place's name with its region and country; the longest name there is has 60 letters.
MAX_PLACE_TEXT = 100
#: The first minute of each part of the day; the last part runs over midnight.
PARTS_OF_DAY: dict[TimeOfDay, tuple[int, int]] = {
    TimeOfDay.MORNING: (300, 720),
    TimeOfDay.AFTERNOON: (720, 1020),
    TimeOfDay.EVENING: (1020, 1260),
    TimeOfDay.NIGHT: (1260, 1740),
}


class MeetingOrder(StrEnum):
    """WEEK: from Monday. RELEVANCE: what says the text best. Without distance or start: last. Ties: name, then id."""

    DISTANCE = "DISTANCE"
    NEXT_START = "NEXT_START"
    WEEK = "WEEK"
    NAME = "NAME"
    RELEVANCE = "RELEVANCE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Degrees; latitude -90 to 90, longitude -180 to 180."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Degrees, rims included; west greater than east crosses the antimeridian."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """All of a region, or of a whole country where `is_country`.

    What lies in it is told by lists: by `country` with, for a region, one of `regions`; or by `listed_under`, another
    country whose lists count it as a region called one of `regions` (Puerto Rico). Names are `place_key`s. A meeting
    whose list names no region that is known, or no country, lies in it if its point is in `box`; `others` are the
    names of all other regions of that country.
    """

    country: str
    is_country: bool
    regions: frozenset[str]
    others: frozenset[str]
    listed_under: str | None
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeFilter:
    """All parts speak of one held occurrence: in `window`, else the next at or after now.

    Times of day are minutes since midnight, read in `zone` or else in each meeting's own. The hours
    [`starts_from`, `starts_before`) run over midnight when the second is not later than the first; `starts_from`
    left out is 0, `starts_before` left out is the end of the day. `days` is the day on which the hours open: those of
    `starts_from` and `starts_before` if either is given, else the part of the day the start is in (a NIGHT opens at
    21:00), else the start's own day. `ends_by`: over by the first such time after `starts_from`; an end is the start
    by the clock on the wall plus the length.
    `window` is [from, until) in UTC, whole minutes. `in_progress`: held now (then `window` is None): it has begun,
    at most 24 hours ago, and is not over.
    """

    days: frozenset[Weekday] = frozenset()
    starts_from: int | None = None
    starts_before: int | None = None
    times_of_day: frozenset[TimeOfDay] = frozenset()
    ends_by: int | None = None
    min_duration: timedelta | None = None
    max_duration: timedelta | None = None
    zone: str | None = None
    window: tuple[datetime, datetime] | None = None
    in_progress: bool = False
    by_appointment: bool | None = None
    excluded_days: frozenset[Weekday] = frozenset()

    @property
    def judges_starts(self) -> bool:
        """Whether any part needs an occurrence, so that meetings by appointment cannot match."""
        return (
            bool(self.days or self.times_of_day or self.window or self.in_progress)
            or self.starts_from is not None
            or self.starts_before is not None
            or self.ends_by is not None
            or self.min_duration is not None
            or self.max_duration is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFilter:
    """`near` with a radius, `area`, or `box`; none of them finds a VIRTUAL meeting.

    With an `area`, `near` is what distances are from, and `radius_km` counts nothing. `named` is the place that the
    client named, of which `near` and `area` were made. `city`, `region` compared folded, `country` exactly. `or_online`
    also takes every VIRTUAL meeting, wherever, and every HYBRID one that the rest of this filter does not reach, after
    those in reach.
    """

    near: Point | None = None
    radius_km: float = MAX_RADIUS_KM
    nearest: int | None = None
    box: Box | None = None
    area: Area | None = None
    named: Place | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    or_online: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatFilter:
    """Canonical codes: every one of `all`, at least one of `any` (empty: no matter), not one of `none`."""

    all: frozenset[str] = frozenset()
    any: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Leaves out what any part matches, never the unknown. `days` is kept in `TimeFilter.excluded_days`."""

    ids: frozenset[str] = frozenset()
    venue_types: frozenset[VenueType] = frozenset()
    service_bodies: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()


SHOWN = frozenset({MeetingStatus.ACTIVE, MeetingStatus.UNCONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingFilter:
    """All parts are ANDed; None leaves a part out; an empty set matches nothing.

    `text` has a letter or a digit: every word of it is in a meeting's texts, as `search.texts` finds words.
    `languages` are lower-case tags: `pt` also finds `pt-BR`. `service_bodies` take all their descendants. `areas`
    are folded. `concerns` and `approaches` speak of the fellowship; a concern also finds what covers it.
    """

    text: str | None = None
    time: TimeFilter = field(default_factory=TimeFilter)
    place: PlaceFilter = field(default_factory=PlaceFilter)
    formats: FormatFilter = field(default_factory=FormatFilter)
    fellowships: frozenset[str] | None = None
    venue_types: frozenset[VenueType] | None = None
    by_phone: bool | None = None
    languages: frozenset[str] | None = None
    service_bodies: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    ids: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    concerns: frozenset[str] | None = None
    approaches: frozenset[str] | None = None
    for_whom: Audience | None = None
    medication: frozenset[MedicationStance] | None = None
    statuses: frozenset[MeetingStatus] = SHOWN
    exclude: Exclusion = field(default_factory=Exclusion)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingQuery:
    """One page of the meetings that match. `now` is whole minutes, UTC; `after` an opaque cursor."""

    filter: MeetingFilter
    order: MeetingOrder
    first: int
    after: str | None = None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceQuery:
    """One page of the occurrences whose start is in [start, until), soonest first, cancelled ones too.

    `include_in_progress`: also those that began before `start` and are not over then. `start` and `until` are whole
    minutes, UTC.
    """

    filter: MeetingFilter
    start: datetime
    until: datetime
    include_in_progress: bool = False
    first: int
    after: str | None = None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A meeting found: how far, and the start of a held occurrence that the filter accepts, both where known."""

    meeting_id: str
    cursor: str
    distance_km: float | None = None
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the hits, in order. `total` counts all that match, on every page; None where it is not counted."""

    hits: Sequence[Hit]
    has_next: bool
    has_previous: bool = False
    total: int | None = None
