"""How tests ask the read index: of a list, page after page, and compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from meetings.model import Meeting
from meetings.search import MeetingFilter, MeetingOrder, MeetingQuery, OccurrenceQuery, Page, Point
from search.clock import Longs, Reals
from search.columns import Generation
from search.generations import Built, Facts, build_generation, with_texts
from search.geo import chord_limit, chords, rows_around
from search.index import Index
from search.meetings import find_meetings
from tests.builders import NOW
from tests.search.brute_force import Answer, World
from tests.search.index_rows import index_rows, index_texts
from tests.search.worlds import LANGUAGES, vocabulary

Query = MeetingQuery | OccurrenceQuery


def facts_of(world: World) -> Facts:
    """What rows do not say."""
    return Facts(vocabulary=world.vocabulary, bodies=world.bodies, source_languages=world.languages)


def built_of(world: World, now: datetime = NOW, change: int = 0) -> Built:
    """A generation of a list, and what the builder remembers."""
    built = build_generation(index_rows(world.meetings, world.languages), facts_of(world), now, change)
    return with_texts(built, index_texts(world.meetings, world.bodies))


def index_of(world: World, now: datetime = NOW) -> Index:
    """The index of a list."""
    return Index(built_of(world, now).generation)


def a_list(*meetings: Meeting, **changes: Any) -> World:
    """A list of these meetings."""
    facts: dict[str, Any] = {"vocabulary": vocabulary(), "languages": LANGUAGES}
    return World(meetings=meetings, **(facts | changes))


def pages_of(find: Callable[[Index, Any], Page], index: Index, query: Query) -> list[Page]:
    """All pages, each asked for with the cursor of the one before."""
    pages = [find(index, query)]
    while pages[-1].has_next:
        pages.append(find(index, replace(query, after=pages[-1].hits[-1].cursor)))
    return pages


def rows_within(columns: Generation, point: Point, radius_km: float) -> tuple[Longs, Reals]:
    """The rows within a radius, and their squared chords: the least that a search has to do."""
    around = rows_around(columns, point, radius_km)
    squares = chords(columns.rows, around, point)
    near = (squares <= chord_limit(radius_km)).nonzero()[0]
    return around.at(near).rows, squares.take(near)


def answers_of(pages: list[Page]) -> list[Answer]:
    """Hits as the judge tells them."""
    return [
        Answer(id=hit.meeting_id, distance_km=hit.distance_km, starts_at=hit.starts_at)
        for page in pages
        for hit in page.hits
    ]


def agree(found: list[Answer], expected: list[Answer]) -> bool:
    """Whether these are the same, in the same order; two ways of reckoning a distance may differ by a centimetre."""
    without_distance = [[replace(a, distance_km=None) for a in answers] for answers in (found, expected)]
    return without_distance[0] == without_distance[1] and all(
        (a.distance_km is None and b.distance_km is None)
        or (a.distance_km is not None and b.distance_km is not None and abs(a.distance_km - b.distance_km) < 1e-5)
        for a, b in zip(found, expected, strict=True)
    )


def a_query(**changes: Any) -> MeetingQuery:
    """Everything, by name, now; filters by their own names."""
    own = {name: changes.pop(name) for name in ("order", "first", "after", "now") if name in changes}
    facts: dict[str, Any] = {"order": MeetingOrder.NAME, "first": 100, "now": NOW}
    return MeetingQuery(filter=MeetingFilter(**changes), **(facts | own))


def found_ids(world: World, **asked: Any) -> list[str]:
    """The ids that a question finds in a list, in order."""
    return [hit.meeting_id for hit in find_meetings(index_of(world), a_query(**asked)).hits]
