"""`homegroup export`: the list as files in our own format, to move house with or to give away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from api.clock import clock
from api.house import open_database
from api.list_lines import list_lines
from api.settings import current_settings
from meetings.errors import MeetingsError
from store.sources import get_source, list_sources


class CannotWrite(MeetingsError):
    """The file cannot be made."""


def export(
    file: Annotated[Path, typer.Argument(help="A file that does not exist yet, or a folder for a file a source.")],
    source: Annotated[list[str] | None, typer.Option(help="This source only; may be given several times.")] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Without passwords to join by, and without where sources are read from.")
    ] = False,
) -> None:
    """Write the whole list as JSON lines, which `--importer native` reads back."""
    now = clock()
    with open_database(current_settings()) as database, database.read() as read:
        chosen = [get_source(read, id) for id in source] if source else list_sources(read, counted=False)
        parts = [(file / f"{one.id}.jsonl", [one]) for one in chosen] if file.is_dir() else [(file, list(chosen))]
        for path, sources in parts:
            count = _write(path, list_lines(read, sources, now=now, public=public))
            typer.echo(f"{path}: {count} meetings of {len(sources)} sources")


def _write(path: Path, lines: Iterator[bytes]) -> int:
    """Write a file that is whole or not there; how many meetings."""
    unfinished = path.with_name(path.name + ".part")
    try:
        if path.exists():
            raise CannotWrite(f"{path} exists; nothing is overwritten")
        with unfinished.open("xb") as out:
            try:
                count = _write_lines(out, lines)
                unfinished.rename(path)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise CannotWrite(f"{error.filename or path}: {error.strerror}") from error
    return count


def _write_lines(out: BinaryIO, lines: Iterator[bytes]) -> int:
    count = 0
    for line in lines:
        out.write(line + b"\n")
        count += line.startswith(b'{"kind":"meeting"')
    out.flush()
    os.fsync(out.fileno())
    return count
