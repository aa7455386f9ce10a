"""A folder as `seed/places`, with a handful of invented towns: the whole table takes seconds to make."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from meetings.gazetteer import place_key

#: Name, other names, country, code of the region, latitude, longitude, people, zone; by country and code.
TOWNS = (
    ("Lamplight", ("Laternenlicht",), "DE", "01", 48.1, 11.5, 900_000, "Europe/Berlin"),
    ("Ferry Lane", (), "US", "ME", 44.2, -69.1, 40_000, "America/New_York"),
    ("Lantern Falls", (), "US", "ME", 45.0, -69.0, 0, "America/New_York"),
    ("Lantern Falls", ("Lanterne",), "US", "OK", 36.1, -95.9, 400_000, "America/Chicago"),
    ("Guymon Lane", (), "US", "OK", 36.7, -101.5, 12_000, "America/Denver"),
)
REGIONS = (
    "country\tcode\tname\talso\tparts",
    "DE\t01\tBeacon Land\tLeuchtland|BL\t",
    "US\tME\tMaine\t\tHarbour County",
    "US\tOK\tOklahoma\tOkla\t",
    "US\t=PR\tPuerto Rico\tPR\t",
)


def write_seed(folder: Path, towns: tuple[tuple[Any, ...], ...] = TOWNS) -> Path:
    """The folder, with the two files that the table is made of."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "regions.tsv").write_text("\n".join(REGIONS) + "\n", "utf-8")
    zones = sorted({town[7] for town in towns})
    areas = list(dict.fromkeys((town[2], town[3]) for town in towns))
    terms: dict[bytes, list[int]] = defaultdict(list)
    for row, (name, others, *_) in enumerate(towns):
        terms[place_key(name).encode()].append(row * 2)
        for other in others:
            terms[place_key(other).encode()].append(row * 2 + 1)
    np.savez(
        folder / "places.npz",
        names=_texts(town[0] for town in towns),
        latitudes=np.array([round(town[4] * 100_000) for town in towns], np.int32),
        longitudes=np.array([round(town[5] * 100_000) for town in towns], np.int32),
        populations=np.array([town[6] for town in towns], np.uint32),
        zones=np.array([zones.index(town[7]) for town in towns], np.uint16),
        origins=np.zeros(len(towns), np.uint8),
        zone_names=_texts(zones),
        areas=_texts("\t".join(area) for area in areas),
        area_starts=np.array([[(t[2], t[3]) for t in towns].index(area) for area in areas], np.uint32),
        terms=_texts(term.decode() for term in sorted(terms)),
        term_counts=np.array([len(terms[term]) for term in sorted(terms)], np.uint16),
        term_rows=np.array([row for term in sorted(terms) for row in terms[term]], np.uint32),
        zips=np.array([4001, 73001], np.uint32),
        zip_latitudes=np.array([4_430_000, 3_610_000], np.int32),
        zip_longitudes=np.array([-6_910_000, -9_590_000], np.int32),
        zip_zones=np.array([zones.index("America/New_York"), zones.index("America/Chicago")], np.uint16),
        zip_towns=np.array([0, 1], np.uint32),
        zip_town_names=_texts(["Ferry Lane", "Lantern Falls"]),
        zip_states=np.array([0, 1], np.uint8),
        zip_state_names=_texts(["ME", "OK"]),
    )
    return folder


def _texts(lines: Any) -> Any:
    return np.frombuffer("".join(f"{line}\n" for line in lines).encode(), np.uint8)
