"""What is kept for a while only, and goes when that is over. Whoever imports what is due tidies up after it."""

from __future__ import annotations

from datetime import date, datetime

from api.settings import Settings
from meetings.schedule import month_of
from store.changes import drop_entries, outdated_entries
from store.database import Database
from store.replays import forget_replays
from store.reporters import forget_reporters
from store.schedules import delete_schedule, unused_schedules


def tidy(database: Database, settings: Settings, now: datetime) -> None:
    """Take away what nobody needs any more."""
    prune_log(database, now)
    forget_unused(database, settings.schedule_unused_months, now)
    with database.write() as write:
        forget_reporters(write, now)
        forget_replays(write, now)


def prune_log(database: Database, now: datetime) -> int:
    """Take what no cursor needs any more out of the log of changes; how many entries."""
    pruned = 0
    while True:
        with database.read() as read:
            numbers = outdated_entries(read, now=now)
        if not numbers:
            return pruned
        with database.write() as write:
            drop_entries(write, numbers)
        pruned += len(numbers)


def forget_unused(database: Database, months: int, now: datetime) -> int:
    """Delete schedules that nobody has used for so many months (0: none); how many.

    Their feeds become empty calendars for a while, as if their owners had deleted them.
    """
    if not months:
        return 0
    with database.read() as read:
        unused = unused_schedules(read, months_before(month_of(now), months))
    for id in unused:
        # One by one: each is a person's, and none waits for the others.
        with database.write() as write:
            delete_schedule(write, id, now=now)
    return len(unused)


def months_before(month: date, months: int) -> date:
    """The first day of the month so many months earlier."""
    years, place = divmod(month.year * 12 + month.month - 1 - months, 12)
    return date(years, place + 1, 1)
