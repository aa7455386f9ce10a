"""`sources detect` and `--mapping`: from a table nobody knows to meetings, in four commands."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from meetings.errors import InvalidQuery

Run = Callable[..., Result]
TABLE = "Group,Weekday,Begins,Town\nHarbour Lights,Mon & Wed,7:30 PM,Porto\nLong Pier,Someday,noon,Porto\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command on a migrated database of its own."""
    monkeypatch.setenv("HOMEGROUP_DATA_DIR", str(tmp_path / "var"))
    runner = CliRunner()
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    return lambda *words: runner.invoke(app, list(words))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with columns of no format."""
    path = tmp_path / "list.csv"
    path.write_text(TABLE, "utf-8")
    return path


def test_what_detect_prints_of_a_table_is_a_mapping_that_imports_it(run: Run, table: Path, tmp_path: Path) -> None:
    found = run("sources", "detect", str(table))
    assert (found.exit_code, found.output.splitlines()[0][:20]) == (0, "# importer: mapped (")
    mapping = tmp_path / "list.toml"
    mapping.write_text(found.output, "utf-8")
    words = ("--fellowship", "NA", "--timezone", "Europe/Lisbon", "--mapping", str(mapping))
    assert run("sources", "add", "pier", "--importer", "mapped", "--location", str(table), *words).exit_code == 0
    document = orjson.loads(run("import", "pier", "--json").output)
    assert (document["counts"]["added"], document["counts"]["rejected"]) == (2, 1)
    assert document["findings"][0]["where"] == "row 3, column Weekday"


def test_mapping_is_kept_with_its_source(run: Run, table: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "list.toml"
    mapping.write_text('[fields]\nname = "Group"\nweekday = "Weekday"\nstart_time = "Begins"\n', "utf-8")
    run("sources", "add", "pier", "--importer", "mapped", "--location", str(table), "--mapping", str(mapping))
    mapping.unlink()
    assert 'name = "Group"' in run("sources", "show", "pier").output


def test_format_nobody_knows_is_exit_code_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!DOCTYPE html><p>Log in</p>", "utf-8")
    found = run("sources", "detect", str(tmp_path / "page.html"))
    assert (found.exit_code, "web page" in found.output) == (1, True)


@pytest.mark.parametrize("mapping", [None, "absent.toml", "[fields]\nnmae = 1\n"])
def test_source_without_a_good_mapping_is_refused_before_it_is_read(
    run: Run, table: Path, tmp_path: Path, mapping: str | None
) -> None:
    file = tmp_path / "list.toml"
    if mapping and "\n" in mapping:
        file.write_text(mapping, "utf-8")
    words = ("--mapping", str(file)) if mapping else ()
    refused = run("sources", "add", "pier", "--importer", "mapped", "--location", str(table), *words)
    assert isinstance(refused.exception, InvalidQuery)


def test_link_to_a_google_sheet_is_kept_as_that_of_its_csv(run: Run) -> None:
    link = "https://docs.google.com/spreadsheets/d/1aB/edit#gid=0"
    run("sources", "add", "pier", "--importer", "spreadsheet", "--location", link, "--fellowship", "NA")
    assert "/spreadsheets/d/1aB/export?format=csv&gid=0" in run("sources", "show", "pier").output
