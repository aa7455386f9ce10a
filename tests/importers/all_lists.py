"""All real lists at once: what each told, what became of it, and what was found.

`python -m tests.importers.all_lists` prints the table.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from importers.detect import shipped_mappings
from importers.fetch import fetch
from importers.plan import plan_import
from importers.registry import IMPORTERS
from meetings.listing import Parsed
from meetings.source import ImportPlan, Source
from tests.builders import NOW, a_source
from tests.importers.lists import the_vocabulary
from tests.outside import REAL_LISTS, REAL_LISTS_ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class RealList:
    """A list, how it is read, and what its source says where its records do not."""

    location: str
    importer: str
    mapping: str | None = None
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        """The source as a volunteer would add it."""
        facts: dict[str, Any] = {"fellowship": None, "country": None, "time_zone": None, "language": None}
        mapping = shipped_mappings()[self.mapping] if self.mapping else None
        location = str(REAL_LISTS / self.location)
        return a_source(importer=self.importer, location=location, mapping=mapping, **(facts | self.told))


def _feed(name: str, zone: str, country: str | None = "US", fellowship: str = "AA") -> RealList:
    told = {"fellowship": fellowship, "time_zone": zone, "country": country}
    return RealList(location=f"meeting-guide/{name}.json", importer="meeting_guide", told=told)


_NEW_YORK = {"fellowship": "NA", "time_zone": "America/New_York", "country": "US"}
_CALENDAR = {"fellowship": "SG", "time_zone": "Europe/Berlin", "country": None}
LISTS = (
    *(RealList(location=f"bmlt/{name}", importer="bmlt", told=_NEW_YORK) for name in ("new-york", "v2", "v3")),
    _feed("ben-lomond", "America/Los_Angeles"),
    _feed("eating-disorders-anonymous", "America/New_York", None, "EDA"),
    _feed("edmonton", "America/Edmonton", "CA"),
    _feed("michigan", "America/Detroit"),
    _feed("minneapolis-2018", "America/Chicago"),
    _feed("orange-county", "America/Los_Angeles"),
    *(_feed(f"se-pennsylvania/{month}", "America/New_York") for month in ("2020-07", "2021-06", "2022-12")),
    RealList(location="csv/tsml-template.csv", importer="spreadsheet", told={"fellowship": "AA", "country": "US"}),
    *(RealList(location=f"naws/{name}", importer="naws", told=_NEW_YORK) for name in ("cape-cod.csv", "example.xlsx")),
    *(
        RealList(location=f"csv/uk-ireland/{name}.csv", importer="mapped", mapping="uk-ireland")
        for name in ("2023-05-16", "2024-02-21", "2026-08-05", "abroad-2024-02-21", "rejected-2026-08-05")
    ),
    RealList(
        location="csv/al-anon-los-angeles.csv", importer="mapped", mapping="al-anon-sheet", told={"country": "US"}
    ),
    RealList(location="other/smart-recovery.json", importer="mapped", mapping="smart-finder"),
    RealList(
        location="other/los-angeles-mongoexport.jsonl",
        importer="mapped",
        mapping="mongoexport",
        told={"country": "US"},
    ),
    RealList(
        location="bmlt/st-louis-fields.tsv",
        importer="mapped",
        mapping="bmlt-fields",
        told={"country": "US", "time_zone": "America/Chicago"},
    ),
    *(
        RealList(location=f"icalendar/{name}.ics", importer="icalendar", told=_CALENDAR)
        for name in ("exdate", "fablab", "moved-occurrences", "no-dtend")
    ),
)


@cache
def read(location: str) -> Parsed:
    """What the list of this location tells."""
    source = next(one for one in LISTS if one.location == location).source
    return IMPORTERS[source.importer].parse(fetch(source, today=NOW.date()), source, the_vocabulary())


def planned(location: str) -> ImportPlan:
    """What a first import of it would do."""
    return plan_import(read(location), (), source_id="real", now=NOW)


def table() -> str:
    """One row a list, in Markdown."""
    head = ["list", "importer", "received", "added", "rejected", "unaccounted", "findings by code"]
    rows = [head, ["---"] * len(head)]
    for one in LISTS:
        if one.importer not in IMPORTERS:
            rows.append([one.location, one.importer, "", "", "", "", "no importer of this name"])
            continue
        plan = planned(one.location)
        counts = plan.counts
        left = counts.received - counts.added - counts.rejected
        codes = Counter(finding.code for finding in plan.findings)
        told = ", ".join(f"{code} {count}" for code, count in codes.most_common())
        numbers = (counts.received, counts.added, counts.rejected, left)
        rows.append([one.location, one.importer, *(f"{number:,}" for number in numbers), told])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table() if REAL_LISTS.is_dir() else f"{REAL_LISTS_ABSENT}\n")
