"""What was worked out from a generation and may be asked again: what was used of it lately is kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
#: Keys of which it is remembered how much has been asked.
_MOST_ASKED = 64


class _Kept(Generic[T]):
    """A thing, and whether it was used since somebody last looked for one to let go of."""

    __slots__ = ("thing", "used")

    def __init__(self, thing: T) -> None:
        self.thing, self.used = thing, False


class Shelf(Generic[T]):
    """Keeps so many things, by their keys. Threads may share it.

    To find one takes no lock and moves nothing, for searches do so all the time.
    """

    __slots__ = ("_asked", "_lock", "_most", "_things")

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: dict[Hashable, _Kept[T]] = {}
        self._asked: OrderedDict[Hashable, int] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> T | None:
        """What is kept under that key; None: nothing is."""
        found = self._things.get(key)
        if found is None:
            return None
        found.used = True
        return found.thing

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
            while len(self._asked) > _MOST_ASKED:
                self._asked.popitem(last=False)
        return self._put(key, make()) if total >= every else None

    def _put(self, key: Hashable, made: T) -> T:
        # It was made outside of the lock: two threads may make the same, and neither waits.
        with self._lock:
            if len(self._things) >= self._most and key not in self._things:
                del self._things[self._unused()]
            self._things[key] = _Kept(made)
        return made

    def _unused(self) -> Hashable:
        """The oldest that was not used since the last look."""
        for key, kept in self._things.items():
            if not kept.used:
                return key
            kept.used = False
        return next(iter(self._things))
