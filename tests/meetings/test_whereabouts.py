"""Doors and rooms are known by the same key however lists write them."""

import pytest

from meetings.whereabouts import at_hour, door_key, room_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Ferry Lane", "12 ferry ln."),
        ("12 Saint Mark’s Avenue", "12 St. Marks Ave"),
        ("12 Ferry Lane, Suite 4", "12 Ferry Lane"),
        ("Hauptstraße 7", "hauptstrasse 7"),
        ("Corner of Oak & Elm", "corner of Oak and Elm"),
    ],
)
def test_an_address_is_the_same_door_however_it_is_written(one: str, other: str) -> None:
    assert door_key(one, None, None) == door_key(other.replace(" and ", " & "), None, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [("12 Ferry Lane", "14 Ferry Lane"), ("12 E Ferry Lane", "12 W Ferry Lane"), ("Room 5", "Room 6")],
)
def test_another_number_or_side_is_another_door(one: str, other: str) -> None:
    assert door_key(one, None, None) != door_key(other, None, None)


def test_a_house_without_a_street_is_known_by_its_name_in_its_town() -> None:
    assert door_key(None, "Lantern Hall", "New York") == door_key("", "lantern hall", "NEW YORK")
    assert door_key(None, "Lantern Hall", "Albany") != door_key(None, "Lantern Hall", "New York")
    assert door_key(None, "Lantern Hall", None) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://zoom.us/j/1234567890?pwd=abc", "https://us02web.zoom.us/j/1234567890"),
        ("https://zoom.us/wc/join/1234567890", "https://zoom.us/j/1234567890#success"),
        ("https://meet.google.com/abc-defg-hij", "https://meet.google.com/ABC-defg-hij?authuser=0"),
        ("https://www.example.org/rooms/1/", "https://example.org/rooms/1"),
    ],
)
def test_a_link_leads_to_the_same_room_with_or_without_what_lets_one_in(one: str, other: str) -> None:
    assert room_key(one) == room_key(other) is not None


@pytest.mark.parametrize(
    "link", [None, "", "https://zoom.us", "https://zoom.us/join", "https://meet.google.com/", "https://example.org/"]
)
def test_a_link_to_nowhere_in_particular_is_no_room(link: str | None) -> None:
    assert room_key(link) is None


def test_personal_rooms_of_two_hosts_are_two() -> None:
    assert room_key("https://one.zoom.us/my/lantern") != room_key("https://two.zoom.us/my/lantern")


def test_what_is_by_appointment_is_at_no_hour() -> None:
    assert at_hour(None, None, "12 ferry ln") is None
    assert at_hour(1, 1170, "12 ferry ln") == "1.1170 12 ferry ln"
