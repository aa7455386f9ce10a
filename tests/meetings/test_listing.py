"""A listing's hashes are kept for years: they stay what they were, whatever a text holds."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.listing import Listing, content_key, fingerprint
from meetings.model import MedicationStance, OnlineVenue, Venue, VenueType, Weekday, ZoneReason
from meetings.recurrence import DatedException, Recurrence
from tests.meetings.plain_hashes import plain_fingerprint

MONDAY = Listing(
    record_key="7",
    name="First Light",
    fellowship="NA",
    recurrence=Recurrence(
        weekday=Weekday.MONDAY,
        starts=time(0),
        duration=timedelta(minutes=90),
        zone="Africa/Accra",
        weeks_of_month=(1, -1),
    ),
    exceptions=(DatedException(day=date(2026, 2, 2), moved_to=(date(2026, 2, 3), time(7, 30)), note="Holiday"),),
    duration_assumed=True,
    zone_reason=ZoneReason.POINT,
    venue_type=VenueType.HYBRID,
    venue=Venue(name="Hall", city="Accra", latitude=0.0, longitude=-0.2),
    online=OnlineVenue(url="https://zoom.us/j/1"),
    formats=("OPEN", "STEP"),
    medication=MedicationStance.WELCOMING,
    notes="Two\nlines",
)
TEXTS = st.text(max_size=12) | st.sampled_from(["é", "\x7f", "\ud800", "🌅", 'a "b" \\', "\x00\t", "e-mail", "1e5"])
DEGREES = st.floats(-180, 180) | st.sampled_from([0.0, -0.0, 0.00005, -0.000001, 1e-7])


@pytest.mark.parametrize("degrees", [5e-05, -5e-05, 1e-05, 9.99e-05, 1e-06, 1e-07, -1e-07, 0.0001, 100.00001, 1e-300])
def test_a_fingerprint_near_the_equator_is_what_it_is_defined_as(degrees: float) -> None:
    told = replace(MONDAY, venue=Venue(street="Quay", latitude=degrees, longitude=12.5))
    assert fingerprint(told) == plain_fingerprint(told)


def test_hashes_are_those_that_databases_hold() -> None:
    assert fingerprint(MONDAY) == "053ee11f809c0855385c148f22cbdb64"
    assert content_key(MONDAY) == "debd9c73ab960469dfdfc7c5d7306d37"
    assert content_key(replace(MONDAY, name="Première lumière", venue=None)) == "2b4ca67f05468c90c04dcbb71b08c0b1"


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), DEGREES, st.sampled_from([*VenueType, None]))
def test_a_fingerprint_is_what_it_is_defined_as(
    name: str, notes: str, formats: list[str], degrees: float, venue_type: VenueType | None
) -> None:
    venue = Venue(street=notes, latitude=degrees, longitude=12.5)
    told = replace(MONDAY, name=name, notes=notes, other_formats=tuple(formats), venue=venue, venue_type=venue_type)
    assert fingerprint(told) == plain_fingerprint(told)


@pytest.mark.parametrize("changes", [{"where": "[9]"}, {"record_key": None}, {"day": "MONDAY"}, {"ids": ("M1",)}])
def test_how_a_record_is_known_is_no_part_of_its_fingerprint(changes: dict[str, object]) -> None:
    assert fingerprint(replace(MONDAY, **changes)) == fingerprint(MONDAY)  # type: ignore[arg-type]
