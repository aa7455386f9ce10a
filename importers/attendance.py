"""How one can attend, told by place and link where a list does not say it itself."""

from __future__ import annotations

from dataclasses import replace

from meetings.model import OnlineVenue, Venue, VenueType


def told_by_place(venue: Venue | None, online: OnlineVenue | None) -> VenueType | None:
    """In person by a place, virtual by a link or number, hybrid by both; None: neither is told."""
    placed = venue is not None and bool(venue.street or venue.name or venue.formatted_address)
    if online is not None and (online.url or online.phone):
        return VenueType.HYBRID if placed else VenueType.VIRTUAL
    return VenueType.IN_PERSON if placed or (venue is not None and venue.city) else None


def in_country(venue: Venue | None, country: str | None) -> Venue | None:
    """The place with its country, where there is a place; so a list's own country is that of its places."""
    return replace(venue, country=country) if venue is not None and country is not None else venue
