"""What a client sees of a meeting that two sources list."""

from datetime import timedelta

import pytest

from store.sources import put_source, remove_source
from tests.builders import NOW, a_listing, a_source
from tests.schema.conftest import House, id_of

LISTINGS = "query($id: ID!) { meeting(id: $id) { id listings { source { id } sourceKey url } } }"


@pytest.fixture
def linked(house: House) -> House:
    """Listed by `lantern` and, under another key, by `harbour`."""
    with house.database.write() as write:
        put_source(write, a_source(id="harbour", added_at=NOW + timedelta(hours=1)))
    house.lists(a_listing())
    house.lists(a_listing(record_key="7", url="https://harbour.example.org/7"), source="harbour")
    return house


@pytest.mark.parametrize("id", [id_of("1"), id_of("7", "harbour")])
def test_either_id_answers_with_all_sources(linked: House, id: str) -> None:
    assert linked.data(LISTINGS, id=id)["meeting"] == {
        "id": id_of("1"),
        "listings": [
            {"source": {"id": "lantern"}, "sourceKey": "1", "url": None},
            {"source": {"id": "harbour"}, "sourceKey": "7", "url": "https://harbour.example.org/7"},
        ],
    }


def test_it_is_found_once_by_either_source(linked: House) -> None:
    query = "query($s: [ID!]) { meetings(filter: {sources: $s}) { totalCount nodes { id } } }"
    for sources in (["lantern"], ["harbour"], None):
        assert linked.data(query, s=sources)["meetings"] == {"totalCount": 1, "nodes": [{"id": id_of("1")}]}


def test_a_removed_source_lists_it_no_more(linked: House) -> None:
    with linked.database.write() as write:
        remove_source(write, "lantern", now=linked.now)
    found = linked.data(LISTINGS, id=id_of("1"))["meeting"]["listings"]
    assert [listing["sourceKey"] for listing in found] == ["7"]
