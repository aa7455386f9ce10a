"""Values made past a dataclass's own `__init__`."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, astuple, replace

import pytest

from meetings.making import maker
from meetings.model import Venue

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
