"""Words as people type them, and vocabularies in which they are found: as written, by their beginning, or misspelt.

A vocabulary is a sorted block of bytes that processes share; no text of it is kept as a Python string.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category, normalize

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from search.clock import Bytes, Ints, Longs
from search.strings import bytes_at, encoded, place_among, texts_between

#: Voicing marks of kana make other letters of them, as no accent does.
_KEPT_MARKS = "\u3099\u309a"
#: Letters that stand for others though Unicode does not take them apart, and what is seen by nobody.
_LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th",
        "ی": "ي", "ى": "ي", "ک": "ك", "ـ": None, "\u200b": None, "\u200c": None, "\u200d": None, "\u00ad": None,
        "\ufeff": None,
    }
    | {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)}
)  # fmt: skip
#: Scripts that are written without spaces: Han, kana, hangul; Thai, Lao, Burmese, Khmer.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUNS = re.compile(f"(?P<unspaced>[{_UNSPACED}]+)|[^\\W_{_UNSPACED}]+")
#: Nobody misspells a longer word by two letters only.
_LONGEST_MISSPELT = 64


def folded(text: str) -> str:
    """A text as all who mean it might write it: no letter case, no accents, one form of each letter."""
    if text.isascii():
        return text.lower()
    parts = normalize("NFKD", text.casefold()).casefold()
    letters = "".join(c for c in parts if c in _KEPT_MARKS or category(c)[0] != "M")
    return normalize("NFC", letters.translate(_LETTERS))


def words_in(folded_text: str) -> list[str]:
    """The words to look for: what lies between spaces and signs; of scripts without spaces, each pair of letters."""
    words: list[str] = []
    for run in _RUNS.finditer(folded_text):
        word = run[0]
        if run["unspaced"] and len(word) > 2:
            words += [word[at : at + 2] for at in range(len(word) - 1)]
        else:
            words.append(word)
    return words


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script without spaces."""
    run = _RUNS.match(word)
    return run is not None and run["unspaced"] is not None


def words_to_keep(folded_text: str) -> list[str]:
    """The words by which a text is found: also the last letter of a run of pairs, which begins no pair."""
    words = words_in(folded_text)
    words += [run[0][-1] for run in _RUNS.finditer(folded_text) if run["unspaced"] and len(run[0]) > 1]
    return words


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Distinct folded texts in order of their bytes; a term is known by its place.

    `by_length` are the places of those that may be misspelt, in order of their number of letters; `signatures`, in the
    same order, have a bit for each letter; `bands[n]` of them have fewer than n letters.
    """

    block: Bytes
    ends: Ints
    by_length: Ints
    signatures: NDArray[np.uint64]
    bands: Ints


def make_terms(texts: Sequence[str], *, misspelt: bool = True) -> Terms:
    """Of distinct texts, sorted, none empty; `misspelt` is false where none is to be found with a typing error."""
    parts = list(map(encoded, texts))
    letters = np.fromiter(map(len, texts), np.int64, len(texts))
    signatures = _signatures(texts, letters)
    may_be = np.flatnonzero(letters <= (_LONGEST_MISSPELT if misspelt else 0))
    by_length = may_be[letters.take(may_be).argsort(kind="stable")]
    lengths = letters.take(by_length)
    return Terms(
        block=np.frombuffer(b"".join(parts), np.uint8),
        ends=np.fromiter(map(len, parts), np.int64, len(parts)).cumsum().astype(np.int32),
        by_length=by_length.astype(np.int32),
        signatures=signatures.take(by_length),
        bands=lengths.searchsorted(np.arange(_LONGEST_MISSPELT + 4)).astype(np.int32),
    )


def _signatures(texts: Sequence[str], letters: Longs) -> NDArray[np.uint64]:
    if not len(texts):
        return np.empty(0, np.uint64)
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    bits = np.left_shift(np.uint64(1), (points % 64).astype(np.uint64))
    found: NDArray[np.uint64] = np.bitwise_or.reduceat(bits, letters.cumsum() - letters)
    return found


def term_texts(terms: Terms, places: Ints | Longs) -> list[str]:
    """The terms at these places."""
    return texts_between(terms.block, terms.ends, places)


def exact_term(terms: Terms, text: str) -> int | None:
    """Where a folded text is; None: nowhere."""
    wanted = encoded(text)
    place = place_among(terms.block, terms.ends, wanted)
    return place if bytes_at(terms.block, terms.ends, place) == wanted else None


def terms_beginning(terms: Terms, text: str) -> tuple[int, int]:
    """The first and the one after the last of the terms that begin with a folded text, itself included."""
    wanted = encoded(text)
    first = place_among(terms.block, terms.ends, wanted)
    # No UTF-8 text has this byte.
    return first, place_among(terms.block, terms.ends, wanted + b"\xff", first)


def edits_allowed(text: str) -> int:
    """How many typing errors a text may have: none where it is short or has digits."""
    if len(text) < 4 or len(text) > _LONGEST_MISSPELT or any(map(str.isdigit, text)):
        return 0
    return 1 if len(text) < 8 else 2


def terms_meant(terms: Terms, text: str) -> tuple[int, Longs]:
    """The fewest typing errors, at most `edits_allowed`, by which terms differ from a text, and those that do.

    A letter too many, one missing, another one, or two neighbours swapped is one error. (0, none): no term is near.
    """
    for edits in range(1, edits_allowed(text) + 1):
        near = terms_within(terms, text, edits)
        if near.size:
            return edits, near
    return 0, np.empty(0, np.int64)


def terms_within(terms: Terms, text: str, edits: int) -> Longs:
    """The places, in order, of other terms that differ by at most so many edits."""
    first, last = terms.bands[max(0, len(text) - edits)], terms.bands[len(text) + edits + 1]
    signature = _signatures([text], np.array([len(text)]))[0]
    # An edit takes one letter away and brings another at most.
    differing = np.bitwise_count(terms.signatures[first:last] ^ signature)
    places = np.sort(terms.by_length[first:last][differing <= 2 * edits]).astype(np.int64)
    if not places.size:
        return places
    texts = term_texts(terms, places)
    distances = cdist([text], texts, scorer=OSA.distance, score_cutoff=edits, dtype=np.uint8)[0]
    near: Longs = places[(distances > 0) & (distances <= edits)]
    return near
