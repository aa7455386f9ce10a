"""The source formats we read, by the name a source is added with."""

from __future__ import annotations

from collections.abc import Mapping

from importers import bmlt, meeting_guide, native
from importers.protocol import Importer

IMPORTERS: Mapping[str, Importer] = {
    "bmlt": bmlt,
    "meeting_guide": meeting_guide,
    "native": native,
}
