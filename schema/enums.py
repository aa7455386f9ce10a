"""The closed lists of the interface: the enums of `meetings`, each value described."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import graphene

from meetings import model, places, reports, search, tokens


def _enum(enum: type[Enum], description: str, values: Mapping[Any, str]) -> Any:
    return graphene.Enum.from_enum(enum, description=lambda value: description if value is None else values[value])


Weekday = _enum(
    model.Weekday,
    "A day of the week.",
    {day: f"{day.name.capitalize()}, by the calendar on the wall." for day in model.Weekday},
)
TimeOfDay = _enum(
    model.TimeOfDay,
    "A part of the day, by the start of a meeting on the clock on the wall.",
    {
        model.TimeOfDay.MORNING: "From 05:00, before 12:00.",
        model.TimeOfDay.AFTERNOON: "From 12:00, before 17:00.",
        model.TimeOfDay.EVENING: "From 17:00, before 21:00.",
        model.TimeOfDay.NIGHT: "From 21:00, before 05:00 of the next day.",
    },
)
VenueType = _enum(
    model.VenueType,
    "How one can attend: at the place, by link or telephone, or both.",
    {
        model.VenueType.IN_PERSON: "At a place, and only there. To walk in, ask for this and `HYBRID`.",
        model.VenueType.VIRTUAL: "By link or telephone, and only so: there is no door to go to.",
        model.VenueType.HYBRID: "At a place, and by link or telephone too: either way will do.",
    },
)
MeetingStatus = _enum(
    model.MeetingStatus,
    "How a meeting stands. Only `ACTIVE` and `UNCONFIRMED` ones can be gone to.",
    {
        model.MeetingStatus.ACTIVE: "Its source lists it, and nobody says that it does not meet.",
        model.MeetingStatus.SUSPENDED: "Does not meet for now: its source keeps it but does not publish it.",
        model.MeetingStatus.UNCONFIRMED: "Missing from its source, or reported as not meeting; still shown, in doubt.",
        model.MeetingStatus.WITHDRAWN: "Gone: its id still answers, but it is found only if it is asked for.",
    },
)
Audience = _enum(
    model.Audience,
    "For whom a fellowship exists: ask this first, before any format.",
    {
        model.Audience.SELF: "People who have the problem themselves, e.g. Narcotics Anonymous.",
        model.Audience.FAMILY_FRIENDS: "Families and friends of somebody who has it, e.g. Nar-Anon or Al-Anon.",
        model.Audience.YOUTH_OF_FAMILY: "Young people in such families, e.g. Alateen or Narateen.",
    },
)
MedicationStance = _enum(
    model.MedicationStance,
    "What a group says of people who take medication, such as buprenorphine or methadone, for their recovery.",
    {
        model.MedicationStance.WELCOMING: "Says that they are welcome and may share, or exists for them, as MARA does.",
        model.MedicationStance.UNSTATED: "Nothing is known: most lists do not say, and nothing is guessed.",
        model.MedicationStance.LIMITS_SHARING: "Says that they may come, but asks them not to share or to serve.",
    },
)
MeetingOrder = _enum(
    search.MeetingOrder,
    "The order of meetings. What has no distance or no start comes last. Ties are settled by name, then by id.",
    {
        search.MeetingOrder.DISTANCE: "The nearest first; needs `near` or `named`. What has no point comes last.",
        search.MeetingOrder.NEXT_START: "What starts soonest first, from now or in the filter's window.",
        search.MeetingOrder.WEEK: "Through the week from Monday 00:00 to Sunday 23:59, by each meeting's own clock.",
        search.MeetingOrder.RELEVANCE: "What says `filter.text` best first: in names before notes, whole words first.",
        search.MeetingOrder.NAME: "By name from A to Z; accents and letter case do not count.",
    },
)
ReportKind = _enum(
    reports.ReportKind,
    "What is wrong with a meeting, as somebody who went there, or wanted to, says.",
    {
        reports.ReportKind.NOT_MEETING: "It does not meet. Enough of these raise a flag; none hides it.",
        reports.ReportKind.WRONG_TIME: "It meets at another day or time.",
        reports.ReportKind.WRONG_PLACE: "It meets somewhere else.",
        reports.ReportKind.WRONG_LINK: "The link or the number to join by does not lead to it.",
        reports.ReportKind.DUPLICATE: "It is listed twice; say in `detail` what the other one is called.",
        reports.ReportKind.OTHER: "Something else; say in `detail` what.",
    },
)
ReportOutcome = _enum(
    reports.ReportOutcome,
    "What a volunteer found out. Each settles all open reports of the meeting and takes its flag back.",
    {
        reports.ReportOutcome.CONFIRMED_MEETING: "It meets as listed.",
        reports.ReportOutcome.NOT_MEETING: "It does not meet: it is suspended from today on, until further notice.",
        reports.ReportOutcome.FIXED: "What was wrong has been mended in its list.",
    },
)
Role = _enum(
    tokens.Role,
    "What the holder of a token may do with the sources that it reaches.",
    {
        tokens.Role.VOLUNTEER: "Looks after lists: previews, applies and undoes imports, and sees reports.",
        tokens.Role.ADMIN: "All that, and says which lists there are.",
    },
)
PlaceKind = _enum(
    places.PlaceKind,
    "What a place is.",
    {
        places.PlaceKind.TOWN: "A town, or a part of one with a name of its own: meetings are found round its middle.",
        places.PlaceKind.POSTCODE: "A postcode of the United States: meetings are found round its middle.",
        places.PlaceKind.REGION: "A state, province or the like: all meetings in it are found.",
        places.PlaceKind.COUNTRY: "A whole country: all meetings in it are found.",
    },
)
