"""What the format codes of one BMLT server mean, told by its own table of formats or, without one, by the stock set.

A key such as `M` is free text, by server and language; only world id, or key and English name together, tell a format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

from importers.record import Record
from meetings.vocabulary import Vocabulary

#: The stock formats that come with a BMLT server, by shared id: key, world id and English name.
_STOCK_TABLE = """
1 B BEG Beginners|2 BL LANG Bi-Lingual|3 BT BT Basic Text|4 C CLOSED Closed|5 CH CH Closed Holidays
6 CL CAN Candlelight|7 CS - Children under Supervision|8 D DISC Discussion|9 ES LANG Español
10 GL GL Gay/Lesbian/Transgender|11 IL - Illness|12 IP IP Informational Pamphlet|13 IW IW It Works
14 JT JFT Just for Today|15 M M Men|16 NC NC No Children|17 O OPEN Open|18 Pi - Pitch
19 RF VAR Rotating Format|20 Rr - Round Robin|21 SC - Security Cameras|22 SD S-D Speaker/Discussion
23 SG SWG Step Working Guide|24 SL - ASL|26 So SPK Speaker Only|27 St STEP Step|28 Ti - Timer|29 To TOP Topic
30 Tr TRAD Tradition|31 TW TRAD Traditions Workshop|32 W W Women|33 WC WCHR Wheelchair|34 YP Y Young People
35 OE - Open-Ended|36 BK LIT Book Study|37 NS NS No Smoking|38 Ag - Agnostic|39 FD - Five and Dime
40 AB QA Ask-It-Basket|41 ME MED Meditation|42 RA RA Restricted Attendance|43 QA QA Question and Answer
44 CW CW Children Welcome|45 CP CPT Concepts|46 FIN LANG Finnish|47 ENG LANG English speaking
48 PER LANG Persian|49 L/R LANG Lithuanian/Russian|51 LC LC Living Clean|52 GP GP Guiding Principles
54 VM VM Virtual Meeting|55 TC TC Temporarily Closed Facility|56 HY HYBR Hybrid
57 SPAD SPAD A Spiritual Principle a Day
"""
#: The fields of a record on which `_rows` rests.
_FORMAT_FIELDS = ("format_shared_id_list", "formats", "lang_enum")
_ATTENDANCE = {"VM": "VM", "HYBR": "HY", "HY": "HY", "TC": "TC"}


class ServerFormat(NamedTuple):
    """One format of a server: its key there, the world's id for it, its English name where there is one."""

    key: str
    world_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatTable:
    """A server's formats by shared id and by key; `told`: the server gave them, else they are the stock set."""

    by_id: Mapping[str, ServerFormat]
    by_key: Mapping[str, ServerFormat]
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a record's format codes mean. `attendance` holds VM, HY, TC."""

    formats: tuple[str, ...]
    other: tuple[str, ...]
    languages: tuple[str, ...]
    attendance: frozenset[str]


def stock_table() -> FormatTable:
    """For a server that did not tell its formats."""
    rows = (row.split(" ", 3) for line in _STOCK_TABLE.split("\n") for row in line.split("|") if row)
    by_id = {id_: ServerFormat(key=key, world_id=world.strip("-"), name=name) for id_, key, world, name in rows}
    return FormatTable(by_id=by_id, by_key={row.key: row for row in by_id.values()}, told=False)


def told_table(rows: Iterable[Record]) -> FormatTable:
    """The table that GetFormats gave: one row a format and language, English preferred."""
    by_id: dict[str, ServerFormat] = {}
    by_key: dict[str, ServerFormat] = {}
    for row in sorted(rows, key=lambda row: row.values.get("lang") == "en"):
        id_, key = row.code("id"), row.code("key_string")
        if key is None:
            row.found("bad_record", "key_string")
            continue
        told = ServerFormat(key=key, world_id=row.code("world_id") or "", name=row.line("name_string") or "")
        # A second language's key still leads to the format whose name is English.
        by_key[key] = told
        if id_ is not None:
            by_id[id_] = told
    return FormatTable(by_id=by_id, by_key=by_key, told=True)


class Meanings:
    """What formats mean in one server's list, in which many records tell the same ones."""

    def __init__(self, table: FormatTable, fellowship: str, vocabulary: Vocabulary) -> None:
        self._table = table
        self._row = cache(partial(_meaning, fellowship=fellowship, vocabulary=vocabulary))
        self._known: dict[tuple[object, ...], tuple[Meant, bool]] = {}

    def of(self, record: Record) -> Meant:
        """What this record's formats mean. A code that nothing tells stays as it is and is noted."""
        told = tuple(record.values.get(name) for name in _FORMAT_FIELDS)
        are_texts = all(value is None or isinstance(value, str) for value in told)
        known = self._known.get(told) if are_texts else None
        if known is None:
            before = len(record.findings)
            known = _together(self._row(row) for row in dict.fromkeys(_rows(record, self._table)))
            # What was found in reading them is the record's own, and is to be found in the next one too.
            if are_texts and len(record.findings) == before:
                self._known[told] = known
        meant, contradicts = known
        if contradicts:
            record.found("open_and_closed", "formats")
        for key in meant.other:
            record.found("unknown_format", "formats", key)
        return meant


class _Meaning(NamedTuple):
    """What one format means: how one attends, else its canonical code and languages, else only its key."""

    attendance: str | None = None
    code: str | None = None
    languages: tuple[str, ...] = ()
    other: str | None = None


def _meaning(row: ServerFormat, *, fellowship: str, vocabulary: Vocabulary) -> _Meaning:
    attendance = _ATTENDANCE.get((row.world_id or row.key).upper())
    if attendance is not None:
        return _Meaning(attendance=attendance)
    languages = _languages(row, vocabulary)
    code = vocabulary.bmlt_format(fellowship, row.world_id, row.key, row.name)
    if code not in vocabulary.formats:
        # LANG is every language's world id: which one, and that two are spoken, only key and name tell.
        code = vocabulary.bmlt_format(fellowship, "", row.key, row.name)
    known = code if code in vocabulary.formats else None
    return _Meaning(code=known, languages=languages, other=None if languages or known else row.key)


def _together(meanings: Iterable[_Meaning]) -> tuple[Meant, bool]:
    """What they mean together, and whether both open and closed were said, which is closed."""
    told = list(meanings)
    formats = dict.fromkeys(one.code for one in told if one.code is not None)
    contradicts = "OPEN" in formats and "CLOSED" in formats
    if contradicts:
        del formats["OPEN"]
    meant = Meant(
        formats=tuple(formats),
        other=tuple(one.other for one in told if one.other is not None),
        languages=tuple(dict.fromkeys(tag for one in told for tag in one.languages)),
        attendance=frozenset(one.attendance for one in told if one.attendance is not None),
    )
    return meant, contradicts


def _rows(record: Record, table: FormatTable) -> list[ServerFormat]:
    ids = record.texts("format_shared_id_list", separators=",")
    keys = record.texts("formats", separators=",")
    if table.told:
        known = [table.by_id[id_] for id_ in ids if id_ in table.by_id]
        named = {row.key for row in known}
        # Keys of a language that GetFormats was not asked for: the ids have told them already.
        rest = keys if len(known) < len(set(ids)) or not ids else []
        return known + [table.by_key.get(key, ServerFormat(key=key)) for key in rest if key not in named]
    if not ids:
        english = record.line("lang_enum") in {"en", None}
        return [table.by_key.get(key, ServerFormat(key=key)) if english else ServerFormat(key=key) for key in keys]
    stock = {table.by_id[id_].key: table.by_id[id_] for id_ in ids if id_ in table.by_id}
    # Servers change the stock set, so id and key must both say it.
    return [stock.get(key, ServerFormat(key=key)) for key in keys]


def _languages(row: ServerFormat, vocabulary: Vocabulary) -> tuple[str, ...]:
    if row.name.casefold() in vocabulary.sign_languages:
        return vocabulary.sign_languages[row.name.casefold()]
    return vocabulary.bmlt_languages.get(row.key.casefold(), ()) if row.world_id.upper() == "LANG" else ()
