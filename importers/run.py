"""One import from end to end: fetch, parse, plan, apply, record. It decides nothing that these do not.

Whatever goes wrong with a source ends as a failed run of that source; only a database that cannot be used is raised.
"""

from __future__ import annotations

import gc
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from importers.plan import is_readable, plan_import
from importers.protocol import Fetched, Importer
from importers.reading import Reading, read_listings
from importers.registry import IMPORTERS
from meetings.errors import ImportFailed, NotFound, StoreFailed, frames_of
from meetings.findings import CATALOGUE, Finding, Severity
from meetings.listing import Parsed
from meetings.source import ImportCounts, ImportLimits, ImportPlan, ImportRun, RunStatus, Source
from meetings.vocabulary import Vocabulary
from meetings.zones import TZDATA_VERSION
from store.database import Database, Reader, Writer
from store.imports import apply_plan, count_present, held_listings, last_good_run, record_run
from store.known_records import keep_records
from store.sources import get_source

_log = logging.getLogger(__name__)
#: Findings of one kind that are kept of one import; all are counted. A list may have the same fault in every record.
FINDINGS_PER_CODE = 100
#: What decides how a list is read; under another of these it would have been read otherwise.
_SETTINGS = ("importer", "location", "fellowship", "language", "time_zone", "country", "mapping")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a source told: a hash of all that it rests on, and how to read it, which is done once at most.

    `is_known`: the last good import read the same.
    """

    content_hash: str
    reading: Callable[[], Reading]
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """How an import is carried out; `kept`: findings of each code that are kept."""

    limits: ImportLimits
    confirm: bool
    dry: bool
    kept: int


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for circles among all that a list is made into, which has none and lives as long as the import.

    That took a third of the time. What is no part of a circle goes as soon as nobody refers to it, as ever.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_uncollected()
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
    terms = _Terms(limits=limits or ImportLimits(), confirm=confirm, dry=dry_run, kept=findings_per_code)
    run = begun_run(run_id, source, clock())
    read: _Read | None = None
    try:
        read = _read(database, source, fetch, importers, vocabulary, terms.limits)
        run = replace(run, content_hash=read.content_hash)
        if read.is_known or is_readable(read.reading().parsed):
            return _carried_out(database, run, source, read, terms, clock)
        run = with_findings(run, read.reading().parsed, terms.kept)
        reason = why_unreadable(run)
    except StoreFailed:
        raise
    except ImportFailed as error:
        reason = str(error)
    except MemoryError:
        # With the list and all that was made of it let go of, there is enough to record that and read the next one.
        read, reason = None, too_long(source, terms.limits.memory_bytes)
    except Exception as error:
        # A fault of ours in reading one list must not keep the others from being read.
        _log.error("import broke off run=%s source=%s %s", run.id, source.id, frames_of(error))
        reason = f"{source.id}: an error of ours, see the log"
    return _failed(database, replace(run, reason=reason, finished_at=clock()), dry=dry_run)


def begun_run(id: str, source: Source, now: datetime) -> ImportRun:
    """A run of which nothing has come yet."""
    return ImportRun(id=id, source_id=source.id, status=RunStatus.FAILED, started_at=now, finished_at=now)


def too_long(source: Source, memory_bytes: int = 0) -> str:
    """That there was not enough memory for a list, and what to do about it."""
    limit = f"the {memory_bytes >> 20} MB of HOMEGROUP_IMPORT_MEMORY_BYTES" if memory_bytes else "there is"
    return f"{source.id}: this list takes more memory than {limit}; raise that, or split the list; nothing was changed"


def _failed(database: Database, run: ImportRun, *, dry: bool) -> ImportRun:
    if not dry:
        with database.write() as write:
            record_run(write, run)
    return run


def _read(
    database: Database,
    source: Source,
    fetch: Callable[[Source], Fetched],
    importers: Mapping[str, Importer],
    vocabulary: Vocabulary,
    limits: ImportLimits,
) -> _Read:
    importer = importers.get(source.importer)
    if importer is None:
        raise ImportFailed(source.id, f"no importer is called {source.importer!r}; there are {', '.join(importers)}")
    fetched = fetch(source)
    told_hash = content_hash(fetched, source, importer, vocabulary)
    with database.read() as reader:
        same = _same_as(reader, source.id, told_hash)
    # What was fetched is let go of as soon as it is parsed: a long list is hundreds of megabytes as it is.
    waiting = [fetched]
    del fetched
    most = limits.known_records
    reading = cache(lambda: read_listings(database, importer, waiting.pop(), source, vocabulary, most_known=most))
    return _Read(content_hash=told_hash, reading=reading, is_known=same is not None)


def _same_as(reader: Reader, source_id: str, content_hash: str) -> ImportCounts | None:
    """The counts of the last good import, if it read the same and we still hold what came of it."""
    last = last_good_run(reader, source_id)
    if last is None or last.content_hash != content_hash:
        return None
    return last.counts if count_present(reader, source_id) >= last.counts.received - last.counts.rejected else None


def _carried_out(
    database: Database, run: ImportRun, source: Source, read: _Read, terms: _Terms, clock: Callable[[], datetime]
) -> ImportRun:
    """Plan and apply in one transaction, together with the run's record."""
    if terms.dry:
        with database.read() as reader:
            plan, _ = _planned(reader, run, read, terms)
        return _ended(run, plan, RunStatus.DRY_RUN, terms, clock())
    with database.write() as write:
        # The order matters: from here on no other import, and no change of this source, can come between.
        write.lock_changes()
        _check_unchanged(write, source)
        plan, same = _planned(write, run, read, terms)
        apply_plan(write, plan, run_id=run.id, now=run.started_at)
        status = RunStatus.NOT_MODIFIED if same else RunStatus.SUCCEEDED
        ended = _ended(run, plan, status if plan.held is None else RunStatus.HELD, terms, clock())
        record_run(write, ended)
        if not same and (kept := read.reading().kept) is not None:
            keep_records(write, source.id, kept.terms, kept.document)
    return ended


def _check_unchanged(write: Writer, source: Source) -> None:
    """Refuse to apply what was read under other settings, or of a source that is gone."""
    try:
        now = get_source(write, source.id)
    except NotFound as error:
        raise ImportFailed(source.id, "the source was removed while it was read; nothing was changed") from error
    if any(getattr(now, name) != getattr(source, name) for name in _SETTINGS):
        raise ImportFailed(source.id, "the source was changed while it was read; import it again")


def _planned(reader: Reader, run: ImportRun, read: _Read, terms: _Terms) -> tuple[ImportPlan, bool]:
    """The plan, and whether the list is as it was at the last good import."""
    same = _same_as(reader, run.source_id, read.content_hash)
    # Of a list that is as it was, nothing can change but how long meetings have been missing.
    held = held_listings(reader, run.source_id, missing_only=same is not None)
    plan = plan_import(
        Parsed(listings=()) if same else read.reading().parsed,
        held,
        source_id=run.source_id,
        now=run.started_at,
        limits=terms.limits,
        confirm=terms.confirm,
        same_as=same,
    )
    return plan, same is not None


def _ended(run: ImportRun, plan: ImportPlan, status: RunStatus, terms: _Terms, now: datetime) -> ImportRun:
    return replace(
        run,
        status=status,
        finished_at=now,
        counts=plan.counts,
        reason=plan.held,
        findings=first_of_each(plan.findings, terms.kept),
        findings_total=len(plan.findings),
    )


def with_findings(run: ImportRun, parsed: Parsed, kept: int = FINDINGS_PER_CODE) -> ImportRun:
    """A run that comes to nothing, with what was found on the way."""
    return replace(
        run,
        counts=ImportCounts(received=parsed.received, rejected=parsed.received),
        findings=first_of_each(parsed.findings, kept),
        findings_total=len(parsed.findings),
    )


def why_unreadable(run: ImportRun) -> str:
    """That nothing could be read, and what was most often the matter."""
    errors = Counter(finding.code for finding in run.findings if finding.severity is Severity.ERROR)
    most = next((code for code, _ in errors.most_common(1)), None)
    why = f"most often: {CATALOGUE[most].message}" if most else "is it this format?"
    return f"{run.source_id}: none of {run.counts.received} records can be read; {why}"


def first_of_each(findings: Iterable[Finding], most: int = FINDINGS_PER_CODE) -> tuple[Finding, ...]:
    """The first findings of each code."""
    seen: Counter[str] = Counter()
    kept = []
    for finding in findings:
        seen[finding.code] += 1
        if seen[finding.code] <= most:
            kept.append(finding)
    return tuple(kept)


def content_hash(fetched: Fetched, source: Source, importer: Importer, vocabulary: Vocabulary) -> str:
    """A hash of all that decides what the bytes are read as: they, the source's settings, our version and words."""
    settings = (source.importer, source.fellowship, source.time_zone, source.country, source.mapping)
    told = (fetched.content_hash, settings, importer.VERSION, TZDATA_VERSION, vocabulary.digest)
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()
