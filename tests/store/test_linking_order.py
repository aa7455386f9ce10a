"""The same meeting in several lists is found whatever the order and the size of the steps in which they are told."""

from __future__ import annotations

from datetime import time
from random import Random

import pytest
from sqlalchemy import update

from meetings.listing import Listing
from meetings.model import VenueType
from store.database import Database
from store.linking import follow_links, link_all
from store.migration import migrate
from store.tables import meetings
from tests.builders import NOW, a_listing, a_recurrence, a_venue
from tests.store.telling import HOUR, SOURCES, add_sources, rows, tell


def a_few(random: Random) -> dict[str, list[Listing]]:
    """Three lists of one house, of which many mean the same."""
    venues = [
        a_venue(),
        a_venue(latitude=40.7133),
        a_venue(street="14 Ferry Lane"),
        a_venue(latitude=None, longitude=None),
    ]
    return {
        source: [
            a_listing(
                record_key=str(key),
                name=random.choice(("First Light", "First Light Group", "Hope", "Hope Fiends", "NA Meeting")),
                venue=random.choice(venues),
                venue_type=random.choice((*VenueType, VenueType.IN_PERSON, VenueType.IN_PERSON)),
                recurrence=a_recurrence(starts=random.choice((time(19, 30), time(19, 45)))),
            )
            for key in range(random.randint(1, 5))
        ]
        for source in SOURCES
    }


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_imports_decides_only_the_id(sqlite_url: str, seed: int) -> None:
    told = a_few(Random(seed))
    found = []
    for number, order in enumerate((SOURCES, SOURCES[::-1], ("harbour", "lantern", "meadow"))):
        database = Database(f"{sqlite_url}.{number}")
        migrate(database)
        add_sources(database)
        for source in order:
            tell(database, source, *told[source])
        found.append(partition(database))
        database.close()
    assert found[0] == found[1] == found[2]


def partition(lists: Database) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for id, row in rows(lists).items():
        groups.setdefault(row["shown_as"] or id, set()).add(id)
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize("seed", range(4))
def test_following_each_change_comes_to_what_judging_all_at_once_does(sqlite_url: str, seed: int) -> None:
    random = Random(seed)
    database = Database(sqlite_url)
    migrate(database)
    add_sources(database)
    for source, listings in a_few(random).items():
        tell(database, source, *listings)
    for step in range(4):
        source, held = random.choice(list(a_few(random).items()))
        known = {one.key for one in held} & {
            row["source_key"] for row in rows(database).values() if row["source_id"] == source
        }
        tell(database, source, *(one for one in held if one.key in known), how="changed", at=NOW + step * HOUR)
        followed = partition(database)
        with database.write() as write:
            link_all(write, now=NOW + step * HOUR)
        assert partition(database) == followed
    database.close()


@pytest.mark.parametrize("seed", range(4))
def test_following_a_list_in_pieces_comes_to_what_following_it_whole_does(sqlite_url: str, seed: int) -> None:
    database = Database(sqlite_url)
    migrate(database)
    add_sources(database)
    for source, listings in a_few(Random(seed)).items():
        tell(database, source, *listings)
    whole = rows(database, without=("revision", "updated_at"))
    with database.write() as write:
        write.connection.execute(update(meetings).values(shown_as=None, shown_why=None))
        follow_links(write, list(whole), now=NOW + HOUR, at_once=1)
    assert any(row["shown_as"] for row in whole.values())
    assert rows(database, without=("revision", "updated_at")) == whole
    database.close()
