"""What was worked out from a generation and may be asked again: the last used of it is kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")
#: Keys of which it is remembered how much has been asked.
_MOST_ASKED = 64


class Shelf(Generic[T]):
    """Keeps so many things, by their keys. Threads may share it."""

    __slots__ = ("_asked", "_lock", "_most", "_things")

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._asked: OrderedDict[Hashable, int] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> T | None:
        """What is kept under that key; None: nothing is."""
        with self._lock:
            found = self._things.get(key)
            if found is not None:
                self._things.move_to_end(key)
            return found

    def made(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` made for this key before, if it still is here."""
        found = self.get(key)
        return self._put(key, make()) if found is None else found

    def made_once_it_pays(self, key: Hashable, make: Callable[[], T], *, asked: int, every: int) -> T | None:
        """A table of `every` answers, of which `asked` are wanted now; None: not as many have been asked for by now as
        it holds, and it is not here.
        """
        found = self.get(key)
        if found is not None:
            return found
        with self._lock:
            total = self._asked[key] = self._asked.pop(key, 0) + asked
            _trim(self._asked, _MOST_ASKED)
        return self._put(key, make()) if total >= every else None

    def _put(self, key: Hashable, made: T) -> T:
        # It was made outside of the lock: two threads may make the same, and neither waits.
        with self._lock:
            self._things[key] = made
            _trim(self._things, self._most)
        return made


def _trim(lately_used: OrderedDict[Hashable, V], most: int) -> None:
    while len(lately_used) > most:
        lately_used.popitem(last=False)
