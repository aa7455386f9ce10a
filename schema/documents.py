"""From a document's text to a valid document: parse, limits, validation; and valid documents by their hashes.

Valid documents are kept, because apps send the same few again and again; a client may then send only the hash. Where
an operator trusts no documents but those of a manifest, only they are answered. What fails is a `Refused`.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    Node,
    parse,
    recommended_rules,
    specified_rules,
    validate,
)

from meetings.errors import InvalidQuery, MeetingsError, TooMuch
from schema.errors import Refused, refusal, with_argument
from schema.freshness import Freshness, freshness_of
from schema.limits import Limits, Shape, check_shape
from schema.plans import Prepared

_RULES = (*specified_rules, *recommended_rules)
#: Whoever makes more mistakes than this mends these first.
MAX_ERRORS = 10
#: Texts whose hashes are kept, of the few that apps send again and again; and how long they may be.
_TEXTS = 100
_LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A valid document; `sha256` is its text's, in lower-case hex.

    `prepared` keeps what was worked out of its operations, by the names they are asked by.
    """

    sha256: str
    node: DocumentNode
    shape: Shape
    freshness: Freshness
    prepared: dict[str | None, Prepared] = field(default_factory=dict)


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
    if errors := validate(schema, node, _RULES, max_errors=MAX_ERRORS, hide_suggestions=not limits.introspection):
        raise Refused([with_argument(node, error) for error in errors])
    _lighten(node)
    return Document(sha256=sha256_of(text), node=node, shape=shape, freshness=freshness_of(schema, node))


def _lighten(document: DocumentNode) -> None:
    """Let go of what a valid document no longer needs of its text: more than a third of what it would be kept as.

    Errors of execution tell where a field begins; nothing asks where a name does, or for the words beside it.
    """
    token = document.loc.start_token if document.loc else None
    while token:
        # Each knows the next and the one before: only the collector of garbage would find them.
        token.prev, token = None, token.next
    waiting: list[object] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting += node
        elif isinstance(node, NameNode):
            node.loc = None
        elif isinstance(node, Node):
            if node.loc:
                del node.loc.start_token, node.loc.end_token
            waiting += [getattr(node, key) for key in node.keys if key != "loc"]


def sha256_of(text: str) -> str:
    """The hash by which a document is asked for."""
    return _known_hash(text) if len(text) <= _LONGEST_TEXT else _hash(text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


_known_hash = lru_cache(maxsize=_TEXTS)(_hash)


class Documents:
    """Valid documents by the hash of their text, the least recently used forgotten first. Threads may share it.

    Of those asked for once only few are kept: whoever sends ever-new ones drives out none that apps send again and
    again, and fills no memory, which Python's collector of garbage would look through while all others wait.
    `trusted`: documents by ids of the operator's own, and then no others are answered; InvalidQuery if one of
    them is not valid. `compiled` False: their operations are left to the standard executor, for comparison.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        trusted: Mapping[str, str] | None = None,
        *,
        compiled: bool = True,
    ) -> None:
        self.schema, self.limits, self.compiled = schema, limits, compiled
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._new: OrderedDict[str, Document] = OrderedDict()
        self._lock = threading.Lock()
        self._trusted = None if trusted is None else _read_trusted(schema, trusted, limits)

    def get(self, text: str) -> Document:
        """The document of that text; Refused."""
        sha256 = sha256_of(text)
        if document := self.known(sha256):
            return document
        if self._trusted is not None:
            reason = "this server answers only documents that its operator has listed; this one is not among them"
            raise refusal(InvalidQuery("query", reason))
        document = read_document(self.schema, text, self.limits)
        with self._lock:
            self._new[sha256] = document
            while len(self._new) > self.limits.new_documents:
                self._new.popitem(last=False)
        return document

    def held(self, text: str) -> Document | None:
        """The document of that text, if it need not be read first."""
        return self.known(sha256_of(text))

    def known(self, id: str) -> Document | None:
        """The valid document of that hash or, if trusted, of that id; None: it is not known, or not any more."""
        if self._trusted is not None:
            return self._trusted.get(id)
        with self._lock:
            document = self._known.get(id) or self._new.pop(id, None)
            if document:
                self._known[id] = document
                self._known.move_to_end(id)
            while len(self._known) > self.limits.documents:
                self._known.popitem(last=False)
            return document

    def asked(self, id: str) -> Document:
        """The same; Refused with the code that tells a client to send the text."""
        if document := self.known(id):
            return document
        # Message and code are what the clients of automatic persisted queries look for.
        raise Refused([GraphQLError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})])


def _read_trusted(schema: GraphQLSchema, trusted: Mapping[str, str], limits: Limits) -> Mapping[str, Document]:
    documents: dict[str, Document] = {}
    for id, text in trusted.items():
        try:
            document = read_document(schema, text, limits)
        except Refused as refused:
            raise InvalidQuery(f"document {id}", str(refused)) from refused
        documents[id] = documents[document.sha256] = document
    return documents
