"""Positions: two numbers in degrees, or nothing."""

from __future__ import annotations

import math

#: Six decimals are a tenth of a metre; more of them only make a list look changed.
_DECIMALS = 6


def read_degrees(value: object) -> float | None:
    """A finite number, written as one or as text; None: it is not."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and len(value) > 40:
        return None
    try:
        degrees = float(value)
    except (ValueError, OverflowError):
        return None
    return round(degrees, _DECIMALS) if math.isfinite(degrees) else None


def read_point(latitude: object, longitude: object) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; None: not both are, in range. 0, 0 is what programs write for none."""
    lat, lon = read_degrees(latitude), read_degrees(longitude)
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180 or (lat == 0 and lon == 0):
        return None
    return lat, lon
