"""Any list by its mapping: paths, pieces of texts, codes, fellowships and countries by the row, keys made of facts."""

import json
from typing import Any

import pytest

from importers.mapped import parse
from importers.protocol import Fetched
from meetings.errors import ParseFailed
from meetings.listing import Listing, Parsed
from meetings.model import VenueType, Weekday
from tests.builders import a_source
from tests.importers.lists import found, only, the_vocabulary

WHEN = '[fields]\nname = "name"\nweekday = "day"\nstart_time = "time"\n'


def mapped(mapping: str | None, body: str | bytes, **source: Any) -> Parsed:
    """What this mapping makes of a list of a source in New York."""
    facts: dict[str, Any] = {"importer": "mapped", "mapping": mapping, **source}
    raw = body.encode() if isinstance(body, str) else body
    return parse(Fetched(documents={"list": raw}, location="list"), a_source(**facts), the_vocabulary())


def record(**changes: Any) -> str:
    """One record of a JSON list."""
    return json.dumps([{"name": "First Light", "day": "Tuesday", "time": "19:30", **changes}])


def one(more: str, **changes: Any) -> Listing:
    """The listing of one record, by more of a mapping."""
    return only(mapped(WHEN + more, record(**changes)))


@pytest.mark.parametrize(
    "body",
    [
        record(), "\ufeff" + record(), record().encode("utf-16"), record()[1:-1] + "\n" + record(name="B")[1:-1],
        "name,day,time\nFirst Light,Tuesday,19:30\n", "name\tday\ttime\nFirst Light\tTuesday\t19:30\n",
        '{"meetings": ' + record() + "}",
    ],
)  # fmt: skip
def test_list_is_told_by_its_content(body: str | bytes) -> None:
    listing = mapped(WHEN, body).listings[0]
    assert listing.name == "First Light"
    assert listing.recurrence is not None
    assert (listing.recurrence.weekday, f"{listing.recurrence.starts:%H:%M}") == (Weekday.TUESDAY, "19:30")


def test_path_leads_into_objects_and_lists_and_a_name_with_dots_is_a_name() -> None:
    more = 'latitude = "at.points[0]"\nlongitude = "at.points[-1]"\ncity = "town.name"\n'
    venue = one(more, at={"points": [40.7, -74.0]}, **{"town.name": "New York"}).venue
    assert venue is not None
    assert (venue.latitude, venue.longitude, venue.city) == (40.7, -74.0, "New York")


def test_texts_are_cut_to_the_piece_that_is_meant() -> None:
    more = """
street = { path = "address", split = ",", part = 0 }
city = { path = "address", split = ",", part = -1 }
notes = { path = "text", after = "Notes:", until = "END" }
conference_url = { path = "text", link = true }
url = { text = "https://lists.example.org/" }
"""
    text = "Page: https://example.org/ Notes: bring tea END\nJoin https://zoom.us/j/5550123456."
    listing = one(more, address="12 Ferry Lane, New York", text=text)
    assert listing.venue is not None
    assert (listing.venue.street, listing.venue.city, listing.notes) == ("12 Ferry Lane", "New York", "bring tea")
    assert listing.online is not None
    assert (listing.online.url, listing.url) == ("https://zoom.us/j/5550123456", "https://lists.example.org/")


def test_words_are_found_as_words_and_letters_are_codes() -> None:
    more = """
languages = { path = "text", words = { "Spanish" = "es", "Spa" = "fr" } }
formats = [{ path = "codes", each = true }, { path = "text", words = { "no children" = "NO_CHILDREN" } }]
[values.formats]
W = "WOMEN"
"""
    listing = one(more, text="SPANISH meeting (no children)", codes="W?")
    assert (listing.languages, listing.formats, listing.other_formats) == (("es",), ("WOMEN", "NO_CHILDREN"), ("?",))


def test_fellowship_and_country_come_from_the_row() -> None:
    more = 'fellowship = "kind"\ncountry = "land"\ncity = "town"\n[values.country]\n"Éire" = "IE"\n'
    listing = one(more, kind="Cocaine Anonymous", land="éire", town="Galway")
    assert listing.fellowship == "CA"
    assert listing.recurrence is not None
    assert listing.recurrence.zone == "Europe/Dublin"


def test_fellowship_nobody_knows_is_the_sources_and_told() -> None:
    result = mapped(WHEN + 'fellowship = "kind"\n', record(kind="Unheard Of"))
    assert only(result).fellowship == "NA"
    assert found(result) == [("unknown_fellowship", "[0].kind")]


def test_yes_or_no_columns_are_formats() -> None:
    more = '[flags]\nramp = "WHEELCHAIR_ACCESS"\nchit = ["PROOF_OF_ATTENDANCE"]\ndogs = "DOG_FRIENDLY"\n'
    assert one(more, ramp="Yes", chit=True, dogs="False").formats == ("WHEELCHAIR_ACCESS", "PROOF_OF_ATTENDANCE")


def test_days_may_be_written_as_the_list_likes() -> None:
    more = '[values.weekday]\n1 = "SUNDAY"\nWE = ["SATURDAY", "SUNDAY"]\n'
    days = [one.recurrence and one.recurrence.weekday.name for one in mapped(WHEN + more, record(day=1.0)).listings]
    assert days == ["SUNDAY"]
    assert [one.day for one in mapped(WHEN + more, record(day="we")).listings] == ["SATURDAY", "SUNDAY"]


def test_link_without_a_door_is_online_and_with_one_is_both() -> None:
    more = 'conference_url = "join"\nformatted_address = "address"\n'
    join = "https://zoom.us/j/5550123456"
    assert one(more, join=join, address="New York, NY, USA").venue_type == VenueType.VIRTUAL
    assert one(more, join=join, address="12 Ferry Lane, New York, NY, USA").venue_type == VenueType.HYBRID


def test_record_its_list_does_not_show_is_suspended_not_lost() -> None:
    result = mapped(WHEN + 'key = "id"\npublished = "live"\n', record(id=7, live="no"))
    assert [(one.record_key, one.unpublished) for one in result.rejected] == [("7", True)]
    assert found(result) == [("unpublished", "[0].live")]


def test_key_made_of_hour_and_place_may_be_several_meetings() -> None:
    more = 'latitude = "lat"\nlongitude = "lon"\nkey = { made_of = ["weekday", "start_time", "point"] }\n'
    first = json.loads(record(lat=40.71281, lon=-74.00602))[0]
    rows = [first, first | {"name": "Second"}, first | {"lat": 0, "lon": 0}]
    result = mapped(WHEN + more, json.dumps(rows))
    assert [one.key for one in result.listings] == ["TUESDAY 19:30 40.713 -74.006"] * 2 + [None]
    assert found(result) == [("bad_point", "[2].lat")]


def test_columns_that_were_renamed_fail_the_list_rather_than_empty_it() -> None:
    with pytest.raises(ParseFailed, match="not there: time"):
        mapped(WHEN, "name,day,hour\nFirst Light,Tuesday,19:30\n")
    result = mapped(WHEN, json.dumps([{"name": "First Light", "weekday": "Tuesday", "hour": "19:30"}]))
    assert (result.listings, found(result)) == ((), [("bad_day", "[0].day")])


@pytest.mark.parametrize("mapping", [None, "", "x", '[fields]\nname = "n"\n[values.weekday]\na = "SOMEDAY"\n'])
def test_list_without_a_good_mapping_fails(mapping: str | None) -> None:
    with pytest.raises(ParseFailed, match="mapping"):
        mapped(mapping, record())


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", "null", "[1, 2]", "name,day,time\n"])
def test_what_is_no_list_fails(body: str) -> None:
    with pytest.raises(ParseFailed):
        mapped(WHEN, body)
