"""What memory importing a list takes, by kind: two lists of each kind, read by the program in a process of its own.

`python -m tests.bench memory` prints a table in Markdown. The kernel tells the most that each process held, libraries
included; the difference of the two lists is what meetings take.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.bench.made_up_kinds import KINDS, records
from tests.importers.apart import a_house, add_list, import_apart

FEW, MANY = 10_000, 30_000


class Held(NamedTuple):
    """Megabytes: the most that the process held, and the list's own."""

    most: float
    content: float


def most_megabytes() -> float:
    """The most memory that this process ever had in use; not that of the one that started it, where the system says."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def measure(kind: str, count: int) -> Held:
    """Import so many meetings, new to the database."""
    with tempfile.TemporaryDirectory() as home:
        folder, url = Path(home), f"sqlite:///{home}/homegroup.sqlite"
        a_house(url)
        content = add_list(url, folder, kind, KINDS[kind](records(count)))
        ended = import_apart(url, folder, "lantern")
    statuses = [run["status"] for run in ended.runs]
    if statuses != ["succeeded"]:
        raise RuntimeError(f"importing {kind} ended as {statuses}")
    return Held(most=ended.megabytes, content=content / 1e6)


def main() -> None:
    """Measure and print."""
    print("| importer | process with 10,000 | each 10,000 more | of which the list's own bytes |")
    print("| --- | ---: | ---: | ---: |")
    for kind in KINDS:
        few, many = measure(kind, FEW), measure(kind, MANY)
        tens = (MANY - FEW) / 10_000
        more, content = (many.most - few.most) / tens, (many.content - few.content) / tens
        print(f"| `{kind}` | {few.most:.0f} MB | {more:.0f} MB | {content:.1f} MB |", flush=True)


if __name__ == "__main__":
    main()
