"""What is shown of a meeting."""

from datetime import date, time, timedelta

import pytest

from meetings.model import Group, OnlineVenue
from meetings.recurrence import DatedException
from meetings.source import ImportPlan
from store.sources import remove_source
from tests.builders import a_listing, a_recurrence, a_venue
from tests.schema.conftest import House, id_of

CHRISTMAS = DatedException(day=date(2026, 12, 22), note="Hall closed")
MOVED = DatedException(day=date(2026, 12, 29), moved_to=(date(2026, 12, 30), time(18, 0)))


def meeting(house: House, fields: str, key: str = "1") -> dict[str, object]:
    """What these fields tell of a meeting."""
    return dict(house.data(f"query ($id: ID!) {{ meeting(id: $id) {{ {fields} }} }}", id=id_of(key))["meeting"])


def test_a_meeting_is_shown_by_its_id(house: House) -> None:
    house.lists(a_listing(name="First Light"))
    assert meeting(house, "id name") == {"id": id_of("1"), "name": "First Light"}


def test_an_id_that_leads_nowhere_is_null(house: House) -> None:
    assert house.data('{ meeting(id: "M0000000000000") { id } }') == {"meeting": None}


def test_times_are_wall_clock_with_their_zone(house: House) -> None:
    house.lists(a_listing(recurrence=a_recurrence(starts=time(23, 0), duration=timedelta(minutes=90))))
    assert meeting(house, "weekday startTime endTime duration timeZone recurrence") == {
        "weekday": "TUESDAY",
        "startTime": "23:00",
        "endTime": "00:30",
        "duration": "PT1H30M",
        "timeZone": "America/New_York",
        "recurrence": "FREQ=WEEKLY;BYDAY=TU",
    }


def test_a_meeting_by_appointment_has_no_times(house: House) -> None:
    house.lists(a_listing(recurrence=None, zone_reason=None))
    fields = "weekday startTime endTime timeZone recurrence nextOccurrence { date } icsUrl"
    assert set(meeting(house, fields).values()) == {None}
    assert meeting(house, "recurrenceText occurrences { date }") == {
        "recurrenceText": "By appointment",
        "occurrences": [],
    }


def test_the_next_occurrence_passes_over_a_cancelled_date(house: House) -> None:
    house.lists(a_listing(exceptions=(DatedException(day=date(2026, 11, 24)),)))
    assert meeting(house, "nextOccurrence { startsAt cancelled }") == {
        "nextOccurrence": {"startsAt": "2026-12-01T19:30:00-05:00", "cancelled": False}
    }


def test_occurrences_show_cancelled_dates_marked_with_what_the_list_says(house: House) -> None:
    house.lists(a_listing(exceptions=(CHRISTMAS,)))
    window = 'from: "2026-12-20T00:00:00Z", until: "2026-12-31T00:00:00Z"'
    assert meeting(house, f"occurrences({window}) {{ date cancelled note }}")["occurrences"] == [
        {"date": "2026-12-22", "cancelled": True, "note": "Hall closed"},
        {"date": "2026-12-29", "cancelled": False, "note": None},
    ]


def test_exceptions_are_the_coming_dates_that_differ_from_the_rule(house: House) -> None:
    past = DatedException(day=date(2026, 11, 10))
    house.lists(a_listing(exceptions=(past, CHRISTMAS, MOVED)))
    assert meeting(house, "exceptions { date cancelled movedFrom }")["exceptions"] == [
        {"date": "2026-12-22", "cancelled": True, "movedFrom": None},
        {"date": "2026-12-30", "cancelled": False, "movedFrom": "2026-12-29T19:30:00-05:00"},
    ]


def test_occurrences_are_as_many_as_asked_for(house: House) -> None:
    house.lists(a_listing())
    assert meeting(house, "occurrences(first: 3) { date }")["occurrences"] == [
        {"date": "2026-11-24"},
        {"date": "2026-12-01"},
        {"date": "2026-12-08"},
    ]


@pytest.mark.parametrize("gone", ["suspended", "withdrawn"])
def test_a_meeting_that_does_not_meet_has_no_next_occurrence_and_none_that_is_held(house: House, gone: str) -> None:
    house.lists(a_listing())
    house.carries_out(ImportPlan(source_id="lantern", **{gone: (id_of("1"),)}))  # type: ignore[arg-type] # one of two
    assert meeting(house, "status nextOccurrence { date } occurrences(first: 1) { date cancelled }") == {
        "status": gone.upper(),
        "nextOccurrence": None,
        "occurrences": [{"date": "2026-11-24", "cancelled": True}],
    }


def test_the_place_and_the_link_are_shown(house: House) -> None:
    online = OnlineVenue(url="https://meet.example.org/1", phone="+15550100")
    house.lists(a_listing(venue=a_venue(arrival_notes="Side door"), online=online))
    assert meeting(house, "venue { name latitude approximate arrivalNotes } online { url phone provider }") == {
        "venue": {"name": "Lantern Hall", "latitude": 40.7128, "approximate": False, "arrivalNotes": "Side door"},
        "online": {"url": "https://meet.example.org/1", "phone": "+15550100", "provider": None},
    }


def test_formats_come_with_words_in_the_language_asked_for(house: House) -> None:
    house.lists(a_listing(formats=("OPEN",), other_formats=("ZZ",)))
    assert meeting(house, 'formats { code name de: name(language: "de-AT") category } otherFormats') == {
        "formats": [{"code": "OPEN", "name": "Open", "de": "Offen", "category": "access"}],
        "otherFormats": ["ZZ"],
    }


def test_languages_are_its_own_else_its_sources(house: House) -> None:
    house.lists(a_listing(record_key="1", languages=("es", "pt-BR")), a_listing(record_key="2"))
    assert meeting(house, "languages")["languages"] == ["es", "pt-BR"]
    assert meeting(house, "languages", "2")["languages"] == ["en"]


def test_a_group_shows_all_it_holds(house: House) -> None:
    group = Group(name="First Light", code="G1", url="https://example.org/first-light")
    house.lists(
        a_listing(record_key="1", group=group),
        a_listing(record_key="2", group=group, name="Second Light"),
        a_listing(record_key="3", group=Group(name="First Light")),
    )
    assert meeting(house, "group { name code url meetings { name } }")["group"] == {
        "name": "First Light",
        "code": "G1",
        "url": "https://example.org/first-light",
        "meetings": [{"name": "First Light"}, {"name": "Second Light"}],
    }


def test_the_listing_names_source_key_and_page(house: House) -> None:
    house.lists(a_listing(url="https://lists.example.org/1"))
    assert meeting(house, "listings { source { id name } sourceKey url lastSeenAt }")["listings"] == [
        {
            "source": {"id": "lantern", "name": "Lantern Area"},
            "sourceKey": "1",
            "url": "https://lists.example.org/1",
            "lastSeenAt": "2026-11-22T18:30:00+00:00",
        }
    ]


def test_a_meeting_of_a_removed_source_is_listed_nowhere(house: House) -> None:
    house.lists(a_listing())
    with house.database.write() as write:
        remove_source(write, "lantern", now=house.now)
    assert meeting(house, "status listings { sourceKey } languages") == {
        "status": "WITHDRAWN",
        "listings": [],
        "languages": [],
    }


def test_a_fellowship_that_left_the_vocabulary_still_has_its_code(house: House) -> None:
    house.lists(a_listing(fellowship="XYZ"))
    assert meeting(house, "fellowship { id code name }")["fellowship"] == {
        "id": "fellowship:XYZ",
        "code": "XYZ",
        "name": "XYZ",
    }


def test_the_calendar_file_is_under_the_base_address(house: House) -> None:
    house.lists(a_listing())
    assert meeting(house, "icsUrl")["icsUrl"] == f"https://meetings.example.org/meetings/{id_of('1')}.ics"
