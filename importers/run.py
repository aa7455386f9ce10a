"""One import from end to end: fetch, parse, plan, apply, record. It decides nothing that these do not.

Whatever goes wrong with a source ends as a failed run of that source; only a database that cannot be used is raised.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from importers.plan import plan_import
from importers.protocol import Fetched, Importer
from importers.registry import IMPORTERS
from meetings.errors import ImportFailed, StoreFailed
from meetings.findings import Finding
from meetings.listing import Parsed
from meetings.model import MeetingStatus
from meetings.source import Held, ImportLimits, ImportPlan, ImportRun, RunStatus, Source
from meetings.vocabulary import Vocabulary
from meetings.zones import TZDATA_VERSION
from store.database import Database
from store.imports import apply_plan, held_listings, last_good_run, record_run

_log = logging.getLogger(__name__)
#: Findings of one kind that are kept of one import; all are counted. A list may have the same fault in every record.
FINDINGS_PER_CODE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a source told, and a hash of all that this rests on; `parsed` None: the same as at the last good import."""

    parsed: Parsed | None
    content_hash: str


def run_import(
    database: Database,
    source: Source,
    *,
    fetch: Callable[[Source], Fetched],
    vocabulary: Vocabulary,
    clock: Callable[[], datetime],
    run_id: str,
    importers: Mapping[str, Importer] = IMPORTERS,
    limits: ImportLimits | None = None,
    findings_per_code: int = FINDINGS_PER_CODE,
    confirm: bool = False,
    dry_run: bool = False,
) -> ImportRun:
    """Import one source and record the run; a dry run writes nothing.

    `fetch` may raise FetchFailed; `confirm`: a person agrees that what is absent is gone.
    """
    started = clock()
    run = ImportRun(id=run_id, source_id=source.id, status=RunStatus.FAILED, started_at=started, finished_at=started)
    try:
        read = _read(database, source, fetch, importers, vocabulary)
        run = replace(run, content_hash=read.content_hash)
        return _carried_out(
            database,
            run,
            read,
            limits=limits or ImportLimits(),
            kept=findings_per_code,
            confirm=confirm,
            dry=dry_run,
            clock=clock,
        )
    except StoreFailed:
        raise
    except ImportFailed as error:
        reason = str(error)
    except Exception:
        # A fault of ours in reading one list must not keep the others from being read.
        _log.exception("import %s of %s broke off", run.id, source.id)
        reason = f"{source.id}: an error of ours, see the log"
    failed = replace(run, reason=reason, finished_at=clock())
    if not dry_run:
        with database.write() as write:
            record_run(write, failed)
    return failed


def _read(
    database: Database,
    source: Source,
    fetch: Callable[[Source], Fetched],
    importers: Mapping[str, Importer],
    vocabulary: Vocabulary,
) -> _Read:
    importer = importers.get(source.importer)
    if importer is None:
        raise ImportFailed(source.id, f"no importer is called {source.importer!r}; there are {', '.join(importers)}")
    fetched = fetch(source)
    content_hash = _content_hash(fetched, source, importer, vocabulary)
    with database.read() as read:
        same = _is_same(last_good_run(read, source.id), content_hash, held_listings(read, source.id))
    parsed = None if same else importer.parse(fetched, source, vocabulary)
    return _Read(parsed=parsed, content_hash=content_hash)


def _is_same(last: ImportRun | None, content_hash: str, held: Iterable[Held]) -> bool:
    """Whether the list is as it was read last, and we still hold what came of it."""
    if last is None or last.content_hash != content_hash:
        return False
    present = sum(one.missing_since is None and one.status != MeetingStatus.WITHDRAWN for one in held)
    return present >= last.counts.received - last.counts.rejected


def _carried_out(
    database: Database,
    run: ImportRun,
    read: _Read,
    *,
    limits: ImportLimits,
    kept: int,
    confirm: bool,
    dry: bool,
    clock: Callable[[], datetime],
) -> ImportRun:
    def planned(held: tuple[Held, ...]) -> ImportPlan:
        return plan_import(
            read.parsed or Parsed(listings=()),
            held,
            source_id=run.source_id,
            now=run.started_at,
            limits=limits,
            confirm=confirm,
            not_modified=read.parsed is None,
        )

    def ended(plan: ImportPlan) -> ImportRun:
        return replace(
            run,
            status=_status(plan, dry=dry, not_modified=read.parsed is None),
            finished_at=clock(),
            counts=plan.counts,
            findings=_first_of_each(plan.findings, kept),
            findings_total=len(plan.findings),
            reason=plan.held,
        )

    if dry:
        with database.read() as reader:
            return ended(planned(held_listings(reader, run.source_id)))
    with database.write() as write:
        plan = planned(held_listings(write, run.source_id))
        apply_plan(write, plan, run_id=run.id, now=run.started_at)
        finished = ended(plan)
        record_run(write, finished)
    return finished


def _status(plan: ImportPlan, *, dry: bool, not_modified: bool) -> RunStatus:
    if dry:
        return RunStatus.DRY_RUN
    if plan.held is not None:
        return RunStatus.HELD
    return RunStatus.NOT_MODIFIED if not_modified else RunStatus.SUCCEEDED


def _first_of_each(findings: Iterable[Finding], most: int) -> tuple[Finding, ...]:
    """The first findings of each code."""
    seen: Counter[str] = Counter()
    kept = []
    for finding in findings:
        seen[finding.code] += 1
        if seen[finding.code] <= most:
            kept.append(finding)
    return tuple(kept)


def _content_hash(fetched: Fetched, source: Source, importer: Importer, vocabulary: Vocabulary) -> str:
    """A hash of all that decides what the bytes are read as: they, the source's settings, our version and words."""
    settings = (source.importer, source.fellowship, source.time_zone, source.country, source.mapping)
    told = (fetched.content_hash, settings, importer.VERSION, TZDATA_VERSION, vocabulary.digest)
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()
