"""The real thing: `homegroup serve` as a process, asked over a socket."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.oracles import judges
from tests.outside import ROOT

pytestmark = pytest.mark.long
#: What takes a second or two has happened by then, however busy the machine is.
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Served:
    """A server that runs, and the environment of its command line."""

    url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def command(self, *words: str, check: bool = True) -> None:
        subprocess.run([sys.executable, "-m", "api", *words], check=check, cwd=ROOT, env=self.environment)

    def post(self, query: str) -> dict[str, dict[str, int]]:
        answer: dict[str, dict[str, dict[str, int]]] = httpx2.post(f"{self.url}/graphql", json={"query": query}).json()
        return answer["data"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def served(tmp_path: Path, database_url: str) -> Iterator[Served]:
    """A server with the demonstration list, two workers, on either kind of database."""
    port = str(_free_port())
    settings = {"DATA_DIR": str(tmp_path), "DATABASE_URL": database_url, "PORT": port, "WORKERS": "2"}
    environment = os.environ | {f"HOMEGROUP_{name}": value for name, value in settings.items()}
    for word in ("migrate", "seed"):
        subprocess.run([sys.executable, "-m", "api", word], check=True, cwd=ROOT, env=environment, capture_output=True)
    with subprocess.Popen([sys.executable, "-m", "api", "serve"], cwd=ROOT, env=environment) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until_ready(url)
            yield Served(url=url, environment=environment, process=process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_S)


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"{url}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    pytest.fail("the server was not ready within a minute")


def test_every_audit_of_graphql_over_http_is_passed(
    served: Served, graphql_http_audits: judges.GraphqlHttpAudits
) -> None:
    audits = graphql_http_audits(f"{served.url}/graphql")
    assert len(audits) == 61
    assert [audit for audit in audits if audit.status != "ok"] == []


def test_a_change_is_found_by_every_worker_soon_after_it_is_committed(served: Served, tmp_path: Path) -> None:
    count = '{ meetings(filter: {sources: ["one"]}) { totalCount } }'
    (tmp_path / "one.jsonl").write_text(
        '{"homegroup": 1}\n{"kind": "meeting", "key": "1", "name": "One", "fellowship": "NA"}'
    )
    served.command("sources", "add", "one", "--importer", "native", "--location", str(tmp_path / "one.jsonl"))
    assert served.post(count)["meetings"]["totalCount"] == 0
    # The server's own importer may have it in hand already; then it is that one's change.
    served.command("import", "one", check=False)
    deadline = time.monotonic() + PATIENCE_S
    while served.post(count)["meetings"]["totalCount"] == 0:
        assert time.monotonic() < deadline, "the change was never seen"
        time.sleep(0.05)


def test_no_process_is_left_when_the_server_ends(served: Served) -> None:
    children = _children(served.process.pid)
    assert len(children) >= 2
    served.process.send_signal(signal.SIGTERM)
    served.process.wait(timeout=PATIENCE_S)
    deadline = time.monotonic() + PATIENCE_S
    while any(_runs(pid) for pid in children):
        assert time.monotonic() < deadline, "a process outlived the server"
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    # A process that has ended and that nobody has asked about yet is no longer running.
    return state != "Z"


def _children(pid: int) -> list[int]:
    text = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(word) for word in text.split()]
