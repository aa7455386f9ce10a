"""How much the long tests look at: all that they claim, or the share of it that `HOMEGROUP_LONG_SHARE` asks for.

`make long` looks at all of it. CI has minutes, and asks for a share (`.ci/run`). Only what is counted in cases goes
through here: a list is imported whole, and killed at every point, or the test claims nothing.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

One = TypeVar("One")


def share_told(text: str) -> float:
    """The share that a text names, above 0 and at most 1. Raises ValueError for any other."""
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise ValueError(f"HOMEGROUP_LONG_SHARE: a number above 0 and at most 1, not {text!r}")
    return share


SHARE = share_told(os.environ.get("HOMEGROUP_LONG_SHARE", "1"))


def many(whole: int, share: float = SHARE) -> int:
    """How many cases of so many: at least one."""
    return max(1, round(whole * share))


def spread(whole: Sequence[One], share: float = SHARE) -> list[One]:
    """As many of these, at even distances: the same ones each time, so that what fails fails again."""
    count = many(len(whole), share)
    return [whole[place * len(whole) // count] for place in range(count)]
