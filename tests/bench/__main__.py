"""`python -m tests.bench [NAME ...]`: all benchmarks, or those named, one after the other.

`python -m tests.bench peers --help` tells the options of that one, and so for `subscribers`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from tests.bench import (
    execution,
    facets,
    feeds,
    growth,
    imports,
    loop,
    memory,
    places,
    plans,
    search,
    subscribers,
    text,
)
from tests.bench.peers import run as peers

BENCHMARKS: dict[str, Callable[[], None]] = {
    "search": search.main,
    "execution": execution.main,
    "text": text.main,
    "places": places.main,
    "imports": imports.main,
    "memory": memory.main,
    "plans": plans.main,
    "feeds": feeds.main,
    "subscribers": subscribers.main,
    "facets": facets.main,
    "growth": growth.main,
    "loop": loop.main,
    "peers": peers.main,
}


def main(names: Sequence[str]) -> None:
    """Run them; an unknown name ends with the names there are."""
    if names[:1] == ["peers"]:
        peers.main(names[1:])
        return
    if names[:1] == ["subscribers"]:
        subscribers.main(names[1:])
        return
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    for name in names or BENCHMARKS:
        print(f"\n## {name}\n")
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
