"""How long a source is left alone."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.attempts import FIRST_WAIT, LONGEST_WAIT, wait_after_failures, wait_after_reading

HOURS = st.integers(1, 1000)
JITTER = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(("failures", "minutes"), [(1, 15), (2, 30), (3, 60), (6, 480), (7, 720), (100_000, 720)])
def test_each_failure_doubles_the_wait_up_to_the_usual_one(failures: int, minutes: int) -> None:
    assert wait_after_failures(failures, 12, 0.0) == timedelta(minutes=minutes)


@given(st.integers(1, 10_000), HOURS, JITTER)
def test_failing_source_is_tried_again_within_bounds(failures: int, hours: int, jitter: float) -> None:
    wait = wait_after_failures(failures, hours, jitter)
    assert min(FIRST_WAIT, timedelta(hours=hours)) <= wait <= 1.5 * min(LONGEST_WAIT, timedelta(hours=hours))


def test_sources_that_failed_together_do_not_come_back_together() -> None:
    waits = [wait_after_failures(4, 12, jitter / 10) for jitter in range(10)]
    assert len(set(waits)) == 10


@given(HOURS, JITTER)
def test_source_that_is_well_is_read_at_least_as_often_as_promised(hours: int, jitter: float) -> None:
    assert 0.9 * timedelta(hours=hours) <= wait_after_reading(hours, jitter) <= timedelta(hours=hours)
