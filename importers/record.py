"""One record of a list, read field by field: what cannot be used is a finding with its exact place."""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import TypeGuard

from importers.clock import read_length
from importers.documents import TwiceNamed
from importers.links import is_of_a_person, read_link
from importers.persons import GAP, holds_last_name, without_contacts, without_persons
from importers.phones import costs_extra, read_phone
from importers.points import read_point
from importers.text import (
    CODE_LENGTH,
    KEY_LENGTH,
    LINE_LENGTH,
    LINK_LENGTH,
    NAME_LENGTH,
    NOTES_LENGTH,
    Cleaned,
    clean_text,
)
from importers.zones import ZoneChoice
from meetings.countries import country_code
from meetings.findings import Finding

#: Short texts that are remembered: a list's towns and codes stand in every record, a group's notes in each of its own.
_REMEMBERED = 8192
#: Shorter than any telephone number, local ones too.
_SHORT = 6
#: How much of a value a finding shows.
_SHOWN = 80
_KINDS: dict[type, str] = {list: "a list", dict: "an object", TwiceNamed: "an object"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record's fields; `where` is its place (`[12]`), `key` its own id. Methods add to `findings`.

    A method that takes several names reads the first field that holds anything. `columns`: what the list itself calls
    these fields, and `column_mark` what stands before that in a place (`row 40, column Day`).
    """

    values: Mapping[str, object]
    where: str
    key: str | None = None
    findings: list[Finding] = field(default_factory=list)
    columns: Mapping[str, str] = field(default_factory=dict)
    column_mark: str = "."

    def inside(self, name: str) -> Record:
        """The object in this field, to be read in the same way; empty where there is none."""
        value = self.values.get(name)
        if not isinstance(value, dict) and not _is_nothing(value):
            self.found("bad_record_part", name, value)
        values = value if isinstance(value, dict) else {}
        return Record(values=values, where=f"{self.where}.{name}", key=self.key, findings=self.findings)

    def found(self, code: str, name: str = "", value: object = None) -> None:
        """Note a finding about this field."""
        if self.columns:
            # `formats[2]` is an item of what this list calls descriptors, or stands in its column Codes.
            own, bracket, item = name.partition("[")
            name = self.columns.get(own, own) + (bracket + item if self.column_mark == "." else "")
        place = f"{self.where}{self.column_mark}{name}" if name and self.where else name or self.where
        self.findings.append(Finding(code=code, where=place, source_key=self.key, value=shown(value)))

    def found_repeated_fields(self, read: object) -> None:
        """Note fields that stood twice in this record as it was read."""
        for name in read.twice if isinstance(read, TwiceNamed) else ():
            self.found("duplicate_field", without_contacts(clean_text(name, most=CODE_LENGTH).text))

    def holds(self, name: str) -> bool:
        """Whether there is anything in this field."""
        value = self.values.get(name)
        return value is not None and value != "" and not _is_nothing(value)

    def line(self, *names: str, most: int = LINE_LENGTH) -> str | None:
        """One line of text without e-mail addresses and telephone numbers."""
        for name in names:
            text = self._text(name, self.values.get(name), most)
            if text:
                return without_contacts(text)
        return None

    def name(self, *names: str) -> str | None:
        """What the meeting is called."""
        return self.line(*names, most=NAME_LENGTH)

    def code(self, *names: str) -> str | None:
        """A code or key of the source's own; see `read_key` for one that holds an e-mail address."""
        for name in names:
            text = self._text(name, self.values.get(name), CODE_LENGTH)
            if text:
                return _unnamed(text)
        return None

    def helpline(self, name: str) -> str | None:
        """The number of a service body, which is public; told as it stands."""
        return self._text(name, self.values.get(name), LINE_LENGTH)

    def notes(
        self, *names: str, region: str | None = None, joining: bool = False, own: str | None = None
    ) -> str | None:
        """Free text of all these fields, one under the other, without persons; see `without_persons`."""
        texts = [text for name in names if (text := self._notes(name, region, joining, own))]
        return "\n".join(dict.fromkeys(texts))[:NOTES_LENGTH] if texts else None

    def _notes(self, name: str, region: str | None, joining: bool, own: str | None) -> str | None:
        text = self._text(name, self.values.get(name), NOTES_LENGTH, lines=True)
        if not text:
            return None
        read = _without_persons if len(text) <= LINE_LENGTH else without_persons
        safe = read(text, region=region, joining=joining, own=own)
        if safe != text:
            self.found("person_removed", name)
        return safe

    def texts(self, name: str, *, separators: str = "") -> list[str]:
        """A list of codes or names without persons, written as one or, with `separators`, as one text."""
        value = self.values.get(name)
        if isinstance(value, str) and separators:
            for separator in separators:
                value = str(value).replace(separator, "\n")
            value = str(value).split("\n")
        items: Iterable[object] = value if isinstance(value, list) else [value]
        found = (self._item(name, number, item) for number, item in enumerate(items))
        return [text for text in found if text]

    def _item(self, of: str, number: int, value: object) -> str | None:
        if isinstance(value, str) and _is_short_code(value):
            # A long list has the same few again and again, and JSON makes each of them anew.
            return sys.intern(value)
        name = f"{of}[{number}]"
        text = self._text(name, value, LINE_LENGTH)
        safe = _without_persons(text) if text else None
        if safe != text:
            self.found("person_removed", name)
        return None if safe == GAP else safe

    def _text(self, name: str, value: object, most: int, *, lines: bool = False) -> str | None:
        # So are most fields of most records.
        if value is None or value == "":
            return None
        if isinstance(value, str):
            told = value
        elif _is_nothing(value):
            return None
        elif not _is_text_or_number(value):
            self.found("bad_text", name, value)
            return None
        else:
            value = int(value) if isinstance(value, float) and value.is_integer() else value
            told = str(value)
        cleaned = (_cleaned_line if len(told) <= LINE_LENGTH else _cleaned)(told, most, lines)
        if cleaned.dirty:
            self.found("bad_text", name, value)
        if cleaned.cut:
            self.found("text_too_long", name, value)
        return cleaned.text or None

    def link(self, *names: str) -> str | None:
        """An absolute http(s) link."""
        name = next((name for name in names if self.holds(name)), None)
        if name is None:
            return None
        # Cut, a link would lead elsewhere: one that is too long is none.
        text = self._text(name, self.values[name], LINK_LENGTH + 1)
        link = read_link(text) if text else None
        if text and link is None:
            self.found("bad_link", name, None if is_of_a_person(text) else text)
        return link

    def phone(self, name: str, region: str | None) -> str | None:
        """A telephone number to join by."""
        text = self._text(name, self.values.get(name), LINE_LENGTH)
        phone = read_phone(text, region) if text else None
        if text and phone is None:
            self.found("premium_phone" if costs_extra(text, region) else "bad_phone", name)
        return phone

    def point(self, latitude: str, longitude: str) -> tuple[float, float] | None:
        """A position, of two fields."""
        if not self.holds(latitude) and not self.holds(longitude):
            return None
        lat, lon = self.values.get(latitude), self.values.get(longitude)
        point = read_point(lat, lon)
        if point is None:
            self.found("bad_point", latitude, f"{shown(lat)}, {shown(lon)}")
        return point

    def country(self, name: str) -> str | None:
        """A country, to ISO 3166-1 alpha-2."""
        text = self.line(name)
        code = country_code(text) if text else None
        if text and code is None:
            self.found("bad_country", name, text)
        return code

    def length(self, name: str) -> timedelta | None:
        """How long it lasts; None: it is not told, which 00:00 says too."""
        text = self.code(name)
        if text is None or text.strip("0:") == "":
            return None
        length = read_length(text)
        if length is None:
            self.found("bad_duration", name, text)
        return length

    def note_zone(self, choice: ZoneChoice, zone_field: str) -> None:
        """Note what was found in choosing the zone."""
        for code, value in choice.findings:
            self.found(code, zone_field, value)

    def note_persons(self, *names: str) -> None:
        """Note once that one of these fields, which are dropped, held a person."""
        told = [name for name in names if self.holds(name)]
        if told:
            self.found("person_removed", told[0])
        for name in told:
            value = self.values[name] if "name" in name else None
            if isinstance(value, str) and holds_last_name(value):
                self.found("last_name", name)


def read_key(value: object) -> str | None:
    """A record's own key, text or whole number; None: there is none that one can rely on.

    One that holds an e-mail address or a telephone number is replaced by a hash: as lasting, and it tells nothing.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    cleaned = clean_text(str(value), most=KEY_LENGTH)
    # Two long keys that are cut might become one.
    return None if cleaned.cut else _unnamed(cleaned.text) or None


def _unnamed(key: str) -> str:
    if _is_short_code(key) or without_contacts(key) == key:
        return key
    return "@" + hashlib.sha256(key.encode()).hexdigest()[:16]


def _is_short_code(text: str) -> bool:
    """Whether there is nothing to clean in here, and nobody: no address is without signs, no number so short."""
    return len(text) <= _SHORT and text.isalnum() and text.isascii()


def shown(value: object) -> str | None:
    """A value as a finding shows it: short, plain, without persons; None: nothing to show."""
    if _is_nothing(value):
        return None
    told = value if isinstance(value, str) else _KINDS.get(type(value)) or repr(value)
    text = clean_text(told[: _SHOWN * 4], most=_SHOWN + 1).text
    return without_persons(text if len(text) <= _SHOWN else text[:_SHOWN] + "…") or None


def _cleaned(told: str, most: int, lines: bool) -> Cleaned:
    # Blank text is none, whatever it is made of.
    return _BLANK if not told or told.isspace() else clean_text(told, most=most, lines=lines)


_BLANK = Cleaned("")
_cleaned_line = lru_cache(maxsize=_REMEMBERED)(_cleaned)
_without_persons = lru_cache(maxsize=_REMEMBERED)(without_persons)


def _is_text_or_number(value: object) -> TypeGuard[str | float]:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return False
    return not isinstance(value, float) or math.isfinite(value)


def _is_nothing(value: object) -> bool:
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or value in ([], {})
