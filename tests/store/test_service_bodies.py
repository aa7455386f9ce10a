"""Service bodies are found by whoever is right above them."""

import pytest

from meetings.listing import ListedBody, service_body_id
from store.database import Database
from store.service_bodies import names_of_service_bodies, put_service_bodies
from tests.builders import NOW

REGION, AREA = (service_body_id("lantern", key) for key in ("r", "a"))


@pytest.fixture
def tree(listed: Database) -> Database:
    """A region and an area in it."""
    bodies = [
        ListedBody(key="r", name="Río Region", kind="REGION"),
        ListedBody(key="a", name="Lantern Area", kind="AREA", parent="r"),
    ]
    with listed.write() as write:
        put_service_bodies(write, "lantern", bodies, run_id="1", now=NOW)
    return listed


def named(tree: Database, parent: str | None) -> set[tuple[str, str]]:
    with tree.read() as read:
        return set(names_of_service_bodies(read, parent))


def test_those_below_a_body_are_named_and_without_one_all_are(tree: Database) -> None:
    assert named(tree, None) == {("Río Region", REGION), ("Lantern Area", AREA)}
    assert named(tree, REGION) == {("Lantern Area", AREA)}
    assert named(tree, AREA) == set()


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "a' OR 1=1 --", "%"])
def test_nothing_is_below_what_is_no_id(tree: Database, text: str) -> None:
    assert named(tree, text) == set()
