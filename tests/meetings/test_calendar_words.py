"""What a calendar says of a meeting: all, or nothing by which others could tell."""

from __future__ import annotations

from typing import Any

import pytest

from meetings.calendar_words import ENGLISH, Wording, Words, discreet_words, full_words
from meetings.model import MeetingStatus, OnlineVenue, VenueType
from meetings.series import PieceKind
from tests.builders import a_meeting, a_venue

ROOM = OnlineVenue(url="https://rooms.example/j/1", phone="+1 555 0100", notes="Passcode 7")


def _full(kind: PieceKind = PieceKind.HELD, *, wording: Wording = ENGLISH, **changes: Any) -> Words:
    return full_words(a_meeting(**changes), kind, note=None, wording=wording)


def _discreet(**changes: Any) -> Words:
    return discreet_words(a_meeting(**changes), PieceKind.HELD, note=None, wording=ENGLISH)


# --- All ----------------------------------------------------------------------------------------


def test_hybrid_meeting_has_its_address_and_its_link() -> None:
    words = _full(venue_type=VenueType.HYBRID, online=ROOM)
    assert (words.location, words.conference) == (
        "Lantern Hall, 12 Ferry Lane, New York, NY, US",
        "https://rooms.example/j/1",
    )
    assert words.description == "Join: https://rooms.example/j/1\nPhone: +1 555 0100\nPasscode 7"


def test_online_meeting_has_its_link_for_a_place() -> None:
    words = _full(venue_type=VenueType.VIRTUAL, online=ROOM)
    assert (words.location, words.geo) == ("https://rooms.example/j/1", None)


def test_meeting_by_telephone_has_its_number_for_a_place() -> None:
    words = _full(venue_type=VenueType.VIRTUAL, online=OnlineVenue(phone="+1 555 0100"))
    assert (words.location, words.conference) == ("+1 555 0100", None)


def test_meeting_in_person_shows_no_link_that_its_list_left_over() -> None:
    assert _full(venue_type=VenueType.IN_PERSON, online=ROOM).conference is None


def test_approximate_place_has_no_coordinates() -> None:
    assert _full(venue=a_venue(approximate=True)).geo is None


def test_address_that_holds_the_name_of_the_house_names_it_once() -> None:
    venue = a_venue(formatted_address="Lantern Hall, 12 Ferry Lane")
    assert _full(venue=venue).location == "Lantern Hall, 12 Ferry Lane"


def test_description_says_what_one_needs_to_know() -> None:
    words = full_words(
        a_meeting(
            formats=("OPEN", "UNKNOWN"),
            notes="Bring a cup.",
            venue=a_venue(arrival_notes="Back door."),
            duration_assumed=True,
        ),
        PieceKind.HELD,
        note="Ask for Lee's book.",
        wording=Wording(format_names={"OPEN": "Open"}),
        page_url="https://example.org/{}".format,
    )
    assert words.description.split("\n")[:-1] == [
        "Ask for Lee's book.",
        "How long it lasts is not stated.",
        "Back door.",
        "Open",
        "Bring a cup.",
    ]


def test_unconfirmed_meeting_asks_to_be_checked() -> None:
    assert ENGLISH.unconfirmed in _full(status=MeetingStatus.UNCONFIRMED).description


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (PieceKind.CANCELLED, "No meeting: First Light"),
        (PieceKind.SUSPENDED, "Not meeting for now: First Light"),
        (PieceKind.WITHDRAWN, "No longer listed: First Light"),
    ],
)
def test_notice_says_that_it_is_not_held_and_leads_nowhere(kind: PieceKind, title: str) -> None:
    words = _full(kind, venue_type=VenueType.HYBRID, online=ROOM)
    assert (words.summary, words.location, words.conference) == (title, "", None)


def test_meeting_without_a_name_is_a_meeting() -> None:
    assert _full(name="\x00 ").summary == "Meeting"


def test_braces_in_a_name_are_only_letters() -> None:
    assert _full(PieceKind.CANCELLED, name="{count} {0}").summary == "No meeting: {count} {0}"


# --- Nothing ------------------------------------------------------------------------------------


def test_discreet_words_are_a_fixed_title_and_a_street() -> None:
    assert _discreet(venue_type=VenueType.HYBRID, online=ROOM, notes="Bring a cup.") == Words(
        summary="Appointment", location="12 Ferry Lane"
    )


def test_discreet_words_keep_the_persons_own_note() -> None:
    words = discreet_words(a_meeting(), PieceKind.HELD, note="Bring the keys", wording=ENGLISH)
    assert words.description == "Bring the keys"


def test_discreet_notice_has_no_place() -> None:
    words = discreet_words(a_meeting(), PieceKind.WITHDRAWN, note=None, wording=ENGLISH)
    assert (words.summary, words.location) == ("No appointment", "")


def test_online_meeting_has_no_street_in_discreet_words() -> None:
    assert _discreet(venue_type=VenueType.VIRTUAL).location == ""


@pytest.mark.parametrize(
    "street",
    [
        "Alano Club, 12 Ferry Lane",
        "12 Ferry Lane (NA meeting upstairs)",
        "AA, 12 Ferry Lane",
        "Lantern Hall, 12 Ferry Lane",
        "First Light, 12 Ferry Lane",
        "Serenity House",
        "Sala de Alcohólicos Anónimos",
        "Treffpunkt Suchtberatung 3",
        "https://example.org/where",
        "ask@example.org",
    ],
)
def test_street_that_could_tell_is_left_out(street: str) -> None:
    assert _discreet(venue=a_venue(street=street)).location == ""


@pytest.mark.parametrize("street", ["Na Příkopě 12", "55 W 3rd St", "12 Ferry Lane, Suite 4", "Rue du Bac 7"])
def test_plain_street_is_kept(street: str) -> None:
    assert _discreet(venue=a_venue(street=street)).location == street


def test_house_named_like_its_street_keeps_the_street() -> None:
    assert _discreet(venue=a_venue(name="12 Ferry Lane")).location == "12 Ferry Lane"
