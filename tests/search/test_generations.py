"""A patched generation answers like one built anew; what an index cannot know does not break it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.listing import number_from_id
from meetings.model import Meeting, ServiceBody
from meetings.search import MeetingOrder, MeetingQuery
from search.generations import Built, fingerprint, horizon_of, patch_generation
from search.index import Index
from search.meetings import find_meetings
from tests.builders import NOW, a_meeting
from tests.search.asking import a_list, a_query, answers_of, built_of, facts_of, found_ids, index_of, pages_of
from tests.search.brute_force import World
from tests.search.index_rows import index_rows, index_texts
from tests.search.questions import a_meeting_query, words_of
from tests.search.worlds import a_moment, a_world

randoms = st.integers(0, 2**32).map(Random)


def numbers(meetings: Sequence[Meeting]) -> list[int]:
    return [number for number in map(number_from_id, (m.id for m in meetings)) if number is not None]


def patched(built: Built, changed: Sequence[Meeting], gone: Sequence[Meeting], world: World) -> Built:
    rows, texts = index_rows(changed, world.languages), index_texts(changed, world.bodies)
    return patch_generation(built, rows, numbers(gone), NOW, 7, texts)


def a_body(number: int, parent: int | None) -> ServiceBody:
    return ServiceBody(
        id=f"B{number}",
        source_id="lantern",
        source_key=str(number),
        name="Area",
        kind="AREA",
        parent_id=None if parent is None else f"B{parent}",
    )


@settings(max_examples=15)
@given(randoms)
def test_a_patched_generation_answers_like_one_built_anew(random: Random) -> None:
    moment = a_moment(random)
    world, others = a_world(random, moment, size=30), a_world(random, moment, size=10).meetings
    gone, stay = world.meetings[:5], world.meetings[5:]
    changed = [replace(m, id=random.choice((m.id, known.id))) for m, known in zip(others, stay, strict=False)]
    index = Index(patched(built_of(world, moment.now), changed, gone, world).generation)
    left = {m.id: m for m in (*stay, *changed)}
    anew = index_of(replace(world, meetings=list(left.values())), moment.now)
    for _ in range(10):
        query = a_meeting_query(random, words_of(world), moment.now)
        pages = pages_of(find_meetings, index, query)
        assert answers_of(pages) == answers_of(pages_of(find_meetings, anew, query)), query


def read_while_changing(random: Random, world: World, query: MeetingQuery) -> tuple[list[str], set[str]]:
    """The ids seen page after page, and those of meetings that went or were renamed meanwhile."""
    built, now, cursor = built_of(world, query.now), query.now, None
    seen: list[str] = []
    changed: set[str] = set()
    while True:
        page = find_meetings(Index(built.generation), replace(query, after=cursor, now=now))
        seen += [hit.meeting_id for hit in page.hits]
        if not page.has_next:
            return seen, changed
        cursor, now = page.hits[-1].cursor, now + timedelta(minutes=20)
        others = random.sample(world.meetings, 3)
        changed |= {m.id for m in others}
        renamed = [replace(m, name=f"Name {random.random()}") for m in others[1:]]
        built = patched(built, renamed, others, world)


@settings(max_examples=15)
@given(randoms)
def test_who_pages_while_the_list_changes_sees_once_what_stays(random: Random) -> None:
    moment = a_moment(random)
    world = a_world(random, moment)
    query = a_query(order=random.choice(tuple(MeetingOrder)), first=4, now=moment.now)
    seen, changed = read_while_changing(random, world, query)
    before = {answer.id for answer in answers_of(pages_of(find_meetings, index_of(world, moment.now), query))}
    assert sorted(id for id in seen if id not in changed) == sorted(before - changed)


def test_rows_come_in_order_of_cells_then_those_without_a_point_then_virtual_ones() -> None:
    random = Random(3)
    moment = a_moment(random)
    columns = built_of(a_world(random, moment), moment.now).generation
    assert (np.diff(columns.rows.cell) >= 0).all()
    assert columns.located <= columns.virtual <= len(columns.rows.number)


def test_a_patch_keeps_rows_in_order_and_every_number_once() -> None:
    world = a_world(Random(4), a_moment(Random(4)))
    columns = patched(built_of(world), world.meetings[::3], world.meetings[::5], world).generation
    assert (np.diff(columns.rows.cell) >= 0).all()
    assert len(np.unique(columns.rows.number)) == len(columns.rows.number)
    assert (np.diff(columns.rows.number.take(columns.by_number)) > 0).all()


def test_a_patch_tells_up_to_which_change_it_is_complete() -> None:
    world = a_list(a_meeting(1))
    assert patched(built_of(world), [], [], world).generation.header.change == 7


def test_an_empty_list_is_an_index_that_finds_nothing() -> None:
    assert found_ids(a_list()) == []


def test_a_list_that_became_empty_finds_nothing() -> None:
    world = a_list(a_meeting(1))
    index = Index(patched(built_of(world), [], world.meetings, world).generation)
    assert find_meetings(index, a_query()).total == 0


def test_the_first_meeting_of_an_empty_list_is_found() -> None:
    world = a_list()
    index = Index(patched(built_of(world), [a_meeting(1)], [], world).generation)
    assert find_meetings(index, a_query()).total == 1


def test_bodies_above_each_other_end_somewhere() -> None:
    bodies = [a_body(1, 2), a_body(2, 1), a_body(3, 3)]
    world = a_list(a_meeting(1, service_body_id="B1"), bodies=bodies)
    assert len(found_ids(world, service_bodies=frozenset({"B1"}))) == 1


def test_a_body_finds_what_is_far_below_it() -> None:
    bodies = [a_body(n, n - 1 if n else None) for n in range(2000)]
    world = a_list(a_meeting(1, service_body_id="B1999"), a_meeting(2, service_body_id="B5"), bodies=bodies)
    assert found_ids(world, service_bodies=frozenset({"B1000"})) == [world.meetings[0].id]


def test_facts_behind_the_rows_are_known_by_a_hash_that_sees_any_change() -> None:
    world = a_list(bodies=[a_body(1, None)])
    moved = replace(world, bodies=[a_body(1, 2)])
    spoken = replace(world, languages={"lantern": "es"})
    assert len({fingerprint(facts_of(w)) for w in (world, moved, spoken)}) == 3


def test_generations_of_one_day_know_the_same_starts() -> None:
    assert horizon_of(NOW) == horizon_of(NOW + timedelta(hours=5))
    assert horizon_of(NOW) != horizon_of(NOW + timedelta(hours=6))


def test_names_rank_alike_however_rows_come() -> None:
    world = a_world(Random(5), a_moment(Random(5)))
    one, other = (
        built_of(replace(world, meetings=order)).generation for order in (world.meetings, world.meetings[::-1])
    )
    assert one.name_ranks.take(one.rows.name).tolist() == other.name_ranks.take(other.rows.name).tolist()
