"""Words are found as people write them: without accents, by their beginning, with a letter wrong."""

from __future__ import annotations

import string
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from search.words import (
    edits_allowed,
    exact_term,
    folded,
    make_terms,
    term_texts,
    terms_beginning,
    terms_meant,
    words_in,
    words_to_keep,
)
from tests.search.questions import misspelt

texts = st.text(min_size=1, max_size=12)
#: Few letters, so that there are neighbours.
near_texts = st.text(alphabet="abcdé東", min_size=1, max_size=9)


def words_of(text: str) -> list[str]:
    return words_in(folded(text))


def test_accents_and_letter_case_do_not_count() -> None:
    assert [folded(text) for text in ("São PAULO", "Łódź", "København", "İstanbul", "STRASSE", "Straße")] == [
        "sao paulo", "lodz", "kobenhavn", "istanbul", "strasse", "strasse",
    ]  # fmt: skip
    assert folded("Œuvre, Ærø, Đakovo, ag\u0131r") == "oeuvre, aero, dakovo, agir"


def test_greek_and_cyrillic_fold_like_latin() -> None:
    assert folded("Ὀδυσσεύς") == folded("οδυσσευσ")
    assert folded("Ёлка Й") == folded("елка и")


def test_persian_and_arabic_write_the_same_letters() -> None:
    assert folded("کتابی") == folded("كتابي")
    assert folded("می\u200cشود") == folded("ميشود")
    assert folded("الأولـــى") == folded("الاولي")
    assert folded("۱۲۳ ٤") == "123 4"


def test_marks_that_make_other_kana_stay() -> None:
    assert folded("ガイド") == "ガイド" != folded("カイト")
    assert folded("ｶﾞｲﾄﾞ") == "ガイド"


def test_words_lie_between_spaces_and_signs() -> None:
    assert words_of("Mary's  Hall/2nd_floor — N.A.") == ["mary", "s", "hall", "2nd", "floor", "n", "a"]
    assert words_of(" \t…?!_") == []


def test_what_is_written_without_spaces_is_found_by_pairs_of_letters() -> None:
    assert words_of("東京都NA会") == ["東京", "京都", "na", "会"]
    assert words_of("서울모임") == ["서울", "울모", "모임"]
    assert words_to_keep(folded("東京都NA会")) == ["東京", "京都", "na", "会", "都"]


@given(st.text(alphabet="東京都会ガ", min_size=1, max_size=6), st.data())
def test_every_part_of_a_run_without_spaces_is_among_the_words_kept(text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(text) - 1))
    part = text[first : data.draw(st.integers(first + 1, len(text)))]
    kept = words_to_keep(folded(text))
    # A letter alone is found as the beginning of a pair.
    assert all(any(word.startswith(wanted) for word in kept) for wanted in words_in(folded(part)))


@given(st.text(max_size=30))
def test_folding_again_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.sets(texts, max_size=30), texts)
def test_a_term_is_found_where_it_stands(known: set[str], wanted: str) -> None:
    ordered = sorted(known)
    terms = make_terms(ordered)
    assert [exact_term(terms, text) for text in ordered] == list(range(len(ordered)))
    assert exact_term(terms, wanted) == (ordered.index(wanted) if wanted in known else None)
    assert term_texts(terms, terms.by_length) == sorted(ordered, key=len)


@given(st.sets(near_texts, max_size=30), near_texts)
def test_terms_are_found_by_their_beginning(known: set[str], wanted: str) -> None:
    ordered = sorted(known)
    first, last = terms_beginning(make_terms(ordered), wanted)
    assert ordered[first:last] == [text for text in ordered if text.startswith(wanted)]


@given(st.sets(near_texts, max_size=40), near_texts)
def test_the_terms_meant_are_those_of_fewest_typing_errors(known: set[str], wanted: str) -> None:
    ordered = sorted(known)
    edits, places = terms_meant(make_terms(ordered), wanted)
    distances = {text: OSA.distance(text, wanted) for text in ordered if text != wanted}
    allowed = [d for d in distances.values() if d <= edits_allowed(wanted)]
    assert edits == min(allowed, default=0)
    assert [ordered[place] for place in places] == [text for text in ordered if distances.get(text, 0) == edits > 0]


def test_three_hundred_of_three_hundred_misspelt_words_are_found() -> None:
    random = Random(20)
    known = sorted({"".join(random.choices(string.ascii_lowercase, k=random.randint(5, 12))) for _ in range(20_000)})
    terms = make_terms(known)
    for word in random.sample(known, 300):
        typed = misspelt(random, word)
        assert typed == word or word in term_texts(terms, terms_meant(terms, typed)[1]), (word, typed)


@pytest.mark.parametrize(
    ("text", "edits"), [("one", 0), ("four", 1), ("letters", 1), ("eighters", 2), ("90210", 0), ("x" * 65, 0)]
)
def test_long_words_may_have_more_typing_errors_and_numbers_none(text: str, edits: int) -> None:
    assert edits_allowed(text) == edits


def test_terms_that_may_not_be_misspelt_are_found_as_they_are_only() -> None:
    terms = make_terms(["list-1234"], misspelt=False)
    assert exact_term(terms, "list-1234") == 0
    assert terms_meant(terms, "list-1243abc")[1].size == terms_meant(terms, "lists-abcd")[1].size == 0


def test_an_empty_vocabulary_has_nothing() -> None:
    terms = make_terms([])
    assert (exact_term(terms, "word"), terms_beginning(terms, "word"), terms_meant(terms, "word")[0]) == (
        None, (0, 0), 0,
    )  # fmt: skip
