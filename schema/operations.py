"""From a request to its answer: document, variables, cost, execution.

Everything before execution that fails is a `Refused`: nothing was executed, and the answer has no `data`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode, OperationType
from graphql.execution import execute_sync
from graphql.execution.values import get_variable_values

from meetings.errors import InvalidQuery, TooMuch
from schema.context import Context
from schema.documents import MAX_ERRORS, Document, Documents
from schema.errors import Refused, refusal, told_errors
from schema.limits import operation_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sent: a document's text or, with `query` None, the hash or id of one that is known."""

    query: str | None = None
    document_id: str | None = None
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is to be executed; `cost` is the most fields that it can resolve."""

    document: Document
    node: OperationDefinitionNode
    variables: Mapping[str, Any]
    cost: int

    @property
    def is_query(self) -> bool:
        """Whether it changes nothing."""
        return self.node.operation == OperationType.QUERY


def prepare(documents: Documents, request: Request) -> Operation:
    """The operation that a request asks for, with its variables checked and its cost known; Refused."""
    document = documents.asked(request.document_id or "") if request.query is None else documents.get(request.query)
    node = _operation(document.node, request.operation_name)
    if documents.schema.get_root_type(node.operation) is None:
        raise refusal(InvalidQuery("query", f"there is no {node.operation.value} here, only queries and mutations"))
    variables = get_variable_values(
        documents.schema, node.variable_definitions or (), dict(request.variables or {}), max_errors=MAX_ERRORS
    )
    if isinstance(variables, list):
        raise Refused(variables)
    cost = operation_cost(documents.schema, document.node, node, variables)
    if cost > documents.limits.cost:
        raise refusal(TooMuch("fields this may resolve", limit=documents.limits.cost, asked=cost))
    return Operation(document=document, node=node, variables=request.variables or {}, cost=cost)


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    named = [node for node in operations if name is None or (node.name and node.name.value == name)]
    if len(named) != 1:
        reason = "name one of the document's operations" if operations else "the document has no operation"
        raise refusal(InvalidQuery("operationName", reason))
    return named[0]


def execute(schema: GraphQLSchema, operation: Operation, context: Context) -> ExecutionResult:
    """Execute on one snapshot; what goes wrong is in the result."""
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
