"""Days in a cell, one or many, and words that name none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.days import read_days
from meetings.model import Weekday

SHORT = {day.name[:2].title(): day for day in Weekday}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Monday", "Mo"), ("mondays", "Mo"), ("Tues.", "Tu"), ("Wednesday's", "We"), ("Every Thursday", "Th"),
        ("Mon, Wed & Fri", "Mo We Fr"), ("Mon/Wed/Fri", "Mo We Fr"), ("Mon Wed Fri", "Mo We Fr"), ("MWF", "Mo We Fr"),
        ("TTh", "Tu Th"), ("Mon-Fri", "Mo Tu We Th Fr"), ("M-F", "Mo Tu We Th Fr"), ("Fri - Mon", "Fr Sa Su Mo"),
        ("Monday through Wednesday", "Mo Tu We"), ("Weekdays", "Mo Tu We Th Fr"), ("Weekends", "Sa Su"),
        ("Daily", "Mo Tu We Th Fr Sa Su"), ("Daily except Sunday", "Mo Tu We Th Fr Sa"), ("Tuesday evenings", "Tu"),
        ("Miércoles y Viernes", "We Fr"), ("lunes a viernes", "Mo Tu We Th Fr"), ("Dienstag und Donnerstag", "Tu Th"),
        ("Saturday, Saturday", "Sa"), ("  ", ""),
    ],
)  # fmt: skip
def test_cell_names_these_days(text: str, days: str) -> None:
    told = read_days(text)
    assert ([day.weekday for day in told.days], told.unread) == ([SHORT[name] for name in days.split()], ())


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("1st Monday", (1,)),
        ("2nd and 4th Monday", (2, 4)),
        ("Last Monday of the month", (-1,)),
        ("first, third Mon", (1, 3)),
    ],
)
def test_weeks_of_the_month_are_kept(text: str, weeks: tuple[int, ...]) -> None:
    (day,) = read_days(text).days
    assert (day.weekday, day.weeks) == (Weekday.MONDAY, weeks)


@pytest.mark.parametrize("text", ["the", "S", "7", "every other Tuesday", "Someday", "TBA", "monthly", "x" * 300])
def test_what_names_no_day_is_told(text: str) -> None:
    told = read_days(text)
    assert (told.days, len(told.unread)) == ((), 1)


def test_days_beside_a_word_nobody_knows_stay() -> None:
    told = read_days("Monday, Someday, Friday")
    assert [day.weekday for day in told.days] == [Weekday.MONDAY, Weekday.FRIDAY]
    assert told.unread == ("someday",)


@given(
    st.lists(st.sampled_from(list(Weekday)), min_size=1, unique=True),
    st.sampled_from([", ", " & ", "/", "; ", " and "]),
)
def test_any_list_of_days_comes_back(days: list[Weekday], between: str) -> None:
    told = read_days(between.join(day.name.title() for day in days))
    assert [day.weekday for day in told.days] == days


@given(st.text(max_size=250))
def test_any_text_is_days_or_told(text: str) -> None:
    told = read_days(text)
    assert len({day.weekday for day in told.days}) == len(told.days) <= 7
