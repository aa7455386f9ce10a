"""What volunteers may ask and change, with a token that reaches their lists; and what anybody may report to them.

Whoever has no token, or one that does not reach a source, gets UNAUTHORIZED before anything is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import graphene

from meetings.errors import NotFound
from meetings.model import Meeting as KnownMeeting
from meetings.outcome import Outcome, Refusal
from meetings.source import ImportRun as KnownRun
from meetings.source import KeptPlan
from meetings.tokens import Action, may
from schema.context import Context
from schema.enums import ReportKind, ReportOutcome
from schema.filters import checked_items, checked_text
from schema.import_runs import ImportPayload, ImportRun, ImportRunConnection, find_run, page_of_runs
from schema.paging import after_argument, first_argument
from schema.problems import ProblemCode, Trouble
from schema.reports import (
    UNKNOWN_MEETING,
    MeetingsPayload,
    Report,
    ReportPayload,
    open_reports,
    report_meeting,
    settle_reports,
)
from schema.scalars import Date
from schema.source_input import SourceInput, SourcePayload, register_source
from schema.viewers import Viewer, check_may, scope, volunteer
from store.meetings import get_listed_meetings, get_meetings
from store.plans import plan_source
from store.sources import get_source
from store.suspensions import suspend_meetings

Payload = dict[str, Any]
_FOR_VOLUNTEERS = "For volunteers, who send `Authorization: Bearer TOKEN`."


def _source_argument(description: str, **options: Any) -> dict[str, graphene.Argument]:
    # By `args`, because graphene takes a keyword `source` for something else.
    return {"source": graphene.Argument(graphene.ID, description=description, **options)}


class VolunteerQueries:
    """The questions of volunteers."""

    viewer = graphene.Field(
        Viewer,
        description="What the token reaches that was sent; null: none was, as the public does.",
        resolver=lambda _, info: info.context.viewer,
    )
    import_runs = graphene.Field(
        ImportRunConnection,
        description=f"What imports did, newest first. {_FOR_VOLUNTEERS}",
        args=_source_argument("Those of this source; left out: of all that the token reaches."),
        first=first_argument(25),
        after=after_argument(),
        resolver=lambda _, info, source=None, first=None, after=None: page_of_runs(
            info.context, scope(info.context, Action.READ_RUNS, source), first, after
        ),
    )
    import_run = graphene.Field(
        ImportRun,
        description=f"One import with all that was found; null: there is none of this id. {_FOR_VOLUNTEERS}",
        id=graphene.ID(required=True, description="The run's id, as `importRuns` or `applyImport` told it."),
        resolver=lambda _, info, id: read_run(info.context, checked_text("id", id)),
    )
    reports = graphene.Field(
        graphene.List(graphene.NonNull(Report)),
        description=f"Reports that nobody has settled, newest first, at most 500. {_FOR_VOLUNTEERS}",
        args=_source_argument("Of meetings of this source; left out: of all that the token reaches."),
        resolver=lambda _, info, source=None: open_reports(
            info.context, scope(info.context, Action.READ_REPORTS, source)
        ),
    )


class VolunteerMutations:
    """The changes that volunteers ask for, and the reports that anybody may make."""

    report_meeting = graphene.Field(
        ReportPayload,
        description="Say that something is wrong with a meeting. No account; nothing of who reports is kept.",
        meeting_id=graphene.ID(required=True, description="Any id the meeting ever had."),
        kind=ReportKind(required=True, description="What is wrong."),
        detail=graphene.String(description="In your words, for volunteers only; at most 1000 characters, no persons."),
        resolver=lambda _, info, **told: report_meeting(info.context, **told),
    )
    register_source = graphene.Field(
        SourcePayload,
        description=f"Add a list, or change the one of that id. For admins. {_FOR_VOLUNTEERS}",
        input=SourceInput(required=True, description="The list."),
        resolver=lambda _, info, **told: register_source(info.context, **told),
    )
    preview_import = graphene.Field(
        ImportPayload,
        description=f"Say what an import would do, and keep that a day; nothing changes. {_FOR_VOLUNTEERS}",
        args=_source_argument("The source's id, e.g. `na-lantern`.", required=True),
        content=graphene.String(
            description="The list itself, at most 10 MB, as text or as base64 of a file; left out: it is fetched."
        ),
        resolver=lambda _, info, source, content=None: preview_import(info.context, source, content),
    )
    apply_import = graphene.Field(
        ImportPayload,
        description=f"Do what a preview said; what is missing is withdrawn. Twice is once. {_FOR_VOLUNTEERS}",
        plan=graphene.ID(required=True, description="The plan's id, as `previewImport` told it, at most a day old."),
        confirm=graphene.Boolean(
            default_value=False, description="true: you have looked at why it is held, and it is right."
        ),
        resolver=lambda _, info, plan, confirm=False: apply_import(info.context, plan, confirm=bool(confirm)),
    )
    revert_import = graphene.Field(
        ImportPayload,
        description="Undo an import, the newest first, and read the source no more until the next `applyImport`. "
        f"What was edited since stays. Twice is once. {_FOR_VOLUNTEERS}",
        run=graphene.ID(required=True, description="The run's id, as `importRuns` or `applyImport` told it."),
        resolver=lambda _, info, run: revert_import(info.context, run),
    )
    suspend_meetings = graphene.Field(
        MeetingsPayload,
        description=f"Say that meetings do not meet for a while; imports keep it. {_FOR_VOLUNTEERS}",
        ids=graphene.List(
            graphene.NonNull(graphene.ID), required=True, description="Any ids they ever had, at most 100 at a time."
        ),
        start=Date(name="from", required=True, description="The first day, by the date at the meeting."),
        until=Date(description="The last day; left out: until further notice; one that is past: it meets again."),
        note=graphene.String(description="Why, for everybody to read, e.g. `The hall is being painted`."),
        resolver=lambda _, info, ids, start, until=None, note=None: suspend(info.context, ids, start, until, note),
    )
    resolve_reports = graphene.Field(
        MeetingsPayload,
        description=f"Say what you found out of a reported meeting; its open reports are settled. {_FOR_VOLUNTEERS}",
        meeting_id=graphene.ID(required=True, description="Any id the meeting ever had."),
        outcome=ReportOutcome(required=True, description="What you found out."),
        resolver=lambda _, info, **told: settle_reports(info.context, **told),
    )


def read_run(context: Context, id: str) -> KnownRun | None:
    """The import of that id; None: there is none. NotAllowed."""
    volunteer(context)
    run = find_run(context, id)
    if run is not None:
        check_may(context, Action.READ_RUNS, run.source_id)
    return run


def preview_import(context: Context, source_id: str, content: str | None) -> Payload:
    """What an import would do."""
    check_may(context, Action.PREVIEW_IMPORT, source_id)
    try:
        source = get_source(context.read, source_id)
    except NotFound:
        return _refused(ProblemCode.UNKNOWN_SOURCE, f"no source is called {source_id!r}; register it first", "source")
    if content is None and not source.location:
        message = f"{source_id} has no address to fetch it from; send the list as `content`"
        return _refused(ProblemCode.CANNOT_READ, message, "content")
    # Fetching takes as long as a stranger's server likes: no snapshot is held meanwhile.
    context.renew()
    found = context.work.preview(source, content)
    context.renew()
    if isinstance(found, KeptPlan):
        return {"plan": found, "run": None, "problems": []}
    argument = "source" if content is None else "content"
    return _refused(ProblemCode.CANNOT_READ, found.reason or "it cannot be read", argument) | {"run": found}


def apply_import(context: Context, plan_id: str, *, confirm: bool) -> Payload:
    """Carry a previewed import out."""
    volunteer(context)
    source_id = plan_source(context.read, plan_id)
    if source_id is not None:
        check_may(context, Action.APPLY_IMPORT, source_id)
    context.renew()
    outcome = context.work.apply(plan_id, confirm=confirm)
    context.renew()
    argument = "confirm" if outcome.refusal == Refusal.NEEDS_CONFIRMATION else "plan"
    return _told(outcome, argument) | {"plan": plan_id}


def revert_import(context: Context, run_id: str) -> Payload:
    """Undo an import."""
    volunteer(context)
    run = find_run(context, run_id)
    if run is not None:
        check_may(context, Action.REVERT_IMPORT, run.source_id)
    context.renew()
    outcome = context.work.revert(run_id)
    context.renew()
    return _told(outcome, "run")


def suspend(context: Context, ids: Sequence[str], first: date, last: date | None, note: str | None) -> Payload:
    """Say that meetings do not meet for a while."""
    volunteer(context)
    asked = checked_items("ids", ids)
    found = get_meetings(context.read, asked)
    problems = [_unknown(place) for place, meeting in enumerate(found) if meeting is None]
    known = [meeting for meeting in found if meeting is not None]
    for meeting in known:
        _check_may_suspend(context, meeting)
    if problems:
        return {"meetings": [], "problems": problems}
    shown = [meeting.id for meeting in known]
    with context.write() as write:
        suspend_meetings(write, shown, first=first, last=last, note=note, now=context.now)
    context.renew()
    return {"meetings": get_meetings(context.read, shown), "problems": []}


def _check_may_suspend(context: Context, meeting: KnownMeeting) -> None:
    """Whoever looks after the list that tells its facts may, or after the one under whose id it is shown."""
    (own,) = get_listed_meetings(context.read, [meeting.id])
    if own is None or not may(context.viewer, Action.SUSPEND_MEETINGS, own.source_id):
        check_may(context, Action.SUSPEND_MEETINGS, meeting.source_id)


def _unknown(place: int) -> Trouble:
    return Trouble(code=ProblemCode.UNKNOWN_MEETING, message=UNKNOWN_MEETING, field=("ids", str(place)))


def _told(outcome: Outcome, argument: str) -> Payload:
    if outcome.refusal is not None:
        return _refused(ProblemCode(outcome.refusal.value), outcome.message, argument)
    return {"plan": None, "run": outcome.run, "problems": []}


def _refused(code: ProblemCode, message: str, argument: str) -> Payload:
    return {"plan": None, "run": None, "problems": [Trouble(code=code, message=message, field=(argument,))]}
