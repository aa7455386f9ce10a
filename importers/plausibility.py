"""The step between parsing and planning that looks for what is valid and hardly true; see `meetings.checks`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import tzfpy

from meetings.checks import check_listings
from meetings.listing import Parsed


def with_doubts(parsed: Parsed) -> Parsed:
    """What was parsed, with a finding for each doubt; nothing else changes."""
    return replace(parsed, findings=(*parsed.findings, *check_listings(parsed.listings, zones_at=zones_at)))


def zones_at(point: tuple[float, float]) -> Sequence[str]:
    """The zones that claim a point in degrees, several where they are disputed; `Etc/…` on the open sea."""
    return tzfpy.get_tzs(point[1], point[0])
