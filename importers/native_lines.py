"""The lines of our own format: which of them are a source's own, read one at a time.

A record as an object takes six times its bytes, so none is kept: all lines are looked at once to know what there is,
and those that are wanted are read once more.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import compress
from typing import NamedTuple

from importers import documents
from importers.protocol import Fetched
from importers.record import Record, read_key
from meetings.errors import ParseFailed
from meetings.findings import Finding
from meetings.native_document import FORMAT
from meetings.source import Source

_KINDS = ("meeting", "service_body", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPart:
    """What a file holds of one source: its service bodies, and what is to be a meeting, `count`, to be read once."""

    bodies: tuple[Record, ...]
    meetings: Iterator[Record]
    count: int


@dataclass(slots=True)
class _Part:
    """One source's lines: its service bodies, the numbers of those that are to be meetings, whether one is."""

    bodies: list[Record] = field(default_factory=list)
    numbers: array[int] = field(default_factory=lambda: array("L"))
    has_meeting: bool = False


class _Line(NamedTuple):
    where: str
    text: str


def read_own_part(fetched: Fetched, source: Source, findings: list[Finding]) -> OwnPart:
    """The source's own part of its files, after a look at all lines; what is wrong with a line is a finding.

    The only part there is may have been another source's; ParseFailed where none is, or none holds a meeting.
    """
    parts, count = _look(fetched, source, findings)
    named = [part for part in parts if part is not None]
    if len(named) > 1 and source.id not in named:
        raise ParseFailed(source.id, "the file", f"it holds the lists {', '.join(named[:20])}, and none of this id")
    own = source.id if source.id in named else next(iter(named), None)
    chosen = [parts[part] for part in dict.fromkeys((None, own))]
    if not any(part.has_meeting for part in chosen):
        raise ParseFailed(source.id, fetched.location, "there is no meeting in it; an empty list is taken for a fault")
    wanted = bytearray(count)
    for number in (number for part in chosen for number in part.numbers):
        wanted[number] = 1
    lines = compress(_lines(fetched, source, []), wanted)
    return OwnPart(
        bodies=tuple(body for part in chosen for body in part.bodies),
        meetings=(_record(line, source, findings)[0] for line in lines),
        count=sum(wanted),
    )


def _look(fetched: Fetched, source: Source, findings: list[Finding]) -> tuple[dict[str | None, _Part], int]:
    """The parts by their sources' ids, and how many lines there are; each line is checked."""
    part, count = _Part(), 0
    parts: dict[str | None, _Part] = {None: part}
    for count, line in enumerate(_lines(fetched, source, findings), start=1):
        record = _checked(line, source, findings)
        kind = record.values.get("kind")
        if kind == "source":
            part = parts.setdefault(record.code("id"), _Part())
        elif kind == "service_body":
            part.bodies.append(record)
        else:
            part.numbers.append(count - 1)
            part.has_meeting = part.has_meeting or kind == "meeting"
    return parts, count


def _lines(fetched: Fetched, source: Source, findings: list[Finding]) -> Iterator[_Line]:
    """All files' lines but the first ones and empty ones; counted from 0, so that the first line of a file is [0]."""
    for name in sorted(fetched.documents):
        lines, sound = documents.lines(fetched.documents[name])
        if not sound:
            findings.append(Finding(code="bad_text", where=name))
        head = documents.read_json(next(lines, "").encode("utf-8", "replace"), source=source.id, name=name)
        if not isinstance(head, dict) or head.get("homegroup") != FORMAT:
            raise ParseFailed(source.id, name, f'the first line is to be {{"homegroup": {FORMAT}}}')
        place = "" if len(fetched.documents) == 1 else name
        yield from (_Line(f"{place}[{n}]", line) for n, line in enumerate(lines, start=1) if line.strip())


def _record(line: _Line, source: Source, findings: list[Finding]) -> tuple[Record, object]:
    """The record of a line, empty if there is none, and what was read."""
    try:
        value = documents.read_json_text(line.text, source=source.id, name=line.where)
    except ParseFailed:
        value = None
    values = value if isinstance(value, dict) else {}
    return Record(values=values, where=line.where, key=read_key(values.get("key")), findings=findings), value


def _checked(line: _Line, source: Source, findings: list[Finding]) -> Record:
    record, value = _record(line, source, findings)
    if record.values.get("kind") not in _KINDS:
        record.found("bad_record")
    elif record.key is None and record.values["kind"] != "source":
        record.found("missing_key", "key")
    record.found_repeated_fields(value)
    return record
