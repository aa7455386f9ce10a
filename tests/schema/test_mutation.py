"""What a person may do with a schedule, holding nothing but its key."""

from dataclasses import replace
from typing import Any

import pytest

from meetings.schedule import feed_token, secret_hash
from meetings.source import ImportPlan
from store.schedules import find_feed
from tests.builders import a_listing, a_recurrence
from tests.schema.conftest import House, id_of, limits, placed

CREATE = """
mutation ($input: ScheduleInput!, $entries: [EntryInput!]) {
  createSchedule(input: $input, entries: $entries) {
    key
    schedule { id name timeZone discreet reminderMinutes feedUrl webcalUrl entries { meeting { id } note } }
    problems { code message field }
  }
}
"""
READ = """
query ($key: String!) {
  schedule(key: $key) {
    name timeZone discreet reminderMinutes feedUrl
    entries { meeting { id name } note reminderMinutes skippedDates dates }
  }
}
"""


def created(house: House, *entries: dict[str, Any], **options: Any) -> dict[str, Any]:
    """What `createSchedule` tells."""
    return dict(house.data(CREATE, input=options, entries=list(entries))["createSchedule"])


def entry(key: str = "1", **more: Any) -> dict[str, Any]:
    return {"meetingId": id_of(key), **more}


def changed(house: House, name: str, arguments: str, **variables: Any) -> dict[str, Any]:
    """What another mutation tells of a schedule."""
    types = {"input": "ScheduleInput!", "entries": "[EntryInput!]!", "meetingIds": "[ID!]!", "key": "String!"}
    head = ", ".join(f"${name}: {types[name]}" for name in variables)
    fields = "schedule { name timeZone discreet reminderMinutes feedUrl entries { meeting { id } note } }"
    text = f"mutation ({head}) {{ {name}({arguments}) {{ {fields} key problems {{ code field }} }} }}"
    return dict(house.data(text, **variables)[name])


def kept(house: House, key: str) -> Any:
    """What the key's holder reads."""
    return house.data(READ, key=key)["schedule"]


@pytest.fixture
def listed(house: House) -> House:
    """Three meetings on one evening, the third of them in London."""
    london = a_recurrence(zone="Europe/London")
    house.lists(
        a_listing(record_key="1"), a_listing(record_key="2"), a_listing(record_key="3", recurrence=london, venue=None)
    )
    return house


def test_a_schedule_begins_discreet_without_a_reminder_in_the_first_entrys_zone(listed: House) -> None:
    schedule = created(listed, entry("3"), entry("1"))["schedule"]
    assert (schedule["timeZone"], schedule["discreet"], schedule["reminderMinutes"]) == ("Europe/London", True, None)
    assert [e["meeting"]["id"] for e in schedule["entries"]] == [id_of("3"), id_of("1")]


def test_a_schedule_without_entries_is_in_universal_time(listed: House) -> None:
    assert created(listed)["schedule"]["timeZone"] == "Etc/UTC"


def test_the_key_is_told_once_and_opens_the_schedule(listed: House) -> None:
    made = created(listed, entry(), name="Mine")
    assert len(made["key"]) == 43
    assert kept(listed, made["key"])["name"] == "Mine"


def test_only_hashes_of_key_and_token_are_kept(listed: House) -> None:
    made = created(listed)
    stored = (listed.folder.parent / "homegroup.sqlite-wal").read_bytes()
    assert made["key"].encode() not in stored
    assert feed_token(made["key"], 0).encode() not in stored


def test_the_feed_is_at_the_address_that_the_key_tells(listed: House) -> None:
    made = created(listed)
    path = f"meetings.example.org/calendars/{feed_token(made['key'], 0)}.ics"
    assert (made["schedule"]["feedUrl"], made["schedule"]["webcalUrl"]) == (f"https://{path}", f"webcal://{path}")


def test_an_unknown_key_is_null_in_questions_and_a_problem_in_changes(listed: House) -> None:
    assert kept(listed, "wrong") is None
    told = changed(listed, "rotateFeed", "key: $key", key="wrong")
    assert told["problems"] == [{"code": "UNKNOWN_KEY", "field": ["key"]}]


def test_an_unknown_meeting_is_a_problem_and_nothing_is_kept(listed: House) -> None:
    made = created(listed, entry(), {"meetingId": "M0000000000000"})
    assert (made["schedule"], made["key"]) == (None, None)
    assert [(p["code"], p["field"]) for p in made["problems"]] == [("UNKNOWN_MEETING", ["entries", "1", "meetingId"])]


@pytest.mark.parametrize(
    ("options", "code", "field"),
    [
        ({"name": "n" * 101}, "TOO_LONG", ["input", "name"]),
        ({"reminderMinutes": -1}, "OUT_OF_RANGE", ["input", "reminderMinutes"]),
        ({"reminderMinutes": 10081}, "OUT_OF_RANGE", ["input", "reminderMinutes"]),
    ],
)
def test_options_out_of_range_are_problems(listed: House, options: dict[str, Any], code: str, field: list[str]) -> None:
    (problem,) = created(listed, **options)["problems"]
    assert (problem["code"], problem["field"]) == (code, field)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"note": "n" * 501}, "TOO_LONG", "note"),
        ({"reminderMinutes": 99999}, "OUT_OF_RANGE", "reminderMinutes"),
        ({"dates": ["2026-12-01"] * 101}, "TOO_LONG", "dates"),
        ({"skippedDates": ["2026-12-01"] * 101}, "TOO_LONG", "skippedDates"),
    ],
)
def test_entries_out_of_range_are_problems(listed: House, more: dict[str, Any], code: str, field: str) -> None:
    (problem,) = created(listed, entry(**more))["problems"]
    assert (problem["code"], problem["field"]) == (code, ["entries", "0", field])


def test_options_left_out_stay_and_null_empties_what_may_be_empty(listed: House) -> None:
    key = created(listed, name="Mine", reminderMinutes=30, discreet=False)["key"]
    changed(listed, "updateSchedule", "key: $key, input: $input", key=key, input={"name": None, "timeZone": None})
    told = kept(listed, key)
    assert (told["name"], told["timeZone"], told["reminderMinutes"], told["discreet"]) == (
        "Meetings",
        "Etc/UTC",
        30,
        False,
    )


def test_entries_are_added_or_replaced_by_meeting_and_the_others_stay(listed: House) -> None:
    key = created(listed, entry("1", note="a"), entry("2", note="b"))["key"]
    new = [entry("2", note="c", dates=["2026-12-08", "2026-12-01"]), entry("3")]
    changed(listed, "setEntries", "key: $key, entries: $entries", key=key, entries=new)
    told = kept(listed, key)["entries"]
    assert [(e["meeting"]["id"], e["note"]) for e in told] == [(id_of("1"), "a"), (id_of("2"), "c"), (id_of("3"), None)]
    assert told[1]["dates"] == ["2026-12-01", "2026-12-08"]


def test_a_schedule_holds_no_more_meetings_than_the_limit(listed: House) -> None:
    key = created(listed, entry("1"), entry("2"))["key"]
    text = "mutation ($key: String!, $e: [EntryInput!]!) { setEntries(key: $key, entries: $e) { problems { code } } }"
    answer = listed.ask(text, limits(max_entries=2), key=key, e=[entry("2"), entry("3")])
    assert answer["data"]["setEntries"]["problems"] == [{"code": "TOO_MANY_ENTRIES"}]
    assert len(kept(listed, key)["entries"]) == 2


def test_entries_are_removed_and_what_is_not_there_is_passed_over(listed: House) -> None:
    key = created(listed, entry("1"), entry("2"))["key"]
    gone = [id_of("2"), id_of("3"), "M0000000000000"]
    told = changed(listed, "removeEntries", "key: $key, meetingIds: $meetingIds", key=key, meetingIds=gone)
    assert [e["meeting"]["id"] for e in told["schedule"]["entries"]] == [id_of("1")]


def test_a_withdrawn_meeting_stays_in_the_schedule(listed: House) -> None:
    key = created(listed, entry("1"))["key"]
    listed.carries_out(ImportPlan(source_id="lantern", withdrawn=(id_of("1"),)))
    assert [e["meeting"]["id"] for e in kept(listed, key)["entries"]] == [id_of("1")]


def test_a_new_feed_address_turns_the_old_one_off(listed: House) -> None:
    key = created(listed)["key"]
    told = changed(listed, "rotateFeed", "key: $key", key=key)
    assert told["schedule"]["feedUrl"].endswith(f"/{feed_token(key, 1)}.ics")
    with listed.database.read() as read:
        old = find_feed(read, secret_hash(feed_token(key, 0)))
    assert old is not None
    assert old.turned_off_at == listed.now


def test_a_deleted_schedule_is_forgotten(listed: House) -> None:
    key = created(listed)["key"]
    text = "mutation ($key: String!) { deleteSchedule(key: $key) { deleted problems { code } } }"
    assert listed.data(text, key=key)["deleteSchedule"] == {"deleted": True, "problems": []}
    assert listed.data(text, key=key)["deleteSchedule"] == {"deleted": False, "problems": [{"code": "UNKNOWN_KEY"}]}
    assert kept(listed, key) is None


def test_what_is_shown_are_the_chosen_dates_soonest_first(listed: House) -> None:
    key = created(listed, entry("1", skippedDates=["2026-11-24"]), entry("3", dates=["2026-11-24"]))["key"]
    text = "query ($key: String!) { schedule(key: $key) { occurrences(first: 2) { startsAt meeting { id } } } }"
    assert listed.data(text, key=key)["schedule"]["occurrences"] == [
        {"startsAt": "2026-11-24T19:30:00+00:00", "meeting": {"id": id_of("3")}},
        {"startsAt": "2026-12-01T19:30:00-05:00", "meeting": {"id": id_of("1")}},
    ]


def test_overlapping_occurrences_are_conflicts(listed: House) -> None:
    key = created(listed, entry("1"), entry("2", dates=["2026-12-01"]), entry("3"))["key"]
    text = "query ($key: String!) { schedule(key: $key) { conflicts { first { startsAt } second { startsAt } } } }"
    overlap = {"startsAt": "2026-12-01T19:30:00-05:00"}
    assert listed.data(text, key=key)["schedule"]["conflicts"] == [{"first": overlap, "second": overlap}]


def test_two_changes_in_one_operation_are_carried_out_in_order(listed: House) -> None:
    key = created(listed)["key"]
    text = """mutation ($key: String!) {
      a: updateSchedule(key: $key, input: {name: "A"}) { schedule { name } }
      b: updateSchedule(key: $key, input: {reminderMinutes: 5}) { schedule { name reminderMinutes } }
    }"""
    assert listed.data(text, key=key)["b"] == {"schedule": {"name": "A", "reminderMinutes": 5}}


@pytest.mark.parametrize(
    "text",
    [
        '{ schedule(key: "geheim") { id } }',
        'query ($key: String! = "geheim") { schedule(key: $key) { id } }',
        '{ ...F } fragment F on Query { schedule(key: "geheim") { id } }',
        'mutation { rotateFeed(key: "geheim") { key } }',
    ],
)
def test_a_key_in_the_document_is_refused_and_not_repeated(house: House, text: str) -> None:
    error = house.error(text)
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_INPUT", "key")
    assert "geheim" not in str(error)


def test_a_meeting_is_one_under_all_its_ids(listed: House) -> None:
    renumbered = replace(placed(a_listing(record_key="77")), meeting_id=id_of("1"))
    listed.carries_out(ImportPlan(source_id="lantern", changed=(renumbered,)))
    key = created(listed, entry("77", note="a"))["key"]
    told = changed(listed, "setEntries", "key: $key, entries: $entries", key=key, entries=[entry("1", note="b")])
    assert told["schedule"]["entries"] == [{"meeting": {"id": id_of("1")}, "note": "b"}]
    told = changed(listed, "removeEntries", "key: $key, meetingIds: $meetingIds", key=key, meetingIds=[id_of("77")])
    assert told["schedule"]["entries"] == []
