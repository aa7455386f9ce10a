"""From a request's text to its answer."""

import gc
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, Token
from graphql.execution import ExecutionResult

from meetings.errors import (
    CursorExpired,
    InvalidQuery,
    MeetingsError,
    NotAllowed,
    NotFound,
    StoreFailed,
    TooMuch,
    UnknownCode,
)
from schema.documents import Documents
from schema.errors import CODES, Refused, told_errors
from schema.operations import Request, answer_of, prepare
from tests.schema.conftest import LIMITS, House, limits

CODES_OF_THE_DESIGN = {
    "BAD_INPUT",
    "UNKNOWN_CODE",
    "PLACE_NOT_FOUND",
    "CURSOR_EXPIRED",
    "TOO_COSTLY",
    "RATE_LIMITED",
    "UNAUTHORIZED",
    "UNAVAILABLE",
    "INTERNAL",
}


def told(error: Exception) -> dict[str, Any]:
    """How an error in a resolver is told."""
    (one,) = told_errors([GraphQLError(str(error), path=["meetings"], original_error=error)], lambda: "42")
    return one


@pytest.fixture
def documents(graphql_schema: GraphQLSchema) -> Documents:
    return Documents(graphql_schema, limits(documents=2, new_documents=2))


def test_a_valid_document_is_kept(documents: Documents) -> None:
    assert documents.get("{ __typename }") is documents.get("{ __typename }")


def named(name: str) -> str:
    return f"{{ {name}: __typename }}"


def test_a_document_that_is_asked_for_again_stays_however_many_new_ones_come(documents: Documents) -> None:
    first = documents.get(named("a"))
    assert documents.get(named("a")) is first
    for number in range(20):
        documents.get(named(f"b{number}"))
    assert documents.get(named("a")) is first


def test_a_document_that_is_asked_for_once_gives_way_to_newer_ones(documents: Documents) -> None:
    first, *_ = [documents.get(named(name)) for name in "abc"]
    assert documents.get(named("a")) is not first


def test_of_those_asked_for_again_the_least_recently_used_is_forgotten(documents: Documents) -> None:
    first, second, _ = [documents.get(named(name)) for name in "abc" for _ in range(2)][::2]
    assert documents.get(named("b")) is second
    assert documents.get(named("a")) is not first


def test_of_a_kept_document_no_words_of_its_text_are_kept(documents: Documents) -> None:
    gc.collect()
    before = {id(one) for one in gc.get_objects() if isinstance(one, Token)}
    documents.get("{ meetings { nodes { name } } }")
    assert not [one for one in gc.get_objects() if isinstance(one, Token) and id(one) not in before]


def test_a_document_that_is_not_valid_is_not_kept(documents: Documents) -> None:
    for _ in range(2):
        with pytest.raises(Refused):
            documents.get("{ nonsense }")


@pytest.mark.parametrize("name", [None, "C"])
def test_of_several_operations_one_must_be_named(documents: Documents, name: str | None) -> None:
    request = Request(query="query A { __typename } query B { __typename }", operation_name=name)
    with pytest.raises(Refused, match="operationName"):
        prepare(documents, request)


def test_the_named_operation_is_the_one_prepared(documents: Documents) -> None:
    request = Request(query="query A { __typename } mutation B { __typename }", operation_name="B")
    assert prepare(documents, request).is_query is False


def test_bad_variables_are_named_and_nothing_is_executed(house: House) -> None:
    answer = house.ask("query ($since: DateTime) { occurrences(from: $since) { nodes { date } } }", since="today")
    assert set(answer) == {"errors"}
    assert answer["errors"][0]["extensions"] == {"code": "BAD_INPUT"}
    assert "'$since'" in answer["errors"][0]["message"]
    assert "RFC 3339" in answer["errors"][0]["message"]


def test_a_bad_literal_is_told_with_its_place(house: House) -> None:
    error = house.error('{ occurrences(from: "today") { nodes { date } } }')
    assert (error["extensions"]["code"], error["locations"]) == ("BAD_INPUT", [{"line": 1, "column": 21}])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnknownCode("filter.formats.all", "X", ["Y"]), "UNKNOWN_CODE"),
        (InvalidQuery("first", "1 to 100"), "BAD_INPUT"),
        (CursorExpired("too old"), "CURSOR_EXPIRED"),
        (TooMuch("fields", limit=1, asked=2), "TOO_COSTLY"),
        (NotAllowed("not yours"), "UNAUTHORIZED"),
        (NotFound("source", "x"), "BAD_INPUT"),
        (StoreFailed("no database"), "UNAVAILABLE"),
    ],
)
def test_each_kind_of_error_has_its_code(error: MeetingsError, code: str) -> None:
    assert told(error)["extensions"]["code"] == code
    assert told(error)["message"] == str(error)


def test_only_codes_of_the_design_are_told() -> None:
    assert {code for _, code in CODES} <= CODES_OF_THE_DESIGN


def test_what_was_not_foreseen_is_masked_and_logged_under_a_number(caplog: pytest.LogCaptureFixture) -> None:
    error = told(ZeroDivisionError("password=geheim"))
    assert error["extensions"] == {"code": "INTERNAL", "id": "42"}
    assert "geheim" not in error["message"]
    assert "id=42 field=meetings" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_many_unforeseen_errors_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    errors = [GraphQLError("x", original_error=ZeroDivisionError(str(n))) for n in range(100)]
    assert len(told_errors(errors, lambda: "42")) == 100
    assert len(caplog.records) == 1


def test_an_answer_without_errors_has_data_alone() -> None:
    assert answer_of(ExecutionResult(data={"a": 1}), lambda: "42") == {"data": {"a": 1}}


def test_a_document_that_was_valid_stays_within_its_cost(graphql_schema: GraphQLSchema) -> None:
    text = "query ($n: Int!) { meetings(first: $n) { nodes { group { meetings { name } } } } }"
    documents = Documents(graphql_schema, limits(cost=500))
    assert prepare(documents, Request(query=text, variables={"n": 1})).cost < 500
    with pytest.raises(Refused, match="at most 500"):
        prepare(documents, Request(query=text, variables={"n": 100}))


def test_an_unknown_variable_type_is_no_crash(graphql_schema: GraphQLSchema) -> None:
    with pytest.raises(Refused):
        prepare(Documents(graphql_schema, LIMITS), Request(query="query ($a: Nothing) { node(id: $a) { id } }"))


def test_variables_that_are_not_used_by_the_document_are_passed_over(house: House) -> None:
    assert house.data("{ __typename }", extra=1) == {"__typename": "Query"}
