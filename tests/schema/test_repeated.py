"""Values as what was made of them is kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.repeated import TooLarge, frozen, thawed

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_thawed_is_what_was_frozen(value: Any) -> None:
    told = frozen(value)
    hash(told)
    assert repr(thawed(told)) == repr(value)


@given(values, values)
def test_values_that_are_not_the_same_are_never_taken_for_each_other(one: Any, other: Any) -> None:
    # Nought has a sign, and means the same with either.
    same = repr(one).replace("-0.0", "0.0") == repr(other).replace("-0.0", "0.0")
    assert (frozen(one) == frozen(other)) == same


@pytest.mark.parametrize("others", [[1, 1.0], [1, True], [[], {}], ["", None], [[["a", "b"]], {"a": "b"}]])
def test_what_python_may_call_equal_is_told_apart(others: list[Any]) -> None:
    assert len({frozen(value) for value in others}) == 2


@pytest.mark.parametrize("value", ["x" * 101, ["a"] * 101, {str(n): n for n in range(101)}, {"a": [["x" * 101]]}])
def test_what_is_long_is_not_worth_keeping(value: Any) -> None:
    with pytest.raises(TooLarge):
        frozen(value)
