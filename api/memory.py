"""How much memory importing may take, held to by the kernel: a monstrous list must not take the machine's."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from importers.reading import load_tables


@contextmanager
def limited_memory(limit: int) -> Iterator[None]:
    """Let this process have at most so many bytes within the block, libraries not counted; 0: as many as before.

    What importing needs of tables is loaded before.
    """
    load_tables()
    before = resource.getrlimit(resource.RLIMIT_DATA)
    if not limit or (before[0] != resource.RLIM_INFINITY and before[0] <= limit):
        yield
        return
    resource.setrlimit(resource.RLIMIT_DATA, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
