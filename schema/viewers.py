"""Who asks: nobody in particular, or a volunteer who showed a token; and what that token reaches."""

from __future__ import annotations

import graphene

from meetings.errors import NotAllowed
from meetings.tokens import Action, Token, may
from schema.context import Context
from schema.enums import Role
from schema.sources import Source

NEEDS_TOKEN = "this is for volunteers: send `Authorization: Bearer TOKEN`"


class Viewer(graphene.ObjectType):
    """What the token reaches that was sent in `Authorization`."""

    role = graphene.Field(Role, required=True, description="What it may do: look after lists, or also add them.")
    sources = graphene.List(
        graphene.NonNull(Source),
        description="The lists it reaches, in the order they were added; null: all, those to come too.",
        resolver=lambda root, info: reached_sources(info.context, root),
    )


def reached_sources(context: Context, viewer: Token) -> list[object] | None:
    """The sources in a token's scope that there are; None: all."""
    known = context.loaders.sources()
    return None if viewer.sources is None else [known[id] for id in known if id in viewer.sources]


def volunteer(context: Context) -> Token:
    """Who asks; NotAllowed for the public."""
    if context.viewer is None:
        raise NotAllowed(NEEDS_TOKEN)
    return context.viewer


def check_may(context: Context, action: Action, source_id: str | None) -> None:
    """NotAllowed unless whoever asks may do this to that source."""
    viewer = volunteer(context)
    if not may(viewer, action, source_id):
        reach = "all sources" if source_id is None else f"the source {source_id!r}"
        raise NotAllowed(f"this token does not allow {action.value} for {reach}")


def scope(context: Context, action: Action, source_id: str | None) -> tuple[str, ...] | None:
    """The sources that whoever asks may see of one, or of all; None: all there are. NotAllowed."""
    if source_id is not None:
        check_may(context, action, source_id)
        return (source_id,)
    return volunteer(context).sources
