"""Values made past a dataclass's own `__init__`."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, astuple, fields, replace

import pytest

from meetings.making import maker
from meetings.model import Venue
from meetings.recurrence import Recurrence
from tests.builders import a_recurrence

HALL = Venue(name="Lantern Hall", city="Accra", latitude=0.0, longitude=-0.2)


def test_what_is_made_is_the_value_that_the_class_makes() -> None:
    made = maker(Venue)(*astuple(HALL))
    assert type(made) is Venue
    assert (made, repr(made), hash(made)) == (HALL, repr(HALL), hash(HALL))
    assert replace(made, city="Tema") == replace(HALL, city="Tema")


def test_what_is_made_cannot_be_changed() -> None:
    made = maker(Venue)(*astuple(HALL))
    with pytest.raises(FrozenInstanceError):
        made.city = "Tema"  # type: ignore[misc]  # that is the claim


def test_a_value_is_made_of_all_fields_or_not_at_all() -> None:
    with pytest.raises(TypeError):
        maker(Venue)("Lantern Hall")


def test_what_the_class_refuses_is_not_made() -> None:
    rule = a_recurrence()
    told = [getattr(rule, field.name) for field in fields(rule)]
    assert maker(Recurrence)(*told) == rule
    with pytest.raises(ValueError, match="weeks"):
        maker(Recurrence)(*[0 if field.name == "interval" else getattr(rule, field.name) for field in fields(rule)])
