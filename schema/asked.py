"""A client's filter as the index is asked it: checked, and in the ids under which meetings are shown now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from meetings import search
from meetings.vocabulary import Vocabulary
from schema.filters import read_filter
from search.places import PlaceFinder
from store.database import Reader
from store.meetings import get_meetings


def asked_filter(
    read: Reader,
    values: Mapping[str, Any] | None,
    *,
    vocabulary: Vocabulary,
    now: datetime,
    windowed: bool = True,
    path: str = "filter",
    places: PlaceFinder | None = None,
) -> search.MeetingFilter:
    """What a filter, the argument `path`, asks, as `read_filter` reads it; InvalidQuery, StoreFailed."""
    wanted = read_filter(values, vocabulary=vocabulary, now=now, windowed=windowed, path=path, places=places)
    return with_ids_now(read, wanted)


def with_ids_now(read: Reader, wanted: search.MeetingFilter) -> search.MeetingFilter:
    """The filter with the ids under which its meetings are shown now, which are all that the index knows."""
    excluded = wanted.exclude.ids
    if not wanted.ids and not excluded:
        return wanted
    asked = sorted((wanted.ids or frozenset()) | excluded)
    found = dict(zip(asked, get_meetings(read, asked), strict=True))
    shown = {id: meeting.id for id, meeting in found.items() if meeting}
    return replace(
        wanted,
        ids=wanted.ids if wanted.ids is None else frozenset(shown[id] for id in wanted.ids if id in shown),
        exclude=replace(wanted.exclude, ids=frozenset(shown[id] for id in excluded if id in shown)),
    )
