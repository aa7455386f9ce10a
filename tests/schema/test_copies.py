"""A copy that is kept by `changes` is right whatever happens, with several of them at once and on both databases."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from graphql import GraphQLSchema

from meetings.listing import Listing
from meetings.model import VenueType
from meetings.source import ImportPlan
from store.database import Database
from store.migration import migrate
from store.sources import put_source, remove_source
from store.suspensions import suspend_meetings
from store.vocabulary import get_vocabulary, put_vocabulary
from tests.amounts import many
from tests.builders import NOW, a_listing, a_recurrence, a_source, a_venue
from tests.schema.conftest import House, id_of, placed
from tests.schema.copies import Copy
from tests.search.worlds import vocabulary_documents

KEYS = range(1, 13)
SOURCES = ("lantern", "harbour")


@dataclass(slots=True)
class Life:
    """A list to which anything happens. Two sources, which list some of the same meetings."""

    house: House
    random: Random
    shown: dict[tuple[str, int], str] = field(default_factory=dict)

    def listing(self, key: int) -> Listing:
        """At one of a few places, so that it is the same as another source's at times."""
        random, place = self.random, self.random.choice([key, key % 4])
        return a_listing(
            record_key=str(key),
            name=random.choice(["First Light", "Harbour Lights", "Áurea"]),
            recurrence=None if random.random() < 0.1 else a_recurrence(),
            venue=a_venue(latitude=10.0 + place, street=f"{place} Lane"),
            venue_type=random.choice([VenueType.IN_PERSON, VenueType.IN_PERSON, VenueType.HYBRID]),
            languages=random.choice([(), ("pt",)]),
            formats=random.choice([(), ("OPEN",), ("WOMEN",)]),
        )

    def imports(self) -> None:
        random, source = self.random, self.random.choice(SOURCES)
        keys = random.sample(KEYS, random.randint(1, 4))
        known = [key for key in keys if (source, key) in self.shown]
        gone = [key for key in known if random.random() < 0.3]
        self.house.carries_out(
            ImportPlan(
                source_id=source,
                added=tuple(placed(self.listing(key), source) for key in keys if key not in known),
                changed=tuple(placed(self.listing(key), source) for key in known if key not in gone),
                withdrawn=tuple(id_of(str(key), source) for key in gone),
            )
        )
        self.shown |= dict.fromkeys(((source, key) for key in keys), "")

    def _some_id(self) -> str:
        source, key = self.random.choice(sorted(self.shown)) if self.shown else ("lantern", 1)
        return id_of(str(key), source)

    def suspends(self) -> None:
        first = self.house.now.date() + timedelta(days=self.random.randint(-1, 6))
        last = self.random.choice([None, first + timedelta(days=self.random.randint(0, 9))])
        with self.house.database.write() as write:
            suspend_meetings(write, [self._some_id()], first=first, last=last, note=None, now=self.house.now)

    def reports(self) -> None:
        query, id = (
            "mutation($id: ID!) { reportMeeting(meetingId: $id, kind: NOT_MEETING) { accepted } }",
            self._some_id(),
        )
        for number in range(3):
            self.house.network = f"10.0.{number}.0/24"
            self.house.ask(query, id=id)

    def waits(self) -> None:
        self.house.now += timedelta(hours=self.random.choice([1, 9, 30, 80]))

    def loses_a_source(self) -> None:
        if self.random.random() < 0.2:
            with self.house.database.write() as write:
                remove_source(write, "harbour", now=self.house.now)
                put_source(write, a_source(id="harbour", added_at=NOW + timedelta(hours=1)))

    def indexes(self) -> None:
        self.house.builds_index()


def a_filter(random: Random) -> dict[str, Any] | None:
    """Any of those that do not depend on now."""
    parts: list[dict[str, Any]] = [
        {"venueTypes": ["HYBRID"]},
        {"formats": {"none": ["WOMEN"]}},
        {"languages": ["pt"]},
        {"sources": ["harbour"]},
        {"exclude": {"sources": ["harbour"]}},
        {"statuses": ["ACTIVE", "SUSPENDED"]},
        {"statuses": ["UNCONFIRMED"]},
        {"place": {"near": {"latitude": 12, "longitude": -74}, "radiusKm": 200, "orOnline": random.random() < 0.5}},
        {"place": {"box": {"south": 11, "north": 14.5, "west": -80, "east": -70}}},
        {"time": {"byAppointment": True}},
        {"ids": [id_of(str(key), source) for key in (1, 2, 3, 4, 5) for source in SOURCES]},
        {"exclude": {"ids": [id_of("1"), id_of("1", "harbour")]}},
        {"concerns": ["DRUGS"]},
    ]
    chosen = random.sample(parts, random.choice([0, 1, 1, 2]))
    return {name: value for part in chosen for name, value in part.items()} or None


@pytest.fixture
def new_house(
    house: House, seeded: bytes, tmp_path: Path, graphql_schema: GraphQLSchema
) -> Iterator[Callable[[int], House]]:
    """Houses, each with a list of its own."""
    databases = []

    def new(number: int) -> House:
        path = tmp_path / f"{number}.sqlite"
        path.write_bytes(seeded)
        databases.append(Database(f"sqlite:///{path}"))
        with databases[-1].read() as read:
            vocabulary = get_vocabulary(read)
        return House(
            database=databases[-1], schema=graphql_schema, vocabulary=vocabulary, folder=tmp_path / f"index {number}"
        )

    yield new
    for database in databases:
        database.close()


def any_life(house: House, seed: int, steps: int = 30) -> None:
    """Anything happens, several copies look at it now and then, and in the end each has what it would be shown."""
    random = Random(seed)
    life = Life(house, random)
    with house.database.write() as write:
        put_source(write, a_source(id="harbour", added_at=NOW + timedelta(hours=1)))
    life.imports()
    life.indexes()
    copies = [Copy(house, a_filter(random)) for _ in range(4)]
    doings = [life.imports] * 4 + [life.suspends, life.reports, life.waits, life.loses_a_source] + [life.indexes] * 4
    for _ in range(steps):
        random.choice(doings)()
        for copy in copies:
            if random.random() < 0.4:
                copy.turns_page(first=random.randint(1, 6))
    # Suspensions are judged by days of UTC, and shown by those of the place: at noon both are of one mind.
    house.now = (house.now + timedelta(days=3)).replace(hour=12)
    life.indexes()
    for copy in copies:
        copy.catches_up(first=random.randint(1, 20))
        copy.is_right()


@pytest.mark.parametrize("seed", range(6))
def test_a_copy_is_right_whatever_happens(new_house: Callable[[int], House], seed: int) -> None:
    any_life(new_house(seed), seed)


@pytest.mark.postgresql
def test_a_copy_is_right_on_postgresql(postgres_url: str, graphql_schema: GraphQLSchema, tmp_path: Path) -> None:
    database = Database(postgres_url)
    migrate(database)
    with database.write() as write:
        put_vocabulary(write, *vocabulary_documents())
        put_source(write, a_source())
    with database.read() as read:
        vocabulary = get_vocabulary(read)
    any_life(House(database=database, schema=graphql_schema, vocabulary=vocabulary, folder=tmp_path / "index"), 3)
    database.close()


@pytest.mark.long
def test_hundreds_of_copies_are_right_whatever_happens(new_house: Callable[[int], House]) -> None:
    for seed in range(100, 100 + many(80)):
        any_life(new_house(seed), seed)
