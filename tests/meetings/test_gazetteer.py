"""Names as they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.gazetteer import MOST_SPELLINGS, place_key, spellings


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("St. John's", "st johns"),
        ("Łódź", "lodz"),
        ("Großräschen", "grossraschen"),
        ("ÆRØSKØBING", "aeroskobing"),
        ("Diyarbak\u0131r", "diyarbakir"),
        ("Stoke-on-Trent", "stoke on trent"),
        ("  Sault   Ste. Marie ", "sault ste marie"),
        ("Hawai\u02bbi / Hilo", "hawaii hilo"),
        ("Αθήνα", "αθηνα"),
    ],
)
def test_key_has_no_accents_case_or_signs(name: str, key: str) -> None:
    assert place_key(name) == key


def test_vowel_signs_stay_with_their_letter() -> None:
    assert " " not in place_key("दिल्ली")


@given(st.text(max_size=60))
def test_key_of_any_text_can_be_written_and_has_no_loose_spaces(text: str) -> None:
    key = place_key(text)
    key.encode()
    assert key == " ".join(key.split())


def test_words_of_two_spellings_are_spelt_both_ways() -> None:
    assert set(spellings("ft saint john")) == {"ft saint john", "fort saint john", "ft st john", "fort st john"}


def test_number_of_spellings_is_bounded() -> None:
    assert len(spellings("st ft mt st ft mt")) == MOST_SPELLINGS


@given(st.lists(st.sampled_from(["saint", "st", "fort", "albert"]), min_size=1, max_size=5))
def test_a_key_is_its_own_first_spelling(words: list[str]) -> None:
    assert spellings(" ".join(words))[0] == " ".join(words)
