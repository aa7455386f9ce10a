"""What a meeting is: the words of the field as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meetings.recurrence import DatedException, Recurrence
    from meetings.suspension import Suspension


class Weekday(IntEnum):
    """Days as Python numbers them; other numberings are converted only by the importer that owns them."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class TimeOfDay(StrEnum):
    """Part of the day by its start: from 05:00, 12:00, 17:00 and 21:00."""

    MORNING = "MORNING"
    AFTERNOON = "AFTERNOON"
    EVENING = "EVENING"
    NIGHT = "NIGHT"


class VenueType(StrEnum):
    """How one can attend."""

    IN_PERSON = "IN_PERSON"
    VIRTUAL = "VIRTUAL"
    HYBRID = "HYBRID"


class MeetingStatus(StrEnum):
    """SUSPENDED does not meet for now; UNCONFIRMED is missing from its source but shown; WITHDRAWN is gone."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    UNCONFIRMED = "UNCONFIRMED"
    WITHDRAWN = "WITHDRAWN"


class Audience(StrEnum):
    """For whom a fellowship exists."""

    SELF = "SELF"
    FAMILY_FRIENDS = "FAMILY_FRIENDS"
    YOUTH_OF_FAMILY = "YOUTH_OF_FAMILY"


class MedicationStance(StrEnum):
    """What a group says of people on medication; never inferred but where the fellowship exists for it."""

    WELCOMING = "WELCOMING"
    UNSTATED = "UNSTATED"
    LIMITS_SHARING = "LIMITS_SHARING"


class ZoneReason(StrEnum):
    """How a meeting's time zone became known."""

    RECORD = "RECORD"
    POINT = "POINT"
    SOURCE = "SOURCE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """A place. `latitude` and `longitude` in degrees, both or neither; `country` is ISO 3166-1 alpha-2.

    `approximate`: the point is a town or an area, not a door.
    """

    name: str | None = None
    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    formatted_address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    approximate: bool = False
    arrival_notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineVenue:
    """A room reached by link or telephone; `url` is absolute http(s), `phone` as one dials it."""

    url: str | None = None
    provider: str | None = None
    phone: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The members who hold a meeting; `code` is the fellowship's own number for them."""

    name: str
    code: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceBody:
    """Who is responsible for meetings: a tree within one source. `id` is public, `source_key` the source's own."""

    id: str
    source_id: str
    source_key: str
    name: str
    kind: str
    parent_id: str | None = None
    url: str | None = None
    helpline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceListing:
    """That a source lists a meeting: under which key of its own, on which page, and when it last did."""

    source_id: str
    source_key: str
    url: str | None = None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A recurring gathering as we show it.

    `formats` are canonical codes, `other_formats` a source's codes that no canonical format fits; a format that is
    not listed is unknown, never a no. `languages` are BCP 47 tags, its own only. `recurrence` None: by appointment.
    `revision` counts changes and never falls; `last_seen_at` is when a source last listed it. `listings` are those of
    all sources that list it (of a withdrawn one, that did), the one that tells its facts first. `suspension` is a
    person's word, which changes neither `status` (`meetings.suspension.status_at` is how it stands on a day) nor,
    but for dates that it cancels, `exceptions`.
    """

    id: str
    source_id: str
    source_key: str
    name: str
    fellowship: str
    status: MeetingStatus
    recurrence: Recurrence | None
    exceptions: tuple[DatedException, ...] = ()
    duration_assumed: bool = False
    zone_reason: ZoneReason | None = None
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
    service_body_id: str | None = None
    areas: tuple[str, ...] = ()
    url: str | None = None
    suspension: Suspension | None = None
    revision: int = 1
    updated_at: datetime
    last_seen_at: datetime
    listings: tuple[SourceListing, ...] = ()
