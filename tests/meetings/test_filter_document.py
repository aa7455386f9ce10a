"""Filters that are kept come back as they were asked."""

from datetime import timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.filter_document import document_from_filter, filter_from_document
from meetings.model import Audience, MedicationStance, MeetingStatus, TimeOfDay, VenueType, Weekday
from meetings.places import Place, PlaceKind
from meetings.search import Area, Box, Exclusion, FormatFilter, MeetingFilter, PlaceFilter, Point, TimeFilter
from tests.builders import NOW

words = st.frozensets(st.text(max_size=5), max_size=3)
minutes = st.none() | st.integers(0, 1439)
lengths = st.none() | st.integers(0, 1439).map(lambda told: timedelta(minutes=told))
times = st.builds(
    TimeFilter,
    days=st.frozensets(st.sampled_from(Weekday)),
    starts_from=minutes,
    starts_before=minutes,
    times_of_day=st.frozensets(st.sampled_from(TimeOfDay)),
    ends_by=minutes,
    min_duration=lengths,
    max_duration=lengths,
    zone=st.none() | st.just("Europe/Oslo"),
    by_appointment=st.none() | st.booleans(),
    excluded_days=st.frozensets(st.sampled_from(Weekday)),
)
degrees = st.floats(-90, 90)
points = st.builds(Point, latitude=degrees, longitude=degrees)
boxes = st.builds(Box, south=degrees, west=degrees, north=degrees, east=degrees)
areas = st.builds(
    Area,
    country=st.just("US"),
    is_country=st.booleans(),
    regions=words,
    others=words,
    listed_under=st.none() | st.just("GB"),
    box=boxes,
)
named = st.builds(
    Place,
    kind=st.sampled_from(PlaceKind),
    name=st.text(max_size=5),
    region=st.none() | st.text(max_size=5),
    country=st.just("US"),
    latitude=degrees,
    longitude=degrees,
    zone=st.none() | st.just("America/Chicago"),
)
places = st.builds(
    PlaceFilter,
    area=st.none() | areas,
    named=st.none() | named,
    near=st.none() | points,
    radius_km=st.floats(0.1, 500),
    nearest=st.none() | st.integers(1, 500),
    box=st.none() | boxes,
    city=st.none() | st.text(max_size=5),
    country=st.none() | st.just("PT"),
    or_online=st.booleans(),
)
filters = st.builds(
    MeetingFilter,
    text=st.none() | st.text(max_size=5),
    time=times,
    place=places,
    formats=st.builds(FormatFilter, all=words, any=words, none=words),
    fellowships=st.none() | words,
    venue_types=st.none() | st.frozensets(st.sampled_from(VenueType)),
    by_phone=st.none() | st.booleans(),
    ids=st.none() | words,
    for_whom=st.none() | st.sampled_from(Audience),
    medication=st.none() | st.frozensets(st.sampled_from(MedicationStance)),
    statuses=st.frozensets(st.sampled_from(MeetingStatus)),
    exclude=st.builds(Exclusion, ids=words, venue_types=st.frozensets(st.sampled_from(VenueType))),
)


@given(filters)
def test_a_filter_comes_back_as_it_was_kept(asked: MeetingFilter) -> None:
    kept = orjson.loads(orjson.dumps(document_from_filter(asked)))
    assert filter_from_document(kept) == asked
    assert hash(filter_from_document(kept)) == hash(asked)


def test_what_was_not_asked_is_not_kept() -> None:
    assert document_from_filter(MeetingFilter(fellowships=frozenset({"NA", "HA"}))) == {"fellowships": ["HA", "NA"]}


def test_what_only_another_version_asks_is_left_out() -> None:
    assert filter_from_document({"moonPhase": "full", "place": {"city": "oslo", "altitude": 3}}) == MeetingFilter(
        place=PlaceFilter(city="oslo")
    )


def test_a_window_is_not_kept() -> None:
    with pytest.raises(ValueError, match="no window"):
        document_from_filter(MeetingFilter(time=TimeFilter(window=(NOW, NOW))))
