"""`homegroup sources`: the lists that are read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from api.clock import clock
from api.house import open_database
from api.settings import current_settings
from importers.detect import Detected
from importers.detect import detect as detect_format
from importers.fetch import FetchLimits, fetch
from importers.registration import checked_source
from importers.registry import IMPORTERS
from importers.spreadsheet import export_url
from meetings.errors import ImportFailed, InvalidQuery
from meetings.source import SOURCE_ID, Source
from store.imports import list_runs
from store.sources import get_source, list_sources, put_source, remove_source, set_paused
from store.vocabulary import get_vocabulary

app = typer.Typer(help="The lists that are read.", no_args_is_help=True)
SourceId = Annotated[str, typer.Argument(metavar="ID")]


@app.command()
def add(
    id: SourceId,
    importer: Annotated[str, typer.Option(help=f"How it is read: {', '.join(sorted(IMPORTERS))}.")],
    location: Annotated[str, typer.Option(help="URL, file or folder.")],
    fellowship: Annotated[str | None, typer.Option(help="Code, e.g. NA or AL_ANON.")] = None,
    name: Annotated[str | None, typer.Option(help="What people see; else the id.")] = None,
    timezone: Annotated[str | None, typer.Option(help="For records that tell none, e.g. America/Edmonton.")] = None,
    country: Annotated[str | None, typer.Option(help="Two letters, ISO 3166-1.")] = None,
    language: Annotated[str | None, typer.Option(help="Spoken where a record tells none, e.g. en.")] = None,
    refresh_hours: Annotated[int, typer.Option(min=1, help="How often it is read.")] = 12,
    mapping: Annotated[
        Path | None, typer.Option(help="For `mapped`: which column is which, as `sources detect` proposes.")
    ] = None,
) -> None:
    """Add a list, or change the one of that id."""
    with open_database(current_settings()) as database, database.write() as write:
        source = checked_source(
            Source(
                id=_id(id),
                name=name or id,
                importer=importer,
                location=_absolute(location),
                fellowship=fellowship,
                time_zone=timezone,
                country=country,
                language=language,
                refresh_hours=refresh_hours,
                mapping=_mapping_text(mapping) if mapping else None,
                added_at=clock(),
            ),
            get_vocabulary(write),
            named=_option,
        )
        known = source.id in {known.id for known in list_sources(write, counted=False)}
        put_source(write, source)
    typer.echo(f"{source.id}: {'changed' if known else 'added'}; next, `homegroup import {source.id}`")


def _option(field: str) -> str:
    """What a source's field is called here."""
    return "--timezone" if field == "time_zone" else f"--{field}"


def _id(text: str) -> str:
    if not SOURCE_ID.fullmatch(text):
        raise InvalidQuery("ID", "lower-case letters, digits, '.', '_' and '-', at most 64, e.g. na-new-york")
    return text


def _absolute(location: str) -> str:
    """Files are kept with their whole path, for imports may run from another folder."""
    scheme, separator, rest = location.partition("://")
    if not separator:
        return str(Path(location).resolve())
    if scheme not in {"http", "https"} or "@" in rest.partition("/")[0]:
        raise InvalidQuery("--location", "an http or https address without a password in it, a file or a folder")
    return export_url(location)


def _is_url(location: str) -> bool:
    return location.startswith(("http://", "https://"))


def _mapping_text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidQuery("--mapping", f"{file} cannot be read as text: {error}") from error


@app.command()
def detect(location: Annotated[str, typer.Argument(metavar="URL_OR_PATH")]) -> None:
    """Name the format of a list; for one of no known format, print a mapping to begin with."""
    found = _detected(_absolute(location))
    typer.echo(f"# importer: {found.importer or 'none'} ({found.why})")
    if found.mapping is not None:
        typer.echo(found.mapping, nl=False)
    if found.importer is None:
        raise typer.Exit(1)


def _detected(location: str) -> Detected:
    """What a location holds; a page may be the front of a root server, so its answers are asked for too."""
    settings = current_settings()
    limits = FetchLimits(
        most_bytes=settings.fetch_bytes,
        most_seconds=settings.fetch_seconds,
        private=settings.private_sources,
        plain_http=settings.plain_http,
    )
    is_folder = not _is_url(location) and Path(location).is_dir()
    asked = Source(
        id="detect",
        name="detect",
        importer="bmlt" if is_folder else "spreadsheet",
        location=location,
        added_at=clock(),
    )
    found = detect_format(fetch(asked, limits))
    if found.importer is not None or not _is_url(location):
        return found
    try:
        return detect_format(fetch(replace(asked, importer="bmlt"), limits))
    except ImportFailed:
        return found


@app.command("list")
def list_all() -> None:
    """One line a source."""
    with open_database(current_settings()) as database, database.read() as read:
        for source in list_sources(read):
            seen = source.last_good_import_at
            state = (
                "paused" if source.paused else "never imported" if seen is None else f"imported {seen:%Y-%m-%d %H:%M}Z"
            )
            typer.echo(f"{source.id}\t{source.importer}\t{source.meeting_count} meetings\t{state}\t{source.name}")


@app.command()
def show(id: SourceId) -> None:
    """All that is known of a source, and its last imports."""
    with open_database(current_settings()) as database, database.read() as read:
        source = get_source(read, id)
        for name in Source.__dataclass_fields__:
            value = getattr(source, name)
            typer.echo(f"{name}: {'' if value is None else value}")
        for run in list_runs(read, id, first=5):
            typer.echo(f"run {run.id}: {run.status} at {run.started_at:%Y-%m-%d %H:%M}Z {run.reason or ''}".rstrip())


@app.command()
def pause(id: SourceId) -> None:
    """Do not read it until `resume`."""
    with open_database(current_settings()) as database, database.write() as write:
        set_paused(write, id, paused=True)
    typer.echo(f"{id}: paused")


@app.command()
def resume(id: SourceId) -> None:
    """Read it again."""
    with open_database(current_settings()) as database, database.write() as write:
        set_paused(write, id, paused=False)
    typer.echo(f"{id}: read again")


@app.command()
def remove(id: SourceId) -> None:
    """Withdraw its meetings and read it no more."""
    with open_database(current_settings()) as database, database.write() as write:
        withdrawn = remove_source(write, id, now=clock())
    typer.echo(f"{id}: removed, {withdrawn} meetings withdrawn")
