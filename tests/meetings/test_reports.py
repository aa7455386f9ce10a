"""Reporters told apart without keeping anything of them."""

from datetime import timedelta

import pytest

from meetings.reports import FLAG_REPORTERS, FLAG_WITHIN, Reporters, network_of, raises_flag
from tests.builders import NOW


def reporters() -> Reporters:
    return Reporters(salt=bytes(32))


def test_thousand_reports_from_one_network_are_one_reporter() -> None:
    seen = reporters()
    counts = {seen.count("M1", f"192.0.2.{number % 256}", NOW) for number in range(1000)}
    assert (counts, raises_flag(1)) == ({1}, False)


def test_enough_distinct_networks_raise_a_flag() -> None:
    seen = reporters()
    counts = [seen.count("M1", f"198.51.{number}.7", NOW) for number in range(FLAG_REPORTERS)]
    assert (counts, raises_flag(counts[-1]), raises_flag(counts[-2])) == ([1, 2, 3], True, False)


def test_reporters_of_another_meeting_do_not_count() -> None:
    seen = reporters()
    assert [seen.count(f"M{number}", f"198.51.{number}.7", NOW) for number in range(3)] == [1, 1, 1]


def test_reports_of_long_ago_do_not_count() -> None:
    seen = reporters()
    seen.count("M1", "192.0.2.1", NOW)
    assert seen.count("M1", "198.51.100.1", NOW + FLAG_WITHIN + timedelta(seconds=1)) == 1


def test_addresses_are_not_kept() -> None:
    seen = reporters()
    seen.count("M1", "192.0.2.1", NOW)
    assert "192.0.2" not in repr(seen)


def test_memory_for_meetings_and_reporters_is_bounded() -> None:
    seen = reporters()
    for number in range(300):
        seen.count("M1", f"10.{number // 256}.{number % 256}.1", NOW)
    assert seen.count("M1", "192.0.2.1", NOW) == 100


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
