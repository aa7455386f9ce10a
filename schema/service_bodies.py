"""Service bodies: who is responsible for meetings."""

from __future__ import annotations

from collections.abc import Sequence

import graphene

from meetings.listing import fold
from meetings.model import ServiceBody as KnownBody
from schema.context import Info
from schema.nodes import Node
from schema.paging import Slice, connection_fields
from schema.scalars import URL


class ServiceBody(graphene.ObjectType):
    """Who is responsible for meetings: an area, a region, an intergroup. Bodies form a tree within each source."""

    class Meta:
        interfaces = (Node,)
        possible_types = (KnownBody,)

    name = graphene.String(required=True, description="Its name, e.g. `Lantern Area`.")
    kind = graphene.String(required=True, description="What it is, as its source says, e.g. `AREA` or `REGION`.")
    parent = graphene.Field(lambda: ServiceBody, description="The body above it; null: the top of its tree.")
    url = URL(description="Its own site.")
    helpline = graphene.String(description="Its public helpline, as one dials it.")

    @staticmethod
    def resolve_parent(root: KnownBody, info: Info) -> KnownBody | None:
        """With those of the whole page."""
        return info.context.loaders.service_bodies.get(root.parent_id) if root.parent_id else None


class ServiceBodyConnection(graphene.ObjectType):
    """A page of service bodies, by name."""

    nodes, page_info, total_count = connection_fields(ServiceBody, "The bodies of this page.")

    @staticmethod
    def resolve_nodes(root: Slice[KnownBody], info: Info) -> Sequence[KnownBody]:
        """Their parents come in one statement."""
        info.context.loaders.service_bodies.announce(body.parent_id for body in root.nodes if body.parent_id)
        return root.nodes


def matching_bodies(bodies: Sequence[KnownBody], parent: str | None, text: str | None) -> list[KnownBody]:
    """Those right below the parent whose name holds every word of the text."""
    words = fold(text or "").split()
    below = (body for body in bodies if parent in {None, body.parent_id})
    return sorted(
        (body for body in below if all(word in fold(body.name) for word in words)),
        key=lambda body: (fold(body.name), body.id),
    )
