"""The source formats we read, by the name a source is added with."""

from __future__ import annotations

from collections.abc import Mapping

from importers import bmlt, icalendar_list, mapped, meeting_guide, native, naws, spreadsheet
from importers.protocol import Importer

IMPORTERS: Mapping[str, Importer] = {
    "bmlt": bmlt,
    "icalendar": icalendar_list,
    "mapped": mapped,
    "meeting_guide": meeting_guide,
    "native": native,
    "naws": naws,
    "spreadsheet": spreadsheet,
}
