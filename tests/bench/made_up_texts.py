"""Made-up words of meetings, as unevenly used as real ones, in many scripts; the same every time."""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import Any

WORDS = 29_000
_FLAT = 40
_SYLLABLES = {
    "ba de fi go lu mar nes pol ri sta ton ver wes xan yor zel cher bro tin ham": 12,
    "ção são mên ñez éra üller østen ław ødeg ğan": 2,
    "на ве ло при ство мир над еж да путь": 2,
    "ελ πί δα φως ζω ή νέ ος": 1,
    "נר תק וה אור חי": 1,
    "نور امل راه زندگی کتاب ي": 1,
    "東 京 希 望 光 会 道 心 夜 朝": 1,
}
_KNOWN = ("group", "serenity", "meeting", "hope", "just", "for", "today", "light", "house", "church", "hall", "clean")
_SAYINGS = (
    "Just for Today",
    "Serenity",
    "Keep It Simple",
    "First Things First",
    "Clean and Serene",
    "One Day at a Time",
)


class MadeUpTexts:
    """Tells the texts of one meeting after the other."""

    def __init__(self, seed: int = 2) -> None:
        self._random = Random(seed)
        self._words = [*_KNOWN, *dict.fromkeys(self._word() for _ in range(WORDS))]
        # As Zipf found, but for the first few, which are in every third meeting and not in nearly all.
        self._weights = list(accumulate(1 / (rank + _FLAT) for rank in range(len(self._words))))
        self._venues = [
            f"{self._some(1, 2).title()} {self._random.choice(('Church', 'Hall', 'House', 'Club'))}"
            for _ in range(100_000)
        ]

    def _word(self) -> str:
        syllables = self._random.choices(list(_SYLLABLES), list(_SYLLABLES.values()))[0].split()
        return "".join(self._random.choices(syllables, k=self._random.randint(2, 4)))

    def _some(self, least: int, most: int) -> str:
        return " ".join(
            self._random.choices(self._words, cum_weights=self._weights, k=self._random.randint(least, most))
        )

    def __call__(self) -> dict[str, Any]:
        """Columns of `meetings`."""
        random = self._random
        name = random.choice(_SAYINGS) if random.random() < 0.15 else self._some(1, 3).title()
        return {
            "name": f"{name} Group" if random.random() < 0.3 else name,
            "group_name": self._some(1, 2).title() if random.random() < 0.4 else None,
            "venue_name": random.choice(self._venues) if random.random() < 0.8 else None,
            "notes": self._some(6, 30) if random.random() < 0.6 else None,
        }
