"""Plain text out of whatever a list holds."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.text import clean_text


def cleaned(raw: str, *, most: int = 255, lines: bool = False) -> str:
    return clean_text(raw, most=most, lines=lines).text


@pytest.mark.parametrize(
    "text",
    ["<3", "AT&T", "5 < 6", "a > b", "Tom & Jerry", "x <3 y", "R&B; <3", "100% {clean}", "Group #7", "¿Qué?", "don’t"],
)
def test_what_only_looks_like_markup_survives(text: str) -> None:
    assert cleaned(text) == text


@pytest.mark.parametrize("text", ["می‌خواهم", "क्‍ष", "👩‍👩‍👧 family"])
def test_joiners_stay_where_a_script_or_an_emoji_needs_them(text: str) -> None:
    assert cleaned(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<b>Bold</b> start", "Bold start"),
        ("one<br>two<br/>three", "one two three"),
        ("Men&#8217;s &amp; Women&#039;s", "Men’s & Women's"),
        ("<script>alert(1)</script>First", "First"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;First", "First"),
        ('<img src=x onerror="alert(1)">First', "First"),
        ("<svg><a xlink:href='javascript:alert(1)'>Go</a></svg>First", "First"),
        ("&lt;b&gt;First&lt;/b&gt;", "First"),
        ("  two   spaces\tand\na line ", "two spaces and a line"),
        ("non breaking", "non breaking"),
    ],
)
def test_markup_becomes_plain_text_in_one_line(raw: str, text: str) -> None:
    assert cleaned(raw) == text


def test_notes_keep_their_lines_but_no_more_than_one_empty_one() -> None:
    assert cleaned("<p>One</p><p>Two</p>\r\n\r\n\r\n\r\nThree  here", lines=True) == "One\nTwo\n\nThree here"


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\x00", "\x1b", "\ud800", "\x07", "&#x202e;"])
def test_what_no_text_may_hold_goes_and_is_reported(hidden: str) -> None:
    result = clean_text(f"First{hidden} Light", most=255)
    assert result.dirty or hidden == "&#x202e;"
    assert result.text.replace("\ufffd", "") == "First Light"


@pytest.mark.parametrize("hidden", ["\u200b", "\ufeff", "\u00ad", "\u200f", "\u2060", "\U000e0041", "\u200d"])
def test_what_cannot_be_seen_goes_without_a_word(hidden: str) -> None:
    assert clean_text(f"First{hidden} Light", most=255) == ("First Light", False, False)


def test_letters_are_composed() -> None:
    assert cleaned("Cafe\u0301") == "Café"


def test_lost_letters_are_reported_and_kept_as_they_are() -> None:
    assert clean_text("Caf\ufffd", most=255) == ("Caf\ufffd", True, False)


@pytest.mark.parametrize("raw", ["x" * 1_000_000, "<b>" * 400_000 + "x" * 10, "é " * 300_000, "&amp;" * 200_000])
def test_a_megabyte_is_cut_at_the_limit_and_reported(raw: str) -> None:
    result = clean_text(raw, most=255)
    assert result.cut
    assert len(result.text) <= 255


@given(st.text(alphabet=st.sampled_from("ab <>&;\n\t/brscriptlg#x20e\u202e\u200d\ud800é\u0301"), max_size=80))
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    once = cleaned(raw, lines=True)
    assert cleaned(once, lines=True) == once


@given(st.text())
def test_clean_text_can_be_written_and_holds_no_markup(raw: str) -> None:
    text = cleaned(raw)
    assert "<script" not in text.casefold()
    text.encode("utf-8")
