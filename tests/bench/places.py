"""What finding places by name costs: making the table, and answers as written, misspelt and to nonsense.

`python -m tests.bench places` prints a table in Markdown and the same as JSON. Times are CPU times, without the cache
of answers; rapidfuzz over all the same names, in the same run, is what each line is held against.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import median
from string import ascii_lowercase

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from meetings.gazetteer import place_key
from search.place_files import PlaceFiles, publish_places, read_places
from search.places import PlaceFinder
from search.words import term_texts
from tests.search.test_places import GOLDEN, edited

_REPEATED = 5
_MISSPELT = 300


@dataclass(frozen=True, kw_only=True)
class Line:
    """One measurement; `ratio` to the reference of the same run."""

    name: str
    value: float
    unit: str
    goal: str = ""
    ratio: float | None = None


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        files = PlaceFiles(folder=Path(folder))
        lines = [*_making(files), *_asking(files), _memory(files)]
    _print(lines)


def _making(files: PlaceFiles) -> list[Line]:
    started = time.process_time()
    publish_places(files)
    seconds = time.process_time() - started
    size = sum(path.stat().st_size for path in files.home().iterdir())
    return [
        Line(name="making the table, once a release", value=seconds, unit="s CPU"),
        Line(name="size of its files, mapped", value=size / 1e6, unit="MB"),
    ]


def _finder(files: PlaceFiles) -> PlaceFinder:
    table = read_places(files.home())
    assert table is not None
    return PlaceFinder(table)


def _asking(files: PlaceFiles) -> list[Line]:
    finder = _finder(files)
    towns = _large_towns(finder)
    random = Random(7)
    misspelt = [(edited(random, place_key(town)), None) for town in random.sample(towns, _MISSPELT)]
    nonsense = [("".join(random.choices(ascii_lowercase, k=length)), None) for length in (6, 8, 12, 16, 24, 40) * 8]
    asked: dict[str, Sequence[tuple[str, str | None]]] = {
        "as written": [(town, None) for town in random.sample(towns, _MISSPELT)],
        "as in the golden test": [(text, country) for text, country, _ in GOLDEN],
        "one error": misspelt,
        "nonsense": nonsense,
        "one letter": [(letter, None) for letter in ascii_lowercase],
    }
    found = {name: [_best(finder, text, country) for text, country in texts] for name, texts in asked.items()}
    reference = _reference(finder, [text for text, _ in misspelt[:10]])
    goals = {"as written": "<= 0.2", "one error": "<= 3"}
    lines = [Line(name="rapidfuzz over all names, one error, median", value=reference, unit="ms CPU", ratio=1.0)]
    for name, times in found.items():
        middle, worst = median(times), max(times)
        lines += [
            Line(
                name=f"{name}, median", value=middle, unit="ms CPU", goal=goals.get(name, ""), ratio=middle / reference
            ),
            Line(name=f"{name}, worst", value=worst, unit="ms CPU", ratio=worst / reference),
        ]
    return lines


def _large_towns(finder: PlaceFinder) -> list[str]:
    """The names of towns of 100,000 people in Latin letters, whose keys are at least five letters long."""
    table = finder.table
    rows = np.unique(table.postings[(table.weight > 5) & (table.postings & 3 == 0)] >> 2)
    names = [table.names.at(row) for row in rows[rows < table.towns].tolist()]
    return [name for name in names if re.fullmatch(r"[a-z ]{5,}", place_key(name))]


def _best(finder: PlaceFinder, text: str, country: str | None) -> float:
    return _cpu_ms(lambda: PlaceFinder(finder.table).find(text, country, 5))


def _cpu_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_REPEATED):
        started = time.process_time_ns()
        work()
        times.append(time.process_time_ns() - started)
    return min(times) / 1e6


def _reference(finder: PlaceFinder, texts: Sequence[str]) -> float:
    terms = finder.table.terms
    names = term_texts(terms, np.arange(len(terms.ends)))
    return median(
        _cpu_ms(lambda text=text: process.extract(text, names, scorer=OSA.distance, score_cutoff=1, limit=5))  # type: ignore[misc]  # the text of this turn
        for text in texts
    )


def _memory(files: PlaceFiles) -> Line:
    """What a worker's own memory grows by while it answers all sorts of questions."""
    random = Random(11)
    texts = [text for text, _, _ in GOLDEN] + _large_towns(_finder(files))
    asked = [edited(random, random.choice(texts) + " ") for _ in range(1000)]
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(1) as pool:
        grown = pool.apply(_grown, (files, asked))
    return Line(name="a worker's own memory, after 1,000 questions", value=grown, unit="MB", goal="<= 10")


def _grown(files: PlaceFiles, asked: Sequence[str]) -> float:
    before = _own_mb()
    finder = _finder(files)
    for text in asked:
        finder.find(text, None, 5)
    return _own_mb() - before


def _own_mb() -> float:
    """Without what is mapped from files, which all processes of a host share."""
    told = Path("/proc/self/smaps_rollup").read_text("ascii")
    return sum(int(kilobytes) for kilobytes in re.findall(r"^Anonymous: +(\d+) kB", told, re.MULTILINE)) / 1000


def _print(lines: Sequence[Line]) -> None:
    print("| what | value | unit | goal | to rapidfuzz |")
    print("| --- | ---: | --- | --- | ---: |")
    for line in lines:
        ratio = "" if line.ratio is None else f"{line.ratio:.4f}"
        print(f"| {line.name} | {line.value:.3g} | {line.unit} | {line.goal} | {ratio} |")
    print("\n" + json.dumps([asdict(line) for line in lines]))


if __name__ == "__main__":
    main()
