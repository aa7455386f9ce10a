"""Lists for tests: records of each format that are valid, and take what the test is about."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from importers.protocol import Fetched
from importers.registry import IMPORTERS
from meetings.listing import Listing, Parsed
from meetings.source import Source
from meetings.vocabulary import Vocabulary, vocabulary_from_documents
from tests.builders import a_source
from tests.outside import ROOT


def seed_documents() -> tuple[Any, Any]:
    """The vocabulary we ship, as it is put into a database."""
    formats, fellowships = (
        json.loads((ROOT / "seed" / name).read_text("utf-8")) for name in ("formats.json", "fellowships.json")
    )
    return formats, fellowships


@cache
def the_vocabulary() -> Vocabulary:
    """The vocabulary we ship."""
    return vocabulary_from_documents(*seed_documents())


def bmlt_record(**changes: Any) -> dict[str, Any]:
    """Tuesdays at 19:30 in New York, as a root server tells it."""
    return {
        "id_bigint": "101",
        "worldid_mixed": "",
        "service_body_bigint": "",
        "weekday_tinyint": "3",
        "venue_type": "1",
        "start_time": "19:30:00",
        "duration_time": "01:30:00",
        "time_zone": "",
        "formats": "",
        "lang_enum": "en",
        "longitude": "-74.006",
        "latitude": "40.7128",
        "published": "1",
        "format_shared_id_list": "",
        "meeting_name": "First Light",
        "location_text": "Lantern Hall",
        "location_street": "12 Ferry Lane",
        "location_municipality": "New York",
        "location_province": "NY",
        "location_nation": "USA",
        **changes,
    }


def meeting_guide_record(**changes: Any) -> dict[str, Any]:
    """The same as a Meeting Guide feed tells it."""
    return {
        "slug": "first-light",
        "name": "First Light",
        "day": 2,
        "time": "19:30",
        "end_time": "21:00",
        "location": "Lantern Hall",
        "formatted_address": "12 Ferry Lane, New York, NY 10001, USA",
        "latitude": 40.7128,
        "longitude": -74.006,
        "types": [],
        **changes,
    }


def native_record(**changes: Any) -> dict[str, Any]:
    """The same in our own format."""
    return {
        "kind": "meeting",
        "key": "first-light",
        "name": "First Light",
        "fellowship": "NA",
        "weekday": "TUESDAY",
        "start_time": "19:30",
        "duration": "PT1H30M",
        "time_zone": "America/New_York",
        "venue_type": "IN_PERSON",
        "venue": {"name": "Lantern Hall", "street": "12 Ferry Lane", "city": "New York", "country": "US"},
        **changes,
    }


def fetched(importer: str, *records: Any, **documents: Any) -> Fetched:
    """An answer that holds these records; `documents` are BMLT's others."""
    if importer == "native":
        lines = [{"homegroup": 1}, *records]
        return Fetched(documents={"list.jsonl": "\n".join(map(json.dumps, lines)).encode()}, location="list.jsonl")
    named = {"GetSearchResults": records, **documents} if importer == "bmlt" else {"list": records}
    bodies = {f"{name}.json": json.dumps(value).encode() for name, value in named.items()}
    return Fetched(documents=bodies, location="https://lists.example.org/")


def parsed(importer: str, *records: Any, source: Source | None = None, **documents: Any) -> Parsed:
    """What the importer makes of these records, for a source in New York."""
    return IMPORTERS[importer].parse(fetched(importer, *records, **documents), source or a_source(), the_vocabulary())


def bmlt(*records: Any, source: Source | None = None, **documents: Any) -> Parsed:
    """What BMLT's importer makes of these records."""
    return parsed("bmlt", *records, source=source, **documents)


def meeting_guide(*records: Any, source: Source | None = None) -> Parsed:
    """What Meeting Guide's importer makes of these records."""
    return parsed("meeting_guide", *records, source=source)


def native(*records: Any, source: Source | None = None) -> Parsed:
    """What our own format's importer makes of these records."""
    return parsed("native", *records, source=source)


def only(result: Parsed) -> Listing:
    """The one listing that came of it."""
    (listing,) = result.listings
    return listing


def found(result: Parsed) -> list[tuple[str, str]]:
    """Code and place of each finding."""
    return [(finding.code, finding.where) for finding in result.findings]
