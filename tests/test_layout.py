"""The shape of the tree: what a reviewer would otherwise have to look for by eye."""

import ast
import importlib
import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outside import ROOT

PACKAGES = ("meetings", "store", "search", "importers", "schema", "api")
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 40
#: Names that say nothing of what is in them; things end up there for want of a better place.
DRAWERS = re.compile(
    r"^_?(utils?|helpers?|common|core|misc|base|manager|services?|handlers?|handle|process|data"
    r"|info|stuff|tools?|lib)$"
)
#: Folders and files that .gitignore names.
MADE_HERE = {
    ".git", ".venv", "build", "dist", "var", "node_modules", "icalcheck", "icalexpand", "__pycache__", ".hypothesis",
    ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache",
}  # fmt: skip
#: The contract that importers fulfil; the one base that is one.
NAMED_BASE = "importers/base.py"


def _committed() -> Iterator[Path]:
    """Every file that is ours; without asking git, which a copy of the sources may lack."""
    for folder, inner, files in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in MADE_HERE and name[-9:] != ".egg-info"]
        yield from (Path(folder) / name for name in files if name not in MADE_HERE)


def _modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_ours_and_not_a_distribution_of_the_same_name(package: str) -> None:
    file = importlib.import_module(package).__file__
    assert file is not None
    assert Path(file).parent == ROOT / package


def test_modules_can_be_read_in_one_sitting() -> None:
    lines = {_name(path): len(path.read_text("utf-8").splitlines()) for path in _modules()}
    assert {name: n for name, n in lines.items() if n > MAX_MODULE_LINES} == {}


def test_functions_fit_a_glance() -> None:
    lengths = {
        f"{_name(path)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in _modules()
        # A migration lists what it makes, table after table, and is never changed.
        if path.parent.name != "versions"
        for node in _functions(path)
    }
    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


def test_no_log_repeats_the_message_of_an_error_nobody_foresaw() -> None:
    # It may hold a record or a note; `meetings.errors.frames_of` tells where an error came from, and no more.
    told = {_name(path) for path in _modules() if re.search(r"\.exception\(|exc_info", path.read_text("utf-8"))}
    assert told == set()


def test_modules_say_what_they_are_for() -> None:
    silent = [_name(p) for p in _modules() if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert silent == []


def test_nothing_is_named_like_a_drawer() -> None:
    parts = {_name(path): path.relative_to(ROOT).with_suffix("").parts for path in _modules()}
    drawers = [name for name, words in parts.items() if any(map(DRAWERS.match, words))]
    assert [name for name in drawers if name != NAMED_BASE] == []


def test_version_is_the_newest_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)[0] == version


@pytest.mark.parametrize("folder", ["tests/oracles", "tests/bench/peers"])
def test_npm_lock_records_no_download_addresses(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


@pytest.mark.parametrize(
    "name",
    [
        "requirements/run.txt",
        "requirements/dev.txt",
        "tests/oracles/requirements.txt",
        "tests/bench/peers/requirements.txt",
        "tests/bench/peers/requirements-graphene.txt",
    ],
)
def test_pinned_requirements_name_no_index_and_hash_everything(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert re.search(r"://|--index|--extra|--find-links|--trusted", text) is None
    pins = re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize("written", ["/work" + "/", "/root" + "/", "/home" + "/", "/Users" + "/"])
def test_no_file_names_a_place_on_one_machine(written: str) -> None:
    named = re.compile(rf"(?<![\w./:>-]){re.escape(written)}".encode())
    assert [_name(path) for path in _committed() if named.search(path.read_bytes())] == []


@pytest.mark.parametrize("host", ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org"])
def test_no_file_names_the_host_of_a_package_registry(host: str) -> None:
    assert [_name(path) for path in _committed() if host.encode() in path.read_bytes()] == []
