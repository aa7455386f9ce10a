"""The days of the schedule's page, which a browser works out, beside ours: also where clocks change at midnight."""

from datetime import UTC, date, datetime, timedelta

import pytest

from meetings.zones import zone
from tests.oracles.judges import DaysBegin

pytestmark = pytest.mark.long
#: Clocks that change by night, by half an hour, at midnight (Santiago, Havana, Beirut), not at all.
ZONES = [
    "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Santiago", "America/Havana", "Asia/Beirut",
    "Atlantic/Azores", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Apia", "Etc/UTC",
]  # fmt: skip
#: Years whose rules every browser knows.
DAYS = [date(2023, 1, 1) + timedelta(days=days) for days in range(2 * 365)]


def first_instant(name: str, day: date) -> datetime:
    """The first instant, to the quarter of an hour, that has this date or a later one there."""
    around = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    steps = (around + timedelta(minutes=15 * step) for step in range(4 * 30))
    return next(instant for instant in steps if instant.astimezone(zone(name)).date() >= day)


@pytest.mark.parametrize("name", ZONES)
def test_days_begin_where_ours_do(name: str, days_begin: DaysBegin) -> None:
    told = days_begin([(name, day.isoformat()) for day in DAYS])
    assert len(told) == len(DAYS)
    for day, (instant, before, then) in zip(DAYS, told, strict=True):
        assert datetime.fromisoformat(instant) == first_instant(name, day)
        assert (before, then) == ((day - timedelta(days=1)).isoformat(), day.isoformat())
