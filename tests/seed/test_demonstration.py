"""The demonstration lists: that they are as varied as promised, invented throughout, and made anew alike."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from meetings.model import Weekday
from meetings.recurrence import Rule, rule_dates, rule_from_rrule
from meetings.vocabulary import vocabulary_from_documents
from meetings.zones import zone_names
from seed.demonstration.generate import files
from tests.builders import a_recurrence
from tests.outside import ROOT

SEED = ROOT / "seed"
DEMONSTRATION = SEED / "demonstration"


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


VOCABULARY = vocabulary_from_documents(_read(SEED / "formats.json"), _read(SEED / "fellowships.json"))
MATERIAL: dict[str, Any] = _read(DEMONSTRATION / "material.json")
SOURCES: list[dict[str, Any]] = _read(DEMONSTRATION / "sources.json")


def _repeated(codes: Iterator[Any]) -> list[Any]:
    return [code for code, times in Counter(codes).items() if times > 1]


def _lines(source: dict[str, Any]) -> list[dict[str, Any]]:
    text = (DEMONSTRATION / source["location"]).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


LINES = {source["id"]: _lines(source) for source in SOURCES}
MEETINGS = [line for lines in LINES.values() for line in lines if line.get("kind") == "meeting"]


def _days(meeting: dict[str, Any]) -> list[str]:
    days = meeting.get("weekday", [])
    return [days] if isinstance(days, str) else days


def test_the_demonstration_comes_out_the_same_again() -> None:
    made = files(MATERIAL)
    assert {name: (DEMONSTRATION / name).read_text("utf-8") for name in made} == made


def test_no_list_lies_about_that_is_not_made() -> None:
    assert {path.name for path in DEMONSTRATION.glob("*.jsonl")} == {source["location"] for source in SOURCES}


def test_every_list_begins_with_the_mark_of_the_native_format() -> None:
    assert {json.dumps(lines[0]) for lines in LINES.values()} == {'{"homegroup": 1}'}


def test_there_are_1500_active_meetings_and_some_suspended_ones() -> None:
    counts = Counter[str]()
    for meeting in MEETINGS:
        counts[meeting["status"]] += max(1, len(_days(meeting)))
    assert counts["ACTIVE"] >= 1500
    assert counts["SUSPENDED"] >= 10


def test_they_meet_in_40_cities_on_six_continents() -> None:
    cities = {meeting["venue"]["city"] for meeting in MEETINGS if meeting["venue_type"] != "VIRTUAL"}
    continents = {city["continent"] for city in MATERIAL["cities"] if city["name"] in cities}
    assert (len(cities), len(continents)) == (40, 6)


def test_they_are_of_many_fellowships_and_only_known_ones() -> None:
    shown = {meeting["fellowship"] for meeting in MEETINGS}
    wanted = {"NA", "HA", "MARA", "SMART", "NAR_ANON", "AL_ANON", "AA", "CA", "RD", "ACA", "OA", "GA"}
    assert wanted <= shown <= set(VOCABULARY.fellowships)


def test_attendance_is_mixed_as_in_life() -> None:
    shares = Counter(meeting["venue_type"] for meeting in MEETINGS)
    assert 0.6 < shares["IN_PERSON"] / len(MEETINGS) < 0.7
    assert 0.2 < shares["VIRTUAL"] / len(MEETINGS) < 0.3
    assert 0.07 < shares["HYBRID"] / len(MEETINGS) < 0.13


def test_every_zone_is_known() -> None:
    assert {meeting["time_zone"] for meeting in MEETINGS} - zone_names() == set()


def test_every_format_is_canonical_and_once() -> None:
    assert {code for meeting in MEETINGS for code in meeting["formats"]} <= set(VOCABULARY.formats)
    assert [m["key"] for m in MEETINGS if len(m["formats"]) != len(set(m["formats"]))] == []


@pytest.mark.parametrize("pair", [("OPEN", "CLOSED"), ("WOMEN", "MEN"), ("SMOKING_PERMITTED", "NON_SMOKING")])
def test_no_meeting_contradicts_itself(pair: tuple[str, str]) -> None:
    assert [m["key"] for m in MEETINGS if set(pair) <= set(m["formats"])] == []


def test_keys_are_unique_in_a_list() -> None:
    for lines in LINES.values():
        assert _repeated((line["kind"], line["key"]) for line in lines[1:]) == []


def test_no_two_records_tell_of_the_same_meeting() -> None:
    seen: list[tuple[Any, ...]] = []
    for meeting in MEETINGS:
        place = meeting.get("venue", {}).get("street"), meeting.get("online", {}).get("url")
        seen += [(meeting["name"], day, meeting["start_time"], place) for day in _days(meeting)]
    assert _repeated(iter(seen)) == []


def test_service_bodies_are_known_and_form_a_tree() -> None:
    for lines in LINES.values():
        bodies = [line for line in lines[1:] if line["kind"] == "service_body"]
        keys = [body["key"] for body in bodies]
        above = [(keys.index(body["parent"]), keys.index(body["key"])) for body in bodies if "parent" in body]
        assert all(parent < child for parent, child in above)
        assert {line["service_body"] for line in lines[1:] if line["kind"] == "meeting"} <= set(keys)


def test_all_kinds_of_rules_are_there() -> None:
    rules = [rule_from_rrule(meeting["recurrence"]) for meeting in MEETINGS if "recurrence" in meeting]
    assert any(rule.weeks_of_month for rule in rules)
    assert any(rule.weeks_of_month == (-1,) for rule in rules)
    assert any(rule.interval == 2 for rule in rules)
    assert any("start_time" not in meeting for meeting in MEETINGS)
    assert any(len(_days(meeting)) == 7 for meeting in MEETINGS)


def test_a_rule_is_of_the_meetings_own_weekday_and_counts_from_a_date_where_it_must() -> None:
    for meeting in MEETINGS:
        if "recurrence" in meeting:
            rule = rule_from_rrule(meeting["recurrence"])
            assert rule.weekday.name == meeting["weekday"]
            assert ("recurrence_start" in meeting) == (rule.interval > 1)


def _dates_of(meeting: dict[str, Any]) -> set[date]:
    day = Weekday[meeting["weekday"]]
    rule = rule_from_rrule(meeting["recurrence"]) if "recurrence" in meeting else Rule(weekday=day)
    anchor = date.fromisoformat(meeting["recurrence_start"]) if "recurrence_start" in meeting else None
    told = a_recurrence(weekday=day, interval=rule.interval, anchor=anchor, weeks_of_month=rule.weeks_of_month)
    return set(rule_dates(told, date(2026, 1, 1), date(2027, 12, 31)))


def test_exceptions_are_of_days_on_which_the_meeting_meets() -> None:
    differing = [meeting for meeting in MEETINGS if "exceptions" in meeting]
    assert len(differing) >= 50
    for meeting in differing:
        assert {date.fromisoformat(e["date"]) for e in meeting["exceptions"]} <= _dates_of(meeting), meeting["key"]
    told = [exception for meeting in differing for exception in meeting["exceptions"]]
    assert any(e.get("cancelled") for e in told)
    assert any("moved_to" in e for e in told)


def test_some_run_past_midnight_and_some_begin_at_midnight() -> None:
    late = [m for m in MEETINGS if m.get("start_time", "") >= "23:00" and m.get("duration") in ("PT1H30M", "PT1H15M")]
    assert late
    assert any(meeting.get("start_time") == "00:00" for meeting in MEETINGS)


def _degrees_to(place: dict[str, float], quarters: list[dict[str, float]]) -> float:
    return min(max(abs(place["latitude"] - q["latitude"]), abs(place["longitude"] - q["longitude"])) for q in quarters)


def test_doors_are_in_their_city() -> None:
    quarters = {city["name"]: city["areas"] for city in MATERIAL["cities"]}
    for meeting in MEETINGS:
        if "venue" in meeting:
            place = meeting["venue"]
            near = _degrees_to(place, quarters[place["city"]])
            assert near < 0.01, meeting["key"]


def test_who_meets_online_can_be_reached_and_who_does_not_has_no_link() -> None:
    for meeting in MEETINGS:
        online = meeting.get("online", {})
        assert bool({"url", "phone"} & set(online)) == (meeting["venue_type"] != "IN_PERSON"), meeting["key"]
    assert any("phone" in m.get("online", {}) and "url" not in m["online"] for m in MEETINGS)


def test_a_place_that_is_shut_is_never_the_only_way_in() -> None:
    shut = [m for m in MEETINGS if "LOCATION_TEMPORARILY_CLOSED" in m["formats"]]
    assert shut
    assert {meeting["venue_type"] for meeting in shut} == {"VIRTUAL"}


def test_medication_is_welcome_at_mara_and_elsewhere_only_where_somebody_said_so() -> None:
    assert {m.get("medication") for m in MEETINGS if m["fellowship"] == "MARA"} == {"WELCOMING"}
    assert [m["key"] for m in MEETINGS if "medication" in m and not m.get("medication_source")] == []
    assert any(m.get("medication") == "LIMITS_SHARING" for m in MEETINGS)


def test_every_link_is_an_example_and_every_number_fictional() -> None:
    text = "".join((DEMONSTRATION / source["location"]).read_text("utf-8") for source in SOURCES)
    assert set(re.findall(r"https?://([^/\"]+)", text)) <= {"meet.example.org", "groups.example.org"}
    numbers = re.findall(r"\"(?:phone|helpline)\": \"([^\"]+)\"", text)
    fictional = re.compile(r"(\+1\d{3}55501\d\d|\+442079460\d{3})(,,\d{6}#)?")
    assert numbers
    assert [number for number in numbers if not fictional.fullmatch(number)] == []


def test_every_meeting_says_that_it_is_invented() -> None:
    said = tuple(words["invented"] for words in MATERIAL["languages"].values())
    assert [meeting["key"] for meeting in MEETINGS if not meeting["notes"].endswith(said)] == []
