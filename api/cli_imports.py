"""`homegroup import` and `homegroup runs`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import orjson
import typer

from api.clock import clock
from api.house import open_database
from api.settings import Settings, current_settings
from importers.fetch import FetchLimits, fetch
from importers.run import run_import
from meetings.findings import Finding, Severity
from meetings.source import ImportLimits, ImportRun, RunStatus
from store.database import Database
from store.imports import get_run, list_runs
from store.sources import get_source, list_sources
from store.vocabulary import get_vocabulary

runs = typer.Typer(help="What imports did.", no_args_is_help=True)
EXIT_CODES = {RunStatus.FAILED: 1, RunStatus.HELD: 3}
#: Findings shown to a person; `--json` and `runs show` have them all.
_SHOWN_FINDINGS = 20


def import_sources(
    source_ids: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE_ID ...]")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
    confirm_shrink: Annotated[
        bool, typer.Option("--confirm-shrink", help="Withdraw what is missing, however much it is.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a source.")] = False,
) -> None:
    """Read lists: those named, or all that are not paused."""
    settings = current_settings()
    worst = 0
    with open_database(settings) as database:
        for source_id in _chosen(database, source_ids or []):
            run = import_one(database, settings, source_id, confirm=confirm_shrink, dry_run=dry_run)
            typer.echo(orjson.dumps(run_document(run)).decode() if as_json else run_text(run))
            worst = max(worst, EXIT_CODES.get(run.status, 0))
    raise typer.Exit(worst)


def _chosen(database: Database, source_ids: list[str]) -> list[str]:
    with database.read() as read:
        if source_ids:
            return [get_source(read, id).id for id in source_ids]
        return [source.id for source in list_sources(read) if not source.paused]


def import_one(
    database: Database, settings: Settings, source_id: str, *, confirm: bool = False, dry_run: bool = False
) -> ImportRun:
    """Import one source now; whatever goes wrong with it is in the run's record."""
    with database.read() as read:
        source, vocabulary = get_source(read, source_id), get_vocabulary(read)
    limits = FetchLimits(
        most_bytes=settings.fetch_bytes, most_seconds=settings.fetch_seconds, private=settings.private_sources
    )
    return run_import(
        database,
        source,
        fetch=lambda asked: fetch(asked, limits),
        vocabulary=vocabulary,
        clock=clock,
        limits=import_limits(settings),
        findings_per_code=settings.findings_per_code,
        run_id=secrets.token_hex(8),
        confirm=confirm,
        dry_run=dry_run,
    )


def import_limits(settings: Settings) -> ImportLimits:
    """When a plan waits for a person, and when what is missing is withdrawn."""
    return ImportLimits(
        absent_share=settings.absent_percent / 100,
        absent_count=settings.absent_meetings,
        absent_most=settings.absent_most_percent / 100,
        withdraw_after_runs=settings.withdraw_after_imports,
        withdraw_after=timedelta(days=settings.withdraw_after_days),
    )


def run_document(run: ImportRun) -> dict[str, object]:
    """A run as `--json` prints it."""
    return {
        "source": run.source_id,
        "run": run.id,
        "status": run.status.value,
        "counts": asdict(run.counts),
        "findings": [finding_document(finding) for finding in run.findings],
        **({"reason": run.reason} if run.reason else {}),
    }


def finding_document(finding: Finding) -> dict[str, object]:
    """A finding as `--json` prints it."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "where": finding.where,
        "source_key": finding.source_key,
        "value": finding.value,
    }


def run_text(run: ImportRun) -> str:
    """A run in words."""
    counts = ", ".join(f"{name} {count}" for name, count in asdict(run.counts).items())
    lines = [f"{run.source_id}: {run.status.value} (run {run.id}): {counts}"]
    if run.reason:
        lines.append(f"  {run.reason}")
    lines += [_finding_text(finding) for finding in _worst_first(run.findings)[:_SHOWN_FINDINGS]]
    if run.findings_total > _SHOWN_FINDINGS:
        lines.append(f"  … {run.findings_total} findings in all; `homegroup runs show {run.id}` lists them")
    return "\n".join(lines)


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    order = list(Severity)
    return sorted(findings, key=lambda finding: order.index(finding.severity))


def _finding_text(finding: Finding) -> str:
    value = f" ({finding.value})" if finding.value else ""
    return f"  {finding.severity.value} {finding.code} at {finding.where}{value}: {finding.message}"


@runs.command("list")
def list_newest(source: Annotated[str | None, typer.Option(help="Of this source only.")] = None) -> None:
    """The newest 25, one line each."""
    with open_database(current_settings()) as database, database.read() as read:
        for run in list_runs(read, source):
            changed = f"+{run.counts.added} ~{run.counts.changed} -{run.counts.withdrawn}"
            typer.echo(f"{run.id}\t{run.source_id}\t{run.status.value}\t{run.started_at:%Y-%m-%d %H:%M}Z\t{changed}")


@runs.command()
def show(run_id: Annotated[str, typer.Argument(metavar="RUN")]) -> None:
    """One import, with all its findings."""
    with open_database(current_settings()) as database, database.read() as read:
        run = get_run(read, run_id)
    typer.echo(run_text(run))
    for finding in _worst_first(run.findings)[_SHOWN_FINDINGS:]:
        typer.echo(_finding_text(finding))
