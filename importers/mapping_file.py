"""A mapping: a small TOML that says which column or path of any list feeds which of our fields, and how it reads.

    records = "meetings"                     # where the list stands in a JSON document; left out: it is the document
    codes = "meeting_guide"                  # formats not named below are Meeting Guide's types, or "bmlt" keys

    [same]                                   # the same for every record
    fellowship = "AL_ANON"

    [fields]
    name = "Title"                           # a column, or a path: location.latitude, days[0]
    start_time = ["Time", "AMPM"]            # several are joined
    notes = { path = "details", after = "Notes", lines = true }
    key = { made_of = ["fellowship", "weekday", "start_time", "point"] }

    [values.country]                         # what is written, by what it means
    England = "GB"

    [flags]                                  # yes-or-no columns, by the formats they mean
    Wheelchair = "WHEELCHAIR_ACCESS"

`docs/mapping.md` lists every field and key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from meetings.errors import InvalidQuery
from meetings.listing import fold

#: No mapping needs more; the text is kept with its source.
MOST_CHARACTERS = 65_536
_MOST_PARTS = 12
_MOST_STEPS = 12
#: Our fields, and what feeds them.
FIELDS = {
    "name": "what the meeting is called",
    "key": "the list's own id of the record",
    "weekday": "one day or many",
    "start_time": "when it starts, by the clock at the place",
    "end_time": "when it ends",
    "duration": "how long it lasts",
    "time_zone": "an IANA name",
    "fellowship": "code or name",
    "country": "code or name",
    "venue_name": "what the building is called",
    "street": "number and street",
    "city": "town",
    "region": "state, province or county",
    "postal_code": "postcode",
    "formatted_address": "the address in one line",
    "latitude": "degrees",
    "longitude": "degrees",
    "arrival_notes": "how to find the door",
    "venue_type": "IN_PERSON, VIRTUAL or HYBRID; else told by place and link",
    "suspended": "yes: it does not meet for now",
    "published": "no: the list itself does not show it",
    "formats": "codes or names",
    "languages": "BCP 47 tags",
    "notes": "free text",
    "conference_url": "the link to join by",
    "conference_phone": "the number to join by",
    "conference_url_notes": "what one needs to join by the link",
    "url": "the meeting's own page",
    "group": "who holds it",
    "areas": "the list's own areas, from the wide to the narrow",
}
#: What a key can be made of, where nothing in the list identifies a record.
KEY_PARTS = ("fellowship", "weekday", "start_time", "point", "postal_code")
CODES = ("none", "meeting_guide", "bmlt")
_PART_KEYS = {
    "path",
    "text",
    "after",
    "until",
    "lines",
    "words",
    "split",
    "part",
    "each",
    "separators",
    "link",
    "known",
    "else",
}
_SECTIONS = {"records", "codes", "same", "fields", "values", "flags"}
_STEP = re.compile(r"([^.\[\]]+)|\[(-?\d{1,4})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One source of a field: what stands at `path`, or a fixed `text`.

    `after` and `until`: only what stands between these words, to the end of the line unless `lines`; `split`, `part`:
    one piece of it; `words`: the values of the phrases that occur in it; `each`: every letter is an item, or the text
    is split at each of `separators`; `link`: the first link in it; `known`: only what the field's `values` name.
    `otherwise` (in the file `else`) counts where there is nothing.
    """

    path: str = ""
    steps: tuple[str | int, ...] = ()
    text: str | None = None
    after: str | None = None
    until: str | None = None
    lines: bool = False
    words: tuple[tuple[str, str], ...] = ()
    split: str | None = None
    part: int = 0
    each: bool = False
    separators: str | None = None
    link: bool = False
    known: bool = False
    otherwise: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMapping:
    """A mapping that was read. `values` is by field and folded text; `flags` by path."""

    fields: Mapping[str, tuple[Part, ...]]
    records: tuple[str | int, ...] = ()
    codes: str = "none"
    same: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    flags: Mapping[str, tuple[tuple[str | int, ...], tuple[str, ...]]] = field(default_factory=dict)
    key_made_of: tuple[str, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """The columns or paths that it names."""
        parts = [part for parts in self.fields.values() for part in parts]
        parts += [part.otherwise for part in parts if part.otherwise]
        paths = {part.path for part in parts if part.path}
        return frozenset(paths | set(self.flags))


def read_mapping(text: str) -> ListMapping:
    """The mapping that this TOML is; InvalidQuery names the place in it that is wrong, and what would be right."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidQuery("mapping", f"at most {MOST_CHARACTERS} characters, not {len(text)}")
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidQuery("mapping", f"no TOML: {error}") from error
    _known("mapping", told, _SECTIONS)
    fields = _table(told, "fields")
    _known("mapping.fields", fields, FIELDS)
    made_of = _made_of(fields.pop("key")) if isinstance(fields.get("key"), dict) and "path" not in fields["key"] else ()
    if not fields:
        raise InvalidQuery("mapping.fields", 'say which column or path feeds which field, e.g. name = "Title"')
    return ListMapping(
        fields={name: _parts(f"mapping.fields.{name}", value) for name, value in fields.items()},
        records=_steps("mapping.records", told["records"]) if "records" in told else (),
        codes=_one_of("mapping.codes", told.get("codes", "none"), CODES),
        same=_same(_table(told, "same")),
        values=_values(_table(told, "values")),
        flags={
            path: (_steps(f"mapping.flags.{path}", path), _texts(f"mapping.flags.{path}", codes))
            for path, codes in _table(told, "flags").items()
        },
        key_made_of=made_of,
    )


def _parts(place: str, value: object) -> tuple[Part, ...]:
    items = value if isinstance(value, list) else [value]
    if not 0 < len(items) <= _MOST_PARTS:
        raise InvalidQuery(place, f"1 to {_MOST_PARTS} sources")
    return tuple(_part(place, item) for item in items)


def _part(place: str, value: object) -> Part:
    if isinstance(value, str):
        return Part(path=value, steps=_steps(place, value))
    if not isinstance(value, dict):
        raise InvalidQuery(place, "a column's name, a list of them, or a table with `path`")
    _known(place, value, _PART_KEYS)
    if ("path" in value) == ("text" in value):
        raise InvalidQuery(place, "give either `path` or `text`")
    path = _text(place, value.get("path", ""))
    words = _table(value, "words", place)
    return Part(
        path=path,
        steps=_steps(place, path) if path else (),
        text=_optional(place, value, "text"),
        after=_optional(place, value, "after"),
        until=_optional(place, value, "until"),
        lines=_flag(place, value, "lines"),
        words=tuple((fold(phrase), _text(f"{place}.words", told)) for phrase, told in words.items()),
        split=_optional(place, value, "split"),
        part=_number(place, value.get("part", 0)),
        each=_flag(place, value, "each"),
        separators=_optional(place, value, "separators"),
        link=_flag(place, value, "link"),
        known=_flag(place, value, "known"),
        otherwise=_part(f"{place}.else", _text(f"{place}.else", value["else"])) if "else" in value else None,
    )


def _steps(place: str, path: object) -> tuple[str | int, ...]:
    """`location.points[1]` as steps; a column's name may hold dots, so the whole name is looked for first."""
    text = _text(place, path)
    steps = tuple(match[1] if match[1] is not None else int(match[2]) for match in _STEP.finditer(text))
    if not steps or len(steps) > _MOST_STEPS:
        raise InvalidQuery(place, f"a path of 1 to {_MOST_STEPS} steps, e.g. location.latitude or days[0]")
    return steps


def _made_of(value: object) -> tuple[str, ...]:
    place = "mapping.fields.key"
    if not isinstance(value, dict) or set(value) != {"made_of"}:
        raise InvalidQuery(place, "a column's name, or { made_of = [...] }")
    return tuple(_one_of(f"{place}.made_of", name, KEY_PARTS) for name in _texts(place, value["made_of"]))


def _same(told: Mapping[str, Any]) -> Mapping[str, str]:
    _known("mapping.same", told, FIELDS)
    return {name: _text(f"mapping.same.{name}", value) for name, value in told.items()}


def _values(told: Mapping[str, Any]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    _known("mapping.values", told, FIELDS)
    return {
        name: {
            fold(written): _texts(f"mapping.values.{name}.{written}", means)
            for written, means in _table(told, name, "mapping.values").items()
        }
        for name in told
    }


# --- What TOML gives ----------------------------------------------------------------------------


def _known(place: str, told: Mapping[str, Any], names: Iterable[str]) -> None:
    unknown = sorted(set(told) - set(names))
    if unknown:
        raise InvalidQuery(f"{place}.{unknown[0]}", f"there is no such thing here; there is {', '.join(sorted(names))}")


def _table(told: Mapping[str, Any], name: str, place: str = "mapping") -> dict[str, Any]:
    value = told.get(name, {})
    if not isinstance(value, dict):
        raise InvalidQuery(f"{place}.{name}", "a table is expected here")
    return dict(value)


def _texts(place: str, value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(text for item in items if (text := _text(place, item)))


def _text(place: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidQuery(place, f"text in quotation marks is expected here, not {value!r}")
    return value


def _optional(place: str, told: Mapping[str, Any], name: str) -> str | None:
    return _text(f"{place}.{name}", told[name]) if told.get(name) else None


def _flag(place: str, told: Mapping[str, Any], name: str) -> bool:
    value = told.get(name, False)
    if not isinstance(value, bool):
        raise InvalidQuery(f"{place}.{name}", "true or false")
    return value


def _number(place: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 100:
        raise InvalidQuery(f"{place}.part", "a whole number: 0 is the first piece, -1 the last")
    return value


def _one_of(place: str, value: object, known: tuple[str, ...]) -> str:
    if value not in known:
        raise InvalidQuery(place, f"one of {', '.join(known)}, not {value!r}")
    return str(value)
