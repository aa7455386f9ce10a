"""Which searches are so light that the event loop may do them itself: well under two milliseconds, whatever the list.

Told from what was asked and from how many rows lie around, before any is looked at. A thread costs more than that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from meetings.search import MAX_RADIUS_KM, Point

Values = Mapping[str, Any]


def is_light(filter: Values | None, *, rows: int, are_few: Callable[[Point, float, int], bool], most: int) -> bool:
    """Whether a search for that filter, over a week at most, is light in a list of so many rows: it looks at few.

    So many are few as `most` says; `are_few` tells whether for a circle of so many kilometres no more are looked at.
    """
    given = filter or {}
    place: Values = given.get("place") or {}
    if given.get("text") is not None or place.get("named") is not None or given.get("ids") is not None:
        return False
    if rows <= most:
        return True
    if place.get("or_online") or (given.get("time") or {}).get("zone") is not None:
        return False
    near, radius = place.get("near"), place.get("radius_km")
    if near is None or radius is None:
        return False
    point = Point(latitude=near["latitude"], longitude=near["longitude"])
    # What is out of range is refused elsewhere, in better words.
    is_place = abs(point.latitude) <= 90 and abs(point.longitude) <= 180 and 0 < radius <= MAX_RADIUS_KM
    return is_place and are_few(point, radius, most)
