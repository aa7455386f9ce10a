"""Towns by name: the one that is meant, and none where nobody can tell which one is."""

import json
import re
from pathlib import Path

import pytest

from importers.places import known_places, read_places, town_point
from meetings.gazetteer import Town, place_key
from meetings.place_seed import PLACES

Point = tuple[float, float]


def _town(city: str | None, region: str | None, country: str | None, postal_code: str | None = None) -> Town:
    town = town_point(city, region, country, postal_code)
    assert town is not None
    return town


def _near(town: Town, point: Point) -> bool:
    return abs(town.latitude - point[0]) < 0.1 and abs(town.longitude - point[1]) < 0.1


# --- Towns that are certain ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("city", "region", "country", "point", "zone"),
    [
        ("Cape Town", None, "ZA", (-33.93, 18.42), "Africa/Johannesburg"),
        ("Nairobi", None, "KE", (-1.28, 36.82), "Africa/Nairobi"),
        ("Tehran", None, "IR", (35.69, 51.42), "Asia/Tehran"),
        ("Mumbai", "Maharashtra", "IN", (19.07, 72.88), "Asia/Kolkata"),
        ("Kyoto", None, "JP", (35.02, 135.75), "Asia/Tokyo"),
        ("Melbourne", "Vic.", "AU", (-37.81, 144.96), "Australia/Melbourne"),
        ("Wellington", "Wellington", "NZ", (-41.29, 174.78), "Pacific/Auckland"),
        ("Warszawa", None, "PL", (52.23, 21.01), "Europe/Warsaw"),
        ("Galway", "Co. Galway", "IE", (53.27, -9.05), "Europe/Dublin"),
        ("Minneapolis", "MN", "US", (44.98, -93.26), "America/Chicago"),
        ("Ciudad de México", None, "MX", (19.43, -99.13), "America/Mexico_City"),
        ("Buenos Aires", None, "AR", (-34.61, -58.38), "America/Argentina/Buenos_Aires"),
        ("São Paulo", "SP", "BR", (-23.55, -46.64), "America/Sao_Paulo"),
    ],
)
def test_city_is_found_on_every_continent(city: str, region: str, country: str, point: Point, zone: str) -> None:
    town = _town(city, region, country)
    assert _near(town, point)
    assert (town.country, town.zone) == (country, zone)


def test_town_tells_region_and_people() -> None:
    town = _town("Edmonton", "AB", "CA")
    assert (town.name, town.region, town.zone) == ("Edmonton", "Alberta", "America/Edmonton")
    assert town.population > 1_000_000


@pytest.mark.parametrize(
    ("city", "point"),
    [
        ("Edmonton", (53.55, -113.47)),
        ("St. Albert", (53.63, -113.64)),
        ("Sherwood Park", (53.52, -113.32)),
        ("Spruce Grove", (53.53, -113.92)),
        ("Stony Plain", (53.53, -114.00)),
        ("Leduc", (53.27, -113.55)),
        ("Fort Saskatchewan", (53.70, -113.21)),
        ("Camrose ", (53.02, -112.83)),
        ("Maskwacis", (52.83, -113.45)),
        ("Onoway", (53.70, -114.20)),
        ("Gunn", (53.73, -114.34)),
    ],
)
def test_towns_round_edmonton_are_found(city: str, point: Point) -> None:
    assert _near(_town(city, "Alberta", "CA"), point)


@pytest.mark.parametrize(
    ("borough", "point"),
    [
        ("Brooklyn", (40.65, -73.95)),
        ("Bronx", (40.85, -73.87)),
        ("The Bronx", (40.85, -73.87)),
        ("Queens", (40.68, -73.84)),
        ("Manhattan", (40.78, -73.97)),
        ("Staten Island", (40.56, -74.14)),
        ("New York", (40.71, -74.01)),
    ],
)
def test_boroughs_of_new_york_are_towns_of_their_own(borough: str, point: Point) -> None:
    town = _town(borough, "NY", "US")
    assert town.name.startswith((borough, "The "))
    assert (round(town.latitude, 2), round(town.longitude, 2)) == point


# --- Ways to write a name -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "as_well", "country"),
    [
        ("Łódź", "Lodz", "PL"),
        ("Köln", "Koln", "DE"),
        ("Köln", "COLOGNE", "DE"),
        ("Montréal", "montreal", "CA"),
        ("München", "Munich", "DE"),
        ("Москва", "Moskva", "RU"),
        ("東京", "Tokyo", "JP"),
        ("서울", "Seoul", "KR"),
        ("दिल्ली", "Delhi", "IN"),
        ("تهران", "Tehran", "IR"),
        ("København", "Kobenhavn", "DK"),
        ("Stratford-upon-Avon", "Stratford upon Avon", "GB"),
        ("'s-Hertogenbosch", "s Hertogenbosch", "NL"),
    ],
)
def test_accents_case_hyphens_and_language_do_not_matter(written: str, as_well: str, country: str) -> None:
    assert _town(written, None, country) == _town(as_well, None, country)


@pytest.mark.parametrize(
    ("written", "as_well", "region"),
    [
        ("St. Louis", "Saint Louis", "MO"),
        ("Ft. Worth", "Fort Worth", "TX"),
        ("Mt Vernon", "Mount Vernon", "WA"),
        ("Coeur D Alene", "Coeur d'Alene", "ID"),
        ("Winston Salem", "Winston-Salem", "NC"),
        ("Ofallon", "O’Fallon", "IL"),
    ],
)
def test_saint_and_fort_may_be_short(written: str, as_well: str, region: str) -> None:
    assert _town(written, region, "US") == _town(as_well, region, "US")


@pytest.mark.parametrize("region", ["IL", "il", "Illinois", " ILLINOIS ", "Ill."])
def test_region_may_be_a_name_or_an_abbreviation(region: str) -> None:
    assert _town("Springfield", region, "US").region == "Illinois"


# --- Which one ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("city", "country"),
    [("Springfield", "US"), ("Houston", "US"), ("Newport", "GB"), ("Frankfurt", "DE"), ("Perth", "AU")],
)
def test_town_of_which_there_are_several_needs_a_region(city: str, country: str) -> None:
    assert town_point(city, None, country, None) is None


@pytest.mark.parametrize(
    ("region", "country", "zone"),
    [("ON", "CA", "America/Toronto"), ("Ontario", None, "America/Toronto"), (None, "GB", "Europe/London")],
)
def test_london_is_in_ontario_or_in_england(region: str | None, country: str | None, zone: str) -> None:
    assert _town("London", region, country).zone == zone


def test_nothing_is_guessed_without_region_and_country() -> None:
    assert town_point("London", None, None, None) is None


def test_capital_needs_no_region_beside_a_village_of_its_name() -> None:
    assert _town("Berlin", None, "DE").population > 3_000_000


@pytest.mark.parametrize("city", ["Bryn Mawr", "Morrisville"])
def test_two_towns_of_one_name_in_one_state_are_not_told_apart(city: str) -> None:
    assert town_point(city, "PA", "US", None) is None


def test_region_of_another_country_is_a_contradiction() -> None:
    assert town_point("Toronto", "Ontario", "US", None) is None


def test_letters_that_are_a_province_there_are_no_contradiction() -> None:
    assert _town("Milano", "MI", "IT").region == "Lombardy"


def test_region_that_nobody_knows_counts_as_none() -> None:
    assert _town("Edmonton", "Near the river", "CA") == _town("Edmonton", None, "CA")


@pytest.mark.parametrize(("city", "country"), [("Wales", "GB"), ("Nebraska", "US"), ("New York", "US"), ("LA", "US")])
def test_region_that_stands_for_a_town_is_no_town(city: str, country: str) -> None:
    assert town_point(city, None, country, None) is None


def test_town_elsewhere_in_the_country_is_not_taken_for_one_in_the_region() -> None:
    assert town_point("Edmonton", "BC", "CA", None) is None


@pytest.mark.parametrize("country", ["US", "PR"])
def test_territory_is_a_state_or_a_country(country: str) -> None:
    region = "PR" if country == "US" else None
    assert _town("San Juan", region, country, "00901").zone == "America/Puerto_Rico"


# --- Postcodes of the United States -------------------------------------------------------------


@pytest.mark.parametrize("postal_code", ["62701", "62701-1001", " 62701 ", "627011001"])
def test_postcode_tells_the_point(postal_code: str) -> None:
    assert _near(_town(None, "IL", "US", postal_code), (39.80, -89.65))


def test_postcode_tells_which_of_two_towns() -> None:
    assert _near(_town("Bryn Mawr", "PA", "US", "19010"), (40.02, -75.33))


def test_postcode_with_its_state_needs_no_country() -> None:
    assert _town("Springfield", "Illinois", None, "62701").country == "US"


def test_five_digits_without_state_and_country_are_any_country() -> None:
    assert town_point("Paris", None, None, "75460") is None


def test_postcode_of_another_country_is_not_looked_up() -> None:
    assert _town("Paris", None, "FR", "75460").country == "FR"


def test_postcode_of_another_state_is_left_aside() -> None:
    assert _near(_town("Springfield", "IL", "US", "01103"), (39.80, -89.64))


def test_postcode_far_from_its_town_is_a_contradiction() -> None:
    assert town_point("Syracuse", "NY", "US", "14424") is None


def test_postcode_without_state_counts_at_its_town_only() -> None:
    assert _town("Springfield", None, "US", "62701").region == "Illinois"
    assert town_point("Chicago", None, "US", "62701") is None


def test_postcode_tells_of_a_quarter_that_the_tables_lack() -> None:
    assert _town("Quarter of no name", "PA", "US", "19010").name == "Bryn Mawr"


# --- What cannot be known -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("city", "region", "country", "postal_code"),
    [
        ("Nowhere Whatsoever", "AB", "CA", None),
        (None, "AB", "CA", None),
        ("", "", "", ""),
        ("Edmonton", None, "XX", None),
        ("...", "---", "US", "00000"),
        ("\ud800", "\ud800", "CA", "\ud800"),
        ("\x00\n\t", "AB", "CA", "T6E 4E8"),
        ("Edmonton " * 10_000, "AB " * 10_000, "CA", "6" * 10_000),
        ("St Ft Mt " * 10, "TX", "US", "٦٢٧٠١"),
    ],
)
def test_what_is_no_town_is_none(city: str | None, region: str, country: str, postal_code: str | None) -> None:
    assert town_point(city, region, country, postal_code) is None


def test_tables_are_read_from_any_folder(tmp_path: Path) -> None:
    for name in ("places.npz", "regions.tsv"):
        (tmp_path / name).symlink_to(PLACES / name)
    assert len(read_places(tmp_path).populations) == len(known_places().populations)


# --- Real lists ---------------------------------------------------------------------------------


@pytest.mark.real_lists
def test_every_meeting_of_a_list_without_coordinates_gets_its_towns_point(real_lists: Path) -> None:
    records = json.loads((real_lists / "meeting-guide" / "edmonton.json").read_text("utf-8"))
    found = {}
    for record in records:
        parts = [part.strip() for part in record["address"].split(",")][:-1]
        postal_code = parts.pop() if re.fullmatch(r"[A-Z]\d[A-Z] ?\d[A-Z]\d", parts[-1]) else None
        found[parts[-2]] = town_point(parts[-2], parts[-1], "CA", postal_code)
    assert len(records) == 315
    assert {city: town and place_key(town.name) for city, town in found.items()} == {
        city: place_key(city) for city in found
    }


@pytest.mark.real_lists
def test_towns_of_a_list_with_coordinates_are_where_its_meetings_are(real_lists: Path) -> None:
    records = json.loads((real_lists / "meeting-guide" / "minneapolis-2018.json").read_text("utf-8"))
    address = re.compile(r"(?:.*, )?([^,]+), ([A-Z]{2}) ([0-9]{5}), USA")
    far, told = [], 0
    for record in records:
        if record["latitude"] and (written := address.fullmatch(record["formatted_address"])):
            town = _town(written[1], written[2], "US", written[3])
            told += 1
            if abs(town.latitude - float(record["latitude"])) > 0.25:
                far.append(record["slug"])
    assert told > 1000
    assert far == []
