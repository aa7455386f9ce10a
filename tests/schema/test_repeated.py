"""Values as what was made of them is kept."""

from datetime import time, timedelta
from math import inf
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meetings.model import Weekday
from schema.repeated import Repeated

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def made_of(*told: Any) -> list[Any]:
    """What comes of asking for each of them in turn, where each is made of itself."""
    repeated = Repeated[Any](most=10)
    return [repeated.made(value, lambda value=value: value) for value in told]  # type: ignore[misc]


@given(values)
def test_what_comes_again_is_not_made_again(value: Any) -> None:
    again = orjson.loads(orjson.dumps(value))
    # JSON has no infinite numbers.
    assume(again == value)
    first, second = made_of(value, again)
    assert first is second is value


@given(values, values)
def test_values_that_are_not_the_same_are_never_taken_for_each_other(one: Any, other: Any) -> None:
    assert repr(made_of(one, other)) == repr([one, other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        ([], {}),
        ("", None),
        ([["a", "b"]], {"a": "b"}),
        ({"a": None}, {}),
        ({"a": None}, {"a": inf}),
    ],
)
def test_what_python_may_call_equal_is_told_apart(one: Any, other: Any) -> None:
    assert made_of(one, other)[1] is other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Weekday.MONDAY, Weekday.TUESDAY),
        (time(19), time(19, 30)),
        (timedelta(hours=1), timedelta(hours=2)),
    ],
)
def test_what_scalars_and_enumerations_read_is_told_apart(one: Any, other: Any) -> None:
    assert made_of({"a": one}, {"a": other}, {"a": one}) == [{"a": one}, {"a": other}, {"a": one}]


def test_the_same_value_beside_something_else_is_made_again() -> None:
    repeated = Repeated[str](most=10)
    assert repeated.made([1], lambda: "a", "here") == "a"
    assert repeated.made([1], lambda: "b", "there") == "b"
    assert repeated.made([1], lambda: "c", "here") == "a"


@pytest.mark.parametrize("value", ["x" * 2001, ["a"] * 600, {"a": [["x" * 2001]]}, "\ud800", 2**70])
def test_of_what_is_long_or_no_json_nothing_is_kept(value: Any) -> None:
    repeated = Repeated[object](most=10)
    assert repeated.made(value, object) is not repeated.made(value, object)


def test_no_more_is_kept_than_was_said() -> None:
    repeated = Repeated[object](most=2)
    first = repeated.made(1, object)
    repeated.made(2, object)
    repeated.made(3, object)
    assert repeated.made(1, object) is not first
