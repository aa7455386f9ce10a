"""Times of day and lengths in a cell of a table, in every form that people and spreadsheets write them.

What may mean two times is none: a bare `7`, and words that we do not know. Half a day wrong is worse than left out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import time, timedelta
from fractions import Fraction

from importers.clock import Clock, read_clock, read_length, read_spoken_clock
from meetings.recurrence import MAX_DURATION

#: Longer than any time of day with its end and its zone.
_MOST = 80
_RANGE = re.compile(
    r"\s*(?:-|\u2010|\u2011|\u2012|–|—|~|\bto\b|\buntil\b|\btill?\b|\bbis\b|\bhasta\b)\s*", re.IGNORECASE
)
_ZONE = re.compile(r"\(?\b([ECMP][SD]?T|Eastern|Central|Mountain|Pacific|GMT|BST|UTC|CET|CEST)\b\)?\.?$", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:at|from|um|von|@)\s+", re.IGNORECASE)
_SUFFIX = re.compile(r"\s*(?:hrs?|hours|uhr|o'?clock|h)\.?$", re.IGNORECASE)
_POINTED = re.compile(r"(\d{1,2})\s?[.hH]\s?(\d\d)")
_COMPACT = re.compile(r"([01]?\d|2[0-4])([0-5]\d)")
_HALF = re.compile(r"(\d{1,2}(?::?[0-5]\d)?(?::\d\d)?)\s*([ap])\.?m?\.?", re.IGNORECASE)
_BARE = re.compile(r"(\d{1,2})(?:[:.]([0-5]\d))?")
_NOON = re.compile(r"12(?:[:.]?00)?\s*(?:([ap])\.?m\.?\s*)?\(?\s*(noon|midday|midnight)\s*\)?", re.IGNORECASE)
_DATED = re.compile(r"\d{4}-\d\d-\d\d[T ](\d\d:\d\d(?::\d\d)?)(?:\.0+)?")
#: A workbook's time: a fraction of a day, alone or behind the number of a day of our time (five digits).
_SERIAL = re.compile(r"(?:0|\d{5})?\.\d{2,17}|0?\.\d")
_TOLERANCE = Fraction(1, 50)
_LONG = 4
_WHOLE = re.compile(r"(\d{3,4})\.0+")
_REDUNDANT = re.compile(
    r"((?:1[3-9]|2[0-3])[:.][0-5]\d(?::\d\d)?)\s*p\.?\s?m\.?|(0?0[:.][0-5]\d(?::\d\d)?)\s*a\.?\s?m\.?", re.I
)

_NUMBER = r"\d{1,4}(?:[.,]\d{1,2})?(?:\s*[½¼¾]|\s+\d/\d)?|[½¼¾]"
_LENGTH = re.compile(
    rf"(?:(?P<hours>{_NUMBER})\s*(?:h|hrs?|hours?|std|stunden?|heures?|horas?)\b\.?)?"
    rf"\s*(?:and|&|,|y|und|et)?\s*(?:(?P<minutes>\d{{1,4}})\s*(?:m|mins?|minutes?|minuten|minutos?)?\b\.?)?",
    re.IGNORECASE,
)
_PARTS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}
#: A bare number in a column of lengths is minutes; below, it may be hours.
_FEWEST_MINUTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When it starts and, where the cell says so, when it ends and in which zone, as written."""

    starts: Clock
    ends: time | None = None
    zone: str | None = None


def read_times(text: str) -> Times | None:
    """`7:30 PM`, `19.30`, `19h30`, `1930`, `Noon`, `7-8:30pm`, `7:30 PM ET`, a workbook's `0.8125`; None: no time."""
    text = " ".join(unicodedata.normalize("NFKC", text[: _MOST + 1]).split())
    if not text or len(text) > _MOST:
        return None
    zone = _ZONE.search(text)
    if zone is not None:
        text = text[: zone.start()].strip()
    dated = _DATED.fullmatch(text)
    if dated is not None:
        text = dated[1]
    parts = _RANGE.split(_PREFIX.sub("", text))
    if len(parts) > 2:
        return None
    times = _range(*parts) if len(parts) == 2 else _single(parts[0])
    return times if times is None or zone is None else Times(starts=times.starts, ends=times.ends, zone=zone[1])


def _single(text: str) -> Times | None:
    clock = _clock(text)
    return None if clock is None else Times(starts=clock)


def _range(first: str, last: str) -> Times | None:
    ends = _clock(last)
    starts = _clock(first)
    half = _half(last)
    if half is not None and _half(first) is None and _BARE.fullmatch(first):
        # `7-8pm`: the half of the day that is named last is that of both, unless the other makes sense: `11-1pm`.
        halves = [clock for clock in (_clock(f"{first} {h}m") for h in "ap") if clock is not None and ends is not None]
        starts = min(halves, key=lambda clock: _between(clock, ends), default=None)
    if starts is None or ends is None:
        return None
    return Times(starts=starts, ends=ends.time)


def _between(starts: Clock, ends: Clock | None) -> int:
    if ends is None:
        return 0
    return (ends.time.hour * 60 + ends.time.minute - starts.time.hour * 60 - starts.time.minute - 1) % (24 * 60)


def _half(text: str) -> str | None:
    match = re.search(r"([ap])\.?\s?m?\.?$", text, re.IGNORECASE)
    return match[1].lower() if match else None


def _clock(text: str) -> Clock | None:
    text = text.strip()
    noon = _NOON.fullmatch(text)
    if noon is not None:
        return Clock(time(0) if noon[2].lower() == "midnight" else time(12))
    known = read_spoken_clock(text) or _numbers(text)
    if known is not None:
        return known
    bare = _SUFFIX.sub("", text)
    return (read_clock(bare) or _numbers(bare, hours=True)) if bare != text else None


def _numbers(text: str, *, hours: bool = False) -> Clock | None:
    """Times without a colon; with `hours`, a word has said that these are hours."""
    half, twice = _HALF.fullmatch(text), _REDUNDANT.fullmatch(text)
    if twice is not None:
        return read_clock((twice[1] or twice[2]).replace(".", ":"))
    if half is not None:
        compact = _COMPACT.fullmatch(half[1])
        return read_spoken_clock(f"{f'{compact[1]}:{compact[2]}' if compact else half[1]} {half[2]}m")
    whole = _WHOLE.fullmatch(text)
    parts = _POINTED.fullmatch(text) or _COMPACT.fullmatch(whole[1] if whole else text)
    if parts is not None and not text.startswith("0."):
        return read_clock(f"{parts[1]}:{parts[2]}")
    if hours and text.isascii() and text.isdigit() and len(text) <= 2:
        return read_clock(f"{text}:00")
    return _serial(text)


def _serial(text: str) -> Clock | None:
    """A workbook's time: a fraction of a day, whatever day stands before the point."""
    if not _SERIAL.fullmatch(text):
        return None
    digits = text.partition(".")[2]
    exact = Fraction(f"0.{digits}") * 24 * 60
    minutes = round(exact)
    # `0.30` may be half past midnight; a workbook's times come out at a minute, and its short ones at a quarter.
    if abs(exact - minutes) > _TOLERANCE or (len(digits) < _LONG and minutes % 15):
        return None
    return Clock(time(minutes // 60 % 24, minutes % 60))


def read_spoken_length(text: str) -> timedelta | None:
    """`1hr 30mins`, `1½ hours`, `90`, `90 min`, `1:30` and ISO 8601; None: no length of some minutes to a day."""
    text = " ".join(text[: _MOST + 1].split())
    known = read_length(text)
    if known is not None:
        return known
    match = _LENGTH.fullmatch(unicodedata.normalize("NFC", text))
    if match is None or not (match["hours"] or match["minutes"]):
        return None
    minutes = int(match["minutes"] or 0)
    if match["hours"] is None and text.isdigit() and minutes < _FEWEST_MINUTES:
        return None
    length = timedelta(minutes=round(_number(match["hours"] or "0") * 60) + minutes)
    return length if timedelta(0) < length < MAX_DURATION else None


def _number(text: str) -> Fraction:
    total = Fraction(0)
    for part in re.findall(r"\d+/[1-9]|\d+(?:[.,]\d+)?|[½¼¾]", text):
        total += _PARTS.get(part) or Fraction(part.replace(",", "."))
    return total
