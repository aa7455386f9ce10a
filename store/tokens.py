"""Volunteers' tokens: hashes, roles and scopes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from meetings.errors import NotFound
from meetings.tokens import Role, Token
from store.database import Reader, Writer
from store.tables import tokens


def add_token(write: Writer, token: Token, *, token_hash: str) -> None:
    """Keep a new token: its hash, never itself. Its sources may be yet to come."""
    values = {"id": token.id, "role": token.role.value, "created_at": token.created_at}
    scope = None if token.sources is None else list(token.sources)
    write.connection.execute(insert(tokens).values(**values, token_hash=token_hash, sources=scope))


def find_token(read: Reader, token_hash: str) -> Token | None:
    """The token with this hash, unless it is revoked."""
    holds = (tokens.c.token_hash == token_hash) & tokens.c.revoked_at.is_(None)
    row = read.connection.execute(select(tokens).where(holds)).one_or_none()
    return None if row is None else _token(row)


def list_tokens(read: Reader) -> tuple[Token, ...]:
    """All tokens, revoked ones too, the oldest first."""
    rows = read.connection.execute(select(tokens).order_by(tokens.c.created_at, tokens.c.id))
    return tuple(_token(row) for row in rows)


def revoke_token(write: Writer, id: str, *, now: datetime) -> None:
    """Let a token hold no longer; twice is once. NotFound."""
    if write.connection.scalar(select(tokens.c.id).where(tokens.c.id == id)) is None:
        raise NotFound("token", id)
    holding = (tokens.c.id == id) & tokens.c.revoked_at.is_(None)
    write.connection.execute(update(tokens).where(holding).values(revoked_at=now))


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        role=Role(row.role),
        sources=None if row.sources is None else tuple(row.sources),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
