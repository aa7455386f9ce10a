"""Our server and others, side by side: `python -m tests.bench peers [OPTION ...]`, after `make peers`.

All servers run at the same time and are driven in turn, round after round, each for the same seconds by the same
clients with the same requests; ratios are taken between neighbours of a round. Before anything is timed the answers
to all requests are compared as parsed data. Servers are kept to the first processor; the client, and whatever else
the system likes, has the others; PostgreSQL runs where the system puts it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.peers.figures import Figure, Results, as_markdown, figure_of, goals
from tests.bench.peers.load import Call, drive, post
from tests.bench.peers.places import Place, choose_places
from tests.bench.peers.processes import NotStarted, Server, pin, processors, start
from tests.bench.peers.questions import Differs, ask, asked_all, compare
from tests.bench.peers.stage import built_index, open_stage
from tests.bench.peers.strain import importing, worst_queries
from tests.bench.peers.targets import TARGETS, Stage, Target, command_of, environ_of, why_not
from tests.outside import ROOT

PLACES = 128
_COLD = ("ours-sqlite", "ours-postgres", "handwritten-sqlite", "handwritten-postgres")
_OURS = ("ours-sqlite", "ours-postgres")
_COLD_ROUNDS = 6
#: Seconds of processor time in two that an idle server may take; and how often that is looked for.
_IDLE_S = 0.2
_SETTLING = 150


@dataclass(slots=True, kw_only=True)
class Running:
    """A server that answers as the others do."""

    target: Target
    server: Server
    port: int
    calls: Sequence[Call] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How much is measured."""

    meetings: int
    rounds: int
    seconds: float
    clients: int
    cold: int
    strain: bool
    only: frozenset[str]
    data: Path | None
    output: Path | None


def read_options(arguments: Sequence[str]) -> Options:
    """Of the command line; ends the process with help where they cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench peers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--meetings", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=5, help="how often each server has its turn")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long a turn lasts")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--cold", type=int, default=6000, help="other places of the cold pass; 0: none")
    parser.add_argument("--no-strain", action="store_true", help="without 1, 8 and 64 clients, imports, worst queries")
    parser.add_argument("--only", default="", help="names of servers, joined by commas; default: all")
    parser.add_argument("--data", type=Path, help="folder in which the filled databases are kept for another run")
    parser.add_argument("--output", type=Path, help="folder for peers.md and peers.json")
    told = parser.parse_args(arguments)
    only = frozenset(name for name in told.only.split(",") if name)
    unknown = only - {target.name for target in TARGETS}
    if unknown:
        parser.error(f"there are {', '.join(target.name for target in TARGETS)}, not {', '.join(sorted(unknown))}")
    return Options(
        meetings=told.meetings,
        rounds=told.rounds,
        seconds=told.seconds,
        clients=told.clients,
        cold=told.cold,
        strain=not told.no_strain,
        only=only,
        data=told.data and told.data.resolve(),
        output=told.output,
    )


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and print."""
    # Told to stop, the servers are stopped too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = read_options(arguments)
    wanted = [target for target in TARGETS if not options.only or target.name in options.only]
    results = Results()
    with open_stage(options.data, options.meetings, postgres=any(target.postgres for target in wanted)) as stage:
        index = built_index(stage)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        places = choose_places(index, now, count=PLACES, seed=1)
        cold = choose_places(index, now, count=options.cold, seed=2)
        del index
        pin(0, processors()[1])
        with _running(wanted, stage, places, results) as running:
            _describe(results, options, places)
            _measure(running, cold, options, results)
            if options.strain:
                _strain(running, stage, options, results)
    print(as_markdown(results))
    text = json.dumps({**asdict(results), "goals": goals(results)})
    print(text)
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "peers.md").write_text(as_markdown(results) + "\n", "utf-8")
        (options.output / "peers.json").write_text(text + "\n", "utf-8")


def _describe(results: Results, options: Options, places: Sequence[Place]) -> None:
    mean = sum(min(place.found, 50) for place in places) / len(places)
    size = next(iter(results.sizes.values()), 0)
    servers, clients = processors()
    results.setting = {
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}",
        "meetings": f"{options.meetings:,}",
        "requests": f"{len(places)} places, {mean:.1f} meetings and {size:,.0f} bytes an answer",
        "load": f"{options.clients} clients, {options.rounds} rounds of {options.seconds:g} s, servers on processor "
        f"{sorted(servers)}, client on {sorted(clients)}, PostgreSQL anywhere",
    }


# --- Starting and comparing ---------------------------------------------------------------------


@contextmanager
def _running(
    targets: Sequence[Target], stage: Stage, places: Sequence[Place], results: Results
) -> Iterator[list[Running]]:
    """All servers that start and answer alike; the others, with the reason, go into the results."""
    with ExitStack() as stack:
        found: list[Running] = []
        expected: list[list[object]] | None = None
        for target in targets:
            try:
                running = _started(target, stage, stack, places)
                expected = _compared(running, places, expected, stage, results)
                found.append(running)
                print(f"started {target.name}", flush=True)
            except (NotStarted, Differs, OSError, KeyError) as error:
                results.not_measured[target.label] = f"{type(error).__name__}: {error}"
                print(f"not measured: {target.label}: {error}", file=sys.stderr, flush=True)
        yield found


def _started(target: Target, stage: Stage, stack: ExitStack, places: Sequence[Place]) -> Running:
    reason = why_not(target, stage)
    if reason:
        raise NotStarted(reason)
    port = _free_port()
    body = target.question.body(places[0])

    def ready() -> bool:
        try:
            ask(port, body)
        except (OSError, Differs):
            return False
        return True

    server = start(
        command_of(target, port),
        environ_of(target, stage, port),
        folder=ROOT,
        log=stage.folder / f"{target.name}.log",
        ready=ready,
        where=processors()[0],
        postgres=stage.postgres if target.postgres else None,
    )
    stack.callback(server.stop)
    return Running(target=target, server=server, port=port)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _compared(
    running: Running,
    places: Sequence[Place],
    expected: list[list[object]] | None,
    stage: Stage,
    results: Results,
) -> list[list[object]] | None:
    """Its calls are made ready, its answers compared with the first server's, which also give the constant body."""
    target = running.target
    if not target.checked:
        size = stage.body.stat().st_size
        call = Call(request=post(running.port, target.question.body(places[0])), least=size, most=size)
        running.calls = [call] * len(places)
        return expected
    checked = asked_all(running.port, target.question, places)
    running.calls = checked.calls
    results.sizes[target.name] = checked.bytes
    results.memory[target.name] = running.server.memory()
    answers = [list(answer) for answer in checked.answers]
    if expected is None:
        _write_constant_body(running, places, checked.bytes, stage)
        return answers
    results.tolerated[target.name] = compare(expected, answers, datetime.now(UTC))
    return expected


def _write_constant_body(running: Running, places: Sequence[Place], mean: float, stage: Stage) -> None:
    """One of the answers, of the length that is nearest to the mean."""
    bodies = [ask(running.port, running.target.question.body(place)) for place in places]
    stage.body.write_bytes(min(bodies, key=lambda body: abs(len(body) - mean)))


# --- Measuring ----------------------------------------------------------------------------------


def _measure(running: Sequence[Running], cold: Sequence[Place], options: Options, results: Results) -> None:
    _settle(running)
    if cold:
        _cold(running, cold, options, results)
    for each in running:
        drive(each.port, each.calls, clients=options.clients)
    for number in range(options.rounds):
        # Each round begins with another: whoever follows a heavy server has its garbage to wait for.
        for each in [*running[number % len(running) :], *running[: number % len(running)]]:
            results.warm.append(_turn(each, each.calls, options.clients, options.seconds))
        print(f"round {number + 1} of {options.rounds}", flush=True)


def _settle(running: Sequence[Running]) -> None:
    """Until nobody works any more of what begins with a start, as our index builder does; at most some minutes."""
    for _ in range(_SETTLING):
        before = [each.server.cpu()[0] for each in running]
        time.sleep(2)
        if all(each.server.cpu()[0] - then < _IDLE_S for each, then in zip(running, before, strict=True)):
            return
    print("some servers are still busy with themselves", file=sys.stderr, flush=True)


def _turn(each: Running, calls: Sequence[Call], clients: int, seconds: float | None) -> Figure:
    before = each.server.cpu()
    driven = drive(each.port, calls, clients=clients, seconds=seconds)
    after = each.server.cpu()
    return figure_of(each.target.name, driven, (after[0] - before[0], after[1] - before[1]))


def _cold(running: Sequence[Running], cold: Sequence[Place], options: Options, results: Results) -> None:
    """Places that no server was asked for before, some in each round."""
    size = -(-len(cold) // _COLD_ROUNDS)
    for first in range(0, len(cold), size):
        for each in running:
            if each.target.name in _COLD:
                bodies = [each.target.question.body(place) for place in cold[first : first + size]]
                calls = [Call(request=post(each.port, body)) for body in bodies]
                results.cold.append(_turn(each, calls, options.clients, None))


def _strain(running: Sequence[Running], stage: Stage, options: Options, results: Results) -> None:
    for each in running:
        if each.target.name in _OURS:
            for clients in (1, 8, 64):
                figure = _turn(each, each.calls, clients, options.seconds)
                results.clients.append((clients, figure))
    for each in running:
        if each.target.name in _OURS:
            environ = environ_of(each.target, stage, each.port)
            results.strain += worst_queries(each.port, each.target.label, options.seconds)
            results.strain += importing(each.port, each.calls, each.target.label, environ, stage, options.meetings)
