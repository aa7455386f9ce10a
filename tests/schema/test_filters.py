"""What a client's filter means, and how it is told what is wrong with it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import orjson
import pytest

from meetings.errors import InvalidQuery, UnknownCode
from meetings.model import MeetingStatus, Weekday
from meetings.search import SHOWN, Box, MeetingFilter, Point
from meetings.vocabulary import Vocabulary, vocabulary_from_documents
from schema.filters import read_filter
from schema.windows import checked_window
from tests.builders import NOW
from tests.outside import ROOT
from tests.schema.conftest import House

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEAR = {"near": {"latitude": 40.7, "longitude": -74.0}}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    documents = [orjson.loads((ROOT / "seed" / f"{name}.json").read_bytes()) for name in ("formats", "fellowships")]
    return vocabulary_from_documents(*documents)


@pytest.fixture
def read(vocabulary: Vocabulary) -> Any:
    def read(windowed: bool = True, **values: Any) -> MeetingFilter:
        return read_filter(values, vocabulary=vocabulary, now=NOW, windowed=windowed)

    return read


def test_nothing_asked_finds_all_that_are_shown(vocabulary: Vocabulary) -> None:
    assert read_filter(None, vocabulary=vocabulary, now=NOW) == MeetingFilter(statuses=SHOWN)


def test_codes_are_taken_in_any_case_and_with_hyphens(read: Any) -> None:
    found = read(fellowships=["al-anon", "na"], formats={"any": ["wheelchair-access"]}, concerns=["opioids"])
    assert (found.fellowships, found.concerns) == ({"AL_ANON", "NA"}, {"OPIOIDS"})
    assert found.formats.any == {"WHEELCHAIR_ACCESS"}


def test_a_fellowship_may_be_named(read: Any) -> None:
    assert read(fellowships=["Narcotics Anonymous"]).fellowships == {"NA"}


@pytest.mark.parametrize(
    ("values", "argument", "suggestion"),
    [
        ({"formats": {"all": ["WHEELCHAIR"]}}, "filter.formats.all", "WHEELCHAIR_ACCESS"),
        ({"formats": {"none": ["WOMAN"]}}, "filter.formats.none", "WOMEN"),
        ({"concerns": ["OPIOID"]}, "filter.concerns", "OPIOIDS"),
        ({"fellowships": ["ALANONN"]}, "filter.fellowships", "AL_ANON"),
    ],
)
def test_an_unknown_code_is_an_error_that_suggests_the_nearest(
    read: Any, values: dict[str, Any], argument: str, suggestion: str
) -> None:
    with pytest.raises(UnknownCode) as caught:
        read(**values)
    assert caught.value.argument == argument
    assert suggestion in caught.value.suggestions


def test_an_empty_list_of_values_is_not_the_same_as_none(read: Any) -> None:
    assert (read(ids=[]).ids, read().ids) == (frozenset(), None)


def test_left_out_and_null_statuses_are_those_shown(read: Any) -> None:
    assert read(statuses=None).statuses == SHOWN
    assert read(statuses=[MeetingStatus.WITHDRAWN]).statuses == {MeetingStatus.WITHDRAWN}


def test_languages_and_areas_are_compared_as_people_do(read: Any) -> None:
    found = read(languages=["pt-BR"], areas=["Zürich  Nord"])
    assert (found.languages, found.areas) == ({"pt-br"}, {"zurich nord"})


def test_times_of_day_are_minutes_since_midnight(read: Any) -> None:
    found = read(time={"starts_from": time(22, 0), "starts_before": time(2, 0), "ends_by": time(0, 0)}).time
    assert (found.starts_from, found.starts_before, found.ends_by) == (1320, 120, 0)


def test_excluded_days_are_read_with_the_time(read: Any) -> None:
    assert read(exclude={"days": [Weekday.FRIDAY]}).time.excluded_days == {Weekday.FRIDAY}


def test_within_takes_in_what_has_just_begun_and_what_starts_in_just_so_long(read: Any) -> None:
    assert read(time={"within": HOUR}).time.window == (NOW - 10 * MINUTE, NOW + HOUR + MINUTE)


def test_from_or_until_alone_means_seven_days(read: Any) -> None:
    soon = NOW + 10 * DAY
    assert read(time={"from_": soon}).time.window == (soon, soon + 7 * DAY)
    assert read(time={"until": soon}).time.window == (soon - 7 * DAY, soon)


def test_until_alone_reaches_no_further_back_than_a_window_may(read: Any) -> None:
    assert read(time={"until": NOW - DAY}).time.window == (NOW - 7 * DAY, NOW - DAY)


def test_windows_are_in_whole_minutes_of_universal_time(read: Any) -> None:
    start = datetime.fromisoformat("2026-11-23T09:00:00.5-05:00")
    assert read(time={"from_": start, "until": start + HOUR}).time.window == (
        datetime(2026, 11, 23, 14, 1, tzinfo=UTC),
        datetime(2026, 11, 23, 15, 1, tzinfo=UTC),
    )


def test_in_progress_needs_no_window(read: Any) -> None:
    found = read(time={"in_progress": True}).time
    assert (found.in_progress, found.window) == (True, None)


def test_false_asks_nothing_of_what_is_in_progress(read: Any) -> None:
    assert read(time={"in_progress": False, "within": HOUR}).time.in_progress is False


def test_a_place_is_a_point_with_a_radius_or_a_box(read: Any) -> None:
    assert read(place=NEAR).place.near == Point(latitude=40.7, longitude=-74.0)
    assert read(place=NEAR).place.radius_km == 500
    over_the_date_line = {"south": -20.0, "west": 170.0, "north": -10.0, "east": -170.0}
    assert read(place={"box": over_the_date_line}).place.box == Box(**over_the_date_line)


def test_a_filter_that_comes_again_with_another_point_asks_for_that_point(read: Any) -> None:
    here, there = ({"latitude": 40.7, "longitude": at} for at in (-74.0, -73.0))
    asked = [read(place={"near": near, "radius_km": 5.0}, fellowships=["na"]) for near in (here, there)]
    assert [one.place.near for one in asked] == [Point(**here), Point(**there)]
    assert [one.place.radius_km for one in asked] == [5.0, 5.0]
    assert asked[0].fellowships is asked[1].fellowships
    with pytest.raises(InvalidQuery) as caught:
        read(place={"near": {**here, "latitude": 91.0}, "radius_km": 5.0}, fellowships=["na"])
    assert caught.value.argument == "filter.place.near.latitude"


def test_a_country_is_two_letters_in_any_case(read: Any) -> None:
    assert read(place={"country": "gb"}).place.country == "GB"


NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "argument"),
    [
        ({"place": {"near": {"latitude": 90.1, "longitude": 0}}}, "filter.place.near.latitude"),
        ({"place": {"near": {"latitude": NAN, "longitude": 0}}}, "filter.place.near.latitude"),
        ({"place": {"near": {"latitude": 0, "longitude": -180.5}}}, "filter.place.near.longitude"),
        ({"place": {**NEAR, "radius_km": 0}}, "filter.place.radiusKm"),
        ({"place": {**NEAR, "radius_km": 500.1}}, "filter.place.radiusKm"),
        ({"place": {**NEAR, "radius_km": NAN}}, "filter.place.radiusKm"),
        ({"place": {"radius_km": 5}}, "filter.place.radiusKm"),
        ({"place": {"nearest": 5}}, "filter.place.nearest"),
        ({"place": {**NEAR, "nearest": 0}}, "filter.place.nearest"),
        ({"place": {**NEAR, "box": {"south": 0, "west": 0, "north": 1, "east": 1}}}, "filter.place.box"),
        ({"place": {"box": {"south": 2, "west": 0, "north": 1, "east": 1}}}, "filter.place.box.north"),
        ({"place": {"country": "USA"}}, "filter.place.country"),
        ({"place": {"city": "  "}}, "filter.place.city"),
        ({"place": {"region": "r" * 201}}, "filter.place.region"),
        ({"sources": ["s"] * 101}, "filter.sources"),
        ({"ids": ["i" * 201]}, "filter.ids"),
        ({"exclude": {"service_bodies": [""]}}, "filter.exclude.serviceBodies"),
        ({"time": {"within": 93 * DAY}}, "filter.time.within"),
        ({"time": {"within": HOUR, "from_": NOW}}, "filter.time.from"),
        ({"time": {"until": NOW + DAY, "in_progress": True}}, "filter.time.inProgress"),
        ({"time": {"from_": NOW, "until": NOW}}, "filter.time.until"),
        ({"time": {"from_": NOW - 8 * DAY}}, "filter.time.from"),
        ({"time": {"from_": NOW, "until": NOW + 93 * DAY}}, "filter.time.until"),
        ({"time": {"from_": NOW + 360 * DAY, "until": NOW + 371 * DAY}}, "filter.time.until"),
        ({"time": {"min_duration": HOUR, "max_duration": MINUTE}}, "filter.time.minDuration"),
    ],
)
def test_what_cannot_be_asked_is_named_by_the_path_the_client_used(
    read: Any, values: dict[str, Any], argument: str
) -> None:
    with pytest.raises(InvalidQuery) as caught:
        read(**values)
    assert caught.value.argument == argument


@pytest.mark.parametrize("part", ["within", "from_", "until", "in_progress"])
def test_a_window_of_its_own_is_refused_where_the_window_is_an_argument(read: Any, part: str) -> None:
    value = {"within": HOUR, "in_progress": True}.get(part, NOW)
    with pytest.raises(InvalidQuery) as caught:
        read(windowed=False, time={part: value})
    assert caught.value.argument in {f"filter.time.{part.rstrip('_')}", "filter.time.inProgress"}


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)])
def test_the_ends_of_time_are_refused_and_break_nothing(moment: datetime) -> None:
    for start, until in ((moment, None), (None, moment), (moment, moment)):
        with pytest.raises(InvalidQuery):
            checked_window(start, until, now=NOW)


def test_a_client_reads_code_argument_and_suggestions(house: House) -> None:
    error = house.error('{ meetings(filter: {formats: {all: ["OPENN"]}}) { totalCount } }')
    assert error["extensions"] == {
        "code": "UNKNOWN_CODE",
        "argument": "filter.formats.all",
        "suggestions": error["extensions"]["suggestions"],
    }
    assert "OPEN" in error["extensions"]["suggestions"]
    assert error["path"] == ["meetings"]
