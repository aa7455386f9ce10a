"""What every hand-made server of the benchmark does alike: grid cells, SQL, distances.

The best plain SQL we know for both databases: whole-number cells of a grid under a covering index, bits for formats,
squares of chords for distances; the rows' other columns are read for the 50 nearest only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

EARTH_KM = 6371.0088
#: Cells a degree: of a fine grid, and of a coarse one for wide circles, which would take in hundreds of fine cells.
FINE, COARSE = 20, 2
FINE_UP_TO_KM = 12.0
BITS = 60
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")

#: In the order in which `Row` is read.
SHOWN = (
    "id", "name", "status", "venue_type", "weekday", "start_time", "end_time", "duration", "time_zone", "recurrence",
    "notes", "updated_at", "languages", "fellowship_id", "group_name", "group_code", "venue_name", "street", "city",
    "region", "postal_code", "country", "latitude", "longitude", "approximate", "online_url", "online_phone",
    "format_set", "next_start", "next_end",
)  # fmt: skip
_COLUMNS = ", ".join(f"m.{name}" for name in SHOWN)

POSTGRES = f"""
WITH near AS (
    SELECT number, (x - $2) * (x - $2) + (y - $3) * (y - $3) + (z - $4) * (z - $4) AS square
    FROM peers.meetings
    WHERE shown AND {{cell}} = ANY($1::int[]) AND day = ANY($6::int[]) AND starts >= $7 AND starts < $8
        AND fellowship_id = ANY($9::int[]) AND (bits0 & $10 <> 0 OR bits1 & $11 <> 0)
        AND (x - $2) * (x - $2) + (y - $3) * (y - $3) + (z - $4) * (z - $4) <= $5
    ORDER BY square, number LIMIT $12
)
SELECT {_COLUMNS}, near.square FROM near JOIN peers.meetings m USING (number) ORDER BY near.square, near.number
"""


def sqlite_statement(cell: str, cells: int, days: int, fellowships: int) -> str:
    """The same for SQLite, which binds no lists: for so many values of each."""
    square = "(x - ?1) * (x - ?1) + (y - ?2) * (y - ?2) + (z - ?3) * (z - ?3)"
    lists = ([str(9 + number) for number in range(cells)], [str(9 + cells + number) for number in range(days)],
             [str(9 + cells + days + number) for number in range(fellowships)])  # fmt: skip
    in_cells, in_days, in_fellowships = (", ".join(f"?{number}" for number in numbers) for numbers in lists)
    return f"""
WITH near AS (
    SELECT number, {square} AS square
    FROM meetings INDEXED BY meetings_{cell}
    WHERE shown = 1 AND {cell} IN ({in_cells}) AND day IN ({in_days}) AND starts >= ?5 AND starts < ?6
        AND fellowship_id IN ({in_fellowships}) AND (bits0 & ?7 <> 0 OR bits1 & ?8 <> 0) AND {square} <= ?4
    ORDER BY square, number LIMIT 50
)
SELECT {_COLUMNS}, near.square FROM near CROSS JOIN meetings m ON m.number = near.number
ORDER BY near.square, near.number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What such a server reads once when it starts: fellowships, formats, and the distinct lists of formats."""

    fellowships: dict[int, dict[str, str]]
    fellowship_ids: dict[str, int]
    bits: dict[str, int]
    format_sets: dict[int, list[dict[str, str]]]


def known(
    fellowships: list[tuple[int, str, str]],
    formats: list[tuple[int, str, str, str]],
    format_sets: list[tuple[int, str]],
) -> Known:
    """Of the rows of those tables; a set's codes are joined by spaces."""
    told = {code: {"code": code, "name": name, "category": category} for _, code, name, category in formats}
    return Known(
        fellowships={id: {"code": code, "name": name} for id, code, name in fellowships},
        fellowship_ids={code: id for id, code, _ in fellowships},
        bits={code: bit for bit, code, _, _ in formats},
        format_sets={id: [told[code] for code in codes.split()] for id, codes in format_sets},
    )


def on_sphere(latitude: float, longitude: float) -> tuple[float, float, float]:
    """A point on a sphere of radius 1."""
    lat, lon = math.radians(latitude), math.radians(longitude)
    flat = math.cos(lat)
    return flat * math.cos(lon), flat * math.sin(lon), math.sin(lat)


def cell_of(latitude: float, longitude: float, a_degree: int) -> int:
    """The grid cell of a point."""
    return math.floor((latitude + 90) * a_degree) * 360 * a_degree + math.floor((longitude + 180) * a_degree)


def cells_around(latitude: float, longitude: float, radius_km: float) -> tuple[str, list[int]]:
    """The column of the grid to use, and its cells that a circle may touch; far from poles and the antimeridian."""
    angle = radius_km / EARTH_KM
    half = math.degrees(angle) + 1e-6
    width = math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(latitude)))) + 1e-6
    column, a_degree = ("fine", FINE) if radius_km <= FINE_UP_TO_KM else ("coarse", COARSE)
    first = math.floor((longitude - width + 180) * a_degree)
    last = math.floor((longitude + width + 180) * a_degree)
    low = math.floor((latitude - half + 90) * a_degree)
    high = math.floor((latitude + half + 90) * a_degree)
    rows = range(low, high + 1)
    return column, [row * 360 * a_degree + at for row in rows for at in range(first, last + 1)]


def square_of(radius_km: float) -> float:
    """The squared chord of a radius."""
    return (2 * math.sin(radius_km / EARTH_KM / 2)) ** 2


def kilometres(square: float) -> float:
    """The great-circle distance over a squared chord, to the metre."""
    return round(2 * EARTH_KM * math.asin(math.sqrt(square) / 2), 3)


def minutes(wall: str) -> int:
    """HH:MM as minutes of the day."""
    return int(wall[:2]) * 60 + int(wall[3:])


def masks(codes: list[str], known: Known) -> tuple[int, int]:
    """Formats as bits of two whole numbers."""
    bits = 0
    for code in codes:
        bits |= 1 << known.bits[code]
    return bits & ((1 << BITS) - 1), bits >> BITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The variables of one request, whatever the server read them from."""

    latitude: float
    longitude: float
    radius_km: float
    days: list[str]
    starts_from: str
    starts_before: str
    fellowships: list[str]
    formats: list[str]


def asked_of_variables(told: dict[str, Any]) -> Asked:
    """Of the JSON object that the requests carry."""
    return Asked(
        latitude=told["near"]["latitude"],
        longitude=told["near"]["longitude"],
        radius_km=told["radiusKm"],
        days=told["days"],
        starts_from=told["startsFrom"],
        starts_before=told["startsBefore"],
        fellowships=told["fellowships"],
        formats=told["formats"],
    )


def asked_of_filter(told: dict[str, Any]) -> Asked:
    """Of a `MeetingFilter` as a GraphQL server hands it over."""
    place, time = told["place"], told["time"]
    return Asked(
        latitude=place["near"]["latitude"],
        longitude=place["near"]["longitude"],
        radius_km=place["radiusKm"],
        days=time["days"],
        starts_from=time["startsFrom"],
        starts_before=time["startsBefore"],
        fellowships=told["fellowships"],
        formats=told["formats"]["any"],
    )


def postgres_parameters(asked: Asked, known: Known, first: int = 50) -> tuple[str, list[Any]]:
    """The statement and its parameters."""
    column, cells = cells_around(asked.latitude, asked.longitude, asked.radius_km)
    return POSTGRES.format(cell=column), [
        cells,
        *on_sphere(asked.latitude, asked.longitude),
        square_of(asked.radius_km),
        [DAYS.index(day) for day in asked.days],
        minutes(asked.starts_from),
        minutes(asked.starts_before),
        [known.fellowship_ids[code] for code in asked.fellowships],
        *masks(asked.formats, known),
        first,
    ]


def sqlite_parameters(asked: Asked, known: Known) -> tuple[str, list[Any]]:
    """The statement and its parameters; cells are padded to a few counts, so that statements are used again."""
    column, cells = cells_around(asked.latitude, asked.longitude, asked.radius_km)
    cells += [cells[-1]] * (-len(cells) % 4)
    days = [DAYS.index(day) for day in asked.days]
    fellowships = [known.fellowship_ids[code] for code in asked.fellowships]
    return sqlite_statement(column, len(cells), len(days), len(fellowships)), [
        *on_sphere(asked.latitude, asked.longitude),
        square_of(asked.radius_km),
        minutes(asked.starts_from),
        minutes(asked.starts_before),
        *masks(asked.formats, known),
        *cells,
        *days,
        *fellowships,
    ]


def edge_of_row(row: Any, known: Known) -> dict[str, Any]:
    """One meeting as it is shown, of a row with the columns of `SHOWN` and the square of its distance."""
    (
        id, name, status, venue_type, weekday, start_time, end_time, duration, time_zone, recurrence, notes, updated_at,
        languages, fellowship_id, group_name, group_code, venue_name, street, city, region, postal_code, country,
        latitude, longitude, approximate, online_url, online_phone, format_set, next_start, next_end, square,
    ) = row  # fmt: skip
    return {
        "distanceKm": kilometres(square),
        "nextOccurrence": None if next_start is None else {"startsAt": next_start, "endsAt": next_end},
        "node": {
            "id": id,
            "name": name,
            "status": status,
            "venueType": venue_type,
            "weekday": weekday,
            "startTime": start_time,
            "endTime": end_time,
            "duration": duration,
            "timeZone": time_zone,
            "recurrence": recurrence,
            "notes": notes,
            "updatedAt": updated_at,
            "languages": languages.split(" "),
            "fellowship": known.fellowships[fellowship_id],
            "group": None if group_name is None else {"name": group_name, "code": group_code},
            "venue": {
                "name": venue_name,
                "street": street,
                "city": city,
                "region": region,
                "postalCode": postal_code,
                "country": country,
                "latitude": latitude,
                "longitude": longitude,
                "approximate": bool(approximate),
            },
            "online": None if online_url is None and online_phone is None else {
                "url": online_url,
                "phone": online_phone,
            },
            "formats": known.format_sets[format_set],
        },
    }  # fmt: skip
