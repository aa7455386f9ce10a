"""From a request to its answer: document, variables, cost, execution.

Everything before execution that fails is a `Refused`: nothing was executed, and the answer has no `data`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode
from graphql.execution import execute_sync
from graphql.execution.values import get_variable_values

from meetings.errors import InvalidQuery, TooMuch
from schema.context import Context
from schema.documents import MAX_ERRORS, Document, Documents
from schema.errors import Refused, refusal, told_errors
from schema.plans import Begun, Prepared, answer_in_bytes, begin_answer
from store.database import WouldWait


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sent: a document's text or, with `query` None, the hash or id of one that is known."""

    query: str | None = None
    document_id: str | None = None
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is to be executed; `variables` as sent and `values` as read, `cost` the most fields that it can resolve."""

    document: Document
    prepared: Prepared
    variables: Mapping[str, Any]
    values: Mapping[str, Any]
    cost: int

    @property
    def node(self) -> OperationDefinitionNode:
        """The operation in the document."""
        return self.prepared.node

    @property
    def is_query(self) -> bool:
        """Whether it changes nothing."""
        return self.prepared.is_query

    @property
    def asks_only_of_schema(self) -> bool:
        """Whether every field it asks for at its root is of introspection."""
        return self.prepared.asks_only_of_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """An answer's body in JSON, and whether it is without any error."""

    body: bytes
    faultless: bool


def held_document(documents: Documents, request: Request) -> Document | None:
    """The document that is asked for; None: its text must be read first. Refused for an unknown hash."""
    return documents.asked(request.document_id or "") if request.query is None else documents.held(request.query)


def prepare(documents: Documents, request: Request, held: Document | None = None) -> Operation:
    """The operation that a request asks for, with its variables checked and its cost known; Refused.

    `held` is its document, where that is at hand.
    """
    document = held or held_document(documents, request) or documents.get(request.query or "")
    prepared = _prepared(documents, document, request.operation_name)
    given = request.variables or {}
    values = prepared.read(given)
    if values is None:
        values = _values(documents.schema, prepared.node, given)
    cost = prepared.cost(values)
    if cost > documents.limits.cost:
        raise refusal(TooMuch("fields this may resolve", limit=documents.limits.cost, asked=cost))
    return Operation(document=document, prepared=prepared, variables=given, values=values, cost=cost)


def _prepared(documents: Documents, document: Document, name: str | None) -> Prepared:
    """What is known of that operation of the document; Refused."""
    known = document.prepared.get(name)
    if known is None:
        node = _operation(document.node, name)
        if documents.schema.get_root_type(node.operation) is None:
            reason = f"there is no {node.operation.value} here, only queries and mutations"
            raise refusal(InvalidQuery("query", reason))
        known = document.prepared[name] = Prepared(
            schema=documents.schema, document=document.node, node=node, compiled=documents.compiled
        )
    return known


def _values(schema: GraphQLSchema, node: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as graphql-core reads them; Refused, in its words."""
    values = get_variable_values(schema, node.variable_definitions or (), dict(given), max_errors=MAX_ERRORS)
    if isinstance(values, list):
        raise Refused(values)
    return values


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    named = [node for node in operations if name is None or (node.name and node.name.value == name)]
    if len(named) != 1:
        reason = "name one of the document's operations" if operations else "the document has no operation"
        raise refusal(InvalidQuery("operationName", reason))
    return named[0]


def executed(
    schema: GraphQLSchema,
    operation: Operation,
    context: Context,
    new_number: Callable[[], str],
    begun: Begun | None = None,
) -> Executed:
    """Execute on one snapshot: by the compiled form if it can give the answer, else by the standard executor.

    `begun` is what was begun of it promptly, at the context's moment.
    """
    if begun is not None:
        body = begun.in_bytes(context)
    else:
        form = operation.prepared.form(operation.values)
        body = None if form is None else answer_in_bytes(form, operation.values, context, context.fragments)
    if body is not None:
        return Executed(body=body, faultless=True)
    result = execute(schema, operation, context)
    return Executed(body=orjson.dumps(answer_of(result, new_number)), faultless=not result.errors)


def begun_promptly(operation: Operation, context: Context) -> Begun | None:
    """The answer begun by the compiled form, if it has been used before; None: it takes longer than one may wait."""
    form = operation.prepared.prompt_form(operation.values)
    try:
        return None if form is None else begin_answer(form, operation.values, context, context.fragments)
    except WouldWait:
        return None


def execute(schema: GraphQLSchema, operation: Operation, context: Context | None) -> ExecutionResult:
    """Execute on one snapshot; what goes wrong is in the result. None: it asks only of the schema."""
    return execute_sync(
        schema,
        operation.document.node,
        context_value=context,
        variable_values=dict(operation.variables),
        operation_name=operation.node.name.value if operation.node.name else None,
    )


def answer_of(result: ExecutionResult, new_number: Callable[[], str]) -> dict[str, Any]:
    """The answer's body."""
    if not result.errors:
        return {"data": result.data}
    return {"errors": told_errors(result.errors, new_number), "data": result.data}


def refused_answer(refused: Refused, new_number: Callable[[], str]) -> dict[str, Any]:
    """The answer's body where nothing was executed."""
    return {"errors": told_errors(refused.errors, new_number)}
