"""Tokens and undoing on the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from meetings.tokens import Role, Token, token_hash
from store.database import Database
from store.tokens import find_token
from tests.outside import ROOT

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command on a migrated database of its own."""
    monkeypatch.setenv("HOMEGROUP_DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    monkeypatch.setenv("HOMEGROUP_DATA_DIR", str(tmp_path / "var"))
    runner = CliRunner()
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    return lambda *words: runner.invoke(app, list(words))


def kept(tmp_path: Path, secret: str) -> Token | None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.read() as read:
        found = find_token(read, token_hash(secret))
    database.close()
    return found


def test_created_token_is_printed_alone_so_that_it_can_be_piped(run: Run, tmp_path: Path) -> None:
    secret = run("tokens", "create", "--role", "admin").stdout.strip()
    token = kept(tmp_path, secret)
    assert token is not None
    assert (token.role, token.sources) == (Role.ADMIN, None)


@pytest.mark.parametrize("words", [["--source", "a", "b"], ["--source", "a", "--source", "b"]])
def test_token_may_be_for_some_sources_only(run: Run, tmp_path: Path, words: list[str]) -> None:
    token = kept(tmp_path, run("tokens", "create", "--role", "volunteer", *words).stdout.strip())
    assert token is not None
    assert token.sources == ("a", "b")


def test_source_without_the_option_is_no_token_for_all(run: Run) -> None:
    assert run("tokens", "create", "--role", "volunteer", "a").exit_code == 2


def test_revoked_token_opens_nothing_and_is_still_listed(run: Run, tmp_path: Path) -> None:
    secret = run("tokens", "create", "--role", "admin").stdout.strip()
    id = run("tokens", "list").stdout.split("\t")[0]
    assert run("tokens", "revoke", id).exit_code == 0
    assert (kept(tmp_path, secret), "revoked" in run("tokens", "list").stdout) == (None, True)


def test_import_is_undone_by_its_name_and_its_source_paused(run: Run) -> None:
    feed = str(next((ROOT / "seed" / "demonstration").glob("*.jsonl")))
    run("sources", "add", "harbour", "--importer", "native", "--location", feed, "--fellowship", "NA")
    assert run("import", "harbour").exit_code == 0
    name = run("runs", "list").stdout.split("\t")[0]
    undone = run("runs", "revert", name)
    assert (undone.exit_code, "harbour is paused" in undone.stdout) == (0, True)
    assert f"undid {name}" in run("runs", "list").stdout
    assert run("runs", "revert", "nothing").exit_code == 1
