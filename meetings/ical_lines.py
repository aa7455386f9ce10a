"""The lines of calendar components: what the icalendar package writes, with what it gets wrong or slowly put right.

The package makes components, parameters and values. Lines are folded and judged here: it looks at each character
alone, cuts between two backslashes that are one escape, and checks by assertions, which a process may run without.
"""

from __future__ import annotations

import re
from typing import Any

from icalendar import Component
from icalendar.parser import Contentline
from icalendar.prop import vText

#: A line is at most 75 octets (RFC 5545, section 3.1); what goes on after it has a space in front.
_WIDTH = 74
_LONG = re.compile(rb"[^\n]{%d,}" % (_WIDTH + 1))
#: One NUL makes libical see an empty calendar, and any other makes strict readers refuse the file.
_UNFIT = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]")


class Text(vText):
    """TEXT (RFC 5545, section 3.3.11); the package's own escape makes a line end of a backslash before an N."""

    def to_ical(self) -> bytes:
        r"""The value with `\`, `;`, `,` and line ends escaped."""
        text = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return text.encode("utf-8")


def lines_of(component: Component) -> bytes:
    """A component's lines, in the order in which they were added.

    `ValueError` where a value would break out of its line, or holds what no reader takes.
    """
    lines = _unfolded(component)
    text = "\n".join(lines).encode("utf-8")
    if text.count(b"\n") >= len(lines) or _UNFIT.search(text):
        raise ValueError("a value holds a line end or another control character")
    return _LONG.sub(_folded, text).replace(b"\n", b"\r\n") + b"\r\n"


def _unfolded(component: Component) -> list[str]:
    lines: list[str] = [f"BEGIN:{component.name}"]
    # Without its BEGIN and its END, which the package writes as if they were texts.
    properties: list[tuple[str, Any]] = component.property_items(recursive=False, sorted=False)[1:-1]
    lines += [Contentline.from_parts(name, value.params, value, sorted=False) for name, value in properties]
    for part in component.subcomponents:
        lines += _unfolded(part)
    lines.append(f"END:{component.name}")
    return lines


def _folded(match: re.Match[bytes]) -> bytes:
    """A long line in pieces, none of which begins within a character or an escape."""
    line, parts, begin = match[0], [], 0
    while len(line) - begin > _WIDTH:
        end = begin + _WIDTH
        while line[end] & 0xC0 == 0x80:
            end -= 1
        if line[end - 1] == 0x5C:  # A backslash: of an odd number the last one belongs to what follows.
            end -= (end - begin - len(line[begin:end].rstrip(b"\\"))) % 2
        parts.append(line[begin:end])
        begin = end
    parts.append(line[begin:])
    return b"\n ".join(parts)
