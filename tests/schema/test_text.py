"""Rules in plain words."""

from datetime import date, time
from typing import Any

import pytest

from schema.text import recurrence_text
from tests.builders import a_recurrence

ANCHOR = {"anchor": date(2026, 1, 6)}


@pytest.mark.parametrize(
    ("rule", "language", "text"),
    [
        ({}, None, "Every Tuesday at 19:30"),
        ({"interval": 2, **ANCHOR}, "en-GB", "Every second Tuesday at 19:30"),
        ({"interval": 6, **ANCHOR}, "en", "Every 6 weeks on Tuesday at 19:30"),
        ({"weeks_of_month": (2, 4)}, "en", "Every second and fourth Tuesday of the month at 19:30"),
        ({"weeks_of_month": (-1, 1, 3)}, "en", "Every first, third and last Tuesday of the month at 19:30"),
        ({}, "es", "Todos los martes a las 19:30"),
        ({"weekday": 5, "starts": time(1, 0)}, "es", "Todos los sábados a la 01:00"),
        ({"interval": 2, **ANCHOR}, "es", "Cada 2 semanas, el martes a las 19:30"),
        ({"weeks_of_month": (1, -1)}, "es", "El primer y último martes de cada mes a las 19:30"),
        ({}, "de", "Jeden Dienstag um 19:30 Uhr"),
        ({"interval": 2, **ANCHOR}, "de-AT", "Jeden zweiten Dienstag um 19:30 Uhr"),
        ({"interval": 5, **ANCHOR}, "de", "Alle 5 Wochen am Dienstag um 19:30 Uhr"),
        ({"weeks_of_month": (1, 3)}, "de", "Am ersten und dritten Dienstag im Monat um 19:30 Uhr"),
        ({}, "fr", "Tous les mardis à 19:30"),
        ({"interval": 2, **ANCHOR}, "fr", "Un mardi sur deux à 19:30"),
        ({"interval": 3, **ANCHOR}, "fr", "Toutes les 3 semaines, le mardi à 19:30"),
        ({"weeks_of_month": (-1,)}, "fr", "Le dernier mardi du mois à 19:30"),
        ({}, "ja", "Every Tuesday at 19:30"),
    ],
)
def test_a_rule_is_said_as_people_say_it(rule: dict[str, Any], language: str | None, text: str) -> None:
    assert recurrence_text(a_recurrence(**rule), language) == text


@pytest.mark.parametrize(
    ("language", "text"), [("en", "By appointment"), ("es", "Con cita previa"), ("de", "Nach Vereinbarung")]
)
def test_no_rule_is_by_appointment(language: str, text: str) -> None:
    assert recurrence_text(None, language) == text
