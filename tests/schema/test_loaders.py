"""Related things come in batches: how many statements are run does not depend on how many meetings are shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from meetings.listing import ListedBody, Listing
from meetings.model import Group
from schema.loaders import Batch
from store.database import Database
from tests.builders import a_listing
from tests.schema.conftest import House, id_of

PAGE = """
query ($ids: [ID!]!) {
  meetingsByIds(ids: $ids) {
    name venue { name } formats { name } languages nextOccurrence { meeting { name } }
    serviceBody { name parent { name parent { name } } }
    listings { source { name fellowship { name } } }
    group { name meetings { name serviceBody { name } formats { name } } }
  }
}
"""


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements run meanwhile."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def fifty() -> list[Listing]:
    """Fifty meetings of 25 groups in 25 areas."""
    return [
        a_listing(
            record_key=str(number),
            group=Group(name=f"Group {number % 25}", code=f"G{number % 25}" if number % 2 else None),
            service_body=f"a{number % 25}",
            formats=("OPEN", "STEPS"),
        )
        for number in range(50)
    ]


@pytest.fixture
def full(house: House) -> House:
    areas = [ListedBody(key=f"a{n}", name=f"Area {n}", kind="AREA", parent=f"r{n % 5}") for n in range(25)]
    regions = [ListedBody(key=f"r{n}", name=f"Region {n}", kind="REGION", parent="z") for n in range(5)]
    house.lists(*fifty(), bodies=(*areas, *regions, ListedBody(key="z", name="Zone", kind="ZONE")))
    return house


@pytest.mark.parametrize("many", [1, 10, 50])
def test_statements_do_not_grow_with_the_page(full: House, many: int) -> None:
    with counted(full.database) as statements:
        page = full.data(PAGE, ids=[id_of(str(number)) for number in range(many)])["meetingsByIds"]
    assert page[0]["serviceBody"]["parent"]["parent"]["name"] == "Zone"
    # Meetings, groups, bodies at three levels, sources.
    assert len(statements) == 6


def test_a_page_that_leads_nowhere_runs_one_statement(full: House) -> None:
    with counted(full.database) as statements:
        full.data("query ($ids: [ID!]!) { meetingsByIds(ids: $ids) { name } }", ids=[id_of("1"), id_of("2")])
    assert [text.split()[0] for text in statements] == ["SELECT"]


def test_what_was_announced_is_loaded_with_the_first_that_is_asked_for() -> None:
    loads: list[list[int]] = []

    def load(keys: Any) -> list[str]:
        loads.append(list(keys))
        return [str(key) for key in keys]

    batch: Batch[int, str] = Batch(load)
    batch.announce([1, 2, 3])
    assert [batch.get(2), batch.get(1), batch.get(3), batch.get(9)] == ["2", "1", "3", "9"]
    assert [sorted(keys) for keys in loads] == [[1, 2, 3], [9]]


def test_nothing_is_loaded_twice_even_if_it_leads_to_itself() -> None:
    loads: list[list[int]] = []

    def load(keys: Any) -> list[int]:
        loads.append(list(keys))
        batch.announce(keys)
        return list(keys)

    batch: Batch[int, int] = Batch(load)
    assert batch.get_all([1, 1, 2]) == [1, 1, 2]
    assert batch.get_all([2, 1]) == [2, 1]
    assert batch.get(3) == 3
    assert loads == [[1, 2], [3]] or loads == [[2, 1], [3]]
