"""Sources: the lists that meetings come from."""

from __future__ import annotations

from datetime import datetime, timedelta

import graphene

from meetings import model
from meetings.source import Source as KnownSource
from meetings.vocabulary import Fellowship as KnownFellowship
from schema.context import Info
from schema.fellowships import Fellowship, known_fellowship
from schema.nodes import Node
from schema.scalars import URL, DateTime

#: After this long without a good import a list counts as unwell; imports are twice a day.
UNWELL_AFTER = timedelta(hours=72)


class Source(graphene.ObjectType):
    """A list that is read again and again, and whose meetings we show."""

    class Meta:
        interfaces = (Node,)
        possible_types = (KnownSource,)

    name = graphene.String(required=True, description="What the list is called, e.g. `Lantern Area`.")
    importer = graphene.String(required=True, description="In which form it is read, e.g. `bmlt` or `meeting_guide`.")
    fellowship = graphene.Field(Fellowship, description="Whose list it is; null: of several fellowships.")
    url = URL(description="Where people can read it; not what we fetch.")
    attribution = graphene.String(description="Whom to name when its meetings are shown.")
    last_good_import_at = DateTime(description="When it was last read without fault; null: never yet.")
    meeting_count = graphene.Int(required=True, description="How many meetings it has now, withdrawn ones not counted.")
    healthy = graphene.Boolean(
        required=True, description="It is not paused, and was read without fault within 72 hours."
    )
    paused = graphene.Boolean(
        required=True, description="A person has stopped it from being read; what we have is shown."
    )

    @staticmethod
    def resolve_fellowship(root: KnownSource, info: Info) -> KnownFellowship | None:
        """By its code."""
        return known_fellowship(info.context.vocabulary, root.fellowship) if root.fellowship else None

    @staticmethod
    def resolve_healthy(root: KnownSource, info: Info) -> bool:
        """As of now."""
        return is_healthy(root, info.context.now)


def is_healthy(source: KnownSource, now: datetime) -> bool:
    """Whether the list is read, and was lately."""
    last = source.last_good_import_at
    return not source.paused and last is not None and now - last <= UNWELL_AFTER


class SourceListing(graphene.ObjectType):
    """That a source lists a meeting."""

    source = graphene.Field(Source, required=True, description="The source.")
    source_key = graphene.String(required=True, description="The source's own id of the meeting, e.g. `1234`.")
    url = URL(description="The meeting's page in that list.")
    last_seen_at = DateTime(required=True, description="When the source last listed it.")


def listing_fields(source: KnownSource, meeting: model.Meeting) -> dict[str, object]:
    """What `SourceListing` shows."""
    return {
        "source": source,
        "source_key": meeting.source_key,
        "url": meeting.url,
        "last_seen_at": meeting.last_seen_at,
    }
