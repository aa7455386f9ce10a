"""Pages of what the search found, as bytes: pieces that are kept, with what belongs to the question put in between.

A piece shows all that is selected of one hit but its cursor and its distance. Where all pieces of a page are kept, the
database is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain, count, repeat
from math import inf
from typing import Any

import orjson
from graphql import FieldNode, GraphQLObjectType

from meetings.model import Meeting, MeetingStatus
from meetings.search import Hit
from meetings.suspension import status_at
from schema.coercing import Variables
from schema.compiling import Compiler, ListCompiler, Selected, Shown
from schema.context import Context
from schema.fragments import Fragment, Fragments, Key
from schema.lasting import OF_OTHERS, status_lasts
from schema.occurrences import Found, found_occurrence, meetings_of_hits, occurrence_of_hit, to_metres
from search.hits import Hits

#: By list, what the items are that it shows; None: nothing is shown of this hit.
ITEMS: Mapping[tuple[str, str], Callable[[Hit, Meeting], Any]] = {
    ("MeetingConnection", "nodes"): lambda hit, meeting: meeting,
    ("MeetingConnection", "edges"): lambda hit, meeting: (hit, meeting),
    ("OccurrenceConnection", "nodes"): lambda hit, meeting: occurrence_of_hit(meeting, hit),
    ("OccurrenceConnection", "edges"): found_occurrence,
}
#: What is of the question, by item and field; the same for hits of whatever meeting.
_OF_HITS: Mapping[str, Callable[[Hits], Sequence[Any]]] = {
    "cursor": Hits.cursors,
    "distanceKm": lambda hits: list(map(to_metres, hits.distances())),
}
_EDGES = frozenset({"MeetingEdge", "OccurrenceEdge"})
_BITS = {status: 1 << place for place, status in enumerate(MeetingStatus)}
#: Values of variables for which pieces of one page of one document are kept; more are made up by nobody's app.
_MAX_VALUES = 64
_numbers = count(1)


@dataclass(slots=True)
class Asking:
    """What resolvers are given for graphql-core's `info`, of which they use the context only.

    `until` is the last moment, in POSIX seconds, at which all that was asked since it was set is still shown so.
    `lacking` are the pages that wait for pieces to be made.
    """

    context: Context
    variables: Variables
    fragments: Fragments | None
    until: float = inf
    lacking: list[FoundPage] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class FoundList:
    """Shows one list of hits. In each row `between` stands round the `holes`, before the first and after the last too.

    A hole is a field of the hit or, by number, a part of a piece.
    """

    item: Callable[[Hit, Meeting], Any]
    between: tuple[bytes, ...]
    holes: tuple[str | int, ...]
    used: tuple[str, ...]
    of_others: bool
    by_start: bool
    _plans: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def __call__(self, found: Found, asking: Asking, parts: tuple[Shown, ...]) -> orjson.Fragment | FoundPage:
        """The list in JSON, or its page while pieces are missing; `parts` show what a piece is made of."""
        assert isinstance(found.page.hits, Hits)
        page = self._page(found.page.hits, found.statuses, asking, parts)
        if page.missing:
            asking.lacking.append(page)
            return page
        return self.told(page)

    def told(self, page: FoundPage) -> orjson.Fragment:
        """A page of which no piece is missing."""
        wanted = _bits_of(page.statuses)
        shown = [piece for piece in page.pieces if piece is not None and piece.status & wanted]
        if len(shown) == len(page.pieces):
            places = None
        else:
            places = [place for place, piece in enumerate(page.pieces) if piece is not None and piece.status & wanted]
        columns = [self._column(hole, page.hits, shown, places) for hole in self.holes]
        return orjson.Fragment(self._written(columns, len(shown)))

    def _written(self, columns: Sequence[Iterable[bytes]], many: int) -> bytes:
        """So many rows, each of them a comma and an object, joined at once: that is quicker than one at a time."""
        first, *others = (repeat(told, many) for told in self.between)
        rows = zip(first, *chain.from_iterable(zip(columns, others, strict=True)), strict=True)
        pieces = list(chain.from_iterable(rows))
        # The first row has the bracket where the others have the comma.
        pieces[:1] = [b"[" + self.between[0][1:]] if many else [b"["]
        pieces.append(b"]")
        return b"".join(pieces)

    def _column(self, hole: str | int, hits: Hits, shown: list[Fragment], places: list[int] | None) -> Iterable[bytes]:
        """What stands in that hole for each piece shown; `places` are theirs among the hits, None: all."""
        if isinstance(hole, int):
            return [piece.parts[hole] for piece in shown]
        # No value of theirs has a comma.
        written = orjson.dumps(_OF_HITS[hole](hits))[1:-1].split(b",") if shown else []
        return written if places is None else map(written.__getitem__, places)

    def _page(
        self, hits: Hits, statuses: frozenset[MeetingStatus], asking: Asking, parts: tuple[Shown, ...]
    ) -> FoundPage:
        """With the pieces that are kept and still good."""
        plan, kept, index = self._plan(asking.variables), asking.fragments, asking.context.search_index()
        count = len(hits)
        page = FoundPage(
            shows=self,
            hits=hits,
            statuses=statuses,
            asking=asking,
            parts=parts,
            editions=[index.generation] * count if self.of_others else hits.editions(),
        )
        if kept is None or not plan:
            page.pieces, page.missing = [None] * count, list(range(count))
            return page
        starts = hits.starts if self.by_start else repeat(0, count)
        page.keys = list(zip(repeat(plan, count), hits.numbers, starts, strict=True))
        kept.follow(index.generation)
        now = asking.context.now.timestamp()
        page.pieces = [
            piece if piece is not None and piece.edition == edition and piece.since <= now <= piece.until else None
            for piece, edition in zip(kept.get_all(page.keys), page.editions, strict=True)
        ]
        if None in page.pieces:
            page.missing = [place for place, piece in enumerate(page.pieces) if piece is None]
        return page

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
    """One page of hits on its way to JSON: the pieces at hand, and the places of those that are `missing`.

    `keys` None: its pieces are not kept. `told` is the page in JSON, once it is complete.
    """

    shows: FoundList
    hits: Hits
    statuses: frozenset[MeetingStatus]
    asking: Asking
    parts: tuple[Shown, ...]
    editions: list[int]
    keys: list[Key] | None = None
    pieces: list[Fragment | None] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    told: orjson.Fragment | None = None

    def complete(self) -> None:
        """Make what is missing, of meetings as the database has them now."""
        now, fragments = self.asking.context.now.timestamp(), self.asking.fragments
        for place, piece in zip(self.missing, self._made(), strict=True):
            self.pieces[place] = piece
            if piece is None or self.keys is None or fragments is None:
                continue
            if piece.until > now and piece.status != _BITS[MeetingStatus.WITHDRAWN]:
                fragments.put(self.keys[place], piece)
        self.told = self.shows.told(self)

    def _made(self) -> Iterator[Fragment | None]:
        """The missing pieces; None: nothing is shown of this hit, for it has just gone."""
        asking, hits = self.asking, self.hits.at(self.missing)
        now = asking.context.now
        since = now.timestamp()
        for place, hit, meeting in zip(self.missing, hits, meetings_of_hits(asking.context, hits), strict=True):
            shown = None if meeting is None else self.shows.item(hit, meeting)
            if meeting is None or shown is None:
                yield None
                continue
            asking.until = status_lasts(meeting, None, now)
            written = tuple([orjson.dumps(part(shown, asking))[1:-1] for part in self.parts])
            yield Fragment(self.editions[place], since, asking.until, _BITS[status_at(meeting, now)], written)


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
    show = FoundList(
        item=item,
        between=tuple(f",{{{','.join(written)}}}".encode("ascii").split(b"%b")),
        holes=tuple(holes),
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
