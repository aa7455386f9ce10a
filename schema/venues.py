"""Where a meeting is held: a place, and a room reached by link or telephone."""

from __future__ import annotations

import graphene

from schema.scalars import URL


class Venue(graphene.ObjectType):
    """A place. What is null is not known."""

    name = graphene.String(description="What the place is called, e.g. `Lantern Hall`.")
    street = graphene.String(description="Street and number, e.g. `12 Ferry Lane`.")
    city = graphene.String(description="Town or city, e.g. `New York`.")
    region = graphene.String(description="State, province or county as its list writes it, e.g. `NY`.")
    postal_code = graphene.String(description="Postcode, e.g. `10001`.")
    country = graphene.String(description="Country as ISO 3166-1 alpha-2, e.g. `US`.")
    formatted_address = graphene.String(description="The whole address in one line, where the list gives it so.")
    latitude = graphene.Float(description="Degrees north of the equator, -90 to 90, e.g. `40.7128`.")
    longitude = graphene.Float(description="Degrees east of Greenwich, -180 to 180, e.g. `-74.006`.")
    approximate = graphene.Boolean(required=True, description="The point is a town or an area, not a door.")
    arrival_notes = graphene.String(description="How to find the door, e.g. `Red door in the yard`.")


class OnlineVenue(graphene.ObjectType):
    """A room reached by link or telephone. What is null is not known."""

    url = URL(description="The link to join by.")
    provider = graphene.String(description="Whose rooms they are, e.g. `Zoom`.")
    phone = graphene.String(description="A number to join by, as one dials it, e.g. `+1 555 010 0199,,123456#`.")
    notes = graphene.String(description="What else one needs to join, e.g. a meeting number.")
