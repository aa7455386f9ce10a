"""Places by name: the one that people mean comes first, however they spell it."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import log10
from pathlib import Path
from random import Random
from string import ascii_lowercase

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.errors import PlaceNotFound
from meetings.gazetteer import place_key
from meetings.places import PlaceKind
from meetings.zones import zone
from search.place_files import PlaceFiles, PlaceHolder, publish_places, read_places
from search.place_table import Naming, PlaceTable
from search.places import LONGEST, Match, PlaceFinder
from tests.search.place_seeds import TOWNS, write_seed


def _first(places: PlaceFinder, text: str, country: str | None = None) -> str:
    found = places.find(text, country, 5)
    return found[0].place.label if found else "nothing"


GOLDEN = (
    ("Philedelphia", None, "Philadelphia, Pennsylvania, US"),
    ("Londn", None, "London, England, GB"),
    ("Koln", None, "Köln, North Rhine-Westphalia, DE"),
    ("Wien", None, "Vienna, Vienna, AT"),
    ("Łódź", None, "Łódź, Łódź Voivodeship, PL"),
    ("Lodz", None, "Łódź, Łódź Voivodeship, PL"),
    ("Munchen", None, "Munich, Bavaria, DE"),
    ("Muenchen", None, "Munich, Bavaria, DE"),
    ("Sao Paulo", None, "São Paulo, São Paulo, BR"),
    # Twenty times as many people as that of Florida, which whoever asks for the United States gets.
    ("St Petersburg", None, "Saint Petersburg, St.-Petersburg, RU"),
    ("St Petersburg", "US", "St. Petersburg, Florida, US"),
    ("st. petersburg fl", None, "St. Petersburg, Florida, US"),
    ("Москва", None, "Moscow, Moscow, RU"),
    ("東京", None, "Tokyo, Tokyo, JP"),
    ("القاهرة", None, "Cairo, Cairo, EG"),
    ("Kobenhavn", None, "Copenhagen, Capital Region, DK"),
    ("Bruxelles", None, "Brussels, Brussels Capital, BE"),
    ("Montreal", None, "Montréal, Quebec, CA"),
    ("Montrael", None, "Montréal, Quebec, CA"),
    ("Bombay", None, "Mumbai, Maharashtra, IN"),
    ("Dublin", None, "Dublin, Leinster, IE"),
    ("Dublin, CA", None, "Dublin, California, US"),
    ("10001", None, "New York 10001, New York, US"),
    ("90210", None, "Beverly Hills 90210, California, US"),
    ("Tulsa, OK 74103-1234", None, "Tulsa 74103, Oklahoma, US"),
    ("Los Angeles CA 90012", None, "Los Angeles 90012, California, US"),
    ("OK 74103", None, "Tulsa 74103, Oklahoma, US"),
    # Postcodes of other countries, which New York and Texas have as well.
    ("Berlin 10115", None, "Berlin, State of Berlin, DE"),
    ("10115 Berlin", None, "Berlin, State of Berlin, DE"),
    ("75001 Paris, France", None, "Paris, Île-de-France, FR"),
    ("Frankfrut am Main", None, "Frankfurt am Main, Hesse, DE"),
    ("Cambridge", "GB", "Cambridge, England, GB"),
    ("Paris", None, "Paris, Île-de-France, FR"),
    ("Paris", "US", "Paris, Texas, US"),
    ("Springfield, IL", None, "Springfield, Illinois, US"),
    ("Springfield, Illinois, USA", None, "Springfield, Illinois, US"),
    ("tulsa ok", None, "Tulsa, Oklahoma, US"),
    ("portland me", None, "Portland, Maine, US"),
    ("Maidstone, Kent", None, "Maidstone, England, GB"),
    ("New York", None, "New York City, New York, US"),
    ("san fran", None, "San Francisco, California, US"),
    ("NYC", None, "New York City, New York, US"),
    ("Califronia", None, "California, US"),
    ("Oklahoma", None, "Oklahoma, US"),
    ("West Virginia", None, "West Virginia, US"),
    ("Scotland", None, "Scotland, GB"),
    ("Deutschland", None, "Germany"),
    ("Mexico", None, "Mexico"),
    ("New Mexico", None, "New Mexico, US"),
)


@pytest.mark.parametrize(("text", "country", "label"), GOLDEN)
def test_first_place_is_the_one_that_people_mean(
    places: PlaceFinder, text: str, country: str | None, label: str
) -> None:
    assert _first(places, text, country) == label


def test_postcode_is_read_as_one_only_where_the_united_states_may_be_meant(places: PlaceFinder) -> None:
    assert places.find("10001", "US", 5)[0].place.kind is PlaceKind.POSTCODE
    assert places.find("10001", "DE", 5) == ()
    assert places.find("00000", None, 5) == ()


def test_postcode_comes_before_the_town_it_lies_in(places: PlaceFinder) -> None:
    found = places.find("Tulsa 74103", None, 2)
    assert [match.place.name for match in found] == ["Tulsa 74103", "Tulsa"]


def test_two_errors_in_the_name_of_a_small_place_are_a_guess_and_not_what_is_meant(places: PlaceFinder) -> None:
    assert places.meant("Philadlphya", None)[0].name == "Philadelphia"
    with pytest.raises(PlaceNotFound):
        places.meant("Bay Area", None)


def test_preferred_country_comes_first_and_leaves_none_out(places: PlaceFinder) -> None:
    found = places.find("Birmingham", "US", 5)
    assert [(match.place.country, match.agrees) for match in found[:1]] == [("US", True)]
    assert ("GB", False) in [(match.place.country, match.agrees) for match in found]


def test_place_outside_of_what_the_text_ends_with_does_not_agree(places: PlaceFinder) -> None:
    assert [match.agrees for match in places.find("Chicago, TX", None, 1)] == [False]
    assert [match.agrees for match in places.find("Chicago, IL", None, 1)] == [True]


def test_place_tells_its_kind_point_and_clock(places: PlaceFinder) -> None:
    tulsa = places.find("Tulsa", None, 1)[0].place
    assert (tulsa.kind, tulsa.zone) == (PlaceKind.TOWN, "America/Chicago")
    assert (tulsa.latitude, tulsa.longitude) == pytest.approx((36.154, -95.993), abs=0.01)
    maine = places.find("Maine", None, 1)[0].place
    assert (maine.kind, maine.zone) == (PlaceKind.REGION, "America/New_York")
    japan = places.find("Japan", None, 1)[0].place
    assert (japan.kind, japan.zone) == (PlaceKind.COUNTRY, "Asia/Tokyo")


def test_area_in_which_clocks_differ_has_no_zone(places: PlaceFinder) -> None:
    assert [places.find(text, None, 1)[0].place.zone for text in ("Texas", "Canada")] == [None, None]


def test_every_zone_is_one_that_we_know(places: PlaceFinder) -> None:
    assert [name for name in places.table.zone_names if zone(name) is None] == []


def test_answer_has_no_place_twice_and_is_the_same_again(places: PlaceFinder) -> None:
    found = places.find("San", None, 100)
    assert len({match.row for match in found}) == len(found) == 100
    assert PlaceFinder(places.table).find("San", None, 100) == found


def test_fewer_are_the_first_of_more(places: PlaceFinder) -> None:
    assert places.find("Springfield", None, 3) == places.find("Springfield", None, 20)[:3]


@pytest.mark.parametrize(
    "text", ["", " ", ",", "...", "\x00", "\ud800", "\u200d\u200b", "☃", "a" * 10_000, "ab " * 5_000, "9" * 500, "%_*?"]
)
def test_what_names_nothing_finds_nothing(places: PlaceFinder, text: str) -> None:
    assert all(isinstance(match, Match) for match in places.find(text, None, 5))


@given(st.text(max_size=LONGEST + 20), st.sampled_from([None, "US", "DE", "XX"]))
def test_any_text_is_answered(places: PlaceFinder, text: str, country: str | None) -> None:
    assert len(places.find(text, country, 3)) <= 3


def test_threads_share_a_finder(places: PlaceFinder) -> None:
    texts = [text for text, _, _ in GOLDEN] * 20
    finder = PlaceFinder(places.table)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda text: finder.find(text, None, 2), texts))
    assert found == [places.find(text, None, 2) for text in texts]


def edited(random: Random, text: str) -> str:
    """The text with a letter more, less, another, or two swapped."""
    at = random.randrange(1, len(text))
    letter = random.choice(ascii_lowercase)
    return random.choice(
        (
            text[:at] + letter + text[at:],
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at + 1 :],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
        )
    )


@pytest.mark.long
def test_town_with_one_error_in_its_name_is_among_the_first_five_in_its_country(tmp_path: Path) -> None:
    files = PlaceFiles(folder=tmp_path)
    publish_places(files)
    table = read_places(files.home())
    assert table is not None
    finder, random = PlaceFinder(table), Random(3)
    towns = np.unique(table.postings[(table.weight > log10(15_000)) & (table.postings & 3 == Naming.NAME)] >> 2)
    tried, missed = 0, []
    for row in random.sample(towns[towns < table.towns].tolist(), 600):
        name = place_key(table.names.at(row))
        if re.fullmatch("[a-z ]{5,}", name):
            text, tried = edited(random, name), tried + 1
            if row not in {match.row for match in finder.find(text, table.country_of(row), 5)}:
                missed.append((name, text))
    assert tried > 500
    # What is left are letters that spell another place.
    assert len(missed) / tried < 0.03, missed


# --- Files --------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> PlaceFiles:
    """A table of few towns, not made yet."""
    return PlaceFiles(folder=tmp_path / "places", seed=write_seed(tmp_path / "seed"))


def _labels(table: PlaceTable | None, text: str) -> list[str]:
    assert table is not None
    return [match.place.label for match in PlaceFinder(table).find(text, None, 5)]


def test_table_is_made_once_and_read_from_then_on(files: PlaceFiles) -> None:
    assert publish_places(files) is True
    assert publish_places(files) is False
    assert [path.name for path in files.folder.iterdir()] == [files.home().name]
    assert _labels(read_places(files.home()), "Lantern Fals") == [
        "Lantern Falls, Oklahoma, US",
        "Lantern Falls, Maine, US",
    ]


def test_another_choice_is_another_table_and_the_old_one_goes(files: PlaceFiles) -> None:
    publish_places(files)
    larger = replace(files, least_people=1_000)
    publish_places(larger)
    assert [path.name for path in files.folder.iterdir()] == [larger.home().name]
    assert _labels(read_places(larger.home()), "lantern falls") == ["Lantern Falls, Oklahoma, US"]


def test_another_seed_is_another_table(files: PlaceFiles) -> None:
    home = files.home()
    write_seed(files.seed, TOWNS[1:])
    assert files.home() != home


def test_broken_table_is_no_table_and_is_made_anew(files: PlaceFiles) -> None:
    publish_places(files)
    (files.home() / "postings.npy").write_bytes(b"")
    assert read_places(files.home()) is None
    assert publish_places(files) is True
    assert read_places(files.home()) is not None


def test_holder_finds_the_table_when_it_is_there_and_looks_once_a_second(files: PlaceFiles) -> None:
    now = 0.0
    holder = PlaceHolder(files=files, clock=lambda: now)
    assert holder.current() is None
    publish_places(files)
    now = 0.5
    assert holder.current() is None
    now = 1.0
    finder = holder.current()
    assert finder is not None
    assert holder.current() is finder


def test_regions_and_countries_are_made_of_their_towns(files: PlaceFiles) -> None:
    publish_places(files)
    table = read_places(files.home())
    assert table is not None
    finder = PlaceFinder(table)
    oklahoma, states, germany = (finder.find(text, None, 1)[0].place for text in ("okla", "USA", "Germany"))
    assert (oklahoma.kind, oklahoma.name, oklahoma.zone) == (PlaceKind.REGION, "Oklahoma", None)
    assert (oklahoma.latitude, oklahoma.longitude) == pytest.approx((36.1, -96.1), abs=0.1)
    assert (states.kind, states.country, germany.zone) == (PlaceKind.COUNTRY, "US", "Europe/Berlin")


def test_town_without_inhabitants_we_know_of_is_found_in_its_region(files: PlaceFiles) -> None:
    publish_places(files)
    assert _labels(read_places(files.home()), "lantern falls, harbour county")[0] == "Lantern Falls, Maine, US"
