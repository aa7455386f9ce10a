"""Which time zone a meeting is in: its record says, else its point, else its source.

A zone that is not in the country the list names would put the meeting hours off, so it is not used. Nor is a point
that several zones claim: there only the source can know by which clock people live. A spoken name (MST) may mean
several zones (Denver, Phoenix), so a point outweighs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import tzfpy

from meetings.model import ZoneReason
from meetings.zones import canonical_zone, country_zones, zone

#: Pairs of countries and zones that are remembered.
_REMEMBERED = 1024
#: What people write for a zone, by the zone most of them mean; it counts only where country and point allow it.
_SPOKEN = {
    "et": "America/New_York",
    "est": "America/New_York",
    "edt": "America/New_York",
    "eastern": "America/New_York",
    "ct": "America/Chicago",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "central": "America/Chicago",
    "mt": "America/Denver",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "mountain": "America/Denver",
    "pt": "America/Los_Angeles",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles",
}
#: Territories with a country code of their own that lists write under the country they belong to.
_TERRITORIES = {
    "AU": "CC CX HM NF",
    "CN": "HK MO TW",
    "DK": "FO GL",
    "ES": "EA IC",
    "FI": "AX",
    "FR": "BL GF GP MF MQ NC PF PM RE WF YT",
    "GB": "AI BM FK GG GI IM IO JE KY MS SH TC VG",
    "NL": "AW BQ CW SX",
    "NO": "BV SJ",
    "NZ": "CK NU TK",
    "US": "AS GU MP PR UM VI",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneClues:
    """All that tells a meeting's zone.

    `country` is the record's own; `anywhere`: it has no place, so that its source's country says nothing of its zone.
    """

    record: str | None = None
    point: tuple[float, float] | None = None
    country: str | None = None
    anywhere: bool = False
    source_zone: str | None = None
    source_country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChoice:
    """The zone and how it became known, None: nothing tells it; `findings` are codes with what stood there.

    `abroad`: the point lies outside the country that the list names, so that the country is in doubt as well.
    """

    zone: str | None = None
    reason: ZoneReason | None = None
    findings: tuple[tuple[str, str], ...] = ()
    abroad: bool = False


def choose_zone(clues: ZoneClues) -> ZoneChoice:
    """Record, else point, else source, each only where its country allows."""
    findings: list[tuple[str, str]] = []
    told = _told(clues, findings)
    if told is not None:
        return ZoneChoice(zone=told, reason=ZoneReason.RECORD, findings=tuple(findings))
    known = len(findings)
    at_point = _at(clues, findings)
    if at_point is not None:
        return ZoneChoice(zone=at_point, reason=ZoneReason.POINT, findings=tuple(findings))
    abroad = any(code == "zone_outside_country" for code, _ in findings[known:])
    listed = _of_source(clues, findings)
    if listed is None:
        findings.append(("no_time_zone", clues.record or ""))
        return ZoneChoice(findings=tuple(findings), abroad=abroad)
    return ZoneChoice(zone=listed[0], reason=listed[1], findings=tuple(findings), abroad=abroad)


def is_abroad(point: tuple[float, float] | None, country: str | None) -> bool:
    """Whether this point lies in other countries' zones only, so that point and country cannot both be right."""
    everywhere = _candidates(point) if country is not None else []
    return bool(everywhere) and not any(_allows(country, name) for name in everywhere)


def _told(clues: ZoneClues, findings: list[tuple[str, str]]) -> str | None:
    if not clues.record:
        return None
    spoken, here = _SPOKEN.get(clues.record.strip().casefold()), _here(clues)
    if spoken is not None and here and spoken not in here:
        if _in_winter(spoken) not in {_in_winter(name) for name in here}:
            findings.append(("bad_time_zone", clues.record))
        return None
    if spoken is not None and not here:
        spoken = _as_its_source_means(spoken, clues)
    name = spoken or canonical_zone(clues.record)
    if name is None:
        findings.append(("bad_time_zone", clues.record))
        return None
    country = clues.country or (None if clues.anywhere else clues.source_country)
    # A record whose zone and point agree is right, and its source's country only a rule of thumb.
    if _allows(country, name) or (clues.country is None and name in _candidates(clues.point)):
        return name
    findings.append(("zone_outside_country", name))
    return None


def _as_its_source_means(spoken: str, clues: ZoneClues) -> str:
    """In a list of Phoenix, MST is the clock of Phoenix."""
    listed = canonical_zone(clues.source_zone or "")
    return listed if listed is not None and _in_winter(listed) == _in_winter(spoken) else spoken


def _in_winter(name: str) -> timedelta | None:
    """The offset in January, which zones of one spoken name have in common."""
    return datetime(2026, 1, 15, tzinfo=zone(name)).utcoffset()


def _here(clues: ZoneClues) -> list[str]:
    """The zones of the point that its country allows."""
    return _allowed(_candidates(clues.point), clues)


def _allowed(names: list[str], clues: ZoneClues) -> list[str]:
    country = clues.country or clues.source_country
    return [name for name in names if _allows(country, name)]


def _at(clues: ZoneClues, findings: list[tuple[str, str]]) -> str | None:
    everywhere = _candidates(clues.point)
    here = _allowed(everywhere, clues)
    if everywhere and not here:
        findings.append(("zone_outside_country", everywhere[0]))
    if len(here) < 2:
        return here[0] if here else None
    findings.append(("ambiguous_zone", ", ".join(here)))
    source_zone = canonical_zone(clues.source_zone or "")
    return source_zone if source_zone in here else None


def _of_source(clues: ZoneClues, findings: list[tuple[str, str]]) -> tuple[str, ZoneReason] | None:
    name = canonical_zone(clues.source_zone or "")
    if name is not None and _allows(clues.country, name):
        return name, ZoneReason.SOURCE
    if name is not None:
        findings.append(("zone_outside_country", name))
    only = country_zones().get(clues.country or "", frozenset())
    # A country with a single zone tells it by its name.
    return (next(iter(only)), ZoneReason.RECORD) if len(only) == 1 else None


def _candidates(point: tuple[float, float] | None) -> list[str]:
    if point is None:
        return []
    names = (canonical_zone(name) for name in tzfpy.get_tzs(point[1], point[0]))
    # Etc/GMT+3 and the like are the open sea: no answer.
    return [name for name in names if name is not None and not name.startswith("Etc/")]


@lru_cache(maxsize=_REMEMBERED)
def _allows(country: str | None, name: str) -> bool:
    zones = country_zones()
    if country is None or country not in zones:
        return True
    within = (country, *_TERRITORIES.get(country, "").split())
    return any(name in zones.get(code, ()) for code in within)
