"""Which letters the bytes of a table mean, told by the bytes: spreadsheets save in the encoding of their machine.

UTF-8 and UTF-16 show themselves. What is neither is Windows-1252 or Mac Roman: the one that makes better words of it.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

#: Signs of Western typography; other symbols hardly stand in a meeting list.
_TYPOGRAPHY = frozenset("‘’“”–—…•°½¼¾£€·«»¿¡©®")
#: Letters that some encoding has, and no list means: ordinal signs, florins.
_ODD_LETTERS = frozenset("ªºƒµ")
_VALID = re.compile(r"[\x80-\ud7ff\ue000-\U0010ffff]")
_STRAY = re.compile("[\udc80-\udcff]")
_HIGH = re.compile(r"[^\x00-\x7f]")
#: How much of a text tells enough of its zero bytes.
_SAMPLE = 4096


def _byte_of() -> dict[str, int]:
    """The byte that each character is in Windows-1252; the five that it leaves open are those of Latin-1."""
    return {bytes([n]).decode("cp1252", "ignore") or chr(n): n for n in range(0x80, 0x100)}


_BYTES = _byte_of()
_TAIL = "[" + re.escape("".join(char for char, n in _BYTES.items() if n < 0xC0)) + "]"
_MANGLED = re.compile(f"[Â-ß]{_TAIL}|[à-ï]{_TAIL}{{2}}|[ð-ô]{_TAIL}{{3}}")


def decode_text(body: bytes) -> tuple[str, bool]:
    """The text, and whether every byte was as it should be; letters that were decoded wrongly before are mended."""
    text, sound = _decoded(body)
    return _MANGLED.sub(_mended, text), sound


def _decoded(body: bytes) -> tuple[str, bool]:
    wide = _wide(body)
    if wide is not None:
        text = body.decode(wide, "replace")
        return text.removeprefix("\ufeff"), "\ufffd" not in text
    try:
        return body.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        lenient = body.decode("utf-8-sig", "surrogateescape")
    # A few broken bytes among many good ones are a fault in UTF-8; good ones by chance are not UTF-8.
    if len(_VALID.findall(lenient)) > len(_STRAY.findall(lenient)):
        return body.decode("utf-8-sig", "replace"), False
    windows, mac = body.decode("cp1252", "replace"), body.decode("mac_roman")
    # Old Excel for Mac ends lines by CR alone.
    bonus = 1 if b"\r" in body and b"\r\n" not in body else 0
    return (mac, True) if _likelihood(mac) + bonus > _likelihood(windows) else (windows, "\ufffd" not in windows)


def _wide(body: bytes) -> str | None:
    """UTF-16 by its mark or, without one, by the zero that is every second byte of most texts."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = body[:_SAMPLE]
    if len(sample) < 4 or sample.count(0) < len(sample) // 4:
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def _likelihood(text: str) -> int:
    """How well the letters beyond ASCII fit what stands beside them."""
    return sum(_fit(text, match.start()) for match in _HIGH.finditer(text))


def _fit(text: str, at: int) -> int:
    char, before = text[at], text[at - 1 : at]
    if char == "\ufffd":
        return -5
    if char in _TYPOGRAPHY:
        return 1
    if not char.isalpha() or char in _ODD_LETTERS or unicodedata.category(char)[0] != "L":
        return -1
    return -2 if char.isupper() and before.islower() else 1


def _mended(match: re.Match[str]) -> str:
    """`â€™` is what UTF-8's apostrophe looks like in Windows-1252; nobody means to write that."""
    try:
        return bytes(_BYTES[char] for char in match[0]).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
