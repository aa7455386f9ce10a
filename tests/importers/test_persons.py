"""No person's trace stays in free text; how to join does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.persons import without_contacts, without_persons


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("For the password write to anna.k@example.org", "For the password write to …"),
        ("Email: anna (at) example (dot) org", "Email: …"),
        ("Call Anna at 212-555-0147 for the door code", "Call … at … for the door code"),
        ("Contact Anna B. for password (212) 555-0147", "Contact … for password …"),
        ("Newcomers call Cato R (310) 555-0106", "Newcomers call …"),
        ("Text: +44 7700 900123", "Text: …"),
        ("get in touch with Mary Beth first", "get in touch with … first"),
        ("Please email Fern D. for the link", "Please email … for the link"),
        ("call 555-0147", "call …"),
        ("write to …, 212-555-0147 (Anna)", "write to …, …"),
        ("Contact Anna or Zed Bell for the code", "Contact … or … for the code"),
        ("Kontakt: Jürgen, 030 1234567", "Kontakt: …, …"),
        ("Questions about the meeting? Anna 917-555-0123", "Questions about the meeting? Anna …"),
        ("Questions about the meeting: 917 555 0123", "Questions about the meeting: …"),
        ("Zoom host Anna: 917-555-0123", "Zoom host Anna: …"),
        ("Meeting chair Cato 9175550123", "Meeting chair Cato …"),
        ("For meeting info Cato 917 555 0123", "For meeting info Cato …"),
        ("Need the passcode? 917-555-0123", "Need the passcode? …"),
        ("For the door code: 917-555-0123", "For the door code: …"),
        ("Anna's phone # 917-555-0123", "Anna's phone # …"),
        ("Zoom https://zoom.us/j/825 Anna 917-555-0123", "Zoom https://zoom.us/j/825 Anna …"),
        ("Site https://anna.example.org 917-555-0123", "Site https://anna.example.org …"),
        ("Write https://wa.me/19175550123 first", "Write … first"),
        ("anna\uff20example.org", "…"),
        ("\uff19\uff11\uff17-555-0123", "…"),
        ("anna @ example.org", "…"),
        ("anna (at) example.org", "…"),
        ("anna at example dot com", "…"),
        ("anna at gmail.com", "…"),
        ("anna%40example.org", "…"),
        ("ID: 932 622 411, call 714-555-0106 for password", "ID: 932 622 411, call … for password"),
    ],
)
def test_persons_are_taken_out(told: str, kept: str) -> None:
    assert without_persons(told, region="DE" if "Kontakt" in told else "US") == kept


@pytest.mark.parametrize(
    "told",
    [
        "Meeting ID: 762 527 5660, Password: xxxxxx",
        "Zoom: https://zoom.us/j/7625275660 Phone: 1-587-555-0199 PMI: 200 647 6660",
        "Dial 1-646-555-0139, enter password 123456",
        "Call Central Office 714-555-0106 for the password",
        "Helpline: 0300 999 1212",
        "Zoom ID 825 1234 5678, passcode 123456",
        "Meeting ID: 123-456-7890",
        "Password for meeting 825 1234 5678",
        "Zoom Meeting # 825 1234 5678",
        "Dial +1 646 555 0139",
        "One tap mobile +16465550139,,8251234567#",
        "Dial by your location\n+1 301 555 0139 US (Washington D.C)\n+1 312 555 0139 US (Chicago)",
        "Conference call number (712) 555-0139",
        "Join by phone: 712-555-0139, followed by 571 032 6855#",
        "Zoom https://zoom.us/j/825 or phone 917-555-0199",
        "Meeting - closed 21.7.26 and 12-24-2026",
        "Meet @ St.Mary's, at 7pm @ zoom.us/j/123, or @ www.example.org",
        "\uff21\uff21\uff08\u6771\u4eac\uff09",
        "Basic Text Study, Step Twelve, 12x12",
        "Call before you come. Contact the church office.",
        "Text Study on Mondays; Contact Group before noon",
        "19124-1234 Frankford Ave, Philadelphia, 2026-12-24 19:30",
        "Doors open 6:45, meets 1975-2025, room 402, $5, pages 83-88, 1-2-3",
        "@210th St, next to the @Home store",
    ],
)
def test_what_is_no_persons_stays(told: str) -> None:
    assert without_persons(told, region="US") == told


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Women in Sobriety - for the link write anna@example.org", "Women in Sobriety - for the link write …"),
        ("Quay Hall (212) 555-0147", "Quay Hall …"),
        ("Message of Hope", "Message of Hope"),
        ("Call Box Hall, 1200-1300 N. 5th Street", "Call Box Hall, 1200-1300 N. 5th Street"),
        ("Tgif@Quay Club", "Tgif@Quay Club"),
    ],
)
def test_names_and_addresses_lose_contacts_and_nothing_else(line: str, kept: str) -> None:
    assert without_contacts(line) == kept


def test_bare_number_stays_in_a_text_on_how_to_join_and_nowhere_else() -> None:
    assert without_persons("212-555-0147", region="US", joining=True) == "212-555-0147"
    assert without_persons("212-555-0147", region="US") == "…"


@pytest.mark.parametrize("told", ["Anna 212-555-0147", "Anna: 212-555-0147", "For questions 212-555-0147"])
def test_number_of_a_person_goes_even_from_a_text_on_how_to_join(told: str) -> None:
    assert without_persons(told, region="US", joining=True) == told.replace("212-555-0147", "…")


def test_number_by_which_one_joins_is_no_persons() -> None:
    assert without_persons("1-587-555-0199", region="CA", own="+15875550199,,7453403975#") == "1-587-555-0199"


@given(st.text(alphabet="aZ @.…(+)0123456789-\n,:#", max_size=200))
def test_taking_out_twice_is_taking_out_once(told: str) -> None:
    once = without_persons(without_persons(told, region="US"), region="US")
    assert without_persons(once, region="US") == once
