"""Points that cannot be where the meeting is: at sea, far from all others of the list, or with numbers swapped.

A list is one region's, so its points lie together; one that is alone 300 km away is a typing error or a geocoder's.
Lists of the whole world have no such middle, and are not judged by it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from meetings.listing import Listing
from meetings.model import VenueType
from meetings.zones import canonical_zone, country_zones

Point = tuple[float, float]
#: The names of the zones that claim a point.
ZonesAt = Callable[[Point], Sequence[str]]

#: Farther than this from any other point of its list, a point is doubtful.
FAR_KM = 300.0
#: A list is one region's if so many of its points, and this share of them, lie together.
TOGETHER_COUNT, TOGETHER_SHARE = 10, 0.9
_KM_A_DEGREE = 111.2
#: Cells of one degree that are looked at north and south: more than `FAR_KM`.
_REACH = 3

Cell = tuple[int, int]


def doubtful_points(listings: Sequence[Listing], zones_at: ZonesAt) -> Iterator[tuple[str, Listing]]:
    """Listings whose point is doubtful, each with one of `swapped_point`, `point_at_sea` and `far_point`."""
    placed = [(listing, point) for listing in listings if (point := _judged(listing)) is not None]
    middle = _middle(point for _, point in placed)
    for listing, point in placed:
        zones = zones_at(point)
        at_sea = is_at_sea(zones)
        far = middle is not None and not middle.is_near(point)
        doubtful = at_sea or far or not _is_in_country(listing, zones)
        if doubtful and _fits_swapped(listing, point, middle, zones_at):
            yield "swapped_point", listing
        elif at_sea or far:
            yield ("point_at_sea" if at_sea else "far_point"), listing


def is_at_sea(zones: Sequence[str]) -> bool:
    """Whether no land's zone claims the point."""
    return all(name.startswith("Etc/") for name in zones)


def _judged(listing: Listing) -> Point | None:
    venue = listing.venue
    if venue is None or listing.venue_type == VenueType.VIRTUAL or venue.latitude is None or venue.longitude is None:
        return None
    return venue.latitude, venue.longitude


def _fits_swapped(listing: Listing, point: Point, middle: _Middle | None, zones_at: ZonesAt) -> bool:
    longitude, latitude = point
    if abs(latitude) > 90 or abs(longitude) > 180:
        return False
    swapped = latitude, longitude
    if middle is not None:
        return middle.is_near(swapped)
    country = listing.venue.country if listing.venue else None
    return country is not None and _is_in_country(listing, zones_at(swapped))


def _is_in_country(listing: Listing, zones: Sequence[str]) -> bool:
    """Whether one of these zones is in the country that the list names; also if it names none that has zones."""
    country = listing.venue.country if listing.venue else None
    allowed = country_zones().get(country or "")
    return allowed is None or any(canonical_zone(name) in allowed for name in zones)


def kilometres(one: Point, other: Point) -> float:
    """The great-circle distance."""
    north, south = math.radians(one[0]), math.radians(other[0])
    across = math.radians(other[1] - one[1])
    half = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(across / 2) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(half)))


class _Middle:
    """The points of a list that lie together, by cell."""

    def __init__(self, cells: dict[Cell, list[Point]]) -> None:
        self._cells = cells

    def is_near(self, point: Point) -> bool:
        """Whether any of them is within `FAR_KM`."""
        here = self._cells.get(_cell(point))
        # Most points lie in a cell with others: nothing more has to be measured.
        if here is not None:
            return True
        near = (other for cell in _cells_around(_cell(point)) for other in self._cells.get(cell, ()))
        return any(kilometres(point, other) <= FAR_KM for other in near)


def _middle(points: Iterable[Point]) -> _Middle | None:
    """What lies together of a list; None: too little, or it is spread over the world."""
    cells: dict[Cell, list[Point]] = defaultdict(list)
    counts: dict[Cell, int] = defaultdict(int)
    for point in points:
        counts[_cell(point)] += 1
        cells[_cell(point)].append(point)
    total = sum(counts.values())
    together = max(_groups(cells), key=lambda group: sum(counts[cell] for cell in group), default=set())
    count = sum(counts[cell] for cell in together)
    if count < TOGETHER_COUNT or count < TOGETHER_SHARE * total:
        return None
    return _Middle({cell: list(dict.fromkeys(cells[cell])) for cell in together})


def _groups(cells: dict[Cell, list[Point]]) -> Iterator[set[Cell]]:
    """Cells from each of which one comes to the others in steps of `FAR_KM`, measured between their first points."""
    left = set(cells)
    while left:
        group: set[Cell] = set()
        waiting = [left.pop()]
        while waiting:
            cell = waiting.pop()
            group.add(cell)
            first = cells[cell][0]
            near = [c for c in _cells_around(cell) if c in left and kilometres(first, cells[c][0]) <= FAR_KM]
            left.difference_update(near)
            waiting += near
        yield group


def _cell(point: Point) -> Cell:
    return math.floor(point[0]), math.floor(point[1])


def _cells_around(cell: Cell) -> Iterator[Cell]:
    """The cells within reach, the cell itself too; over the antimeridian as well."""
    latitude, longitude = cell
    for row in range(latitude - _REACH, latitude + _REACH + 1):
        shrinking = max(math.cos(math.radians(max(abs(row), abs(row + 1)))), 0.02)
        wide = min(math.ceil(FAR_KM / (_KM_A_DEGREE * shrinking)) + 1, 180)
        for column in range(longitude - wide, longitude + wide + 1):
            yield row, (column + 180) % 360 - 180
