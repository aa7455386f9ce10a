"""Places without a point: the middle of their town, where that is certain, and nothing where it is not."""

import pytest

from importers.approximate import point_of, town_of, with_town_point
from importers.record import Record
from meetings.listing import content_key
from meetings.model import Venue, ZoneReason
from tests.builders import a_listing, a_venue
from tests.importers.lists import bmlt, bmlt_record, found, meeting_guide, meeting_guide_record, only

NO_POINT = {"latitude": "", "longitude": ""}


@pytest.mark.parametrize(
    ("line", "country", "town"),
    [
        ("Edmonton, Alberta, Canada", None, "Edmonton"),
        ("12 Mill Street, St. Albert, Alberta, T8N 1K1, Canada", None, "St. Albert"),
        ("12 Mill Street, Bristol BS1 4ND, UK", None, "Bristol"),
        ("Hall, 12 Mill Street, Galway, Co. Galway, Ireland", None, "Galway"),
        ("12 Mill Street, Galway", "IE", "Galway"),
        ("12 Mill Street, Nowhere on any Map, Alberta, Canada", None, None),
        ("12 Mill Street, Springfield", "US", None),
        ("Edmonton", None, None),
        ("Alberta, Canada", None, None),
        (",,,", "CA", None),
    ],
)
def test_town_of_an_address_in_one_line_is_the_one_it_names(line: str, country: str | None, town: str | None) -> None:
    found_town = town_of(Venue(formatted_address=line), country)
    assert (found_town and found_town.name) == town


def test_meeting_without_a_point_gets_its_towns_marked_as_approximate() -> None:
    result = bmlt(bmlt_record(**NO_POINT))
    venue = only(result).venue
    assert venue is not None
    assert venue.approximate
    assert point_of(venue) == pytest.approx((40.71, -74.0), abs=0.1)
    assert ("town_point", "[0].location_municipality") in found(result)


def test_towns_zone_counts_as_its_points_and_only_where_the_record_tells_none() -> None:
    silent, told = bmlt_record(**NO_POINT), bmlt_record(**NO_POINT, time_zone="America/Chicago")
    assert [only(bmlt(record)).zone_reason for record in (silent, told)] == [ZoneReason.POINT, ZoneReason.RECORD]


def test_what_is_held_online_only_is_held_by_its_towns_clock_and_needs_no_town() -> None:
    online = bmlt_record(**NO_POINT, venue_type="2", location_municipality="Chicago", location_province="IL")
    nowhere = online | {"id_bigint": "2", "location_municipality": ""}
    rules = [listing.recurrence for listing in bmlt(online, nowhere).listings]
    assert [rule and rule.zone for rule in rules] == ["America/Chicago", "America/New_York"]


def test_point_of_the_record_stays() -> None:
    venue = a_venue(city="Chicago", region="IL")
    record = Record(values={}, where="[0]")
    assert with_town_point(venue, record, "city", country="US") == venue
    assert record.findings == []


def test_town_that_nobody_can_tell_leaves_the_meeting_without_a_point() -> None:
    record = meeting_guide_record(formatted_address="12 Ferry Lane, Springfield, USA", latitude=None, longitude=None)
    result = meeting_guide(record)
    assert point_of(only(result).venue) is None
    assert "town_point" not in [code for code, _ in found(result)]


def test_meeting_is_not_known_by_the_middle_of_its_town() -> None:
    here, there = (
        a_listing(venue=Venue(name="Hall", city="Leduc", latitude=degrees, longitude=-113.0, approximate=True))
        for degrees in (53.0, 53.5)
    )
    assert content_key(here) == content_key(there)
