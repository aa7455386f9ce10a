"""Imports by the program itself, in a process of its own: how they end, and the most memory that they had."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
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
#: Starts what it is told and says at the end how many kilobytes that held at most. A process counts in what the one
#: that started it held, so this small one stands between the tests and the program.
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


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
    command = [sys.executable, "-c", MEASURED, sys.executable, "-m", "api", "import", "--json", *ids]
    program = subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE)
    *runs, kilobytes = program.stdout.splitlines()
    return Ended(
        code=program.returncode, runs=tuple(orjson.loads(run) for run in runs), megabytes=int(kilobytes) / 1024
    )


@contextmanager
def most_taken() -> Iterator[list[int]]:
    """After the block: the most bytes that the interpreter allotted in it beyond those of before. Nothing of earlier
    tests counts, as it would in the peak of the process."""
    taken: list[int] = []
    tracemalloc.start()
    try:
        yield taken
        taken.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
