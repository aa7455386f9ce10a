"""Texts in one sorted block of bytes: found by bisection without a Python string each in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.clock import Bytes, Ints, Longs


@dataclass(frozen=True, slots=True, kw_only=True)
class Strings:
    """Texts in order of their bytes, which is that of their letters; `codes` are the numbers columns know them by."""

    block: Bytes
    ends: Ints
    codes: Ints


def texts_at(strings: Strings, ranks: Ints | Longs) -> list[str]:
    """The texts of these ranks."""
    return texts_between(strings.block, strings.ends, ranks)


def texts_between(block: Bytes, all_ends: Ints, places: Ints | Longs) -> list[str]:
    """The texts at these places of a block."""
    ends = all_ends.take(places)
    starts = np.where(places > 0, all_ends.take(places - 1, mode="clip"), 0)
    spans = zip(starts.tolist(), ends.tolist(), strict=True)
    return [block[start:end].tobytes().decode("utf-8", "surrogatepass") for start, end in spans]


def places_of(ends: Ints | Longs, groups: Ints | Longs) -> tuple[Longs, Longs]:
    """Where the members of these groups are, one group after the other, and how many each has; by all groups' ends."""
    if not groups.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    last = ends.take(groups).astype(np.int64)
    lengths: Longs = last - np.where(groups > 0, ends.take(groups - 1, mode="clip"), 0)
    total = lengths.cumsum()
    at: Longs = np.arange(total[-1]) + np.repeat(last - total, lengths)
    return at, lengths


def rank_of(strings: Strings, text: str) -> tuple[int, bool]:
    """Where the text stands or would stand, and whether it is there."""
    wanted = encoded(text)
    place = place_among(strings.block, strings.ends, wanted)
    return place, bytes_at(strings.block, strings.ends, place) == wanted


def place_among(block: Bytes, ends: Ints, wanted: bytes, low: int = 0) -> int:
    """How many texts of a sorted block come before this one; at least `low` do."""
    high = len(ends)
    while low < high:
        middle = (low + high) // 2
        if _bytes_at(block, ends, middle) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def code_of(strings: Strings, text: str) -> int | None:
    """The number columns know the text by; None: no row has it."""
    rank, known = rank_of(strings, text)
    return int(strings.codes[rank]) if known else None


def bytes_at(block: Bytes, ends: Ints, place: int) -> bytes | None:
    """The text at a place of a block, encoded; None: beyond the last."""
    return _bytes_at(block, ends, place) if place < len(ends) else None


def _bytes_at(block: Bytes, ends: Ints, place: int) -> bytes:
    start = ends[place - 1] if place else 0
    return block[start : ends[place]].tobytes()


def encoded(text: str) -> bytes:
    """Bytes whose order is that of the letters; a lone surrogate is no error."""
    return text.encode("utf-8", "surrogatepass")


class TextCodes:
    """Numbers texts as they come; remembers their order, so that few new ones cost little.

    It may go on from texts that were numbered before: they are only looked at if a text is asked for.
    """

    def __init__(self, known: Strings | None = None) -> None:
        self._codes: dict[str, int] = {}
        self._sorted: list[tuple[bytes, int]] = []
        self._strings = known
        self._unread = known is not None

    def __len__(self) -> int:
        self._read()
        return len(self._codes)

    def code(self, text: str) -> int:
        """The number of a text, a new one if need be."""
        self._read()
        known = self._codes.get(text)
        if known is not None:
            return known
        code = self._codes[text] = len(self._codes)
        self._sorted.append((encoded(text), code))
        self._strings = None
        return code

    def _read(self) -> None:
        if self._unread and self._strings is not None:
            texts, codes = texts_at(self._strings, np.arange(len(self._strings.codes))), self._strings.codes.tolist()
            self._codes = dict(zip(texts, codes, strict=True))
            self._sorted = list(zip(map(encoded, texts), codes, strict=True))
        self._unread = False

    def strings(self) -> Strings:
        """All of them so far."""
        if self._strings is None:
            # What was sorted stays a run of its own, which the sort only merges.
            self._sorted.sort()
            lengths = np.fromiter((len(text) for text, _ in self._sorted), np.int64, len(self._sorted))
            self._strings = Strings(
                block=np.frombuffer(b"".join(text for text, _ in self._sorted), np.uint8),
                ends=lengths.cumsum().astype(np.int32),
                codes=np.fromiter((code for _, code in self._sorted), np.int32, len(self._sorted)),
            )
        return self._strings
