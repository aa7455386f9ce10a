"""`Node`, the interface of everything that an id leads to, and which id leads to what."""

from __future__ import annotations

import re
from typing import Any

import graphene

from meetings.model import Meeting, ServiceBody
from meetings.source import SOURCE_ID, Source
from meetings.vocabulary import Fellowship
from schema.context import Context

FELLOWSHIP_PREFIX = "fellowship:"
_MEETING, _SERVICE_BODY = re.compile(r"M[0-9A-Z]{13}"), re.compile(r"B[0-9A-Z]{13}")


def node_id(**options: Any) -> graphene.ID:
    """The field `id` of a node."""
    return graphene.ID(
        required=True, description="Opaque, lasting and unique among all nodes; keep it to read this again.", **options
    )


class Node(graphene.Interface):
    """Anything that has an id of its own and can be read again by that id with `node`."""

    id = node_id()


def find_node(context: Context, id: str) -> Meeting | ServiceBody | Source | Fellowship | None:
    """What the id leads to; its form tells which kind it is."""
    if _MEETING.fullmatch(id):
        return context.loaders.meetings.get(id)
    if _SERVICE_BODY.fullmatch(id):
        return context.loaders.service_bodies.get(id)
    if id.startswith(FELLOWSHIP_PREFIX):
        return context.vocabulary.fellowships.get(id.removeprefix(FELLOWSHIP_PREFIX))
    return context.loaders.sources().get(id) if SOURCE_ID.fullmatch(id) else None
