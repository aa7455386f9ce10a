"""Waiting for the next change: PostgreSQL tells when one is committed; else, and besides, one looks now and then."""

from __future__ import annotations

import time

import psycopg

from store.changes import CHANNEL
from store.database import Database

#: What is not told, e.g. because the connection broke, is seen so much later. Looking more often is no use: it is told.
_LOOK_AFTER_S = 0.5


class ChangeListener:
    """Waits until something may have changed; `poll_seconds` at most where nobody tells."""

    def __init__(self, database: Database, poll_seconds: float, *, look_after: float = _LOOK_AFTER_S) -> None:
        self._database, self._poll, self._look_after = database, poll_seconds, look_after
        self._connection: psycopg.Connection | None = None

    def wait(self) -> None:
        """Return when a change was committed since the last call, or after a while."""
        if self._database.is_sqlite:
            time.sleep(self._poll)
            return
        try:
            self._listen()
        except psycopg.Error:
            # Whoever reads next says what is wrong; here it is only waited more shortly.
            self.close()
            time.sleep(self._poll)

    def _listen(self) -> None:
        if self._connection is None:
            address = self._database.engine.url.set(drivername="postgresql")
            self._connection = psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)
            self._connection.execute(f"LISTEN {CHANNEL}")
            # What was committed before is not told any more: look once.
            return
        for _ in self._connection.notifies(timeout=self._look_after, stop_after=1):
            pass

    def close(self) -> None:
        """Listen no more."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
