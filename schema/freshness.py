"""How long an answer stays true, so that it may be kept: judged on the document and on the starts that it shows.

An answer is one state of the list, and one minute: questions of time are asked in whole minutes, and meetings start on
them. What changes besides, such as when a list was last read, is never kept, nor is what belongs to one person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
)

from meetings.search import Hit

#: What has fields; graphql-core knows it only as some type.
Parent: TypeAlias = GraphQLObjectType | GraphQLInterfaceType
#: Seconds that an answer is kept at most.
LONGEST = 60


class Freshness(IntEnum):
    """What ends the truth of an answer, besides a change of the list."""

    #: Nothing may be kept of it.
    NONE = 0
    #: The minute: it shows occurrences counted from now, other than those that a search found.
    MINUTE = 1
    #: The soonest start that the search found.
    STARTS = 2


#: Questions whose answers follow from the list, the index and the minute. All others are never kept.
KEPT_QUESTIONS = frozenset(
    {
        "__schema",
        "__type",
        "__typename",
        "fellowships",
        "formats",
        "meeting",
        "meetings",
        "meetingsByIds",
        "node",
        "occurrences",
        "serviceBodies",
    }
)
#: What changes without a change of any meeting.
UNLOGGED = frozenset(
    {
        ("Meeting", "lastSeenAt"),
        ("Source", "healthy"),
        ("Source", "lastGoodImportAt"),
        ("Source", "meetingCount"),
        ("Source", "paused"),
        ("SourceListing", "lastSeenAt"),
    }
)
#: What is counted from now.
TIMED = frozenset(
    {
        ("Meeting", "exceptions"),
        ("Meeting", "nextOccurrence"),
        ("Meeting", "occurrences"),
        ("Meeting", "status"),
        ("MeetingConnection", "facets"),
    }
)


class Soonest:
    """The soonest start that one answer shows."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def note(self, hits: Iterable[Hit], now: datetime) -> None:
        """That these are shown; what has begun counts no more."""
        coming = [hit.starts_at for hit in hits if hit.starts_at is not None and hit.starts_at > now]
        if self.at is not None:
            coming.append(self.at)
        self.at = min(coming, default=None)


def kept_seconds(freshness: Freshness, soonest: datetime | None, now: datetime) -> int:
    """How long an answer of now may be kept, in seconds."""
    if freshness is Freshness.NONE:
        return 0
    end = now + timedelta(seconds=LONGEST)
    if freshness is Freshness.MINUTE:
        end = min(end, now.replace(second=0, microsecond=0) + timedelta(minutes=1))
    elif soonest is not None:
        end = min(end, soonest)
    return max(0, int((end - now).total_seconds()))


def freshness_of(schema: GraphQLSchema, document: DocumentNode) -> Freshness:
    """What ends the truth of a valid document's answers, whichever of its operations is asked."""
    found = Freshness.STARTS
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            if node.operation != OperationType.QUERY:
                return Freshness.NONE
            parent: Any = schema.query_type
        elif isinstance(node, FragmentDefinitionNode):
            parent = _type(schema, node)
        else:
            continue
        found = min(found, _freshness(schema, node.selection_set, parent))
    return found


def _freshness(schema: GraphQLSchema, selection_set: SelectionSetNode, parent: Parent) -> Freshness:
    found = Freshness.STARTS
    for selection in selection_set.selections:
        if isinstance(selection, FragmentSpreadNode):
            continue
        if isinstance(selection, FieldNode):
            below = _of_field(schema, selection, parent)
        elif isinstance(selection, InlineFragmentNode):
            below = _freshness(schema, selection.selection_set, _type(schema, selection) or parent)
        if below is Freshness.NONE:
            return below
        found = min(found, below)
    return found


def _of_field(schema: GraphQLSchema, node: FieldNode, parent: Parent) -> Freshness:
    name = node.name.value
    if (parent is schema.query_type and name not in KEPT_QUESTIONS) or (parent.name, name) in UNLOGGED:
        return Freshness.NONE
    own = Freshness.MINUTE if (parent.name, name) in TIMED else Freshness.STARTS
    if node.selection_set is None or name.startswith("__"):
        return own
    below = _freshness(schema, node.selection_set, get_named_type(parent.fields[name].type))
    return min(own, below)


def _type(schema: GraphQLSchema, node: FragmentDefinitionNode | InlineFragmentNode) -> Any:
    """On what type a fragment is; None: it does not say."""
    condition: NamedTypeNode | None = node.type_condition
    return condition and schema.get_type(condition.name.value)
