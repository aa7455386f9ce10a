"""Each scalar is written in one way, read strictly, and says what would be right."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from graphql import parse_value
from hypothesis import given
from hypothesis import strategies as st

from schema.scalars import URL, Date, DateTime, Duration, Language, LocalTime, TimeZone

FIVE_WEST = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("scalar", "text", "value"),
    [
        (DateTime, "2026-11-22T18:30:00-05:00", datetime(2026, 11, 22, 18, 30, tzinfo=FIVE_WEST)),
        (DateTime, "2026-11-22t18:30:00.123456789z", datetime(2026, 11, 22, 18, 30, 0, 123456, tzinfo=UTC)),
        (Date, "2028-02-29", date(2028, 2, 29)),
        (LocalTime, "23:59", time(23, 59)),
        (Duration, "PT1H30M", timedelta(minutes=90)),
        (Duration, "P1W2DT3S", timedelta(days=9, seconds=3)),
        (TimeZone, "america/new_york", "America/New_York"),
        (TimeZone, "US/Eastern", "America/New_York"),
        (Language, "PT-br", "pt-BR"),
        (Language, "ZH-hant-tw", "zh-Hant-TW"),
        (URL, "https://example.org/a?b=c", "https://example.org/a?b=c"),
    ],
)
def test_what_is_well_written_is_read(scalar: Any, text: str, value: object) -> None:
    assert scalar.parse_value(text) == value
    assert scalar.parse_literal(parse_value(f'"{text}"')) == value


@pytest.mark.parametrize(
    ("scalar", "text"),
    [
        (DateTime, "2026-11-22T18:30:00"),
        (DateTime, "2026-11-22 18:30:00Z"),
        (DateTime, "2026-11-22T18:30Z"),
        (DateTime, "2026-02-30T18:30:00Z"),
        (DateTime, "٢٠٢٦-11-22T18:30:00Z"),
        (Date, "2026-2-3"),
        (Date, "2026-02-29"),
        (Date, "20260203"),
        (LocalTime, "24:00"),
        (LocalTime, "7:30"),
        (LocalTime, "19:30:00"),
        (Duration, "P"),
        (Duration, "PT"),
        (Duration, "P1DT"),
        (Duration, "P1M"),
        (Duration, "90"),
        (Duration, "PT99999H"),
        (Duration, "-PT1H"),
        (TimeZone, "EST5EDT4"),
        (TimeZone, "../../etc/passwd"),
        (TimeZone, "America/New York\x00"),
        (Language, "english"),
        (Language, "e"),
        (Language, "pt_BR"),
        (URL, "example.org"),
        (URL, "javascript:alert(1)"),
        (URL, "https://exam ple.org"),
        (URL, "http://[::1"),
    ],
)
def test_what_is_badly_written_is_refused(scalar: Any, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        scalar.parse_value(text)


@pytest.mark.parametrize("scalar", [DateTime, Date, LocalTime, Duration, TimeZone, Language, URL])
@pytest.mark.parametrize("value", [1, 1.5, True, ["x"], {"x": 1}])
def test_only_strings_are_read(scalar: Any, value: object) -> None:
    with pytest.raises(ValueError, match="string"):
        scalar.parse_value(value)
    with pytest.raises(ValueError, match="string"):
        scalar.parse_literal(parse_value("1"))


@given(st.datetimes(timezones=st.just(FIVE_WEST)).map(lambda moment: moment.replace(microsecond=0)))
def test_instants_come_back_as_they_were_written(moment: datetime) -> None:
    assert DateTime.read(DateTime.serialize(moment)) == moment


@given(st.integers(0, 86_399).map(lambda seconds: timedelta(seconds=seconds)))
def test_lengths_come_back_as_they_were_written(length: timedelta) -> None:
    assert Duration.read(Duration.serialize(length)) == length


@given(st.text(max_size=40))
def test_no_text_breaks_a_scalar(text: str) -> None:
    for scalar in (DateTime, Date, LocalTime, Duration, TimeZone, Language, URL):
        with suppress(ValueError):
            scalar.parse_value(text)
