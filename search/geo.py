"""Places on the globe: grid cells, points on the unit sphere, rows within a radius or a box.

A radius is a few slices of rows, because cells of one grid row are consecutive; then chords are compared, so that no
trigonometry is done for a row.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from meetings.search import Box, Point
from search.clock import Flags, Ints, Longs, Reals
from search.columns import Generation, Rows

EARTH_KM = 6371.0088
#: Millimetres: finer differences are of the machine's arithmetic, and would order one hall's meetings by chance.
_FINEST = 1e6
#: Degrees to the unit of the columns.
DEGREE = 10**7
_CELLS_A_DEGREE = 20
_GRID_ROWS = 180 * _CELLS_A_DEGREE
_GRID_COLUMNS = 360 * _CELLS_A_DEGREE
#: Cells of rows that no distance finds, after all others.
ELSEWHERE = _GRID_ROWS * _GRID_COLUMNS
VIRTUAL = ELSEWHERE + 1
#: Above so many grid rows one slice of the whole latitude band is quicker.
_MOST_SLICES = 60
#: Degrees by which a circle's box is widened, and part of the radius by which the rim is: more than rounding errs.
_MARGIN = 1e-6
_RIM = 1e-12


def units(degrees: Reals) -> Ints:
    """Degrees in the columns' unit."""
    return np.rint(degrees * DEGREE).astype(np.int32)


def cells(latitude: Reals, longitude: Reals) -> Ints:
    """The grid cells of points in degrees."""
    return (_grid_row(latitude) * _GRID_COLUMNS + _grid_column(longitude)).astype(np.int32)


def _grid_row(latitude: Reals) -> Longs:
    return np.floor((latitude + 90) * _CELLS_A_DEGREE).astype(np.int64).clip(0, _GRID_ROWS - 1)


def _grid_column(longitude: Reals) -> Longs:
    return np.floor((longitude + 180) * _CELLS_A_DEGREE).astype(np.int64).clip(0, _GRID_COLUMNS - 1)


def on_sphere(latitude: Reals, longitude: Reals) -> tuple[Reals, Reals, Reals]:
    """Points in degrees on a sphere of radius 1."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    flat = np.cos(lat)
    return flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)


def chords(rows: Rows, at: Longs | slice, point: Point) -> Reals:
    """Squared chords from a point to these rows, which all have one."""
    x, y, z = (float(axis[0]) for axis in on_sphere(np.array([point.latitude]), np.array([point.longitude])))
    if isinstance(at, slice):
        dx, dy, dz = rows.x[at] - x, rows.y[at] - y, rows.z[at] - z
    else:
        dx, dy, dz = rows.x.take(at) - x, rows.y.take(at) - y, rows.z.take(at) - z
    dx *= dx
    dy *= dy
    dz *= dz
    dx += dy
    dx += dz
    return dx


def chord_limit(radius_km: float) -> float:
    """The squared chord of a radius, its rim included."""
    return float((2 * math.sin(min(radius_km / EARTH_KM, math.pi) / 2) + _RIM) ** 2)


def kilometres(squared_chord: float) -> float:
    """The great-circle distance over a squared chord."""
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(squared_chord) / 2))


def all_kilometres(squared_chords: Iterable[float], unknown: float) -> list[float | None]:
    """The same of many; None for the value that stands for an unknown one."""
    asin, sqrt, double = math.asin, math.sqrt, 2 * EARTH_KM
    return [
        None if square == unknown else double * asin(root / 2 if (root := sqrt(square)) < 2 else 1.0)
        for square in squared_chords
    ]


def distance_keys(squared_chords: Reals) -> Longs:
    """Whole numbers that order as distances do."""
    return np.rint(np.sqrt(squared_chords) * (EARTH_KM * _FINEST)).astype(np.int64)


def rows_within(generation: Generation, point: Point, radius_km: float) -> tuple[Longs, Reals]:
    """The rows within a radius, and their squared chords."""
    slices = _slices(generation.rows.cell[: generation.located], _circle_cells(point, radius_km))
    limit = chord_limit(radius_km)
    if len(slices) == 1:
        first, last = slices[0]
        squares = chords(generation.rows, slice(first, last), point)
        near = np.flatnonzero(squares <= limit)
        return near + first, squares.take(near)
    at = _spread(slices)
    squares = chords(generation.rows, at, point)
    near = np.flatnonzero(squares <= limit)
    return at.take(near), squares.take(near)


def rows_near(generation: Generation, point: Point, radius_km: float) -> int:
    """How many rows would be looked at for those within a radius; quickly told."""
    slices = _slices(generation.rows.cell[: generation.located], _circle_cells(point, radius_km))
    return sum(last - first for first, last in slices)


def _circle_cells(point: Point, radius_km: float) -> list[tuple[int, int]]:
    """Ranges of cells, both ends included, that hold everything within a radius."""
    angle = min(radius_km / EARTH_KM, math.pi)
    half = math.degrees(angle) + _MARGIN
    south, north = point.latitude - half, point.latitude + half
    if south <= -90 or north >= 90:
        return _band(south, north)
    # The widest parallel of a circle is not at its middle: not angle / cos, which is too narrow.
    width = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(point.latitude))))) + _MARGIN
    return _grid_ranges(south, north, point.longitude - width, point.longitude + width)


def _band(south: float, north: float) -> list[tuple[int, int]]:
    low, high = _row_of(south), _row_of(north)
    return [(low * _GRID_COLUMNS, (high + 1) * _GRID_COLUMNS - 1)]


def _row_of(latitude: float) -> int:
    return min(max(math.floor((latitude + 90) * _CELLS_A_DEGREE), 0), _GRID_ROWS - 1)


def _column_of(longitude: float) -> int:
    return min(max(math.floor((longitude + 180) * _CELLS_A_DEGREE), 0), _GRID_COLUMNS - 1)


def _grid_ranges(south: float, north: float, west: float, east: float) -> list[tuple[int, int]]:
    """The cells of each grid row between two meridians; `west` may be below -180, `east` above 180."""
    low, high = _row_of(south), _row_of(north)
    if high - low >= _MOST_SLICES or east - west >= 360:
        return _band(south, north)
    starts = range(low * _GRID_COLUMNS, (high + 1) * _GRID_COLUMNS, _GRID_COLUMNS)
    columns = _columns_between(west, east)
    return [(start + first, start + last) for start in starts for first, last in columns]


def _columns_between(west: float, east: float) -> list[tuple[int, int]]:
    if west >= -180 and east <= 180:
        return [(_column_of(west), _column_of(east))]
    west, east = (west + 360, east) if west < -180 else (west, east - 360)
    first, last = _column_of(west), _column_of(east)
    # Two spans that share a column would find its rows twice.
    return [(0, _GRID_COLUMNS - 1)] if first <= last else [(0, last), (first, _GRID_COLUMNS - 1)]


def _slices(cell: Ints, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    edges = np.array(ranges, np.int32)
    first = cell.searchsorted(edges[:, 0], "left")
    last = cell.searchsorted(edges[:, 1], "right")
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _spread(slices: Iterable[tuple[int, int]]) -> Longs:
    return np.concatenate([np.arange(first, last) for first, last in slices])


def rows_in_box(generation: Generation, box: Box) -> Longs:
    """The rows with a point in a box."""
    west, east = box.west - _MARGIN, box.east + _MARGIN
    ranges = _grid_ranges(box.south - _MARGIN, box.north + _MARGIN, west, east + 360 * (box.west > box.east))
    slices = _slices(generation.rows.cell[: generation.located], ranges)
    at = _spread(slices)
    return at[in_box(generation.rows, at, box)]


def in_box(rows: Rows, at: Longs, box: Box) -> Flags:
    """Which of these rows lie in a box, its rims included."""
    south, west, north, east = (round(side * DEGREE) for side in (box.south, box.west, box.north, box.east))
    latitude, longitude = rows.latitude.take(at), rows.longitude.take(at)
    inside = (latitude >= south) & (latitude <= north)
    if west > east:
        return inside & ((longitude >= west) | (longitude <= east))
    # Columns have the antimeridian as -180 only.
    wraps = (longitude == -180 * DEGREE) if east == 180 * DEGREE else np.False_
    return inside & (((longitude >= west) & (longitude <= east)) | wraps)
