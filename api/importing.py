"""Imports as the process carries them out: one source now, or all that are due, each under a lease.

Every attempt is one run record and one line in the log. What goes wrong with a source ends with that source.
"""

from __future__ import annotations

import logging
import os
import random
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta

from api.clock import clock
from api.settings import Settings
from importers.fetch import FetchLimits, Web, fetch
from importers.fetch_bodies import keep_body, prune_bodies
from importers.protocol import Fetched
from importers.run import run_import
from meetings.attempts import LEASE, wait_after_failures, wait_after_reading
from meetings.source import ImportLimits, ImportRun, RunStatus, Source, Validators
from store.database import Database
from store.imports import record_run
from store.leases import Lease, give_back, give_up, take, take_due
from store.sources import get_source, get_validators, kept_bodies, put_validators
from store.vocabulary import get_vocabulary

log = logging.getLogger(__name__)
_GOOD = (RunStatus.SUCCEEDED, RunStatus.NOT_MODIFIED)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One source as it is fetched: what is asked with, and what came of it."""

    settings: Settings
    web: Web
    known: Validators
    fetched: Fetched | None = field(default=None)

    def fetch(self, source: Source) -> Fetched:
        """What the source holds; remembered if it is from the web, to be kept if the import is good."""
        limits, folder = fetch_limits(self.settings), self.settings.bodies_dir
        today = clock().astimezone(UTC).date()
        fetched = fetch(source, limits, web=self.web, today=today, known=self.known, bodies=folder)
        self.fetched = fetched if "://" in source.location else None
        return fetched


def fetch_limits(settings: Settings) -> FetchLimits:
    """How much fetching one list may use, as the operator has set it."""
    return FetchLimits(
        most_bytes=settings.fetch_bytes,
        most_seconds=settings.fetch_seconds,
        private=settings.private_sources,
        plain_http=settings.plain_http,
    )


def import_limits(settings: Settings) -> ImportLimits:
    """When a plan waits for a person, and when what is missing is withdrawn, as the operator has set it."""
    return ImportLimits(
        absent_share=settings.absent_percent / 100,
        absent_count=settings.absent_meetings,
        absent_most=settings.absent_most_percent / 100,
        withdraw_after_runs=settings.withdraw_after_imports,
        withdraw_after=timedelta(days=settings.withdraw_after_days),
        memory_bytes=settings.import_memory_bytes,
        known_records=settings.known_records,
    )


def import_one(
    database: Database,
    settings: Settings,
    source_id: str,
    *,
    confirm: bool = False,
    dry_run: bool = False,
    web: Web | None = None,
) -> ImportRun:
    """Import one source now; whatever goes wrong with it is in the run's record.

    While another process reads it, it is a failed run that leaves no record.
    """
    if dry_run:
        return _read(database, settings, source_id, web or Web(), confirm=confirm, dry_run=True)
    now = clock()
    with database.write() as write:
        get_source(write, source_id)
        lease = take(write, source_id, holder=_holder(), now=now, until=now + LEASE)
    if lease is None:
        reason = f"{source_id}: another process is reading it; try again in a few minutes"
        status = RunStatus.FAILED
        return ImportRun(
            id=_run_id(), source_id=source_id, status=status, started_at=now, finished_at=now, reason=reason
        )
    return _under(database, settings, lease, web or Web(), confirm=confirm)


def import_due(
    database: Database, settings: Settings, *, stopped: Callable[[], bool] = lambda: False
) -> Iterator[ImportRun]:
    """Import every source that is due and that nobody else is reading, until none is left or we are told to stop."""
    web, holder = Web(), _holder()
    while not stopped():
        now = clock()
        with database.write() as write:
            lease = take_due(write, holder=holder, now=now, until=now + LEASE)
        if lease is None:
            return
        yield _under(database, settings, lease, web)


def _under(database: Database, settings: Settings, lease: Lease, web: Web, *, confirm: bool = False) -> ImportRun:
    """The import of a leased source."""
    with _given_back(database, lease) as ended:
        if lease.crashed:
            _record_crash(database, lease)
        run = _read(database, settings, lease.source_id, web, confirm=confirm)
        ended.append(run)
    return run


@contextmanager
def _given_back(database: Database, lease: Lease) -> Iterator[list[ImportRun]]:
    """Give the lease back with the run that the block adds; without one, as if the source had not been tried."""
    ended: list[ImportRun] = []
    try:
        yield ended
    finally:
        with database.write() as write:
            if not ended:
                give_up(write, lease)
            elif ended[0].status == RunStatus.FAILED:
                failures = lease.failures + 1
                wait = wait_after_failures(failures, lease.refresh_hours, random.random())
                give_back(write, lease, failures=failures, next_attempt_at=clock() + wait)
            else:
                wait = wait_after_reading(lease.refresh_hours, random.random())
                give_back(write, lease, failures=0, next_attempt_at=clock() + wait)


def _record_crash(database: Database, lease: Lease) -> None:
    now = clock()
    reason = f"{lease.source_id}: the process that read it before ended in the middle of it"
    run = ImportRun(
        id=_run_id(),
        source_id=lease.source_id,
        status=RunStatus.FAILED,
        started_at=now,
        finished_at=now,
        reason=reason,
    )
    with database.write() as write:
        record_run(write, run)
    _log(run)


def _read(
    database: Database,
    settings: Settings,
    source_id: str,
    web: Web,
    *,
    confirm: bool = False,
    dry_run: bool = False,
) -> ImportRun:
    with database.read() as read:
        source, vocabulary = get_source(read, source_id), get_vocabulary(read)
        known = get_validators(read, source_id)
    reading = _Reading(settings=settings, web=web, known=known)
    run = run_import(
        database,
        source,
        fetch=reading.fetch,
        vocabulary=vocabulary,
        clock=clock,
        limits=import_limits(settings),
        findings_per_code=settings.findings_per_code,
        run_id=_run_id(),
        confirm=confirm,
        dry_run=dry_run,
    )
    if run.status in _GOOD and reading.fetched is not None:
        _keep(database, settings, source, reading.fetched)
    _log(run)
    return run


def _keep(database: Database, settings: Settings, source: Source, fetched: Fetched) -> None:
    """Keep a good answer, and what to ask with whether it still is the newest; drop what nobody refers to."""
    kept = Validators(etag=fetched.etag, last_modified=fetched.last_modified)
    try:
        kept = replace(kept, body_hash=keep_body(settings.bodies_dir, fetched))
    except (OSError, MemoryError) as error:
        # The import is good without it; it is only asked for in full next time.
        log.warning("answer of source=%s is not kept: %s", source.id, getattr(error, "strerror", "no memory"))
    with database.write() as write:
        put_validators(write, source.id, kept, location=source.location)
    with database.read() as read:
        wanted = kept_bodies(read)
    try:
        prune_bodies(settings.bodies_dir, wanted, clock().timestamp())
    except OSError as error:
        log.warning("old answers cannot be dropped: %s", error.strerror)


def _log(run: ImportRun) -> None:
    counts = run.counts
    told = " ".join(f"{name}={getattr(counts, name)}" for name in type(counts).__dataclass_fields__)
    seconds = (run.finished_at - run.started_at).total_seconds()
    level = logging.WARNING if run.status == RunStatus.FAILED else logging.INFO
    reason = f" reason={run.reason!r}" if run.reason else ""
    log.log(
        level,
        "import source=%s run=%s status=%s seconds=%.1f %s%s",
        run.source_id,
        run.id,
        run.status,
        seconds,
        told,
        reason,
    )


def _holder() -> str:
    """Who we are among all processes of all hosts."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def _run_id() -> str:
    return secrets.token_hex(8)
