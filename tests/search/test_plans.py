"""Plans from the read index, of random lists and of lists made for one claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.model import Meeting, VenueType, Weekday
from meetings.planning import GapReason, Hours, Plan, PlanQuery
from meetings.recurrence import DatedException, occurrences
from meetings.search import MeetingFilter, PlaceFilter, Point
from meetings.suspension import is_held
from meetings.zones import zone
from search.plans import find_plan
from tests.builders import NOW, a_meeting, a_recurrence, a_venue
from tests.search.asking import a_list, index_of
from tests.search.worlds import HARD_ZONES, a_moment, a_world

NEW_YORK = "America/New_York"
MONDAY = date(2026, 11, 23)
HERE = MeetingFilter(place=PlaceFilter(near=Point(latitude=40.7128, longitude=-74.006), radius_km=5.0))
ALL_DAYS = frozenset(Weekday)


def a_plan_query(**changes: Any) -> PlanQuery:
    """One meeting a day for a week, in reach of a point in New York."""
    facts: dict[str, Any] = {"filter": HERE, "start": MONDAY, "days": 7, "time_zone": NEW_YORK, "now": NOW}
    return PlanQuery(**(facts | changes))


def plan_of(*meetings: Meeting, **changes: Any) -> Plan:
    return find_plan(index_of(a_list(*meetings)), a_plan_query(**changes))


def on(number: int, day: Weekday, starts: str = "19:30", **changes: Any) -> Meeting:
    """A meeting for an hour on that day."""
    rule = a_recurrence(weekday=day, starts=time.fromisoformat(starts), duration=timedelta(hours=1))
    return a_meeting(number, recurrence=rule, **changes)


def every_day(starts: str = "19:30", **changes: Any) -> list[Meeting]:
    return [on(10 * int(starts[:2]) + day, day, starts, **changes) for day in Weekday]


def told(plan: Plan) -> list[tuple[date, GapReason]]:
    return [(gap.day, gap.reason) for gap in plan.gaps]


@settings(max_examples=40)
@given(st.integers(0, 2**63).map(Random))
def test_plans_keep_to_hours_gaps_and_what_is_held(random: Random) -> None:
    moment = a_moment(random)
    world = a_world(random, moment, size=60)
    index = index_of(world, moment.now)
    by_id = {meeting.id: meeting for meeting in world.meetings}
    name = random.choice(HARD_ZONES)
    hours = tuple(
        Hours(
            days=frozenset(random.sample(list(Weekday), random.randint(1, 7))),
            opens=random.randrange(1440),
            closes=random.randrange(1440),
        )
        for _ in range(random.randint(0, 2))
    )
    query = PlanQuery(
        filter=MeetingFilter(place=PlaceFilter(or_online=random.random() < 0.5)),
        start=moment.now.astimezone(zone(name)).date(),
        days=random.randint(1, 40),
        per_day=random.randint(1, 3),
        time_zone=name,
        hours=hours,
        travel_minutes=random.choice((0, 30, 90)),
        variety=random.random() < 0.5,
        now=moment.now.replace(second=0, microsecond=0),
    )
    plan = find_plan(index, query)
    assert plan == find_plan(index, query)
    spans = []
    held = dict.fromkeys((query.start + timedelta(days=n) for n in range(query.days)), 0)
    for dated in plan.chosen:
        meeting = by_id[dated.meeting_id]
        assert meeting.recurrence is not None
        (found,) = occurrences(
            meeting.recurrence, meeting.exceptions, dated.starts_at, dated.starts_at + timedelta(minutes=1)
        )[:1]
        assert is_held(meeting, dated.starts_at)
        assert dated.starts_at >= query.now
        held[dated.starts_at.astimezone(zone(name)).date()] += 1
        spans.append((found.starts_at.astimezone(UTC), found.starts_at.astimezone(UTC) + meeting.recurrence.duration))
        assert not hours or any(within(one, *spans[-1], name) for one in hours)
    gap = timedelta(minutes=query.travel_minutes)
    assert all(end + gap <= start for (_, end), (start, _) in pairwise(spans))
    assert {gap.day: gap.held for gap in plan.gaps} == {day: n for day, n in held.items() if n < query.per_day}
    assert max(held.values()) <= query.per_day


def within(hours: Hours, starts: datetime, ends: datetime, name: str) -> bool:
    """Whether a meeting lies in hours by the clock on the wall; its length is elapsed time."""
    wall = starts.astimezone(zone(name)).replace(tzinfo=None)
    for day in (wall.date(), wall.date() - timedelta(days=1)):
        opens = datetime.combine(day, time()) + timedelta(minutes=hours.opens)
        closes = opens + timedelta(minutes=(hours.closes - hours.opens - 1) % 1440 + 1)
        if Weekday(day.weekday()) in hours.days and opens <= wall and wall + (ends - starts) <= closes:
            return True
    return False


def test_a_meeting_each_day_covers_each_day() -> None:
    plan = plan_of(*every_day())
    assert [dated.starts_at.astimezone(zone(NEW_YORK)).date() for dated in plan.chosen] == [
        MONDAY + timedelta(days=n) for n in range(7)
    ]
    assert plan.gaps == ()


def test_what_was_called_off_is_a_gap_and_what_else_there_is_is_named() -> None:
    off = replace(on(1, Weekday.MONDAY), exceptions=(DatedException(day=MONDAY),))
    plan = plan_of(off, on(2, Weekday.TUESDAY), days=2)
    assert told(plan) == [(MONDAY, GapReason.NOTHING)]


def test_another_hour_a_farther_place_and_an_online_one_are_named_in_this_order() -> None:
    farther = a_venue(latitude=40.9)
    meetings = (
        on(1, Weekday.MONDAY, "06:00"),
        on(2, Weekday.MONDAY, venue=farther),
        on(3, Weekday.TUESDAY, venue=farther),
        on(4, Weekday.TUESDAY, venue=None, venue_type=VenueType.VIRTUAL),
        on(5, Weekday.WEDNESDAY, venue=None, venue_type=VenueType.VIRTUAL),
    )
    evenings = (Hours(days=ALL_DAYS, opens=17 * 60, closes=22 * 60),)
    plan = plan_of(*meetings, days=4, hours=evenings)
    assert [(gap.reason, gap.nearest and gap.nearest.meeting_id) for gap in plan.gaps] == [
        (GapReason.OTHER_HOURS, meetings[0].id),
        (GapReason.OUT_OF_REACH, meetings[2].id),
        (GapReason.ONLINE_ONLY, meetings[4].id),
        (GapReason.NOTHING, None),
    ]
    assert plan.gaps[1].nearest is not None
    assert round(plan.gaps[1].nearest.distance_km or 0) == 21


def test_online_ones_fill_in_where_they_were_asked_for() -> None:
    online = on(2, Weekday.TUESDAY, venue=None, venue_type=VenueType.VIRTUAL)
    asked = replace(HERE, place=replace(HERE.place, or_online=True))
    plan = plan_of(on(1, Weekday.MONDAY), online, days=2, filter=asked)
    assert plan.gaps == ()
    assert plan.chosen[0].distance_km == 0


def test_a_fixed_meeting_is_gone_to_outside_of_the_hours_and_the_plan_is_made_around_it() -> None:
    fixed, beside, later = on(1, Weekday.MONDAY, "12:00"), on(2, Weekday.MONDAY, "13:15"), on(3, Weekday.MONDAY)
    hours = (Hours(days=ALL_DAYS, opens=13 * 60, closes=22 * 60),)
    plan = plan_of(fixed, beside, later, days=1, per_day=2, hours=hours, fixed_ids=frozenset({fixed.id}))
    assert [dated.meeting_id for dated in plan.chosen] == [fixed.id, later.id]


def test_of_today_only_what_has_not_begun_is_planned() -> None:
    now = datetime(2026, 11, 24, 1, tzinfo=UTC)  # Monday, 20:00 in New York.
    plan = plan_of(on(1, Weekday.MONDAY), on(2, Weekday.MONDAY, "21:00"), days=1, now=now)
    assert [dated.meeting_id for dated in plan.chosen] == [a_meeting(2).id]
