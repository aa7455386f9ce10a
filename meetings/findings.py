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
    "bad_phone": _warning("No telephone number can be read here; it is left out."),
    "bad_point": _warning("Latitude and longitude must both be numbers in range and not 0, 0; the point is left out."),
    "bad_record": _error("The record is not an object with the fields of this format."),
    "bad_record_part": _warning("An object is expected here; it is left out."),
    "bad_recurrence": _error("Only weekly rules, every n weeks and weeks of the month can be kept."),
    "bad_medication": _warning("No stance on medication by this code; it is left out."),
    "bad_status": _error("No status by this code."),
    "bad_text": _warning("This text holds what no text may hold, or is not text; it was cleaned or left out."),
    "bad_time": _error("No time of day as HH:MM."),
    "bad_time_zone": _warning("No time zone of this name; the next best is used."),
    "bad_venue_type": _warning("No way to attend by this code; it is told from place and link instead."),
    "day_without_time": _error("A day without a time: give the time, or leave out both for a meeting by appointment."),
    "doubtful_midnight": _warning("24:00 is taken as 00:00 of the day it is listed under; write 00:00 and its day."),
    "duplicate_field": _warning("A field stands twice in this record; the last one counts."),
    "duplicate_key": _warning("Another record has the same key, so neither is known by it."),
    "duplicate_record": _error("The same record stands in the list before."),
    "missing_key": _warning("The record has no key of its own, so it is known only by name, time and place."),
    "missing_name": _error("A meeting needs a name."),
    "no_fellowship": _error("Neither record nor source names a fellowship; give the source one."),
    "no_time_zone": _error("Neither record, point nor source tells the time zone; give the source one."),
    "open_and_closed": _info("Marked open and closed; taken as closed."),
    "person_removed": _info("A contact person, e-mail address or telephone number was taken out."),
    "text_too_long": _warning("The text was cut at this field's limit."),
    "unknown_fellowship": _warning("No fellowship is known by this code; the source's is used."),
    "unknown_format": _info("No format of ours fits this code; it is kept among the other formats."),
    "unknown_service_body": _warning("The record names a service body that the list does not have."),
    "unpublished": _info("The source does not publish this record; if it was known, it is now suspended."),
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
