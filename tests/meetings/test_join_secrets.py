"""What lets strangers into a meeting is in no file for the public."""

import pytest

from meetings.join_secrets import public_online, without_join_secrets, without_passcodes, without_password
from meetings.model import OnlineVenue
from tests.builders import a_meeting, a_venue


@pytest.mark.parametrize(
    ("link", "public"),
    [
        ("https://zoom.us/j/1?pwd=Ab1", "https://zoom.us/j/1"),
        ("https://zoom.us/j/1?pwd=Ab1#success", "https://zoom.us/j/1#success"),
        ("https://zoom.us/j/1?a=b&PWD=Ab1&c=d", "https://zoom.us/j/1?a=b&c=d"),
        ("https://zoom.us/j/1#pwd=Ab1", "https://zoom.us/j/1"),
        ("https://meet.example.org/x?password=p&passcode=q", "https://meet.example.org/x"),
        (
            "https://safe.example.org/?url=https%3A%2F%2Fzoom.us%2Fj%2F1%3Fpwd%3DAb%2F1%26x%3D2&d=1",
            "https://safe.example.org/?url=https%3A%2F%2Fzoom.us%2Fj%2F1%3F%26x%3D2&d=1",
        ),
        ("https://zoom.us/j/123456789=Ab1", "https://zoom.us/j/123456789"),
        ("https://zoom.us/j/1?pwdless=1", "https://zoom.us/j/1?pwdless=1"),
        ("https://zoom.us/j/1", "https://zoom.us/j/1"),
        ("https://[", "https://["),
    ],
)
def test_link_loses_its_password_and_nothing_else(link: str, public: str) -> None:
    assert without_password(link) == public


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("Passcode: 123456", "Passcode: …"),
        ("ID 123 456 789, password is Serenity!", "ID 123 456 789, password is …"),
        ("Password = hope, knock first", "Password = …, knock first"),
        ("pw hope12", "pw …"),
        ("Meeting ID: 102 745 563 PC: hope", "Meeting ID: 102 745 563 PC: …"),
        ("PW / hope", "PW / …"),
        ("ID 27253310962 Passcode serenity", "ID 27253310962 Passcode …"),
        ("ID: 559 287 0052Password: hope", "ID: 559 287 0052Password: …"),
        ("Passcode: 123 456. Knock", "Passcode: …. Knock"),
        ("Passcode (case sensitive): LetGo", "Passcode (case sensitive): …"),
        ("Contraseña: vida. Mot de passe : espoir", "Contraseña: … Mot de passe : …"),
        ("Join https://zoom.us/j/1?pwd=Ab1 at seven", "Join https://zoom.us/j/1 at seven"),
        ("Password required", "Password required"),
        ("Password: by e-mail", "Password: by e-mail"),
        ("Passcode will change", "Passcode will change"),
        ("Passwords change every week", "Passwords change every week"),
        ("We pass the basket", "We pass the basket"),
        ("Bring a PC. Password.", "Bring a PC. Password."),
        ("Pin Mill Group", "Pin Mill Group"),
        ("Pass It On, 12 Clave Street", "Pass It On, 12 Clave Street"),
        ("Https://Zoom.Us/J/1?Pwd=Ab1 ID: 1", "https://Zoom.Us/J/1 ID: 1"),
        ("P/word: hope P/w hope", "P/word: … P/w …"),
        ("No Password\nLast Tuesday open", "No Password\nLast Tuesday open"),
        ("Passwords hope", "Passwords …"),
        ("Meeting ID: 123 456 789", "Meeting ID: 123 456 789"),
        (None, None),
    ],
)
def test_notes_lose_passcodes_and_keep_their_sense(text: str | None, public: str | None) -> None:
    assert without_passcodes(text) == public


@pytest.mark.parametrize(
    ("dialled", "public"),
    [
        ("+12125550100,,123456789#,,,,*444444#", "+12125550100,,123456789#"),
        ("+12125550100,,123456789#,,#,,444444#", "+12125550100,,123456789#"),
        ("+12125550100,,123456789#", "+12125550100,,123456789#"),
        ("+12125550100", "+12125550100"),
    ],
)
def test_number_to_dial_ends_with_the_room(dialled: str, public: str) -> None:
    assert public_online(OnlineVenue(phone=dialled)).phone == public


def test_meeting_loses_them_wherever_they_stand() -> None:
    online = OnlineVenue(url="https://zoom.us/j/1?pwd=s3", notes="Passcode: s3", phone="+12125550100,,1#,,*33#")
    meeting = a_meeting(online=online, notes="Password: s3", venue=a_venue(name="Zoom, passcode: s3"))
    public = without_join_secrets(meeting)
    assert "s3" not in repr(public)
    assert without_join_secrets(public) == public
