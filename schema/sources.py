"""Sources: the lists that meetings come from."""

from __future__ import annotations

from datetime import datetime, timedelta

import graphene

from meetings.source import Source as KnownSource
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

    name = graphene.String(
        required=True, description="What the list is called, e.g. `Lantern Area`; without a name, its id."
    )
    importer = graphene.String(
        required=True, description="In which form it is read: e.g. `bmlt`, `meeting_guide` or `native`."
    )
    fellowship = graphene.Field(
        Fellowship,
        description="The fellowship whose list it is; null: it is of several.",
        resolver=lambda root, info: root.fellowship and known_fellowship(info.context.vocabulary, root.fellowship),
    )
    url = URL(description="Where people can read the list themselves; not the address we fetch.")
    attribution = graphene.String(
        description="Whom to name where its meetings are shown, e.g. `Meetings by Lantern Area`."
    )
    last_good_import_at = DateTime(description="When the list was last read without fault; null: it never was yet.")
    meeting_count = graphene.Int(
        required=True,
        description="How many meetings it has now; withdrawn ones are not counted.",
        resolver=lambda root, info: info.context.loaders.meeting_counts().get(root.id, 0),
    )
    healthy = graphene.Boolean(
        required=True,
        description="It is not paused, and was read without fault within the last 72 hours; sent by hand: ever.",
        resolver=lambda root, info: is_healthy(root, info.context.now),
    )
    paused = graphene.Boolean(
        required=True, description="A person has stopped it from being read; what we have of it is still shown."
    )


def is_healthy(source: KnownSource, now: datetime) -> bool:
    """Whether the list is read, and was lately; one that is sent by hand was at any time."""
    last = source.last_good_import_at
    return not source.paused and last is not None and (not source.location or now - last <= UNWELL_AFTER)


class SourceListing(graphene.ObjectType):
    """That a source lists a meeting."""

    source = graphene.Field(
        Source,
        required=True,
        description="The source that lists the meeting, with whom to name for it.",
        resolver=lambda root, info: info.context.loaders.every_source()[root.source_id],
    )
    source_key = graphene.String(
        required=True, description="The source's own id of the meeting, e.g. `1234`; for talking to its keepers."
    )
    url = URL(description="The meeting's own page in that list; null: it has none that we know.")
    last_seen_at = DateTime(required=True, description="When the source last listed it; imports are twice a day.")
