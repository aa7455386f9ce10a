"""Reporters told apart across processes and hosts for two days, and nothing kept of who they are.

Each day has a random key. Of a report that says that a meeting is not held one mark is kept under that day's key and
one under the key of the day before: HMACs of the reporter's network and the meeting. Two days later the key and all
its marks are gone, overwritten where the database can do that; they are in no backup.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, func, insert, select

from meetings.reports import REPORTERS_PER_DAY, reporter_mark, reporting_days
from store.database import Writer
from store.tables import reporter_keys, reporter_marks


def count_reporter(write: Writer, meeting_id: str, network: str, *, new_key: bytes, now: datetime) -> int:
    """How many distinct networks, this one too, reported the meeting today and yesterday; at most 100.

    `new_key`: 32 random bytes, the day's key if it has none yet.
    """
    forget_reporters(write, now)
    keys = _keys(write, reporting_days(now)[0], new_key)
    most = 1
    for day, key in keys.items():
        seen = (reporter_marks.c.day == day) & (reporter_marks.c.meeting_id == meeting_id)
        marks = set(write.connection.scalars(select(reporter_marks.c.mark).where(seen)))
        mark = reporter_mark(key, network, meeting_id)
        if mark not in marks and len(marks) < REPORTERS_PER_DAY:
            write.connection.execute(insert(reporter_marks).values(day=day, meeting_id=meeting_id, mark=mark))
            marks.add(mark)
        most = max(most, len(marks))
    return most


def _keys(write: Writer, today: date, new_key: bytes) -> dict[date, bytes]:
    keys = {row.day: bytes.fromhex(row.key) for row in write.connection.execute(select(reporter_keys))}
    if today not in keys:
        keys[today] = new_key
        write.connection.execute(insert(reporter_keys).values(day=today, key=new_key.hex()))
    return keys


def forget_meeting(write: Writer, meeting_id: str) -> None:
    """Begin anew to count who reports a meeting: its reports are settled."""
    write.connection.execute(delete(reporter_marks).where(reporter_marks.c.meeting_id == meeting_id))


def forget_reporters(write: Writer, now: datetime) -> None:
    """Take away the keys and marks of days that are over."""
    _, first = reporting_days(now)
    old = reporter_keys.c.day < first
    if not write.connection.scalar(select(func.count()).select_from(reporter_keys).where(old)):
        return
    if write.connection.dialect.name == "sqlite":
        # Deleted rows stay in the file until something else is written over them, unless it is told so.
        write.connection.exec_driver_sql("PRAGMA secure_delete=ON")
    write.connection.execute(delete(reporter_keys).where(old))
    write.connection.execute(delete(reporter_marks).where(reporter_marks.c.day < first))
