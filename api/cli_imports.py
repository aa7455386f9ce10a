"""`homegroup import` and `homegroup runs`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from api.clock import clock
from api.house import open_database
from api.importing import import_due, import_one
from api.memory import limited_memory
from api.settings import current_settings
from api.tidying import tidy
from importers.revert import revert_run
from meetings.findings import Finding, Severity
from meetings.source import ImportRun, RunStatus
from store.database import Database
from store.imports import get_run, list_runs
from store.sources import get_source, list_sources

runs = typer.Typer(help="What imports did.", no_args_is_help=True)
EXIT_CODES = {RunStatus.FAILED: 1, RunStatus.HELD: 3}
#: Findings shown to a person; `--json` and `runs show` have them all.
_SHOWN_FINDINGS = 20


def import_sources(
    source_ids: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE_ID ...]")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only what is due and nobody else is reading.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
    confirm_shrink: Annotated[
        bool, typer.Option("--confirm-shrink", help="Withdraw what is missing, however much it is.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a source.")] = False,
) -> None:
    """Read lists: those named, or all that are not paused."""
    if due and (source_ids or dry_run or confirm_shrink):
        raise typer.BadParameter("--due goes alone: it reads what is due, as `serve` does")
    settings = current_settings()
    worst = 0
    with open_database(settings) as database, limited_memory(settings.import_memory_bytes):
        done = (
            import_due(database, settings)
            if due
            else (
                import_one(database, settings, source_id, confirm=confirm_shrink, dry_run=dry_run)
                for source_id in _chosen(database, source_ids or [])
            )
        )
        for run in done:
            typer.echo(orjson.dumps(run_document(run)).decode() if as_json else run_text(run))
            worst = max(worst, EXIT_CODES.get(run.status, 0))
        if due:
            tidy(database, settings, clock())
    raise typer.Exit(worst)


def _chosen(database: Database, source_ids: list[str]) -> list[str]:
    with database.read() as read:
        if source_ids:
            return [get_source(read, id).id for id in source_ids]
        return [source.id for source in list_sources(read) if source.location and not source.paused]


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
            undone = (
                f"\tundone by {run.reverted_by}" if run.reverted_by else f"\tundid {run.reverts}" if run.reverts else ""
            )
            told = f"{run.id}\t{run.source_id}\t{run.status.value}\t{run.started_at:%Y-%m-%d %H:%M}Z\t{changed}"
            typer.echo(told + undone)


@runs.command()
def show(run_id: Annotated[str, typer.Argument(metavar="RUN")]) -> None:
    """One import, with all its findings."""
    with open_database(current_settings()) as database, database.read() as read:
        run = get_run(read, run_id)
    typer.echo(run_text(run))
    for finding in _worst_first(run.findings)[_SHOWN_FINDINGS:]:
        typer.echo(_finding_text(finding))


@runs.command()
def revert(run_id: Annotated[str, typer.Argument(metavar="RUN")]) -> None:
    """Undo an import, the newest first, and pause its source; what was edited since stays."""
    with open_database(current_settings()) as database:
        outcome = revert_run(database, run_id, new_run_id=secrets.token_hex(8), now=clock())
    if outcome.run is None:
        typer.echo(f"homegroup: {outcome.message}", err=True)
        raise typer.Exit(1)
    restored, withdrawn = outcome.run.counts.changed, outcome.run.counts.withdrawn
    typer.echo(f"{run_id}: undone by run {outcome.run.id}: {restored} meetings restored, {withdrawn} withdrawn")
    typer.echo(f"{outcome.run.source_id} is paused; `homegroup sources resume {outcome.run.source_id}` reads it again")
