"""Gets a source's bytes: a URL, a file or a folder, within limits, and never from an address that is not public.

What comes back is bytes: whether it is the promised format, the parser says. A server that says that nothing changed
since our last good import is believed only where we still have what that import read.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from importers.fetch_addresses import is_public
from importers.fetch_bmlt import read_root_server
from importers.fetch_bodies import kept_body
from importers.fetch_disk import fetch_from_disk
from importers.fetch_limits import FetchLimits
from importers.fetch_web import Answer, Budget, Web, get
from importers.protocol import Fetched
from meetings.errors import FetchFailed
from meetings.source import Source, Validators

__all__ = ["FetchLimits", "Web", "fetch", "is_public", "user_agent"]
#: Formats that tell dates: what is past depends on the day on which they are read.
DATED = frozenset({"icalendar"})


def fetch(
    source: Source,
    limits: FetchLimits | None = None,
    *,
    web: Web | None = None,
    today: date | None = None,
    known: Validators | None = None,
    bodies: Path | None = None,
) -> Fetched:
    """What the source's location holds now; FetchFailed.

    `today` is the date in UTC; `known` what came with the last good answer, which `bodies` may still hold.
    """
    limits = limits or FetchLimits()
    if not source.location:
        raise FetchFailed(source.id, "no location", "this list is sent by hand: preview its content, then apply that")
    if "://" not in source.location:
        fetched = fetch_from_disk(source, limits.most_bytes)
    else:
        ends = time.monotonic() + limits.most_seconds
        budget = Budget(source=source.id, limits=limits, web=web or Web(), agent=user_agent(), ends=ends)
        fetched = _from_web(source, budget, known or Validators(), bodies)
    return replace(fetched, read_on=today) if source.importer in DATED else fetched


def _from_web(source: Source, budget: Budget, known: Validators, bodies: Path | None) -> Fetched:
    if source.importer == "bmlt":
        documents = read_root_server(source.location, lambda url: _body(get(url, budget)), budget.failed)
        return Fetched(documents=documents, location=source.location)
    kept = kept_body(bodies, known.body_hash) if bodies is not None and known.body_hash else None
    answer = get(source.location, budget, _conditions(known) if kept else None)
    if answer.body is None:
        return Fetched(
            documents=kept or {}, location=source.location, etag=known.etag, last_modified=known.last_modified
        )
    return Fetched(
        documents={_name(source.location): answer.body},
        location=source.location,
        etag=answer.etag,
        last_modified=answer.last_modified,
    )


def _body(answer: Answer) -> bytes:
    return answer.body or b""


def _conditions(known: Validators) -> dict[str, str]:
    """RFC 9110, section 13.1: the entity tag where there is one, and the date for servers that know no tags."""
    told = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in told.items() if value}


def _name(url: str) -> str:
    return Path(urlsplit(url).path).name or "list"


def user_agent() -> str:
    """Who we say we are, to everybody alike."""
    try:
        release = version("homegroup")
    except PackageNotFoundError:
        release = "0"
    return f"Homegroup/{release} (meeting list importer; reads public lists a few times a day)"
