"""Imports as volunteers see them: what one would do, what one did, and what was found in the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import graphene

from meetings import model
from meetings.differences import meeting_of
from meetings.errors import InvalidQuery, NotFound
from meetings.findings import Finding as KnownFinding
from meetings.findings import Severity
from meetings.listing import fold
from meetings.source import ImportRun as KnownRun
from meetings.source import KeptPlan, Placed, RunStatus
from meetings.source import MeetingDiff as KnownDiff
from schema.context import Context
from schema.meetings import Meeting
from schema.paging import (
    PageInfo,
    PagePlace,
    checked_after,
    checked_first,
    cursor_from_key,
    first_argument,
    key_from_cursor,
    many,
)
from schema.problems import Problem
from schema.scalars import DateTime
from schema.sources import Source
from store.imports import get_run, list_runs
from store.meetings import get_listed_meetings
from store.plans import get_plan

#: How much of a list of a plan is shown; a person who looks at more than this looks at the numbers.
SHOWN = 100
_BY_SEVERITY = {severity: place for place, severity in enumerate(Severity)}
_STATUSES = ", ".join(f"`{status.value}`" for status in RunStatus)


class ImportCounts(graphene.ObjectType):
    """Numbers of an import. `received` is `added + changed + unchanged + rejected`."""

    received = graphene.Int(
        required=True, description="Meetings that the list told; a record for three days counts three."
    )
    added = graphene.Int(required=True, description="Meetings that were not known before, or had been withdrawn.")
    changed = graphene.Int(required=True, description="Known meetings of which it tells something else than before.")
    unchanged = graphene.Int(required=True, description="Known meetings of which it tells the same as before.")
    missing = graphene.Int(
        required=True, description="Known meetings that it does not tell for the first time; they are still shown."
    )
    withdrawn = graphene.Int(required=True, description="Known meetings that it does not tell, and that are gone now.")
    rejected = graphene.Int(
        required=True, description="Records that could not be used; each has a finding, and what was held stays."
    )


class Finding(graphene.ObjectType):
    """One thing that is wrong or doubtful in a list, with its place and the way to mend it."""

    code = graphene.String(
        required=True, description="For programs, e.g. `bad_time`; a published list that only grows."
    )
    severity = graphene.String(
        required=True,
        description="`ERROR`: that record is left out. `WARNING`: it is kept, in doubt. `INFO`: harmless.",
        resolver=lambda root, info: root.severity.value,
    )
    where = graphene.String(
        required=True, description="The place in the list, e.g. `row 40, column Day` or `[12].types[3]`."
    )
    source_key = graphene.String(description="The list's own id of the record, e.g. `1234`; null: it has none.")
    value = graphene.String(description="What stands there, shortened, e.g. `25:99`; null: nothing does.")
    message = graphene.String(required=True, description="For people, in English: what it means and how to mend it.")


class FieldDiff(graphene.ObjectType):
    """One field of a meeting, before and after."""

    field = graphene.String(required=True, description="The field, as a path, e.g. `venue.street`.")
    before = graphene.String(description="What it tells now, in words; null: nothing.")
    after = graphene.String(description="What it would tell, in words; null: nothing.")


class MeetingDiff(graphene.ObjectType):
    """What an import changes of one meeting."""

    meeting = graphene.Field(
        Meeting,
        required=True,
        description="The meeting as its list tells it now.",
        resolver=lambda root, info: root[0],
    )
    fields = many(
        FieldDiff,
        "The fields that change, in the order in which a meeting has them.",
        resolver=lambda root, info: root[1].fields,
    )


class ImportPlan(graphene.ObjectType):
    """What an import would do, kept for a day. Its lists show the first 100; its counts count all."""

    id = graphene.ID(required=True, description="What `applyImport` takes.")
    counts = graphene.Field(
        ImportCounts,
        required=True,
        description="How much it would do. What is missing would be withdrawn, for a person has looked.",
        resolver=lambda root, info: root.plan.counts,
    )
    findings = many(
        Finding,
        "What was found in the list, errors first.",
        resolver=lambda root, info: gravest(root.plan.findings, SHOWN),
    )
    findings_total = graphene.Int(required=True, description="How many findings there are, those not shown too.")
    added = many(
        Meeting,
        "Meetings that would be new, as they would be shown; their ids answer once the plan is applied.",
        resolver=lambda root, info: new_meetings(root),
    )
    changed = many(
        MeetingDiff,
        "Meetings that would change, with each field before and after.",
        resolver=lambda root, info: changed_meetings(info.context, root.diffs),
    )
    withdrawn = many(
        Meeting,
        "Meetings that would be gone, as they are now.",
        resolver=lambda root, info: listed(info.context, root.plan.withdrawn),
    )
    held = graphene.String(
        description="Why a person must confirm it, in English; null: nothing is out of the ordinary.",
        resolver=lambda root, info: root.plan.held,
    )


class ImportRun(graphene.ObjectType):
    """One attempt to import a list, good or bad, or to undo one."""

    id = graphene.ID(required=True, description="What `importRun` and `revertImport` take.")
    source = graphene.Field(
        Source,
        required=True,
        description="The list that was read.",
        resolver=lambda root, info: info.context.loaders.every_source()[root.source_id],
    )
    status = graphene.String(
        required=True,
        description=f"How it ended: {_STATUSES}. Only the first changed anything.",
        resolver=lambda root, info: root.status.value,
    )
    started_at = DateTime(required=True, description="When it began.")
    finished_at = DateTime(description="When it ended, well or not.")
    counts = graphene.Field(ImportCounts, required=True, description="How much it did, or would have done.")
    findings = many(
        Finding,
        "What was found in the list, errors first.",
        first=first_argument(100),
        resolver=lambda root, info, first=None: findings_of(info.context, root, first),
    )
    findings_total = graphene.Int(required=True, description="How many findings there were, those not kept too.")
    plan = graphene.Field(
        ImportPlan,
        description="The plan that a person applied; null: it ran unattended, or the plan is older than a day.",
        resolver=lambda root, info: kept_plan(info.context, root.plan_id),
    )
    reverted_by = graphene.ID(description="The run that undid this one; null: it stands.")
    reverts = graphene.ID(description="The run that this one undid; null: it is an import.")
    error = graphene.String(
        description="Why it failed or waits for a person, in English; null: it did neither.",
        resolver=lambda root, info: root.reason,
    )


class ImportRunConnection(graphene.ObjectType):
    """A page of imports, newest first."""

    nodes = many(ImportRun, "The imports on this page, newest first.")
    page_info = graphene.Field(
        PageInfo, required=True, description="Where this page lies in the whole list, and how to go on from it."
    )


class ImportPayload(graphene.ObjectType):
    """What came of previewing, applying or undoing an import."""

    plan = graphene.Field(
        ImportPlan,
        description="What an import would do, or what was applied; null: there is none.",
        resolver=lambda root, info: kept_plan(info.context, root.get("plan")),
    )
    run = graphene.Field(
        ImportRun, description="What was done; of a preview that failed, what was found, which is not kept."
    )
    problems = many(Problem, "Why nothing was done; empty: it was done.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """What `ImportRunConnection` shows."""

    nodes: Sequence[KnownRun]
    page_info: PagePlace


def page_of_runs(context: Context, sources: tuple[str, ...] | None, first: int | None, after: str | None) -> RunPage:
    """A page of the imports of these sources, None: of all; InvalidQuery, CursorExpired."""
    wanted = checked_first(first, 25)
    cursor = checked_after(after)
    before = None if cursor is None else _place(key_from_cursor(cursor, sources))
    found = list_runs(context.read, sources=sources, before=before, first=wanted + 1)
    nodes = found[:wanted]
    ends = [cursor_from_key((run.started_at.isoformat(), run.id), sources) for run in (*nodes[:1], *nodes[-1:])]
    place = PagePlace(
        has_next_page=len(found) > wanted,
        has_previous_page=before is not None,
        start_cursor=ends[0] if ends else None,
        end_cursor=ends[-1] if ends else None,
    )
    return RunPage(nodes=nodes, page_info=place)


def _place(key: tuple[str, ...]) -> tuple[datetime, str]:
    try:
        at, id = key
        return datetime.fromisoformat(at), id
    except ValueError as error:
        raise InvalidQuery("after", "this is no cursor of ours; begin again without one") from error


def find_run(context: Context, id: str) -> KnownRun | None:
    """The import of that id; None: there is none."""
    try:
        return get_run(context.read, id)
    except NotFound:
        return None


def kept_plan(context: Context, plan: KeptPlan | str | None) -> KeptPlan | None:
    """The plan of that id; None: there is none any more."""
    if not isinstance(plan, str):
        return plan
    try:
        return get_plan(context.read, plan)
    except NotFound:
        return None


def gravest(findings: Iterable[KnownFinding], most: int) -> list[KnownFinding]:
    """So many of them, errors first, else in the order of the list."""
    return sorted(findings, key=lambda finding: _BY_SEVERITY[finding.severity])[:most]


def findings_of(context: Context, run: KnownRun, first: int | None) -> list[KnownFinding]:
    """The findings of a run, which pages of runs come without; InvalidQuery."""
    wanted = checked_first(first, SHOWN)
    if run.findings or not run.findings_total:
        return gravest(run.findings, wanted)
    found = find_run(context, run.id)
    return gravest(found.findings if found else (), wanted)


def new_meetings(kept: KeptPlan) -> list[model.Meeting]:
    """The meetings that a plan adds, as an import would show them."""

    def shown(placed: Placed) -> model.Meeting:
        return meeting_of(placed, kept.plan.source_id, kept.made_at)

    return [shown(placed) for placed in kept.plan.added[:SHOWN]]


def changed_meetings(context: Context, diffs: Sequence[KnownDiff]) -> list[tuple[model.Meeting, KnownDiff]]:
    """What a plan changes, each with its meeting."""
    shown = diffs[:SHOWN]
    found = get_listed_meetings(context.read, [diff.meeting_id for diff in shown])
    return [(meeting, diff) for meeting, diff in zip(found, shown, strict=True) if meeting]


def listed(context: Context, ids: Sequence[str]) -> list[Any]:
    """The meetings of these ids as their source lists them, whatever other sources say; by name."""
    found = [meeting for meeting in get_listed_meetings(context.read, ids[:SHOWN]) if meeting]
    return sorted(found, key=lambda meeting: (fold(meeting.name), meeting.id))
