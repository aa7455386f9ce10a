"""The command line, `homegroup`.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 held for a person; the worst of several.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from api import cli_export, cli_imports, cli_meetings, cli_sources, cli_tokens
from api.clock import clock
from api.house import open_database
from api.importing import import_one
from api.settings import BadSetting, current_settings
from api.tidying import tidy
from meetings.errors import InvalidQuery, MeetingsError, NotFound
from meetings.source import Source
from store.backup import backup as backup_database
from store.backup import restore as restore_database
from store.backup import verify
from store.migration import migrate as migrate_database
from store.sources import put_source
from store.vocabulary import put_vocabulary

SEED = Path(__file__).resolve().parent.parent / "seed"
app = typer.Typer(
    help="A peer-support meeting finder and scheduler.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(cli_sources.app, name="sources")
app.add_typer(cli_imports.runs, name="runs")
app.add_typer(cli_tokens.app, name="tokens")
app.add_typer(cli_meetings.app, name="meetings")
app.command("import")(cli_imports.import_sources)
app.command("export")(cli_export.export)


def main() -> None:
    """Run the command line; an error raised on purpose is one line, never a traceback."""
    try:
        app()
    except (MeetingsError, BadSetting) as error:
        typer.echo(f"homegroup: {error}", err=True)
        sys.exit(2 if isinstance(error, InvalidQuery | NotFound | BadSetting) else 1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer; 0: one a processor.")] = None,
) -> None:
    """Answer requests until stopped."""
    from api.serving import serve as run

    for name, value in (("HOST", host), ("PORT", port), ("WORKERS", workers)):
        if value is not None:
            # The workers start anew and know only the environment.
            os.environ[f"HOMEGROUP_{name}"] = str(value)
    chosen = current_settings()
    logging.basicConfig(level=chosen.log_level)
    run(chosen)


@app.command()
def migrate() -> None:
    """Bring the database to this release, with its formats and fellowships."""
    settings = current_settings()
    with open_database(settings) as database:
        migrate_database(database)
        documents = [orjson.loads((SEED / f"{name}.json").read_bytes()) for name in ("formats", "fellowships")]
        with database.write() as write:
            put_vocabulary(write, *documents)
        tidy(database, settings, clock())
    typer.echo("the database is up to date")


@app.command()
def seed() -> None:
    """Add the demonstration list: invented meetings in real cities."""
    folder = SEED / "demonstration"
    settings = current_settings()
    with open_database(settings) as database:
        for row in orjson.loads((folder / "sources.json").read_bytes()):
            known = {name: row[name] for name in row if name in Source.__dataclass_fields__}
            source = Source(**known | {"location": str(folder / row["location"]), "added_at": clock()})
            with database.write() as write:
                put_source(write, source)
            typer.echo(cli_imports.run_text(import_one(database, settings, source.id, confirm=True)))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A file that does not exist yet.")]) -> None:
    """Write everything into one file, of either kind of database, for either kind."""
    with open_database(current_settings()) as database, database.read() as read:
        rows = backup_database(read, file)
    verify(file)
    typer.echo(f"{file}: {rows} rows, verified")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="What `backup` wrote.")]) -> None:
    """Put a backup into an empty database."""
    with open_database(current_settings()) as database:
        migrate_database(database)
        with database.write() as write:
            rows = restore_database(write, file)
    typer.echo(f"{file}: {rows} rows restored")


@app.command()
def schema(
    check: Annotated[bool, typer.Option("--check", help="Fail if schema/schema.graphql is not this.")] = False,
) -> None:
    """Print the GraphQL schema."""
    from schema import build_schema, schema_text

    text = schema_text(build_schema())
    if not check:
        typer.echo(text, nl=False)
        return
    committed = Path(__file__).resolve().parent.parent / "schema" / "schema.graphql"
    if committed.read_text("utf-8") != text:
        typer.echo("schema/schema.graphql is not what the code serves; run `make schema`", err=True)
        raise typer.Exit(1)
