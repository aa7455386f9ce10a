"""What the types of a Meeting Guide record mean, each as its fellowship uses it."""

from __future__ import annotations

from dataclasses import dataclass

from importers.record import Record
from meetings.listing import fold
from meetings.vocabulary import Vocabulary

#: ONL: it can be joined online. TC: the place is closed.
_ATTENDANCE = frozenset({"ONL", "TC"})
#: The specification's English names of its types, which spreadsheets write in place of the codes.
_NAMES_TABLE = """
11 11th Step Meditation|12x12 12 Steps & 12 Traditions|A Secular|ABSI As Bill Sees It|AL Concurrent with Alateen
AL-AN Concurrent with Al-Anon|ASL American Sign Language|B Big Book|BA Babysitting Available|BE Newcomer|BI Bisexual
BRK Breakfast|C Closed|CAN Candlelight|CF Child-Friendly|D Discussion|DB Digital Basket|DD Dual Diagnosis
DR Daily Reflections|FF Fragrance Free|G Gay|GR Grapevine|H Birthday|L Lesbian|LGBTQ LGBTQ|LIT Literature
LS Living Sober|M Men|MED Meditation|N Native American|NB Non-Binary|NDG Indigenous|O Open|ONL Online|OUT Outdoor
P Professionals|POA Proof of Attendance|POC People of Color|SEN Seniors|SM Smoking Permitted|SP Speaker|ST Step Study
T Transgender|TC Location Temporarily Closed|TR Tradition Study|W Women|X Wheelchair Access
XB Wheelchair-Accessible Bathroom|XT Cross Talk Permitted|Y Young People|EN English|FR French|S Spanish|DE German
"""
_NAMES = {
    fold(name): code for row in _NAMES_TABLE.replace("\n", "|").split("|") if row for code, name in [row.split(" ", 1)]
}


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
    told = [_code(text, fellowship, vocabulary) for text in record.texts("types", separators=",")]
    for code in dict.fromkeys(told):
        meant = vocabulary.meeting_guide_format(fellowship, code)
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


def _code(text: str, fellowship: str, vocabulary: Vocabulary) -> str:
    """The code of a type that is written as its name; a code that this fellowship gave its own meaning stays."""
    return text if (fellowship, text.casefold()) in vocabulary.overrides else _NAMES.get(fold(text), text)
