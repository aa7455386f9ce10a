"""Texts as arrays: which meetings have a word, in what they call themselves or in their notes; and texts word by word.

A meeting is known here by a document number that it keeps while rows move. When its texts change it gets a new one, in
a small second segment, so that a change costs what changed; `document_rows` says which row a document is now.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import attrgetter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from meetings.model import Weekday
from search.clock import Bytes, Ints, Longs
from search.strings import places_of
from search.words import Terms, folded, make_terms, words_in, words_to_keep
from store.index_texts import IndexTexts

Table: TypeAlias = NDArray[np.int32]
#: How much a word counts by where it stands; the highest counts where it stands in several.
WEIGHTS = {"name": 8, "group": 6, "city": 5, "venue": 4, "region": 4, "service_body": 3, "notes": 1}
_OTHERS = tuple(name for name in WEIGHTS if name != "name")
#: Ends each text, so that no phrase runs from one into the next.
END = -1
#: Of longer texts the beginning is searched: one letter may stand for eighteen.
_LONGEST_TEXT = 20_000
#: Texts turned at once.
_CHUNK = 20_000
_WEIGHT_BITS, _DOCUMENT_BITS = 4, 28
_DAYS = frozenset(day.name.casefold() for day in Weekday)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Distinct texts one after the other, each word by its place in the segment's `words`.

    Text n ends before `ends[n]`, with `END`; `of_documents` has a row of texts for each field, -1 is none.
    """

    tokens: Ints
    ends: Ints
    of_documents: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Some documents, from `first` on. Those of word n are in [`starts[n]`, `starts[n + 1]`), each with its weight.

    `keys` are sources' own ids, folded; the documents of key n in [`key_starts[n]`, `key_starts[n + 1]`).
    """

    first: int
    count: int
    words: Terms
    starts: Ints
    documents: Ints
    weights: Bytes
    keys: Terms
    key_starts: Ints
    key_documents: Ints
    names: Stream
    others: Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """All texts of a generation; not `ready`: they have not been read yet. A document of row -1 is gone."""

    ready: bool
    main: Segment
    recent: Segment
    document_rows: Ints


class _Chunks(dict[str, list[int]]):
    """The words of what stands between spaces, by their numbers; in `alone` those that are found alone only.

    Folding looks at every letter, and texts are made of the same chunks again and again.
    """

    def __init__(self, word: Callable[[str], int]) -> None:
        super().__init__()
        self._word = word
        self.alone: dict[str, list[int]] = {}

    def __missing__(self, chunk: str) -> list[int]:
        plain = folded(chunk)
        kept = list(map(self._word, words_to_keep(plain)))
        count = len(words_in(plain))
        if kept[count:]:
            self.alone[chunk] = kept[count:]
        words = self[chunk] = kept[:count]
        return words


class _Learned(dict[str, int]):
    """Distinct texts by number, their words in one run of numbers."""

    def __init__(self, chunks: _Chunks) -> None:
        super().__init__({"": -1})
        self._chunks = chunks
        self.tokens = array("i")
        self.ends = array("i")

    def __missing__(self, text: str) -> int:
        chunks = text[:_LONGEST_TEXT].split()
        words = [*chain.from_iterable(map(self._chunks.__getitem__, chunks)), END]
        alone = self._chunks.alone
        if not alone.keys().isdisjoint(chunks):
            # Found alone only, for it is no part of a phrase.
            words += [number for chunk in chunks for word in alone.get(chunk, ()) for number in (word, END)]
        self.tokens.fromlist(words)
        self.ends.append(len(self.tokens))
        number = self[text] = len(self.ends) - 1
        return number


class _Words(dict[str, int]):
    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


@dataclass(slots=True)
class Collector:
    """Takes texts as they come and makes a segment of all so far, as often as one likes."""

    first: int = 0
    count: int = 0
    _words: _Words = field(default_factory=_Words)
    _keys: _Words = field(default_factory=_Words)
    _names: _Learned = field(init=False)
    _others: _Learned = field(init=False)
    _chunks: list[_Postings] = field(default_factory=list)
    _key_chunks: list[tuple[Ints, Ints]] = field(default_factory=list)
    _of_names: list[Table] = field(default_factory=list)
    _of_others: list[Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        chunks = _Chunks(self._words.__getitem__)
        self._names, self._others = _Learned(chunks), _Learned(chunks)

    def add(self, texts: Iterable[IndexTexts]) -> Longs:
        """The numbers of the meetings, in the order of the documents that they are now."""
        numbers = [np.empty(0, np.int64)]
        iterator = iter(texts)
        while chunk := list(islice(iterator, _CHUNK)):
            self._add(chunk)
            numbers.append(np.fromiter((told.number for told in chunk), np.int64, len(chunk)))
        return np.concatenate(numbers)

    def _add(self, chunk: Sequence[IndexTexts]) -> None:
        names = _texts_of(self._names, chunk, ("name",))
        others = _texts_of(self._others, chunk, _OTHERS)
        first = self.first + self.count
        parts = [_words_of(self._names, names[0], WEIGHTS["name"])]
        parts += [_words_of(self._others, column, WEIGHTS[name]) for name, column in zip(_OTHERS, others, strict=True)]
        self._chunks.append(_best_of(parts, first))
        pairs = [(self._keys[key], first + at) for at, told in enumerate(chunk) for key in _keys_of(told)]
        keys, documents = np.array(pairs, np.int32).reshape(-1, 2).T
        self._key_chunks.append((keys.copy(), documents.copy()))
        self._of_names.append(names)
        self._of_others.append(others)
        self.count += len(chunk)

    def segment(self) -> Segment:
        """All documents so far."""
        words, ranks = _sorted(self._words, misspelt=True)
        keys, key_ranks = _sorted(self._keys, misspelt=False)
        postings = _joined(self._chunks)
        order, starts = _grouped(ranks.take(postings.words), len(self._words))
        key_codes, key_documents = (np.concatenate([_NONE, *part]) for part in _unzipped(self._key_chunks))
        key_order, key_starts = _grouped(key_ranks.take(key_codes), len(self._keys))
        return Segment(
            first=self.first,
            count=self.count,
            words=words,
            starts=starts,
            documents=postings.documents.take(order),
            weights=postings.weights.take(order),
            keys=keys,
            key_starts=key_starts,
            key_documents=key_documents.take(key_order),
            names=_stream(self._names, ranks, self._of_names, 1),
            others=_stream(self._others, ranks, self._of_others, len(_OTHERS)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Postings:
    """Which word stands in which document, with its highest weight; words by their number in the collector."""

    words: Ints
    documents: Ints
    weights: Bytes


_NONE = np.empty(0, np.int32)


def _texts_of(learned: _Learned, chunk: Sequence[IndexTexts], names: Sequence[str]) -> Table:
    columns = [list(map(learned.__getitem__, map(attrgetter(name), chunk))) for name in names]
    return np.array(columns, np.int32).reshape(len(names), -1)


def _words_of(learned: _Learned, texts: Ints, weight: int) -> tuple[Longs, Longs, int]:
    """The words of a column of texts, the places in the column that have them, and the weight of all."""
    places = np.flatnonzero(texts >= 0)
    at, lengths = places_of(_view(learned.ends), texts.take(places))
    tokens = _view(learned.tokens).take(at)
    words = np.flatnonzero(tokens != END)
    return tokens.take(words).astype(np.int64), np.repeat(places, lengths).take(words), weight


def _view(numbers: array[int]) -> Ints:
    # For a moment only: the array cannot grow as long as somebody looks at it.
    return np.frombuffer(numbers, np.int32) if numbers else _NONE


def _best_of(parts: Sequence[tuple[Longs, Longs, int]], first: int) -> _Postings:
    """Each word of each place once, with the highest of its weights."""
    lightest = (1 << _WEIGHT_BITS) - 1
    keys = [
        words << (_DOCUMENT_BITS + _WEIGHT_BITS) | places << _WEIGHT_BITS | (lightest - weight)
        for words, places, weight in parts
    ]
    ordered = np.sort(np.concatenate(keys))
    pairs = ordered >> _WEIGHT_BITS
    best = ordered[np.flatnonzero(np.diff(pairs, prepend=-1))]
    return _Postings(
        words=(best >> (_DOCUMENT_BITS + _WEIGHT_BITS)).astype(np.int32),
        documents=((best >> _WEIGHT_BITS & ((1 << _DOCUMENT_BITS) - 1)) + first).astype(np.int32),
        weights=(lightest - (best & lightest)).astype(np.uint8),
    )


def _joined(chunks: Sequence[_Postings]) -> _Postings:
    return _Postings(
        words=np.concatenate([_NONE, *(chunk.words for chunk in chunks)]),
        documents=np.concatenate([_NONE, *(chunk.documents for chunk in chunks)]),
        weights=np.concatenate([np.empty(0, np.uint8), *(chunk.weights for chunk in chunks)]),
    )


def _unzipped(chunks: Sequence[tuple[Ints, Ints]]) -> tuple[list[Ints], list[Ints]]:
    return [first for first, _ in chunks], [second for _, second in chunks]


def _grouped(ranks: Ints, count: int) -> tuple[Longs, Ints]:
    """The order of ranks, what is equal in the order in which it came; and where each rank begins in it."""
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(ranks, minlength=count), out=starts[1:])
    return ranks.argsort(kind="stable"), starts.astype(np.int32)


def _sorted(codes: _Words, *, misspelt: bool) -> tuple[Terms, Ints]:
    """The words in order, and the place of each by its number."""
    ordered = sorted(codes)
    ranks = np.empty(len(ordered) + 1, np.int32)
    ranks[np.fromiter(map(codes.__getitem__, ordered), np.int64, len(ordered))] = np.arange(len(ordered))
    # The last one is that of END.
    ranks[-1] = END
    return make_terms(ordered, misspelt=misspelt), ranks


def _stream(learned: _Learned, ranks: Ints, columns: Sequence[Table], fields: int) -> Stream:
    tokens = np.array(learned.tokens, np.int32)
    return Stream(
        tokens=ranks[tokens],
        ends=np.array(learned.ends, np.int32),
        of_documents=np.concatenate([np.empty((fields, 0), np.int32), *columns], axis=1),
    )


def _keys_of(told: IndexTexts) -> set[str]:
    """What a source's own ids may be asked by: of a record of several days also without the day."""
    found = set()
    for key in told.keys:
        plain = folded_key(key)
        record, _, day = plain.rpartition("/")
        found |= {plain, record} if day in _DAYS else {plain}
    return found - {""}


def folded_key(text: str) -> str:
    """A source's own id, as it is compared: whole."""
    return " ".join(folded(text).split())


def no_texts() -> Texts:
    """Those of a generation whose texts have not been read yet."""
    nothing = Collector().segment()
    return Texts(ready=False, main=nothing, recent=nothing, document_rows=np.empty(0, np.int32))
