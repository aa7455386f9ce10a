"""`homegroup sources`: the lists that are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from api.clock import clock
from api.house import open_database
from api.settings import current_settings
from importers.registry import IMPORTERS
from meetings.errors import InvalidQuery, UnknownCode
from meetings.source import SOURCE_ID, Source
from meetings.vocabulary import Vocabulary, nearest_codes
from meetings.zones import canonical_zone, country_zones
from store.imports import list_runs
from store.sources import get_source, list_sources, put_source, remove_source, set_paused
from store.vocabulary import get_vocabulary

app = typer.Typer(help="The lists that are read.", no_args_is_help=True)
#: The shape of a tag, RFC 5646 section 2.1: a language of two or three letters, then subtags.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
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
                added_at=clock(),
            ),
            get_vocabulary(write),
        )
        known = source.id in {known.id for known in list_sources(write, counted=False)}
        put_source(write, source)
    typer.echo(f"{source.id}: {'changed' if known else 'added'}; next, `homegroup import {source.id}`")


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
    return location


def checked_source(source: Source, vocabulary: Vocabulary) -> Source:
    """The source with its codes as we write them; InvalidQuery names the option that is wrong."""
    if source.importer not in IMPORTERS:
        raise UnknownCode("--importer", source.importer, nearest_codes(source.importer, IMPORTERS) or sorted(IMPORTERS))
    facts = {name: getattr(source, name) for name in Source.__dataclass_fields__}
    if source.fellowship is not None:
        facts["fellowship"] = vocabulary.fellowship_code(source.fellowship)
        if facts["fellowship"] is None:
            raise UnknownCode(
                "--fellowship", source.fellowship, nearest_codes(source.fellowship, vocabulary.fellowships)
            )
    if source.country is not None:
        facts["country"] = source.country.upper()
        if facts["country"] not in country_zones():
            raise InvalidQuery("--country", "two letters of ISO 3166-1, e.g. US")
    if source.language is not None and not _LANGUAGE.fullmatch(source.language):
        raise InvalidQuery("--language", f"a tag as BCP 47 has them, e.g. en or pt-BR, not {source.language!r}")
    if source.time_zone is not None:
        facts["time_zone"] = canonical_zone(source.time_zone)
        if facts["time_zone"] is None:
            raise InvalidQuery("--timezone", f"no time zone is called {source.time_zone!r}; say e.g. America/Edmonton")
    return Source(**facts)


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
