"""Plain text from whatever a list holds: no markup, nothing that cannot be seen, composed letters, bounded length."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import NamedTuple

import nh3

#: Names longer than this are no names; BMLT and Meeting Guide allow 255.
NAME_LENGTH = 255
#: One line of an address, a building, a region.
LINE_LENGTH = 255
#: An address in one line.
ADDRESS_LENGTH = 500
#: Codes of a source.
CODE_LENGTH = 128
#: Keys of a source's records; addresses and times are made into some.
KEY_LENGTH = 500
#: Free text: notes, how to join.
NOTES_LENGTH = 5000
#: Beyond what browsers and mail programs carry.
LINK_LENGTH = 2000

#: Codes for controls, lone surrogates, text that overrides its direction: no list means these.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
#: What Python counts as printable of these, and the sign of a lost letter.
_UNSEEN_OR_LOST = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffd]")
# Joiners belong into Persian and Indic words and into emoji, and nowhere else.
_JOINERS = re.compile("(?<![^\x00-\x7f\\s\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\\s\u200c\u200d])")
_NEW_LINES = re.compile("\r\n?|[\x85\u2028\u2029]")
_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")
#: Text that was escaped more often is not worth more passes.
_PASSES = 4


class Cleaned(NamedTuple):
    """Text fit to show; `dirty`: something was in it that no text may hold; `cut`: it was longer than allowed."""

    text: str
    dirty: bool = False
    cut: bool = False


def clean_text(raw: str, *, most: int, lines: bool = False) -> Cleaned:
    """Plain text of at most `most` characters, in one line unless `lines`. Cleaning twice changes nothing more."""
    # What is cut off here would be cut off anyway, but for markup, of which this leaves eight times the limit.
    text = raw[: most * 8 + 1000]
    dirty = False
    if not _is_clean(text.replace("\n", "") if lines else text):
        dirty = _SURROGATES.search(text) is not None or _FORBIDDEN.search(text) is not None or "\ufffd" in text
        text = _plain(text)
        dirty = dirty or "\ufffd" in text
    text = _lines(text) if lines else " ".join(text.split())
    cut = len(text) > most or len(raw) > most * 8 + 1000
    return Cleaned(text[:most].rstrip(), dirty, cut)


def _is_clean(text: str) -> bool:
    """Whether there is nothing to do but for spaces, which is so of nearly every text."""
    if not text.isprintable() or "<" in text or "&" in text:
        return False
    return text.isascii() or (not _UNSEEN_OR_LOST.search(text) and unicodedata.is_normalized("NFC", text))


def _plain(text: str) -> str:
    text = _visible(text)
    for _ in range(_PASSES):
        before = text
        text = _BREAKS.sub("\n", text)
        if "<" in text or "&" in text:
            text = _visible(html.unescape(nh3.clean(text, tags=set())))
        if text == before:
            return text
    return text.replace("<", "").replace("&", "")


def _visible(text: str) -> str:
    text = _FORBIDDEN.sub("", _SURROGATES.sub("\ufffd", _NEW_LINES.sub("\n", text)))
    text = _JOINERS.sub("", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", text)


def _lines(text: str) -> str:
    if "\n" not in text:
        return " ".join(text.split())
    tidy = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", tidy).strip()
