"""Compiled execution: byte for byte what the standard executor says, and never a word of its own on what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from pprint import pformat
from random import Random
from types import SimpleNamespace

import graphene
import orjson
import pytest
from graphql import OperationDefinitionNode, parse
from graphql.execution.values import get_variable_values
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.listing import ListedBody
from meetings.model import Group, OnlineVenue, VenueType, Weekday
from meetings.recurrence import DatedException
from meetings.zones import zone
from schema.coercing import variables_reader
from schema.compiling import Compiler, once
from schema.documents import Documents
from schema.errors import Refused
from schema.fragments import Fragments
from schema.kept_variables import kept_variables_reader
from schema.operations import Request, answer_of, execute, prepare
from schema.plans import answer_in_bytes
from schema.scalars import Date, DateTime, TimeZone
from tests.amounts import many
from tests.builders import NOW, a_listing, a_recurrence, a_venue
from tests.schema.conftest import LIMITS, House, house_on, id_of
from tests.schema.documents import Asked, Writer

ROOTS = ("meetings", "meetings", "occurrences", "meeting", "meetingsByIds", "changes")


# Thousands of documents are asked: on PostgreSQL, which nothing of this knows of, now and then.
@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.long])]
)
def town(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[House]:
    """A list with one of everything that is shown, on either kind of database."""
    with house_on(request.param, tmp_path_factory.mktemp("town"), request) as house:
        fill(house)
        yield house


def fill(house: House) -> None:
    """Meetings of several kinds."""
    group = Group(name="First Light", code="G1", url="https://first.example.org/")
    moved = DatedException(day=date(2026, 12, 1), moved_to=(date(2026, 12, 2), time(18, 0)), note="Hall closed ☃")
    cancelled = DatedException(day=date(2026, 11, 24), note='A "quoted" note')
    house.lists(
        a_listing(record_key="1", group=group, formats=("OPEN", "STEPS"), areas=("Manhattan",), service_body="B1"),
        a_listing(
            record_key="2", name="Zw\u00f6lf", group=group, exceptions=(moved, cancelled), languages=("de", "en")
        ),
        a_listing(record_key="3", name="By appointment", recurrence=None, venue=None, notes="Ring \\ the bell"),
        a_listing(
            record_key="4",
            name="Sunday night",
            recurrence=a_recurrence(weekday=Weekday.SUNDAY, starts=time(23, 30), zone="Europe/Berlin"),
            venue_type=VenueType.VIRTUAL,
            venue=None,
            online=OnlineVenue(url="https://meet.example.org/1", provider="Zoom", phone="+1 555 0100"),
        ),
        a_listing(
            record_key="5",
            name="Second and last",
            recurrence=a_recurrence(weeks_of_month=(2, -1), duration=timedelta(minutes=61)),
            venue_type=VenueType.HYBRID,
            venue=a_venue(latitude=40.8, longitude=-73.9, approximate=True),
        ),
        a_listing(record_key="6", suspended=True, service_body="B2"),
        *(a_listing(record_key=f"n{n}", venue=a_venue(latitude=40.7 + n / 97)) for n in range(20)),
        bodies=(
            ListedBody(key="B1", name="Lantern Area", kind="AREA", parent="B2", helpline="+1 555 0101"),
            ListedBody(key="B2", name="Lantern Region", kind="REGION", url="https://region.example.org/"),
        ),
    )


def both(house: House, asked: Asked, fragments: Fragments | None = None) -> tuple[bytes | None, bytes | None]:
    """The compiled form's answer (None: it has none), and the standard executor's (None: refused before)."""
    documents = Documents(house.schema, LIMITS)
    try:
        operation = prepare(documents, Request(query=asked.text, variables=asked.variables))
    except Refused:
        return None, None
    form = operation.prepared.form(operation.values)
    with house.database.read() as read:
        compiled = None if form is None else answer_in_bytes(form, operation.values, house.context(read), fragments)
    with house.database.read() as read:
        standard = answer_of(execute(house.schema, operation, house.context(read)), lambda: "42")
    return compiled, orjson.dumps(standard)


def written(house: House, seed: int, wrong: float) -> Asked:
    roots = tuple(name for name in ROOTS if house.schema.query_type and name in house.schema.query_type.fields)
    ids = tuple(id_of(str(n)) for n in range(1, 7))
    return Writer(schema=house.schema, random=Random(seed), ids=ids, wrong=wrong, roots=roots).write()


class Tally:
    """How many operations were executed, and how many of them by their compiled form."""

    def __init__(self) -> None:
        self.without_errors = self.with_errors = self.compiled = 0
        self.fragments = Fragments(1 << 20)

    def count(self, compiled: bytes | None, standard: bytes | None) -> None:
        if standard is None:
            return
        if standard.startswith(b'{"data":'):
            self.without_errors += 1
            self.compiled += compiled is not None
        else:
            self.with_errors += 1


def compare(house: House, tally: Tally, seed: int, wrong: float) -> None:
    asked = written(house, seed, wrong)
    for _ in range(2):
        # The second time, and often the first, there are fragments of another moment.
        house.now = NOW + timedelta(minutes=Random(seed).choice((0, 0, 5, 61, 900, 1800, 4000, 9000, 14_000)))
        compiled, standard = both(house, asked, tally.fragments)
        tally.count(compiled, standard)
        assert compiled is None or compiled == standard, asked
        seed += 1


def compare_many(house: House, count: int) -> None:
    tally = Tally()

    @settings(max_examples=count, database=None)
    @given(st.integers(0, 1 << 62), st.sampled_from((0.0, 0.0, 0.0, 0.1)))
    def run(seed: int, wrong: float) -> None:
        compare(house, tally, seed, wrong)

    run()
    share = tally.compiled / tally.without_errors
    told = f"{share:.1%} of {tally.without_errors} answers were compiled; {tally.with_errors} more had errors"
    print(f"\n{told}")  # noqa: T201 - what this is run to see, with -s
    assert tally.without_errors > count / 4
    assert tally.with_errors > count / 50
    assert share > 0.98


def test_compiled_bytes_are_the_standard_executors(town: House) -> None:
    compare_many(town, 500)


# On one kind of database, of which nothing that is compiled knows; in parts, which workers share.
@pytest.mark.long
@pytest.mark.parametrize("count", [many(2_000)] * 10)
def test_compiled_bytes_are_the_standard_executors_in_twenty_thousand_operations(house: House, count: int) -> None:
    fill(house)
    compare_many(house, count)


def test_what_has_errors_is_left_to_the_standard_executor(town: House) -> None:
    query = '{ a: meetings(first: 0) { totalCount } b: meeting(id: "M0000000000000") { name } }'
    compiled, standard = both(town, Asked(text=query, variables={}))
    assert compiled is None
    assert standard == orjson.dumps(
        {
            "errors": [
                {
                    "message": "first: ask for 1 to 100, not 0",
                    "locations": [{"line": 1, "column": 3}],
                    "path": ["a"],
                    "extensions": {"code": "BAD_INPUT", "argument": "first"},
                }
            ],
            "data": {"a": None, "b": None},
        }
    )


@pytest.mark.parametrize("query", ["{ __schema { queryType { name } } }", '{ node(id: "lantern") { id } }'])
def test_introspection_and_interfaces_are_not_compiled(town: House, query: str) -> None:
    compiled, standard = both(town, Asked(text=query, variables={}))
    assert compiled is None
    assert standard is not None
    assert "errors" not in orjson.loads(standard)


def test_what_the_vocabulary_says_is_said_in_the_language_that_is_asked_for(town: House) -> None:
    documents = Documents(town.schema, LIMITS)
    query = "query ($in: Language) { meetings { nodes { formats { code own: name(language: $in) name } } } }"
    for language in ("es", "de", None, "es"):
        operation = prepare(documents, Request(query=query, variables={"in": language}))
        form = operation.prepared.form(operation.values)
        assert form is not None
        with town.database.read() as read:
            compiled = answer_in_bytes(form, operation.values, town.context(read))
            standard = answer_of(execute(town.schema, operation, town.context(read)), lambda: "42")
        assert compiled == orjson.dumps(standard)


def test_an_object_that_stays_as_it_is_is_shown_once() -> None:
    shown: list[str] = []

    def show(value: str, _: object) -> dict[str, str]:
        shown.append(value)
        return {"name": value}

    shows, names = once(), ["First", "Second"]
    told = [shows(show, name, None) for name in (names[0], names[1], names[0])]
    assert orjson.dumps(told) == b'[{"name":"First"},{"name":"Second"},{"name":"First"}]'
    assert shown == names


class Told(graphene.ObjectType):  # type: ignore[misc]  # graphene has no types
    """Values as their scalars write them."""

    at = DateTime()
    on = Date()
    zone = TimeZone()


@pytest.mark.parametrize(
    "at",
    [
        NOW,
        NOW.replace(microsecond=999_999),
        datetime(2026, 11, 1, 1, 30, tzinfo=zone("America/New_York"), fold=1),
        datetime(1936, 7, 1, 12, tzinfo=zone("Europe/Amsterdam")),
        datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
        datetime(3, 2, 1, tzinfo=UTC),
    ],
)
def test_instants_and_dates_of_any_year_are_written_as_their_scalars_write_them(at: datetime) -> None:
    schema = graphene.Schema(query=Told).graphql_schema
    (node,) = parse("{ at on zone }").definitions
    assert isinstance(node, OperationDefinitionNode)
    assert schema.query_type is not None
    show = Compiler(schema=schema, fragments={}, variables={}).compile(schema.query_type, node.selection_set)
    told = Told(at=at, on=at.date(), zone="Asia/Tokyo")
    expected = {"at": DateTime.serialize(at), "on": Date.serialize(at.date()), "zone": "Asia/Tokyo"}
    assert orjson.dumps(show(told, SimpleNamespace(variables={}))) == orjson.dumps(expected)


def test_where_told_so_nothing_is_compiled(town: House) -> None:
    documents = Documents(town.schema, LIMITS, compiled=False)
    operation = prepare(documents, Request(query="{ meetings { totalCount } }"))
    assert operation.prepared.form(operation.values) is None


def test_an_operation_is_compiled_once(town: House) -> None:
    documents = Documents(town.schema, LIMITS)
    request = Request(query="query ($yes: Boolean!) { meetings { totalCount @skip(if: $yes) } }", variables={"yes": 0})
    with pytest.raises(Refused):
        prepare(documents, request)
    forms = []
    for yes in (True, False, True):
        operation = prepare(documents, replace(request, variables={"yes": yes}))
        forms.append(operation.prepared.form(operation.values))
    assert forms[0] is forms[2] is not None
    assert forms[0] is not forms[1] is not None


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("$v: [ID!]", "M1"),
        ("$v: [ID!]", [1, "2"]),
        ("$v: MeetingFilter", {"place": {"near": {"latitude": 1, "longitude": 2.5}}, "statuses": None}),
        ("$v: MeetingFilter", {"time": {"from": "2026-11-22T18:30:00Z", "days": "MONDAY"}}),
        ("$v: MeetingFilter = {forWhom: SELF}", None),
        ("$v: Int = 3", ...),
        ("$v: Int", 2.0),
    ],
)
def test_variables_are_read_as_graphql_core_reads_them(town: House, declared: str, given: object) -> None:
    document = parse(f"query ({declared}) {{ __typename }}")
    (node,) = document.definitions
    assert isinstance(node, OperationDefinitionNode)
    inputs = {} if given is ... else {"v": given}
    standard = get_variable_values(town.schema, node.variable_definitions or (), inputs)
    for reader in (variables_reader, kept_variables_reader):
        read = reader(town.schema, node.variable_definitions or ())
        assert [pformat(read(inputs)), pformat(read(inputs))] == [pformat(standard)] * 2


@pytest.mark.parametrize(
    "given",
    [
        {"v": {"nowhere": 1}},
        {"v": {"place": {"near": {}}}},
        {"v": 3},
        {"v": {"statuses": ["OPEN"]}},
        {"v": {"ids": [{}]}},
    ],
)
def test_what_is_wrong_with_a_variable_is_not_said_here(town: House, given: dict[str, object]) -> None:
    (node,) = parse("query ($v: MeetingFilter) { __typename }").definitions
    assert isinstance(node, OperationDefinitionNode)
    assert isinstance(get_variable_values(town.schema, node.variable_definitions or (), given), list)
    for reader in (variables_reader, kept_variables_reader):
        with pytest.raises(Exception, match=r".*"):
            reader(town.schema, node.variable_definitions or ())(given)
