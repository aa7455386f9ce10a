"""What was made of values that apps send again and again: found by the JSON that they are.

Of long texts and lists nothing is kept: so many of them would fill the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import Any, Generic, TypeVar

import orjson

from search.shelves import Shelf

T = TypeVar("T")
#: Bytes of JSON.
_LONGEST = 2000


class Repeated(Generic[T]):
    """Keeps so many things, made of values of JSON or of what the scalars and enumerations of the schema read from
    such. Threads may share it.
    """

    __slots__ = ("_made",)

    def __init__(self, most: int) -> None:
        self._made: Shelf[T] = Shelf(most)

    def made(self, value: Any, make: Callable[[], T], *besides: Hashable) -> T:
        """What `make` makes of the value and of what is `besides`; the last ones are not made again."""
        try:
            told = orjson.dumps(value, default=_plain)
        except TypeError:
            return make()
        if len(told) > _LONGEST:
            return make()
        # An infinite number, which a document can write, is null in JSON too.
        key = repr(value) if b"null" in told else told
        return self._made.made((key, *besides), make)


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError
