"""Service bodies: who is responsible for meetings."""

from __future__ import annotations

from collections.abc import Iterable

import graphene

from meetings.listing import fold
from meetings.model import ServiceBody as KnownBody
from schema.nodes import Node
from schema.paging import connection_fields
from schema.scalars import URL


class ServiceBody(graphene.ObjectType):
    """Who is responsible for meetings: an area, a region, an intergroup. Bodies form a tree within each source."""

    class Meta:
        interfaces = (Node,)
        possible_types = (KnownBody,)

    name = graphene.String(required=True, description="Its name as its source writes it, e.g. `Lantern Area`.")
    kind = graphene.String(
        required=True, description="What kind of body it is, as its source says, e.g. `AREA` or `REGION`."
    )
    parent = graphene.Field(
        lambda: ServiceBody,
        description="The body above it in its source's tree; null: it is at the top.",
        resolver=lambda root, info: info.context.loaders.service_body(root.parent_id),
    )
    url = URL(description="Its own site for the public; null: it has none, or none that we know.")
    helpline = graphene.String(
        description="Its public helpline, as one dials it, e.g. `+1 555 010 0100`; null: none is known."
    )


class ServiceBodyConnection(graphene.ObjectType):
    """A page of service bodies, by name."""

    nodes, page_info, total_count = connection_fields(
        ServiceBody, "The service bodies of this page, by name and then by id."
    )


def matching_bodies(named: Iterable[tuple[str, str]], text: str | None) -> list[tuple[str, str]]:
    """Folded names and ids of those whose name holds every word of the text, in order."""
    words = fold(text or "").split()
    folded = ((fold(name), id) for name, id in named)
    return sorted((name, id) for name, id in folded if all(word in name for word in words))
