"""Made-up answers of BMLT root servers, the same every time: 20 towns, in each of which several lists meet.

One meeting in thirty of a list stands in another list of its town too, as neighbouring service bodies' lists do.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

import orjson

from importers.protocol import Fetched
from meetings.source import Source
from store.index_rows import IndexRow
from tests.bench.made_up import made_up_rows
from tests.builders import a_source
from tests.importers.lists import bmlt_record

#: Towns well inside of one country and zone: name, region, latitude, longitude.
_TOWNS = (
    ("Denver", "CO", 39.7392, -104.9903),
    ("Columbus", "OH", 39.9612, -82.9988),
    ("Dallas", "TX", 32.7767, -96.7970),
    ("Atlanta", "GA", 33.7490, -84.3880),
    ("Minneapolis", "MN", 44.9778, -93.2650),
    ("Phoenix", "AZ", 33.4484, -112.0740),
    ("Nashville", "TN", 36.1627, -86.7816),
    ("Omaha", "NE", 41.2565, -95.9345),
    ("Oklahoma City", "OK", 35.4676, -97.5164),
    ("Indianapolis", "IN", 39.7684, -86.1581),
    ("Albuquerque", "NM", 35.0844, -106.6504),
    ("Salt Lake City", "UT", 40.7608, -111.8910),
    ("Boise", "ID", 43.6150, -116.2023),
    ("Little Rock", "AR", 34.7465, -92.2896),
    ("Des Moines", "IA", 41.5868, -93.6250),
    ("Wichita", "KS", 37.6872, -97.3301),
    ("Spokane", "WA", 47.6588, -117.4260),
    ("Charlotte", "NC", 35.2271, -80.8431),
    ("Pittsburgh", "PA", 40.4406, -79.9959),
    ("San Antonio", "TX", 29.4241, -98.4936),
)
_IN_A_TOWN, _SHARED = 5, 30
_STREETS = ("Ferry Lane", "Mill Street", "Church Road", "Station Avenue", "Harbor Way", "Oak Street", "Bridge Road")
_FORMATS = ("O", "C", "BT", "D", "W", "M", "Ti", "Wd", "LIT", "S", "St", "To")
_VENUE_TYPES = {"IN_PERSON": "1", "VIRTUAL": "2", "HYBRID": "3"}
_NOTES = (
    "",
    "",
    "Enter at the back, the bell is on the left. Parking in the yard after six.",
    "First Tuesday of the month is a speaker meeting; birthdays on the last one. Coffee a quarter of an hour before.",
)
_AREAS = 12


def a_list(number: int) -> Source:
    """One of the sources."""
    return a_source(
        id=f"list-{number}", name=f"List {number}", location=f"https://{number}.example.org/", time_zone=None
    )


def made_up_records(number: int, count: int) -> list[dict[str, Any]]:
    """That list's records."""
    town = number // _IN_A_TOWN % len(_TOWNS)
    own, shared = Random(number), Random(-1 - town)
    told = [_record(own, row, town) for row in made_up_rows(count, seed=number)]
    also = [_record(shared, row, town) for row in made_up_rows(count // _SHARED, seed=-1 - town)]
    told[: len(also)] = also
    for position, record in enumerate(told):
        record["id_bigint"] = str(1_000 * (number + 1) + position * 7)
    return told


def with_changes(records: list[dict[str, Any]], every: int = 100) -> list[dict[str, Any]]:
    """The same list where one record in so many has another note or another hour."""
    changed = list(records)
    for place in range(0, len(records), every):
        record = records[place]
        later = {"start_time": f"{record['start_time'][:3]}20:00"}
        changed[place] = record | (later if place % (2 * every) else {"comments": "A new note."})
    return changed


def answer(records: list[dict[str, Any]], *, spaced: bool = False) -> Fetched:
    """What the root server sends; `spaced`: with one byte more that means nothing."""
    meetings = orjson.dumps(records) + (b" " if spaced else b"")
    bodies = [
        {"id": str(id), "parent_id": "1" if id > 1 else "0", "name": f"Area {id}", "type": "AS" if id > 1 else "RS"}
        for id in range(1, _AREAS + 1)
    ]
    documents = {"GetSearchResults.json": meetings, "GetServiceBodies.json": orjson.dumps(bodies)}
    return Fetched(documents=documents, location="https://lists.example.org/")


def _record(random: Random, row: IndexRow, town: int) -> dict[str, Any]:
    city, region, latitude, longitude = _TOWNS[town]
    hour, minute = divmod(row.starts or 0, 60)
    length_hours, length_minutes = divmod(row.minutes or 60, 60)
    virtual = row.venue_type == "VIRTUAL"
    street = None if virtual else f"{random.randrange(1, 4000)} {random.choice(_STREETS)}"
    room = f"https://zoom.us/j/{random.randrange(10**9, 10**10)}" if row.venue_type != "IN_PERSON" else ""
    return bmlt_record(
        worldid_mixed=f"G{random.randrange(10**8):08d}",
        service_body_bigint=str(random.randrange(1, _AREAS + 1)),
        weekday_tinyint=str((row.weekday or 0) + 1),
        venue_type=_VENUE_TYPES[row.venue_type or "IN_PERSON"],
        start_time=f"{hour:02d}:{minute:02d}:00",
        duration_time=f"{length_hours:02d}:{length_minutes:02d}:00",
        formats=",".join(random.sample(_FORMATS, 1 + len(json.loads(row.formats)) // 2)),
        latitude="" if virtual else f"{latitude + random.gauss(0, 0.08):.6f}",
        longitude="" if virtual else f"{longitude + random.gauss(0, 0.08):.6f}",
        time_zone="America/New_York" if virtual else "",
        meeting_name=row.name,
        location_text="" if virtual else f"{random.choice(_STREETS).split()[0]} Hall",
        location_street=street or "",
        location_municipality=city,
        location_province=region,
        location_postal_code_1=f"{random.randrange(10_000, 99_999)}",
        comments=random.choice(_NOTES),
        location_info=random.choice(_NOTES),
        virtual_meeting_link=room,
        phone_meeting_number="",
        email_contact="",
        root_server_uri="https://lists.example.org/main_server",
    )
