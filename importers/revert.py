"""An import undone: recorded as a run of its own, and the source paused, lest the next import bring it back."""

from __future__ import annotations

from datetime import datetime

from meetings.errors import NotFound
from meetings.outcome import Outcome, Refusal
from meetings.source import ImportCounts, ImportRun, RunStatus
from meetings.tokens import Confirmer
from store.changes import KEPT
from store.confirmations import confirm, settle
from store.database import Database, Writer
from store.imports import GOOD, get_run, record_run
from store.reverts import mark_reverted, pause_after_revert, runs_after, undo_runs


def revert_run(
    database: Database, run_id: str, *, new_run_id: str, now: datetime, by: Confirmer | None = None
) -> Outcome:
    """Undo one import, the newest first; a second time it answers the run of the first and changes nothing.

    What somebody edited since stays; meetings that the import added are withdrawn. Imports after it that found the
    list as it left it are undone with it. Refused with UNKNOWN_RUN, NOTHING_TO_UNDO (it changed nothing, is itself an
    undoing, or is so old that the log does not tell any more what it changed), NEWER_IMPORT (the message names the
    imports to undo first) or NEEDS_SECOND_PERSON (takes away more than `by` may alone, None: any number).
    """
    with database.write() as write:
        write.lock_changes()
        try:
            run = get_run(write, run_id)
        except NotFound:
            return Outcome(refusal=Refusal.UNKNOWN_RUN, message=f"no import is called {run_id}")
        if run.reverted_by is not None:
            return Outcome(run=get_run(write, run.reverted_by))
        if run.reverts is not None or run.status not in GOOD:
            return Outcome(refusal=Refusal.NOTHING_TO_UNDO, message=_why_nothing(run))
        if run.started_at < now - KEPT:
            message = f"{run.id} is older than {KEPT.days} days: what it changed is not kept any more"
            return Outcome(refusal=Refusal.NOTHING_TO_UNDO, message=message)
        newer, same = runs_after(write, run)
        if newer:
            message = f"newer imports of {run.source_id} rest on this one; undo these first: {', '.join(newer)}"
            return Outcome(refusal=Refusal.NEWER_IMPORT, message=message)
        trial = write.savepoint()
        undoing = _undo(write, run, [run.id, *same], new_run_id, now)
        gone, subject = undoing.counts.withdrawn, f"undo {run.id}"
        if by is None or gone <= by.alone:
            return Outcome(run=undoing)
        if confirm(write, subject, by.token_id, now):
            settle(write, subject)
            return Outcome(run=undoing)
        # How much would go is known once it is done; so it is done, and taken back.
        trial.rollback()
        confirm(write, subject, by.token_id, now)
        return Outcome(refusal=Refusal.NEEDS_SECOND_PERSON, message=_one_too_few(run, gone, by.alone))


def _one_too_few(run: ImportRun, gone: int, alone: int) -> str:
    return (
        f"this takes {gone} meetings away, and more than {alone} need two people: within a day, let another volunteer "
        f"undo the import {run.id} too, or let an admin do it alone"
    )


def _why_nothing(run: ImportRun) -> str:
    if run.reverts is not None:
        return f"{run.id} undid {run.reverts}; apply the list again instead"
    return f"{run.id} was {run.status.value} and changed nothing"


def _undo(write: Writer, run: ImportRun, run_ids: list[str], new_run_id: str, now: datetime) -> ImportRun:
    undone = undo_runs(write, run.source_id, run_ids, new_run_id=new_run_id, now=now)
    changed = len(undone.restored)
    done = ImportRun(
        id=new_run_id,
        source_id=run.source_id,
        status=RunStatus.SUCCEEDED,
        started_at=now,
        finished_at=now,
        counts=ImportCounts(received=changed, changed=changed, withdrawn=len(undone.withdrawn)),
        reverts=run.id,
    )
    record_run(write, done)
    mark_reverted(write, run_ids, by=new_run_id)
    pause_after_revert(write, run.source_id)
    return done
