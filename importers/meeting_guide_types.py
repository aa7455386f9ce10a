"""What the types of a Meeting Guide record mean, each as its fellowship uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from importers.record import Record
from meetings.listing import fold
from meetings.vocabulary import Vocabulary

#: ONL: it can be joined online. TC: the place is closed.
_ATTENDANCE = frozenset({"ONL", "TC"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TypesMeant:
    """Canonical formats, codes that are none of ours, languages; `attendance` holds ONL and TC."""

    formats: tuple[str, ...]
    other: tuple[str, ...]
    languages: tuple[str, ...]
    attendance: frozenset[str]


def read_types(record: Record, fellowship: str, vocabulary: Vocabulary) -> TypesMeant:
    """What the types mean: a list or one text with commas, of codes or of English names."""
    formats: list[str] = []
    other: list[str] = []
    languages: list[str] = []
    told = record.texts("types", separators=",")
    for code in dict.fromkeys(told):
        meant = vocabulary.meeting_guide_format(fellowship, code) or _by_name(code, fellowship, vocabulary)
        tags = vocabulary.meeting_guide_languages(fellowship, code)
        languages.extend(tags)
        if meant in vocabulary.formats and meant is not None:
            formats.append(meant)
        elif not tags and code.upper() not in _ATTENDANCE:
            record.found("unknown_format", "types", code)
            other.append(code)
    if {"OPEN", "CLOSED"} <= set(formats):
        record.found("open_and_closed", "types")
        formats.remove("OPEN")
    if {"SPEAKER", "DISCUSSION"} <= set(formats):
        formats[formats.index("SPEAKER")] = "SPEAKER_DISCUSSION"
        formats.remove("DISCUSSION")
    return TypesMeant(
        formats=tuple(dict.fromkeys(formats)),
        other=tuple(other),
        languages=tuple(dict.fromkeys(languages)),
        attendance=frozenset(code.upper() for code in told) & _ATTENDANCE,
    )


def _by_name(name: str, fellowship: str, vocabulary: Vocabulary) -> str | None:
    # A code that this fellowship gave a meaning of its own is not a name as well.
    if (fellowship, name.casefold()) in vocabulary.overrides or len(name) < 4:
        return None
    return _names(tuple((code, one.labels["en"]) for code, one in vocabulary.formats.items())).get(fold(name))


@lru_cache(maxsize=4)
def _names(labels: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {fold(label): code for code, label in labels}
