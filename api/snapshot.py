"""`/snapshot.jsonl`: the whole list in our own format, for apps that keep a copy, with the cursor to go on from.

The file is made of one state of the database and kept, so that however many clients read it, and however slowly, it is
made once and no connection is held for them. It may be a little old: its cursor tells what changed since. `serve`
makes it beside its imports; a request does so only where nobody has for long.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from api.house import House
from api.list_lines import list_lines
from api.negotiation import accepted
from api.settings import Settings
from meetings.native_document import HEAD, body_line, source_line
from search.change_cursors import cursor_of_copy
from store.changes import last_change
from store.database import Database, Reader
from store.export import source_bodies
from store.sources import list_sources

#: Counts up whenever the same list would be written differently.
_VERSION = 1
_NAME = "snapshot.jsonl"
_ENDING = ".jsonl.gz"
_PIECE = 1 << 16
#: Answers that are not compressed yet are told so, or compressed, on their way out.
_VARY = {"Vary": "Accept-Encoding"}
#: Who was told of a file has so long to open it.
_KEPT = timedelta(hours=1)
#: zlib's usual level: level 9 takes three times as long for one hundredth.
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A finished file, compressed; `version` names its bytes."""

    path: Path
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshots:
    """Where files are kept, and for how long one is sent before it is looked whether the list is still the same."""

    folder: Path
    fresh: timedelta
    threads: CapacityLimiter

    def current(self, house: House) -> Snapshot:
        """The file to send: the newest there is or, if nobody looked for too long, that of the list as it is."""
        now = house.clock()
        newest = max(self.folder.glob("*.gz"), key=_looked_at, default=None)
        if newest is not None and abs(now.timestamp() - _looked_at(newest)) < self.fresh.total_seconds():
            return Snapshot(newest, newest.name.removesuffix(_ENDING))
        return make_snapshot(house.database, self.folder, now)


def _looked_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def snapshot_routes(settings: Settings) -> list[BaseRoute]:
    """`/snapshot.jsonl`."""
    snapshots = Snapshots(
        folder=settings.snapshot_dir,
        fresh=timedelta(seconds=settings.snapshot_seconds),
        threads=CapacityLimiter(1),
    )
    return [Route(f"/{_NAME}", partial(send_snapshot, snapshots), methods=["GET"], name="snapshot")]


async def send_snapshot(snapshots: Snapshots, request: Request) -> Response:
    """GET or HEAD: the file, compressed for those who take it so."""
    house: House = request.state.house
    found = await to_thread.run_sync(snapshots.current, house, limiter=snapshots.threads)
    compressed = _takes_gzip(request.headers.get("accept-encoding", ""))
    # Two forms of one list are two different rows of bytes.
    etag = f'"{found.version}{"-gzip" if compressed else ""}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "public, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
    }
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in known:
        return Response(status_code=304, headers={**headers, **_VARY})
    media_type = "application/jsonl; charset=utf-8"
    if compressed:
        return FileResponse(found.path, headers={**headers, **_VARY, "Content-Encoding": "gzip"}, media_type=media_type)
    if request.method == "HEAD":
        return Response(headers=headers, media_type=media_type)
    return StreamingResponse(_pieces(found.path), headers=headers, media_type=media_type)


def _takes_gzip(header: str) -> bool:
    liked = dict(accepted(header))
    return bool(liked.get("gzip", liked.get("*", 0.0)))


def _pieces(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while piece := file.read(_PIECE):
            yield piece


def make_snapshot(database: Database, folder: Path, now: datetime) -> Snapshot:
    """The file of the list as it is, made unless it is there; other processes wait meanwhile."""
    # Whole days, so that a list that did not change is the same bytes all day, on every host.
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), database.read() as read:
        number = last_change(read)
        version = _version(read, number, day)
        path = folder / f"{version}{_ENDING}"
        if not path.exists():
            _write(path, _lines(read, number, day))
    os.utime(path, (now.timestamp(), now.timestamp()))
    _drop_old(folder, keep=path, now=now.timestamp())
    return Snapshot(path, version)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _version(read: Reader, number: int, day: datetime) -> str:
    """A hash of all that decides the bytes: log, day, and what the log does not tell of."""
    told = hashlib.sha256(repr((_VERSION, zlib.ZLIB_RUNTIME_VERSION, number, day)).encode())
    for source in list_sources(read, counted=False):
        told.update(orjson.dumps(source_line(source, public=True)))
        for body in source_bodies(read, source.id):
            told.update(orjson.dumps([body.id, body_line(body, {}), body.parent_id]))
    return told.hexdigest()[:32]


def _lines(read: Reader, number: int, day: datetime) -> Iterator[bytes]:
    head = {**HEAD, "changes": {"after": cursor_of_copy(number, day)}}
    sources = list(list_sources(read, counted=False))
    return list_lines(read, sources, now=day, public=True, head=head)


def _write(path: Path, lines: Iterator[bytes]) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            _compress(file, lines)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _compress(file: BinaryIO, lines: Iterator[bytes]) -> None:
    # Without name and time, lest the same list be other bytes.
    with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as out:
        piece = bytearray()
        for line in lines:
            piece += line
            piece += b"\n"
            if len(piece) >= _PIECE:
                out.write(piece)
                piece.clear()
        out.write(piece)


def _drop_old(folder: Path, *, keep: Path, now: float) -> None:
    for old in folder.iterdir():
        if old != keep and old.name != "lock" and now - _looked_at(old) > _KEPT.total_seconds():
            old.unlink(missing_ok=True)
