"""A small list in a real database, its read index, and somebody who asks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import GraphQLSchema

from importers.persons import without_persons
from importers.preview import apply_kept, preview_import, sent_content
from importers.protocol import Fetched
from importers.registration import checked_source
from importers.revert import revert_run
from meetings.listing import ListedBody, Listing, content_key, fingerprint, id_from_number, number_of
from meetings.outcome import Outcome
from meetings.source import ImportPlan, ImportRun, KeptPlan, Placed, RunStatus, Source
from meetings.tokens import Role, Token
from meetings.vocabulary import Vocabulary
from schema import build_schema
from schema.context import Context
from schema.documents import Documents
from schema.errors import Refused
from schema.limits import Limits
from schema.operations import Request, executed, prepare, refused_answer
from search.builder import build
from search.index import Index, open_index
from search.places import PlaceFinder
from store.database import Database, Reader
from store.imports import apply_plan, record_run
from store.migration import migrate
from store.sources import put_source
from store.vocabulary import get_vocabulary, put_vocabulary
from tests.builders import NOW, a_source
from tests.databases import name_in, postgres_database
from tests.outside import ROOT

LIMITS = Limits()
BASE_URL = "https://meetings.example.org"


def id_of(key: str, source: str = "lantern") -> str:
    """The public id of the meeting that a source lists under this key."""
    return id_from_number(number_of(source, key))


def placed(listing: Listing, source: str = "lantern") -> Placed:
    """A new listing's place in a plan."""
    key = listing.key or "?"
    return Placed(
        meeting_id=id_of(key, source),
        key=key,
        listing=listing,
        content_key=content_key(listing),
        fingerprint=fingerprint(listing),
    )


@dataclass(slots=True)
class Work:
    """Imports in this process, of what the test says a fetch brings; `held` tells whether a snapshot was meanwhile."""

    house: "House"
    fetched: bytes = b"[]"
    held: list[bool] = field(default_factory=list)

    def checked(self, source: Source) -> Source:
        return checked_source(source, self.house.vocabulary)

    def preview(self, source: Source, content: str | None) -> KeptPlan | ImportRun:
        def fetch(asked: Source) -> Fetched:
            reading = self.house.reading
            self.held.append(reading is not None and reading.connection.in_transaction())
            return sent_content(asked, content) if content is not None else self.answer(asked)

        facts: dict[str, Any] = {"vocabulary": self.house.vocabulary, "now": self.house.now, "plan_id": self._new("p")}
        return preview_import(self.house.database, source, fetch=fetch, **facts)

    def answer(self, source: Source) -> Fetched:
        return Fetched(documents={"GetSearchResults.json": self.fetched}, location=source.location)

    def apply(self, plan_id: str, *, confirm: bool) -> Outcome:
        return apply_kept(self.house.database, plan_id, confirm=confirm, run_id=self._new("r"), now=self.house.now)

    def revert(self, run_id: str) -> Outcome:
        return revert_run(self.house.database, run_id, new_run_id=self._new("u"), now=self.house.now)

    def without_persons(self, text: str) -> str:
        return without_persons(text)

    def _new(self, kind: str) -> str:
        self.house.secrets += 1
        return f"{kind}{self.house.secrets}"


@dataclass(slots=True)
class House:
    """A list, and questions about it: `ask` gives the whole answer, `data` what there is without errors."""

    database: Database
    schema: GraphQLSchema
    vocabulary: Vocabulary
    folder: Path
    now: datetime = NOW
    index: Index | None = None
    secrets: int = 0
    viewer: Token | None = None
    network: str = "192.0.2.0/24"
    places: PlaceFinder | None = None
    work: Work = field(init=False)
    reading: Reader | None = None

    def __post_init__(self) -> None:
        self.work = Work(self)

    def lists(self, *listings: Listing, source: str = "lantern", bodies: Sequence[ListedBody] = ()) -> None:
        """A source's first good import, and the index of it."""
        plan = ImportPlan(
            source_id=source, added=tuple(placed(one, source) for one in listings), service_bodies=tuple(bodies)
        )
        self.carries_out(plan)
        self.builds_index()

    def carries_out(self, plan: ImportPlan) -> None:
        """An import as planned."""
        self.secrets += 1
        run = ImportRun(
            id=f"run {self.secrets}",
            source_id=plan.source_id,
            status=RunStatus.SUCCEEDED,
            started_at=self.now,
            finished_at=self.now,
        )
        with self.database.write() as write:
            record_run(write, run)
            apply_plan(write, plan, run_id=run.id, now=self.now)

    def builds_index(self) -> None:
        """A new generation of the read index."""
        with self.database.read() as read:
            build(read, self.vocabulary, self.folder, self.now)
        self.index = open_index(self.folder)

    def random_bytes(self, count: int) -> bytes:
        """Bytes that are never the same twice."""
        self.secrets += 1
        return self.secrets.to_bytes(count, "big")

    def ask(self, query: str, limits: Limits = LIMITS, **variables: Any) -> dict[str, Any]:
        """The answer's body, as JSON would bring it."""
        documents = Documents(self.schema, limits)
        try:
            operation = prepare(documents, Request(query=query, variables=variables))
        except Refused as refused:
            return dict(orjson.loads(orjson.dumps(refused_answer(refused, lambda: "42"))))
        with self.database.read() as read:
            self.reading = read
            answer = executed(self.schema, operation, self.context(read, limits), lambda: "42")
        return dict(orjson.loads(answer.body))

    def context(self, read: Reader, limits: Limits = LIMITS) -> Context:
        """What an operation has at hand that reads there."""
        return Context(
            read=read,
            write=self.database.write,
            index=self.index,
            vocabulary=self.vocabulary,
            now=self.now,
            base_url=BASE_URL,
            random_bytes=self.random_bytes,
            limits=limits,
            work=self.work,
            network=lambda: self.network,
            viewer=self.viewer,
            places=self.places,
        )

    def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return dict(answer["data"])

    def error(self, query: str, **variables: Any) -> dict[str, Any]:
        """The only error of an answer."""
        (error,) = self.ask(query, **variables)["errors"]
        return dict(error)


@pytest.fixture(scope="session")
def graphql_schema() -> GraphQLSchema:
    """The schema."""
    return build_schema()


def put_seed(url: str) -> None:
    """The vocabulary and one source, `lantern`, in a new database."""
    database = Database(url)
    migrate(database)
    documents = [orjson.loads((ROOT / "seed" / f"{name}.json").read_bytes()) for name in ("formats", "fellowships")]
    with database.write() as write:
        put_vocabulary(write, *documents)
        put_source(write, a_source())
    database.close()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of such a database; copied, because that is quick."""
    path = tmp_path_factory.mktemp("seeded") / "homegroup.sqlite"
    put_seed(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture(scope="session")
def seeded_postgres(postgres_server: str) -> Iterator[str]:
    """The name of such a database; copied too."""
    with postgres_database(postgres_server) as url:
        put_seed(url)
        yield name_in(url)


@contextmanager
def a_house(url: str, folder: Path, schema: GraphQLSchema) -> Iterator[House]:
    """A house in that database."""
    database = Database(url)
    with database.read() as read:
        vocabulary = get_vocabulary(read)
    yield House(database=database, schema=schema, vocabulary=vocabulary, folder=folder / "index")
    database.close()


@contextmanager
def house_on(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """A house whose list is empty, on `sqlite` or on `postgresql`."""
    schema = request.getfixturevalue("graphql_schema")
    if kind == "sqlite":
        path = folder / "homegroup.sqlite"
        path.write_bytes(request.getfixturevalue("seeded"))
        with a_house(f"sqlite:///{path}", folder, schema) as house:
            yield house
        return
    template = request.getfixturevalue("seeded_postgres")
    with (
        postgres_database(request.getfixturevalue("postgres_server"), template) as url,
        a_house(url, folder, schema) as house,
    ):
        yield house


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """A house whose list is empty."""
    with house_on("sqlite", tmp_path, request) as house:
        yield house


EITHER = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=EITHER)
def either_house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """The same on each kind of database that we support."""
    with house_on(request.param, tmp_path, request) as house:
        yield house


def a_token(role: Role = Role.VOLUNTEER, *sources: str) -> Token:
    """A token for these sources, or for all."""
    return Token(id="T1", role=role, sources=sources or None, created_at=NOW)


def limits(**changes: Any) -> Limits:
    """The usual limits but for these."""
    return replace(LIMITS, **changes)
