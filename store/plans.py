"""Previewed imports, kept for a day so that a person can look at one and apply it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from meetings.errors import NotFound
from meetings.plan_document import document_of, plan_from_document
from meetings.source import Held, ImportRun, KeptPlan, Source
from store.database import Reader, Writer
from store.imports import get_run
from store.tables import plans, runs

#: How long a preview can be looked at and applied.
KEPT_FOR = timedelta(days=1)


def keep_plan(write: Writer, kept: KeptPlan) -> None:
    """Keep a plan; plans that are a day older are dropped."""
    drop_old_plans(write, kept.made_at)
    values = {"id": kept.id, "source_id": kept.plan.source_id, "made_at": kept.made_at, "state": kept.state}
    document = document_of(kept.plan, kept.diffs) | {"findings_total": kept.findings_total}
    write.connection.execute(
        insert(plans).values(**values, content_hash=kept.content_hash, document=document, run_id=kept.run_id)
    )


def get_plan(read: Reader, id: str) -> KeptPlan:
    """The plan of that id, applied or not; NotFound, also once it is dropped."""
    row = read.connection.execute(select(plans).where(plans.c.id == id)).one_or_none()
    if row is None:
        raise NotFound("plan", id)
    plan, diffs = plan_from_document(row.document)
    return KeptPlan(
        id=row.id,
        made_at=row.made_at,
        state=row.state,
        plan=plan,
        diffs=diffs,
        findings_total=row.document["findings_total"],
        content_hash=row.content_hash,
        run_id=row.run_id,
    )


def plan_source(read: Reader, id: str) -> str | None:
    """The source that a plan is of, also one that was applied and dropped; None: there never was one, or it is gone."""
    kept = read.connection.scalar(select(plans.c.source_id).where(plans.c.id == id))
    return kept or read.connection.scalar(select(runs.c.source_id).where(runs.c.plan_id == id))


def drop_old_plans(write: Writer, now: datetime) -> int:
    """Forget plans older than a day, applied ones too; how many."""
    return write.connection.execute(delete(plans).where(plans.c.made_at < now - KEPT_FOR)).rowcount


def mark_applied(write: Writer, id: str, run_id: str) -> None:
    """Note the run that applied a plan."""
    write.connection.execute(update(plans).where(plans.c.id == id).values(run_id=run_id))


def run_of_plan(read: Reader, plan_id: str) -> ImportRun | None:
    """The run that applied a plan, also when the plan itself is dropped; None: it was not applied."""
    run_id = read.connection.scalar(select(runs.c.id).where(runs.c.plan_id == plan_id))
    return None if run_id is None else get_run(read, run_id)


def state_of(source: Source, held: tuple[Held, ...]) -> str:
    """A hash of all that a plan rests on: how the source is read, and what is held of it."""
    settings = (source.importer, source.location, source.fellowship, source.time_zone, source.country, source.mapping)
    digest = hashlib.sha256(repr(settings).encode("utf-8", "surrogatepass"))
    for one in held:
        # How often it was missed since decides nothing once a person looks.
        digest.update(repr(replace(one, missing_runs=0)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
