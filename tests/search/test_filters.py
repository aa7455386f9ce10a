"""What each part of a filter keeps, told by example; combinations are judged against brute force."""

from __future__ import annotations

from typing import Any

import pytest

from meetings.listing import id_from_number
from meetings.model import Audience, MedicationStance, MeetingStatus, OnlineVenue, ServiceBody, VenueType
from meetings.search import Exclusion, FormatFilter, PlaceFilter, TimeFilter
from tests.builders import a_meeting, a_venue
from tests.search.asking import a_list, found_ids
from tests.search.worlds import FORMATS


def finds(asked: dict[str, Any], **meeting: Any) -> bool:
    """Whether a question finds a list's only meeting."""
    return bool(found_ids(a_list(a_meeting(1, **meeting)), **asked))


def codes(*values: str) -> frozenset[str]:
    return frozenset(values)


def test_active_and_unconfirmed_meetings_are_found_unless_others_are_asked_for() -> None:
    assert [finds({}, status=status) for status in MeetingStatus] == [True, False, True, False]
    assert finds({"statuses": frozenset({MeetingStatus.WITHDRAWN})}, status=MeetingStatus.WITHDRAWN)


@pytest.mark.parametrize(
    "name",
    ["fellowships", "venue_types", "languages", "service_bodies", "sources", "ids", "areas", "concerns", "approaches",
     "medication", "statuses"],
)  # fmt: skip
def test_an_empty_set_matches_nothing(name: str) -> None:
    assert not finds({name: frozenset()})


def test_portuguese_also_finds_brazilian_but_not_the_other_way_round() -> None:
    assert finds({"languages": codes("pt")}, languages=("pt-BR",))
    assert not finds({"languages": codes("pt-br")}, languages=("pt",))
    assert not finds({"languages": codes("p")}, languages=("pt",))


def test_a_meeting_without_languages_speaks_those_of_its_source() -> None:
    assert finds({"languages": codes("en")}, languages=())
    assert not finds({"languages": codes("en")}, languages=("es",))


def test_a_format_both_wanted_and_unwanted_is_found_nowhere() -> None:
    asked = {"formats": FormatFilter(all=codes("OPEN"), none=codes("OPEN"))}
    assert not finds(asked, formats=("OPEN",))
    assert not finds(asked, formats=())


def test_formats_beyond_the_sixty_fourth_are_told_apart() -> None:
    crowd = [a_meeting(number, formats=(code,)) for number, code in enumerate(FORMATS)]
    world = a_list(*crowd)
    assert found_ids(world, formats=FormatFilter(all=codes("F131"))) == [crowd[131].id]
    assert found_ids(world, formats=FormatFilter(any=codes("F3"))) == [crowd[3].id]


def test_a_format_that_no_meeting_has_is_in_none() -> None:
    assert not finds({"formats": FormatFilter(all=codes("NEW"))}, formats=("OPEN",))
    assert not finds({"formats": FormatFilter(any=codes("NEW"))}, formats=("OPEN",))
    assert finds({"formats": FormatFilter(none=codes("NEW"))}, formats=("OPEN",))


def test_a_broad_fellowship_is_found_by_what_it_covers() -> None:
    assert finds({"concerns": codes("OPIOIDS")}, fellowship="NA")
    assert not finds({"concerns": codes("OPIOIDS")}, fellowship="OA")


def test_a_fellowship_nobody_described_is_for_nobody_in_particular() -> None:
    assert not any(finds({"for_whom": whom}, fellowship="UNHEARD_OF") for whom in Audience)
    assert finds({"fellowships": codes("UNHEARD_OF")}, fellowship="UNHEARD_OF")


def test_families_find_their_own_fellowships() -> None:
    assert finds({"for_whom": Audience.FAMILY_FRIENDS}, fellowship="AL_ANON")
    assert not finds({"for_whom": Audience.FAMILY_FRIENDS}, fellowship="AA")


def test_a_stance_on_medication_is_found_by_its_name() -> None:
    asked = {"medication": frozenset({MedicationStance.WELCOMING})}
    assert finds(asked, medication=MedicationStance.WELCOMING)
    assert not finds(asked)


def test_by_phone_means_there_is_a_number() -> None:
    assert finds({"by_phone": True}, online=OnlineVenue(phone="+1 555 0100"))
    assert not finds({"by_phone": True}, online=OnlineVenue(url="https://example.org"))
    assert finds({"by_phone": False})


def test_towns_are_compared_as_people_write_them() -> None:
    assert finds({"place": PlaceFilter(city="sao  PAULO")}, venue=a_venue(city="São Paulo"))
    assert not finds({"place": PlaceFilter(city="Paulo")}, venue=a_venue(city="São Paulo"))


def test_a_country_is_compared_exactly() -> None:
    assert finds({"place": PlaceFilter(country="US")})
    assert not finds({"place": PlaceFilter(country="us")})


def test_areas_are_compared_folded() -> None:
    assert finds({"areas": codes("rio norte")}, areas=("Río Norte", "East"))


def test_a_venue_type_that_is_unknown_is_not_asked_for_and_not_excluded() -> None:
    assert not finds({"venue_types": frozenset(VenueType)}, venue_type=None)
    assert finds({"exclude": Exclusion(venue_types=frozenset(VenueType))}, venue_type=None)


def test_a_body_that_is_unknown_is_not_excluded() -> None:
    body = ServiceBody(id="B1", source_id="lantern", source_key="1", name="Area", kind="AREA")
    world = a_list(a_meeting(1), a_meeting(2, service_body_id="B1"), bodies=[body])
    assert found_ids(world, exclude=Exclusion(service_bodies=codes("B1"))) == [world.meetings[0].id]


def test_ids_that_nobody_has_are_no_error() -> None:
    assert not finds({"ids": codes("no id", id_from_number(5), "M" + "Z" * 13, "")})


def test_an_excluded_id_is_left_out() -> None:
    world = a_list(*(a_meeting(number) for number in range(3)))
    assert world.meetings[1].id not in found_ids(world, exclude=Exclusion(ids=codes(world.meetings[1].id)))


def test_by_appointment_is_only_those_without_a_time_or_only_the_others() -> None:
    assert finds({"time": TimeFilter(by_appointment=True)}, recurrence=None)
    assert not finds({"time": TimeFilter(by_appointment=True)})
    assert not finds({"time": TimeFilter(by_appointment=False)}, recurrence=None)
