"""The table of places as files: made once a release into a folder named by what it was made of, mapped by all workers.

The folder is written under another name and renamed, so that nobody ever sees half of it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from meetings.errors import frames_of
from meetings.place_seed import COLUMNS_FILE, PLACES, REGIONS_FILE
from search.files import read_arrays, read_header, write_arrays
from search.place_building import build_places
from search.place_table import LAYOUT, PlaceTable
from search.places import PlaceFinder

log = logging.getLogger(__name__)
#: How often is looked whether the table is there by now.
_LOOK_AFTER_S = 1.0


@cache
def _digest(path: Path, changed_at: int) -> bytes:
    del changed_at  # Only tells that the file is another one now.
    return hashlib.sha256(path.read_bytes()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFiles:
    """Where the table lies: in `folder`, made of `seed` without towns of fewer than `least_people`."""

    folder: Path
    least_people: int = 0
    seed: Path = PLACES

    def home(self) -> Path:
        """The table's own folder, which may not be there yet: another seed, form or choice has another name."""
        made_of = hashlib.sha256(f"{LAYOUT} {self.least_people}".encode())
        for path in (self.seed / COLUMNS_FILE, self.seed / REGIONS_FILE):
            made_of.update(_digest(path, path.stat().st_mtime_ns))
        return self.folder / made_of.hexdigest()[:16]


def publish_places(files: PlaceFiles) -> bool:
    """Make the table if it is not there, and remove others; whether it was made. Takes seconds, and 0.5 GB."""
    home = files.home()
    if home.exists():
        if read_places(home) is not None:
            return False
        shutil.rmtree(home)
    draft = files.folder / f"draft-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    table = build_places(files.seed, files.least_people)
    write_arrays(table, draft)
    try:
        draft.rename(home)
    except OSError:
        # Another process was faster, and made the same.
        shutil.rmtree(draft, ignore_errors=True)
    for other in files.folder.iterdir():
        if other != home and not other.name.startswith("draft-"):
            shutil.rmtree(other, ignore_errors=True)
    log.info("published places towns=%d terms=%d", table.towns, len(table.posting_ends))
    return True


def read_places(home: Path) -> PlaceTable | None:
    """The table, its arrays mapped; None: it is not there, or broken."""
    try:
        header = read_header(home)
        return read_arrays(PlaceTable, home, header) if header["layout"] == LAYOUT else None
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, EOFError) as error:
        log.error("table of places cannot be read %s", frames_of(error))
        return None


@dataclass(slots=True, kw_only=True)
class PlaceHolder:
    """The table for a process that lives on while another makes it. `clock` tells seconds that never go back."""

    files: PlaceFiles
    clock: Callable[[], float] = time.monotonic
    _home: Path | None = field(default=None, init=False)
    _finder: PlaceFinder | None = field(default=None, init=False)
    _looked_at: float = field(default=float("-inf"), init=False)

    def current(self) -> PlaceFinder | None:
        """Who answers; None while there is no table yet."""
        if self._finder is None and self.clock() - self._looked_at >= _LOOK_AFTER_S:
            self._looked_at = self.clock()
            self._home = self._home or self.files.home()
            table = read_places(self._home)
            self._finder = None if table is None else PlaceFinder(table)
        return self._finder
