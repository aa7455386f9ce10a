"""Our VTIMEZONEs as ical.js and libical read them, for all zones, to the end of 2036."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from meetings.vtimezone import vtimezone
from meetings.zones import zone, zone_bytes, zone_names
from tests.builders import NOW
from tests.oracles.judges import Expand
from tests.oracles.zone_changes import changes

#: Their lists have dates of their own for some years, which no yearly rule tells: such dates go out in UTC.
LISTED_BY_HAND = {"America/Havana", "Cuba", "Asia/Gaza", "Asia/Hebron"}
UNTIL = datetime(2037, 1, 1, tzinfo=UTC)
HALF, DAY = timedelta(minutes=30), timedelta(days=1)


def _alike() -> Iterator[list[str]]:
    """Zones of one history and one rule, which are read alike."""
    found: dict[object, list[str]] = {}
    for name in sorted(zone_names()):
        rule = tuple(vtimezone(name).split(b"\r\n")[2:])
        found.setdefault((zone_bytes(name), rule), []).append(name)
    yield from found.values()


def _walls(name: str) -> list[datetime]:
    """Noon every month, and each half hour around the changes, but what is skipped or comes twice."""
    real = zone(name)
    walls = [datetime(year, month, 15, 12) for year in range(2027, 2037) for month in range(1, 13)]  # noqa: DTZ001
    for change in changes(name, UNTIL):
        wall = (change.at + change.before).replace(tzinfo=None)
        walls += [wall + HALF * n for n in range(-8, 9) if change.at > NOW]
    clear = {w for w in walls if w.replace(tzinfo=real).utcoffset() == w.replace(tzinfo=real, fold=1).utcoffset()}
    return sorted(wall for wall in clear if NOW < wall.replace(tzinfo=UTC) + DAY < UNTIL)


def _file(names: list[str], walls: dict[str, list[datetime]]) -> bytes:
    lines = [b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"]
    lines += map(vtimezone, names)
    for number, name in enumerate(names):
        for place, wall in enumerate(walls[name]):
            at = f"{wall:%Y%m%dT%H%M%S}"
            event = f"UID:{number}/{place}\r\nDTSTAMP:20261122T000000Z\r\nDTSTART;TZID={name}:{at}\r\nDURATION:PT1H\r\n"
            lines.append(b"BEGIN:VEVENT\r\n" + event.encode("ascii") + b"END:VEVENT\r\n")
    return b"".join([*lines, b"END:VCALENDAR\r\n"])


def _misread(expand: Expand, folder: Path) -> tuple[set[str], int]:
    """The zones of which any wall time was read wrongly, and how many wall times were."""
    groups = list(_alike())
    names = [group[0] for group in groups]
    walls = {name: _walls(name) for name in names}
    file = folder / "zones.ics"
    file.write_bytes(_file(names, walls))
    read = {found.uid: found.start for found in expand(file, NOW - 2 * DAY, UNTIL + 2 * DAY)}
    assert len(read) == sum(map(len, walls.values()))
    wrong: set[str] = set()
    count = 0
    for number, (name, group) in enumerate(zip(names, groups, strict=True)):
        real = zone(name)
        told = [read[f"{number}/{n}"] == w.replace(tzinfo=real).astimezone(UTC) for n, w in enumerate(walls[name])]
        count += told.count(False)
        wrong |= set(group) if not all(told) else set()
    return wrong, count


@pytest.mark.long
def test_icaljs_reads_all_but_four_zones_exactly(tmp_path: Path, icaljs_occurrences: Expand) -> None:
    wrong, count = _misread(icaljs_occurrences, tmp_path)
    assert wrong <= LISTED_BY_HAND, count


@pytest.mark.long
def test_libical_reads_all_but_four_zones_exactly(tmp_path: Path, libical_occurrences: Expand) -> None:
    wrong, count = _misread(libical_occurrences, tmp_path)
    assert wrong <= LISTED_BY_HAND, count
