"""Import in two steps: look at what it would do, then do exactly that.

A preview says what applying it would do, which is more than an unattended import does: whoever applies a plan has
looked, so what is absent is withdrawn at once.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from importers.fetch import DATED
from importers.plan import is_readable, plan_import
from importers.protocol import Fetched, Importer
from importers.reading import read_listings
from importers.registry import IMPORTERS
from importers.run import begun_run, content_hash, first_of_each, too_long, why_unreadable, with_findings
from meetings.differences import differences, meeting_of
from meetings.errors import FetchFailed, ImportFailed, NotFound, StoreFailed, frames_of
from meetings.listing import Parsed
from meetings.outcome import Outcome, Refusal
from meetings.source import Held, ImportLimits, ImportPlan, ImportRun, KeptPlan, MeetingDiff, RunStatus, Source
from meetings.tokens import Confirmer
from meetings.vocabulary import Vocabulary
from store.confirmations import confirm as confirm_removal
from store.confirmations import settle as settle_removal
from store.database import Database, Reader, Writer
from store.imports import apply_plan, held_listings, record_run
from store.meetings import get_listed_meetings
from store.plans import KEPT_FOR, get_plan, keep_plan, mark_applied, run_of_plan, state_of
from store.sources import get_source, set_paused

_log = logging.getLogger(__name__)
#: What a person may send in place of what the source's location holds.
MOST_CONTENT_BYTES = 10 * 1024 * 1024
#: Changes of which a preview shows field by field what they are; lists in an answer show no more.
SHOWN_DIFFS = 100
#: Every list has something that base64 has not: a space, a comma, a bracket.
_BASE64 = re.compile(r"[A-Za-z0-9+/\r\n]*+={0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is read, with what, and when."""

    source: Source
    fetch: Callable[[Source], Fetched]
    importers: Mapping[str, Importer]
    vocabulary: Vocabulary
    limits: ImportLimits
    now: datetime


def sent_content(source: Source, content: str, *, most: int = MOST_CONTENT_BYTES) -> Fetched:
    """A list that a person sent, as if fetched: text, or base64 of a file such as a workbook. FetchFailed: too much."""
    body = content.encode("utf-8", "surrogatepass")
    if _BASE64.fullmatch(content.rstrip()):
        try:
            body = base64.b64decode("".join(content.split()), validate=True)
        except binascii.Error as error:
            raise FetchFailed(source.id, "content", "neither text nor whole base64 of a file") from error
    if len(body) > most:
        raise FetchFailed(source.id, "content", f"{len(body)} bytes; at most {most} can be sent")
    name = {"bmlt": "GetSearchResults.json", "native": "list.jsonl"}.get(source.importer, "list")
    return Fetched(documents={name: body}, location="content")


def preview_import(
    database: Database,
    source: Source,
    *,
    fetch: Callable[[Source], Fetched],
    vocabulary: Vocabulary,
    now: datetime,
    plan_id: str,
    importers: Mapping[str, Importer] = IMPORTERS,
    limits: ImportLimits | None = None,
) -> KeptPlan | ImportRun:
    """What an import would do, kept for a day; or, where it cannot be read, a failed run, which is not recorded.

    `fetch` may raise FetchFailed; `lambda source: sent_content(source, text)` for what a person sent.
    """
    asked = _Asked(
        source=source,
        fetch=fetch,
        importers=importers,
        vocabulary=vocabulary,
        limits=limits or ImportLimits(),
        now=now,
    )
    run = begun_run(plan_id, source, now)
    try:
        parsed, read_hash = _parsed(database, asked)
        if is_readable(parsed):
            return _kept(database, asked, parsed, plan_id, read_hash)
        failed = with_findings(run, parsed)
        return replace(failed, reason=why_unreadable(failed))
    except StoreFailed:
        raise
    except ImportFailed as error:
        return replace(run, reason=str(error))
    except MemoryError:
        return replace(run, reason=too_long(source))
    except Exception as error:
        _log.error("preview broke off plan=%s source=%s %s", plan_id, source.id, frames_of(error))
        return replace(run, reason=f"{source.id}: an error of ours, see the log")


def _parsed(database: Database, asked: _Asked) -> tuple[Parsed, str]:
    source = asked.source
    importer = asked.importers.get(source.importer)
    if importer is None:
        raise ImportFailed(
            source.id, f"no importer is called {source.importer!r}; there are {', '.join(asked.importers)}"
        )
    fetched = asked.fetch(source)
    if source.importer in DATED:
        fetched = replace(fetched, read_on=asked.now.astimezone(UTC).date())
    most = asked.limits.known_records
    parsed = read_listings(database, importer, fetched, source, asked.vocabulary, most_known=most).parsed
    return parsed, content_hash(fetched, source, importer, asked.vocabulary)


def _kept(database: Database, asked: _Asked, parsed: Parsed, plan_id: str, read_hash: str) -> KeptPlan:
    source = asked.source
    with database.read() as read:
        held = held_listings(read, source.id)
        plan = _confirmable(asked, parsed, held)
        diffs = _diffs(read, plan, asked.now)
    kept = KeptPlan(
        id=plan_id,
        made_at=asked.now,
        state=state_of(source, held),
        plan=replace(plan, findings=first_of_each(plan.findings)),
        diffs=diffs,
        findings_total=len(plan.findings),
        content_hash=read_hash,
    )
    with database.write() as write:
        keep_plan(write, kept)
    return kept


def _confirmable(asked: _Asked, parsed: Parsed, held: tuple[Held, ...]) -> ImportPlan:
    """What applying it does, with the reason, if any, for which it must be confirmed."""
    unattended = plan_import(parsed, held, source_id=asked.source.id, now=asked.now, limits=asked.limits)
    plan = plan_import(parsed, held, source_id=asked.source.id, now=asked.now, limits=asked.limits, confirm=True)
    return replace(plan, held=unattended.held)


def _diffs(read: Reader, plan: ImportPlan, now: datetime) -> tuple[MeetingDiff, ...]:
    shown = plan.changed[:SHOWN_DIFFS]
    before = get_listed_meetings(read, [placed.meeting_id for placed in shown])
    return tuple(
        MeetingDiff(
            meeting_id=placed.meeting_id,
            fields=differences(was, meeting_of(placed, plan.source_id, now, before=was)),
        )
        for placed, was in zip(shown, before, strict=True)
        if was is not None
    )


def apply_kept(
    database: Database, plan_id: str, *, confirm: bool, run_id: str, now: datetime, by: Confirmer | None = None
) -> Outcome:
    """Carry a kept plan out, in one transaction; a second time it answers the run of the first.

    Refused with PLAN_EXPIRED (also: no such plan), LIST_CHANGED, NEEDS_CONFIRMATION (held and not `confirm`),
    NEEDS_SECOND_PERSON (takes away more than `by` may alone, None: any number). A source that an undoing had paused is
    read again.
    """
    with database.write() as write:
        # Whoever applies the same plan at the same time waits here, and then finds its run.
        write.lock_changes()
        done = run_of_plan(write, plan_id)
        if done is not None:
            return Outcome(run=done)
        try:
            kept = get_plan(write, plan_id)
            source = get_source(write, kept.plan.source_id)
        except NotFound as error:
            return Outcome(refusal=Refusal.PLAN_EXPIRED, message=f"{error}; preview the import again")
        refused = _refused(write, kept, source, confirm=confirm, now=now) or _one_too_few(write, kept, by, now)
        return refused or Outcome(run=_apply(write, kept, run_id, now))


def _refused(write: Writer, kept: KeptPlan, source: Source, *, confirm: bool, now: datetime) -> Outcome | None:
    if now - kept.made_at > KEPT_FOR:
        message = f"the preview is more than {KEPT_FOR.days} day old; make a new one"
        return Outcome(refusal=Refusal.PLAN_EXPIRED, message=message)
    if state_of(source, held_listings(write, source.id)) != kept.state:
        message = f"{source.id} changed since this preview; make a new one and look at that"
        return Outcome(refusal=Refusal.LIST_CHANGED, message=message)
    if kept.plan.held is not None and not confirm:
        return Outcome(refusal=Refusal.NEEDS_CONFIRMATION, message=kept.plan.held)
    return None


def _one_too_few(write: Writer, kept: KeptPlan, by: Confirmer | None, now: datetime) -> Outcome | None:
    """The refusal, if so much would go that a second person must apply the same; their asking is kept a day."""
    gone = len(kept.plan.withdrawn) + len(kept.plan.suspended)
    if by is None or gone <= by.alone:
        return None
    # The content and what is held of the source, not the plan: the other one previews it anew, and looks.
    subject = f"{kept.plan.source_id} {kept.state} {kept.content_hash}"
    if confirm_removal(write, subject, by.token_id, now):
        settle_removal(write, subject)
        return None
    message = (
        f"this takes {gone} meetings away, and more than {by.alone} need two people: within a day, let another "
        f"volunteer preview the same list and apply it, or apply the plan {kept.id}; or let an admin do it alone"
    )
    return Outcome(refusal=Refusal.NEEDS_SECOND_PERSON, message=message)


def _apply(write: Writer, kept: KeptPlan, run_id: str, now: datetime) -> ImportRun:
    plan = replace(kept.plan, held=None)
    run = ImportRun(
        id=run_id,
        source_id=plan.source_id,
        status=RunStatus.SUCCEEDED,
        started_at=now,
        finished_at=now,
        counts=plan.counts,
        findings=plan.findings,
        findings_total=kept.findings_total,
        content_hash=kept.content_hash,
        plan_id=kept.id,
    )
    apply_plan(write, plan, run_id=run_id, now=now)
    record_run(write, run)
    mark_applied(write, kept.id, run_id)
    set_paused(write, plan.source_id, paused=False)
    return run
