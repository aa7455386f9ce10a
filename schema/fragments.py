"""Pieces of answers, kept in memory: what an operation shows of a meeting, as bytes.

A piece is good for one edition of its meeting, and for a time: until what it shows that depends on now would be shown
otherwise. Both are looked at whenever it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from threading import Lock
from typing import cast

#: A plan's number for these values of its variables, a meeting's number, and the start shown with it (0: none is).
Key = tuple[int, int, int]
#: The parts of a piece.
Parts = tuple[bytes, ...]
#: What keys, tuple and entries of tables take beside the bytes.
_OVERHEAD = 600
#: Plans of which it is kept what is ready.
_MOST_PLANS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    """What is shown of a meeting in parts, its `edition`, and from when to when, in POSIX seconds, it is so.

    `status` is a bit: how the meeting stands in that time.
    """

    edition: int
    since: float
    until: float
    status: int
    parts: Parts


class Ready:
    """Parts that may be shown without a look at each: all of them are good in one generation, from `since` to `until`.

    They are found by the numbers that hits have in that generation (`Hits.keys`). Threads may share it.
    """

    __slots__ = ("_lock", "_parts", "_since", "_until", "generation")

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self._parts: dict[int, Parts] = {}
        self._since, self._until = -inf, inf
        self._lock = Lock()

    def is_good(self, generation: int, now: float) -> bool:
        """Whether all of it is, in that generation and at that time."""
        return generation == self.generation and self._since <= now <= self._until

    def get_all(self, numbers: Sequence[int], now: float) -> list[Parts] | None:
        """What is ready under each of these numbers; None: not all of it is, or not at that time."""
        found = list(map(self._parts.get, numbers))
        # Looked at last: another thread may just have added what is good at its own time only.
        if None in found or not self._since <= now <= self._until:
            return None
        return cast("list[Parts]", found)

    def add(self, pieces: Iterable[tuple[int, Fragment]]) -> None:
        """Those are good now, under these numbers."""
        with self._lock:
            for number, piece in pieces:
                # Before it can be found.
                self._since, self._until = max(self._since, piece.since), min(self._until, piece.until)
                self._parts[number] = piece.parts


class Fragments:
    """Keeps at most so many bytes, and those used lately. Threads may share it.

    Kept in two halves: what is used is moved to the young one, and when that is full the old one is forgotten.
    """

    def __init__(self, most_bytes: int) -> None:
        self._half = most_bytes // 2
        self._bytes = 0
        self._young: dict[Key, Fragment] = {}
        self._old: dict[Key, Fragment] = {}
        self._ready: dict[int, Ready] = {}
        self._followed = 0, 0
        self._lock = Lock()

    def ready(self, plan: int, generation: int, now: float) -> Ready:
        """What is ready for a plan: until time or list go on, or until so much was kept that some is forgotten."""
        found = self._ready.get(plan)
        if found is None or not found.is_good(generation, now):
            if len(self._ready) >= _MOST_PLANS:
                self._ready = {}
            found = self._ready[plan] = Ready(generation)
        return found

    def get_all(self, keys: Sequence[Key]) -> list[Fragment | None]:
        """What was kept under each of these keys, and still is here."""
        found: list[Fragment | None] = list(map(self._young.get, keys))
        if None not in found:
            return found
        old = self._old
        used = {key: old[key] for key, piece in zip(keys, found, strict=True) if piece is None and key in old}
        self.put_all(used)
        return [used.get(key) if piece is None else piece for key, piece in zip(keys, found, strict=True)]

    def put_all(self, fragments: Mapping[Key, Fragment]) -> None:
        """Keep them, in place of what was there."""
        with self._lock:
            for key, fragment in fragments.items():
                size = _OVERHEAD + sum(map(len, fragment.parts))
                if size > self._half:
                    continue
                before = self._young.get(key)
                self._bytes += size - (0 if before is None else _OVERHEAD + sum(map(len, before.parts)))
                self._young[key] = fragment
                if self._bytes > self._half:
                    self._young, self._old, self._bytes = {key: fragment}, self._young, size
                    self._old.pop(key)
                    # What is used from here on is looked for, and so known to be used.
                    self._ready = {}

    def follow(self, generation: int, change: int) -> None:
        """Told which generation is searched, and the last change that it shows.

        Numbers that begin anew are of another index, and nothing is kept; so is the same number of another change.
        """
        followed, before = (generation, change), self._followed
        if followed != before:
            if generation <= before[0]:
                self.forget()
            self._followed = followed

    def forget(self) -> None:
        """Keep nothing of what was kept."""
        with self._lock:
            self._young, self._old, self._ready, self._bytes = {}, {}, {}, 0

    @property
    def bytes(self) -> int:
        """How many bytes are kept now, at most."""
        return self._bytes + sum(_OVERHEAD + sum(map(len, old.parts)) for old in self._old.values())
