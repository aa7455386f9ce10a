"""Places as they are asked for and shown: towns, postcodes, regions and countries, from a table of our own."""

from __future__ import annotations

import graphene

from meetings import places
from meetings.search import MAX_PLACE_TEXT
from schema.context import Context
from schema.enums import PlaceKind
from schema.filters import checked_country, checked_text
from schema.paging import checked_first
from schema.scalars import TimeZone

#: As the contract has it.
FIRST = 5


class Place(graphene.ObjectType):
    """A town, postcode, region or country, at its middle. Show `name`, `region` and `country`: many share a name."""

    kind = graphene.Field(PlaceKind, required=True, description="What it is: a point to go from, or all of an area.")
    name = graphene.String(required=True, description="What it is called, e.g. `Tulsa`, `Tulsa 74103` or `Oklahoma`.")
    region = graphene.String(
        description="The first level below the country it lies in, e.g. `Oklahoma`; null: it is one, or unknown."
    )
    country = graphene.String(required=True, description="Two letters as ISO 3166-1 alpha-2 has them, e.g. `US`.")
    latitude = graphene.Float(required=True, description="Degrees north of the equator, -90 to 90, e.g. `36.154`.")
    longitude = graphene.Float(required=True, description="Degrees east of Greenwich, -180 to 180, e.g. `-95.993`.")
    time_zone = TimeZone(
        description="The clock there, e.g. `America/Chicago`; null: an area in which it is not the same everywhere.",
        resolver=lambda root, info: root.zone,
    )


def asked_places(
    context: Context, *, text: str, country: str | None = None, first: int | None = None
) -> list[places.Place]:
    """The places that a text may mean, best first; InvalidQuery, StoreFailed."""
    wanted = checked_text("text", text, most=MAX_PLACE_TEXT)
    preferred = None if country is None else checked_country("country", country)
    found = context.place_finder().find(wanted, preferred, checked_first(first, FIRST))
    return [match.place for match in found]
