"""What each client has taken of a bucket, counted in this process: a window begins with the first that is taken.

Plain counting, on the event loop alone; nothing runs beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class _Window:
    taken: int
    ends: float


@dataclass(slots=True, kw_only=True)
class Buckets:
    """Buckets of one size: `amount` is what one holds, and for how many `seconds`.

    At most `most` are remembered; past that, the one that began first is forgotten.
    """

    amount: int
    seconds: int
    most: int
    _windows: dict[str, _Window] = field(default_factory=dict, repr=False)

    def take(self, who: str, amount: int, now: float) -> int:
        """Take so much from whose bucket; how much has then been taken of it, which may be more than it held.

        `now` in POSIX seconds.
        """
        window = self._windows.get(who)
        if window is None or window.ends <= now:
            self._forget(who, now)
            window = self._windows[who] = _Window(0, now + self.seconds)
        window.taken += amount
        return window.taken

    def full_again(self, who: str, now: float) -> float:
        """When whose bucket is full again, in POSIX seconds."""
        window = self._windows.get(who)
        return now if window is None else window.ends

    def _forget(self, who: str, now: float) -> None:
        """Make room for a new window. They are in the order in which they began, and so in that in which they end."""
        self._windows.pop(who, None)
        while self._windows:
            first = next(iter(self._windows))
            if self._windows[first].ends > now and len(self._windows) < self.most:
                return
            del self._windows[first]
