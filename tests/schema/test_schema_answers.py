"""What the schema tells of itself is worked out once for each operation, and not kept without end."""

import sys
from collections.abc import Callable

import pytest
from graphql import GraphQLSchema, get_introspection_query

from schema.documents import Documents
from schema.operations import Operation, Request, prepare
from schema.schema_answers import SchemaAnswers
from tests.schema.conftest import LIMITS

BY_NAME = "query ($name: String!) { __type(name: $name) { name } }"


def operation(schema: GraphQLSchema, text: str, **variables: str) -> Operation:
    return prepare(Documents(schema, LIMITS), Request(query=text, variables=variables))


def number() -> str:
    return "42"


def calls_of(work: Callable[[], object]) -> int:
    """How many functions it calls: a measure that no other work on the machine disturbs."""
    calls = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


def test_asking_the_whole_schema_again_is_a_thousandth_of_the_work(graphql_schema: GraphQLSchema) -> None:
    documents, answers = Documents(graphql_schema, LIMITS), SchemaAnswers(graphql_schema)
    request = Request(query=get_introspection_query(), variables={})
    first = calls_of(lambda: answers.worked_out(prepare(documents, request), number))
    again = calls_of(lambda: answers.known(prepare(documents, request)))
    assert again * 1000 < first, (first, again)


def test_an_answer_is_known_once_it_was_worked_out(graphql_schema: GraphQLSchema) -> None:
    answers, asked = SchemaAnswers(graphql_schema), operation(graphql_schema, get_introspection_query())
    assert answers.known(asked) is None
    body = answers.worked_out(asked, number)
    assert answers.known(operation(graphql_schema, get_introspection_query())) is body


def test_other_variables_are_another_answer(graphql_schema: GraphQLSchema) -> None:
    answers = SchemaAnswers(graphql_schema)
    told = [answers.worked_out(operation(graphql_schema, BY_NAME, name=name), number) for name in ("Query", "Meeting")]
    assert told == [b'{"data":{"__type":{"name":"Query"}}}', b'{"data":{"__type":{"name":"Meeting"}}}']


def test_only_the_last_few_answers_are_kept(graphql_schema: GraphQLSchema) -> None:
    answers = SchemaAnswers(graphql_schema)
    asked = [operation(graphql_schema, BY_NAME, name=f"T{n}") for n in range(20)]
    for one in asked:
        answers.worked_out(one, number)
    assert [answers.known(one) is not None for one in asked] == [False] * 4 + [True] * 16


@pytest.mark.parametrize(
    ("text", "only"),
    [
        (get_introspection_query(), True),
        ('{ __type(name: "Query") { name } __schema { queryType { name } } }', True),
        ("{ __schema { queryType { name } } fellowships { code } }", False),
        ("{ __typename }", False),
        ("{ ...F } fragment F on Query { fellowships { code } }", False),
    ],
)
def test_only_what_asks_nothing_else_is_answered_without_the_list(
    graphql_schema: GraphQLSchema, text: str, only: bool
) -> None:
    assert operation(graphql_schema, text).asks_only_of_schema is only
