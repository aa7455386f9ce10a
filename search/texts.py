"""What a text finds: meetings that have all of its words, with a score that tells how well.

A word is found as it stands, as the beginning of one or, where these find few, with a typing error or two. Scores are
whole numbers free of statistics, so that a meeting keeps its score while the list around it changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.clock import Bytes, Flags, Ints, Longs
from search.columns import Generation
from search.segments import END, WEIGHTS, Segment, Stream, Texts, folded_key
from search.strings import places_of
from search.words import (
    edits_allowed,
    exact_term,
    folded,
    is_unspaced,
    terms_beginning,
    terms_within,
    words_in,
)

#: How much a word counts for how it was found, times the weight of where it stands; with 1 and 2 typing errors.
EXACT, BEGINNING, MISSPELT = 6, 4, (2, 1)
#: Typing errors are looked for where a word as it stands finds fewer meetings than this: some list has the same error.
FEW = 5
#: And in the first words of a text only: nobody misspells more, and each costs a millisecond.
MOST_MISSPELT = 8
#: A name that has the whole text in it, and one that is the text.
IN_NAME, WHOLE_NAME = 20, 40
#: A source's own id.
KEY = 60
#: Where a word is in the name of one row in so many, names are looked through and not those of the rows.
_MANY_NAMES = 16
#: What a word counts that stands in the name as it is, and nowhere else.
_IN_NAME_EXACTLY = EXACT * WEIGHTS["name"]
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″\uff02", '"'))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextQuestion:
    """A text taken apart: words, each once; quoted `phrases`; the `whole` of it as words; as a source's own `key`."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    whole: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The rows that a text finds, ascending, and the score of each row of all, 0: not found."""

    rows: Longs
    scores: NDArray[np.uint16]


def text_question(text: str) -> TextQuestion | None:
    """What a text asks; None: it has no letter and no digit."""
    pieces = text.translate(_QUOTES).split('"')
    # A quotation mark that is never closed quotes nothing.
    quoted = set(range(1, len(pieces) - 1, 2))
    told = [tuple(words_in(folded(piece))) for piece in pieces]
    loose = [word for at, words in enumerate(told) if at not in quoted for word in words]
    phrases = [words for at, words in enumerate(told) if at in quoted and words]
    if not loose and not phrases:
        return None
    return TextQuestion(
        words=tuple(dict.fromkeys(loose)),
        phrases=tuple(dict.fromkeys(phrases)),
        whole=tuple(word for words in told for word in words),
        key=folded_key(text),
    )


def find_text(columns: Generation, asked: TextQuestion) -> Said:
    """All rows that match."""
    texts = columns.texts
    rows, scores, named = _with_all_words(columns, asked)
    for phrase in asked.phrases:
        has = _with_phrase(columns, rows, phrase).nonzero()[0]
        rows, scores, named = rows.take(has), scores.take(has), named.take(has)
    _count_names(columns, rows, scores, named, asked.whole)
    every = np.zeros(len(columns.rows.number), np.uint16)
    every[rows] = scores
    known = _rows_of_key(texts, asked.key)
    every[known] = np.maximum(every.take(known), KEY)
    return Said(rows=rows if not known.size else (every != 0).nonzero()[0], scores=every)


# --- Words --------------------------------------------------------------------------------------


def _with_all_words(columns: Generation, asked: TextQuestion) -> tuple[Longs, NDArray[np.uint16], Flags]:
    """Rows that have every word, of phrases too; the sum of what the words count there; and whether all are in the
    name as they stand.
    """
    rows: Longs | None = None
    counted: list[Bytes] = []
    for found in _each_word(columns, asked):
        there = found if rows is None else found.take(rows)
        places = (there != 0).nonzero()[0]
        rows = places if rows is None else rows.take(places)
        counted.append(found)
        if not rows.size:
            break
    assert rows is not None, "a question has a word"
    scores, named = np.zeros(rows.size, np.uint16), np.ones(rows.size, np.bool_)
    for found in counted:
        here = found.take(rows)
        scores += here
        named &= here == _IN_NAME_EXACTLY
    return rows, scores, named


def _each_word(columns: Generation, asked: TextQuestion) -> Iterator[Bytes]:
    for place, word in enumerate(asked.words):
        yield _found(columns, word, misspelt=place < MOST_MISSPELT)
    for word in dict.fromkeys(word for phrase in asked.phrases for word in phrase):
        yield _as_it_stands(columns, word, beginnings=False)


def _found(columns: Generation, word: str, *, misspelt: bool) -> Bytes:
    """What a word counts in each row, 0: it is not there."""
    # One letter begins too many words, but in scripts where it is one.
    found = _as_it_stands(columns, word, beginnings=len(word) > 1 or is_unspaced(word))
    if misspelt and edits_allowed(word) and np.count_nonzero(found) < FEW:
        for edits in range(1, edits_allowed(word) + 1):
            near = _misspelt(columns, word, edits)
            if near.any():
                return np.maximum(found, near)
    return found


def _as_it_stands(columns: Generation, word: str, *, beginnings: bool) -> Bytes:
    texts = columns.texts
    found = np.zeros(len(columns.rows.number), np.uint8)
    for segment in (texts.main, texts.recent):
        exact = exact_term(segment.words, word)
        if beginnings:
            first, last = terms_beginning(segment.words, word)
        else:
            first, last = (0, 0) if exact is None else (exact, exact + 1)
        if exact is not None:
            # Of all that begin with a word it is the first.
            first = exact + 1
        begun = slice(segment.starts[first], segment.starts[last])
        _put(found, texts.document_rows.take(segment.documents[begun]), segment.weights[begun] * np.uint8(BEGINNING))
        if exact is not None:
            as_it_is = slice(segment.starts[exact], segment.starts[exact + 1])
            rows, values = texts.document_rows.take(segment.documents[as_it_is]), segment.weights[as_it_is]
            _put(found, rows, values * np.uint8(EXACT), distinct=True)
    return found


def _misspelt(columns: Generation, word: str, edits: int) -> Bytes:
    texts = columns.texts
    found = np.zeros(len(columns.rows.number), np.uint8)
    for segment in (texts.main, texts.recent):
        near = terms_within(segment.words, word, edits)
        if near.size:
            spans = [slice(segment.starts[term], segment.starts[term + 1]) for term in near.tolist()]
            documents = np.concatenate([segment.documents[span] for span in spans])
            values = np.concatenate([segment.weights[span] for span in spans]) * np.uint8(MISSPELT[edits - 1])
            _put(found, texts.document_rows.take(documents), values)
    return found


def _put(found: Bytes, rows: Ints, values: Bytes, *, distinct: bool = False) -> None:
    """Raise rows to these values; `distinct`: no row comes twice."""
    if rows.size and rows.min() < 0:
        there = np.flatnonzero(rows >= 0)
        rows, values = rows.take(there), values.take(there)
    if not distinct:
        # Of several values for one row the last one stays.
        order = values.argsort(kind="stable")
        rows, values = rows.take(order), values.take(order)
    found[rows] = np.maximum(values, found.take(rows))


# --- Phrases and names --------------------------------------------------------------------------


def _with_phrase(columns: Generation, rows: Longs, phrase: Sequence[str]) -> Flags:
    """Which rows have these words next to each other in one of their texts."""
    has = np.zeros(rows.size, np.bool_)
    for segment, places, documents in _by_segment(columns, rows):
        here = np.zeros(documents.size, np.bool_)
        for stream in (segment.names, segment.others):
            # What says it in its name need not say it elsewhere.
            left = (~here).nonzero()[0]
            here[left] = _documents_with(segment, stream, documents.take(left), phrase)
        has[places] = here
    return has


def _documents_with(segment: Segment, stream: Stream, documents: Ints, phrase: Sequence[str]) -> Flags:
    """Which documents have these words next to each other in one of their texts of a stream."""
    told = [column.take(documents) for column in stream.of_documents]
    # The last one is that of no text.
    table = np.zeros(len(stream.ends) + 1, np.bool_)
    for column in told:
        table[column] = True
    texts, _ = _texts_with(segment, stream, phrase, table[:-1].nonzero()[0])
    has = np.zeros(documents.size, np.bool_)
    if texts.size:
        table[:] = False
        table[texts] = True
        for column in told:
            has |= table.take(column)
    return has


def _count_names(
    columns: Generation, rows: Longs, scores: NDArray[np.uint16], named: Flags, whole: Sequence[str]
) -> None:
    """Count that rows' names have the whole text in them, or are it; `named`: all of its words."""
    at = named.nonzero()[0]
    if len(whole) == 1 and at.size * _MANY_NAMES > len(columns.rows.number):
        scores[at] += np.uint16(IN_NAME)
        more = np.zeros(len(columns.rows.number), np.uint16)
        more[_rows_called(columns, whole[0])] = WHOLE_NAME - IN_NAME
        scores += more.take(rows)
        return
    for segment, places, documents in _by_segment(columns, rows.take(at)):
        names = segment.names
        texts = names.of_documents[0].take(documents)
        table = np.zeros(len(names.ends), np.uint16)
        table[texts] = 1
        found, alone = _texts_with(segment, names, whole, table.nonzero()[0])
        table[texts] = 0
        table[found] = IN_NAME
        table[found.compress(alone)] = WHOLE_NAME
        scores[at[places]] += table.take(texts)


def _rows_called(columns: Generation, word: str) -> Longs:
    """The rows whose name is this word and nothing else."""
    found = [np.empty(0, np.int64)]
    for segment in (columns.texts.main, columns.texts.recent):
        term, names = exact_term(segment.words, word), segment.names
        if term is None or not names.ends.size:
            continue
        begins = np.concatenate([names.ends[:1] * 0, names.ends[:-1]])
        # What is no part of a phrase comes after the first end.
        alone = (names.tokens.take(begins) == term) & (names.tokens.take(begins + 1) == END)
        # The last one is that of no text.
        documents = np.append(alone, np.False_).take(names.of_documents[0]).nonzero()[0]
        rows = columns.texts.document_rows.take(documents + segment.first)
        found.append(rows.compress(rows >= 0).astype(np.int64))
    return np.concatenate(found)


def _by_segment(columns: Generation, rows: Longs) -> Iterator[tuple[Segment, Longs | slice, Ints]]:
    """Each segment with the places of its rows among these, and their documents counted from its first."""
    documents = columns.rows.document.take(rows)
    if not columns.texts.recent.count:
        # Only rows with a text are found by one.
        yield columns.texts.main, slice(None), documents
        return
    for segment in (columns.texts.main, columns.texts.recent):
        places = ((documents >= segment.first) & (documents < segment.first + segment.count)).nonzero()[0]
        if places.size:
            yield segment, places, documents.take(places) - np.int32(segment.first)


def _texts_with(segment: Segment, stream: Stream, words: Sequence[str], among: Longs) -> tuple[Longs, Flags]:
    """Of these texts of a stream those that have these words next to each other, and which of them are nothing else."""
    known = [exact_term(segment.words, word) for word in words]
    terms = [term for term in known if term is not None]
    nowhere = np.empty(0, np.int64), np.empty(0, np.bool_)
    if len(terms) < len(known) or len(stream.tokens) < len(terms) or not among.size:
        return nowhere
    lengths = stream.ends.take(among) - _begins(stream, among)
    # One more, its end.
    among = among.compress(lengths > len(terms))
    rarest = min(range(len(terms)), key=lambda at: int(segment.starts[terms[at] + 1] - segment.starts[terms[at]]))
    inside, lengths = places_of(stream.ends, among)
    hits = ((stream.tokens.take(inside) == terms[rarest]) & (inside >= rarest)).nonzero()[0]
    at, texts = inside.take(hits) - rarest, np.repeat(among, lengths).take(hits)
    for place, term in enumerate(terms):
        # Each text has its end, so what is found is all of one text.
        left = (stream.tokens.take(at + place, mode="clip") == term).nonzero()[0]
        at, texts = at.take(left), texts.take(left)
    alone: Flags = (_begins(stream, texts) == at) & (stream.tokens.take(at + len(terms), mode="clip") == END)
    return texts, alone


def _begins(stream: Stream, texts: Ints | Longs) -> Longs:
    """Where texts begin."""
    return np.where(texts > 0, stream.ends.take(texts - 1, mode="clip"), 0) if texts.size else np.empty(0, np.int64)


# --- Keys ---------------------------------------------------------------------------------------


def _rows_of_key(texts: Texts, key: str) -> Longs:
    found = [np.empty(0, np.int64)]
    for segment in (texts.main, texts.recent):
        known = exact_term(segment.keys, key)
        if known is not None:
            documents = segment.key_documents[segment.key_starts[known] : segment.key_starts[known + 1]]
            found.append(texts.document_rows.take(documents).astype(np.int64))
    rows = np.concatenate(found)
    return rows[rows >= 0]
