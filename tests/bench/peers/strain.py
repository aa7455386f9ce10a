"""How long answers take while the server has something else to do: an import, or the worst questions that are legal."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import orjson

from meetings.model import Weekday
from tests.bench.made_up import made_up_rows
from tests.bench.peers.load import Call, Driven, drive, post
from tests.bench.peers.questions import ask
from tests.bench.peers.targets import HOMEGROUP, Stage

_SHARE = 100
_HEALTH_PAUSE_S = 0.01
_HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def _told(what: str, driven: Driven, note: str) -> dict[str, Any]:
    errors = f"; errors: {driven.errors}" if driven.errors else ""
    note = f"{driven.answers:,} answers, {note}{errors}"
    return {"what": what, "p50": driven.percentile(50), "p99": driven.percentile(99), "note": note}


# --- Worst legal questions ----------------------------------------------------------------------

_GROUPS = """{ meetings(first: %d) { edges { nextOccurrence { startsAt date } node { id name group { name meetings {
  id name weekday startTime recurrence recurrenceText nextOccurrence { startsAt } formats { code name description }
} } } } } }"""
_DATES = """{ meetings(first: %d) { nodes { id occurrences(first: 50) { date startsAt endsAt cancelled } } } }"""
_WORLD = """{ occurrences(first: %d, includeInProgress: true, filter: {time: {zone: "America/New_York", days: [MONDAY,
  TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY]}, exclude: {venueTypes: [VIRTUAL]}}, until: "%s") {
  edges { distanceKm node { startsAt meeting { id name formats { code name } languages venue { city } } } } } }"""


def worst_bodies(port: int) -> list[bytes]:
    """The largest questions that the server still takes: costly lists, wide windows, long documents never seen."""
    until = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 80 * 86_400))
    documents = [_largest(port, _GROUPS), _largest(port, _DATES), _largest(port, _WORLD.replace("%s", until))]
    never_seen = [_long_document(Random(number)) for number in range(300)]
    found = [orjson.dumps({"query": text}) for text in documents if text]
    return [body for text in never_seen for body in (*found, orjson.dumps({"query": text}))]


def _largest(port: int, document: str) -> str | None:
    """With the largest page that is not refused."""
    for first in (100, 80, 60, 50, 40, 30, 20, 15, 10, 7, 5, 3, 2, 1):
        text = document % first
        answer = orjson.loads(ask(port, orjson.dumps({"query": text})))
        if answer.get("data"):
            return text
    return None


def _long_document(random: Random) -> str:
    """Nearly a thousand tokens under thirty aliases, of ids that do not exist: all of the cost is reading it."""
    fields = "id name status venueType weekday startTime endTime duration timeZone recurrence notes updatedAt"
    asked = " ".join(f'm{n}: meeting(id: "{random.randrange(1 << 60)}") {{ {fields} }}' for n in range(30))
    return f"query Q{random.randrange(1 << 60)} {{ {asked} }}"


def worst_queries(port: int, label: str, seconds: float) -> list[dict[str, Any]]:
    """`/healthz` alone, and while eight clients send the worst."""
    bodies = worst_bodies(port)
    alone = drive(port, [Call(request=_HEALTH, begins=b"")], clients=1, seconds=seconds, pause=_HEALTH_PAUSE_S)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        worst = pool.apply_async(_send, (port, bodies, seconds + 2))
        time.sleep(1)
        beside = drive(port, [Call(request=_HEALTH, begins=b"")], clients=1, seconds=seconds, pause=_HEALTH_PAUSE_S)
        sent = worst.get()
    return [
        _told(f"{label}: `/healthz` alone", alone, "one every 10 ms"),
        _told(f"{label}: `/healthz` while eight clients send the worst", beside, "goal: p99 at most 100 ms"),
        _told(f"{label}: those worst questions themselves", sent, f"{sent.rate:,.0f} a second"),
    ]


def _send(port: int, bodies: Sequence[bytes], seconds: float) -> Driven:
    # What does not exist is null, and data all the same.
    return drive(port, [Call(request=post(port, body)) for body in bodies], clients=8, seconds=seconds)


# --- While an import runs -----------------------------------------------------------------------


def importing(
    port: int, calls: Sequence[Call], label: str, environ: Mapping[str, str], stage: Stage, meetings: int
) -> list[dict[str, Any]]:
    """Eight clients alone, and while a list of 1 % as many meetings is imported, and then again with all changed."""
    # What is imported may be shown too: answers may be of any length.
    calls = [Call(request=call.request) for call in calls]
    alone = drive(port, calls, clients=8, seconds=5.0)
    count = max(1, meetings // _SHARE)
    file = stage.folder / "one_percent.jsonl"
    told = [_told(f"{label}: 8 clients alone", alone, f"{alone.rate:,.0f} a second")]
    for name, version in (("imported", 1), ("changed by an import", 2)):
        _write_list(file, count, version)
        _homegroup(environ, "sources", "add", "one-percent", "--importer", "native", "--location", str(file))
        took: list[float] = []
        work = Thread(target=lambda took=took: took.append(_homegroup(environ, "import", "one-percent")))
        work.start()
        drives = []
        while work.is_alive():
            drives.append(drive(port, calls, clients=8, seconds=0.5))
        work.join()
        # The index follows within a second.
        drives.append(drive(port, calls, clients=8, seconds=1.0))
        together = _together(drives)
        note = f"{together.rate:,.0f} a second; the import took {took[0]:.1f} s, starting up included"
        told.append(_told(f"{label}: 8 clients while {count:,} meetings are {name}", together, note))
    return told


def _together(drives: Sequence[Driven]) -> Driven:
    errors: dict[str, int] = {}
    for one in drives:
        for what, count in one.errors.items():
            errors[what] = errors.get(what, 0) + count
    return Driven(
        seconds=sum(one.seconds for one in drives),
        latencies=sorted(latency for one in drives for latency in one.latencies),
        errors=errors,
        client_share=max(one.client_share for one in drives),
        bytes_received=sum(one.bytes_received for one in drives),
    )


def _homegroup(environ: Mapping[str, str], *arguments: str) -> float:
    """Run a command; seconds."""
    began = time.perf_counter()
    done = subprocess.run(
        [HOMEGROUP, *arguments], env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"homegroup {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return time.perf_counter() - began


def _write_list(file: Path, count: int, version: int) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write('{"homegroup": 1}\n')
        out.writelines(json.dumps(line) + "\n" for line in _lines(count, version))


def _lines(count: int, version: int) -> Iterator[dict[str, Any]]:
    """Meetings of another made-up list; in another version each has another note."""
    rows = (row for row in made_up_rows(2 * count + 100, seed=5) if row.latitude is not None)
    for number, row in enumerate(islice(rows, count)):
        assert row.weekday is not None
        assert row.starts is not None
        yield {
            "kind": "meeting",
            "key": str(number),
            "name": row.name,
            "fellowship": row.fellowship,
            "weekday": Weekday(row.weekday).name,
            "start_time": f"{row.starts // 60:02}:{row.starts % 60:02}",
            "duration": f"PT{row.minutes}M",
            "time_zone": row.zone,
            "venue": {
                "street": f"{number} Lantern Street",
                "city": row.city,
                "country": row.country,
                "latitude": row.latitude,
                "longitude": row.longitude,
            },
            "notes": f"Edition {version} of this note.",
        }
