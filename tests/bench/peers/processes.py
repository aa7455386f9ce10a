"""Servers as processes: started, pinned to a processor, asked what they used, ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import psycopg

_TICK = os.sysconf("SC_CLK_TCK")
_READY_S = 180.0


class NotStarted(Exception):
    """A server that did not come up; the message says why."""


@cache
def processors() -> tuple[set[int], set[int]]:
    """The processors of servers, and those of the client, as they were at first; the same where there is only one."""
    if not hasattr(os, "sched_getaffinity"):
        return set(), set()
    ours = sorted(os.sched_getaffinity(0))
    return ({ours[0]}, set(ours[1:])) if len(ours) > 1 else (set(ours), set(ours))


def pin(pid: int, where: set[int]) -> None:
    """Keep a process, and those it will start, on these processors; where that cannot be, it runs anywhere."""
    if where and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, where)


@dataclass(slots=True, kw_only=True)
class Server:
    """A running server. `application`: how it names itself to PostgreSQL, if it uses that."""

    process: subprocess.Popen[bytes]
    log: Path
    postgres: str | None
    application: str

    def cpu(self) -> tuple[float, float]:
        """Seconds of processor time so far: of its process tree, and of PostgreSQL's work for it."""
        return sum(map(_cpu_of, _tree(self.process.pid))), self._backends()

    def own_cpu(self) -> float:
        """Seconds of processor time so far, of its first process alone: where there is one worker, of that worker."""
        return _cpu_of(self.process.pid, ended=False)

    def _backends(self) -> float:
        if self.postgres is None:
            return 0.0
        asking = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"
        found = _connection(self.postgres).execute(asking, (self.application,)).fetchall()
        return sum(_cpu_of(pid) for (pid,) in found)

    def memory(self) -> float:
        """Megabytes resident in its process tree."""
        return sum(map(_memory_of, _tree(self.process.pid)))

    def last_words(self) -> str:
        """How it ended, or that it has not, and what it logged last."""
        ended = self.process.poll()
        return f"{'runs' if ended is None else f'ended with {ended}'}: {_last_words(self.log)}"

    def stop(self) -> None:
        """End it and all it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)


def start(
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    folder: Path,
    log: Path,
    ready: Callable[[], bool],
    where: set[int],
    postgres: str | None = None,
) -> Server:
    """Start a server and wait until it answers; NotStarted."""
    with log.open("wb") as out:
        try:
            process = subprocess.Popen(
                command,
                env={**os.environ, **environ},
                cwd=folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                # Before the program runs: threads that it starts at once would run anywhere.
                preexec_fn=partial(pin, 0, where),
            )
        except OSError as error:
            raise NotStarted(f"{command[0]}: {error.strerror}") from error
    server = Server(process=process, log=log, postgres=postgres, application=environ.get("PGAPPNAME", ""))
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotStarted(_last_words(log) or f"ended with {process.returncode}")
        if ready():
            return server
        time.sleep(0.2)
    server.stop()
    raise NotStarted(f"does not answer after {_READY_S:.0f} s; {_last_words(log)}")


@cache
def _connection(url: str) -> psycopg.Connection:
    """One for the whole run: where servers take all that there are, none could be had later."""
    return psycopg.connect(url, autocommit=True)


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    errors = [line for line in lines if "rror" in line]
    return (errors or lines or [""])[-1][:200]


def _tree(pid: int) -> list[int]:
    found = [pid]
    for known in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{known}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _cpu_of(pid: int, *, ended: bool = True) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    # utime and stime, and those of children that have ended.
    return sum(map(int, fields[11 : 15 if ended else 13])) / _TICK


def _memory_of(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1000
    return 0.0
