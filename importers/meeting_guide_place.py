"""Where a Meeting Guide meeting is held: address in one line or in parts, and whether that is a door or a town."""

from __future__ import annotations

from dataclasses import dataclass

from importers.addresses import Address, read_address
from importers.points import read_degrees
from importers.record import Record
from importers.text import ADDRESS_LENGTH
from meetings.model import Venue

#: A one-line address of fewer parts is taken for a town, as all clients of the format do, but only for meetings
#: that one can also join from elsewhere: for others it would hide where they are.
_PARTS_OF_A_DOOR = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place, None: none is told; `country` as the record itself tells it.

    `is_said_vague`: the record says that it is only an area; `is_vague_if_online`: it is one if the meeting can be
    joined online.
    """

    venue: Venue | None
    country: str | None
    point: tuple[float, float] | None
    is_said_vague: bool
    is_vague_if_online: bool


def read_place(record: Record) -> Place:
    """The place of a record."""
    line = record.line("formatted_address", most=ADDRESS_LENGTH)
    street, city = record.line("address", most=ADDRESS_LENGTH), record.line("city")
    if line is None and street is not None and city is None and street.count(",") >= 2:
        # Some lists write the whole address into the field for the street.
        line, street = street, None
    address = read_address(line) if line else Address()
    country = record.country("country") or address.country
    corners = _coordinates(record)
    point = _point(record, corners)
    said = len(corners) == 4 if len(corners) in {2, 4} else _said_approximate(record)
    # Parts in fields of their own are as many commas in the line that clients make of them.
    vague = said if said is not None else (address.parts < _PARTS_OF_A_DOOR if line else not street)
    venue = Venue(
        name=record.line("location"),
        street=street or address.street,
        city=city or address.city,
        region=record.line("state") or address.region,
        postal_code=_postal_code(record, country) or address.postal_code,
        country=country,
        formatted_address=line,
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
        # A town without a street is no door either.
        approximate=said if said is not None else not (street or address.street) and address.city is not None,
        arrival_notes=record.notes("location_notes", region=country),
    )
    told = venue.name or venue.street or venue.city or venue.region or line or point or venue.arrival_notes
    return Place(
        venue=venue if told else None,
        country=country,
        point=point,
        is_said_vague=said is True,
        is_vague_if_online=vague,
    )


def _coordinates(record: Record) -> list[float]:
    """Two numbers: a point; four: the north-east and south-west corners of an area; else none."""
    value = record.values.get("coordinates")
    items = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    numbers = [read_degrees(item.strip() if isinstance(item, str) else item) for item in items[:5]]
    known = [number for number in numbers if number is not None]
    if record.holds("coordinates") and (len(known) != len(numbers) or len(known) not in {2, 4}):
        record.found("bad_point", "coordinates", value)
        return []
    return known


def _point(record: Record, corners: list[float]) -> tuple[float, float] | None:
    point = record.point("latitude", "longitude")
    if point is not None or not corners:
        return point
    middle = corners if len(corners) == 2 else [(corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2]
    values = {"latitude": middle[0], "longitude": middle[1]}
    return Record(values=values, where=record.where, key=record.key, findings=record.findings).point(*values)


def _said_approximate(record: Record) -> bool | None:
    value = record.values.get("approximate")
    word = str(value).strip().casefold() if isinstance(value, (str, bool, int)) else ""
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(word)


def _postal_code(record: Record, country: str | None) -> str | None:
    """The postcode; spreadsheets take the zeros off the front of those of New England."""
    code = record.line("postal_code", most=20)
    return code.zfill(5) if code and country == "US" and code.isdigit() and len(code) < 5 else code
