"""Places by name: towns, postcodes, regions and countries, however they are spelt, best first.

A text is read in several ways: whole, and with its last words as the region or country that the rest lies in. What is
spelt so comes before what begins so, that before what differs in one letter, that before two; among equals the place
of more people. Nothing here is written down anywhere: what somebody looks for is theirs.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from meetings.errors import PlaceNotFound
from meetings.gazetteer import place_key, spellings
from meetings.places import Place, PlaceKind
from meetings.search import Area
from search.clock import Flags, Longs
from search.place_rows import area_of, place_at
from search.place_table import Naming, PlaceTable, Weights
from search.place_zips import lies_at, without_zip, zip_place
from search.strings import bytes_at
from search.words import edits_allowed, exact_term, terms_beginning, terms_within

#: Longer texts are addresses, and cost time: what stands behind is not looked at.
LONGEST = 80
#: What a match is worth; the logarithm of the people is added, so each point is ten times the people.
EXACT, PREFIX, MISSPELT, AN_EDIT = 6.0, 3.0, 3.2, 1.5
#: What it is worth to lie in the country that is preferred, and where the text's end says; and to lie elsewhere: West
#: Virginia is not the West of Cameroon.
PREFERRED, BEHIND, ELSEWHERE = 3.0, 2.5, -3.0
#: Few begin to write a name that is not the place's own: San Fran is not Quito, once San Francisco de Quito.
OTHER_BEGINNING = 0.5
#: A beginning that only places of fewer people than this one's have, 50,000, may be a misspelt name.
_KNOWN_BEGINNING = PREFIX + 4.7
#: Less than this is no more than a guess: two errors in the name of a place of fewer than 6,000 people.
_SURE = 4.0
#: A postcode has no row.
_NO_ROW = -1
#: Of those that begin so, this many times as many as are wanted are compared: a place may have several such names.
_COMPARED = 8
_FEWEST_COMPARED = 100
#: The most words of a region or country.
_TAIL_WORDS = 4
#: "Springfield, Illinois, USA" has two ends.
_TAILS = 2
#: So many places are suggested where none is meant, and a name is cut short to no fewer letters for it.
_SUGGESTED, _LEAST_BEGINNING = 3, 4
#: Of a text of many words, these are looked at for suggestions.
_MOST_WORDS = 8
#: Answers that are remembered, those of so few places: four megabytes at most.
_REMEMBERED, _REMEMBERED_PLACES = 1024, 10

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A place that a text may mean, and what it is worth. `agrees`: it lies where the text's end and `country` say."""

    place: Place
    row: int
    agrees: bool
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One way to read a text: a name, folded, and the rows in which its end says that it lies (None: anywhere)."""

    key: str
    told: tuple[Span, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidates:
    """Rows, perhaps more than once, what each is worth, and whether it lies where it is told to.

    `is_enough`: one of them is so good that nothing misspelt is looked for.
    """

    rows: Longs
    scores: Weights
    agreeing: Flags
    is_enough: bool = False

    def at(self, places: Longs) -> _Candidates:
        """Those at these places."""
        return _Candidates(
            rows=self.rows.take(places),
            scores=self.scores.take(places),
            agreeing=self.agreeing.take(places),
            is_enough=self.is_enough,
        )


class PlaceFinder:
    """Answers from one table. Safe to use from several threads."""

    def __init__(self, table: PlaceTable) -> None:
        self.table = table
        self._kept: OrderedDict[tuple[str, str | None, int], tuple[Match, ...]] = OrderedDict()
        self._lock = Lock()

    def find(self, text: str, country: str | None, first: int) -> tuple[Match, ...]:
        """The places that a text may mean, best first; `country`, alpha-2, is preferred, not asked for."""
        asked = text[:LONGEST].strip(), country, first
        with self._lock:
            known = self._kept.get(asked)
            if known is not None:
                self._kept.move_to_end(asked)
                return known
        found = tuple(_found(self.table, *asked))
        if len(found) > _REMEMBERED_PLACES:
            return found
        with self._lock:
            self._kept[asked] = found
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return found

    def meant(self, text: str, country: str | None) -> tuple[Place, Area | None]:
        """The place that a name means, in this country where one is told, and all of it if it is a region or country.

        PlaceNotFound, with what may be meant: nothing is called so, or not there.
        """
        found = self.find(text, country, _SUGGESTED)
        if found and found[0].agrees and found[0].score >= _SURE:
            return found[0].place, self._area(found[0])
        likely = dict.fromkeys(match.place.label for match in _nearly(self.table, text, country) or found)
        raise PlaceNotFound("named", text, list(likely)[:_SUGGESTED])

    def _area(self, match: Match) -> Area | None:
        if match.place.kind not in (PlaceKind.REGION, PlaceKind.COUNTRY):
            return None
        return area_of(self.table, match.row)


def _nearly(table: PlaceTable, text: str, country: str | None) -> list[Match]:
    """Places called as some of the words are, or that begin as the text does, for one who has to choose."""
    words = place_key(text[:LONGEST]).split(" ")[:_MOST_WORDS]
    rows = dict.fromkeys(row for _, _, row in sorted(_called_as_some(table, words)))
    if rows:
        return [Match(place=place_at(table, row), row=row, agrees=False, score=0.0) for row in list(rows)[:_SUGGESTED]]
    for length in range(len(words[0]), max(_LEAST_BEGINNING, len(words[0]) // 2) - 1, -1):
        first, last = terms_beginning(table.terms, words[0][:length])
        if first < last:
            return _found(table, words[0][:length], country, _SUGGESTED)
    return []


def _called_as_some(table: PlaceTable, words: Sequence[str]) -> Iterator[tuple[int, float, int]]:
    """For each run of words that is a name: minus how many, minus the weight of the largest place, and its row."""
    for count in range(len(words), 0, -1):
        for at in range(len(words) - count + 1):
            term = exact_term(table.terms, " ".join(words[at : at + count]))
            if term is not None:
                first, last = table.postings_of(term)
                best = first + int(table.weight[first:last].argmax())
                if table.weight[best] > -np.inf:
                    yield -count, -float(table.weight[best]), int(table.postings[best]) >> 2


def _found(table: PlaceTable, text: str, country: str | None, first: int) -> list[Match]:
    number, rest = without_zip(table, text, country)
    key = place_key(rest)
    named = _called(table, key, country, first) if key else []
    # A town beside a postcode that lies elsewhere is meant itself: the postcode is another country's.
    if number is None or (named and not lies_at(table, number, named[0].row)):
        return named
    place = zip_place(table, number)
    match = Match(place=place, row=_NO_ROW, agrees=country in (None, "US", place.country), score=EXACT)
    return [match, *named][:first]


def _called(table: PlaceTable, key: str, country: str | None, first: int) -> list[Match]:
    search = _Search(table=table, readings=_readings(table, key), preferred=_number_of(table, country))
    return [
        Match(place=place_at(table, row), row=row, agrees=agrees, score=score)
        for row, agrees, score in search.best(first)
    ]


def _number_of(table: PlaceTable, country: str | None) -> int | None:
    return table.countries.index(country) if country in table.countries else None


# --- Reading ------------------------------------------------------------------------------------


def _readings(table: PlaceTable, key: str) -> tuple[_Reading, ...]:
    """The ways to read a folded text, that with the most told first."""
    readings = [_Reading(key=key, told=None)]
    for _ in range(_TAILS):
        shorter = _without_tail(table, readings[0])
        if shorter is None:
            break
        readings.insert(0, shorter)
    return tuple(readings)


def _without_tail(table: PlaceTable, reading: _Reading) -> _Reading | None:
    words = reading.key.split(" ")
    for count in range(min(_TAIL_WORDS, len(words) - 1), 0, -1):
        areas = _areas_called(table, " ".join(words[-count:]))
        told = areas if reading.told is None else [area for area in areas if _lies_in(area, reading.told)]
        if told:
            return _Reading(key=" ".join(words[:-count]), told=tuple(told))
    return None


def _areas_called(table: PlaceTable, key: str) -> list[Span]:
    """The rows of the regions and countries of this name."""
    found: list[Span] = []
    for spelling in spellings(key):
        term = exact_term(table.terms, spelling)
        if term is None:
            continue
        named = table.postings[slice(*table.postings_of(term))] >> 2
        # Regions and countries have the highest rows, and rows of a term rise.
        for area in (named[named.searchsorted(table.towns) :] - table.towns).tolist():
            found.append((int(table.first[area]), int(table.last[area])))
    return found


def _lies_in(area: Span, spans: Iterable[Span]) -> bool:
    return any(first <= area[0] and area[1] <= last for first, last in spans)


# --- Ranking ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """One question: its readings, and the number of the country preferred."""

    table: PlaceTable
    readings: Sequence[_Reading]
    preferred: int | None

    def best(self, first: int) -> list[tuple[int, bool, float]]:
        """The rows that are meant, best first, whether each lies where it is told to, and what it is worth."""
        most = max(_FEWEST_COMPARED, _COMPARED * first)
        found = [self._spelt_so(one, spelling, most) for one in self.readings for spelling in spellings(one.key)]
        if not any(part.is_enough for part in found):
            found += [self._misspelt(reading, 1) for reading in self.readings]
            if not any(bool(part.agreeing.any()) for part in found):
                found += [self._misspelt(reading, 2) for reading in self.readings]
        return _first_rows(_together(found), first)

    def _spelt_so(self, reading: _Reading, spelling: str, most: int) -> _Candidates:
        """What is called so, and what begins so, at most so many."""
        table = self.table
        first, last = terms_beginning(table.terms, spelling)
        if first == last:
            return _NONE
        start, stop = table.postings_of(first)[0], table.postings_of(last - 1)[1]
        named = table.postings[start:stop]
        scores = table.weight[start:stop] + np.float32(PREFIX)
        scores -= np.float32(OTHER_BEGINNING) * (named & 3 == Naming.OTHER)
        # The shortest of what begins so comes first.
        whole = bytes_at(table.terms.block, table.terms.ends, first) == spelling.encode()
        exact = table.postings_of(first)[1] - start if whole else 0
        scores[:exact] = table.weight[start : start + exact] + np.float32(EXACT)
        rows = (named >> 2).astype(np.int64)
        bonus = self._bonus(rows, reading)
        scores += bonus
        known = np.float32(_KNOWN_BEGINNING) + bonus
        agreeing = bonus >= self._whole_bonus(reading)
        enough = bool(agreeing[:exact].any()) or bool((agreeing & (scores >= known)).any())
        found = _Candidates(rows=rows, scores=scores, agreeing=agreeing, is_enough=enough)
        return found if len(rows) <= most else found.at(np.argpartition(scores, -most)[-most:])

    def _misspelt(self, reading: _Reading, edits: int) -> _Candidates:
        if edits > edits_allowed(reading.key):
            return _NONE
        terms = terms_within(self.table.terms, reading.key, edits)
        return _together([self._meant(term, MISSPELT - AN_EDIT * edits, reading) for term in terms.tolist()])

    def _meant(self, term: int, quality: float, reading: _Reading) -> _Candidates:
        postings = slice(*self.table.postings_of(term))
        rows = (self.table.postings[postings] >> 2).astype(np.int64)
        bonus = self._bonus(rows, reading)
        scores = self.table.weight[postings] + np.float32(quality) + bonus
        return _Candidates(rows=rows, scores=scores, agreeing=bonus >= self._whole_bonus(reading))

    def _bonus(self, rows: Longs, reading: _Reading) -> Weights:
        """What it is worth that rows lie where they are told to."""
        bonus = np.zeros(len(rows), np.float32)
        if self.preferred is not None:
            bonus += np.float32(PREFERRED) * (self.table.country.take(rows) == self.preferred)
        if reading.told is not None:
            bonus += np.where(self._inside(rows, reading.told), np.float32(BEHIND), np.float32(ELSEWHERE))
        return bonus

    def _whole_bonus(self, reading: _Reading) -> float:
        return PREFERRED * (self.preferred is not None) + BEHIND * (reading.told is not None)

    def _inside(self, rows: Longs, told: Iterable[Span]) -> Flags:
        """Which rows are towns, or regions of towns, of these spans."""
        towns = self.table.towns
        begins = np.where(rows < towns, rows, self.table.first.take(rows - towns, mode="clip"))
        ends = np.where(rows < towns, rows + 1, self.table.last.take(rows - towns, mode="clip"))
        inside = np.zeros(len(rows), np.bool_)
        for first, last in told:
            inside |= (begins >= first) & (ends <= last)
        return inside


_NONE = _Candidates(rows=np.empty(0, np.int64), scores=np.empty(0, np.float32), agreeing=np.empty(0, np.bool_))


def _together(parts: Sequence[_Candidates]) -> _Candidates:
    if len(parts) < 2:
        return parts[0] if parts else _NONE
    return _Candidates(
        rows=np.concatenate([part.rows for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
        agreeing=np.concatenate([part.agreeing for part in parts]),
    )


def _first_rows(found: _Candidates, first: int) -> list[tuple[int, bool, float]]:
    """Each row once, by its best score; equals by row, so that the order is total."""
    best: dict[int, tuple[int, bool, float]] = {}
    order = np.lexsort((found.rows, ~found.agreeing, -found.scores))
    order = order[found.scores[order] > -np.inf]
    columns = (column[order].tolist() for column in (found.rows, found.agreeing, found.scores))
    for row, agrees, score in zip(*columns, strict=True):
        best.setdefault(row, (row, agrees, score))
        if len(best) == first:
            break
    return list(best.values())
