"""Generations as files: whole or not there, the newest found, old ones gone; one builder a folder."""

from __future__ import annotations

import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from random import Random

import numpy as np
import orjson
import pytest

from meetings.model import MeetingStatus
from search.columns import Generation
from search.files import Published, current_number, publish, read_generation, sole_builder
from search.generations import patch_generation
from search.index import LOOK_AFTER_S, IndexHolder, open_index
from search.meetings import find_meetings
from tests.builders import NOW, a_meeting
from tests.search.asking import a_list, a_query, built_of
from tests.search.worlds import a_moment, a_world


def generation(*numbers: int) -> Generation:
    return built_of(a_list(*(a_meeting(number) for number in numbers))).generation


def leaves(value: object, path: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for part in fields(value):  # type: ignore[arg-type]  # a dataclass
        inner = getattr(value, part.name)
        name = f"{path}.{part.name}"
        found |= leaves(inner, name) if is_dataclass(inner) else {name: inner}
    return found


def plain(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_generation_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = built_of(a_world(Random(1), a_moment(Random(1)))).generation
    read = read_generation(tmp_path, publish(tmp_path, written))
    assert read is not None
    assert {k: plain(v) for k, v in leaves(read).items()} == {k: plain(v) for k, v in leaves(written).items()}


def test_arrays_keep_their_kind_and_are_plain(tmp_path: Path) -> None:
    written = generation(1)
    read = read_generation(tmp_path, publish(tmp_path, written))
    assert read is not None
    kinds = [(type(v), v.dtype) for v in leaves(read).values() if isinstance(v, np.ndarray)]
    assert kinds == [(np.ndarray, v.dtype) for v in leaves(written).values() if isinstance(v, np.ndarray)]


def test_arrays_that_did_not_change_are_not_written_again(tmp_path: Path) -> None:
    built = built_of(a_list(a_meeting(1)))
    first = Published(number=publish(tmp_path, built.generation), generation=built.generation)
    patched = patch_generation(built, [], [1], NOW, 1).generation
    second = publish(tmp_path, patched, first)
    files = [tmp_path / f"generation-{number}" for number in (1, second)]
    assert (files[0] / "texts.main.documents.npy").samefile(files[1] / "texts.main.documents.npy")
    assert not (files[0] / "rows.number.npy").samefile(files[1] / "rows.number.npy")
    read = read_generation(tmp_path, second)
    assert read is not None
    assert {k: plain(v) for k, v in leaves(read).items()} == {k: plain(v) for k, v in leaves(patched).items()}


def test_arrays_whose_files_went_away_are_written_again(tmp_path: Path) -> None:
    built = built_of(a_list(a_meeting(1)))
    gone = Published(number=7, generation=built.generation)
    read = read_generation(tmp_path, publish(tmp_path, built.generation, gone))
    assert read is not None
    assert {k: plain(v) for k, v in leaves(read).items()} == {k: plain(v) for k, v in leaves(built.generation).items()}


def test_no_index_is_opened_where_there_is_none(tmp_path: Path) -> None:
    assert open_index(tmp_path / "nowhere") is None


def test_the_newest_generation_is_opened(tmp_path: Path) -> None:
    publish(tmp_path, generation(1))
    publish(tmp_path, generation(1, 2))
    index = open_index(tmp_path)
    assert index is not None
    assert (index.generation, find_meetings(index, a_query()).total) == (2, 2)


def test_generations_older_than_the_last_two_are_removed(tmp_path: Path) -> None:
    for _ in range(4):
        publish(tmp_path, generation(1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "generation-3", "generation-4"]


def test_an_index_in_use_outlives_its_files(tmp_path: Path) -> None:
    publish(tmp_path, built_of(a_world(Random(2), a_moment(Random(2)), size=3000)).generation)
    index = open_index(tmp_path)
    for _ in range(3):
        publish(tmp_path, generation(1))
    assert index is not None
    assert find_meetings(index, a_query(statuses=frozenset(MeetingStatus))).total == 3000


def test_a_generation_of_another_layout_is_none(tmp_path: Path) -> None:
    header = tmp_path / f"generation-{publish(tmp_path, generation(1))}" / "header.json"
    header.write_bytes(orjson.dumps(orjson.loads(header.read_bytes()) | {"header.layout": 0}))
    assert open_index(tmp_path) is None


@pytest.mark.parametrize("name", ["header.json", "rows.number.npy", "CURRENT"])
def test_files_that_a_power_cut_left_empty_are_no_index_until_they_are_made_anew(tmp_path: Path, name: str) -> None:
    publish(tmp_path, generation(1))
    (tmp_path / ("" if name == "CURRENT" else "generation-1") / name).write_bytes(b"")
    assert open_index(tmp_path) is None
    publish(tmp_path, generation(1))
    assert open_index(tmp_path) is not None


def test_what_a_dead_builder_left_half_written_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "draft-1").mkdir()
    (tmp_path / "draft-1" / "rows.cell.npy").write_bytes(b"half")
    (tmp_path / "CURRENT.draft").write_text("generation-9")
    assert publish(tmp_path, generation(1)) == 1
    assert open_index(tmp_path) is not None


def test_numbers_go_on_when_current_is_lost(tmp_path: Path) -> None:
    publish(tmp_path, generation(1))
    (tmp_path / "CURRENT").unlink()
    assert current_number(tmp_path) is None
    assert publish(tmp_path, generation(1)) == 2


def test_a_holder_has_no_index_before_the_first(tmp_path: Path) -> None:
    assert IndexHolder(tmp_path).current() is None


def test_a_holder_swaps_to_a_new_generation_when_it_looks_again(tmp_path: Path) -> None:
    clock = Clock()
    holder = IndexHolder(tmp_path, clock)
    publish(tmp_path, generation(1))
    first = holder.current()
    publish(tmp_path, generation(1, 2))
    assert holder.current() is first
    clock.now += 2 * LOOK_AFTER_S
    second = holder.current()
    assert second is not None
    assert second.generation == 2


def test_a_holder_keeps_its_index_while_there_is_no_newer_one(tmp_path: Path) -> None:
    clock = Clock()
    holder = IndexHolder(tmp_path, clock)
    publish(tmp_path, generation(1))
    first = holder.current()
    clock.now += 10
    assert holder.current() is first


def test_a_holder_keeps_what_it_has_when_the_folder_is_lost(tmp_path: Path) -> None:
    clock = Clock()
    holder = IndexHolder(tmp_path, clock)
    publish(tmp_path, generation(1))
    first = holder.current()
    (tmp_path / "CURRENT").unlink()
    clock.now += 10
    assert holder.current() is first


def test_one_builder_at_a_time_has_a_folder(tmp_path: Path) -> None:
    with sole_builder(tmp_path) as first, sole_builder(tmp_path) as second:
        assert (first, second) == (True, False)
    with sole_builder(tmp_path) as third:
        assert third


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_builder_that_died_holds_nothing(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        with sole_builder(tmp_path):
            os._exit(0)
    os.waitpid(child, 0)
    with sole_builder(tmp_path) as alone:
        assert alone


def test_folders_of_other_names_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "generation-mine").mkdir()
    assert publish(tmp_path, generation(1)) == 1
    assert (tmp_path / "generation-mine").is_dir()
