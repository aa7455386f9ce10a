"""Pieces of answers, kept in memory: what an operation shows of a meeting, as bytes.

A piece is good for one edition of its meeting, and for a time: until what it shows that depends on now would be shown
otherwise. Both are looked at whenever it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

#: A plan's number for these values of its variables, a meeting's number, and the start shown with it (0: none is).
Key = tuple[int, int, int]
#: What the key, the tuple and two entries of a table take beside the bytes.
_OVERHEAD = 500


@dataclass(slots=True, eq=False)
class Fragment:
    """What is shown of a meeting in parts, its `edition`, and from when to when, in POSIX seconds, it is so.

    `status` is a bit: how the meeting stands in that time. `generation` is that of the index in which it was last seen
    that the edition still is the meeting's; nothing else of a piece changes.
    """

    edition: int
    since: float
    until: float
    status: int
    parts: tuple[bytes, ...]
    generation: int


class Fragments:
    """Keeps at most so many bytes, and those used lately. Threads may share it.

    Kept in two halves: what is used is moved to the young one, and when that is full the old one is forgotten.
    """

    def __init__(self, most_bytes: int) -> None:
        self._half = most_bytes // 2
        self._bytes = 0
        self._young: dict[Key, Fragment] = {}
        self._old: dict[Key, Fragment] = {}
        self._generation = 0
        self._lock = Lock()

    def get_all(self, keys: Sequence[Key]) -> list[Fragment | None]:
        """What was kept under each of these keys."""
        found: list[Fragment | None] = list(map(self._young.get, keys))
        if None in found:
            return [self.get(key) if piece is None else piece for key, piece in zip(keys, found, strict=True)]
        return found

    def get(self, key: Key) -> Fragment | None:
        """What was kept under that key, if it is still here."""
        found = self._young.get(key)
        if found is None and (found := self._old.get(key)) is not None:
            self.put(key, found)
        return found

    def put(self, key: Key, fragment: Fragment) -> None:
        """Keep it, in place of what was there."""
        size = _OVERHEAD + sum(map(len, fragment.parts))
        if size > self._half:
            return
        with self._lock:
            before = self._young.get(key)
            self._bytes += size - (0 if before is None else _OVERHEAD + sum(map(len, before.parts)))
            self._young[key] = fragment
            if self._bytes > self._half:
                self._young, self._old, self._bytes = {key: fragment}, self._young, size
                self._old.pop(key)

    def follow(self, generation: int) -> None:
        """Told which generation is searched: numbers that begin anew are of another index, and nothing is kept."""
        if generation < self._generation:
            self.forget()
        self._generation = generation

    def forget(self) -> None:
        """Keep nothing of what was kept."""
        with self._lock:
            self._young, self._old, self._bytes = {}, {}, 0

    @property
    def bytes(self) -> int:
        """How many bytes are kept now, at most."""
        return self._bytes + sum(_OVERHEAD + sum(map(len, old.parts)) for old in self._old.values())
