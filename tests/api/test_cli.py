"""The command line as a volunteer uses it: what it says, and how it exits."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from meetings.errors import InvalidQuery, MeetingsError, NotFound, UnknownCode
from tests.outside import ROOT

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command on a database of its own."""
    monkeypatch.setenv("HOMEGROUP_DATA_DIR", str(tmp_path / "var"))
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words))


@pytest.fixture
def migrated(run: Run) -> Run:
    assert run("migrate").exit_code == 0
    return run


def a_list(path: Path, count: int = 30, **changes: Any) -> Path:
    facts = {
        "kind": "meeting",
        "fellowship": "NA",
        "weekday": "MONDAY",
        "start_time": "19:00",
        "time_zone": "Europe/Lisbon",
    }
    rows = [facts | {"key": str(n), "name": f"Harbour {n}"} | changes for n in range(count)]
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in [{"homegroup": 1}, *rows]))
    return path


@pytest.fixture
def listed(migrated: Run, tmp_path: Path) -> Run:
    """A source `harbour` of 30 meetings, not imported yet."""
    location = str(a_list(tmp_path / "harbour.jsonl"))
    result = migrated("sources", "add", "harbour", "--importer", "native", "--location", location, "--fellowship", "na")
    assert result.exit_code == 0, result.output
    return migrated


def imported(run: Run, *words: str) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(run("import", "--json", *words).output)
    return document


def test_an_import_prints_every_count(listed: Run) -> None:
    document = imported(listed, "harbour")
    assert set(document) == {"source", "run", "status", "counts", "findings"}
    assert (document["status"], document["counts"]["received"], document["counts"]["added"]) == ("succeeded", 30, 30)
    counts = "received", "added", "changed", "unchanged", "missing", "withdrawn", "rejected"
    assert set(document["counts"]) == set(counts)


def test_the_same_list_again_changes_nothing(listed: Run) -> None:
    listed("import", "harbour")
    again = imported(listed, "harbour")
    assert (again["status"], again["counts"]["received"], again["counts"]["unchanged"]) == ("not_modified", 30, 30)


def test_a_dry_run_changes_nothing(listed: Run) -> None:
    assert imported(listed, "harbour", "--dry-run")["status"] == "dry_run"
    assert "0 meetings\tnever imported" in listed("sources", "list").output


def test_a_list_that_shrinks_is_held_until_a_person_confirms(listed: Run, tmp_path: Path) -> None:
    listed("import", "harbour")
    a_list(tmp_path / "harbour.jsonl", count=5)
    held = listed("import", "harbour")
    assert (held.exit_code, "30 meetings" in listed("sources", "list").output) == (3, True)
    assert listed("import", "harbour", "--confirm-shrink").exit_code == 0
    assert "\t5 meetings" in listed("sources", "list").output


def test_how_much_may_be_absent_is_a_setting(listed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed("import", "harbour")
    a_list(tmp_path / "harbour.jsonl", count=5)
    monkeypatch.setenv("HOMEGROUP_ABSENT_MOST_PERCENT", "100")
    monkeypatch.setenv("HOMEGROUP_ABSENT_MEETINGS", "25")
    result = imported(listed, "harbour")
    assert (result["status"], result["counts"]["missing"]) == ("succeeded", 25)


@pytest.mark.parametrize("body", [b"", b"<html>Sign in</html>", b"[]", b"{}", b"null", b'{"homegroup": 1}'])
def test_a_reply_without_a_list_fails_and_empties_nothing(listed: Run, tmp_path: Path, body: bytes) -> None:
    listed("import", "harbour")
    (tmp_path / "harbour.jsonl").write_bytes(body)
    failed = listed("import", "harbour")
    assert (failed.exit_code, "failed" in failed.output) == (1, True)
    assert "\t30 meetings" in listed("sources", "list").output


def test_one_source_that_fails_does_not_stop_another(listed: Run, tmp_path: Path) -> None:
    listed("sources", "add", "broken", "--importer", "native", "--location", str(tmp_path / "none.jsonl"))
    result = listed("import")
    assert result.exit_code == 1
    assert "broken: failed" in result.output
    assert "harbour: succeeded" in result.output


def test_a_run_can_be_read_afterwards(listed: Run) -> None:
    run_id = imported(listed, "harbour")["run"]
    assert run_id in listed("runs", "list").output
    assert "harbour: succeeded" in listed("runs", "show", run_id).output
    assert isinstance(listed("runs", "show", "nothing").exception, NotFound)


def test_a_paused_source_is_left_out_of_all(listed: Run) -> None:
    listed("sources", "pause", "harbour")
    assert listed("import").output == ""
    listed("sources", "resume", "harbour")
    assert "harbour" in listed("import").output


def test_a_removed_source_is_gone_and_its_meetings_withdrawn(listed: Run) -> None:
    listed("import", "harbour")
    assert "30 meetings withdrawn" in listed("sources", "remove", "harbour").output
    assert isinstance(listed("sources", "show", "harbour").exception, NotFound)


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (("--importer", "bmtl"), UnknownCode, "bmlt"),
        (("--fellowship", "NAA"), UnknownCode, "--fellowship"),
        (("--timezone", "Lisbon"), InvalidQuery, "America/Edmonton"),
        (("--country", "Portugal"), InvalidQuery, "ISO 3166-1"),
        (("--language", "English"), InvalidQuery, "pt-BR"),
        (("--language", 'e"n'), InvalidQuery, "pt-BR"),
    ],
)
def test_a_wrong_option_is_named_with_what_would_be_right(
    migrated: Run, words: tuple[str, ...], error: type[MeetingsError], says: str
) -> None:
    asked = {"--importer": "native", "--location": "list.jsonl"} | {words[0]: words[1]}
    result = migrated("sources", "add", "x", *(word for pair in asked.items() for word in pair))
    assert isinstance(result.exception, error)
    assert says in str(result.exception)


def test_a_backup_brings_everything_into_another_database(
    listed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed("import", "harbour")
    assert "verified" in listed("backup", str(tmp_path / "backup.gz")).output
    monkeypatch.setenv("HOMEGROUP_DATA_DIR", str(tmp_path / "other"))
    assert listed("restore", str(tmp_path / "backup.gz")).exit_code == 0
    assert "30 meetings" in listed("sources", "list").output


def test_the_seed_is_a_list_like_any_other(migrated: Run) -> None:
    assert migrated("seed").exit_code == 0
    shown = sum(int(line.split("\t")[2].split()[0]) for line in migrated("sources", "list").output.splitlines())
    assert shown >= 1500


def test_the_committed_schema_is_what_the_code_serves(run: Run) -> None:
    assert run("schema", "--check").exit_code == 0
    assert run("schema").output == (ROOT / "schema" / "schema.graphql").read_text("utf-8")


def test_commands_outside_of_use_exit_with_2(run: Run) -> None:
    assert run("sources", "add").exit_code == 2
    assert run("nonsense").exit_code == 2


@pytest.mark.parametrize("words", [("sources", "show", "nope"), ("import", "nope"), ("serve", "--port", "99999")])
def test_wrong_use_is_one_line_and_exits_with_2(migrated: Run, words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "api", *words]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_what_was_left_out_is_told_first(listed: Run, tmp_path: Path) -> None:
    odd = [{"kind": "meeting", "fellowship": "NA", "key": str(n), "name": "x", "formats": ["??"]} for n in range(30)]
    lost = {"kind": "meeting", "fellowship": "NA", "key": "lost", "weekday": "MONDAY", "start_time": "25:00"}
    rows = [{"homegroup": 1}, *odd, lost]
    (tmp_path / "harbour.jsonl").write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    assert "ERROR" in listed("import", "harbour").output.splitlines()[1]
