"""Mutations that may come twice: who took one up, and what was answered, sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from store.database import Writer
from store.tables import replays

#: How long a client may come back with the same key.
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is known of a key. `ours`: it is for us to do; `again`: it was begun and did not come to its end."""

    request: str
    nonce: bytes
    ours: bool
    again: bool = False
    answer: str | None = None


def claim(write: Writer, key_hash: str, request: str, *, nonce: bytes, now: datetime, until: datetime) -> Claim:
    """Take a mutation up, unless it is done or another is at it; `nonce` is kept with the first that does."""
    # Of two that come at once the second waits here.
    write.lock_changes()
    write.connection.execute(delete(replays).where(replays.c.at < now - KEPT_FOR))
    row = write.connection.execute(select(replays).where(replays.c.key_hash == key_hash)).one_or_none()
    if row is None:
        values = {"key_hash": key_hash, "request": request, "nonce": nonce.hex(), "at": now, "taken_until": until}
        write.connection.execute(insert(replays).values(**values))
        return Claim(request=request, nonce=nonce, ours=True)
    ours = row.request == request and row.answer is None and row.taken_until <= now
    if ours:
        write.connection.execute(update(replays).where(replays.c.key_hash == key_hash).values(taken_until=until))
    return Claim(request=row.request, nonce=bytes.fromhex(row.nonce), ours=ours, again=ours, answer=row.answer)


def settle(write: Writer, key_hash: str, answer: str) -> None:
    """Keep the answer."""
    write.connection.execute(update(replays).where(replays.c.key_hash == key_hash).values(answer=answer))


def release(write: Writer, key_hash: str, now: datetime) -> None:
    """It did not come to its end: whoever sends it again does it again, with the same `nonce`."""
    unfinished = (replays.c.key_hash == key_hash) & replays.c.answer.is_(None)
    write.connection.execute(update(replays).where(unfinished).values(taken_until=now))


def forget_replays(write: Writer, now: datetime) -> None:
    """Take away what no client may come back to."""
    write.connection.execute(delete(replays).where(replays.c.at < now - KEPT_FOR))
