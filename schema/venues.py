"""Where a meeting is held: a place, and a room reached by link or telephone."""

from __future__ import annotations

import graphene

from schema.scalars import URL


class Venue(graphene.ObjectType):
    """A place where meetings are held. What is null is not known."""

    name = graphene.String(description="What the place is called, e.g. `Lantern Hall`; null: it has no name we know.")
    street = graphene.String(description="Street and number as the list writes them, e.g. `12 Ferry Lane`.")
    city = graphene.String(description="Town or city as the list writes it, e.g. `New York`.")
    region = graphene.String(description="State, province or county as its list writes it, e.g. `NY`.")
    postal_code = graphene.String(description="Postcode as the country writes it, e.g. `10001` or `SW1A 1AA`.")
    country = graphene.String(description="Country, in two letters as ISO 3166-1 alpha-2 has them, e.g. `US`.")
    formatted_address = graphene.String(description="The whole address in one line, where the list gives it so.")
    latitude = graphene.Float(description="Degrees north of the equator, -90 to 90, e.g. `40.7128`.")
    longitude = graphene.Float(description="Degrees east of Greenwich, -180 to 180, e.g. `-74.006`.")
    approximate = graphene.Boolean(
        required=True, description="true: the point is a town or an area, not a door: do not lead anyone to it."
    )
    arrival_notes = graphene.String(description="How to find the door, e.g. `Red door in the yard, second floor`.")


class OnlineVenue(graphene.ObjectType):
    """A room reached by link or telephone. What is null is not known."""

    url = URL(description="The link to join by, e.g. `https://meet.example.org/123`.")
    provider = graphene.String(description="Whose rooms they are, e.g. `Zoom`; null: the link does not tell.")
    phone = graphene.String(description="A number to join by, as one dials it, e.g. `+1 555 010 0199,,123456#`.")
    notes = graphene.String(description="What else one needs to join, e.g. `Meeting number 123, waiting room`.")
