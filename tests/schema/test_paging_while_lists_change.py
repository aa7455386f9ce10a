"""Pages of a list that changes meanwhile: what matched all the time comes once, wherever the others went."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graphql import GraphQLSchema
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.listing import Listing
from meetings.model import Weekday
from meetings.source import ImportPlan
from tests.builders import a_listing, a_recurrence
from tests.schema.conftest import House, a_house, id_of, placed

WEEKDAYS = tuple(Weekday)
#: Of most filters and orders some meetings match and some do not.
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"time": {"days": ["MONDAY", "TUESDAY", "FRIDAY"]}},
    {"formats": {"any": ["OPEN"]}},
    {"place": {"near": {"latitude": 40.7128, "longitude": -74.006}, "radiusKm": 50}},
)
ORDERS = ("NEXT_START", "NAME", None)
WALK = """query ($after: String, $first: Int, $filter: MeetingFilter, $orderBy: MeetingOrder) {
  meetings(after: $after, first: $first, filter: $filter, orderBy: $orderBy) {
    nodes { id } pageInfo { hasNextPage endCursor } } }"""


def listing(key: int, seed: int) -> Listing:
    """One of many meetings; what it is called, when it is and of which formats depend on the seed."""
    return a_listing(
        record_key=str(key),
        name=f"Meeting {seed % 5}",
        recurrence=a_recurrence(weekday=WEEKDAYS[seed % 7]),
        formats=("OPEN",) if seed % 3 else ("CLOSED",),
    )


@dataclass(slots=True)
class Walk:
    """Somebody who goes from page to page; `steady`: keys of those that are in the list, as they were, all the time."""

    house: House
    asked: dict[str, Any]
    listings: dict[int, Listing]
    steady: set[int] = field(default_factory=set)
    came: list[str] = field(default_factory=list)
    after: str | None = None
    ended: bool = False

    def page(self, first: int) -> None:
        """The next page, if there is one."""
        if self.ended:
            return
        found = self.house.data(WALK, after=self.after, first=first, **self.asked)["meetings"]
        assert len(found["nodes"]) <= first
        self.came += [node["id"] for node in found["nodes"]]
        self.after, self.ended = found["pageInfo"]["endCursor"], not found["pageInfo"]["hasNextPage"]

    def change(self, what: str, key: int, seed: int) -> None:
        """An import in which one meeting comes, goes, is another, or only has another note."""
        known = self.listings.get(key)
        if what == "go" and known:
            del self.listings[key]
            self.steady.discard(key)
            self._carry_out(withdrawn=(id_of(str(key)),))
        elif what == "note" and known:
            self.listings[key] = replace(known, notes=f"Note {seed}")
            self._carry_out(changed=(placed(self.listings[key]),))
        elif what == "move" and known:
            self.listings[key] = listing(key, seed)
            self.steady.discard(key)
            self._carry_out(changed=(placed(self.listings[key]),))
        elif what == "come" and key >= _FIRST and key not in self.listings:
            self.listings[key] = listing(key, seed)
            self._carry_out(added=(placed(self.listings[key]),))

    def _carry_out(self, **parts: Any) -> None:
        self.house.carries_out(ImportPlan(source_id="lantern", **parts))
        self.house.builds_index()


#: Meetings that are there at first; one that went is not told again, for then it would not come but return.
_FIRST = 12
_KEYS = st.integers(0, 3 * _FIRST)
_STEPS = st.one_of(
    st.tuples(st.just("page"), st.integers(1, 4), st.just(0)),
    st.tuples(st.sampled_from(("go", "note", "move", "come")), _KEYS, st.integers(0, 104)),
)


@contextmanager
def a_walk(seeded: bytes, schema: GraphQLSchema, asked: dict[str, Any]) -> Iterator[Walk]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "homegroup.sqlite")
        path.write_bytes(seeded)
        with a_house(f"sqlite:///{path}", Path(folder), schema) as house:
            listings = {key: listing(key, key) for key in range(_FIRST)}
            house.lists(*listings.values())
            yield Walk(house=house, asked=asked, listings=listings, steady=set(listings))


# Each example is a database, and each change a new index of it.
@settings(max_examples=25)
@given(st.sampled_from(FILTERS), st.sampled_from(ORDERS), st.lists(_STEPS, max_size=14))
def test_what_matches_all_the_time_comes_once(
    seeded: bytes, graphql_schema: GraphQLSchema, wanted: dict[str, Any], order: str | None, steps: list[Any]
) -> None:
    with a_walk(seeded, graphql_schema, {"filter": wanted, "orderBy": order}) as walk:
        whole = Walk(house=walk.house, asked=walk.asked, listings={})
        whole.page(100)
        gone: set[int] = set()
        for what, number, seed in steps:
            if what == "page":
                walk.page(number)
            elif what != "come" or number not in gone:
                gone |= {number} if what == "go" else set()
                walk.change(what, number, seed)
        while not walk.ended:
            walk.page(3)
        steady = [id for id in whole.came if id in {id_of(str(key)) for key in walk.steady}]
        assert [id for id in walk.came if id in steady] == steady
