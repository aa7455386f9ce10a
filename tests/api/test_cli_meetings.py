"""What `homegroup meetings` says of a meeting that two lists hold."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from meetings.listing import id_from_number, number_of

Run = Callable[..., Result]
LANTERN, HARBOUR = (id_from_number(number_of(source, "1")) for source in ("lantern", "harbour"))
ROW = {
    "kind": "meeting",
    "key": "1",
    "name": "First Light",
    "fellowship": "NA",
    "weekday": "TUESDAY",
    "start_time": "19:30",
    "time_zone": "Europe/Lisbon",
    "venue": {"street": "12 Ferry Lane", "city": "Lisbon"},
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a database into which two lists of one meeting were read."""
    monkeypatch.setenv("HOMEGROUP_DATA_DIR", str(tmp_path / "var"))
    runner = CliRunner()
    (tmp_path / "list.jsonl").write_bytes(b"\n".join(orjson.dumps(row) for row in ({"homegroup": 1}, ROW)))
    runner.invoke(app, ["migrate"])
    for id in ("lantern", "harbour"):
        runner.invoke(app, ["sources", "add", id, "--importer", "native", "--location", str(tmp_path / "list.jsonl")])
        runner.invoke(app, ["import", id])
    return lambda *words: runner.invoke(app, list(words))


@pytest.mark.parametrize("id", [LANTERN, HARBOUR])
def test_a_meeting_shows_its_lists_and_why_they_are_one(run: Run, id: str) -> None:
    lines = run("meetings", "show", id).output.splitlines()
    assert lines[0].split("\t")[:2] == [LANTERN, "First Light"]
    assert lines[1].split("\t") == ["  listed by", "lantern", "1", LANTERN, "tells the facts"]
    assert lines[2].split("\t") == ["  listed by", "harbour", "1", HARBOUR]
    assert lines[3].strip().startswith(f"as {LANTERN} of lantern: the same day and time, the same address")


def test_judging_anew_says_how_many_listings_are_linked(run: Run) -> None:
    assert run("meetings", "relink").output.startswith("2 listings ")


def test_an_unknown_meeting_is_an_error(run: Run) -> None:
    assert run("meetings", "show", "M" + "0" * 13).exit_code != 0
