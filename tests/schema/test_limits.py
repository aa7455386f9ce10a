"""No document costs more than it may, and none makes us slow to find out."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse, validate
from graphql.execution import execute_sync
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.errors import TooMuch
from schema.documents import Documents, read_document
from schema.errors import Refused
from schema.limits import check_shape, operation_cost
from schema.operations import Request, prepare
from tests.schema.conftest import LIMITS, House

#: What no document may take, against reading an ordinary one in the same run, which takes about 3 ms.
SLOW, SLOW_TO_COUNT = 16, 2
ORDINARY = """query ($n: Int = 100) { meetings(first: $n) { totalCount edges { cursor distanceKm
  nextOccurrence { startsAt endsAt } node { id name status weekday startTime endTime duration timeZone
  recurrence recurrenceText languages venueType notes areas medication updatedAt icsUrl
  fellowship { code name } venue { name street city region postalCode country latitude longitude }
  online { url phone } formats { code name category } serviceBody { name parent { name } }
  listings { source { id name attribution } sourceKey } group { name meetings { id name } }
  exceptions { date cancelled } occurrences(first: 5) { startsAt cancelled } } } } }"""


LEAVES = "id name status weekday startTime endTime duration timeZone recurrence notes areas medication updatedAt icsUrl"


def nested(depth: int) -> str:
    """A chain of service bodies, each the parent of the one before."""
    return "{ serviceBodies { nodes " + "{ parent " * (depth - 3) + "{ id }" + " }" * (depth - 3) + " } }"


def doubled(levels: int, times: int = 2) -> str:
    """Fragments that each spread the next several times: few bytes, and `times` to the power of `levels` fields."""
    spreads = [" ".join(f"a{n}: parent {{ ...F{level + 1} }}" for n in range(times)) for level in range(levels)]
    fragments = "".join(f"fragment F{level} on ServiceBody {{ {text} }} " for level, text in enumerate(spreads))
    return f"{{ serviceBodies {{ nodes {{ ...F0 }} }} }} {fragments} fragment F{levels} on ServiceBody {{ id }}"


def repeated(levels: int) -> str:
    """Each object asked for twice in one place, at every level."""
    inner = "id"
    for _ in range(levels):
        inner = f"parent {{ {inner} }} parent {{ {inner} }}"
    return f"{{ serviceBodies {{ nodes {{ {inner} }} }} }}"


ATTACKS = {
    "one field 490 times": "{ " + "m: node(id: 1) { id } " * 490 + "}",
    "one leaf 700 times": "{ " + "__typename " * 700 + "}",
    "200 inline fragments of 100 fields": "{ " + ("... { " + "__typename " * 100 + "} ") * 200 + "}",
    "370 inline fragments": "{ " + "... { __typename } " * 370 + "}",
    "objects twice in eight levels": repeated(8),
    "31 aliases": "{ " + " ".join(f"a{n}: __typename" for n in range(31)) + " }",
    "21 fragments": "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ __typename }}" for n in range(21)),
    "fragments doubled to 2^18": doubled(18),
    "fragments in fives to 5^6": doubled(6, 5),
    "13 levels": nested(13),
    "100 levels": nested(100),
    "500 levels": nested(500),
    "8,000 levels": "{a" * 8000,
    "lists in lists": "{ node(id: " + "[" * 700 + "]" * 700 + ") { id } }",
    "16,385 bytes": "{ __typename } #" + "x" * 16_385,
    "21 fields at the root": "{ ...F "
    + " ".join(f"a{n}: __typename" for n in range(11))
    + " } fragment F on Query { "
    + " ".join(f"b{n}: __typename" for n in range(10))
    + " }",
    "20 fragments that share 14 fields": "{ meetings { nodes { "
    + " ".join(f"...F{n}" for n in range(20))
    + " } } } "
    + " ".join(f"fragment F{n} on Meeting {{ {LEAVES} }}" for n in range(20)),
    "1,000 reports": "mutation { " + " ".join(f"a{n}: reportMeeting" for n in range(1000)) + " }",
    "a comment a line": "{ __typename }" + "\n#" * 60,
    "a long name": "{ " + "a" * 16_370 + " }",
}


def refused(schema: GraphQLSchema, text: str, **variables: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        prepare(Documents(schema, LIMITS), Request(query=text, variables=variables))
    return caught.value


def quickest(work: Callable[[], object]) -> float:
    """Seconds of processor time, the least of a few tries: other work on the machine disturbs any one of them."""
    times = []
    for _ in range(4):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_quickly(graphql_schema: GraphQLSchema, attack: str) -> None:
    assert 1 <= len(refused(graphql_schema, ATTACKS[attack]).errors) <= 11
    ordinary = quickest(lambda: read_document(graphql_schema, ORDINARY, LIMITS))
    assert quickest(lambda: refused(graphql_schema, ATTACKS[attack])) < SLOW * ordinary


#: The worst that could be thought of within the limits, by what makes it slow.
LEGAL = {
    "twenty questions of fourteen fields": "{ "
    + " ".join(f"a{n}: meetings {{ nodes {{ {LEAVES} }} }}" for n in range(20))
    + " }",
    "thirty operations": " ".join(f"query Q{n} {{ meetings {{ nodes {{ {LEAVES} }} }} }}" for n in range(40)),
    "twenty fragments that share five fields": "{ meetings { nodes { "
    + " ".join(f"...F{n}" for n in range(20))
    + " } } } "
    + " ".join(f"fragment F{n} on Meeting {{ id name status weekday startTime }}" for n in range(20)),
    "twenty filters": "{ "
    + " ".join(
        f'a{n}: meetings(filter: {{ fellowships: ["NA", "AA"], place: {{ city: "x", country: "US" }}, '
        "time: { days: [MONDAY, TUESDAY] } }) { totalCount }"
        for n in range(20)
    )
    + " }",
}


@pytest.mark.parametrize("document", LEGAL)
def test_the_worst_that_is_allowed_is_read_quickly_too(graphql_schema: GraphQLSchema, document: str) -> None:
    ordinary = quickest(lambda: read_document(graphql_schema, ORDINARY, LIMITS))
    assert quickest(lambda: read_document(graphql_schema, LEGAL[document], LIMITS)) < SLOW * ordinary


@pytest.mark.parametrize(("levels", "times"), [(18, 2), (8, 5), (12, 10)])
def test_fragments_are_counted_once_however_often_they_are_spread(
    graphql_schema: GraphQLSchema, levels: int, times: int
) -> None:
    document = parse(doubled(levels, times))

    def count() -> None:
        with pytest.raises(TooMuch):
            check_shape(document, LIMITS)

    ordinary = quickest(lambda: read_document(graphql_schema, ORDINARY, LIMITS))
    assert quickest(count) < SLOW_TO_COUNT * ordinary


@pytest.mark.parametrize("attack", ["one leaf 700 times", "8,000 levels", "a comment a line", "16,385 bytes"])
def test_what_is_too_long_or_too_deep_is_too_costly(house: House, attack: str) -> None:
    assert house.error(ATTACKS[attack])["extensions"]["code"] == "TOO_COSTLY"


def test_a_server_may_keep_its_schema_to_itself(graphql_schema: GraphQLSchema) -> None:
    closed = Documents(graphql_schema, replace(LIMITS, introspection=False))
    assert prepare(closed, Request(query="{ __typename }")).cost == 1
    for asked in (
        "{ __schema { queryType { name } } }",
        '{ ...F } fragment F on Query { __type(name: "Query") { name } }',
    ):
        with pytest.raises(Refused, match="does not tell its schema"):
            closed.get(asked)
    for documents, guesses in ((closed, False), (Documents(graphql_schema, LIMITS), True)):
        with pytest.raises(Refused) as caught:
            documents.get("{ meeting_s { totalCount } }")
        assert ("Did you mean" in str(caught.value)) is guesses


def test_what_is_deep_enough_for_anyone_is_answered(graphql_schema: GraphQLSchema) -> None:
    assert read_document(graphql_schema, nested(12), LIMITS).shape.takes_key is False


FRAGMENTS = {
    "two of each other": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "one of itself": "{ ...A } fragment A on Query { __typename ...A }",
    "one that is not there": "{ ...A }",
    "one of itself deep below": "{ meetings { nodes { ...A } } } fragment A on Meeting { group { meetings { ...A } } }",
}


@pytest.mark.parametrize("text", FRAGMENTS.values(), ids=FRAGMENTS)
def test_fragments_that_lead_nowhere_are_refused_in_words(house: House, text: str) -> None:
    for error in house.ask(text)["errors"]:
        assert error["extensions"]["code"] == "BAD_INPUT"
        assert "fragment" in error["message"]


REPORT = 'reportMeeting(meetingId: "M0000000000001", kind: NOT_MEETING) { accepted }'


def test_a_meeting_is_reported_once_in_one_go(house: House) -> None:
    error = house.error(f"mutation {{ a: {REPORT} b: {REPORT} }}")
    assert (error["extensions"]["code"], error["message"]) == ("TOO_COSTLY", "reports of meetings: at most 1, not 2")
    assert house.data(f"mutation {{ {REPORT} }}") == {"reportMeeting": {"accepted": False}}


@pytest.mark.parametrize("first", [100, 10**9, None, -5, "100"])
def test_the_cost_of_a_page_is_read_from_the_variables(graphql_schema: GraphQLSchema, first: object) -> None:
    group = "group { meetings { occurrences(first: 100) { date } } }"
    text = f"query ($n: Int) {{ meetings(first: $n) {{ nodes {{ {group} }} }} }}"
    if first == -5:
        assert prepare(Documents(graphql_schema, LIMITS), Request(query=text, variables={"n": first})).cost > 0
        return
    (error,) = refused(graphql_schema, text, n=first).errors
    assert isinstance(error.original_error, TooMuch) or "Int cannot represent" in error.message


def test_a_page_of_everything_is_within_the_limits(graphql_schema: GraphQLSchema) -> None:
    assert 10_000 < prepare(Documents(graphql_schema, LIMITS), Request(query=ORDINARY)).cost < LIMITS.cost


def test_an_operation_that_asks_too_much_is_told_how_much(house: House) -> None:
    group = "group { meetings { group { meetings { id } } } }"
    error = house.error(f"{{ meetings(first: 100) {{ nodes {{ {group} }} }} }}")
    assert error["extensions"]["code"] == "TOO_COSTLY"
    assert str(LIMITS.cost) in error["message"]


def fields(depth: int) -> st.SearchStrategy[str]:
    """Selections on a service body, with inline fragments and arguments."""
    leaf = st.sampled_from(["id", "name", "__typename", "kind"])
    if not depth:
        return leaf
    inner = st.lists(fields(depth - 1), min_size=1, max_size=3).map(" ".join)
    return st.one_of(
        leaf,
        inner.map(lambda text: f"parent {{ {text} }}"),
        inner.map(lambda text: f"... on ServiceBody {{ {text} }}"),
        inner.map(lambda text: "parent { ...F }"),
    )


@settings(max_examples=40)
@given(st.lists(fields(3), min_size=1, max_size=3).map(" ".join), st.lists(fields(2), min_size=1).map(" ".join))
def test_the_cost_is_never_less_than_what_is_resolved(
    graphql_schema: GraphQLSchema, selection: str, fragment: str
) -> None:
    text = (
        f"{{ serviceBodies(first: 3) {{ nodes {{ {selection} ...F }} }} }} fragment F on ServiceBody {{ {fragment} }}"
    )
    document = parse(text)
    if validate(graphql_schema, document):
        return
    (operation, *_) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    body: dict[str, Any] = {"id": "B", "name": "n", "kind": "k"}
    calls = 0

    def counted(resolve: Any, root: Any, info: Any, **arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if info.field_name == "serviceBodies":
            return {"nodes": [body] * 3}
        return body if info.field_name == "parent" else resolve(root, info, **arguments)

    execute_sync(graphql_schema, document, middleware=[counted])
    assert calls <= operation_cost(graphql_schema, document, operation, {})
