"""What every test may ask for: a database of either kind, real lists, foreign judges; and no network.

Only what is the same for all packages lies here; builders of our values are in `tests/builders.py`.
"""

import ipaddress
import os
import socket
import zoneinfo
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from search.place_files import PlaceFiles, publish_places, read_places
from search.places import PlaceFinder
from store.database import Database
from store.migration import migrate
from tests.amounts import many
from tests.databases import name_in, postgres_database
from tests.oracles import judges
from tests.outside import POSTGRES, REAL_LISTS, REAL_LISTS_ABSENT, absent

# Other programs in this process read time zones as we do, from the pinned package: the machine's may be years older.
zoneinfo.reset_tzpath(())


# No deadline: two cores shared with other work make single examples slow now and then.
settings.register_profile("default", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("default"), max_examples=many(1000))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


# --- Places -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def place_files(tmp_path_factory: pytest.TempPathFactory) -> PlaceFiles:
    """The table of `seed/places` with towns of 15,000 people, made once for all tests and all of their processes."""
    files = PlaceFiles(folder=tmp_path_factory.getbasetemp().parent / "places", least_people=15_000)
    publish_places(files)
    return files


@pytest.fixture(scope="session")
def places(place_files: PlaceFiles) -> PlaceFinder:
    """Who knows them by name."""
    table = read_places(place_files.home())
    assert table is not None
    return PlaceFinder(table)


# --- No network ---------------------------------------------------------------------------------


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "")


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def only_loopback(sock: socket.socket, address: Any) -> Any:
        if sock.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise RuntimeError(f"a test tried to reach {address[0]}; only loopback is open to tests")
        return connect(sock, address)

    return only_loopback


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    def only_addresses(host: str | bytes | None, *args: Any, **kwargs: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name and not _is_address(name):
            raise RuntimeError(f"a test tried to look up {name!r}; tests know no names but localhost")
        return lookup(host, *args, **kwargs)

    return only_addresses


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost"
    return True


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Nothing but loopback can be reached: a test that needs more would fail elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


# --- Databases ----------------------------------------------------------------------------------


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'homegroup.sqlite'}"


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a PostgreSQL server on which databases may be made and dropped."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        how = f"start one, or name it in HOMEGROUP_TEST_POSTGRES ({str(error).splitlines()[0]})"
        absent("a PostgreSQL server", how, required_by="HOMEGROUP_REQUIRE_POSTGRES")
    return POSTGRES


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, dropped afterwards."""
    with postgres_database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; a test that takes it runs on each kind we support."""
    wanted = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(wanted))


def _migrated(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a migrated database; copied, because that is quick."""
    path = tmp_path_factory.mktemp("migrated") / "homegroup.sqlite"
    _migrated(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """The name of a migrated database; copied too."""
    with postgres_database(postgres_server) as url:
        _migrated(url)
        yield name_in(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that is migrated and empty; a test that takes it runs on each kind we support."""
    if request.param == "sqlite":
        path = tmp_path / "homegroup.sqlite"
        path.write_bytes(request.getfixturevalue("migrated_sqlite"))
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("migrated_postgres")
    with postgres_database(request.getfixturevalue("postgres_server"), template) as url:
        yield url


# --- Real lists and foreign judges --------------------------------------------------------------


@pytest.fixture(scope="session")
def real_lists() -> Path:
    """The folder of real meeting lists beside the repository; its INDEX.tsv says what is in it."""
    if not REAL_LISTS.is_dir():
        pytest.skip(REAL_LISTS_ABSENT)
    return REAL_LISTS


@pytest.fixture(scope="session")
def icaljs_occurrences() -> Iterator[judges.Expand]:
    """Expands a calendar file with ical.js."""
    with judges.icaljs_occurrences() as expand:
        yield expand


@pytest.fixture(scope="session")
def icaljs_reads() -> Iterator[judges.ReadCalendar]:
    """Reads a calendar file with ical.js."""
    with judges.icaljs_reads() as read:
        yield read


@pytest.fixture(scope="session")
def node_ical_occurrences() -> judges.Expand:
    """What node-ical makes of a calendar file."""
    return judges.node_ical_occurrences()


@pytest.fixture(scope="session")
def libical_occurrences() -> judges.Expand:
    """What libical makes of a calendar file."""
    return judges.libical_occurrences()


@pytest.fixture(scope="session")
def vdirsyncer_items() -> judges.KeptItems:
    """What vdirsyncer keeps of each item of a calendar file."""
    return judges.vdirsyncer_items()


@pytest.fixture(scope="session")
def libical_complaints() -> judges.LibicalComplaints:
    """Validates a calendar file with libical."""
    return judges.libical_complaints()


@pytest.fixture(scope="session")
def graphql_http_audits() -> judges.GraphqlHttpAudits:
    """Audits a GraphQL endpoint with graphql-http."""
    return judges.graphql_http_audits()


@pytest.fixture(scope="session")
def browse() -> judges.Browse:
    """Goes through our pages with a browser."""
    return judges.browse()


@pytest.fixture(scope="session")
def days_begin() -> judges.DaysBegin:
    """Works out days as our pages do."""
    return judges.days_begin()


# --- Skips that may not be (HOMEGROUP_STRICT_SKIPS=1, as in CI) ----------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    strict = os.environ.get("HOMEGROUP_STRICT_SKIPS")
    skipped = report.outcome == "skipped" and not hasattr(report, "wasxfail")
    if strict and skipped and REAL_LISTS_ABSENT not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped where no test may be: {report.longrepr}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was left out for want of the real lists."""
    skipped = terminalreporter.stats.get("skipped", [])
    absent_lists = sum(REAL_LISTS_ABSENT in str(report.longrepr) for report in skipped)
    if absent_lists or os.environ.get("HOMEGROUP_STRICT_SKIPS"):
        terminalreporter.line(f"skipped for want of the real lists: {absent_lists}")
