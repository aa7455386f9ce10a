"""`homegroup meetings`: which lists a meeting is in, and why they are taken for one."""

from __future__ import annotations

from typing import Annotated

import typer

from api.clock import clock
from api.house import open_database
from api.settings import current_settings
from meetings.errors import NotFound
from meetings.recurrence import Recurrence
from store.linking import link_all, listings_of
from store.meetings import get_meetings

app = typer.Typer(help="What is shown of meetings, and why.", no_args_is_help=True)


@app.command()
def show(id: Annotated[str, typer.Argument(metavar="ID", help="Any id it ever had.")]) -> None:
    """One meeting, the lists it is in, and why they are taken for one."""
    with open_database(current_settings()) as database, database.read() as read:
        (meeting,) = get_meetings(read, [id])
        if meeting is None:
            raise NotFound("meeting", id)
        listings = listings_of(read, meeting.id)
    typer.echo(f"{meeting.id}\t{meeting.name}\t{_when(meeting.recurrence)}\t{meeting.status.value}")
    for one in listings:
        told = "tells the facts" if (one.source_id, one.source_key) == (meeting.source_id, meeting.source_key) else ""
        typer.echo("\t".join(("  listed by", one.source_id, one.source_key, one.meeting_id, told)).rstrip())
        if one.why:
            typer.echo(f"    {one.why}")


def _when(rule: Recurrence | None) -> str:
    if rule is None:
        return "by appointment"
    return f"{rule.weekday.name.title()} {rule.starts:%H:%M} {rule.zone}"


@app.command()
def relink() -> None:
    """Judge anew which lists mean the same meetings, as after an upgrade that judges better."""
    with open_database(current_settings()) as database, database.write() as write:
        typer.echo(f"{link_all(write, now=clock())} listings are shown together with another list's")
