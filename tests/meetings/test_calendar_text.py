"""Text that others wrote, made fit for a calendar file."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given

from meetings.calendar_text import MAX_URL, clean_line, clean_text, clean_url, geo_value
from tests.hostile import HOSTILE


@given(text=HOSTILE)
def test_clean_text_holds_no_control_but_line_ends(text: str) -> None:
    cleaned = clean_text(text, 200)
    assert [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"] == []


@given(text=HOSTILE)
def test_clean_text_can_be_encoded_and_is_short_enough(text: str) -> None:
    assert len(clean_text(text, 50).encode("utf-8").decode("utf-8")) <= 50


@given(text=HOSTILE)
def test_clean_text_is_clean(text: str) -> None:
    assert clean_text(clean_text(text, 500), 500) == clean_text(text, 500)


@given(text=HOSTILE)
def test_clean_line_is_one_line(text: str) -> None:
    assert clean_line(text, 100).splitlines() in ([], [clean_line(text, 100)])


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("half \ud83d of a pair", "half of a pair"),
        ("e\u0301", "\xe9"),
        ("  spaced \t out  ", "spaced out"),
        ("far\n\n\n\n\napart", "far\n\napart"),
        ("\ufeffmarked", "marked"),
        (None, ""),
    ],
)
def test_clean_text_keeps_what_can_be_read(text: str | None, cleaned: str) -> None:
    assert clean_text(text, 100) == cleaned


def test_text_that_is_too_long_ends_with_an_ellipsis() -> None:
    assert clean_text("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("https://example.org/j/1?pwd=a,b", "https://example.org/j/1?pwd=a,b"),
        (" https://example.org/\r\nX-EVIL:1 ", "https://example.org/X-EVIL:1"),
        ("https://example.org/a b", "https://example.org/ab"),
        ("https://example.org/ä%20ö", "https://example.org/%C3%A4%20%C3%B6"),
        ("HTTPS://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ('https://example.org/"<>', "https://example.org/%22%3C%3E"),
        ("javascript:alert(1)", None),
        ("//example.org/", None),
        ("https://", None),
        ("https://[::1", None),
        ("zoom 123 456", None),
        ("", None),
        (None, None),
    ],
)
def test_url_is_absolute_and_in_ascii_or_none(url: str | None, cleaned: str | None) -> None:
    assert clean_url(url) == cleaned


@given(text=HOSTILE)
def test_url_of_anything_is_printable_ascii_or_none(text: str) -> None:
    url = clean_url("https://example.org/" + text)
    assert url is not None
    assert url.isascii()
    assert url.isprintable()


@given(text=HOSTILE)
def test_anything_is_a_url_or_none(text: str) -> None:
    assert (clean_url("http://" + text) or "http://").startswith("http://")


def test_endless_url_is_left_out() -> None:
    assert clean_url("https://example.org/" + "a" * MAX_URL) is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "value"),
    [
        (40.7128, -74.006, "40.712800;-74.006000"),
        (1e-7, 0.0, "0.000000;0.000000"),
        (91.0, 0.0, None),
        (0.0, 181.0, None),
        (float("nan"), 0.0, None),
        (0.0, float("inf"), None),
        (None, 1.0, None),
    ],
)
def test_geo_has_six_decimals_and_no_exponent(latitude: float | None, longitude: float, value: str | None) -> None:
    assert geo_value(latitude, longitude) == value
