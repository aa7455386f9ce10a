"""`python -m tests.bench [NAME ...]`: all benchmarks, or those named, one after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.bench import facets, feeds, imports, loop, places, plans, search

BENCHMARKS: dict[str, Callable[[], None]] = {
    "search": search.main,
    "places": places.main,
    "imports": imports.main,
    "plans": plans.main,
    "feeds": feeds.main,
    "facets": facets.main,
    "loop": loop.main,
}


def main(names: list[str]) -> None:
    """Run them; an unknown name ends with the names there are."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    for name in names or BENCHMARKS:
        print(f"\n## {name}\n")
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
