"""Addresses in one line, taken apart as far as their writing allows: country at the end; in North America the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meetings.countries import country_code

_US_POSTCODE = r"\d{5}(?:-\d{4})?"
_CA_POSTCODE = r"[A-Z]\d[A-Z] ?\d[A-Z]\d"
_POSTCODE = re.compile(rf"{_US_POSTCODE}|{_CA_POSTCODE}")
_REGION_AND_POSTCODE = re.compile(rf"([A-Z]{{2}}) ({_US_POSTCODE}|{_CA_POSTCODE})")
_REGION = re.compile(r"[A-Z]{2}")
#: At the end of an address these are states as well: Georgia, and every two letters but these two.
_TWO_LETTERS = frozenset({"US", "UK"})
_STATES = frozenset({"georgia"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The parts that are certain; `parts` is how many the line has between its commas."""

    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    parts: int = 0


def read_address(line: str) -> Address:
    """`12 Ferry Lane, New York, NY 10001, USA` in its parts; of other countries' only the country, and a lone town."""
    parts = [part.strip() for part in line.split(",") if part.strip()]
    count = len(parts)
    country = _country(parts[-1]) if count > 1 else None
    if country is not None:
        parts.pop()
    region, postal_code = _region_and_postcode(parts)
    if region is None:
        city = parts[0] if len(parts) == 1 and country else None
        return Address(city=city, country=country, parts=count)
    return Address(
        street=", ".join(parts[:-1]) or None,
        city=parts[-1] if parts else None,
        region=region,
        postal_code=postal_code,
        country=country,
        parts=count,
    )


def _country(text: str) -> str | None:
    if (len(text) == 2 and text not in _TWO_LETTERS) or text.casefold() in _STATES:
        return None
    return country_code(text)


def _region_and_postcode(parts: list[str]) -> tuple[str | None, str | None]:
    """Take state and postcode off the end, where they are written as in North America."""
    if len(parts) < 2:
        return None, None
    both = _REGION_AND_POSTCODE.fullmatch(parts[-1])
    if both is not None:
        parts.pop()
        return both[1], both[2]
    if len(parts) > 2 and _POSTCODE.fullmatch(parts[-1]):
        postal_code = parts.pop()
        return parts.pop(), postal_code
    return (parts.pop(), None) if _REGION.fullmatch(parts[-1]) else (None, None)
