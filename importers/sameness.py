"""Values of which a list is full, towns and formats and hours, kept once however often they stand in it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


class Same:
    """Gives the first of all equal values of one kind; for what repeats, since the rest is kept with nothing gained."""

    __slots__ = ("_first",)

    def __init__(self) -> None:
        self._first: dict[Hashable, Hashable] = {}

    def __call__(self, value: T) -> T:
        """This value, or the one before that is equal to it."""
        first = self._first.setdefault(value, value)
        return first if type(first) is type(value) else value
