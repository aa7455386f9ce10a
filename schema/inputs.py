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
    starts_from = LocalTime(description="Starts at this time of day or later, e.g. `18:00`; left out: from 00:00 on.")
    starts_before = LocalTime(
        description="Starts before this time of day. Not later than `startsFrom`: the hours run over midnight."
    )
    times_of_day = list_of(TimeOfDay, "Starts in one of these parts of the day. An empty list is as if left out.")
    ends_by = LocalTime(
        description="Is over by the first such time after `startsFrom` (else after 00:00), e.g. `21:00`."
    )
    min_duration = Duration(description="Lasts at least this long, as elapsed time, e.g. `PT1H`.")
    max_duration = Duration(description="Lasts at most this long, as elapsed time, e.g. `PT1H30M`.")
    zone = TimeZone(description="The zone in which days and times of day are read; left out: each meeting's own.")
    within = Duration(
        description="Starts within this long from now, or began at most 10 minutes ago, e.g. `PT2H`; at most 92 days."
    )
    from_ = DateTime(name="from", description="Starts at or after this. Without `until`: in the seven days from then.")
    until = DateTime(
        description="Starts before this, at most 92 days after `from`. Without `from`: in the seven days until then."
    )
    in_progress = graphene.Boolean(description="true: only what has begun and is not over; false is as if left out.")
    by_appointment = graphene.Boolean(
        description="true: only those without a fixed time, which no other part finds; false: only those with one."
    )


class PointInput(graphene.InputObjectType):
    """A point on the earth, in degrees as maps and telephones tell it (WGS 84)."""

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
    """Where: one of `near`, `named` and `box`, which never find `VIRTUAL`.

    City, region and country narrow it or stand alone.
    """

    near = PointInput(description="Round this point: the distance is along a great circle, and orders the answer.")
    named = graphene.String(
        description="Round the town or US postcode of this name, or in all of the region or country, as `places` finds "
        "it, e.g. `Tulsa, OK`; only in `country` if that is given. None: the error `PLACE_NOT_FOUND`, with suggestions."
    )
    radius_km = graphene.Float(
        description="Great-circle km round `near` or the town `named`, above 0, at most 500; left out: 500. E.g. `10`. "
        "Of a region or country it counts nothing."
    )
    nearest = graphene.Int(
        description="Only the N nearest in it that match everything else, 1 to 500; in a region, to its middle. Needs "
        "`near` or `named`."
    )
    box = BoxInput(description="In this rectangle; one of `near`, `named` and `box` may be given.")
    city = graphene.String(description="In this town or city, whole name; accents and letter case do not count.")
    region = graphene.String(description="In this state, province or county as lists write it, e.g. `NY`; whole name.")
    country = graphene.String(description="In this country, two letters as ISO 3166-1 alpha-2 has them, e.g. `US`.")
    or_online = graphene.Boolean(
        default_value=False,
        description="Also `VIRTUAL` ones, wherever, and `HYBRID` ones out of reach, after those in reach; in "
        "`occurrences` by time.",
    )


class FormatInput(graphene.InputObjectType):
    """By canonical format codes, e.g. `OPEN`, `WOMEN`, `STEPS`; any letter case; an unknown code is an error."""

    all = list_of(
        graphene.String, "Has every one of these, e.g. `[OPEN, WHEELCHAIR_ACCESS]` as strings; empty: no matter."
    )
    any = list_of(
        graphene.String, 'Has at least one of these, e.g. `["STEPS", "TRADITIONS"]`; an empty list is as if left out.'
    )
    none = list_of(graphene.String, "Has not one of these, as far as known: what is not listed is unknown.")


class ExcludeInput(graphene.InputObjectType):
    """Leaves out what any part matches, never the unknown."""

    ids = list_of(graphene.ID, "Leaves out these meetings, by any id they ever had; unknown ids count nothing.")
    days = list_of(Weekday, "Leaves out what starts on these days, by `time.zone` or its own clock, e.g. `[SATURDAY]`.")
    venue_types = list_of(VenueType, "Leaves out these ways to attend; a meeting of unknown way stays in.")
    service_bodies = list_of(graphene.ID, "Leaves out meetings of these service bodies and of any below them.")
    sources = list_of(graphene.ID, "Leaves out what comes from these sources, e.g. the list an app has already.")


class MeetingFilter(graphene.InputObjectType):
    """What meetings to find. All parts are ANDed; values inside a list are ORed. Lists hold at most 100."""

    text = graphene.String(
        description=(
            "Every one of these words is in its name, group, venue, town, region, service body or notes, e.g. "
            "`serenity chicago`; or this is its source's own id. Accents, endings, small typing errors are forgiven; "
            'what is in "quotes" is found as it stands. At most 200 characters.'
        )
    )
    time = TimeInput(description="When: days, hours, a window, or only what is being held now.")
    place = PlaceInput(description="Where: round a point, in a box, or in a town, region or country.")
    formats = FormatInput(description="What kind of meeting: formats it must have, may have, or must not have.")
    fellowships = list_of(
        graphene.String, "Of one of these fellowships, by code, e.g. `NA`; an unknown code is an error."
    )
    venue_types = list_of(
        VenueType, "One of exactly these ways to attend: whoever wants to walk in asks for `IN_PERSON` and `HYBRID`."
    )
    by_phone = graphene.Boolean(description="true: one can join by telephone; false: no number to join by is known.")
    languages = list_of(Language, 'One of these is spoken there, e.g. `["es"]`; `pt` also finds `pt-BR`.')
    service_bodies = list_of(graphene.ID, "Of one of these service bodies, or of any below them, by their ids.")
    sources = list_of(graphene.ID, 'From one of these sources, by their ids, e.g. `["lantern"]`.')
    ids = list_of(graphene.ID, "Only these meetings, by any id they ever had; an empty list matches nothing.")
    areas = list_of(graphene.String, "In one of the list's own areas, at any level, e.g. `Manhattan`.")
    concerns = list_of(
        graphene.String,
        "About one of these, e.g. `OPIOIDS`; also finds broader fellowships, here NA. Unknown: an error.",
    )
    approaches = list_of(
        graphene.String,
        "Of fellowships that work in one of these ways, e.g. `TWELVE_STEP`; an unknown code is an error.",
    )
    for_whom = Audience(description="Of fellowships that exist for these people, e.g. `FAMILY_FRIENDS` for a parent.")
    medication = list_of(
        MedicationStance, "Where the group says one of these of people who take medication, e.g. `[WELCOMING]`."
    )
    statuses = list_of(
        MeetingStatus, "How they stand; left out, or null: those that can be gone to.", default_value=sorted(SHOWN)
    )
    exclude = ExcludeInput(description="What to leave out of all that the other parts find.")


class ScheduleInput(graphene.InputObjectType):
    """The options of a schedule. What is left out stays as it is."""

    name = graphene.String(description="Its name in calendars, at most 100 characters; at first, or null: `Meetings`.")
    time_zone = TimeZone(description="The zone of its dates; at first that of the first entry's meeting, else UTC.")
    discreet = graphene.Boolean(description="true: titles that do not tell what kind of meeting it is; at first true.")
    reminder_minutes = graphene.Int(
        description="Remind this many minutes before each meeting, 0 to 10080; at first, or null: no reminder."
    )


class EntryInput(graphene.InputObjectType):
    """A meeting for a schedule."""

    meeting_id = graphene.ID(
        required=True, description="The meeting, by any id it ever had, e.g. one that an app has kept for years."
    )
    note = graphene.String(description="A note for oneself, at most 500 characters; it is shown in the calendar.")
    reminder_minutes = graphene.Int(
        description="Remind this many minutes before, 0 to 10080; left out: as the schedule says."
    )
    skipped_dates = list_of(Date, "Local dates on which not to show it, e.g. a holiday; at most 100, left out: none.")
    dates = list_of(Date, "Only on these local dates, at most 100; left out: every time it meets.")
