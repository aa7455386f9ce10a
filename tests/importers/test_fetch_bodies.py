"""The last good answers, kept by what they hold."""

import os
import zipfile
from pathlib import Path

from importers.fetch_bodies import keep_body, kept_body, prune_bodies
from importers.protocol import Fetched

ANSWER = Fetched(documents={"GetSearchResults.json": b"[1]", "../../etc/x": b"\0\xff"}, location="https://x.example/")


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    assert kept_body(tmp_path, keep_body(tmp_path / "a" / "..", ANSWER)) == ANSWER.documents


def test_the_same_answer_is_one_file(tmp_path: Path) -> None:
    names = {keep_body(tmp_path, ANSWER), keep_body(tmp_path, ANSWER)}
    assert [path.stem for path in tmp_path.iterdir()] == sorted(names)


def test_damaged_answer_is_none(tmp_path: Path) -> None:
    name = keep_body(tmp_path, ANSWER)
    path = tmp_path / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("GetSearchResults.json", b"[2]")
    assert kept_body(tmp_path, name) is None
    path.write_bytes(b"PK")
    assert kept_body(tmp_path, name) is None
    assert kept_body(tmp_path, "0" * 64) is None


def test_answers_that_no_source_refers_to_go_after_an_hour(tmp_path: Path) -> None:
    wanted = keep_body(tmp_path, ANSWER)
    old = keep_body(tmp_path, Fetched(documents={"x": b"old"}, location="x"))
    young = keep_body(tmp_path, Fetched(documents={"x": b"young"}, location="x"))
    (tmp_path / ".broken-off.new").write_bytes(b"half")
    for name in (f"{wanted}.zip", f"{old}.zip", ".broken-off.new"):
        os.utime(tmp_path / name, (1_000_000, 1_000_000))
    os.utime(tmp_path / f"{young}.zip", (1_009_000, 1_009_000))
    assert prune_bodies(tmp_path, {wanted}, 1_010_000) == 2
    assert {path.stem for path in tmp_path.iterdir()} == {wanted, young}


def test_nothing_kept_is_nothing_to_prune(tmp_path: Path) -> None:
    assert prune_bodies(tmp_path / "none", set(), 0) == 0
