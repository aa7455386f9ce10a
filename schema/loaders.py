"""Related things, loaded in batches without waiting: whoever finds things announces what they will lead to, and the
first who asks for one gets all that were announced in one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from typing import Generic, TypeVar

from meetings.model import Meeting, ServiceBody
from meetings.source import Source
from store.database import Reader
from store.meetings import GroupKey, get_group_meetings, get_meetings
from store.service_bodies import get_service_bodies
from store.sources import count_meetings, list_sources

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Batch(Generic[Key, Value]):
    """Values by key for one operation; `load` gives the values of keys in their order."""

    def __init__(self, load: Callable[[Sequence[Key]], Sequence[Value]]) -> None:
        self._load = load
        self._announced: list[Iterable[Key]] = []
        self._found: dict[Key, Value] = {}

    def announce(self, keys: Iterable[Key]) -> None:
        """These may be asked for; they are looked at when one is."""
        self._announced.append(keys)

    def get(self, key: Key) -> Value:
        """The value, loaded together with all that were announced."""
        if key not in self._found:
            announced = dict.fromkeys(chain.from_iterable(self._announced))
            wanted = [*(known for known in announced if known not in self._found and known != key), key]
            self._announced.clear()
            self._found.update(zip(wanted, self._load(wanted), strict=True))
        return self._found[key]

    def get_all(self, keys: Sequence[Key]) -> list[Value]:
        """The values in the order of the keys."""
        self.announce(keys)
        return [self.get(key) for key in keys]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaders:
    """What one operation may look up.

    `sources`: all but removed ones by id, in the order they were added; `every_source`: removed ones too, for what
    they listed still answers. `meeting_counts`: of each source, apart, because counting reads all meetings.
    """

    meetings: Batch[str, Meeting | None]
    groups: Batch[GroupKey, tuple[Meeting, ...]]
    service_bodies: Batch[str, ServiceBody | None]
    sources: Callable[[], Mapping[str, Source]]
    every_source: Callable[[], Mapping[str, Source]]
    meeting_counts: Callable[[], Mapping[str, int]]

    def service_body(self, id: str | None) -> ServiceBody | None:
        """The body of that id, if there is an id."""
        return None if id is None else self.service_bodies.get(id)


def group_key(meeting: Meeting) -> GroupKey | None:
    """By what the store knows the meeting's group: its code, else its name."""
    if meeting.group is None:
        return None
    code = meeting.group.code or ""
    return (meeting.source_id, code, "" if code else meeting.group.name)


def announce_meetings(loaders: Loaders, meetings: Iterable[Meeting | None]) -> None:
    """Announce what these meetings lead to."""
    shown = [meeting for meeting in meetings if meeting]
    loaders.groups.announce(key for meeting in shown if (key := group_key(meeting)))
    loaders.service_bodies.announce(meeting.service_body_id for meeting in shown if meeting.service_body_id)


def loaders_for(read: Reader) -> Loaders:
    """Loaders that read this snapshot. What they load announces what it leads to in turn."""

    def meetings(ids: Sequence[str]) -> Sequence[Meeting | None]:
        found = get_meetings(read, ids)
        announce_meetings(loaders, found)
        return found

    def groups(keys: Sequence[GroupKey]) -> Sequence[tuple[Meeting, ...]]:
        found = get_group_meetings(read, keys)
        announce_meetings(loaders, (meeting for held in found.values() for meeting in held))
        return [found[key] for key in keys]

    def service_bodies(ids: Sequence[str]) -> Sequence[ServiceBody | None]:
        found = get_service_bodies(read, ids)
        loaders.service_bodies.announce(body.parent_id for body in found if body and body.parent_id)
        return found

    @cache
    def every_source() -> Mapping[str, Source]:
        return {source.id: source for source in list_sources(read, counted=False, removed=True)}

    @cache
    def sources() -> Mapping[str, Source]:
        return {id: source for id, source in every_source().items() if not source.removed}

    loaders = Loaders(
        meetings=Batch(meetings),
        groups=Batch(groups),
        service_bodies=Batch(service_bodies),
        sources=sources,
        every_source=every_source,
        meeting_counts=cache(partial(count_meetings, read)),
    )
    return loaders
