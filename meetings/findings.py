"""What is wrong or doubtful in a source's data, as values: code, severity, place and value.

`CATALOGUE` is the closed list of codes; a code's severity and sentence are kept here and nowhere else. A finding
never stops an import: an ERROR leaves that one record out, a WARNING keeps it with a doubt, INFO is harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """By consequence."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKind:
    """A code's severity and what it means, with the way to mend it."""

    severity: Severity
    message: str


def _error(message: str) -> FindingKind:
    return FindingKind(severity=Severity.ERROR, message=message)


def _warning(message: str) -> FindingKind:
    return FindingKind(severity=Severity.WARNING, message=message)


def _info(message: str) -> FindingKind:
    return FindingKind(severity=Severity.INFO, message=message)


CATALOGUE: dict[str, FindingKind] = {
    "ambiguous_zone": _warning("Several time zones claim this point; give the source's zone to settle it."),
    "bad_country": _warning("No country is known by this name; write its two-letter ISO 3166-1 code."),
    "bad_date": _warning("Not a date as YYYY-MM-DD; it is left out."),
    "bad_day": _error("No day of the week; write it as this format's list of days says."),
    "bad_duration": _warning("No length between one minute and a day; the fellowship's usual one is assumed."),
    "bad_exception": _warning("This dated exception cannot be read and is left out."),
    "bad_language": _warning("No language tag as BCP 47 has them; it is left out."),
    "bad_link": _warning("Only absolute http and https links to public hosts are kept."),
    "bad_medication": _warning("No stance on medication by this code; it is left out."),
    "bad_phone": _warning("No telephone number can be read here; it is left out."),
    "bad_point": _warning("Latitude and longitude must both be numbers in range and not 0, 0; the point is left out."),
    "bad_record": _error("The record is not an object with the fields of this format."),
    "bad_record_part": _warning("An object is expected here; it is left out."),
    "bad_recurrence": _error("Only weekly rules, every n weeks and weeks of the month can be kept."),
    "bad_status": _error("No status by this code."),
    "bad_text": _warning("This text holds what no text may hold, or is not text; it was cleaned or left out."),
    "bad_time": _error("No time of day as HH:MM."),
    "bad_time_zone": _warning("No time zone of this name; the next best is used."),
    "bad_venue_type": _warning("No way to attend by this code; it is told from place and link instead."),
    "cells_beyond_header": _warning("The row has more cells than the header has columns; what is beyond is left out."),
    "day_without_time": _error("A day without a time: give the time, or leave out both for a meeting by appointment."),
    "doubtful_midnight": _warning("24:00 is taken as 00:00 of the day it is listed under; write 00:00 and its day."),
    "duplicate_field": _warning("A field stands twice in this record; the last one counts."),
    "duplicate_key": _warning("Another record has the same key, so neither is known by it."),
    "duplicate_record": _error("The same record stands in the list before."),
    "extra_date": _warning("A date beside the rule cannot be kept; it is left out."),
    "far_point": _warning("The point lies more than 300 km from all others of this list; look it up again."),
    "last_name": _warning("A contact field holds a last name; it is left out here, but the list shows it to all."),
    "long_meeting": _warning("Longer than four hours; look whether the end is typed right."),
    "lookalike_host": _warning("This host imitates a conference provider's name; ask the group for its link."),
    "missing_key": _warning("The record has no key of its own, so it is known only by name, time and place."),
    "missing_name": _error("A meeting needs a name."),
    "mixed_script_host": _warning(
        "The host mixes letters of several alphabets, as imitations do; look where it leads."
    ),
    "name_of_digits": _warning("The name is a number; look whether a column slipped."),
    "no_fellowship": _error("Neither record nor source names a fellowship; give the source one."),
    "no_time_zone": _error("Neither record, point nor source tells the time zone; give the source one."),
    "odd_hour": _warning("Starts between 01:00 and 05:00; look whether the afternoon is meant."),
    "online_in_person": _warning("Called in person, and yet one can only join online; mark it as online."),
    "open_and_closed": _info("Marked open and closed; taken as closed."),
    "person_removed": _info("A contact person, e-mail address or telephone number was taken out."),
    "point_at_sea": _warning("The point lies at sea; look it up again."),
    "premium_phone": _warning("A telephone number that costs extra is left out."),
    "repeated_meeting": _warning("The same name, hour and place stand at least three times in the list."),
    "series_ended": _info("The series has had its last date: for 90 days it is kept as suspended, then left out."),
    "single_date": _error("A single date is no recurring meeting; give it a rule (RRULE)."),
    "swapped_point": _warning("Latitude and longitude look swapped: the other way round the point fits."),
    "point_outside_country": _warning("This point is not in the country the record names, so it is left out."),
    "text_too_long": _warning("The text was cut at this field's limit."),
    "times_in_utc": _warning("Times in UTC: by this zone they are read as on the first date, the whole year round."),
    "town_point": _info("The record gives no point; it was given that of its town, marked as approximate."),
    "unknown_fellowship": _warning("No fellowship is known by this code; the source's is used."),
    "unknown_format": _info("No format of ours fits this code; it is kept among the other formats."),
    "unknown_service_body": _warning("The record names a service body that the list does not have."),
    "unpublished": _info("The source does not publish this record; if it was known, it is now suspended."),
    "zone_not_at_point": _warning("The clock at this point shows another time than the zone of this record."),
    "zone_outside_country": _warning("This time zone is not in the country the list names, so it is not used."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found.

    `where` leads to it (`[12].types[3]`, `row 40, column Day`), `value` is what stood there, shortened; it never
    holds a person's name, telephone number or e-mail address.
    """

    code: str
    where: str
    source_key: str | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        if self.code not in CATALOGUE:
            raise ValueError(f"{self.code!r} is not in the catalogue of findings")

    @property
    def severity(self) -> Severity:
        """By its code."""
        return CATALOGUE[self.code].severity

    @property
    def message(self) -> str:
        """What it means and how to mend it."""
        return CATALOGUE[self.code].message
