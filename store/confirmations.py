"""A second person's word: what one volunteer asked for and another has to ask for too, within a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, insert, select

from store.database import Writer
from store.tables import confirmations, tokens

#: How long the first one's word holds.
HOLDS_FOR = timedelta(days=1)


def confirm(write: Writer, subject: str, token_id: str, now: datetime) -> bool:
    """Keep that this token asked for it; whether another one that still holds asked for the same before."""
    c = confirmations.c
    write.connection.execute(delete(confirmations).where(c.at < now - HOLDS_FOR))
    holds = exists().where(tokens.c.id == c.token_id, tokens.c.revoked_at.is_(None))
    asked = select(c.token_id).where(c.subject == subject)
    others = write.connection.scalars(asked.where(c.token_id != token_id, holds)).all()
    if not others and token_id not in write.connection.scalars(asked).all():
        write.connection.execute(insert(confirmations).values(subject=subject, token_id=token_id, at=now))
    return bool(others)


def settle(write: Writer, subject: str) -> None:
    """It was done: the same again would need two anew."""
    write.connection.execute(delete(confirmations).where(confirmations.c.subject == subject))
