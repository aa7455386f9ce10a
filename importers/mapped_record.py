"""One record of a mapped list to its listings: fellowship, formats, place and how one attends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from importers.addresses import Address, read_address
from importers.bmlt_formats import FormatTable
from importers.mapping_file import ListMapping
from importers.record import Record
from importers.tabular import FlatList, Placed, located, read_online, read_when, told_listings
from importers.text import ADDRESS_LENGTH
from meetings.listing import Listing, Rejected, fold
from meetings.model import Group, OnlineVenue, Venue, VenueType

_NO = frozenset({"false", "no", "n", "0", "off", "nein", "non"})
#: What lists write for yes.
YES = frozenset({"true", "yes", "y", "1", "x", "on", "ja", "si", "oui"})
#: An address in one line of fewer parts and without a number is a town's, not a door's.
_PARTS_OF_A_DOOR = 4
_SEPARATORS = re.compile("[,;|]")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
#: Begins the value of a format that is a language: `LANGUAGE:es`.
_LANGUAGE = "LANGUAGE:"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedList:
    """What is the same for all records of a list; `stock`: BMLT's own formats.

    `labels`: formats by their folded English label; `fellowships`: those that were looked up before.
    """

    flat: FlatList
    mapping: ListMapping
    stock: FormatTable
    labels: Mapping[str, str]
    fellowships: dict[str, str | None] = field(default_factory=dict)

    def meant(self, record: Record, name: str) -> tuple[str, ...]:
        """What the mapping says that this field's text means; else the text itself."""
        told = record.texts(name)
        table = self.mapping.values.get(name, {})
        return tuple(value for text in told for value in table.get(fold(text), (text,)))


def record_listings(record: Record, of_list: MappedList) -> list[Listing | Rejected]:
    """The record's listings, or why there is none: that is in the findings."""
    if not record.values:
        return [Rejected(record_key=record.key)]
    if _is_word(of_list.meant(record, "published"), _NO):
        record.found("unpublished", "published")
        return [Rejected(record_key=record.key, unpublished=True)]
    fellowship = _fellowship(record, of_list)
    place = _placed(record, of_list)
    when = read_when(record, of_list.flat, fellowship=fellowship or "", place=place)
    name = record.name("name")
    if name is None:
        record.found("missing_name", "name")
    if not when.rules and not when.lost and not record.holds("weekday"):
        # A list that is mapped has days; without them its columns may have been renamed.
        record.found("bad_day", "weekday")
        return [Rejected(record_key=record.key)]
    if name is None or fellowship is None:
        return told_listings(record, None, when, of_list.flat)
    formats, other, languages = _formats(record, fellowship, of_list)
    region = (place.venue.country if place.venue else None) or of_list.flat.source.country
    group = record.name("group")
    listing = Listing(
        record_key=record.key,
        where=record.where,
        name=name,
        fellowship=fellowship,
        suspended=_is_word(of_list.meant(record, "suspended"), YES),
        venue_type=place.venue_type,
        venue=place.venue,
        online=place.online,
        formats=formats,
        other_formats=other,
        languages=languages,
        group=Group(name=group) if group else None,
        notes=record.notes("notes", region=region, own=place.online.phone if place.online else None),
        areas=tuple(dict.fromkeys(record.texts("areas", separators=">"))),
        url=record.link("url"),
    )
    return told_listings(record, listing, when, of_list.flat)


def _fellowship(record: Record, of_list: MappedList) -> str | None:
    """The record's fellowship, else the mapping's, else the source's; None: nobody tells it."""
    vocabulary, source = of_list.flat.vocabulary, of_list.flat.source
    told = of_list.meant(record, "fellowship")
    known = of_list.fellowships
    for text in (*told[:1], of_list.mapping.same.get("fellowship", "")):
        if text not in known:
            known[text] = vocabulary.fellowship_code(text)
    code = known[told[0]] if told else None
    if told and code is None:
        record.found("unknown_fellowship", "fellowship", told[0])
    usual = known[of_list.mapping.same.get("fellowship", "")] or source.fellowship
    if code is None and usual is None:
        record.found("no_fellowship", "fellowship")
    return code or usual


class _Formats(NamedTuple):
    """Canonical formats, those that are none of ours, and languages."""

    formats: tuple[str, ...]
    other: tuple[str, ...]
    languages: tuple[str, ...]


def _formats(record: Record, fellowship: str, of_list: MappedList) -> _Formats:
    """What all fields mean that tell formats and languages."""
    table = of_list.mapping.values.get("formats", {})
    codes = [*record.texts("flags"), *(f"{_LANGUAGE}{tag}" for tag in of_list.meant(record, "languages"))]
    other: list[str] = []
    for text in dict.fromkeys(_pieces(record, table)):
        meant = table.get(fold(text))
        meant = _codes(text, fellowship, of_list) if meant is None else meant
        if meant is None:
            record.found("unknown_format", "formats", text)
            other.append(text)
        codes.extend(meant or ())
    formats, languages = _sorted_out(dict.fromkeys(codes), record, of_list)
    return _Formats(formats, tuple(other), languages)


def _pieces(record: Record, table: Mapping[str, object]) -> Iterator[str]:
    """Each format on its own; a text that the mapping names is one, whatever signs are in it."""
    for text in record.texts("formats"):
        if fold(text) in table:
            yield text
        else:
            yield from (piece for item in _SEPARATORS.split(text) if (piece := item.strip()))


def _sorted_out(codes: Iterable[str], record: Record, of_list: MappedList) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Formats and languages; a code that neither is was written so in the mapping."""
    known = of_list.flat.vocabulary.formats
    formats: list[str] = []
    languages: list[str] = []
    for code in codes:
        tag = code.removeprefix(_LANGUAGE)
        if code in known:
            formats.append(code)
        elif tag != code and _LANGUAGE_TAG.fullmatch(tag):
            languages.append(tag)
        elif tag != code:
            record.found("bad_language", "languages", tag)
        else:
            record.found("unknown_format", "formats", code)
    if {"OPEN", "CLOSED"} <= set(formats):
        record.found("open_and_closed", "formats")
        formats.remove("OPEN")
    return tuple(formats), tuple(languages)


def _codes(text: str, fellowship: str, of_list: MappedList) -> tuple[str, ...] | None:
    """What a format means that the mapping does not name: our code, our label, or a code of the scheme it names."""
    known = of_list.flat.vocabulary
    code = fold(text).upper().replace(" ", "_").replace("-", "_")
    if code in known.formats:
        return (code,)
    labelled = of_list.labels.get(fold(text))
    if labelled is not None:
        return (labelled,)
    if of_list.mapping.codes == "meeting_guide":
        tags = tuple(f"{_LANGUAGE}{tag}" for tag in known.meeting_guide_languages(fellowship, text))
        found = known.meeting_guide_format(fellowship, text)
        return (*((found,) if found in known.formats and found else ()), *tags) or None
    row = of_list.stock.by_key.get(text) if of_list.mapping.codes == "bmlt" else None
    found = known.bmlt_format(fellowship, row.world_id, row.key, row.name) if row else None
    return (found,) if found in known.formats and found else None


# --- Where --------------------------------------------------------------------------------------


def _placed(record: Record, of_list: MappedList) -> Placed:
    source = of_list.flat.source
    told = _country(record, of_list)
    venue = _venue(record, told)
    country = venue.country if venue else told
    online = read_online(record, country or source.country)
    door = _is_door(venue)
    name = next((name for name in ("city", "formatted_address", "postal_code") if record.holds(name)), "street")
    venue = located(venue, record, name, country=country, source=source)
    return Placed(
        venue=venue, country=country, venue_type=_venue_type(record, of_list, venue, online, door=door), online=online
    )


def _country(record: Record, of_list: MappedList) -> str | None:
    told = of_list.meant(record, "country")
    return replace(record, values={"country": told[0]}).country("country") if told else None


def _venue(record: Record, country: str | None) -> Venue | None:
    line = record.line("formatted_address", most=ADDRESS_LENGTH)
    address = read_address(line) if line else Address()
    country = country or address.country
    point = record.point("latitude", "longitude")
    street, postal_code = (
        record.line("street", most=ADDRESS_LENGTH),
        _postal_code(record, country) or address.postal_code,
    )
    city = record.line("city") or address.city
    if city and postal_code:
        # Some lists write the postcode behind the town.
        city = city.removesuffix(postal_code).rstrip(" ,") or None
    venue = Venue(
        name=record.line("venue_name"),
        street=street or address.street,
        city=city,
        region=record.line("region") or address.region,
        postal_code=postal_code,
        country=country,
        formatted_address=line,
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
        arrival_notes=record.notes("arrival_notes", region=country),
    )
    if venue == Venue(country=country):
        return None
    # Where only a town is told, its point was looked up by the town.
    town = bool(venue.city or venue.formatted_address) and not venue.postal_code
    return replace(venue, approximate=town and not _is_door(venue))


def _is_door(venue: Venue | None) -> bool:
    """Whether this is a place to go to, and not only a town."""
    if venue is None:
        return False
    line = venue.formatted_address or ""
    return bool(venue.street or venue.name) or line.count(",") + 1 >= _PARTS_OF_A_DOOR or any(map(str.isdigit, line))


def _postal_code(record: Record, country: str | None) -> str | None:
    """The postcode; spreadsheets take the zeros off the front of those of New England."""
    code = record.line("postal_code", most=20)
    return code.zfill(5) if code and country == "US" and code.isdigit() and len(code) < 5 else code


def _venue_type(
    record: Record, of_list: MappedList, venue: Venue | None, online: OnlineVenue | None, *, door: bool
) -> VenueType | None:
    codes = {text.upper().replace("-", "_").replace(" ", "_") for text in of_list.meant(record, "venue_type")}
    if {"IN_PERSON", "VIRTUAL"} <= codes:
        return VenueType.HYBRID
    if len(codes) == 1 and codes <= set(VenueType.__members__):
        return VenueType[codes.pop()]
    if codes:
        record.found("bad_venue_type", "venue_type", ", ".join(sorted(codes)))
    if online is not None and (online.url or online.phone):
        return VenueType.HYBRID if door else VenueType.VIRTUAL
    return VenueType.IN_PERSON if door or (venue is not None and venue.city) else None


def _is_word(told: tuple[str, ...], words: frozenset[str]) -> bool:
    return any(fold(text) in words for text in told)
