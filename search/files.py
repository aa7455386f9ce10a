"""Generations as files: a folder each, one .npy an array and one JSON header, and `CURRENT` that names the newest.

A folder is written under another name and renamed, and `CURRENT` is replaced: a reader never sees half of anything.
"""

from __future__ import annotations

import logging
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import numpy as np
import orjson

from meetings.errors import frames_of
from search.columns import LAYOUT, Generation

log = logging.getLogger(__name__)
D = TypeVar("D")
_CURRENT = "CURRENT"
_HEADER = "header.json"
_LOCK = "builder.lock"
_PREFIX = "generation-"
#: Smaller files are read, not mapped: a mapping costs more than the copy.
_MAPPED_FROM = 16_384
_READ_AT_ONCE = 1 << 20
#: Requests may still be reading the one before; a mapped file lives on after it is removed.
_KEPT_GENERATIONS = 2


def current_number(folder: Path) -> int | None:
    """The number of the newest generation; None: there is none yet, or the pointer to it is broken."""
    try:
        return int((folder / _CURRENT).read_text("ascii").removeprefix(_PREFIX))
    except (FileNotFoundError, ValueError):
        return None


def current_stamp(folder: Path) -> tuple[int, int] | None:
    """Something that differs when there is a newer generation; cheaper than reading it."""
    try:
        told = (folder / _CURRENT).stat()
    except FileNotFoundError:
        return None
    return told.st_ino, told.st_mtime_ns


def read_generation(folder: Path, number: int) -> Generation | None:
    """A generation, its arrays mapped; None: it is of another layout, or broken. `FileNotFoundError`: it is gone."""
    home = folder / f"{_PREFIX}{number}"
    try:
        header = read_header(home)
        return read_arrays(Generation, home, header) if header["header.layout"] == LAYOUT else None
    except (ValueError, KeyError, EOFError) as error:
        # A power cut may leave files empty that were written and renamed; the builder makes them anew.
        log.error("generation cannot be read number=%d %s", number, frames_of(error))
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A generation, and the number under which it was published."""

    number: int
    generation: Generation


def publish(folder: Path, generation: Generation, before: Published | None = None, mark: str = "") -> int:
    """Write a generation, make it the current one, remove old ones; its number.

    Arrays that it has in common with the one `before` are not written again. `mark` says who built it of what.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = next_number(folder)
    draft = folder / f"draft-{number}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    known = None if before is None else (folder / f"{_PREFIX}{before.number}", before.generation)
    write_arrays(generation, draft, known, mark)
    draft.rename(folder / f"{_PREFIX}{number}")
    pointer = folder / f"{_CURRENT}.draft"
    pointer.write_text(f"{_PREFIX}{number}\n", "ascii")
    pointer.replace(folder / _CURRENT)
    for old in sorted(_numbers(folder))[:-_KEPT_GENERATIONS]:
        shutil.rmtree(folder / f"{_PREFIX}{old}", ignore_errors=True)
    return number


def published_undamaged(folder: Path) -> tuple[Published, str] | None:
    """The newest generation and its mark, after looking at every byte; None: there is none, or it is damaged."""
    number = current_number(folder)
    if number is None:
        return None
    home = folder / f"{_PREFIX}{number}"
    try:
        if not _is_whole(home):
            log.error("saved generation is damaged number=%d", number)
            return None
        generation = read_generation(folder, number)
        return (
            None if generation is None else (Published(number=number, generation=generation), read_header(home)["mark"])
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.error("saved generation cannot be gone on from number=%d %s", number, frames_of(error))
        return None


def _is_whole(home: Path) -> bool:
    """Whether all files are as they were written."""
    header = read_header(home)
    return header.pop("checksum", None) == _checksum_of_header(header) and all(
        _checksum(home / f"{path}.npy") == known for path, known in header["checksums"].items()
    )


def next_number(folder: Path) -> int:
    """The number of the generation that is published next."""
    return max([*_numbers(folder), current_number(folder) or 0]) + 1


def _numbers(folder: Path) -> list[int]:
    told = (home.name.removeprefix(_PREFIX) for home in folder.glob(f"{_PREFIX}*"))
    # A folder of another name is somebody else's.
    return [int(number) for number in told if number.isdecimal()]


def write_arrays(value: D, home: Path, known: tuple[Path, D] | None = None, mark: str = "") -> None:
    """A dataclass of arrays, plain values and other such dataclasses, as files in a folder that is there.

    `known` is where another one was written: the very arrays that it holds too are linked from there. `mark` is kept.
    """
    header: dict[str, Any] = {"mark": mark, "checksums": {}}
    _write(value, home, header, "", known, {} if known is None else _checksums(known[0]))
    header["checksum"] = _checksum_of_header(header)
    (home / _HEADER).write_bytes(orjson.dumps(header))


def _checksums(home: Path) -> dict[str, int]:
    try:
        sums: dict[str, int] = read_header(home)["checksums"]
    except (FileNotFoundError, ValueError, KeyError):
        return {}
    return sums


def _checksum_of_header(header: dict[str, Any]) -> int:
    return zlib.crc32(orjson.dumps(header))


def _checksum(file: Path) -> int:
    found = 0
    with file.open("rb") as opened:
        while part := opened.read(_READ_AT_ONCE):
            found = zlib.crc32(part, found)
    return found


def read_header(home: Path) -> dict[str, Any]:
    """The plain values of what `write_arrays` wrote, by path (`header.layout`); ValueError, FileNotFoundError."""
    header: dict[str, Any] = orjson.loads((home / _HEADER).read_bytes())
    return header


def read_arrays(kind: type[D], home: Path, header: dict[str, Any]) -> D:
    """What `write_arrays` wrote, its arrays mapped; ValueError, KeyError, EOFError where files are broken."""
    return _read(kind, home, header, "")


def _write(
    value: object,
    home: Path,
    header: dict[str, Any],
    prefix: str,
    known: tuple[Path, Any] | None,
    sums: dict[str, int],
) -> None:
    for name, part in ((f.name, getattr(value, f.name)) for f in fields(value)):  # type: ignore[arg-type]  # a dataclass
        path = f"{prefix}{name}"
        before = None if known is None else (known[0], getattr(known[1], name))
        if is_dataclass(part):
            _write(part, home, header, f"{path}.", before, sums)
        elif isinstance(part, np.ndarray):
            file = f"{path}.npy"
            linked = before is not None and before[1] is part and _linked(before[0] / file, home / file)
            if not linked:
                np.save(home / file, part, allow_pickle=False)
            header["checksums"][path] = sums[path] if linked and path in sums else _checksum(home / file)
        else:
            header[path] = part


def _linked(there: Path, here: Path) -> bool:
    try:
        here.hardlink_to(there)
    except OSError:
        # It was removed meanwhile, or this file system knows no links.
        return False
    return True


def _read(kind: type[D], home: Path, header: dict[str, Any], prefix: str) -> D:
    parts: dict[str, Any] = {}
    for name, hint in get_type_hints(kind).items():
        path = f"{prefix}{name}"
        if is_dataclass(hint) and isinstance(hint, type):
            parts[name] = _read(hint, home, header, f"{path}.")
        else:
            parts[name] = header[path] if path in header else _array(home / f"{path}.npy")
    return kind(**parts)


def _array(path: Path) -> np.ndarray[Any, Any]:
    mapped = path.stat().st_size >= _MAPPED_FROM
    # A plain array: numpy's mapped kind is slower at everything.
    plain: np.ndarray[Any, Any] = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False).view(np.ndarray)
    return plain


@contextmanager
def sole_builder(folder: Path) -> Iterator[bool]:
    """Whether nobody else builds in this folder, as long as the context lasts; given up when the process dies."""
    import fcntl  # Here, because searching works where there is no such thing.

    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(lock)
