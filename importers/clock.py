"""Times of day and lengths as lists write them. Each format says which spellings it allows."""

from __future__ import annotations

import re
from datetime import time, timedelta
from functools import lru_cache
from typing import NamedTuple

from meetings.recurrence import MAX_DURATION

#: A day has few hours at which people meet.
_REMEMBERED = 1024
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.0+)?)?", re.ASCII)
_TWELVE = re.compile(r"(\d{1,2})(?:[:.](\d\d)(?::\d\d)?)?\s*([ap])\.?\s?m\.?", re.ASCII | re.IGNORECASE)
_NAMED = {"noon": time(12), "12 noon": time(12), "midday": time(12), "midnight": time(0), "12 midnight": time(0)}
_ISO_LENGTH = re.compile(r"PT(?=\d)(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,6})S)?", re.ASCII)


class Clock(NamedTuple):
    """A time of day; `doubtful`: it was written 24:00, whose day lists do not agree on."""

    time: time
    doubtful: bool = False


@lru_cache(maxsize=_REMEMBERED)
def read_clock(text: str) -> Clock | None:
    """`19:30`, `9:30` or `19:30:00`, seconds left off; `24:00` is 00:00 of the day it is listed under; else None.

    So the importers of BMLT and of Meeting Guide read 24:00 themselves; both call it midnight of that day.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if (hour, minute, second) == (24, 0, 0):
        return Clock(time(0), doubtful=True)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return Clock(time(hour, minute))


def read_spoken_clock(text: str) -> Clock | None:
    """As `read_clock`, and `7:30 PM`, `7pm`, `7:30 p.m.`, `noon`, `midnight`."""
    text = " ".join(text.split())
    named = _NAMED.get(text.casefold())
    if named is not None:
        return Clock(named)
    match = _TWELVE.fullmatch(text)
    if match is None:
        return read_clock(text)
    hour, minute = int(match[1]), int(match[2] or 0)
    if not 1 <= hour <= 12 or minute > 59:
        return None
    return Clock(time(hour % 12 + (12 if match[3] in "pP" else 0), minute))


@lru_cache(maxsize=_REMEMBERED)
def read_length(text: str) -> timedelta | None:
    """A length written `1:30`, `01:30:00` or `PT1H30M`, more than nothing and less than a day; else None."""
    text = text.strip()
    match = _CLOCK.fullmatch(text) or _ISO_LENGTH.fullmatch(text.upper())
    if match is None:
        return None
    length = timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0), seconds=int(match[3] or 0))
    return length if timedelta(0) < length < MAX_DURATION else None


def length_between(starts: time, ends: time) -> timedelta | None:
    """From start to end, past midnight when the end is earlier; None: both are the same."""
    minutes = (ends.hour * 60 + ends.minute - starts.hour * 60 - starts.minute) % (24 * 60)
    return timedelta(minutes=minutes) if minutes else None
