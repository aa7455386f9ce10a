"""A point for a place that a list gives none for: the middle of its town, marked as approximate.

A meeting without any point is found by nobody who looks near them. The town has to be certain
(`meetings/gazetteer.py`); where it is not, the place stays without a point, and no import waits for one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from importers.places import known_places, town_point
from importers.record import Record
from meetings.countries import country_code
from meetings.gazetteer import Town, place_key
from meetings.model import Venue

#: Towns that are remembered: a list names the same few in every record.
_REMEMBERED = 4096
#: Postcodes at the end of a part of an address: Canada's, Great Britain's, five to seven digits, Ireland's.
_POSTCODE = re.compile(
    r"(?:^|\s)(?:[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{5}(?:-\d{3,4})?|\d{6,7}"
    r"|[A-Z]\d[\dW] ?[A-Z\d]{4})$"
)
#: An address of more parts is none.
_PARTS = 12


def with_town_point(venue: Venue | None, record: Record, name: str, *, country: str | None) -> Venue | None:
    """The place, with its town's point and `approximate` where it has none and the town is certain.

    `name` is the record's field that a finding speaks of, `country` the source's own. What is held online only needs
    no point, but where its list names a town, that town's clock is the one it is held by.
    """
    if venue is None or venue.latitude is not None:
        return venue
    town = town_of(venue, country)
    if town is None:
        return venue
    record.found("town_point", name, ", ".join(part for part in (town.name, town.region, town.country) if part))
    return replace(venue, latitude=town.latitude, longitude=town.longitude, approximate=True)


def point_of(venue: Venue | None) -> tuple[float, float] | None:
    """Where a place is, in degrees, as far as that is known."""
    if venue is None or venue.latitude is None or venue.longitude is None:
        return None
    return venue.latitude, venue.longitude


def town_of(venue: Venue, country: str | None) -> Town | None:
    """The town a place lies in, by its parts, else by its address in one line; `country` where it tells none."""
    known = venue.country or country
    if venue.city or venue.postal_code:
        town = _town(venue.city, venue.region, known, venue.postal_code)
        if town is not None or venue.city:
            return town
    line = venue.formatted_address or venue.street
    return _town_in_line(line, known) if line else None


def _town_in_line(line: str, country: str | None) -> Town | None:
    """The town before a region that the country has, else the town that the line ends with."""
    parts = [part for raw in line.split(",")[-_PARTS:] if (part := raw.strip())]
    if parts and (told := country_code(parts[-1])) is not None:
        # A state may be called as a country is: what the list itself says of its country comes first.
        country = country or told
        parts.pop()
    parts = [bare for part in parts if (bare := _POSTCODE.sub("", part).strip())]
    if len(parts) > 1 and (country or "", place_key(parts[-1])) in known_places().regions:
        town = _town(parts[-2], parts[-1], country, None)
        # A town may be called as its county is: then what stands before it is a street.
        if town is not None or not any(letter.isdigit() for letter in parts[-2]):
            return town
    return _town(parts[-1], None, country, None) if parts and country else None


@lru_cache(maxsize=_REMEMBERED)
def _town(city: str | None, region: str | None, country: str | None, postal_code: str | None) -> Town | None:
    return town_point(city, region, country, postal_code)
