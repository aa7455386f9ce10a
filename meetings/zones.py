"""Time zones as the pinned tzdata package tells them, never the machine's own copy.

Two machines that disagree about a clock change would show one meeting at two hours, so the operating system's zone
files are not looked at.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzdata

#: The release of the rules, e.g. 2026f.
TZDATA_VERSION: str = tzdata.IANA_VERSION
_ROOT = resources.files("tzdata").joinpath("zoneinfo")


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that exact IANA name; `ZoneInfoNotFoundError` where there is none."""
    if name not in zone_names():
        raise ZoneInfoNotFoundError(f"no time zone is called {name!r}")
    with _ROOT.joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def zone_names() -> frozenset[str]:
    """All names that tzdata knows, old spellings too."""
    return frozenset(_table("../zones").split())


@cache
def zone_bytes(name: str) -> bytes:
    """The zone's TZif file (RFC 9636)."""
    return _ROOT.joinpath(*name.split("/")).read_bytes()


@cache
def country_zones() -> dict[str, frozenset[str]]:
    """ISO 3166-1 alpha-2 country to the zones in it, from tzdata's zone.tab."""
    found: dict[str, set[str]] = {}
    for line in _table("zone.tab").splitlines():
        if line and not line.startswith("#"):
            country, _, name = line.split("\t")[:3]
            found.setdefault(country, set()).add(name)
    return {country: frozenset(names) for country, names in found.items()}


@cache
def canonical_zone(name: str) -> str | None:
    """The name as zone.tab writes it, of any spelling or letter case that tzdata knows; None: no such zone.

    A name that zone.tab lists stays (Europe/Oslo), although tzdata stores it as a link: it is the name people know.
    """
    folded = _folded_names().get(name.strip().replace(" ", "_").casefold())
    if folded is None:
        return None
    listed = frozenset[str]().union(*country_zones().values())
    return folded if folded in listed else _links().get(folded, folded)


@cache
def _folded_names() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


@cache
def _links() -> dict[str, str]:
    """Old name to the name it now points to, from tzdata.zi's link lines."""
    lines = (line.split() for line in _table("tzdata.zi").splitlines() if line.startswith("L "))
    return {link: target for _, target, link in lines}


def _table(name: str) -> str:
    path = resources.files("tzdata").joinpath("zones") if name == "../zones" else _ROOT.joinpath(name)
    return path.read_text("utf-8")
