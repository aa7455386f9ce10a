"""An app's copy of a filter, kept by `changes` and held against the whole list."""

from dataclasses import dataclass, field
from typing import Any

from meetings.listing import Listing
from tests.builders import a_listing, a_venue
from tests.schema.conftest import House

CHANGES = """
query($after: String, $first: Int, $filter: MeetingFilter) {
  changes(after: $after, first: $first, filter: $filter) {
    nodes { id at cursor meeting { id name status updatedAt listings { sourceKey } languages } }
    pageInfo { hasNextPage endCursor startCursor hasPreviousPage }
  }
}"""
ALL = """
query($filter: MeetingFilter) {
  meetings(filter: $filter, first: 100, orderBy: NAME) {
    totalCount nodes { id name status updatedAt listings { sourceKey } languages }
  }
}"""


@dataclass(slots=True)
class Copy:
    """What an app keeps of a filter, and how far it has come."""

    house: House
    filter: dict[str, Any] | None = None
    held: dict[str, Any] = field(default_factory=dict)
    after: str | None = None

    def turns_page(self, first: int = 500) -> dict[str, Any]:
        """One request; whether more follows."""
        asked = {"after": self.after, "first": first, "filter": self.filter}
        page: dict[str, Any] = self.house.data(CHANGES, **asked)["changes"]
        for node in page["nodes"]:
            self.held.pop(node["id"], None)
            if node["meeting"] is not None:
                assert node["meeting"]["id"] == node["id"]
                self.held[node["id"]] = node["meeting"]
        self.after = page["pageInfo"]["endCursor"]
        return page

    def catches_up(self, first: int = 500) -> list[dict[str, Any]]:
        """All there is now."""
        nodes = []
        while True:
            page = self.turns_page(first)
            nodes += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return nodes

    def is_right(self) -> None:
        """Equal to the whole list."""
        found = self.house.data(ALL, filter=self.filter)["meetings"]
        assert found["totalCount"] == len(found["nodes"])
        assert self.held == {node["id"]: node for node in found["nodes"]}


def numbered(key: int, **changes: Any) -> Listing:
    """A listing far from all others."""
    return a_listing(record_key=str(key), venue=a_venue(latitude=10.0 + key, street=f"{key} Lane"), **changes)
