"""Invented lists with every mess seen in real ones, and exactly what becomes of them.

`feeds/<importer>/<case>.json` holds a source's settings, the name of a mapping we ship, and its documents;
`<case>.expected.json` what is read from them. After a deliberate change:
`python -m tests.importers.test_golden`, then read the difference.
"""

import json
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from importers.detect import shipped_mappings
from importers.plausibility import with_doubts
from importers.protocol import Fetched
from importers.registry import IMPORTERS
from meetings.findings import CATALOGUE
from meetings.listing import Parsed
from tests.builders import a_source
from tests.importers.lists import the_vocabulary

FEEDS = Path(__file__).parent / "feeds"
CASES = sorted(case for case in FEEDS.glob("*/*.json") if not case.name.endswith(".expected.json"))
FINDINGS = [case for case in CASES if case.parent.name == "findings"]


def read(case: Path) -> Parsed:
    told = json.loads(case.read_text("utf-8"))
    importer = told.get("importer", case.parent.name)
    documents = {name: _bytes(name, value) for name, value in told["documents"].items()}
    shipped = {"mapping": shipped_mappings()[told["mapping"]]} if "mapping" in told else {}
    source = a_source(**{"importer": importer} | shipped | told.get("source", {}))
    day = date.fromisoformat(told["read_on"]) if "read_on" in told else None
    fetched = Fetched(documents=documents, location=case.name, read_on=day)
    return IMPORTERS[importer].parse(fetched, source, the_vocabulary())


def doubted(case: Path) -> Parsed:
    """What an import makes of it, with what is valid and hardly true."""
    return with_doubts(read(case))


def _bytes(name: str, value: Any) -> bytes:
    if name.endswith(".ics"):
        return "\r\n".join([*value, ""]).encode()
    if isinstance(value, dict) and set(value) == {"text", "encoding"}:
        return str(value["text"]).encode(value["encoding"])
    if name.endswith(".jsonl"):
        return "\n".join(line if isinstance(line, str) else json.dumps(line) for line in value).encode()
    return (value if isinstance(value, str) else json.dumps(value)).encode()


def plain(value: Any) -> Any:
    """A value as JSON, without what is empty, and without hashes, which are worked out from the rest."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value) if field.name != "hashes"]
        told = {name: plain(getattr(value, name)) for name in names}
        return {name: item for name, item in told.items() if item not in (None, [], {}, False)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, timedelta):
        return f"{value.total_seconds() / 60:g} minutes"
    return value.isoformat() if isinstance(value, (date, time)) else value


def expected(case: Path) -> Path:
    return case.with_name(f"{case.stem}.expected.json")


@pytest.mark.parametrize(
    "case", [case for case in CASES if case not in FINDINGS], ids=lambda case: f"{case.parent.name}/{case.stem}"
)
def test_messy_list_becomes_exactly_this(case: Path) -> None:
    assert plain(read(case)) == json.loads(expected(case).read_text("utf-8"))


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_finding_has_a_list_that_shows_it_and_names_its_place(code: str) -> None:
    case = FEEDS / "findings" / f"{code}.json"
    where = json.loads(case.read_text("utf-8"))["where"]
    assert (code, where) in [(finding.code, finding.where) for finding in doubted(case).findings]


@pytest.mark.parametrize("case", FINDINGS, ids=lambda case: case.stem)
def test_error_leaves_one_record_out_and_no_other_finding_does(case: Path) -> None:
    result = read(case)
    is_error = CATALOGUE[case.stem].severity == "ERROR"
    assert bool(result.rejected) == (is_error or case.stem == "unpublished")
    assert "The Good Neighbour" in [listing.name for listing in result.listings]


def _write_anew() -> None:
    for case in CASES:
        if case not in FINDINGS:
            text = json.dumps(plain(read(case)), ensure_ascii=False, indent=1)
            expected(case).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    _write_anew()
