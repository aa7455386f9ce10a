"""When a meeting is held, in plain words: English, Spanish, German and French."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time

from meetings.recurrence import Recurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """A language: its days from Monday, its ordinals, and the sentences made of them.

    `every(day, weeks)`, `monthly(day, which)` where `which` are ordinals in order; `at` is put after them.
    """

    days: Sequence[str]
    ordinals: dict[int, str]
    every: Callable[[str, int], str]
    monthly: Callable[[str, Sequence[str]], str]
    at: Callable[[time], str]
    by_appointment: str


_ENGLISH_COUNT = {2: "second", 3: "third", 4: "fourth"}
_GERMAN_COUNT = {2: "zweiten", 3: "dritten", 4: "vierten"}


def _every_english(day: str, weeks: int) -> str:
    if weeks == 1:
        return f"Every {day}"
    return f"Every {_ENGLISH_COUNT[weeks]} {day}" if weeks in _ENGLISH_COUNT else f"Every {weeks} weeks on {day}"


def _every_spanish(day: str, weeks: int) -> str:
    # Days of the week end in -s in both numbers, but for these two.
    plural = day + "s" if day in {"sábado", "domingo"} else day
    return f"Todos los {plural}" if weeks == 1 else f"Cada {weeks} semanas, el {day}"


def _every_german(day: str, weeks: int) -> str:
    if weeks == 1:
        return f"Jeden {day}"
    return f"Jeden {_GERMAN_COUNT[weeks]} {day}" if weeks in _GERMAN_COUNT else f"Alle {weeks} Wochen am {day}"


def _every_french(day: str, weeks: int) -> str:
    if weeks == 1:
        return f"Tous les {day}s"
    return f"Un {day} sur deux" if weeks == 2 else f"Toutes les {weeks} semaines, le {day}"


_LANGUAGES = {
    "en": _Words(
        days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        ordinals={1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"},
        every=_every_english,
        monthly=lambda day, which: f"Every {_listed(which, 'and')} {day} of the month",
        at=lambda starts: f" at {starts:%H:%M}",
        by_appointment="By appointment",
    ),
    "es": _Words(
        days=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        ordinals={1: "primer", 2: "segundo", 3: "tercer", 4: "cuarto", 5: "quinto", -1: "último"},
        every=_every_spanish,
        monthly=lambda day, which: f"El {_listed(which, 'y')} {day} de cada mes",
        at=lambda starts: f" a {'la' if starts.hour == 1 else 'las'} {starts:%H:%M}",
        by_appointment="Con cita previa",
    ),
    "de": _Words(
        days=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
        ordinals={1: "ersten", 2: "zweiten", 3: "dritten", 4: "vierten", 5: "fünften", -1: "letzten"},
        every=_every_german,
        monthly=lambda day, which: f"Am {_listed(which, 'und')} {day} im Monat",
        at=lambda starts: f" um {starts:%H:%M} Uhr",
        by_appointment="Nach Vereinbarung",
    ),
    "fr": _Words(
        days=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        ordinals={1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", 5: "cinquième", -1: "dernier"},
        every=_every_french,
        monthly=lambda day, which: f"Le {_listed(which, 'et')} {day} du mois",
        at=lambda starts: f" à {starts:%H:%M}",
        by_appointment="Sur rendez-vous",
    ),
}


def _listed(parts: Sequence[str], conjunction: str) -> str:
    *others, last = parts
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def recurrence_text(rule: Recurrence | None, language: str | None = None) -> str:
    """The rule as a person says it; in English where we do not speak the language (a BCP 47 tag)."""
    words = _LANGUAGES.get((language or "en").split("-", 1)[0].lower(), _LANGUAGES["en"])
    if rule is None:
        return words.by_appointment
    day = words.days[rule.weekday]
    if rule.weeks_of_month:
        # The last week of the month, which is written -1, is said last.
        which = [words.ordinals[week] for week in sorted(rule.weeks_of_month, key=lambda week: week % 7)]
        return words.monthly(day, which) + words.at(rule.starts)
    return words.every(day, rule.interval) + words.at(rule.starts)
