"""What the schema tells of itself: worked out once for each document, for it stays the same while the process lives.

Tools ask the same few long questions again and again; they need no database.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

import orjson
from graphql import GraphQLSchema

from schema.operations import Operation, answer_of, execute

#: Answers kept, and how long each may be: the whole schema with all descriptions takes 200 kB.
_KEPT = 16
_LONGEST = 1_000_000


class SchemaAnswers:
    """Bodies in JSON by operation, the least recently asked for forgotten first. Threads may share it."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, operation: Operation) -> bytes | None:
        """The answer, if it was worked out before."""
        key = _key(operation)
        with self._lock:
            body = self._known.get(key)
            if body is not None:
                self._known.move_to_end(key)
            return body

    def worked_out(self, operation: Operation, new_number: Callable[[], str]) -> bytes:
        """The answer, kept from here on if nothing is wrong with it; a schema is asked without any context."""
        result = execute(self._schema, operation, None)
        body = orjson.dumps(answer_of(result, new_number))
        if not result.errors and len(body) <= _LONGEST:
            with self._lock:
                self._known[_key(operation)] = body
                while len(self._known) > _KEPT:
                    self._known.popitem(last=False)
        return body


def _key(operation: Operation) -> tuple[object, ...]:
    name = operation.node.name.value if operation.node.name else None
    return operation.document.sha256, name, orjson.dumps(dict(operation.variables), option=orjson.OPT_SORT_KEYS)
