"""Which zone a meeting is in: record, point, source, each only where its country allows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.zones import ZoneChoice, ZoneClues, choose_zone
from meetings.model import ZoneReason
from meetings.zones import country_zones, zone_names

NEW_YORK, LONDON, CHICAGO = (40.7128, -74.006), (51.5072, -0.1276), (41.8781, -87.6298)
XINJIANG, HIGH_SEA = (43.8, 87.6), (40.0, -40.0)


def choose(**clues: Any) -> ZoneChoice:
    return choose_zone(ZoneClues(**clues))


def codes(choice: ZoneChoice) -> list[str]:
    return [code for code, _ in choice.findings]


def test_record_comes_before_point_and_point_before_source() -> None:
    told: dict[str, Any] = {"record": "America/Chicago", "point": NEW_YORK, "source_zone": "America/Denver"}
    assert (choose(**told).zone, choose(**told).reason) == ("America/Chicago", ZoneReason.RECORD)
    told["record"] = None
    assert (choose(**told).zone, choose(**told).reason) == ("America/New_York", ZoneReason.POINT)
    told["point"] = None
    assert (choose(**told).zone, choose(**told).reason) == ("America/Denver", ZoneReason.SOURCE)


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("US/Eastern", "America/New_York"),
        ("america/new york", "America/New_York"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("America/Montreal", "America/Toronto"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Oslo", "Europe/Oslo"),
        ("Eastern", "America/New_York"),
        ("EST", "America/New_York"),
        ("PT", "America/Los_Angeles"),
    ],
)
def test_old_and_spoken_names_are_known(written: str, zone: str) -> None:
    assert choose(record=written).zone == zone


def test_name_of_no_zone_is_a_finding_and_the_next_best_counts() -> None:
    choice = choose(record="Mars/Olympus", point=NEW_YORK)
    assert (choice.zone, choice.findings) == ("America/New_York", (("bad_time_zone", "Mars/Olympus"),))


def test_high_sea_is_no_answer() -> None:
    assert choose(point=HIGH_SEA, source_zone="America/New_York").reason == ZoneReason.SOURCE


def test_nothing_told_is_no_zone_and_never_a_guess() -> None:
    choice = choose()
    assert (choice.zone, codes(choice)) == (None, ["no_time_zone"])


def test_point_that_several_zones_claim_is_settled_by_the_source() -> None:
    choice = choose(point=XINJIANG, source_zone="Asia/Urumqi")
    assert (choice.zone, codes(choice)) == ("Asia/Urumqi", ["ambiguous_zone"])


def test_point_that_several_zones_claim_is_not_guessed_without_a_source() -> None:
    assert choose(point=XINJIANG).zone is None


def test_point_abroad_is_not_used() -> None:
    choice = choose(point=(40.7128, 74.006), source_zone="America/New_York", source_country="US")
    assert (choice.zone, choice.reason, codes(choice)) == (
        "America/New_York",
        ZoneReason.SOURCE,
        ["zone_outside_country"],
    )
    assert choice.abroad


def test_records_country_outweighs_its_sources() -> None:
    choice = choose(point=LONDON, country="GB", source_zone="America/New_York", source_country="US")
    assert (choice.zone, choice.findings) == ("Europe/London", ())


def test_records_zone_outside_its_own_country_is_not_used() -> None:
    choice = choose(record="Europe/London", point=CHICAGO, country="US")
    assert (choice.zone, codes(choice)) == ("America/Chicago", ["zone_outside_country"])


def test_zone_of_an_online_meeting_need_not_be_in_its_sources_country() -> None:
    told = {"record": "Europe/London", "source_country": "US", "source_zone": "America/New_York"}
    assert choose(**told, anywhere=True).zone == "Europe/London"
    assert choose(**told).zone == "America/New_York"


def test_zone_that_record_and_point_agree_on_is_right_whatever_the_sources_country() -> None:
    choice = choose(record="America/Toronto", point=(43.65, -79.38), source_country="US")
    assert (choice.zone, choice.findings) == ("America/Toronto", ())


def test_sources_zone_is_not_used_for_another_country() -> None:
    choice = choose(country="GB", source_zone="America/New_York")
    assert (choice.zone, choice.reason, codes(choice)) == ("Europe/London", ZoneReason.RECORD, ["zone_outside_country"])


def test_country_with_several_zones_does_not_tell_one() -> None:
    assert choose(country="AU", source_zone="America/New_York").zone is None


PHOENIX = (33.45, -112.07)


@pytest.mark.parametrize("record", ["MST", "mountain"])
def test_point_outweighs_a_spoken_name_that_may_mean_several_zones(record: str) -> None:
    choice = choose(record=record, point=PHOENIX, country="US")
    assert (choice.zone, choice.reason, choice.findings) == ("America/Phoenix", ZoneReason.POINT, ())


def test_spoken_name_of_another_clock_than_the_points_is_a_finding() -> None:
    choice = choose(record="ET", point=PHOENIX, country="US")
    assert (choice.zone, choice.findings) == ("America/Phoenix", (("bad_time_zone", "ET"),))


def test_spoken_name_that_the_point_agrees_with_is_the_records() -> None:
    assert choose(record="EST", point=NEW_YORK).reason == ZoneReason.RECORD


def test_spoken_name_counts_where_the_point_tells_nothing() -> None:
    assert choose(record="CT", point=HIGH_SEA, source_zone="America/New_York").zone == "America/Chicago"


def test_spoken_name_without_a_point_is_that_of_its_sources_clock() -> None:
    assert choose(record="MST", source_zone="America/Phoenix").zone == "America/Phoenix"
    assert choose(record="MST", source_zone="America/New_York").zone == "America/Denver"


@pytest.mark.parametrize(
    ("point", "country", "zone"),
    [((18.4655, -66.1057), "US", "America/Puerto_Rico"), ((22.3193, 114.1694), "CN", "Asia/Hong_Kong")],
)
def test_territory_counts_to_the_country_that_lists_write(point: Any, country: str, zone: str) -> None:
    assert choose(point=point, country=country).zone == zone


@given(
    st.none() | st.text(max_size=20) | st.sampled_from(sorted(zone_names())),
    st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.none() | st.sampled_from(sorted(country_zones())),
    st.booleans(),
)
def test_any_clues_lead_to_a_zone_that_exists_or_to_none(
    record: str | None, point: tuple[float, float] | None, country: str | None, anywhere: bool
) -> None:
    choice = choose(record=record, point=point, country=country, anywhere=anywhere, source_zone="America/New_York")
    assert (choice.zone is None) == (choice.reason is None) == ("no_time_zone" in codes(choice))
    assert choice.zone is None or choice.zone in zone_names()
