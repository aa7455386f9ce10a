"""What people write into an event's texts for want of a field: that it is called off, that it is online, its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping

from importers.icalendar_lines import Component
from importers.record import Record
from meetings.listing import fold
from meetings.vocabulary import Vocabulary

_CALLED_OFF = re.compile(
    # Not "closed" alone: a closed meeting is held, for members.
    r"\W*(?:cancell?ed|cancelad[oa]|no meeting|not meeting|closed (?:today|for|on|until)|suspended|abgesagt"
    r"|f[aä]llt aus|annul[ée]e?|annullat[oa])\b",
    re.IGNORECASE,
)
_ONLINE = re.compile(
    r"\W*(?:via |on |by )?"
    r"(?:zoom|google meet|(?:microsoft )?teams|skype|jitsi|webex|online|virtual|video ?(?:call|conference))"
    r"(?: (?:only|meeting|call|room|video|link))*\W*",
    re.IGNORECASE,
)


def is_called_off(title: str) -> bool:
    """Whether a title begins by saying that it is not held."""
    return _CALLED_OFF.match(title) is not None


def is_online(place: str) -> bool:
    """Whether what stands for a place is none: `Zoom`, `online only`."""
    return _ONLINE.fullmatch(place) is not None


def category_names(vocabulary: Vocabulary) -> Mapping[str, str]:
    """What may be written for each format, folded: its code, and its label in any language."""
    labels = {fold(label): code for code, known in vocabulary.formats.items() for label in known.labels.values()}
    return labels | {fold(code.replace("_", " ")): code for code in vocabulary.formats}


def read_categories(
    event: Component, record: Record, names: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Canonical formats by their `category_names`, and the categories that are none."""
    told = (item for line in event.properties.get("CATEGORIES", []) for item in re.split(r"(?<!\\),", line.value))
    formats: list[str] = []
    other: list[str] = []
    for text in told:
        part = Record(values={"CATEGORIES": text.replace("\\", "")}, where=record.where, key=record.key)
        name = part.code("CATEGORIES")
        if name is None:
            continue
        known = names.get(fold(name.replace("_", " ").replace("-", " "))) or names.get(fold(name))
        (other if known is None else formats).append(known or name)
    if {"OPEN", "CLOSED"} <= set(formats):
        record.found("open_and_closed", "CATEGORIES")
        formats.remove("OPEN")
    for name in dict.fromkeys(other):
        record.found("unknown_format", "CATEGORIES", name)
    return tuple(dict.fromkeys(formats)), tuple(dict.fromkeys(other))
