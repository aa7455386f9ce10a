"""What a mapping feeds our fields from a record of any list: found by path, cut to size, told with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from importers.links import conference_provider, read_link
from importers.mapping_file import ListMapping, Part
from meetings.listing import fold

#: Fields that hold several items; what feeds them is put together, that of other fields joined.
LISTS = frozenset({"weekday", "formats", "languages", "areas", "venue_type"})
_JOINS = {"notes": "\n", "arrival_notes": "\n", "conference_url_notes": "\n"}
#: Longer texts are not looked through for words and links; free text of a meeting ends long before.
_MOST_TEXT = 100_000
_LINK = re.compile(r"https?://[^\s<>\"']{4,2000}", re.IGNORECASE)
_WORD = re.compile(r"\w")


def fed(mapping: ListMapping, row: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """Our fields of this record, and what the list calls each of them."""
    values: dict[str, object] = {}
    columns: dict[str, str] = {}
    for name, parts in mapping.fields.items():
        told = [(part, value) for part in parts if not _is_nothing(value := _told(name, part, row, mapping))]
        columns[name] = next((part.path for part, _ in told if part.path), parts[0].path)
        values[name] = told[0][1] if len(told) == 1 else _together(name, [value for _, value in told])
    for name, value in mapping.same.items():
        if _is_nothing(values.get(name)):
            values[name] = value
    return values, {name: column for name, column in columns.items() if column}


def _told(name: str, part: Part, row: Mapping[str, object], mapping: ListMapping) -> object:
    value = _value(part, row)
    if _is_nothing(value) and part.otherwise is not None:
        value = _value(part.otherwise, row)
    if part.known:
        known = mapping.values.get(name, {})
        value = [item for item in (value if isinstance(value, list) else [value]) if fold(_text(item)) in known]
    if isinstance(value, list) and name not in LISTS and (part.words or part.known):
        return value[0] if value else None
    return value


def at(row: object, steps: Sequence[str | int], name: str = "") -> object:
    """What stands there; None: nothing does. A field that is called as the whole path comes first."""
    if name and isinstance(row, dict) and name in row:
        return row[name]
    for step in steps:
        if isinstance(step, int):
            row = row[step] if isinstance(row, list) and -len(row) <= step < len(row) else None
        else:
            row = row.get(step) if isinstance(row, dict) else None
    return row


def _value(part: Part, row: Mapping[str, object]) -> object:
    value = part.text if part.text is not None else at(row, part.steps, part.path)
    if not any((part.after, part.until, part.words, part.split, part.each, part.separators, part.link)):
        return value
    if isinstance(value, list):
        value = "\n".join(_text(item) for item in value)
    text = _cut(part, _text(value)[:_MOST_TEXT].replace("\r\n", "\n").replace("\r", "\n"))
    if part.words:
        folded = fold(text)
        return [meant for phrase, meant in part.words if _occurs(phrase, folded)]
    if part.link:
        return _link(text)
    if part.each:
        # A word among codes is no run of letters.
        return [text] if any(map(str.islower, text)) else [letter for letter in text if not letter.isspace()]
    if part.separators is not None:
        return [item for item in re.split(f"[{re.escape(part.separators)}]", text) if item.strip()]
    return text


def _cut(part: Part, text: str) -> str:
    """The piece of a text that is meant; nothing, where what it stands behind is not there."""
    if part.after is not None:
        start = text.casefold().find(part.after.casefold())
        if start < 0:
            return ""
        text = text[start + len(part.after) :]
        text = text if part.lines else text.lstrip(" \t").partition("\n")[0]
    if part.until is not None:
        end = text.casefold().find(part.until.casefold())
        text = text if end < 0 else text[:end]
    if part.split is not None:
        pieces = text.split(part.split)
        text = pieces[part.part] if -len(pieces) <= part.part < len(pieces) else ""
    return text.strip()


def _occurs(phrase: str, text: str) -> bool:
    """Whether a phrase stands in a text as words of its own."""
    start = text.find(phrase)
    while start >= 0:
        ends = (text[start - 1 : start] + phrase[:1], phrase[-1:] + text[start + len(phrase) :][:1])
        if not any(len(end) == 2 and all(map(_WORD.match, end)) for end in ends):
            return True
        start = text.find(phrase, start + 1)
    return False


def _link(text: str) -> str | None:
    """The first link that leads to a conference, else the first of all."""
    links = [link for match in _LINK.finditer(text) if (link := read_link(match[0].rstrip(".,;:)]")))]
    return next((link for link in links if conference_provider(link)), links[0] if links else None)


def _together(name: str, values: list[object]) -> object:
    if name in LISTS:
        return [item for value in values for item in (value if isinstance(value, list) else [value])]
    return _JOINS.get(name, " ").join(_text(value).strip() for value in values) or None


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value)


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})
