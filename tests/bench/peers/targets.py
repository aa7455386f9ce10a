"""The servers that are measured: how each is started, on what data, and what we must be against it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.peers.questions import GRAPHQL, POSTGRAPHILE, Question
from tests.outside import ROOT

HERE = Path(__file__).parent
#: Where `make peers` puts what the others need; not the project's own.
PYTHON = HERE / ".venv" / "servers" / "bin" / "python"
PYTHON_GRAPHENE = HERE / ".venv" / "graphene" / "bin" / "python"
NODE_MODULES = HERE / "node_modules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the data lies; `postgres` None: there is no such server."""

    folder: Path
    postgres: str | None

    @property
    def ours_sqlite(self) -> str:
        """Our database as a file."""
        return f"sqlite:///{self.folder / 'homegroup.sqlite'}"

    @property
    def plain_sqlite(self) -> Path:
        """The plain tables as a file."""
        return self.folder / "plain.sqlite"

    @property
    def body(self) -> Path:
        """The constant answer."""
        return self.folder / "body.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Our throughput is to be at least `times` the target's, measured by our server on the same database."""

    times: float
    ours: str = "ours-postgres"
    cold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One server. `needs` is a file without which it cannot start, and `make peers` brings it."""

    name: str
    label: str
    command: tuple[str, ...]
    postgres: bool = False
    environ: Mapping[str, str] | None = None
    needs: Path | None = None
    question: Question = GRAPHQL
    goal: Goal | None = None
    checked: bool = True


def _uvicorn(python: Path | str, module: str) -> tuple[str, ...]:
    application = f"tests.bench.peers.servers.{module}:app"
    address = ("--host", "127.0.0.1", "--port", "{port}", "--workers", "1")
    fast = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")
    return (str(python), "-m", "uvicorn", application, *address, *fast)


#: Our own command, of the environment this runs in.
HOMEGROUP = str(Path(sys.executable).with_name("homegroup"))
_HOMEGROUP = (HOMEGROUP, "serve", "--host", "127.0.0.1", "--port", "{port}")


def _node(script: str) -> tuple[str, ...]:
    return ("node", str(HERE / "servers" / script))


TARGETS = (
    Target(name="ours-sqlite", label="Homegroup on SQLite", command=_HOMEGROUP),
    Target(name="ours-postgres", label="Homegroup on PostgreSQL", command=_HOMEGROUP, postgres=True),
    Target(
        name="standard-sqlite",
        label="Homegroup on SQLite, standard executor",
        command=_HOMEGROUP,
        environ={"HOMEGROUP_GRAPHQL_COMPILED": "0"},
    ),
    Target(
        name="standard-postgres",
        label="Homegroup on PostgreSQL, standard executor",
        command=_HOMEGROUP,
        postgres=True,
        environ={"HOMEGROUP_GRAPHQL_COMPILED": "0"},
    ),
    Target(
        name="floor",
        label="constant body, Starlette (the floor)",
        command=_uvicorn(sys.executable, "floor"),
        goal=Goal(times=0.30, ours="ours-sqlite"),
        checked=False,
    ),
    Target(
        name="handwritten-sqlite",
        label="hand-written JSON, Starlette + orjson, sqlite3",
        command=_uvicorn(sys.executable, "handwritten_sqlite"),
        goal=Goal(times=2.0, ours="ours-sqlite"),
    ),
    Target(
        name="handwritten-postgres",
        label="hand-written JSON, Starlette + orjson, asyncpg",
        command=_uvicorn(PYTHON, "handwritten_postgres"),
        postgres=True,
        needs=PYTHON,
        goal=Goal(times=2.5, cold=1.5),
    ),
    Target(
        name="mercurius",
        label="mercurius + graphql-jit, Fastify, node-postgres",
        command=_node("mercurius.mjs"),
        postgres=True,
        needs=NODE_MODULES / "mercurius",
        goal=Goal(times=2.5),
    ),
    Target(
        name="postgraphile",
        label="PostGraphile 5, Amber, search as a SQL function",
        command=_node("postgraphile.mjs"),
        postgres=True,
        needs=NODE_MODULES / "postgraphile",
        question=POSTGRAPHILE,
        goal=Goal(times=10),
    ),
    Target(
        name="strawberry",
        label="strawberry + FastAPI, parser and validation caches, asyncpg",
        command=_uvicorn(PYTHON, "strawberry_app"),
        postgres=True,
        needs=PYTHON,
        goal=Goal(times=25),
    ),
    Target(
        name="ariadne",
        label="ariadne, documents cached, asyncpg",
        command=_uvicorn(PYTHON, "ariadne_app"),
        postgres=True,
        needs=PYTHON,
        goal=Goal(times=25),
    ),
    Target(
        name="graphene",
        label="graphene as usually written, SQLAlchemy async ORM",
        command=_uvicorn(PYTHON_GRAPHENE, "graphene_app"),
        postgres=True,
        needs=PYTHON_GRAPHENE,
        goal=Goal(times=60),
    ),
)


def environ_of(target: Target, stage: Stage, port: int) -> dict[str, str]:
    """The environment that a target is started with, beside the harness's own."""
    ours = "postgres" if target.postgres else "sqlite"
    environ = {
        "PORT": str(port),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "PGAPPNAME": target.name,
        "PYTHONPATH": str(ROOT),
        "SQLITE_FILE": str(stage.plain_sqlite),
        "BODY_FILE": str(stage.body),
        "DATABASE_URL": stage.postgres or "",
        "HOMEGROUP_DATA_DIR": str(stage.folder / f"data-{ours}"),
        "HOMEGROUP_DATABASE_URL": (stage.postgres or "") if target.postgres else stage.ours_sqlite,
        # All servers together stay below the 100 connections that PostgreSQL allows as it comes.
        "HOMEGROUP_DATABASE_POOL": "8",
        "HOMEGROUP_IMPORT_MINUTES": "0",
        "HOMEGROUP_LOG_LEVEL": "WARNING",
        # Counted, and never reached: all clients here are one network.
        "HOMEGROUP_RATE_COST": str(10**12),
    }
    return {**environ, **(target.environ or {})}


def command_of(target: Target, port: int) -> list[str]:
    """With the port in its place."""
    return [part.format(port=port) for part in target.command]


def why_not(target: Target, stage: Stage) -> str | None:
    """Why a target cannot be started here; None: it can be tried."""
    if target.postgres and stage.postgres is None:
        return "no PostgreSQL server; name one in HOMEGROUP_TEST_POSTGRES"
    if target.needs is not None and not target.needs.exists():
        return "not installed: `make peers`"
    if not Path(target.command[0]).exists() and not _on_path(target.command[0]):
        return f"{target.command[0]} is not here"
    return None


def _on_path(name: str) -> bool:
    return any((Path(folder) / name).exists() for folder in os.environ.get("PATH", "").split(os.pathsep))
