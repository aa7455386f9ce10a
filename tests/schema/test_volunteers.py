"""What volunteers do with a list: register it, look at what an import would do, apply it, undo it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from meetings.tokens import Role
from store.sources import get_source, remove_source, set_paused
from store.tables import reporter_marks, reports
from tests.builders import NOW, a_listing
from tests.importers.lists import bmlt_record
from tests.schema.conftest import House, a_token, id_of

REGISTER = """
mutation ($input: SourceInput!) {
  registerSource(input: $input) {
    source { id name importer paused healthy fellowship { code } } problems { code message field }
  }
}
"""
PLAN = """
plan {
  id held findingsTotal
  counts { received added changed unchanged missing withdrawn rejected }
  findings { code severity where sourceKey value message }
  added { id name startTime listings { source { id } } }
  changed { meeting { id name } fields { field before after } }
  withdrawn { id name status }
}
"""
RUN = "run { id status error source { id paused } counts { added withdrawn } plan { id } revertedBy reverts }"
PREVIEW = f"""
mutation ($content: String) {{
  previewImport(source: "lantern", content: $content) {{ {PLAN} {RUN} problems {{ code message field }} }}
}}
"""
APPLY = f"""
mutation ($plan: ID!, $confirm: Boolean) {{
  applyImport(plan: $plan, confirm: $confirm) {{ plan {{ id }} {RUN} problems {{ code message field }} }}
}}
"""
REVERT = f"mutation ($run: ID!) {{ revertImport(run: $run) {{ {RUN} problems {{ code message field }} }} }}"
REPORT = """
mutation ($id: ID!, $kind: ReportKind!, $detail: String) {
  reportMeeting(meetingId: $id, kind: $kind, detail: $detail) { accepted problems { code field } }
}
"""
REPORTS = "{ reports { kind detail at meeting { id name } } }"


def a_list(*numbers: int, **changes: Any) -> str:
    """A root server's answer with these records."""
    return json.dumps(
        [bmlt_record(id_bigint=str(n), meeting_name=f"Group {n}", **changes) for n in numbers], ensure_ascii=False
    )


def previewed(house: House, content: str | None) -> dict[str, Any]:
    return dict(house.data(PREVIEW, content=content)["previewImport"])


def applied(house: House, plan: str, *, confirm: bool = False) -> dict[str, Any]:
    return dict(house.data(APPLY, plan=plan, confirm=confirm)["applyImport"])


def brought_in(house: House, *numbers: int) -> str:
    """The run that brought these meetings in."""
    plan = previewed(house, a_list(*numbers))["plan"]["id"]
    return str(applied(house, plan, confirm=True)["run"]["id"])


def problem(payload: dict[str, Any]) -> str:
    (only,) = payload["problems"]
    return str(only["code"])


@pytest.fixture
def desk(house: House) -> House:
    """The house as an admin asks it."""
    house.viewer = a_token(Role.ADMIN)
    return house


# --- Sources ------------------------------------------------------------------------------------


def test_a_registered_source_is_listed(desk: House) -> None:
    told = {"id": "ferry", "name": "Ferry Area", "importer": "bmlt", "fellowship": "na"}
    made = desk.data(REGISTER, input=told)["registerSource"]
    assert made["problems"] == []
    assert made["source"] | {"healthy": None} == {
        "id": "ferry", "name": "Ferry Area", "importer": "bmlt", "paused": False, "healthy": None,
        "fellowship": {"code": "NA"},
    }  # fmt: skip
    assert sorted(source["id"] for source in desk.data("{ sources { id } }")["sources"]) == ["ferry", "lantern"]


def test_of_a_known_source_what_is_left_out_stays_and_null_takes_it_away(desk: House) -> None:
    told = {"id": "lantern", "name": "Lantern", "importer": "bmlt", "country": None}
    desk.data(REGISTER, input=told)
    with desk.database.read() as read:
        source = get_source(read, "lantern")
    assert (source.name, source.country, source.time_zone) == ("Lantern", None, "America/New_York")
    assert source.location == "https://lists.example.org/main_server"


def test_registering_a_paused_source_again_does_not_wake_it(desk: House) -> None:
    with desk.database.write() as write:
        set_paused(write, "lantern", paused=True)
    told = {"id": "lantern", "name": "Lantern", "importer": "bmlt"}
    assert desk.data(REGISTER, input=told)["registerSource"]["source"]["paused"] is True


@pytest.mark.parametrize(
    ("told", "code", "field"),
    [
        ({"id": "No Such"}, "BAD_VALUE", "id"),
        ({"name": "  "}, "BAD_VALUE", "name"),
        ({"name": "x" * 201}, "TOO_LONG", "name"),
        ({"location": "/etc/passwd"}, "BAD_VALUE", "location"),
        ({"location": "file:///etc/passwd"}, "BAD_VALUE", "location"),
        ({"refreshHours": 0}, "OUT_OF_RANGE", "refreshHours"),
        ({"country": "Narnia"}, "BAD_VALUE", "country"),
        ({"mapping": "x = 1"}, "BAD_VALUE", "mapping"),
        ({"importer": "mapped"}, "BAD_VALUE", "mapping"),
        ({"importer": "mapped", "mapping": "[nonsense"}, "BAD_VALUE", "mapping"),
    ],
)
def test_a_source_that_cannot_be_kept_is_a_problem_of_the_field(
    desk: House, told: dict[str, Any], code: str, field: str
) -> None:
    made = desk.data(REGISTER, input={"id": "ferry", "name": "Ferry", "importer": "bmlt"} | told)["registerSource"]
    assert (made["source"], [(p["code"], p["field"]) for p in made["problems"]]) == (None, [(code, ["input", field])])


@pytest.mark.parametrize(("field", "value"), [("importer", "bmtl"), ("fellowship", "NAA")])
def test_an_unknown_code_is_an_error_with_suggestions(desk: House, field: str, value: str) -> None:
    error = desk.error(REGISTER, input={"id": "ferry", "name": "Ferry", "importer": "bmlt"} | {field: value})
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("UNKNOWN_CODE", f"input.{field}")
    assert error["extensions"]["suggestions"]


# --- Preview, apply, undo -----------------------------------------------------------------------


def test_a_preview_tells_what_would_be_added_and_changes_nothing(desk: House) -> None:
    plan = previewed(desk, a_list(1, 2))["plan"]
    assert (plan["counts"]["added"], plan["held"]) == (2, None)
    assert [(m["name"], m["startTime"]) for m in plan["added"]] == [("Group 1", "19:30"), ("Group 2", "19:30")]
    assert desk.data("{ sources { meetingCount } }")["sources"] == [{"meetingCount": 0}]


def test_a_preview_tells_changes_field_by_field(desk: House) -> None:
    brought_in(desk, 1, 2)
    plan = previewed(desk, a_list(1, 2, start_time="20:00:00"))["plan"]
    fields = [change["fields"] for change in plan["changed"]]
    assert fields == [[{"field": "recurrence.starts", "before": "19:30", "after": "20:00"}]] * 2


def test_a_preview_tells_findings_with_their_place_errors_first(desk: House) -> None:
    content = json.dumps([bmlt_record(location_nation="Narnia"), bmlt_record(id_bigint="2", start_time="25:99:00")])
    findings = previewed(desk, content)["plan"]["findings"]
    assert findings[0] | {"message": ""} == {
        "code": "bad_time", "severity": "ERROR", "where": "[1].start_time", "sourceKey": "2", "value": "25:99:00",
        "message": "",
    }  # fmt: skip
    assert [finding["severity"] for finding in findings] == sorted(f["severity"] for f in findings)


def test_without_content_the_source_is_fetched_while_no_snapshot_is_held(desk: House) -> None:
    desk.work.fetched = a_list(1).encode()
    assert previewed(desk, None)["plan"]["counts"]["added"] == 1
    assert desk.work.held == [False]


def test_what_cannot_be_read_is_a_problem_with_the_run_that_failed(desk: House) -> None:
    told = previewed(desk, "<html>log in first</html>")
    assert (problem(told), told["plan"], told["run"]["status"]) == ("CANNOT_READ", None, "failed")
    assert "web page" in told["problems"][0]["message"]


def test_a_source_without_location_wants_content(desk: House) -> None:
    desk.data(REGISTER, input={"id": "lantern", "name": "Lantern", "importer": "bmlt", "location": None})
    assert problem(previewed(desk, None)) == "CANNOT_READ"


def test_applying_twice_is_once(desk: House) -> None:
    plan = previewed(desk, a_list(1, 2))["plan"]["id"]
    first, second = applied(desk, plan), applied(desk, plan)
    assert first == second
    assert (first["run"]["status"], first["run"]["plan"], first["plan"]) == ("succeeded", {"id": plan}, {"id": plan})
    assert len(desk.data("{ importRuns { nodes { id } } }")["importRuns"]["nodes"]) == 1


def test_a_held_plan_says_why_and_is_applied_only_when_confirmed(desk: House) -> None:
    brought_in(desk, *range(10))
    plan = previewed(desk, a_list(1, 2))["plan"]
    assert "8 of 10" in plan["held"]
    assert (plan["counts"]["withdrawn"], len(plan["withdrawn"])) == (8, 8)
    assert problem(applied(desk, plan["id"])) == "NEEDS_CONFIRMATION"
    assert applied(desk, plan["id"], confirm=True)["run"]["counts"]["withdrawn"] == 8


def test_a_plan_is_void_once_the_list_has_changed(desk: House) -> None:
    early, late = previewed(desk, a_list(1))["plan"]["id"], previewed(desk, a_list(1, 2))["plan"]["id"]
    applied(desk, late)
    assert problem(applied(desk, early)) == "LIST_CHANGED"


def test_a_plan_is_forgotten_after_a_day(desk: House) -> None:
    plan = previewed(desk, a_list(1))["plan"]["id"]
    desk.now = NOW + timedelta(days=1, minutes=1)
    assert problem(applied(desk, plan)) == "PLAN_EXPIRED"


def test_undoing_twice_is_once_and_pauses_the_source_until_the_next_apply(desk: House) -> None:
    run = brought_in(desk, 1, 2)
    first, second = (desk.data(REVERT, run=run)["revertImport"] for _ in range(2))
    assert first == second
    assert (first["run"]["reverts"], first["run"]["source"]["paused"]) == (run, True)
    assert desk.data("query ($id: ID!) { importRun(id: $id) { revertedBy } }", id=run)["importRun"] == {
        "revertedBy": first["run"]["id"]
    }
    plan = previewed(desk, a_list(1))["plan"]["id"]
    assert applied(desk, plan)["run"]["source"]["paused"] is False


def test_only_the_newest_import_is_undone_first(desk: House) -> None:
    first = brought_in(desk, 1, 2)
    desk.now += timedelta(minutes=1)
    brought_in(desk, 1, 2, 3)
    assert problem(desk.data(REVERT, run=first)["revertImport"]) == "NEWER_IMPORT"


def test_two_mutations_in_one_operation_each_see_what_the_one_before_did(desk: House) -> None:
    text = """mutation ($content: String) {
      one: registerSource(input: {id: "ferry", name: "Ferry", importer: "bmlt", fellowship: "NA",
                                  timeZone: "America/New_York"}) { source { meetingCount } }
      two: previewImport(source: "ferry", content: $content) { plan { counts { added } } problems { code } }
    }"""
    answer = desk.data(text, content=a_list(1, 2))
    assert answer["two"] == {"plan": {"counts": {"added": 2}}, "problems": []}


# --- Runs ---------------------------------------------------------------------------------------


def test_runs_are_paged_newest_first(desk: House) -> None:
    runs = []
    for count in range(1, 4):
        desk.now += timedelta(minutes=1)
        runs.append(brought_in(desk, *range(count)))
    fields = "nodes { id } pageInfo { hasNextPage endCursor }"
    text = f"query ($after: String) {{ importRuns(first: 2, after: $after) {{ {fields} }} }}"
    page = desk.data(text)["importRuns"]
    rest = desk.data(text, after=page["pageInfo"]["endCursor"])["importRuns"]
    assert [run["id"] for run in (*page["nodes"], *rest["nodes"])] == runs[::-1]
    assert (page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


def test_a_cursor_of_another_list_of_runs_is_refused(desk: House) -> None:
    brought_in(desk, 1)
    cursor = desk.data("{ importRuns { pageInfo { endCursor } } }")["importRuns"]["pageInfo"]["endCursor"]
    text = 'query ($after: String) { importRuns(source: "lantern", after: $after) { nodes { id } } }'
    assert desk.error(text, after=cursor)["extensions"]["code"] == "CURSOR_EXPIRED"


def test_a_token_sees_the_runs_of_its_sources_alone(desk: House) -> None:
    brought_in(desk, 1)
    desk.viewer = a_token(Role.VOLUNTEER, "elsewhere")
    assert desk.data("{ importRuns { nodes { id } } }")["importRuns"]["nodes"] == []


def test_runs_of_a_removed_source_are_still_told(desk: House) -> None:
    run = brought_in(desk, 1)
    with desk.database.write() as write:
        remove_source(write, "lantern", now=desk.now)
    text = "query ($id: ID!) { importRun(id: $id) { source { id } } }"
    assert desk.data(text, id=run)["importRun"] == {"source": {"id": "lantern"}}


def test_a_run_that_there_is_not_is_null(desk: House) -> None:
    assert desk.data('{ importRun(id: "none") { id } }') == {"importRun": None}


def test_a_viewer_is_told_what_its_token_reaches(desk: House) -> None:
    text = "{ viewer { role sources { id } } }"
    assert desk.data(text) == {"viewer": {"role": "ADMIN", "sources": None}}
    desk.viewer = a_token(Role.VOLUNTEER, "lantern", "to-come")
    assert desk.data(text) == {"viewer": {"role": "VOLUNTEER", "sources": [{"id": "lantern"}]}}
    desk.viewer = None
    assert desk.data(text) == {"viewer": None}


# --- Reports and suspensions --------------------------------------------------------------------


def reported(house: House, kind: str = "NOT_MEETING", **told: Any) -> dict[str, Any]:
    house.viewer = None
    answer = house.data(REPORT, **({"id": id_of("1"), "kind": kind} | told))["reportMeeting"]
    house.viewer = a_token(Role.ADMIN)
    return dict(answer)


def test_a_report_is_taken_from_anybody_and_seen_by_volunteers_without_persons(desk: House) -> None:
    desk.lists(a_listing(record_key="1"))
    told = reported(desk, "WRONG_TIME", detail="Now at 8, says sam@example.org")
    assert told == {"accepted": True, "problems": []}
    (report,) = desk.data(REPORTS)["reports"]
    assert (report["kind"], report["meeting"]["id"]) == ("WRONG_TIME", id_of("1"))
    assert "example.org" not in report["detail"]


@pytest.mark.parametrize(
    ("told", "code", "field"),
    [({"id": "M0000000000000"}, "UNKNOWN_MEETING", "meetingId"), ({"detail": "x" * 1001}, "TOO_LONG", "detail")],
)
def test_a_report_that_is_not_taken_says_why(desk: House, told: dict[str, Any], code: str, field: str) -> None:
    desk.lists(a_listing(record_key="1"))
    answer = reported(desk, **told)
    assert answer == {"accepted": False, "problems": [{"code": code, "field": [field]}]}


def test_reports_flag_a_meeting_and_never_hide_it(desk: House) -> None:
    desk.lists(a_listing(record_key="1"))
    for number in range(10):
        desk.network = f"10.0.{number}.0/24"
        reported(desk)
    desk.builds_index()
    nodes = desk.data("{ meetings { nodes { id status } } }")["meetings"]["nodes"]
    assert nodes == [{"id": id_of("1"), "status": "UNCONFIRMED"}]


def test_nothing_of_who_reports_is_kept(desk: House) -> None:
    assert {column.name for column in reports.c} == {"id", "meeting_id", "kind", "detail", "at", "outcome"}
    assert {column.name for column in reporter_marks.c} == {"day", "meeting_id", "mark"}


@pytest.mark.parametrize(
    ("outcome", "status"), [("CONFIRMED_MEETING", "ACTIVE"), ("FIXED", "ACTIVE"), ("NOT_MEETING", "SUSPENDED")]
)
def test_settling_reports_takes_the_flag_back(desk: House, outcome: str, status: str) -> None:
    desk.lists(a_listing(record_key="1"))
    for number in range(3):
        desk.network = f"10.0.{number}.0/24"
        reported(desk)
    text = """mutation ($id: ID!, $outcome: ReportOutcome!) {
      resolveReports(meetingId: $id, outcome: $outcome) { meetings { status } problems { code } }
    }"""
    told = desk.data(text, id=id_of("1"), outcome=outcome)["resolveReports"]
    assert told == {"meetings": [{"status": status}], "problems": []}
    assert desk.data(REPORTS) == {"reports": []}


SUSPEND = """mutation ($ids: [ID!]!, $from: Date!, $until: Date, $note: String) {
  suspendMeetings(ids: $ids, from: $from, until: $until, note: $note) {
    meetings { id status exceptions { date cancelled note } } problems { code field }
  }
}"""


def test_suspended_dates_are_cancelled_with_the_note(desk: House) -> None:
    desk.lists(a_listing(record_key="1"))
    told = {"from": "2026-11-23", "until": "2026-12-02", "note": "The hall is being painted"}
    (meeting,) = desk.data(SUSPEND, ids=[id_of("1")], **told)["suspendMeetings"]["meetings"]
    assert [(e["date"], e["note"]) for e in meeting["exceptions"]] == [
        ("2026-11-24", "The hall is being painted"),
        ("2026-12-01", "The hall is being painted"),
    ]


def test_an_until_that_is_past_ends_a_suspension(desk: House) -> None:
    desk.lists(a_listing(record_key="1"))
    desk.data(SUSPEND, ids=[id_of("1")], **{"from": "2026-11-22"})
    (meeting,) = desk.data(SUSPEND, ids=[id_of("1")], **{"from": "2026-11-01", "until": "2026-11-02"})[
        "suspendMeetings"
    ]["meetings"]
    assert (meeting["status"], meeting["exceptions"]) == ("ACTIVE", [])


def test_of_several_meetings_one_that_there_is_not_leaves_all_as_they_were(desk: House) -> None:
    desk.lists(a_listing(record_key="1"))
    told = desk.data(SUSPEND, ids=[id_of("1"), "nobody"], **{"from": "2026-11-22"})["suspendMeetings"]
    assert told == {"meetings": [], "problems": [{"code": "UNKNOWN_MEETING", "field": ["ids", "1"]}]}
    assert desk.data("query ($id: ID!) { meeting(id: $id) { status } }", id=id_of("1"))["meeting"]["status"] == "ACTIVE"


def test_a_suspension_of_the_wrong_way_round_names_its_argument(desk: House) -> None:
    desk.lists(a_listing(record_key="1"))
    error = desk.error(SUSPEND, ids=[id_of("1")], **{"from": "2026-11-22", "until": "2026-11-21"})
    assert error["extensions"] == {"code": "BAD_INPUT", "argument": "until"}
