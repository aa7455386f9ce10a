"""Places as people ask for them by name: a town, a postcode, a region or a whole country."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PlaceKind(StrEnum):
    """What a place is. A town or postcode is a point; a region or country is all that lies in it."""

    TOWN = "TOWN"
    POSTCODE = "POSTCODE"
    REGION = "REGION"
    COUNTRY = "COUNTRY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place at its middle in degrees.

    `region` is the first level below the country, by name, None where it has none; `country` ISO 3166-1 alpha-2;
    `zone` an IANA name, None where clocks in it differ.
    """

    kind: PlaceKind
    name: str
    region: str | None
    country: str
    latitude: float
    longitude: float
    zone: str | None

    @property
    def label(self) -> str:
        """The place in words that mean it alone, or nearly: Dublin, California, US."""
        told = (self.name, self.region, None if self.kind is PlaceKind.COUNTRY else self.country)
        return ", ".join(part for part in told if part)
