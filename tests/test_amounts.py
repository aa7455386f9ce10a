"""A share of the long tests is a share, and the whole is the whole."""

import pytest

from tests.amounts import many, share_told, spread


def test_whole_is_every_case() -> None:
    assert (many(20_000, 1.0), spread("abcdefg", 1.0)) == (20_000, list("abcdefg"))


def test_share_is_spread_over_all_of_them() -> None:
    assert (many(20_000, 0.2), spread(range(10), 0.2), spread(range(10), 0.3)) == (4_000, [0, 5], [0, 3, 6])


def test_smallest_share_is_one_case() -> None:
    assert (many(3, 0.001), spread("abc", 0.001)) == (1, ["a"])


@pytest.mark.parametrize("text", ["0", "-0.1", "1.01", "nan", "inf", "", "all"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        share_told(text)
