"""Imports by the program itself, in a process of its own: how they end, and the most memory that they had."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from store.database import Database
from store.migration import migrate
from store.sources import put_source
from store.vocabulary import put_vocabulary
from tests.builders import a_source
from tests.importers.lists import seed_documents
from tests.outside import ROOT

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What the program printed of each source; `megabytes`: the most that it held, libraries included."""

    code: int
    runs: tuple[dict[str, Any], ...]
    megabytes: float


def a_house(url: str) -> None:
    """A migrated database with the vocabulary in it."""
    database = Database(url)
    migrate(database)
    with database.write() as write:
        put_vocabulary(write, *seed_documents())
    database.close()


def add_list(url: str, folder: Path, importer: str, content: Iterable[bytes], id: str = "lantern") -> int:
    """Write a list to a file there and add it as a source; its bytes."""
    path = folder / (f"{id}.jsonl" if importer == "native" else id)
    with path.open("wb") as file:
        for piece in content:
            file.write(piece)
    database = Database(url)
    with database.write() as write:
        put_source(write, a_source(id=id, importer=importer, location=str(path)))
    database.close()
    return path.stat().st_size


def import_apart(url: str, folder: Path, *ids: str, settings: Mapping[str, str] | None = None) -> Ended:
    """`homegroup import`, of these sources or of all."""
    told = {"DATA_DIR": str(folder), "DATABASE_URL": url, "FETCH_BYTES": str(400 * MEBIBYTE), **(settings or {})}
    environ = dict(os.environ) | {f"HOMEGROUP_{name}": value for name, value in told.items()}
    command = [sys.executable, "-m", "api", "import", "--json", *ids]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        runs = tuple(orjson.loads(line) for line in program.stdout)
        _, _, usage = os.wait4(program.pid, 0)
        # Popen finds that somebody else has waited for it, and takes the code for 0.
        code = 0 if all(run["status"] == "succeeded" for run in runs) else 1
    return Ended(code=code, runs=runs, megabytes=usage.ru_maxrss / 1024)
