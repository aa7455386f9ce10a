"""What apps send again and again, in a form by which what was made of it can be kept (`functools.lru_cache`).

Long texts and lists are not kept: so many of them would fill the memory.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

_LONGEST_TEXT = 100
_MOST_ITEMS = 100


class TooLarge(Exception):
    """A value that is not worth keeping anything for."""


def frozen(value: Any) -> Hashable:
    """A value of JSON, or one that was read from such: dicts and lists of what can be hashed; TooLarge."""
    if isinstance(value, str):
        if len(value) > _LONGEST_TEXT:
            raise TooLarge
        return value
    if isinstance(value, list):
        if len(value) > _MOST_ITEMS:
            raise TooLarge
        return (list, *[frozen(item) for item in value])
    if isinstance(value, dict):
        if len(value) > _MOST_ITEMS:
            raise TooLarge
        return (dict, *[(name, frozen(item)) for name, item in value.items()])
    # 1, 1.0 and true are equal, and not the same.
    return type(value), value


def thawed(told: Any) -> Any:
    """The value that `frozen` was given, or one like it."""
    if isinstance(told, str):
        return told
    kind, *items = told
    if kind is list:
        return [thawed(item) for item in items]
    return {name: thawed(item) for name, item in items} if kind is dict else items[0]
