"""Import in two steps: what a preview says is what applying it does, once, or nothing at all."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from importers.preview import preview_import, sent_content
from meetings.errors import FetchFailed, NotFound
from meetings.model import MeetingStatus
from meetings.outcome import Refusal
from meetings.source import FieldDiff, ImportRun, KeptPlan, RunStatus
from meetings.tokens import Confirmer, Role, Token
from store.database import Database
from store.imports import get_run, list_runs
from store.plans import get_plan
from store.sources import get_source, put_source, set_paused
from store.tokens import add_token, revoke_token
from tests.builders import NOW, a_source
from tests.importers.importing import answer, applied, at, imported, opened, previewed, rows, some
from tests.importers.lists import bmlt_record, the_vocabulary


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


@pytest.fixture
def either_database(migrated_url: str) -> Iterator[Database]:
    with opened(migrated_url) as database:
        yield database


def statuses(database: Database) -> list[MeetingStatus]:
    return sorted(row["status"] for row in rows(database).values())


def refusal(database: Database, **told: Any) -> Refusal | None:
    outcome = applied(database, **told)
    assert (outcome.run is None) == bool(outcome.refusal) == bool(outcome.message)
    return outcome.refusal


def test_preview_changes_nothing_and_is_kept_as_it_was_told(either_database: Database) -> None:
    database = either_database
    kept = previewed(database, *some(3), {"uid": "no name"})
    assert (kept.plan.counts.added, kept.plan.counts.rejected, rows(database)) == (3, 1, {})
    with database.read() as read:
        assert get_plan(read, "plan") == kept
        assert list_runs(read) == ()


def test_applying_does_what_the_preview_said_and_is_recorded_with_its_plan(either_database: Database) -> None:
    database = either_database
    kept = previewed(database, *some(3))
    run = applied(database).run
    assert run is not None
    assert (run.status, run.counts, run.plan_id) == (RunStatus.SUCCEEDED, kept.plan.counts, "plan")
    with database.read() as read:
        assert get_run(read, run.id) == run
        assert get_plan(read, "plan").run_id == run.id
    assert statuses(database) == [MeetingStatus.ACTIVE] * 3


def test_same_import_attended_and_unattended_comes_to_the_same(database: Database) -> None:
    previewed(database, *some(5))
    applied(database)
    assert imported(database, *some(5), days=1).status == RunStatus.NOT_MODIFIED


def test_applying_twice_is_once(either_database: Database) -> None:
    database = either_database
    previewed(database, *some(3))
    first = applied(database)
    before = rows(database)
    assert applied(database, days=1) == first
    assert rows(database) == before


def test_what_is_missing_is_withdrawn_when_a_person_applies(database: Database) -> None:
    imported(database, *some(30))
    kept = previewed(database, *some(29))
    assert (kept.plan.held, len(kept.plan.withdrawn), kept.plan.counts.withdrawn) == (None, 1, 1)
    applied(database)
    assert rows(database)["29"]["status"] == MeetingStatus.WITHDRAWN


def test_held_plan_is_applied_only_when_confirmed(database: Database) -> None:
    imported(database, *some(30))
    kept = previewed(database, *some(5))
    assert "25 of 30" in (kept.plan.held or "")
    assert refusal(database) == Refusal.NEEDS_CONFIRMATION
    assert statuses(database) == [MeetingStatus.ACTIVE] * 30
    assert refusal(database, confirm=True) is None
    assert statuses(database) == [MeetingStatus.ACTIVE] * 5 + [MeetingStatus.WITHDRAWN] * 25


def known_tokens(database: Database, *ids: str) -> None:
    with database.write() as write:
        for id in ids:
            add_token(write, Token(id=id, role=Role.VOLUNTEER, created_at=NOW), token_hash=f"hash of {id}")


def by(token_id: str) -> Confirmer:
    return Confirmer(token_id=token_id, alone=20)


def test_a_second_volunteer_must_apply_what_takes_many_meetings_away(either_database: Database) -> None:
    database = either_database
    known_tokens(database, "T1", "T2")
    imported(database, *some(40))
    previewed(database, *some(19))
    for _ in range(2):
        assert refusal(database, confirm=True, by=by("T1")) == Refusal.NEEDS_SECOND_PERSON
    assert set(statuses(database)) == {MeetingStatus.ACTIVE}
    # The other one looks for themselves, at a preview of their own of the same list.
    previewed(database, *some(19), plan_id="theirs", days=0.5)
    assert applied(database, "theirs", confirm=True, by=by("T2"), days=0.5).run is not None
    assert statuses(database).count(MeetingStatus.WITHDRAWN) == 21


@pytest.mark.parametrize("left", [20, 40])
def test_who_takes_few_meetings_away_needs_no_second_person(database: Database, left: int) -> None:
    imported(database, *some(40))
    previewed(database, *some(left))
    assert applied(database, confirm=True, by=by("T1")).run is not None


def test_a_word_for_another_list_a_day_ago_or_by_a_revoked_token_is_none(database: Database) -> None:
    known_tokens(database, "T1", "T2", "T3")
    imported(database, *some(40))
    previewed(database, *some(19))
    applied(database, confirm=True, by=by("T1"))
    previewed(database, *some(18), plan_id="other")
    assert refusal(database, plan_id="other", confirm=True, by=by("T2")) == Refusal.NEEDS_SECOND_PERSON
    previewed(database, *some(19), plan_id="late", days=1.1)
    assert refusal(database, plan_id="late", confirm=True, by=by("T2"), days=1.1) == Refusal.NEEDS_SECOND_PERSON
    with database.write() as write:
        revoke_token(write, "T2", now=NOW)
    assert refusal(database, plan_id="late", confirm=True, by=by("T3"), days=1.1) == Refusal.NEEDS_SECOND_PERSON


def test_plan_is_void_once_the_list_changed(database: Database) -> None:
    imported(database, *some(3))
    previewed(database, *some(4))
    imported(database, *some(3), bmlt_record(id_bigint="9"), days=0.1)
    assert refusal(database) == Refusal.LIST_CHANGED


def test_plan_is_void_once_the_source_is_read_otherwise(database: Database) -> None:
    previewed(database, *some(3))
    with database.write() as write:
        put_source(write, a_source(time_zone="America/Chicago"))
    assert refusal(database) == Refusal.LIST_CHANGED


def test_plan_stays_good_when_nothing_changed_meanwhile(database: Database) -> None:
    imported(database, *some(3))
    previewed(database, *some(4))
    imported(database, *some(3), days=0.1)
    assert refusal(database) is None


@pytest.mark.parametrize("days", [1.01, 20])
def test_plan_is_void_after_a_day(database: Database, days: float) -> None:
    previewed(database, *some(3))
    assert refusal(database, days=days) == Refusal.PLAN_EXPIRED


def test_old_plans_are_forgotten_when_a_new_one_is_kept(database: Database) -> None:
    previewed(database, *some(3))
    previewed(database, *some(3), plan_id="next", days=2)
    with database.read() as read, pytest.raises(NotFound):
        get_plan(read, "plan")


def test_applied_plan_is_still_answered_with_its_run_when_it_is_forgotten(database: Database) -> None:
    previewed(database, *some(3))
    first = applied(database)
    previewed(database, *some(3), plan_id="next", days=2)
    assert applied(database, days=3) == first


def test_unknown_plan_is_refused(database: Database) -> None:
    assert refusal(database, plan_id="no such") == Refusal.PLAN_EXPIRED


def test_applying_reads_a_paused_source_again(database: Database) -> None:
    with database.write() as write:
        set_paused(write, "lantern", paused=True)
    previewed(database, *some(3))
    applied(database)
    with database.read() as read:
        assert not get_source(read, "lantern").paused


def test_preview_tells_field_by_field_what_changes(database: Database) -> None:
    imported(database, bmlt_record())
    kept = previewed(database, bmlt_record(start_time="20:00:00", location_text="Old Mill", comments="Ring twice"))
    (diff,) = kept.diffs
    assert diff.fields == (
        FieldDiff(field="recurrence.starts", before="19:30", after="20:00"),
        FieldDiff(field="venue.name", before="Lantern Hall", after="Old Mill"),
        FieldDiff(field="notes", before=None, after="Ring twice"),
    )


@pytest.mark.parametrize("body", ["[]", "<html>Just a moment…</html>", "[{", ""])
def test_what_is_no_list_is_a_failed_run_that_is_not_kept(database: Database, body: str) -> None:
    failed = preview_import(
        database,
        a_source(),
        fetch=lambda source: sent_content(source, body),
        vocabulary=the_vocabulary(),
        now=NOW,
        plan_id="plan",
    )
    assert isinstance(failed, ImportRun)
    assert (failed.status, bool(failed.reason)) == (RunStatus.FAILED, True)
    assert refusal(database) == Refusal.PLAN_EXPIRED


def test_list_of_which_nothing_can_be_read_tells_why_record_by_record(database: Database) -> None:
    told: dict[str, Any] = {"vocabulary": the_vocabulary(), "now": NOW, "plan_id": "plan"}
    failed = preview_import(database, a_source(), fetch=answer({"uid": 1}, {"uid": 2}), **told)
    assert isinstance(failed, ImportRun)
    assert "missing_name" in [finding.code for finding in failed.findings]


def test_person_may_send_the_list_instead_of_its_being_fetched(database: Database) -> None:
    text = '[{"name": "First Light", "slug": "x", "day": 2, "time": "19:30", "latitude": 40.7, "longitude": -74}]'
    source = a_source(importer="meeting_guide")
    kept = preview_import(
        database,
        source,
        fetch=lambda asked: sent_content(asked, text),
        vocabulary=the_vocabulary(),
        now=NOW,
        plan_id="plan",
    )
    assert isinstance(kept, KeptPlan)
    assert kept.plan.counts.added == 1


def test_workbook_is_sent_as_base64() -> None:
    workbook = b"PK\x03\x04" + bytes(range(256))
    sent = sent_content(a_source(importer="spreadsheet"), base64.encodebytes(workbook).decode())
    assert list(sent.documents.values()) == [workbook]


@pytest.mark.parametrize("content", ["x" * (10 * 1024 * 1024 + 1), "UEsDB"])
def test_content_that_is_too_much_or_broken_is_refused_with_the_reason(content: str) -> None:
    with pytest.raises(FetchFailed, match="content"):
        sent_content(a_source(), content)


def test_previews_time_is_the_time_given(database: Database) -> None:
    assert previewed(database, *some(1), days=3).made_at == at(3)
