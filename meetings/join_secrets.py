"""What lets anybody into an online meeting, taken out of what is published in bulk.

Passwords in links and passcodes in notes are harvested from lists by people who break meetings up. One who asks for one
meeting is shown how to join it; a file of thousands holds where, and not the key.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from meetings.model import Meeting, OnlineVenue

#: Stands where something was taken out, in any language.
GAP = "…"
_NAMES = "pwd|passwd|password|passcode|pass|pw|pin|hash"
_PARAMETER = re.compile(rf"(?:^|&)(?:{_NAMES})=[^&]*", re.IGNORECASE)
#: The same within a link that stands in another's query, as mail programs write them.
_INNER = re.compile(rf"(%3F|%26)(?:{_NAMES})%3D(?:[^&%#]|%(?!26|23))*", re.IGNORECASE)
#: What is left of a parameter that was not copied whole: /j/123456789=secret.
_TYPED = re.compile(r"(/\d{9,})=.*")
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
#: A passcode's name, what joins it to the passcode, and the passcode; its name stays.
_PHRASE = re.compile(
    r"(?P<name>(?<![^\W\d_])(?:pass\s?-?codes?|pass\s?-?words?|passwd|pswrd|pwd|p/?w|p/word|pass|pc|access code"
    r"|pin(?:\s?(?:code|number))?|contraseñas?|clave|mot de passe|code d['’]accès|kennwort|passwort|kenncode|senha"
    r"|wachtwoord|hasło|lösenord)\b)"
    r"(?P<joint>[^\S\n]*(?:\([^()\n]{0,30}\)[^\S\n]*)?"
    r"(?:(?::|=|-|–|#|/|\.{2,}|(?:is|are|es|est|ist|é|will be)\b)\s*)*[\"'“‘«(]?)"
    r"(?P<secret>\d+(?: \d+)+|(?=\S*\w)[^\s,;()\"”’»]+)",
    re.IGNORECASE,
)
#: Short forms that mean a passcode only beside a meeting's number.
_BESIDE_ID = frozenset({"pass", "pc"})
_ALWAYS_FOLLOWED = frozenset(
    {
        "passcode",
        "passcodes",
        "pass code",
        "password",
        "passwords",
        "passwd",
        "pswrd",
        "pwd",
        "pw",
        "p/w",
        "p/word",
        "pc",
    }
)
_ID = re.compile(r"\bid\b", re.IGNORECASE)
_BESIDE = 40
#: Words after a passcode's name that are none: `Password required`, `Passcode by e-mail`.
_NO_SECRET = """
a after all an and are ask at available before by call can change changed changes contact e-mail email enabled for from
given group has if in is it may message must needed no none not of on only or please protected provided request required
reset same security sent text that the this to upon us via when where which will with you your
"""
_NO_SECRETS = frozenset(_NO_SECRET.split())
#: What one dials: number, meeting, and after the first # whatever else the room asks for.
_DIALLED = re.compile(r"(\+?\d{5,20},+[\d*,]*\d#?)[\d*#,]*")


def without_join_secrets(meeting: Meeting) -> Meeting:
    """The meeting as a file for the public may hold it."""
    venue = meeting.venue
    return replace(
        meeting,
        name=without_passcodes(meeting.name) or GAP,
        online=None if meeting.online is None else public_online(meeting.online),
        notes=without_passcodes(meeting.notes),
        # Spreadsheets with no column for it have the passcode where the address would be.
        venue=venue
        and replace(
            venue,
            name=without_passcodes(venue.name),
            street=without_passcodes(venue.street),
            formatted_address=without_passcodes(venue.formatted_address),
            arrival_notes=without_passcodes(venue.arrival_notes),
        ),
    )


def public_online(online: OnlineVenue) -> OnlineVenue:
    """Where one joins, without the key."""
    return replace(
        online,
        url=online.url and without_password(online.url),
        phone=online.phone and _DIALLED.sub(r"\1", online.phone),
        notes=without_passcodes(online.notes),
    )


def without_password(link: str) -> str:
    """The link without parameters that are passwords, in its query or after its #."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    query, fragment = (
        _INNER.sub(r"\1", _PARAMETER.sub("", part).lstrip("&")) for part in (parts.query, parts.fragment)
    )
    path = _TYPED.sub(r"\1", parts.path)
    if (path, query, fragment) == (parts.path, parts.query, parts.fragment):
        return link
    return parts._replace(path=path, query=query, fragment=fragment).geturl()


def without_passcodes(text: str | None) -> str | None:
    """The text with a gap for each passcode, and for each password in a link."""
    if text is None:
        return None
    text = _LINK.sub(lambda match: without_password(match[0]), text)
    return _PHRASE.sub(_gap, text)


def _gap(match: re.Match[str]) -> str:
    secret, joint = match["secret"], match["joint"]
    bare = secret.strip(".:!?").casefold()
    if not bare or bare in _NO_SECRETS:
        return match[0]
    name = match["name"].casefold()
    if name in _BESIDE_ID and not _ID.search(match.string, max(0, match.start() - _BESIDE), match.start()):
        return match[0]
    # Without a colon or the like only these words are followed by nothing else.
    alone = name in _ALWAYS_FOLLOWED or any(letter.isdigit() for letter in secret)
    if not joint.strip() and not alone:
        return match[0]
    return match["name"] + joint + GAP
