"""Who reports, as far as it is told apart."""

from datetime import date, timedelta

import pytest

from meetings.reports import network_of, raises_flag, reporter_mark, reporting_days
from tests.builders import NOW

KEY = bytes(32)


def test_a_mark_is_one_network_s_one_meeting_s_and_one_day_s() -> None:
    mark = reporter_mark(KEY, "192.0.2.0/24", "M1")
    assert reporter_mark(KEY, "192.0.2.0/24", "M1") == mark
    others = {
        reporter_mark(KEY, "198.51.100.0/24", "M1"),
        reporter_mark(KEY, "192.0.2.0/24", "M2"),
        reporter_mark(b"1" * 32, "192.0.2.0/24", "M1"),
    }
    assert (len(others), mark in others) == (3, False)


def test_reporters_are_told_apart_today_and_yesterday() -> None:
    assert reporting_days(NOW) == (date(2026, 11, 22), date(2026, 11, 21))
    assert reporting_days(NOW + timedelta(hours=6)) == (date(2026, 11, 23), date(2026, 11, 22))


def test_two_networks_are_too_few_and_three_enough() -> None:
    assert (raises_flag(2), raises_flag(3)) == (False, True)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("::ffff:192.0.2.9", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("unknown", "unknown"),
    ],
)
def test_network_is_what_one_household_cannot_easily_leave(address: str, network: str) -> None:
    assert network_of(address) == network
