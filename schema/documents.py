"""From a document's text to a valid document: parse, limits, validation.

Valid documents are kept, because apps send the same few again and again. What fails is a `Refused`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, recommended_rules, specified_rules, validate

from meetings.errors import MeetingsError, TooMuch
from schema.errors import Refused, refusal, with_argument
from schema.limits import Limits, Shape, check_shape

_RULES = (*specified_rules, *recommended_rules)
#: Whoever makes more mistakes than this mends these first.
MAX_ERRORS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A valid document."""

    node: DocumentNode
    shape: Shape


def read_document(schema: GraphQLSchema, text: str, limits: Limits) -> Document:
    """Parse, judge and validate; Refused."""
    if len(text.encode("utf-8", "surrogatepass")) > limits.document_bytes:
        raise refusal(TooMuch("bytes of document", limit=limits.document_bytes, asked=len(text)))
    try:
        node = parse(text, max_lexical_tokens=limits.tokens, max_comments=limits.comments)
        shape = check_shape(node, limits)
    except GraphQLError as error:
        if error.message.endswith("Parsing aborted."):
            # The parser stops at a limit without counting what is left.
            error.original_error = TooMuch("tokens", limit=limits.tokens, asked=limits.tokens + 1)
        raise Refused([error]) from error
    except MeetingsError as error:
        raise refusal(error) from error
    if errors := validate(schema, node, _RULES, max_errors=MAX_ERRORS):
        raise Refused([with_argument(node, error) for error in errors])
    return Document(node=node, shape=shape)


class Documents:
    """Valid documents by their text, the least recently used forgotten first. Threads may share it."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self.schema, self.limits = schema, limits
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, text: str) -> Document:
        """The document of that text; Refused."""
        with self._lock:
            if document := self._known.get(text):
                self._known.move_to_end(text)
                return document
        document = read_document(self.schema, text, self.limits)
        with self._lock:
            self._known[text] = document
            while len(self._known) > self.limits.documents:
                self._known.popitem(last=False)
        return document
