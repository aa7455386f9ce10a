"""Which listings of different sources are one meeting: worked out anew wherever lists change, in that transaction.

Only `shown_as` and `shown_why` are written, so that taking a link away leaves everything as it was; of what another
source tells nothing is touched. Whoever changes rows of `meetings` calls `follow_links` with their ids.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, text, update

from meetings.model import MeetingStatus
from meetings.same_meeting import NEAR_METRES, Pair, Sighting, Verdict, grouped, judge
from store.bulk import chunks, one_of
from store.changes import record_changes
from store.database import Reader, Writer
from store.tables import changes, meetings

#: Listings of one source at one hour and door, above which nobody looks which of them another list means: it is a
#: list's mistake, and the pairs of two such lists would be millions.
_CROWDED = 50
#: Listings that are followed at a time, with all that they lead to.
AT_ONCE = 5_000
#: In degrees of latitude a little more than `NEAR_METRES`; in longitude enough up to 79° from the equator.
_NEAR_LATITUDE = NEAR_METRES / 110_000
_NEAR_LONGITUDE = 0.005
_OTHER_PLANS = ("enable_hashjoin", "enable_mergejoin", "enable_seqscan")
#: Source, hour and door or room.
_SPOT = ("source_id", "weekday", "starts", "latitude", "longitude", "street", "online_url")
_JUDGED = tuple(name for name in Sighting.__dataclass_fields__ if name in meetings.c)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """Under whose id a listing is shown, the oldest under its own; None: it is in one list only. And why."""

    under: str | None = None
    why: str | None = None


_ALONE = _Link()


@dataclass(slots=True, kw_only=True)
class _Web:
    """What has been looked at: listings, how each is shown, and which pairs are one meeting.

    `spots`: a hash of each listing's source, hour and door or room. `crowds`: those at which there are too many of the
    listings that were changed, looked at or not. `sightings`: of the few listings that another may be the same as.
    """

    crowds: frozenset[int] = frozenset()
    spots: dict[str, int] = field(default_factory=dict)
    links: dict[str, _Link] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    sightings: dict[str, Sighting] = field(default_factory=dict)
    judged: set[Pair] = field(default_factory=set)
    verdicts: dict[Pair, Verdict] = field(default_factory=dict)


def follow_links(write: Writer, ids: Collection[str], *, now: datetime, at_once: int = AT_ONCE) -> None:
    """Link and unlink what these listings, which were just changed, are now the same as.

    Every meeting whose looks change by that is logged as changed, by nobody's import. `at_once`: how many are followed
    at a time; it decides nothing but the memory that this takes.
    """
    ids = frozenset(ids)
    crowds = _crowds(write, ids) if len(ids) > at_once else frozenset()
    # What is known of a listing takes some kilobytes: of a long list it is not known of all at once.
    for some in chunks(sorted(ids), at_once):
        _follow(write, _Web(crowds=crowds), some, ids, now)


def _follow(write: Writer, web: _Web, some: Sequence[str], ids: Collection[str], now: datetime) -> None:
    """The same for some of all that were just changed."""
    with _by_index(write):
        changed = _load(write, web, some)
        looked = _explore(write, web, [*changed, *_load_mates(write, web, changed)])
        links = _links(write, web, looked)
    _log(write, web, links, ids, now)
    _keep(write, web, links)
    _raise_revisions(write, web, links, now)


def link_all(write: Writer, *, now: datetime) -> int:
    """Judge every listing anew, as after a change of how it is judged; how many are now shown with others."""
    for chunk in chunks(write.connection.scalars(select(meetings.c.id)).all(), AT_ONCE):
        follow_links(write, chunk, now=now)
    return write.connection.scalar(select(func.count(meetings.c.shown_as))) or 0


# --- Looking ------------------------------------------------------------------------------------


def _load(read: Reader, web: _Web, ids: Iterable[str]) -> list[str]:
    """Where these listings stand and how they are shown, of those that were not loaded yet; their ids."""
    columns = [meetings.c[name] for name in ("id", "shown_as", "shown_why", "revision", *_SPOT)]
    loaded = []
    for chunk in chunks(id for id in dict.fromkeys(ids) if id not in web.links):
        rows = select(*columns).where(one_of(read, meetings.c.id, chunk))
        for id, shown_as, why, revision, *spot in read.connection.execute(rows):
            web.spots[id] = hash(tuple(spot))
            web.links[id] = _Link(under=shown_as, why=why) if shown_as else _ALONE
            web.revisions[id] = revision
            loaded.append(id)
    return loaded


def _sight(read: Reader, web: _Web, ids: Iterable[str]) -> None:
    """All of these listings by which they are judged."""
    columns = [meetings.c[name] for name in (*_JUDGED, "status")]
    for chunk in chunks(id for id in dict.fromkeys(ids) if id not in web.sightings):
        rows = select(*columns).where(one_of(read, meetings.c.id, chunk))
        for *told, status in read.connection.execute(rows):
            facts: dict[str, Any] = dict(zip(_JUDGED, told, strict=True))
            web.sightings[facts["id"]] = Sighting(live=status != MeetingStatus.WITHDRAWN, **facts)


def _load_mates(read: Reader, web: _Web, ids: Iterable[str]) -> list[str]:
    """What has been shown together with these listings, loaded; its ids."""
    found: list[str] = []
    for chunk in chunks(dict.fromkeys(under for id in ids if (under := web.links[id].under))):
        found += read.connection.scalars(select(meetings.c.id).where(one_of(read, meetings.c.shown_as, chunk)))
    _load(read, web, found)
    return found


def _explore(read: Reader, web: _Web, ids: Iterable[str]) -> set[str]:
    """Judge these listings and all that they lead to, which is the same as the same; all that were judged whole."""
    looked: set[str] = set()
    while ahead := [id for id in dict.fromkeys(ids) if id not in looked and id in web.links]:
        looked.update(ahead)
        # Those between listings looked at before were judged then.
        pairs = _candidates(read, _uncrowded(web, ahead)) - web.judged
        web.judged |= pairs
        _load(read, web, (id for pair in pairs for id in pair))
        _sight(read, web, (id for pair in pairs for id in pair))
        found = {pair: verdict for pair in pairs if (verdict := judge(*(web.sightings[id] for id in pair)))}
        web.verdicts |= found
        ids = _load_mates(read, web, (id for pair in found for id in pair if id not in looked))
        ids += [id for pair in found for id in pair]
    return looked


def _crowds(read: Reader, ids: Iterable[str]) -> frozenset[int]:
    """Hashes of the spots at which one source has a crowd of these listings."""
    columns = [meetings.c[name] for name in _SPOT]
    # In order rather than counted in a table, which takes five times as much memory.
    spots = array("q")
    for chunk in chunks(ids):
        rows = read.connection.execute(select(*columns).where(one_of(read, meetings.c.id, chunk)))
        spots.extend(hash(tuple(row)) for row in rows)
    return frozenset(spot for spot, same in groupby(sorted(spots)) if sum(1 for _ in same) > _CROWDED)


def _uncrowded(web: _Web, ids: Sequence[str]) -> list[str]:
    """Without those of which one source has a crowd at one hour and spot."""
    groups: dict[int, list[str]] = defaultdict(list)
    for id in ids:
        groups[web.spots[id]].append(id)
    few = (group for spot, group in groups.items() if len(group) <= _CROWDED and spot not in web.crowds)
    return [id for group in few for id in group]


def _candidates(read: Reader, ids: Sequence[str]) -> set[Pair]:
    """Pairs of these and listings of other sources at the same hour, nearby or of the same door or room."""
    mine, yours = meetings.alias("mine"), meetings.alias("yours")
    near: list[ColumnElement[bool]] = [
        yours.c.weekday == mine.c.weekday,
        yours.c.starts == mine.c.starts,
        yours.c.latitude.between(mine.c.latitude - _NEAR_LATITUDE, mine.c.latitude + _NEAR_LATITUDE),
        (yours.c.longitude - mine.c.longitude).between(-_NEAR_LONGITUDE, _NEAR_LONGITUDE),
        mine.c.approximate == 0,
        yours.c.approximate == 0,
    ]
    found: set[Pair] = set()
    for ways in (near, [yours.c.door == mine.c.door], [yours.c.room == mine.c.room]):
        other = (yours.c.source_id != mine.c.source_id, yours.c.fellowship == mine.c.fellowship)
        pairs = select(mine.c.id, yours.c.id).where(*ways, *other)
        for chunk in chunks(ids):
            found.update(_pair(*row) for row in read.connection.execute(pairs.where(one_of(read, mine.c.id, chunk))))
    return found


@contextmanager
def _by_index(read: Reader) -> Iterator[None]:
    """PostgreSQL looks rows up one by one: of rows just written it has no statistics, and would sort the whole list."""
    settings = _OTHER_PLANS if read.connection.dialect.name == "postgresql" else ()
    for name in settings:
        read.connection.execute(text(f"SET LOCAL {name} = off"))
    yield
    for name in settings:
        read.connection.execute(text(f"SET LOCAL {name} = on"))


# --- Deciding -----------------------------------------------------------------------------------


def _links(read: Reader, web: _Web, ids: Iterable[str]) -> dict[str, _Link]:
    """How each listing is to be shown: under the id of the oldest of those that are one meeting."""
    links = dict.fromkeys(ids, _ALONE)
    groups = grouped(web.sightings, web.verdicts)
    ages = _ages(read, [id for group in groups for id in group])
    for group in groups:
        oldest = min(group, key=lambda id: (ages.get(id, 0), id))
        links |= {id: _Link(under=oldest, why=None if id == oldest else _why(web, id, oldest, group)) for id in group}
    return links


def _ages(read: Reader, ids: Sequence[str]) -> dict[str, int]:
    """The change with which each listing came; small is old."""
    ages: dict[str, int] = {}
    for chunk in chunks(ids):
        first = select(changes.c.meeting_id, func.min(changes.c.number)).where(
            one_of(read, changes.c.meeting_id, chunk)
        )
        ages |= {row[0]: row[1] for row in read.connection.execute(first.group_by(changes.c.meeting_id))}
    return ages


def _why(web: _Web, id: str, oldest: str, group: Iterable[str]) -> str:
    """The reasons in words: against the oldest or, where those two were not compared, the likest."""
    found = {other: verdict for other in group if (verdict := web.verdicts.get(_pair(id, other)))}
    other = oldest if oldest in found else min(found, key=lambda other: (-found[other].score, other))
    return f"as {other} of {web.sightings[other].source_id}: {', '.join(found[other].reasons)}"


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


# --- Writing ------------------------------------------------------------------------------------


def _log(write: Writer, web: _Web, links: Mapping[str, _Link], ids: Collection[str], now: datetime) -> None:
    """Log what looks different: those linked or unlinked, and meetings that other listings are shown under."""
    looks: set[str] = set()
    for id, link in links.items():
        before = web.links[id].under or id
        if (link.under or id) != before:
            looks |= {id, before, link.under or id}
        elif id in ids:
            looks.add(before)
    record_changes(write, sorted(looks.difference(ids)), run_id=None, now=now)


def _keep(write: Writer, web: _Web, links: Mapping[str, _Link]) -> None:
    rows = [{"of": id, "under": link.under, "why": link.why} for id, link in links.items() if link != web.links[id]]
    if rows:
        values: dict[str, Any] = {"shown_as": bindparam("under"), "shown_why": bindparam("why")}
        write.connection.execute(update(meetings).where(meetings.c.id == bindparam("of")).values(values), rows)


def _raise_revisions(write: Writer, web: _Web, links: Mapping[str, _Link], now: datetime) -> None:
    """A meeting's revision is the sum of its listings': where one left, what remains must not count lower."""
    before, after = _groups(web.links, links), _groups(links, links)
    sums = {under: sum(web.revisions[id] for id in group) for under, group in before.items()}
    rows = []
    for under, group in after.items():
        if group == before.get(under):
            continue
        least = max(sums[web.links[id].under or id] for id in group) + 1
        short = least - sum(web.revisions[id] for id in group)
        rows.append({"of": under, "more": max(0, short), "at": now})
    if rows:
        values: dict[str, Any] = {"revision": meetings.c.revision + bindparam("more"), "updated_at": bindparam("at")}
        write.connection.execute(update(meetings).where(meetings.c.id == bindparam("of")).values(values), rows)


def _groups(links: Mapping[str, _Link], ids: Iterable[str]) -> dict[str, set[str]]:
    """Those listings by the id under which they are shown."""
    groups: dict[str, set[str]] = defaultdict(set)
    for id in ids:
        groups[links[id].under or id].add(id)
    return groups


# --- Reading ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One of a meeting's listings; `why`: in words, why it is the same; None: the oldest, or the only one."""

    meeting_id: str
    source_id: str
    source_key: str
    why: str | None


def listings_of(read: Reader, id: str) -> tuple[Listed, ...]:
    """All listings, withdrawn ones too, that are shown with the one of this id, the oldest first; none: no such id."""
    under = read.connection.scalar(select(func.coalesce(meetings.c.shown_as, meetings.c.id)).where(meetings.c.id == id))
    columns = [meetings.c[name] for name in ("id", "source_id", "source_key", "shown_why")]
    rows = select(*columns).where((meetings.c.id == under) | (meetings.c.shown_as == under)).order_by(meetings.c.number)
    found = [Listed(meeting_id=a, source_id=b, source_key=c, why=d) for a, b, c, d in read.connection.execute(rows)]
    return tuple(sorted(found, key=lambda one: one.meeting_id != under))
