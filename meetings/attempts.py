"""When a source is read again: after it was read, and after that failed; and how long a reading may take.

Pure: `jitter`, from 0 up to 1, is the caller's, so that sources which failed together do not come back together.
"""

from __future__ import annotations

from datetime import timedelta

#: Who reads a source holds it for so long; if nothing was heard by then, it has died and another may go on.
LEASE = timedelta(minutes=15)
#: After the first failure; it doubles with each.
FIRST_WAIT = timedelta(minutes=15)
#: Longest time between two attempts, for sources that are read less often than that.
LONGEST_WAIT = timedelta(hours=24)
_MAX_DOUBLINGS = 10


def wait_after_failures(failures: int, refresh_hours: int, jitter: float) -> timedelta:
    """How long to leave a source alone after so many failures in a row.

    Never longer than a source that is well waits, but for half of it by which attempts are spread.
    """
    doubled: timedelta = FIRST_WAIT * (1 << min(max(failures, 1) - 1, _MAX_DOUBLINGS))
    return min(doubled, timedelta(hours=refresh_hours), LONGEST_WAIT) * (1 + jitter / 2)


def wait_after_reading(refresh_hours: int, jitter: float) -> timedelta:
    """How long to leave a source alone that was read; spread by a tenth, earlier so that no promise is broken."""
    return timedelta(hours=refresh_hours) * (1 - jitter / 10)
