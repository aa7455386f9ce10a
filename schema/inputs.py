"""What a client may ask by: the filter of meetings, and what a schedule is made of."""

from __future__ import annotations

import graphene

from meetings.search import SHOWN
from schema.enums import Audience, MedicationStance, MeetingStatus, TimeOfDay, VenueType, Weekday
from schema.paging import list_of
from schema.scalars import Date, DateTime, Duration, Language, LocalTime, TimeZone

_DAYS = "The day on which the hours below open: `SATURDAY` with 22:00 to 02:00 takes in Sunday 01:00."


class TimeInput(graphene.InputObjectType):
    """When. All parts speak of one held occurrence: in the window if there is one, else the next.

    A window is one of `within`, `from` with `until`, or `inProgress`.
    """

    days = list_of(Weekday, _DAYS + " An empty list is as if left out.")
    starts_from = LocalTime(description="Starts at this time of day or later, e.g. `18:00`; left out: 00:00.")
    starts_before = LocalTime(
        description="Starts before this time of day. Not later than `startsFrom`: the hours run over midnight."
    )
    times_of_day = list_of(TimeOfDay, "Starts in one of these parts of the day. An empty list is as if left out.")
    ends_by = LocalTime(
        description="Is over by the first such time after `startsFrom` (else after 00:00), e.g. `21:00`."
    )
    min_duration = Duration(description="Lasts at least this long, e.g. `PT1H`.")
    max_duration = Duration(description="Lasts at most this long, e.g. `PT1H30M`.")
    zone = TimeZone(description="The zone in which days and times of day are read; left out: each meeting's own.")
    within = Duration(
        description="Starts within this long from now, or began at most 10 minutes ago, e.g. `PT2H`; at most 92 days."
    )
    from_ = DateTime(name="from", description="Starts at or after this. Without `until`: in the seven days from then.")
    until = DateTime(
        description="Starts before this, at most 92 days after `from`. Without `from`: in the seven days until then."
    )
    in_progress = graphene.Boolean(description="true: only what is being held now.")
    by_appointment = graphene.Boolean(
        description="true: only those without a fixed time, which no other part finds; false: only those with one."
    )


class PointInput(graphene.InputObjectType):
    """A point on the earth."""

    latitude = graphene.Float(required=True, description="Degrees north of the equator, -90 to 90, e.g. `40.7128`.")
    longitude = graphene.Float(required=True, description="Degrees east of Greenwich, -180 to 180, e.g. `-74.006`.")


class BoxInput(graphene.InputObjectType):
    """A rectangle of latitude and longitude, rims included, e.g. what a map shows."""

    south = graphene.Float(required=True, description="Its southern rim, -90 to 90 degrees, e.g. `40.5`.")
    west = graphene.Float(
        required=True, description="Its western rim, -180 to 180; greater than `east`: it crosses the antimeridian."
    )
    north = graphene.Float(required=True, description="Its northern rim, -90 to 90, not south of `south`, e.g. `40.9`.")
    east = graphene.Float(required=True, description="Its eastern rim, -180 to 180 degrees, e.g. `-73.7`.")


class PlaceInput(graphene.InputObjectType):
    """Where: one of `near` and `box`, which never find `VIRTUAL`; city, region, country narrow it or stand alone."""

    near = PointInput(description="Round this point.")
    radius_km = graphene.Float(description="Great-circle km round it, above 0, at most 500; left out: 500. E.g. `10`.")
    nearest = graphene.Int(description="Only the N nearest in it that match everything else, 1 to 500. Needs `near`.")
    box = BoxInput(description="In this rectangle.")
    city = graphene.String(description="In this town or city, whole name; accents and letter case do not count.")
    region = graphene.String(description="In this state, province or county as lists write it, e.g. `NY`.")
    country = graphene.String(description="In this country, as ISO 3166-1 alpha-2, e.g. `US`.")
    or_online = graphene.Boolean(
        default_value=False,
        description="Also `VIRTUAL` ones, wherever, and `HYBRID` ones out of reach, after those in reach; in "
        "`occurrences` by time.",
    )


class FormatInput(graphene.InputObjectType):
    """By canonical format codes, e.g. `OPEN`, `WOMEN`, `STEPS`; any letter case; an unknown code is an error."""

    all = list_of(graphene.String, "Has every one of these.")
    any = list_of(graphene.String, "Has at least one of these. An empty list is as if left out.")
    none = list_of(graphene.String, "Has not one of these, as far as known.")


class ExcludeInput(graphene.InputObjectType):
    """Leaves out what any part matches, never the unknown."""

    ids = list_of(graphene.ID, "Not these meetings.")
    days = list_of(Weekday, "Not on these days, read as `TimeInput.days`.")
    venue_types = list_of(VenueType, "Not these ways to attend.")
    service_bodies = list_of(graphene.ID, "Not of these service bodies or any below them.")
    sources = list_of(graphene.ID, "Not from these sources.")


class MeetingFilter(graphene.InputObjectType):
    """What meetings to find. All parts are ANDed; values inside a list are ORed. Lists hold at most 100."""

    time = TimeInput(description="When.")
    place = PlaceInput(description="Where.")
    formats = FormatInput(description="What kind of meeting.")
    fellowships = list_of(graphene.String, "Of one of these, by code, e.g. `NA`. An unknown code is an error.")
    venue_types = list_of(
        VenueType, "One of exactly these ways to attend: whoever wants to walk in asks for `IN_PERSON` and `HYBRID`."
    )
    by_phone = graphene.Boolean(description="true: one can join by telephone; false: no number is known.")
    languages = list_of(Language, "Spoken there: `pt` also finds `pt-BR`.")
    service_bodies = list_of(graphene.ID, "Of one of these service bodies, or of any below them.")
    sources = list_of(graphene.ID, "From one of these sources.")
    ids = list_of(graphene.ID, "Only these meetings, by any id they ever had.")
    areas = list_of(graphene.String, "In one of the list's own areas, at any level, e.g. `Manhattan`.")
    concerns = list_of(
        graphene.String,
        "About one of these, e.g. `OPIOIDS`; also finds broader fellowships, here NA. Unknown: an error.",
    )
    approaches = list_of(graphene.String, "Working in one of these ways, e.g. `TWELVE_STEP`. Unknown: an error.")
    for_whom = Audience(description="Of fellowships that exist for these people.")
    medication = list_of(MedicationStance, "Where the group says one of these of people who take medication.")
    statuses = list_of(MeetingStatus, "How they stand.", default_value=sorted(SHOWN))
    exclude = ExcludeInput(description="What to leave out.")


class ScheduleInput(graphene.InputObjectType):
    """The options of a schedule. What is left out stays as it is."""

    name = graphene.String(description="Its name in calendars, at most 100 characters; at first, or null: `Meetings`.")
    time_zone = TimeZone(description="The zone of its dates; at first that of the first entry's meeting, else UTC.")
    discreet = graphene.Boolean(description="Titles that do not tell what kind of meeting it is; at first true.")
    reminder_minutes = graphene.Int(
        description="Remind this many minutes before each meeting, 0 to 10080; at first, or null: no reminder."
    )


class EntryInput(graphene.InputObjectType):
    """A meeting for a schedule."""

    meeting_id = graphene.ID(required=True, description="The meeting, by any id it ever had.")
    note = graphene.String(description="A note for oneself, at most 500 characters; it is shown in the calendar.")
    reminder_minutes = graphene.Int(
        description="Remind this many minutes before, 0 to 10080; left out: as the schedule says."
    )
    skipped_dates = list_of(Date, "Local dates on which not to show it, at most 100.")
    dates = list_of(Date, "Only on these local dates, at most 100; left out: every time it meets.")
