"""What people report of meetings, for volunteers to look at."""

from __future__ import annotations

import base64
from typing import Any

import graphene

from meetings.errors import NotFound
from meetings.reports import DETAIL_LENGTH, KEY_BYTES
from meetings.reports import Report as KnownReport
from meetings.reports import ReportKind as Kind
from meetings.reports import ReportOutcome as Outcome
from meetings.tokens import Action
from schema.context import Context
from schema.enums import ReportKind
from schema.filters import checked_text
from schema.meetings import Meeting
from schema.paging import many
from schema.problems import Problem, ProblemCode, Trouble
from schema.scalars import DateTime
from schema.viewers import check_may, volunteer
from store.meetings import get_meetings
from store.reports import add_report, list_reports, resolve_reports

Payload = dict[str, Any]
UNKNOWN_MEETING = "no meeting ever had this id"


class Report(graphene.ObjectType):
    """That somebody says something is wrong with a meeting. Nothing is known of who."""

    id = graphene.ID(required=True, description="Opaque and lasting.")
    meeting = graphene.Field(
        Meeting,
        required=True,
        description="The meeting it speaks of, as it is now.",
        resolver=lambda root, info: info.context.loaders.meetings.get(root.meeting_id),
    )
    kind = graphene.Field(ReportKind, required=True, description="What is said to be wrong.")
    detail = graphene.String(description="In the reporter's words, without persons; null: none were given.")
    at = DateTime(required=True, description="When it was reported.")


class ReportPayload(graphene.ObjectType):
    """Whether a report was taken."""

    accepted = graphene.Boolean(required=True, description="true: a volunteer will see it.")
    problems = many(Problem, "Why it was not taken; empty: it was.")


class MeetingsPayload(graphene.ObjectType):
    """The meetings that something was done to."""

    meetings = many(Meeting, "The meetings as they are now, in the order asked; none where there are problems.")
    problems = many(Problem, "Why nothing was done; empty: it was done.")


def report_meeting(context: Context, *, meeting_id: str, kind: Kind, detail: str | None = None) -> Payload:
    """Keep a report, but nothing of who made it."""
    if detail is not None and len(detail) > DETAIL_LENGTH:
        message = f"at most {DETAIL_LENGTH} characters, not {len(detail)}"
        return {"accepted": False, "problems": [_trouble(ProblemCode.TOO_LONG, message, "detail")]}
    (meeting,) = get_meetings(context.read, [checked_text("meetingId", meeting_id)])
    if meeting is None:
        return {"accepted": False, "problems": [_unknown()]}
    report = KnownReport(
        id=base64.b32encode(context.random_bytes(10)).decode("ascii"),
        meeting_id=meeting.id,
        kind=kind,
        detail=(context.work.without_persons(detail) if detail else None) or None,
        at=context.now,
    )
    new_key = context.random_bytes(KEY_BYTES)
    with context.write() as write:
        add_report(write, report, network=context.network(), new_key=new_key)
    return {"accepted": True, "problems": []}


def open_reports(context: Context, sources: tuple[str, ...] | None) -> list[KnownReport]:
    """Reports that nobody has looked at, newest first, each with a meeting that there is."""
    found = list_reports(context.read, sources)
    context.loaders.meetings.announce(report.meeting_id for report in found)
    return [report for report in found if context.loaders.meetings.get(report.meeting_id)]


def settle_reports(context: Context, *, meeting_id: str, outcome: Outcome) -> Payload:
    """Say what a volunteer found out of a meeting."""
    volunteer(context)
    (meeting,) = get_meetings(context.read, [checked_text("meetingId", meeting_id)])
    if meeting is None:
        return {"meetings": [], "problems": [_unknown()]}
    check_may(context, Action.RESOLVE_REPORTS, meeting.source_id)
    try:
        with context.write() as write:
            resolve_reports(write, meeting.id, outcome, now=context.now)
    except NotFound:
        return {"meetings": [], "problems": [_unknown()]}
    context.renew()
    return {"meetings": get_meetings(context.read, [meeting.id]), "problems": []}


def _unknown() -> Trouble:
    return _trouble(ProblemCode.UNKNOWN_MEETING, UNKNOWN_MEETING, "meetingId")


def _trouble(code: ProblemCode, message: str, argument: str) -> Trouble:
    return Trouble(code=code, message=message, field=(argument,))
