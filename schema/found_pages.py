"""Pages of what the search found, as bytes: pieces that are kept, with what belongs to the question put in between.

A piece shows all that is selected of one hit but its cursor and its distance. Where all pieces of a page are kept, the
database is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain, count, repeat
from math import inf
from typing import Any

import numpy as np
import orjson
from graphql import FieldNode, GraphQLObjectType

from meetings.making import maker
from meetings.model import Meeting, MeetingStatus
from meetings.search import SHOWN, Hit
from meetings.suspension import status_at
from schema.coercing import Variables
from schema.compiling import Compiler, ListCompiler, Selected, Shown
from schema.context import Context
from schema.fragments import Fragment, Fragments, Key, Parts, Ready
from schema.lasting import OF_OTHERS, status_lasts
from schema.occurrences import Found, found_occurrence, meetings_of_hits, occurrence_of_hit
from search.hits import Hits

#: By list, what the items are that it shows; None: nothing is shown of this hit.
ITEMS: Mapping[tuple[str, str], Callable[[Hit, Meeting], Any]] = {
    ("MeetingConnection", "nodes"): lambda hit, meeting: meeting,
    ("MeetingConnection", "edges"): lambda hit, meeting: (hit, meeting),
    ("OccurrenceConnection", "nodes"): lambda hit, meeting: occurrence_of_hit(meeting, hit),
    ("OccurrenceConnection", "edges"): found_occurrence,
}


def _metres(hits: Hits) -> bytes:
    """The distances as `to_metres` has them, in JSON."""
    return orjson.dumps(np.rint(hits.kilometres() * 1000) / 1000, option=orjson.OPT_SERIALIZE_NUMPY)


#: What is of the question, by field, in JSON; the same for hits of whatever meeting.
_OF_HITS: Mapping[str, Callable[[Hits], bytes]] = {
    "cursor": lambda hits: orjson.dumps(hits.cursors()),
    "distanceKm": _metres,
}
_EDGES = frozenset({"MeetingEdge", "OccurrenceEdge"})
_BITS = {status: 1 << place for place, status in enumerate(MeetingStatus)}
#: Those that are shown where none are asked for.
_USUAL = sum(_BITS[status] for status in SHOWN)
#: Values of variables for which pieces of one page of one document are kept; more are made up by nobody's app.
_MAX_VALUES = 64
_numbers = count(1)
_fragment = maker(Fragment)
#: Stands for a page while the answer is put together. No text in JSON has this character as it is.
MARK = b"\x1a"
_MARKED = orjson.Fragment(MARK)


@dataclass(slots=True)
class Asking:
    """What resolvers are given for graphql-core's `info`, of which they use the context only.

    `until` is the last moment, in POSIX seconds, at which all that was asked since it was set is still shown so.
    `pages` are those of the answer, in the order in which they stand in it.
    """

    context: Context
    variables: Variables
    fragments: Fragments | None
    until: float = inf
    pages: list[FoundPage] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class FoundList:
    """Shows one list of hits: rows of `holes`, each a field of the hit or, by number, a part of a piece.

    `around`: what stands before and after each of them, so that a row is nothing but its holes; it begins with a comma.
    """

    item: Callable[[Hit, Meeting], Any]
    holes: tuple[str | int, ...]
    around: tuple[tuple[bytes, bytes], ...]
    used: tuple[str, ...]
    of_others: bool
    by_start: bool
    _plans: dict[tuple[Any, ...], int] = field(default_factory=dict)

    @property
    def around_parts(self) -> list[tuple[bytes, bytes]]:
        """What stands round each part of a piece."""
        return [around for around, hole in zip(self.around, self.holes, strict=True) if isinstance(hole, int)]

    def __call__(self, found: Found, asking: Asking, parts: tuple[Shown, ...]) -> orjson.Fragment:
        """A mark for the page that comes there; `parts` show what a piece is made of."""
        assert isinstance(found.page.hits, Hits)
        page = FoundPage(
            shows=self,
            hits=found.page.hits,
            statuses=_bits_of(found.statuses),
            plan=self._plan(asking.variables) if asking.fragments else 0,
            generation=asking.context.search_index().generation,
            parts=parts,
        )
        page.look(asking)
        asking.pages.append(page)
        return _MARKED

    def written(self, hits: Hits, rows: Sequence[Parts], places: Sequence[int] | None) -> list[bytes]:
        """The rows in JSON, in many parts; `places` are theirs among the hits, None: all."""
        if not rows:
            return [b"[]"]
        columns = [self._column(at, hits, rows, places) for at in range(len(self.holes))]
        written = list(chain.from_iterable(zip(*columns, strict=True)))
        # The first row has the bracket where the others have the comma.
        written[0] = b"[" + written[0][1:]
        written.append(b"]")
        return written

    def _column(self, at: int, hits: Hits, rows: Sequence[Parts], places: Sequence[int] | None) -> list[bytes]:
        """What stands in that hole, with what is round it, in each row."""
        hole = self.holes[at]
        if isinstance(hole, int):
            return [parts[hole] for parts in rows]
        before, after = self.around[at]
        # No value of theirs has a comma, and no JSON of ours is of two lines.
        values = _OF_HITS[hole](hits)[1:-1].replace(b",", after + b"\n" + before)
        written = (before + values + after).split(b"\n")
        return written if places is None else [written[place] for place in places]

    def _plan(self, variables: Variables) -> int:
        """The number under which pieces for these variables are kept; 0: they are not."""
        values = tuple(variables.get(name) for name in self.used)
        try:
            plan = self._plans.get(values)
        except TypeError:
            # Lists cannot be looked up, and no field of a meeting takes any.
            return 0
        if plan is None:
            plan = self._plans[values] = next(_numbers) if len(self._plans) < _MAX_VALUES else 0
        return plan


@cache
def _bits_of(statuses: frozenset[MeetingStatus]) -> int:
    """All of them together; there are few statuses, and so few sets of them."""
    return sum(map(_BITS.__getitem__, statuses))


@dataclass(slots=True, kw_only=True)
class FoundPage:
    """One page of hits on its way to JSON: its rows, if all are ready, or the pieces at hand and the places of those
    that are `missing`.

    `statuses` are bits; `generation` is that of the index that was searched. `plan` 0: its pieces are not kept.
    """

    shows: FoundList
    hits: Hits
    statuses: int
    plan: int
    generation: int
    parts: tuple[Shown, ...]
    rows: list[Parts] | None = None
    pieces: list[Fragment | None] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    ready: Ready | None = None

    def look(self, asking: Asking) -> None:
        """For what is kept and still good."""
        kept, now = asking.fragments, asking.context.now.timestamp()
        if kept is None or not self.plan:
            self.pieces, self.missing = [None] * len(self.hits), list(range(len(self.hits)))
            return
        kept.follow(self.generation, asking.context.search_index().change)
        self.ready = kept.ready(self.plan, self.generation, now)
        if self.statuses & _USUAL == _USUAL:
            self.rows = self.ready.get_all(self._numbers(), now)
        if self.rows is None:
            self.pieces = [
                piece if piece is not None and piece.edition == edition and piece.since <= now <= piece.until else None
                for piece, edition in zip(kept.get_all(self._keys()), self._editions(), strict=True)
            ]
            self.missing = [place for place, piece in enumerate(self.pieces) if piece is None]

    def written(self, asking: Asking) -> list[bytes]:
        """In JSON, in many parts. `asking` holds this page, and is not held by it: cycles are slow garbage."""
        if self.rows is not None:
            return self.shows.written(self.hits, self.rows, None)
        if self.missing:
            self._complete(asking)
        if self.ready is not None:
            now = asking.context.now.timestamp()
            self.ready.add(
                (number, piece)
                for number, piece in zip(self._numbers(), self.pieces, strict=True)
                if piece is not None and piece.status & _USUAL and piece.until > now
            )
        places = [at for at, piece in enumerate(self.pieces) if piece is not None and piece.status & self.statuses]
        rows = [piece.parts for piece in map(self.pieces.__getitem__, places) if piece is not None]
        return self.shows.written(self.hits, rows, None if len(places) == len(self.pieces) else places)

    def _complete(self, asking: Asking) -> None:
        """Make what is missing, of meetings as the database has them now."""
        now, keys, lasting = asking.context.now.timestamp(), self._keys(), {}
        for place, piece in zip(self.missing, self._made(asking), strict=True):
            self.pieces[place] = piece
            if piece is not None and piece.until > now and piece.status != _BITS[MeetingStatus.WITHDRAWN]:
                lasting[keys[place]] = piece
        self.missing = []
        if self.plan and asking.fragments is not None:
            asking.fragments.put_all(lasting)

    def _made(self, asking: Asking) -> Iterator[Fragment | None]:
        """The missing pieces; None: nothing is shown of this hit, for it has just gone."""
        hits = self.hits.at(self.missing)
        now, editions = asking.context.now, self._editions()
        since, parts = now.timestamp(), list(zip(self.parts, self.shows.around_parts, strict=True))
        for place, hit, meeting in zip(self.missing, hits, meetings_of_hits(asking.context, hits), strict=True):
            shown = None if meeting is None else self.shows.item(hit, meeting)
            if meeting is None or shown is None:
                yield None
                continue
            asking.until = status_lasts(meeting, None, now)
            written = [before + orjson.dumps(part(shown, asking))[1:-1] + after for part, (before, after) in parts]
            status = _BITS[status_at(meeting, now)]
            yield _fragment(editions[place], since, asking.until, status, tuple(written))

    def _numbers(self) -> list[int]:
        """For each hit the number of its piece in this generation."""
        return self.hits.keys(by_start=self.shows.by_start)

    def _keys(self) -> list[Key]:
        """For each hit the key of its piece in any generation."""
        starts = self.hits.starts if self.shows.by_start else repeat(0)
        return list(zip(repeat(self.plan), self.hits.numbers, starts, strict=False))

    def _editions(self) -> list[int]:
        """For each hit the generation since which its piece is the same."""
        return [self.generation] * len(self.hits) if self.shows.of_others else self.hits.editions()


def compile_found_list(
    item: Callable[[Hit, Meeting], Any], compiler: Compiler, type_: GraphQLObjectType, selected: Selected
) -> tuple[FoundList, list[str]]:
    """How a list of such items is shown, and the functions that show its parts."""
    outside, compiler.fields, compiler.used = (compiler.fields, compiler.used), set(), set()
    holes: list[str | int] = []
    written: list[str] = []
    objects: list[str] = []
    for name, together in _runs(type_, selected):
        if name is None:
            holes.append(len(objects))
            written.append("%b")
            objects.append(compiler.object(type_, together))
        else:
            holes.append(name)
            written.append(f'"{next(iter(together))}":%b')
    *befores, end = f",{{{','.join(written)}}}".encode("ascii").split(b"%b")
    show = FoundList(
        item=item,
        holes=tuple(holes),
        around=tuple(zip(befores, [*[b""] * (len(befores) - 1), end], strict=True)),
        used=tuple(sorted(compiler.used)),
        of_others=not OF_OTHERS.isdisjoint(compiler.fields),
        by_start=type_.name not in {"Meeting", "MeetingEdge"} or ("MeetingEdge", "nextOccurrence") in compiler.fields,
    )
    compiler.fields |= outside[0]
    compiler.used |= outside[1]
    return show, objects


def _runs(type_: GraphQLObjectType, selected: Selected) -> list[tuple[str | None, dict[str, list[FieldNode]]]]:
    """What is selected, parted: each field that is of hits alone by its name, and what stands between them together."""
    runs: list[tuple[str | None, dict[str, list[FieldNode]]]] = []
    for key, nodes in selected.items():
        name = nodes[0].name.value
        if type_.name in _EDGES and name in _OF_HITS:
            runs.append((name, {key: nodes}))
        elif runs and runs[-1][0] is None:
            runs[-1][1][key] = nodes
        else:
            runs.append((None, {key: nodes}))
    # Where all is skipped there are still the objects.
    return runs or [(None, {})]


FOUND_LISTS: Mapping[tuple[str, str], ListCompiler] = {
    name: partial(compile_found_list, item) for name, item in ITEMS.items()
}
