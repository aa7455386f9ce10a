"""Text from lists made fit for a calendar file.

One NUL in one name makes libical see an empty calendar, and any control character makes strict readers refuse the
whole feed; so nothing that others wrote goes into a file but through here.
"""

from __future__ import annotations

import math
import re
import unicodedata
from urllib.parse import quote, urlsplit

#: Letters kept of a text; a calendar shows less, and 500 meetings of this much would pass a megabyte anyway.
MAX_TITLE, MAX_LOCATION, MAX_DESCRIPTION = 200, 400, 4000
#: Longer addresses are refused by browsers and servers alike.
MAX_URL = 2000
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
#: The last two code points of each plane are never characters.
_NEVER = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
#: Controls, lone surrogates, the byte order mark, anchors of annotations, and what is never a character.
_UNFIT = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufdd0-\ufdef\ufff9-\ufffb{_NEVER}]")
_BLANKS = re.compile("[^\\S\n]+")
_EMPTY_LINES = re.compile("\n{3,}")
_URL = re.compile(r"https?://[^/?#]+.*", re.IGNORECASE)


def clean_text(text: str | None, most: int) -> str:
    """Text of several lines, at most that many letters: no control characters, NFC, `\\n` between lines."""
    if not text:
        return ""
    lines = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    fit = unicodedata.normalize("NFC", _UNFIT.sub("", lines))
    neat = "\n".join(line.strip() for line in _BLANKS.sub(" ", fit).split("\n"))
    return _shortened(_EMPTY_LINES.sub("\n\n", neat).strip(), most)


def clean_line(text: str | None, most: int) -> str:
    """The same on one line."""
    return _shortened(" ".join(clean_text(text, 4 * most).split()), most)


def clean_url(url: str | None) -> str | None:
    """An absolute http(s) address in ASCII, percent-encoded; None where there is none that could be followed."""
    bare = re.sub(r"\s", "", _UNFIT.sub("", _LINE_ENDS.sub("", url or "")))
    if not _URL.fullmatch(bare):
        return None
    try:
        parts = urlsplit(bare)
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    except ValueError:
        return None
    encoded = quote(parts._replace(netloc=host).geturl(), safe="!#$%&'()*+,/:;=?@[]~-._")
    return encoded if parts.hostname and len(encoded) <= MAX_URL else None


def geo_value(latitude: float | None, longitude: float | None) -> str | None:
    """A GEO value (RFC 5545, section 3.8.1.6) with six decimals, which is a hand's breadth; None: no such place."""
    if latitude is None or longitude is None or not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return f"{latitude:.6f};{longitude:.6f}"


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
