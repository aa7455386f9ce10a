"""iCalendar text taken apart: content lines (RFC 5545, section 3.1) in their components.

Forgiving of what programs write (bare line feeds, lower case, stray lines), but not of a file that breaks off: half a
calendar would be half a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

_LINE = re.compile(
    r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)', re.DOTALL
)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_FOLD = re.compile(r"\r?\n[ \t]|\r[ \t]")
_LINE_END = re.compile(r"\r\n|\r|\n")
#: Components whose lines are wanted; those of components within them (alarms) are not.
_WANTED = frozenset({"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"})


class BrokenOff(ValueError):
    """No iCalendar file, or not all of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One content line: name in capitals, parameters by name in capitals without quotes, the value as it stands."""

    name: str
    parameters: Mapping[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value as TEXT (section 3.3.11)."""
        return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], self.value)


@dataclass(kw_only=True)
class Component:
    """A component: its raw lines, and the components in it."""

    name: str
    lines: list[str] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    @cached_property
    def properties(self) -> Mapping[str, list[Property]]:
        """Its properties by name; lines that are none are left out."""
        found: dict[str, list[Property]] = {}
        for line in self.lines:
            one = _property(line)
            if one is not None:
                found.setdefault(one.name, []).append(one)
        return found

    def first(self, name: str) -> Property | None:
        """The first property of that name."""
        found = self.properties.get(name)
        return found[0] if found else None

    def value(self, name: str) -> str:
        """The first one's value without surrounding space; "" where there is none."""
        found = self.first(name)
        return found.value.strip() if found else ""


def read_calendars(text: str) -> list[Component]:
    """The calendars of a file; BrokenOff."""
    calendars: list[Component] = []
    stack: list[Component] = []
    for line in _unfolded(text):
        word, _, name = line.partition(":")
        if word.upper() == "BEGIN":
            made = Component(name=name.strip().upper())
            (stack[-1].parts if stack else calendars).append(made)
            stack.append(made)
        elif word.upper() == "END":
            if not stack or stack.pop().name != name.strip().upper():
                raise BrokenOff(f"END:{name.strip()[:40]} ends nothing that began")
        elif stack and stack[-1].name in _WANTED:
            stack[-1].lines.append(line)
        elif not calendars and line.strip():
            raise BrokenOff("it does not begin with BEGIN:VCALENDAR")
    if stack:
        raise BrokenOff(f"it breaks off within {stack[-1].name[:40]}")
    if not any(one.name == "VCALENDAR" for one in calendars):
        raise BrokenOff("it does not begin with BEGIN:VCALENDAR")
    return [one for one in calendars if one.name == "VCALENDAR"]


def _unfolded(text: str) -> Iterator[str]:
    yield from (line for line in _LINE_END.split(_FOLD.sub("", text)) if line)


def _property(line: str) -> Property | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    parameters = {name.upper(): value.replace('"', "") for name, value in _PARAMETER.findall(match[2])}
    return Property(name=match[1].upper(), parameters=parameters, value=match[3])
