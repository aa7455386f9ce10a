"""`homegroup tokens`: who may look after lists."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from api.clock import clock
from api.house import open_database
from api.settings import current_settings
from meetings.tokens import TOKEN_BYTES, Role, Token, token_from_bytes, token_hash
from store.sources import list_sources
from store.tokens import add_token, list_tokens, revoke_token

app = typer.Typer(help="Volunteers' tokens.", no_args_is_help=True)


@app.command(context_settings={"allow_extra_args": True})
def create(
    context: typer.Context,
    role: Annotated[Role, typer.Option(help="A volunteer looks after lists; an admin also says which there are.")],
    source: Annotated[list[str] | None, typer.Option(metavar="ID ...", help="For these sources only.")] = None,
) -> None:
    """Make a token and print it, this once; only its hash is kept."""
    # `--source a b` is how one writes several; the parser takes one a flag.
    if context.args and not source:
        raise typer.BadParameter(f"what is {context.args[0]!r}? Sources are named after --source")
    sources = tuple(dict.fromkeys([*source, *context.args])) if source else None
    secret = token_from_bytes(secrets.token_bytes(TOKEN_BYTES))
    token = Token(id=secrets.token_hex(4), role=role, sources=sources, created_at=clock())
    with open_database(current_settings()) as database, database.write() as write:
        unknown = set(sources or ()) - {known.id for known in list_sources(write, counted=False)}
        add_token(write, token, token_hash=token_hash(secret))
    for id in sorted(unknown):
        typer.echo(f"note: there is no source {id!r} yet", err=True)
    typer.echo(f"token {token.id}, {role.value} of {_scope(token)}; it is shown only now:", err=True)
    typer.echo(secret)


@app.command("list")
def list_all() -> None:
    """One line a token: its name, role, sources, age. None of them can be shown again."""
    with open_database(current_settings()) as database, database.read() as read:
        for token in list_tokens(read):
            ended = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else "holds"
            typer.echo(f"{token.id}\t{token.role.value}\t{_scope(token)}\tmade {token.created_at:%Y-%m-%d}\t{ended}")


@app.command()
def revoke(id: Annotated[str, typer.Argument(metavar="ID", help="As `list` names it.")]) -> None:
    """Let a token hold no longer, from the next request on."""
    with open_database(current_settings()) as database, database.write() as write:
        revoke_token(write, id, now=clock())
    typer.echo(f"{id}: revoked")


def _scope(token: Token) -> str:
    return "all sources" if token.sources is None else ", ".join(token.sources)
