"""Plans as an app asks for them."""

from datetime import time, timedelta
from typing import Any

import pytest

from meetings.model import VenueType, Weekday
from tests.builders import a_listing, a_recurrence, a_venue
from tests.schema.conftest import House, id_of

PLAN = """
query ($input: PlanInput!) {
  plan(input: $input) {
    daysCovered
    occurrences { date startsAt meeting { id } }
    gaps { date reason distanceKm nearest { startsAt meeting { id } } }
  }
}
"""
CREATE = """
mutation ($entries: [EntryInput!]) {
  createSchedule(input: {}, entries: $entries) { schedule { occurrences { date meeting { id } } } problems { code } }
}
"""
HERE = {"place": {"near": {"latitude": 40.7128, "longitude": -74.006}, "radiusKm": 5}}


def asked(**changes: Any) -> dict[str, Any]:
    facts = {"filter": HERE, "startDate": "2026-11-23", "days": 3, "timeZone": "America/New_York"}
    return facts | changes


@pytest.fixture
def two(house: House) -> House:
    """Monday and Tuesday at the hall, Wednesday 21 km off."""
    rules = [
        a_recurrence(weekday=day, starts=time(19, 30), duration=timedelta(hours=1))
        for day in (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY)
    ]
    house.lists(
        a_listing(record_key="1", recurrence=rules[0]),
        a_listing(record_key="2", recurrence=rules[1]),
        a_listing(record_key="3", recurrence=rules[2], venue=a_venue(latitude=40.9), name="Off"),
    )
    return house


def test_a_plan_tells_what_to_go_to_and_why_a_day_is_not_covered(two: House) -> None:
    plan = two.data(PLAN, input=asked())["plan"]
    assert plan["daysCovered"] == 2
    assert [(o["date"], o["meeting"]["id"]) for o in plan["occurrences"]] == [
        ("2026-11-23", id_of("1")),
        ("2026-11-24", id_of("2")),
    ]
    (gap,) = plan["gaps"]
    assert gap["date"] == "2026-11-25"
    assert gap["reason"] == "Nothing is in reach; the nearest is 21 km away."
    assert gap["nearest"] == {"startsAt": "2026-11-25T19:30:00-05:00", "meeting": {"id": id_of("3")}}
    assert gap["distanceKm"] == pytest.approx(20.815, abs=0.01)


def test_a_plan_becomes_a_schedule_by_its_dates(two: House) -> None:
    plan = two.data(PLAN, input=asked(days=10))["plan"]
    dates: dict[str, list[str]] = {}
    for occurrence in plan["occurrences"]:
        dates.setdefault(occurrence["meeting"]["id"], []).append(occurrence["date"])
    entries = [{"meetingId": id, "dates": days} for id, days in dates.items()]
    made = two.data(CREATE, entries=entries)["createSchedule"]
    assert made["problems"] == []
    assert made["schedule"]["occurrences"] == [
        {"date": o["date"], "meeting": o["meeting"]} for o in plan["occurrences"]
    ]


def test_a_plan_is_made_around_fixed_meetings_within_the_hours_given(two: House) -> None:
    hours = [{"days": ["MONDAY", "TUESDAY"], "from": "07:00", "until": "09:00"}]
    plan = two.data(PLAN, input=asked(availability=hours, fixedMeetingIds=[id_of("2")]))["plan"]
    assert [o["date"] for o in plan["occurrences"]] == ["2026-11-24"]
    assert [gap["reason"] for gap in plan["gaps"]] == [
        "Nothing is held within these hours; the nearest is at another time.",
        "Nothing is in reach; the nearest is 21 km away.",
    ]


def test_a_day_that_has_fewer_than_were_asked_for_says_how_many(two: House) -> None:
    plan = two.data(PLAN, input=asked(days=1, perDay=2))["plan"]
    assert plan["daysCovered"] == 0
    assert plan["gaps"][0]["reason"] == ("1 of 2. Nothing that was asked for is held on this date.")


def test_online_ones_are_offered_where_nothing_is_near(house: House) -> None:
    online = a_listing(record_key="1", venue=None, venue_type=VenueType.VIRTUAL)
    house.lists(online)
    (gap,) = house.data(PLAN, input=asked(startDate="2026-11-24", days=1))["plan"]["gaps"]
    assert (gap["reason"], gap["distanceKm"]) == ("Nothing is in reach; the nearest is online.", None)
    assert gap["nearest"]["meeting"]["id"] == id_of("1")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"days": 93}, "input.days: from 1 to 92, not 93"),
        ({"perDay": 0}, "input.perDay: from 1 to 5, not 0"),
        ({"travelMinutes": -1}, "input.travelMinutes: from 0 to 720, not -1"),
        ({"startDate": "2026-11-21"}, "input.startDate: from 2026-11-22 to 2027-11-24 for so many days"),
        ({"startDate": "2027-12-24"}, "input.startDate: from 2026-11-22 to 2027-11-24 for so many days"),
        ({"availability": []}, "input.availability: this leaves no day"),
        ({"availability": [{"days": []}]}, "input.availability: this leaves no day"),
        ({"fixedMeetingIds": ["nobody"]}, "input.fixedMeetingIds: no meeting has the id 'nobody'"),
        ({"filter": {"time": {"within": "PT1H"}}}, "input.filter.time.within: not here"),
        ({"filter": {"fellowships": ["NNA"]}}, "input.filter.fellowships: unknown code 'NNA'"),
    ],
)
def test_what_cannot_be_planned_is_refused_by_its_argument(house: House, wrong: dict[str, Any], told: str) -> None:
    house.lists()
    error = house.error(PLAN, input=asked(**wrong))
    assert told in error["message"]
