"""Ends an operation's reading from another thread: when it takes too long, or nobody waits for it any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock


class Stop:
    """One operation's: what it is reading is interrupted, and what it would read next is refused.

    `reason` is why, once it was asked for.
    """

    def __init__(self) -> None:
        self.reason: str | None = None
        self._interrupt: Callable[[], object] | None = None
        self._lock = Lock()

    def ask(self, reason: str) -> None:
        """Stop it now; the first reason stays. It may take as long as a message to the database and back."""
        # Under the lock: a connection that was given back meanwhile serves another operation.
        with self._lock:
            self.reason = self.reason or reason
            if self._interrupt is not None:
                self._interrupt()

    @contextmanager
    def stopping(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """While this lasts, `interrupt` is what ends the reading."""
        with self._lock:
            self._interrupt = interrupt
        try:
            yield
        finally:
            with self._lock:
                self._interrupt = None
