"""A source's bytes from a file or a folder of this machine."""

from __future__ import annotations

from pathlib import Path

from importers.protocol import Fetched
from meetings.errors import FetchFailed
from meetings.source import Source

_MAX_FILES = 1000
#: A folder has a root server's answers by the names of its queries.
_BMLT_ANSWERS = frozenset({"GetSearchResults.json", "GetFormats.json", "GetServiceBodies.json"})


def fetch_from_disk(source: Source, most_bytes: int) -> Fetched:
    """What the file or the folder's files hold; FetchFailed."""
    path = Path(source.location)
    try:
        files = _folder(path, source.importer) if path.is_dir() else [path]
        if not files or len(files) > _MAX_FILES:
            raise FetchFailed(source.id, source.location, f"a folder of 1 to {_MAX_FILES} files is expected")
        size = sum(file.stat().st_size for file in files)
        if size > most_bytes:
            raise FetchFailed(source.id, source.location, f"{size} bytes; at most {most_bytes} are read")
        documents = {file.name: file.read_bytes() for file in files}
    except OSError as error:
        raise FetchFailed(source.id, source.location, error.strerror or "it cannot be read") from error
    if source.importer == "bmlt" and not path.is_dir():
        documents = {"GetSearchResults.json": documents[path.name]}
    return Fetched(documents=documents, location=source.location)


def _folder(path: Path, importer: str) -> list[Path]:
    """The files of a folder that belong to this kind of list."""
    files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
    if importer == "bmlt":
        return [file for file in files if file.name in _BMLT_ANSWERS]
    return [file for file in files if importer != "native" or file.suffix == ".jsonl"]
