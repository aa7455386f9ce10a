"""What the builder knew is known again from the files that it left, if these are whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.listing import number_from_id
from meetings.model import Meeting
from search.files import publish, published_undamaged
from search.generations import Built, patch_generation
from search.index import Index
from search.meetings import find_meetings
from search.resuming import built_again
from store.index_texts import IndexTexts
from tests.builders import NOW, a_meeting
from tests.search.asking import a_list, answers_of, built_of, facts_of, index_of, pages_of
from tests.search.brute_force import World
from tests.search.index_rows import index_rows, index_texts
from tests.search.questions import a_meeting_query, words_of
from tests.search.worlds import a_moment, a_world

randoms = st.integers(0, 2**32).map(Random)


def patched(built: Built, changed: Sequence[Meeting], gone: Sequence[Meeting], world: World) -> Built:
    rows, texts = index_rows(changed, world.languages), index_texts(changed, world.bodies)
    numbers = [number for number in map(number_from_id, (m.id for m in gone)) if number is not None]
    return patch_generation(built, rows, numbers, NOW, 7, texts, edition=5)


def started_again(built: Built, world: World, folder: Path) -> Built:
    """The same after going through files."""
    publish(folder, built.generation, mark="ours")
    found = published_undamaged(folder)
    assert found is not None
    assert found[1] == "ours"

    def texts_of(ids: Sequence[str]) -> Sequence[IndexTexts]:
        return list(index_texts([m for m in world.meetings if m.id in ids], world.bodies))

    return built_again(found[0], facts_of(world), texts_of)


def changes_of(random: Random, world: World, others: World) -> tuple[World, list[Meeting], list[Meeting]]:
    """The world with some of its meetings gone and some changed or new, and which."""
    gone, stay = list(world.meetings[:3]), world.meetings[3:]
    changed = [replace(m, id=random.choice((m.id, known.id))) for m, known in zip(others.meetings, stay, strict=False)]
    left = {m.id: m for m in (*stay, *changed)}
    return replace(world, meetings=list(left.values())), changed, gone


@settings(max_examples=15)
@given(randoms)
def test_what_goes_on_from_files_answers_like_what_is_built_anew(random: Random) -> None:
    moment = a_moment(random)
    world = a_world(random, moment, size=30)
    built = built_of(world, moment.now)
    with TemporaryDirectory() as folder:
        for _ in range(3):
            world, changed, gone = changes_of(random, world, a_world(random, moment, size=6))
            built = patched(built, changed, gone, world)
            built = started_again(built, world, Path(folder))
        index, anew = Index(built.generation), index_of(world, moment.now)
        for _ in range(15):
            query = a_meeting_query(random, words_of(world), moment.now)
            pages = pages_of(find_meetings, index, query)
            assert answers_of(pages) == answers_of(pages_of(find_meetings, anew, query)), query


def test_what_was_known_is_not_numbered_again(tmp_path: Path) -> None:
    world = a_list(*(a_meeting(number, name=f"Name {number % 3}") for number in range(9)))
    built = built_of(world)
    again = patched(started_again(built, world, tmp_path), world.meetings, [], world)
    for column in ("kind", "origin", "place", "formats", "languages", "areas", "name", "schedule"):
        before, after = (getattr(one.generation.rows, column) for one in (built, again))
        np.testing.assert_array_equal(before, after, column)


def test_a_file_that_is_not_as_it_was_written_is_not_gone_on_from(tmp_path: Path) -> None:
    world = a_list(*(a_meeting(number, name=f"Name {number}") for number in range(40)))
    number = publish(tmp_path, built_of(world).generation, mark="ours")
    files = sorted((tmp_path / f"generation-{number}").iterdir())
    assert len(files) > 50
    for file in files:
        whole = file.read_bytes()
        for at in (0, len(whole) // 2, -1):
            damaged = bytearray(whole)
            damaged[at] ^= 4
            file.write_bytes(damaged)
            assert published_undamaged(tmp_path) is None, (file.name, at)
        file.write_bytes(whole[:-1])
        assert published_undamaged(tmp_path) is None, file.name
        file.unlink()
        assert published_undamaged(tmp_path) is None, file.name
        file.write_bytes(whole)
    assert published_undamaged(tmp_path) is not None


def test_an_array_that_is_shared_with_the_generation_before_is_looked_at_too(tmp_path: Path) -> None:
    world = a_list(a_meeting(1), a_meeting(2))
    before = started_again(built_of(world), world, tmp_path)
    built = started_again(patched(before, world.meetings[:1], [], world), world, tmp_path)
    file = tmp_path / f"generation-{built.number or 2}" / "zones.offsets.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"\x07")
    assert published_undamaged(tmp_path) is None
