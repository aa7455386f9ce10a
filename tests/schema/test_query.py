"""Questions as clients ask them, answered by the read index and the database together."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from meetings.listing import ListedBody, service_body_id
from meetings.model import VenueType, Weekday
from meetings.recurrence import DatedException
from meetings.source import ImportPlan
from store.sources import put_source, set_paused
from tests.builders import a_listing, a_recurrence, a_source, a_venue
from tests.schema.conftest import House, id_of, placed

HERE = {"latitude": 40.7128, "longitude": -74.006}
FIND = """
query ($filter: MeetingFilter, $orderBy: MeetingOrder, $first: Int, $after: String) {
  meetings(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount
    nodes { id }
    edges { cursor distanceKm nextOccurrence { startsAt } node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
DATES = """
query ($filter: MeetingFilter, $from: DateTime, $until: DateTime, $first: Int, $after: String) {
  occurrences(filter: $filter, from: $from, until: $until, first: $first, after: $after) {
    nodes { date cancelled meeting { id } }
    edges { cursor distanceKm }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def found(house: House, **asked: Any) -> list[str]:
    """The keys of the meetings found, in order."""
    keys = {id_of(str(key)): str(key) for key in range(100)}
    return [keys[node["id"]] for node in house.data(FIND, **asked)["meetings"]["nodes"]]


@pytest.fixture
def three(house: House) -> House:
    """Tuesday at the hall, Wednesday a few km off, Thursday online."""
    off = a_venue(latitude=40.75)
    rules = [a_recurrence(weekday=day) for day in (Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY)]
    house.lists(
        a_listing(record_key="1", recurrence=rules[0], formats=("OPEN",)),
        a_listing(record_key="2", recurrence=rules[1], venue=off, name="Off"),
        a_listing(record_key="3", recurrence=rules[2], venue=None, venue_type=VenueType.VIRTUAL, name="Away"),
    )
    return house


def test_without_a_point_what_starts_soonest_comes_first(three: House) -> None:
    assert found(three) == ["1", "2", "3"]


def test_with_a_point_the_nearest_comes_first(three: House) -> None:
    there = {"latitude": 40.75, "longitude": -74.006}
    assert found(three, filter={"place": {"near": there}}) == ["2", "1"]


def test_an_order_may_be_asked_for(three: House) -> None:
    assert found(three, orderBy="NAME") == ["3", "1", "2"]


def test_distance_without_a_point_is_refused(three: House) -> None:
    assert three.error(FIND, orderBy="DISTANCE")["extensions"]["argument"] == "orderBy"


def test_an_edge_tells_distance_and_the_occurrence_that_the_filter_accepts(three: House) -> None:
    asked = {"place": {"near": HERE, "radiusKm": 1}, "time": {"from": "2026-12-01T00:00:00Z"}}
    (edge,) = three.data(FIND, filter=asked)["meetings"]["edges"]
    assert edge["distanceKm"] == pytest.approx(0, abs=0.001)
    assert edge["nextOccurrence"] == {"startsAt": "2026-12-01T19:30:00-05:00"}


def test_pages_follow_one_another_without_gap_or_repeat(three: House) -> None:
    first = three.data(FIND, first=2)["meetings"]
    second = three.data(FIND, first=2, after=first["pageInfo"]["endCursor"])["meetings"]
    assert [node["id"] for node in first["nodes"] + second["nodes"]] == [id_of("1"), id_of("2"), id_of("3")]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert first["totalCount"] == second["totalCount"] == 3


def test_a_page_within_a_span_of_time_goes_on_although_the_clock_did(three: House) -> None:
    asked = {"filter": {"time": {"within": "P5D"}}, "first": 1}
    cursor = three.data(FIND, **asked)["meetings"]["pageInfo"]["endCursor"]
    three.now += timedelta(minutes=3)
    assert found(three, **asked, after=cursor) == ["2"]


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
def test_a_page_holds_one_to_a_hundred(three: House, first: int) -> None:
    assert three.error(FIND, first=first)["extensions"] == {"code": "BAD_INPUT", "argument": "first"}


@pytest.mark.parametrize("after", ["", "nonsense", "ü", "x" * 3000])
def test_a_cursor_that_is_none_of_ours_is_refused(three: House, after: str) -> None:
    assert three.error(FIND, after=after)["extensions"] == {"code": "BAD_INPUT", "argument": "after"}


def test_what_has_just_gone_is_left_out_and_not_null(three: House) -> None:
    three.carries_out(ImportPlan(source_id="lantern", withdrawn=(id_of("2"),)))
    assert found(three) == ["1", "3"]


def test_a_meeting_is_found_by_an_id_it_had_before(three: House) -> None:
    renumbered = replace(placed(a_listing(record_key="77")), meeting_id=id_of("1"))
    three.carries_out(ImportPlan(source_id="lantern", changed=(renumbered,)))
    three.builds_index()
    assert found(three, filter={"ids": [id_of("77"), "M0000000000000"]}) == ["1"]
    assert found(three, filter={"exclude": {"ids": [id_of("77")]}}) == ["2", "3"]


def test_ids_that_lead_nowhere_match_nothing(three: House) -> None:
    assert found(three, filter={"ids": ["nothing"]}) == []
    assert found(three, filter={"sources": ["nothing"]}) == []
    assert found(three, filter={"serviceBodies": ["nothing"]}) == []


def test_before_there_is_an_index_searches_are_unavailable(house: House) -> None:
    assert house.error("{ meetings { totalCount } }")["extensions"]["code"] == "UNAVAILABLE"


def test_only_counting_reads_no_meetings(three: House) -> None:
    assert three.data("{ meetings { totalCount } }") == {"meetings": {"totalCount": 3}}


def test_occurrences_come_soonest_first_and_cancelled_ones_are_marked(house: House) -> None:
    house.lists(a_listing(exceptions=(DatedException(day=date(2026, 11, 24)),)), a_listing(record_key="2", name="Two"))
    window = {"from": "2026-11-24T00:00:00Z", "until": "2026-11-26T00:00:00Z"}
    nodes = house.data(DATES, **window)["occurrences"]["nodes"]
    assert {(node["meeting"]["id"], node["date"], node["cancelled"]) for node in nodes} == {
        (id_of("1"), "2026-11-24", True),
        (id_of("2"), "2026-11-24", False),
    }


def test_occurrences_are_paged(three: House) -> None:
    page = three.data(DATES, first=2)["occurrences"]
    rest = three.data(DATES, first=2, after=page["pageInfo"]["endCursor"])["occurrences"]
    assert [node["date"] for node in page["nodes"] + rest["nodes"]] == ["2026-11-24", "2026-11-25", "2026-11-26"]


def test_a_moved_occurrence_is_found_where_it_is_held(house: House) -> None:
    moved = DatedException(day=date(2026, 11, 24), moved_to=(date(2026, 11, 25), time(18, 0)))
    house.lists(a_listing(exceptions=(moved,)))
    assert [node["date"] for node in house.data(DATES)["occurrences"]["nodes"]] == ["2026-11-25"]


def test_a_window_in_the_filter_is_refused_for_occurrences(three: House) -> None:
    error = three.error(DATES, filter={"time": {"inProgress": True}})
    assert error["extensions"] == {"code": "BAD_INPUT", "argument": "filter.time.inProgress"}


def test_meetings_by_ids_keep_the_order_and_the_gaps(three: House) -> None:
    text = "query ($ids: [ID!]!) { meetingsByIds(ids: $ids) { id } }"
    told = three.data(text, ids=[id_of("2"), "M0000000000000", id_of("1")])["meetingsByIds"]
    assert told == [{"id": id_of("2")}, None, {"id": id_of("1")}]


def test_more_than_a_hundred_ids_are_refused(house: House) -> None:
    text = "query ($ids: [ID!]!) { meetingsByIds(ids: $ids) { id } }"
    answer = house.ask(text, ids=["x"] * 101)
    assert answer["errors"][0]["extensions"] == {"code": "BAD_INPUT", "argument": "ids"}


BODIES = (
    ListedBody(key="r", name="Río Region", kind="REGION"),
    ListedBody(key="a", name="Lantern Area", kind="AREA", parent="r", url="https://example.org", helpline="+15550100"),
    ListedBody(key="b", name="Beacon Area", kind="AREA", parent="r"),
)
LISTED_BODIES = """
query ($parent: ID, $text: String, $first: Int, $after: String) {
  serviceBodies(parent: $parent, text: $text, first: $first, after: $after) {
    nodes { name parent { name } } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


@pytest.fixture
def bodied(house: House) -> House:
    """A region of two areas, one of which has a meeting."""
    house.lists(a_listing(service_body="a"), bodies=BODIES)
    return house


def bodies(house: House, **asked: Any) -> list[str]:
    """The names of the bodies found."""
    return [node["name"] for node in house.data(LISTED_BODIES, **asked)["serviceBodies"]["nodes"]]


def test_service_bodies_are_found_by_parent_and_by_words_of_their_name(bodied: House) -> None:
    assert bodies(bodied) == ["Beacon Area", "Lantern Area", "Río Region"]
    assert bodies(bodied, parent=service_body_id("lantern", "r")) == ["Beacon Area", "Lantern Area"]
    assert bodies(bodied, text="area LAN") == ["Lantern Area"]
    assert bodies(bodied, text="rio") == ["Río Region"]


def test_service_bodies_are_paged(bodied: House) -> None:
    page = bodied.data(LISTED_BODIES, first=2)["serviceBodies"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    assert bodies(bodied, first=2, after=page["pageInfo"]["endCursor"]) == ["Río Region"]


def test_a_cursor_of_another_question_is_refused(bodied: House) -> None:
    cursor = bodied.data(LISTED_BODIES, first=1)["serviceBodies"]["pageInfo"]["endCursor"]
    error = bodied.error(LISTED_BODIES, first=1, after=cursor, text="area")
    assert error["extensions"]["code"] == "CURSOR_EXPIRED"


def test_a_meeting_leads_up_the_tree_of_its_service_body(bodied: House) -> None:
    text = (
        "query ($id: ID!) { meeting(id: $id) { serviceBody { name kind url helpline parent { name parent { id } } } } }"
    )
    assert bodied.data(text, id=id_of("1"))["meeting"]["serviceBody"] == {
        "name": "Lantern Area",
        "kind": "AREA",
        "url": "https://example.org",
        "helpline": "+15550100",
        "parent": {"name": "Río Region", "parent": None},
    }


def test_a_node_is_whatever_its_id_leads_to(bodied: House) -> None:
    text = "query ($id: ID!) { node(id: $id) { id __typename } }"
    ids = [id_of("1"), service_body_id("lantern", "a"), "lantern", "fellowship:NA"]
    kinds = [bodied.data(text, id=id)["node"] for id in ids]
    assert kinds == [
        {"id": id, "__typename": kind}
        for id, kind in zip(ids, ["Meeting", "ServiceBody", "Source", "Fellowship"], strict=True)
    ]


@pytest.mark.parametrize("id", ["M0000000000000", "B0000000000000", "nothing", "fellowship:XX", "Ünknown", "M1"])
def test_a_node_that_is_not_there_is_null(house: House, id: str) -> None:
    assert house.data("query ($id: ID!) { node(id: $id) { id } }", id=id) == {"node": None}


def test_sources_tell_how_they_are(house: House) -> None:
    house.lists(a_listing())
    text = "{ sources { id name importer fellowship { code } meetingCount healthy paused lastGoodImportAt } }"
    assert house.data(text)["sources"] == [
        {
            "id": "lantern",
            "name": "Lantern Area",
            "importer": "bmlt",
            "fellowship": {"code": "NA"},
            "meetingCount": 1,
            "healthy": True,
            "paused": False,
            "lastGoodImportAt": "2026-11-22T18:30:00+00:00",
        }
    ]


def test_a_source_is_unwell_when_paused_or_long_unread(house: House) -> None:
    house.lists(a_listing())
    text = "{ sources { id healthy } }"
    with house.database.write() as write:
        put_source(write, a_source(id="new", added_at=house.now + timedelta(hours=1)))
    assert house.data(text)["sources"] == [{"id": "lantern", "healthy": True}, {"id": "new", "healthy": False}]
    house.now += timedelta(hours=73)
    assert house.data(text)["sources"][0]["healthy"] is False


def test_a_paused_source_is_not_healthy(house: House) -> None:
    house.lists(a_listing())
    with house.database.write() as write:
        set_paused(write, "lantern", paused=True)
    assert house.data("{ sources { healthy paused } }")["sources"] == [{"healthy": False, "paused": True}]


@pytest.mark.parametrize(
    ("text", "code"),
    [("al-anon", "AL_ANON"), ("Narcotics", "NA"), ("alcoholics anonymous", "AA"), ("Narcotcs Anonymus", "NA")],
)
def test_fellowships_are_found_by_what_people_type(house: House, text: str, code: str) -> None:
    told = house.data("query ($text: String) { fellowships(text: $text) { code } }", text=text)
    assert told["fellowships"][0] == {"code": code}


def test_all_fellowships_are_listed_and_nonsense_finds_none(house: House) -> None:
    text = "query ($text: String) { fellowships(text: $text) { code name approaches concerns forWhom description } }"
    assert len(house.data(text)["fellowships"]) == len(house.vocabulary.fellowships)
    assert house.data(text, text="qqqqqq")["fellowships"] == []


def test_formats_are_listed_by_category_in_any_letter_case(house: House) -> None:
    codes = [told["code"] for told in house.data('{ formats(category: "ACCESS") { code } }')["formats"]]
    assert "OPEN" in codes
    assert "WOMEN" not in codes


def test_formats_of_a_fellowship_are_without_those_of_others_alone(house: House) -> None:
    text = "query ($fellowship: String) { formats(fellowship: $fellowship) { code } }"
    alateen = {"code": "ALATEEN"}
    assert alateen in house.data(text, fellowship="al-anon")["formats"]
    assert alateen not in house.data(text, fellowship="NA")["formats"]


def test_formats_of_an_unknown_fellowship_are_an_error(house: House) -> None:
    answer = house.ask('{ formats(fellowship: "ZZTOP") { code } }')
    assert answer["errors"][0]["extensions"]["code"] == "UNKNOWN_CODE"
