"""Plans: what is known of an operation once and for all, so that answering it again is only work on its data.

An operation of a document is prepared once: how its variables are read, what it costs, and its compiled form. The
compiled form only ever gives answers without errors. Whatever else there is, from a bad variable to a resolver that
refuses, it leaves to the standard executor, so that errors, their places and nulls are only ever graphql-core's.
`docs/decisions/0009-compiled-execution.md` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    visit,
)

from schema.arguments import variables_in
from schema.coercing import Variables, variables_reader
from schema.compiling import Compiler, Shown
from schema.context import Context
from schema.found_pages import FOUND_LISTS, MARK, Asking
from schema.fragments import Fragments
from schema.kept_variables import kept_variables_reader
from schema.lasting import LASTING, Lasts
from schema.limits import operation_cost
from store.database import WouldWait

#: Forms of one operation that differ in what is skipped or included; what comes after is executed as usual.
_MAX_FORMS = 16
_MAX_COSTS = 500
_SEARCHES = frozenset({"meetings", "occurrences", "__typename"})
_OF_SCHEMA = frozenset({"__schema", "__type"})
#: Types whose objects are the vocabulary's, and show nothing but what it says.
_OF_VOCABULARY = frozenset({"Fellowship", "Format"})
#: More than any list gives.
_MOST = 1000


def _noting(lasts: Lasts) -> Callable[[Any], Any]:
    """Puts around a resolver that it is noted how long what it says is so."""

    def around(resolve: Any) -> Any:
        def resolved(root: Any, asking: Asking, **arguments: Any) -> Any:
            value = resolve(root, asking, **arguments)
            asking.until = min(asking.until, lasts(root, value, asking.context.now))
            return value

        return resolved

    return around


_AROUND = {name: _noting(lasts) for name, lasts in LASTING.items()}


@dataclass(slots=True, kw_only=True)
class Prepared:
    """One operation of a valid document; `compiled` False: the standard executor alone answers it."""

    schema: GraphQLSchema
    document: DocumentNode
    node: OperationDefinitionNode
    compiled: bool = True
    _switches: tuple[str, ...] = field(init=False)
    _sizes: tuple[str, ...] = field(init=False)
    is_query: bool = field(init=False)
    asks_only_of_schema: bool = field(init=False)
    _searches_only: bool = field(init=False)
    _read: Any = field(init=False)
    _costs: dict[tuple[int, ...], int] = field(default_factory=dict)
    _forms: dict[tuple[Any, ...], Shown | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        finder = _Finder()
        visit(self.document, finder)
        self._switches, self._sizes = tuple(sorted(finder.switches)), tuple(sorted(finder.sizes))
        self.is_query = self.node.operation == OperationType.QUERY
        self.asks_only_of_schema = self._asks_only(_OF_SCHEMA)
        self._searches_only = not finder.counts and self._asks_only(_SEARCHES)
        # What is asked besides may be a person's own, and is not kept.
        reader = kept_variables_reader if self._searches_only else variables_reader
        self._read = reader(self.schema, self.node.variable_definitions or ())

    def _asks_only(self, names: frozenset[str]) -> bool:
        """Whether these are all the fields at its root."""
        chosen = self.node.selection_set.selections
        return self.is_query and all(isinstance(one, FieldNode) and one.name.value in names for one in chosen)

    def read(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The variables as resolvers take them; None: something is wrong with them."""
        try:
            told: dict[str, Any] = self._read(given)
        except Exception:
            # A scalar may raise anything; get_variable_values says what is wrong.
            return None
        return told

    def cost(self, variables: Variables) -> int:
        """The most fields that this can resolve; the same for all variables that ask for as many things."""
        key = tuple(_size(variables.get(name)) for name in self._sizes)
        cost = self._costs.get(key)
        if cost is None:
            cost = operation_cost(self.schema, self.document, self.node, variables)
            if len(self._costs) < _MAX_COSTS:
                self._costs[key] = cost
        return cost

    def form(self, variables: Variables) -> Shown | None:
        """The compiled form; None: there is none."""
        key = self._key(variables)
        if key not in self._forms and len(self._forms) < _MAX_FORMS:
            self._forms[key] = self._compiled(dict(variables))
        return self._forms.get(key)

    def prompt_form(self, variables: Variables) -> Shown | None:
        """The same if it need not be compiled first, and it does nothing but search."""
        return self._forms.get(self._key(variables)) if self._searches_only else None

    def _key(self, variables: Variables) -> tuple[Any, ...]:
        return tuple(variables.get(name) for name in self._switches)

    def _compiled(self, variables: dict[str, Any]) -> Shown | None:
        root = self.schema.query_type
        if not self.compiled or root is None or not self.is_query:
            return None
        fragments = {n.name.value: n for n in self.document.definitions if isinstance(n, FragmentDefinitionNode)}
        compiler = Compiler(
            schema=self.schema,
            fragments=fragments,
            variables=variables,
            around=_AROUND,
            lists=FOUND_LISTS,
            constants=_OF_VOCABULARY,
        )
        try:
            return compiler.compile(root, self.node.selection_set)
        except Exception:
            # Not only what is known to be unsupported: a document that cannot be compiled can still be executed.
            return None


class _Finder(Visitor):
    """Finds the variables on which it depends what is selected, and how much; and whether facets are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.counts = False
        self.switches: set[str] = set()
        self.sizes: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.counts = self.counts or node.name.value == "facets"

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self.switches |= variables_in(*node.arguments)

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        if node.name.value in {"first", "ids"}:
            self.sizes |= variables_in(node)


def _size(value: Any) -> int:
    """How much a variable asks for, as far as that makes a difference to costs."""
    count = len(value) if isinstance(value, list) else value
    return min(max(count, 0), _MOST) if isinstance(count, int) else -1


@dataclass(slots=True)
class Begun:
    """An answer of which all has been found; pages of it may lack pieces that the database must be read for."""

    shown: Any
    asking: Asking

    @property
    def is_complete(self) -> bool:
        """Whether nothing need be read any more."""
        return not any(page.missing for page in self.asking.pages)

    def in_bytes(self, context: Context) -> bytes | None:
        """The whole answer, in JSON, with what it lacks read by that context, which is of the same moment.

        None: the standard executor must give it. WouldWait, where the context may not.
        """
        self.asking.context = context
        try:
            first, *others = orjson.dumps({"data": self.shown}).split(MARK)
            written = [first]
            for page, after in zip(self.asking.pages, others, strict=True):
                written += page.written(self.asking)
                written.append(after)
            # All at once: an answer is long, and each copy of it costs as much as a search.
            return b"".join(written)
        except WouldWait:
            raise
        except Exception:
            # An error may be anyone's, and graphql-core has the words, the place and the nulls for it.
            return None


def begin_answer(form: Shown, variables: Variables, context: Context, fragments: Fragments | None) -> Begun | None:
    """What of the answer can be found without reading meetings; None and WouldWait as for `Begun.in_bytes`."""
    asking = Asking(context, variables, fragments)
    try:
        return Begun(form(None, asking), asking)
    except WouldWait:
        raise
    except Exception:
        return None


def answer_in_bytes(
    form: Shown, variables: Variables, context: Context, fragments: Fragments | None = None
) -> bytes | None:
    """The whole answer at once; None and WouldWait as for `Begun.in_bytes`."""
    begun = begin_answer(form, variables, context, fragments)
    return None if begun is None else begun.in_bytes(context)
