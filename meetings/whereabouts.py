"""The keys under which equal doors and equal rooms are looked for, however two lists write them.

Keys only propose: whether two listings are one meeting is `same_meeting`'s to say.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

from meetings.listing import fold

#: Longer addresses differ in what is told beside the door.
MAX_KEY = 120
#: A room of a conference provider begins so; any other link may be a page that many meetings share.
ROOM = "room:"
PAGE = "page:"
_WORD = re.compile(r"[^\W_]+")
#: What stands behind a door's number and street tells a room in the house.
_INSIDE = frozenset({"apartment", "apt", "floor", "fl", "rear", "rm", "room", "ste", "suite", "unit"})
_SHORT = {
    "avenue": "ave", "av": "ave", "boulevard": "blvd", "bvd": "blvd", "circle": "cir", "court": "ct", "drive": "dr",
    "east": "e", "expressway": "expy", "fort": "ft", "freeway": "fwy", "highway": "hwy", "lane": "ln", "mount": "mt",
    "north": "n", "northeast": "ne", "northwest": "nw", "parkway": "pkwy", "place": "pl", "plaza": "plz", "road": "rd",
    "route": "rt", "rte": "rt", "saint": "st", "south": "s", "southeast": "se", "southwest": "sw", "square": "sq",
    "street": "st", "strasse": "str", "terrace": "ter", "turnpike": "tpke", "west": "w",
}  # fmt: skip
_ZOOM_ROOM = re.compile(r"/(?:j|s|w|wc(?:/join)?)/(\d{9,11})(?!\d)")
_ZOOM_NAME = re.compile(r"/my/([\w.-]+)")
#: Hosts below which every path is a room of its own.
_ROOM_HOSTS = (
    "bluejeans.com", "freeconferencecall.com", "goto.com", "gotomeet.me", "gotomeeting.com", "meet.google.com",
    "meet.jit.si", "meetings.dialpad.com", "teams.live.com", "teams.microsoft.com", "webex.com",
)  # fmt: skip


def words_of(text: str | None) -> tuple[str, ...]:
    """The words of a text as people compare them: no accents, no case, no signs."""
    return tuple(_WORD.findall(fold(text.replace("'", "").replace("’", "")))) if text else ()


def address_words(text: str | None) -> tuple[str, ...]:
    """Words with the usual long forms of addresses made short: `Saint Marks Avenue` is `st marks ave`."""
    return tuple(_SHORT.get(word, word) for word in words_of(text))


@lru_cache(maxsize=20_000)
def door_key(street: str | None, venue_name: str | None, city: str | None) -> str | None:
    """Number and street; without a street the house's name and its town; None: no door is told."""
    words = address_words(street)
    inside = next((place for place, word in enumerate(words) if place > 1 and word in _INSIDE), len(words))
    if words:
        return " ".join(words[:inside])[:MAX_KEY]
    house, town = address_words(venue_name), address_words(city)
    return f"@{' '.join(house)}@{' '.join(town)}"[:MAX_KEY] if house and town else None


def at_hour(weekday: int | None, starts: int | None, key: str | None) -> str | None:
    """The key together with the hour, by which the store looks: equal hours alone would be thousands."""
    return None if weekday is None or starts is None or key is None else f"{weekday}.{starts} {key}"


def room_key(url: str | None) -> str | None:
    """What a join link leads to, passwords and the like aside; None: nowhere in particular."""
    if not url:
        return None
    try:
        link = urlsplit(url)
        host = (link.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if host == "zoom.us" or host.endswith(".zoom.us"):
        return _zoom_room(link)
    path = unquote(link.path).strip("/").casefold()
    if any(host == known or host.endswith(f".{known}") for known in _ROOM_HOSTS):
        return f"{ROOM}{host}/{path}"[:MAX_KEY] if path else None
    place = "?".join(part for part in (path, link.query) if part)
    return f"{PAGE}{host}/{place}"[:MAX_KEY] if place else None


def _zoom_room(link: SplitResult) -> str | None:
    """Zoom's rooms are numbers, the same at all its hosts; personal names are a host's own."""
    number = _ZOOM_ROOM.search(link.path)
    if number:
        return f"{ROOM}zoom/{number[1]}"
    name = _ZOOM_NAME.search(link.path)
    return f"{ROOM}zoom/{link.hostname}/{name[1].casefold()}"[:MAX_KEY] if name else None


@lru_cache(maxsize=20_000)
def town_words(city: str | None) -> tuple[str, ...]:
    """A town's name as it is compared."""
    return address_words(city)
