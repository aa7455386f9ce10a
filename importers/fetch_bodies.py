"""The last good answer of each source, kept under the data folder by the hash of what it holds.

A file is a ZIP archive of the answer's documents. It is written whole or not at all, and what no source's last good
import refers to is taken away.
"""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from importers.protocol import Fetched

#: What is younger may be another process' that has not said yet that it is good.
_YOUNG_SECONDS = 3600
_EPOCH = (1980, 1, 1, 0, 0, 0)


def keep_body(folder: Path, fetched: Fetched) -> str:
    """Keep an answer and return its hash; OSError."""
    name = fetched.body_hash
    path = _path(folder, name)
    if path.exists():
        path.touch()
        return name
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".new", delete=False) as file:
        try:
            file.write(_packed(fetched.documents))
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return name


def kept_body(folder: Path, name: str) -> dict[str, bytes] | None:
    """The documents of a kept answer; None: it is not here, or not what it was."""
    try:
        with zipfile.ZipFile(_path(folder, name)) as archive:
            documents = {entry: archive.read(entry) for entry in archive.namelist()}
    except (OSError, zipfile.BadZipFile, ValueError):
        return None
    return documents if Fetched(documents=documents, location="").body_hash == name else None


def prune_bodies(folder: Path, wanted: Collection[str], now: float) -> int:
    """Take away what is not among the wanted hashes; how many. `now` in seconds since the epoch."""
    count = 0
    for path in folder.glob("*") if folder.is_dir() else ():
        try:
            if path.stem in wanted or now - path.stat().st_mtime < _YOUNG_SECONDS:
                continue
            path.unlink()
        except FileNotFoundError:
            continue
        count += 1
    return count


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.zip"


def _packed(documents: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(documents):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), documents[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()
