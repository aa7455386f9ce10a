"""Places on the globe: grid cells, points on the unit sphere, rows within a radius or a box.

A radius is a few slices of rows, because cells of one grid row are consecutive, or one slice of all between two
parallels, where they are few; then chords are compared, so that no trigonometry is done for a row.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from meetings.search import Box, Point
from search.candidates import Candidates, some_of
from search.clock import Flags, Ints, Longs, Reals
from search.columns import Generation, Rows

R = TypeVar("R", float, Reals)
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
#: The first cell of each grid row, and the one after all.
_ROW_EDGES = np.arange(0, ELSEWHERE + 1, _GRID_COLUMNS, dtype=np.int32)
#: Above so many grid rows one slice of the whole latitude band is quicker.
_MOST_SLICES = 60
#: So many rows of a latitude band are looked at sooner than a circle's own cells are found among them.
FEW_IN_BAND = 8_000
#: Of more slices it is quicker to number the rows at once.
_MOST_PIECES = 12
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


def on_sphere(latitude: R, longitude: R) -> tuple[R, R, R]:
    """Points in degrees, or one of them, on a sphere of radius 1."""
    # One too by numpy: another sine would part what is at one point.
    lat, lon = np.radians(latitude), np.radians(longitude)
    flat = np.cos(lat)
    return flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)


def chords(rows: Rows, at: Candidates, point: Point) -> Reals:
    """Squared chords from a point to these rows, which all have one."""
    x, y, z = on_sphere(point.latitude, point.longitude)
    return squared(at.of(rows.x) - x, at.of(rows.y) - y, at.of(rows.z) - z)


def squared(dx: Reals, dy: Reals, dz: Reals) -> Reals:
    """The squared lengths of these differences, in the memory of the first."""
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


def all_kilometres(squared_chords: Reals, unknown: float) -> Reals:
    """The same of many; no number for the value that stands for an unknown one."""
    told: Reals = np.arcsin(np.minimum(np.sqrt(squared_chords) / 2, 1.0))
    told *= 2 * EARTH_KM
    told[squared_chords == unknown] = np.nan
    return told


def distance_keys(squared_chords: Reals, most: np.int64) -> Longs:
    """Whole numbers that order as distances do, of which that of an infinite one is `most`."""
    keys = np.sqrt(squared_chords)
    keys *= EARTH_KM * _FINEST
    np.rint(keys, out=keys)
    return np.minimum(keys, most, out=keys).astype(np.int64)


def rows_around(generation: Generation, point: Point, radius_km: float) -> Candidates:
    """The rows that may lie within a radius, by their cells."""
    return around_in(_located_cells(generation), point, radius_km)


def bands_of(cells: Ints) -> Longs:
    """Where in cells in their order those of each grid row begin, and where those of the last end."""
    return cells.searchsorted(_ROW_EDGES)


def between_parallels(bands: Longs, point: Point, radius_km: float) -> slice:
    """The cells between the parallels that hold a radius: more than those that hold it, and quickly told."""
    half = math.degrees(min(radius_km / EARTH_KM, math.pi)) + _MARGIN
    first, last = bands[_row_of(point.latitude - half)], bands[_row_of(point.latitude + half) + 1]
    return slice(int(first), int(last))


def around_in(cells: Ints, point: Point, radius_km: float) -> Candidates:
    """Those of cells in their order that hold a radius."""
    return _in_cells(cells, _circle_cells(point, radius_km))


def _circle_cells(point: Point, radius_km: float) -> list[int]:
    """Ranges of cells that hold everything within a radius."""
    angle = min(radius_km / EARTH_KM, math.pi)
    half = math.degrees(angle) + _MARGIN
    south, north = point.latitude - half, point.latitude + half
    if south <= -90 or north >= 90:
        return _band(south, north)
    # The widest parallel of a circle is not at its middle: not angle / cos, which is too narrow.
    width = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(point.latitude))))) + _MARGIN
    return _grid_ranges(south, north, point.longitude - width, point.longitude + width)


def _band(south: float, north: float) -> list[int]:
    return [_row_of(south) * _GRID_COLUMNS, (_row_of(north) + 1) * _GRID_COLUMNS]


def _row_of(latitude: float) -> int:
    return min(max(math.floor((latitude + 90) * _CELLS_A_DEGREE), 0), _GRID_ROWS - 1)


def _column_of(longitude: float) -> int:
    return min(max(math.floor((longitude + 180) * _CELLS_A_DEGREE), 0), _GRID_COLUMNS - 1)


def _grid_ranges(south: float, north: float, west: float, east: float) -> list[int]:
    """The first cell of each range between two meridians, and the one after its last; `west` may be below -180,
    `east` above 180.
    """
    low, high = _row_of(south), _row_of(north)
    if high - low >= _MOST_SLICES or east - west >= 360:
        return _band(south, north)
    starts = range(low * _GRID_COLUMNS, (high + 1) * _GRID_COLUMNS, _GRID_COLUMNS)
    edges = _columns_between(west, east)
    return [start + edge for start in starts for edge in edges]


def _columns_between(west: float, east: float) -> tuple[int, ...]:
    if west >= -180 and east <= 180:
        return _column_of(west), _column_of(east) + 1
    west, east = (west + 360, east) if west < -180 else (west, east - 360)
    first, last = _column_of(west), _column_of(east)
    # Two spans that share a column would find its rows twice.
    return (0, _GRID_COLUMNS) if first <= last else (0, last + 1, first, _GRID_COLUMNS)


def _in_cells(cells: Ints, edges: list[int]) -> Candidates:
    found = cells.searchsorted(np.array(edges, np.int32)).tolist()
    pieces = [slice(first, last) for first, last in zip(found[::2], found[1::2], strict=True) if first < last]
    around = Candidates(pieces or [slice(0, 0)])
    return around if len(pieces) <= _MOST_PIECES else some_of(around.rows)


def _located_cells(generation: Generation) -> Ints:
    return generation.rows.cell[: generation.located]


def rows_around_box(generation: Generation, box: Box) -> Candidates:
    """The rows that may lie in a box, by their cells."""
    west, east = box.west - _MARGIN, box.east + _MARGIN
    ranges = _grid_ranges(box.south - _MARGIN, box.north + _MARGIN, west, east + 360 * (box.west > box.east))
    return _in_cells(_located_cells(generation), ranges)


def in_box(rows: Rows, at: Candidates, box: Box) -> Flags:
    """Which of these rows lie in a box, its rims included."""
    south, west, north, east = (round(side * DEGREE) for side in (box.south, box.west, box.north, box.east))
    latitude, longitude = at.of(rows.latitude), at.of(rows.longitude)
    inside = (latitude >= south) & (latitude <= north)
    if west > east:
        return inside & ((longitude >= west) | (longitude <= east))
    # Columns have the antimeridian as -180 only.
    wraps = (longitude == -180 * DEGREE) if east == 180 * DEGREE else np.False_
    return inside & (((longitude >= west) & (longitude <= east)) | wraps)
