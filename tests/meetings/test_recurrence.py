"""When meetings are held: rules against a walk over the days, and the clocks' odd hours by hand."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.model import Weekday
from meetings.recurrence import (
    DatedException,
    Occurrence,
    Recurrence,
    instant,
    next_occurrence,
    occurrence_at,
    occurrences,
    rrule,
    rule_from_rrule,
)
from meetings.zones import zone
from tests.builders import a_recurrence

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ZONES = ["America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo", "Europe/Dublin"]


def _at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type] # A date's parts, as datetime takes them.


def _held(rule: Recurrence, start: datetime, days: int, *exceptions: DatedException) -> list[Occurrence]:
    return occurrences(rule, exceptions, start, start + days * DAY)


def _wall(rule: Recurrence, start: datetime, days: int) -> list[tuple[str, str]]:
    """Starts and ends as the clock on the wall shows them."""
    held = _held(rule, start, days)
    return [(f"{o.starts_at:%Y-%m-%d %H:%M}", f"{o.ends_at:%Y-%m-%d %H:%M}") for o in held]


# --- Against a walk over the days ---------------------------------------------------------------


MOMENTS = st.integers(0, 400 * 24 * 4).map(lambda quarters: _at(2025, 11, 1) + quarters * HOUR / 4)


@st.composite
def rules(draw: st.DrawFn) -> Recurrence:
    facts: dict[str, Any] = {
        "weekday": draw(st.sampled_from(Weekday)),
        "starts": draw(st.times().map(lambda t: time(t.hour, t.minute))),
        "duration": timedelta(minutes=draw(st.integers(1, 1439))),
        "zone": draw(st.sampled_from(ZONES)),
    }
    if draw(st.booleans()):
        facts["weeks_of_month"] = tuple(draw(st.sets(st.sampled_from([1, 2, 3, 4, 5, -1]))))
    else:
        facts["interval"] = draw(st.integers(1, 6))
    facts["anchor"] = draw(st.dates(date(2025, 12, 1), date(2026, 3, 1)))
    return Recurrence(**facts)


def _walked(rule: Recurrence, start: datetime, until: datetime) -> list[datetime]:
    """The same by looking at each day; slow and plain."""
    found, met = [], 0
    day = rule.anchor or date.min
    while day <= until.date() + 2 * DAY:
        if day.weekday() == rule.weekday:
            in_month = [d for d in _month(day) if d.weekday() == rule.weekday]
            place = in_month.index(day)
            named = {place + 1, place - len(in_month)} & set(rule.weeks_of_month)
            if (named or not rule.weeks_of_month) and met % rule.interval == 0:
                found.append(datetime.combine(day, rule.starts, zone(rule.zone)).astimezone(UTC))
            met += 1
        day += DAY
    return sorted(at for at in found if start <= at < until)


def _month(day: date) -> list[date]:
    return [date(day.year, day.month, n + 1) for n in range(calendar.monthrange(day.year, day.month)[1])]


@given(rule=rules(), start=MOMENTS, days=st.integers(1, 120))
def test_rule_is_held_on_the_days_that_a_walk_finds(rule: Recurrence, start: datetime, days: int) -> None:
    starts = [o.starts_at.astimezone(UTC) for o in _held(rule, start, days)]
    assert starts == _walked(rule, start, start + days * DAY)


@given(rule=rules(), now=MOMENTS)
def test_next_occurrence_is_the_first_that_a_walk_finds(rule: Recurrence, now: datetime) -> None:
    found = next_occurrence(rule, (), now)
    walked = _walked(rule, now, now + 400 * DAY)
    assert (found and found.starts_at) == (walked[0] if walked else None)


@given(rule=rules(), start=MOMENTS)
def test_windows_that_touch_hold_each_occurrence_once(rule: Recurrence, start: datetime) -> None:
    whole = _held(rule, start, 60)
    assert _held(rule, start, 31) + _held(rule, start + 31 * DAY, 29) == whole


@given(rule=rules(), start=MOMENTS, exception=st.booleans())
def test_what_starts_in_a_minute_is_what_a_window_of_it_holds(
    rule: Recurrence, start: datetime, exception: bool
) -> None:
    held = _held(rule, start, 370)
    exceptions = tuple(DatedException(day=one.date, note="Closed") for one in held[:2] if exception)
    # An hour either side too: where clocks change, the same hour on the wall comes twice or not at all.
    for at in (o.starts_at.astimezone(UTC) + hours for o in held for hours in (-HOUR, 0 * HOUR, HOUR)):
        minute = occurrences(rule, exceptions, at, at + timedelta(minutes=1))
        expected = minute[0] if minute else None
        # In words, for two instants are equal whatever their offsets.
        assert repr(occurrence_at(rule, exceptions, at)) == repr(expected)
        assert repr(occurrence_at(rule, exceptions, at.astimezone(zone(rule.zone)))) == repr(expected)


@given(rule=rules(), start=MOMENTS)
def test_length_is_elapsed_time(rule: Recurrence, start: datetime) -> None:
    held = _held(rule, start, 60)
    lengths = {o.ends_at.astimezone(UTC) - o.starts_at.astimezone(UTC) for o in held}
    assert lengths <= {rule.duration}


@given(rule=rules())
def test_rule_read_from_its_rrule_is_the_same(rule: Recurrence) -> None:
    read = rule_from_rrule(rrule(rule))
    assert (read.weekday, read.interval, set(read.weeks_of_month)) == (
        rule.weekday,
        rule.interval,
        set(rule.weeks_of_month),
    )


# --- The clocks' odd hours ----------------------------------------------------------------------


def test_start_before_the_gap_ends_later_by_the_clock_on_the_wall() -> None:
    rule = a_recurrence(weekday=Weekday.SUNDAY, starts=time(1, 30), duration=1.5 * HOUR)
    assert _wall(rule, _at(2026, 3, 8), 1) == [("2026-03-08 01:30", "2026-03-08 04:00")]


def test_start_in_the_gap_moves_forward() -> None:
    rule = a_recurrence(weekday=Weekday.SUNDAY, starts=time(2, 30), duration=HOUR)
    assert _wall(rule, _at(2026, 3, 8), 1) == [("2026-03-08 03:30", "2026-03-08 04:30")]


def test_start_in_the_overlap_is_the_first_of_the_two() -> None:
    rule = a_recurrence(weekday=Weekday.SUNDAY, starts=time(1, 30), duration=HOUR)
    (held,) = _held(rule, _at(2026, 11, 1), 1)
    assert held.starts_at.astimezone(UTC) == _at(2026, 11, 1, 5, 30)


def test_length_across_the_overlap_ends_earlier_by_the_clock_on_the_wall() -> None:
    rule = a_recurrence(weekday=Weekday.SUNDAY, starts=time(0, 30), duration=2 * HOUR)
    assert _wall(rule, _at(2026, 11, 1), 1) == [("2026-11-01 00:30", "2026-11-01 01:30")]


def test_lord_howe_moves_by_half_an_hour() -> None:
    rule = a_recurrence(weekday=Weekday.SUNDAY, starts=time(2, 15), duration=HOUR, zone="Australia/Lord_Howe")
    assert _wall(rule, _at(2026, 10, 3), 1) == [("2026-10-04 02:45", "2026-10-04 03:45")]


def test_day_that_apia_lost_is_held_on_the_next() -> None:
    rule = a_recurrence(weekday=Weekday.FRIDAY, starts=time(19, 30), duration=HOUR, zone="Pacific/Apia")
    (held,) = _held(rule, _at(2011, 12, 30), 3)
    assert (held.date, f"{held.starts_at:%a %H:%M}") == (date(2011, 12, 30), "Sat 19:30")


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("Asia/Kathmandu", _at(2026, 7, 7, 13, 45)),
        ("Pacific/Chatham", _at(2026, 7, 7, 6, 45)),
        ("Pacific/Kiritimati", _at(2026, 7, 7, 5, 30)),
        ("Pacific/Pago_Pago", _at(2026, 7, 8, 6, 30)),
    ],
)
def test_half_past_seven_is_local_to_the_meeting(name: str, utc: datetime) -> None:
    (held,) = _held(a_recurrence(zone=name), _at(2026, 7, 6, 12), 3)
    assert held.starts_at.astimezone(UTC) == utc


def test_meeting_past_midnight_belongs_to_the_day_it_starts() -> None:
    rule = a_recurrence(weekday=Weekday.SATURDAY, starts=time(23, 30), duration=1.5 * HOUR, zone="Europe/London")
    (held,) = _held(rule, _at(2026, 7, 11), 2)
    assert (held.date, held.ends_at.date()) == (date(2026, 7, 11), date(2026, 7, 12))


def test_midnight_is_the_start_of_its_day() -> None:
    rule = a_recurrence(weekday=Weekday.MONDAY, starts=time(0, 0), zone="Europe/London")
    (held,) = _held(rule, _at(2026, 12, 6), 2)
    assert held.starts_at == _at(2026, 12, 7)


# --- Weeks --------------------------------------------------------------------------------------


def _dates(rule: Recurrence, start: datetime, days: int) -> list[str]:
    return [f"{o.date:%m-%d}" for o in _held(rule, start, days)]


def test_last_friday_is_the_fourth_or_the_fifth() -> None:
    rule = a_recurrence(weekday=Weekday.FRIDAY, weeks_of_month=(-1,))
    assert _dates(rule, _at(2026, 1, 1), 92) == ["01-30", "02-27", "03-27"]


def test_fifth_tuesday_is_held_in_the_months_that_have_one() -> None:
    rule = a_recurrence(weeks_of_month=(5,))
    assert _dates(rule, _at(2026, 1, 1), 365) == ["03-31", "06-30", "09-29", "12-29"]


def test_second_and_fourth_are_both_held() -> None:
    assert _dates(a_recurrence(weeks_of_month=(2, 4)), _at(2026, 2, 1), 28) == ["02-10", "02-24"]


def test_every_other_week_goes_on_over_new_year() -> None:
    rule = a_recurrence(interval=2, anchor=date(2026, 12, 8))
    assert _dates(rule, _at(2026, 12, 1), 60) == ["12-08", "12-22", "01-05", "01-19"]


def test_nothing_is_held_after_the_last_date() -> None:
    assert _dates(a_recurrence(until=date(2026, 12, 9)), _at(2026, 12, 1), 16) == ["12-01", "12-08"]


def test_last_date_comes_back_out_of_its_rrule() -> None:
    rule = a_recurrence(until=date(2026, 12, 8))
    assert rrule(rule) == "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261209T003000Z"
    until = rule_from_rrule(rrule(rule)).until
    assert until is not None
    assert until.astimezone(zone("America/New_York")).date() == rule.until


def test_nothing_is_held_before_the_anchor() -> None:
    assert _dates(a_recurrence(anchor=date(2026, 12, 9)), _at(2026, 12, 1), 16) == ["12-15"]


def test_week_ends_with_sunday() -> None:
    rule = a_recurrence(weekday=Weekday.SUNDAY, interval=2, anchor=date(2026, 12, 7))
    assert _dates(rule, _at(2026, 12, 1), 31) == ["12-13", "12-27"]


# --- Exceptions ---------------------------------------------------------------------------------

TUESDAY = date(2026, 12, 8)


def test_cancelled_date_stays_and_is_marked() -> None:
    (held,) = _held(a_recurrence(), _at(2026, 12, 7), 7, DatedException(day=TUESDAY, note="Closed."))
    assert (held.cancelled, held.note) == (True, "Closed.")


def test_moved_date_says_where_it_would_have_been() -> None:
    moved = DatedException(day=TUESDAY, moved_to=(date(2026, 12, 10), time(18, 0)))
    (held,) = _held(a_recurrence(), _at(2026, 12, 7), 7, moved)
    assert (held.date, held.moved_from) == (date(2026, 12, 10), instant(TUESDAY, time(19, 30), "America/New_York"))


def test_date_moved_into_the_window_from_outside_is_found() -> None:
    moved = DatedException(day=TUESDAY, moved_to=(date(2027, 2, 10), time(18, 0)))
    held = _held(a_recurrence(), _at(2027, 2, 10, 12), 1, moved)
    assert [o.date for o in held] == [date(2027, 2, 10)]


def test_exception_on_a_day_without_a_meeting_counts_for_nothing() -> None:
    held = _held(a_recurrence(), _at(2026, 12, 9, 12), 1, DatedException(day=date(2026, 12, 9)))
    assert held == []


def test_next_occurrence_is_one_that_is_held() -> None:
    found = next_occurrence(a_recurrence(), (DatedException(day=TUESDAY),), _at(2026, 12, 7))
    assert found is not None
    assert found.date == date(2026, 12, 15)


# --- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        {"duration": timedelta(0)},
        {"duration": timedelta(hours=24)},
        {"interval": 0},
        {"interval": 53, "anchor": TUESDAY},
        {"interval": 2},
        {"interval": 2, "anchor": TUESDAY, "weeks_of_month": (1,)},
        {"weeks_of_month": (6,)},
    ],
)
def test_rule_that_means_nothing_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"meeting|weeks"):
        a_recurrence(**facts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=DAILY",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=MO,TU",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=WEEKLY;INTERVAL=²;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=2MO;COUNT=3",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=2MO",
    ],
)
def test_rrule_outside_of_what_we_keep_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="only weekly rules"):
        rule_from_rrule(text)
