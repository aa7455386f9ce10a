"""What a document may cost, judged before the work is done.

The shape is judged on the parsed document alone, because validation itself can be made slow; the cost is judged
with types and variables, because only they tell how long lists are. Both look at each fragment once, however often
it is spread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from meetings.errors import InvalidQuery, TooMuch
from schema.paging import MAX_FIRST, MAX_LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one operation may ask. Apps stay far below; what is above is an attack or a mistake."""

    #: A query for everything there is, written out, takes 6 KB.
    document_bytes: int = 16_384
    #: The same query has about 600 tokens; validation takes time in the square of some shapes.
    tokens: int = 1_000
    comments: int = 50
    #: Questions at the root, fragments put in their places.
    root_fields: int = 20
    #: Whether the schema tells of itself.
    introspection: bool = True
    #: `meetings.edges.node.group.meetings.serviceBody.parent.parent` is eight.
    depth: int = 12
    aliases: int = 30
    selections: int = 100
    fragments: int = 20
    #: Fields asked for twice in one place, which validation compares pair by pair.
    repeats: int = 20
    #: Pairs of fragments that ask for one name at one level, which validation compares too, each with each.
    pairs: int = 1_000
    #: Fields after fragments are put in their places.
    expanded: int = 2_000
    #: Fields resolved, at about 5 µs each: a second.
    cost: int = 200_000
    #: Meetings in one schedule: more than anyone goes to, and a feed that is rendered in a moment.
    max_entries: int = 200
    #: Saved searches in one schedule: each is asked whenever the feed is.
    max_searches: int = 10
    #: Meetings that a feed shows, its searches' too: what the largest calendar services take.
    max_feed_meetings: int = 500
    #: Rows that a search may look through on the event loop, in less than a millisecond; for others it has threads.
    prompt_rows: int = 60_000
    #: Validated documents kept in memory, about 25 KB each.
    documents: int = 500
    #: Beside them, such as were asked for only once.
    new_documents: int = 50


@dataclass(slots=True)
class _Own:
    """What one definition holds itself, without the fragments it spreads; spreads by name and depth, and so keys."""

    roots: int = 0
    depth: int = 0
    fields: int = 0
    spreads: list[tuple[str, int]] = field(default_factory=list)
    keys: set[tuple[str, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Total:
    """What one definition holds, fragments put in their places: fields at its root, levels, fields."""

    roots: int
    depth: int
    fields: int


@dataclass(slots=True)
class _Tally:
    """What is counted over the whole document."""

    aliases: int = 0
    repeats: int = 0
    selections: int = 0
    reports: int = 0
    introspects: bool = False
    key_variables: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the HTTP layer must know of a document: whether it takes a schedule's key, and whether it reports."""

    takes_key: bool
    reports: bool = False


def check_shape(document: DocumentNode, limits: Limits) -> Shape:
    """Refuse a document that would be slow to validate or that holds a key; TooMuch, InvalidQuery."""
    tally = _Tally()
    fragments: dict[str, _Own] = {}
    operations: list[_Own] = []
    for node in document.definitions:
        if isinstance(node, FragmentDefinitionNode):
            fragments[node.name.value] = _own(node.selection_set, tally)
        elif isinstance(node, OperationDefinitionNode):
            operations.append(_own(node.selection_set, tally))
    totals: dict[str, _Total] = {}
    reached = [_total(own, fragments, totals, frozenset()) for own in operations]
    for what, limit, asked in (
        ("selections in one place", limits.selections, tally.selections),
        ("aliases", limits.aliases, tally.aliases),
        ("fragments", limits.fragments, len(fragments)),
        ("fields asked for twice in one place", limits.repeats, tally.repeats),
        ("pairs of fragments that share a name", limits.pairs, _pairs(fragments.values())),
        ("reports of meetings", 1, tally.reports),
        ("fields at the root", limits.root_fields, max((own.roots for own in reached), default=0)),
        ("levels of depth", limits.depth, max((own.depth for own in reached), default=0)),
        ("fields, fragments put in their places", limits.expanded, sum(own.fields for own in reached)),
    ):
        if asked > limit:
            raise TooMuch(what, limit=limit, asked=asked)
    if tally.introspects and not limits.introspection:
        raise InvalidQuery("query", "this server does not tell its schema; it is published with its documentation")
    _check_key_defaults(document, tally.key_variables)
    return Shape(takes_key=bool(tally.key_variables), reports=bool(tally.reports))


def _pairs(fragments: Iterable[_Own]) -> int:
    shared = Counter(key for own in fragments for key in own.keys)
    return sum(times * (times - 1) // 2 for times in shared.values())


def _own(selection_set: SelectionSetNode, tally: _Tally) -> _Own:
    own = _Own()
    # By hand and not by recursion: nothing is known yet of how deep this goes.
    waiting: list[tuple[SelectionSetNode, int, set[str]]] = [(selection_set, 1, set())]
    while waiting:
        current, depth, keys = waiting.pop()
        tally.selections = max(tally.selections, len(current.selections))
        for selection in current.selections:
            if isinstance(selection, FragmentSpreadNode):
                own.spreads.append((selection.name.value, depth))
            elif isinstance(selection, InlineFragmentNode):
                waiting.append((selection.selection_set, depth, keys))
            elif isinstance(selection, FieldNode):
                _count_field(selection, depth, keys, own, tally)
                if selection.selection_set:
                    # Introspection is deep by nature; graphql-core bounds it by a rule of its own.
                    below = depth if selection.name.value.startswith("__") or depth == 0 else depth + 1
                    waiting.append((selection.selection_set, 0 if below == depth else below, set()))
    return own


def _count_field(selection: FieldNode, depth: int, keys: set[str], own: _Own, tally: _Tally) -> None:
    key = selection.alias.value if selection.alias else selection.name.value
    own.depth = max(own.depth, depth)
    own.fields += 1
    own.roots += depth == 1
    own.keys.add((key, depth))
    # Whoever reports twice in one go counts for more than one.
    tally.reports += selection.name.value == "reportMeeting"
    tally.introspects |= selection.name.value in {"__schema", "__type"}
    tally.aliases += selection.alias is not None
    tally.repeats += key in keys
    keys.add(key)
    for argument in selection.arguments:
        if argument.name.value == "key":
            if not isinstance(argument.value, VariableNode):
                raise InvalidQuery("key", "give a schedule's key in a variable, never in the document")
            tally.key_variables.add(argument.value.name.value)


def _total(own: _Own, fragments: Mapping[str, _Own], totals: dict[str, _Total], path: frozenset[str]) -> _Total:
    """What is reached with all fragments; a fragment in itself counts nothing, as validation will refuse it."""
    roots, depth, fields = own.roots, own.depth, own.fields
    for name, below in own.spreads:
        if name not in fragments or name in path:
            continue
        if name not in totals:
            totals[name] = _total(fragments[name], fragments, totals, path | {name})
        total = totals[name]
        roots += total.roots if below == 1 else 0
        depth = max(depth, below - 1 + total.depth if below else 0)
        fields += total.fields
    return _Total(roots=roots, depth=depth, fields=fields)


def _check_key_defaults(document: DocumentNode, names: set[str]) -> None:
    for definition in document.definitions:
        for variable in getattr(definition, "variable_definitions", None) or ():
            if variable.variable.name.value in names and variable.default_value is not None:
                raise InvalidQuery("key", "give a schedule's key in the variables, never in the document")


#: Lists whose length no argument tells: the most there can be, or that there are in any list we know.
LIST_SIZES: Mapping[str, int] = {
    "Group.meetings": 100,
    "ImportPayload.problems": 1,
    "ImportPlan.added": 100,
    "ImportPlan.changed": 100,
    "ImportPlan.findings": 100,
    "ImportPlan.withdrawn": 100,
    "Meeting.exceptions": 53,
    "Meeting.formats": 20,
    "Meeting.listings": 5,
    "MeetingDiff.fields": 60,
    "MeetingFacets.fellowships": 100,
    "MeetingFacets.formats": 150,
    "MeetingFacets.languages": 100,
    "MeetingFacets.timesOfDay": 4,
    "MeetingFacets.venueTypes": 3,
    "MeetingFacets.weekdays": 7,
    "MeetingsPayload.meetings": 100,
    "MeetingsPayload.problems": 100,
    "Plan.gaps": 92,
    "Plan.occurrences": 460,
    "Query.fellowships": 100,
    "Query.formats": 150,
    "Query.reports": 500,
    "Query.sources": 500,
    "ReportPayload.problems": 1,
    "Schedule.conflicts": 200,
    "Schedule.entries": 200,
    "Schedule.searches": 10,
    "SchedulePayload.problems": 20,
    "SourcePayload.problems": 20,
    "Viewer.sources": 500,
    "DeletePayload.problems": 1,
}
#: What the schema tells of itself is bounded by its size, which these are measured for.
INTROSPECTION_COSTS: Mapping[str, int] = {"__schema": 20_000, "__type": 1_000, "__typename": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """What stays the same while one operation's cost is counted; `counted` by selection, type and page."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    counted: dict[tuple[int, str, int], int] = field(default_factory=dict)


def operation_cost(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> int:
    """The most fields that executing a valid operation with these coerced variables can resolve."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    root = schema.get_root_type(operation.operation)
    walk = _Walk(schema=schema, fragments=fragments, variables=variables)
    return _cost(walk, operation.selection_set, root, 1) if root else 0


def _cost(walk: _Walk, selection_set: SelectionSetNode, parent: Any, page: int) -> int:
    known = (id(selection_set), parent.name, page)
    if known not in walk.counted:
        walk.counted[known] = sum(_costs(walk, selection_set, parent, page))
    return walk.counted[known]


def _costs(
    walk: _Walk, selection_set: SelectionSetNode, parent: GraphQLObjectType | GraphQLInterfaceType, page: int
) -> Iterator[int]:
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            yield _field_cost(walk, selection, parent, page)
        elif isinstance(selection, InlineFragmentNode):
            condition: NamedTypeNode | None = selection.type_condition
            inner = walk.schema.get_type(condition.name.value) if condition else parent
            yield _cost(walk, selection.selection_set, inner, page)
        elif isinstance(selection, FragmentSpreadNode):
            fragment = walk.fragments[selection.name.value]
            inner = walk.schema.get_type(fragment.type_condition.name.value)
            yield _cost(walk, fragment.selection_set, inner, page)


def _field_cost(walk: _Walk, node: FieldNode, parent: GraphQLObjectType | GraphQLInterfaceType, page: int) -> int:
    name = node.name.value
    if name.startswith("__"):
        return INTROSPECTION_COSTS[name]
    if node.selection_set is None:
        return 1
    definition = parent.fields[name]
    inner_page = _asked(walk, node, definition, "first") or page
    times = 1
    if is_list_type(get_nullable_type(definition.type)):
        times = _length(walk, node, definition, parent.name, inner_page)
    return 1 + times * _cost(walk, node.selection_set, get_named_type(definition.type), inner_page)


def _length(walk: _Walk, node: FieldNode, definition: GraphQLField, parent: str, page: int) -> int:
    asked = _asked(walk, node, definition, "first") or _asked(walk, node, definition, "ids")
    if asked is not None:
        return asked
    return page if parent.endswith("Connection") else LIST_SIZES[f"{parent}.{node.name.value}"]


def _asked(walk: _Walk, node: FieldNode, definition: GraphQLField, name: str) -> int | None:
    """How many things an argument asks for; None: there is no such argument."""
    if name not in definition.args:
        return None
    given = next((argument.value for argument in node.arguments if argument.name.value == name), None)
    value: Any = definition.args[name].default_value
    if isinstance(given, VariableNode):
        value = walk.variables.get(given.name.value, value)
    elif isinstance(given, IntValueNode):
        value = int(given.value)
    elif isinstance(given, ListValueNode):
        value = given.values
    count = len(value) if isinstance(value, list | tuple) else value
    # What is out of range is refused by the resolver, which says so in better words.
    return min(max(count, 1), MAX_LISTED) if isinstance(count, int) and value is not Undefined else MAX_FIRST
