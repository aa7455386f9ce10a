"""Which searches are so light that the event loop may do them itself: well under two milliseconds, whatever the list.

Told from what was asked, before anything is looked up. A thread costs more than such a search.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: A list of no more meetings is looked through in that time.
_SMALL = 20_000
#: Of larger lists, what lies round a point in a circle of this radius: the densest have some ten thousand there.
_NEAR_KM = 50.0
Values = Mapping[str, Any]


def is_light(filter: Values | None, *, rows: int) -> bool:
    """Whether a search for that filter, over a week at most, is light in a list of so many rows."""
    given = filter or {}
    place: Values = given.get("place") or {}
    if given.get("text") is not None or place.get("named") is not None or given.get("ids") is not None:
        return False
    if rows <= _SMALL:
        return True
    radius = place.get("radius_km")
    near = place.get("near") is not None and radius is not None and radius <= _NEAR_KM
    return near and not place.get("or_online") and (given.get("time") or {}).get("zone") is None
