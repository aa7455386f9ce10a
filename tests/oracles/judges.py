"""Foreign judges of what we serve: ical.js, node-ical, libical and vdirsyncer for calendars, graphql-http for the
endpoint, Chromium with axe for pages.

`make oracles` builds them. Where one is not built, asking for it skips the test with a reason, or
fails it where `HOMEGROUP_REQUIRE_ORACLES` is set.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer
from typing import Any

from tests.outside import absent

HERE = Path(__file__).resolve().parent

#: None of them needs longer for anything that a test gives it.
TIMEOUT_S = 120


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class JudgedOccurrence:
    """One occurrence as another program computes it; aware UTC instants."""

    start: datetime
    end: datetime
    uid: str
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One audit of the endpoint: status `ok`, `notice` (MAY), `warn` (SHOULD) or `error` (MUST)."""

    id: str
    name: str
    status: str
    reason: str


Expand = Callable[[Path, datetime, datetime], list[JudgedOccurrence]]
#: A component: its `name`, its `properties` as pairs of name and value, and its `parts`.
ReadCalendar = Callable[[Path], dict[str, Any]]
#: Hashes of items by their ids.
KeptItems = Callable[[Path], dict[str, str]]
LibicalComplaints = Callable[[Path], list[str]]
GraphqlHttpAudits = Callable[[str], list[Audit]]
DaysBegin = Callable[[list[tuple[str, str]]], list[tuple[str, str, str]]]
Browse = Callable[[str, str, dict[str, Any]], list[dict[str, Any]]]


@contextmanager
def icaljs_occurrences() -> Iterator[Expand]:
    """A function of a calendar file and a window: the occurrences starting in it, in order."""
    with _answering("ical.js", "expand.mjs") as ask:

        def expand(file: Path, start: datetime, until: datetime) -> list[JudgedOccurrence]:
            return sorted(map(_occurrence, ask(str(file), start.isoformat(), until.isoformat())))

        yield expand


@contextmanager
def icaljs_reads() -> Iterator[ReadCalendar]:
    """A function of a calendar file: what ical.js reads in it."""
    with _answering("ical.js", "read.mjs") as ask:
        yield lambda file: ask(str(file))


def node_ical_occurrences() -> Expand:
    """The same by node-ical, which takes the rules of time zones from Node and not from the file."""
    node = _node("node-ical")

    def expand(file: Path, start: datetime, until: datetime) -> list[JudgedOccurrence]:
        window = (start.isoformat(), until.isoformat())
        ran = _run(node, str(HERE / "expand_node_ical.mjs"), str(file), *window)
        assert ran.returncode == 0, ran.stderr
        return sorted(_occurrence(json.loads(line)) for line in ran.stdout.splitlines())

    return expand


def libical_occurrences() -> Expand:
    """The same by libical, by the file's own time zones."""
    program = HERE / "icalexpand"
    if not program.exists():
        absent("libical's expander", "run `make oracles`", required_by="HOMEGROUP_REQUIRE_ORACLES")

    def expand(file: Path, start: datetime, until: datetime) -> list[JudgedOccurrence]:
        window = (str(round(start.timestamp())), str(round(until.timestamp())))
        ran = _run(str(program), str(file), *window)
        assert ran.returncode == 0, ran.stderr
        told = (line.split() for line in ran.stdout.splitlines())
        return sorted(
            JudgedOccurrence(
                start=datetime.fromtimestamp(int(start), UTC), end=datetime.fromtimestamp(int(end), UTC), uid=uid
            )
            for uid, start, end in told
        )

    return expand


def vdirsyncer_items() -> KeptItems:
    """A function of a calendar file: what vdirsyncer keeps of each item, to tell whether it has changed."""
    python = HERE / ".venv" / "bin" / "python"
    if not python.exists():
        absent("vdirsyncer", "run `make oracles`", required_by="HOMEGROUP_REQUIRE_ORACLES")

    def items(file: Path) -> dict[str, str]:
        ran = _run(str(python), str(HERE / "items.py"), str(file))
        assert ran.returncode == 0, ran.stderr
        return dict(line.split() for line in ran.stdout.splitlines())

    return items


def libical_complaints() -> LibicalComplaints:
    """A function of a calendar file: what libical holds against it, one string an error."""
    program = HERE / "icalcheck"
    if not program.exists():
        absent("libical's validator", "run `make oracles`", required_by="HOMEGROUP_REQUIRE_ORACLES")

    def complaints(file: Path) -> list[str]:
        ran = _run(str(program), str(file))
        assert ran.returncode in (0, 1), ran.stderr
        return ran.stdout.splitlines()

    return complaints


def graphql_http_audits() -> GraphqlHttpAudits:
    """A function of an endpoint's URL: every audit of GraphQL over HTTP, with its verdict."""
    node = _node("graphql-http")

    def audit(url: str) -> list[Audit]:
        ran = _run(node, str(HERE / "audits.mjs"), url)
        assert ran.stdout, ran.stderr
        return [_audit(line) for line in ran.stdout.splitlines()]

    return audit


def browse() -> Browse:
    """A function of a page, a way through it (see `desk.mjs`) and what it needs: what the browser kept account of."""
    node = _node("playwright-core")
    program = os.environ.get("HOMEGROUP_CHROMIUM") or shutil.which("chromium")
    if program is None or not (HERE / "node_modules" / "axe-core").is_dir():
        how = "install chromium, or name another in HOMEGROUP_CHROMIUM, and run `make oracles`"
        absent("a browser", how, required_by="HOMEGROUP_REQUIRE_ORACLES")

    def go(page: str, way: str, told: dict[str, Any]) -> list[dict[str, Any]]:
        told = told | {"program": program, "shots": os.environ.get("HOMEGROUP_SHOTS", "")}
        ran = _run(node, str(HERE / f"{page}.mjs"), way, given=json.dumps(told))
        assert ran.returncode == 0, ran.stderr
        return [json.loads(line) for line in ran.stdout.splitlines()]

    return go


def days_begin() -> DaysBegin:
    """A function of zones and dates: by the page's own script, the first instant of each, the date before and then."""
    node = _node("playwright-core")

    def begin(asked: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
        ran = _run(node, str(HERE / "days.mjs"), given=json.dumps(asked))
        assert ran.returncode == 0, ran.stderr
        return [(instant, before, then) for instant, before, then in json.loads(ran.stdout)]

    return begin


def _at(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _node(package: str) -> str:
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / package).is_dir():
        how = "run `make oracles`, with Node.js 18 or newer"
        absent(package, how, required_by="HOMEGROUP_REQUIRE_ORACLES")
    return node


def _run(*command: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=TIMEOUT_S, check=False, input=given
    )


@contextmanager
def _answering(package: str, script: str) -> Iterator[Callable[..., Any]]:
    """A function of the arguments of a script that answers line by line: Node starts once for all that is asked."""
    command = [_node(package), str(HERE / script)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        asked, answers = process.stdin, process.stdout
        assert asked
        assert answers

        def ask(*arguments: str) -> Any:
            patience = Timer(TIMEOUT_S, process.kill)
            patience.start()
            asked.write(f"{json.dumps(arguments)}\n")
            asked.flush()
            line = answers.readline()
            patience.cancel()
            assert line, f"{script} ended, or took longer than {TIMEOUT_S} s"
            told = json.loads(line)
            assert "error" not in told, told["error"]
            return told["answer"]

        yield ask


def _occurrence(told: dict[str, Any]) -> JudgedOccurrence:
    return JudgedOccurrence(
        start=datetime.fromisoformat(told["start"]),
        end=datetime.fromisoformat(told["end"]),
        uid=told["uid"],
        status=told.get("status") or "",
    )


def _audit(line: str) -> Audit:
    told = json.loads(line)
    return Audit(id=told["id"], name=told["name"], status=told["status"], reason=told["reason"] or "")
