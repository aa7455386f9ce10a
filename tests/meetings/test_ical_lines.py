"""Lines of components: where they may be cut, and what may not be in them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Alarm, Event
from icalendar.prop import vUri

from meetings.ical_lines import Text, lines_of
from tests.outside import ROOT


def _event(text: str) -> bytes:
    event = Event()
    event["SUMMARY"] = Text(text)
    return lines_of(event)


def _pieces(lines: bytes) -> list[bytes]:
    return lines.removeprefix(b"BEGIN:VEVENT\r\n").removesuffix(b"\r\nEND:VEVENT\r\n").split(b"\r\n ")


WIDE = st.text(st.sampled_from("aé漢🍰\u0301\u05d0\\;,\n"), min_size=60, max_size=400)


@given(text=WIDE)
def test_line_is_cut_between_characters_and_never_within_an_escape(text: str) -> None:
    pieces = _pieces(_event(text))
    assert [piece for piece in pieces if len(piece) > 74] == []
    slashes = [len(piece.decode("utf-8")) - len(piece.decode("utf-8").rstrip("\\")) for piece in pieces]
    assert [count for count in slashes if count % 2] == []


@given(text=WIDE)
def test_line_put_together_again_is_what_it_was(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    assert b"".join(_pieces(_event(text))).decode("utf-8") == f"SUMMARY:{escaped}"


def test_line_of_74_octets_is_whole_and_of_75_is_not() -> None:
    assert [len(_pieces(_event("x" * (octets - len("SUMMARY:"))))) for octets in (74, 75)] == [1, 2]


def test_component_within_a_component_stands_at_its_end() -> None:
    event, alarm = Event(), Alarm()
    alarm["ACTION"] = Text("DISPLAY")
    event.add_component(alarm)
    event["SUMMARY"] = Text("First Light")
    lines = lines_of(event).decode("ascii").split()
    assert lines[2:] == ["Light", "BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM", "END:VEVENT"]


@pytest.mark.parametrize("unfit", ["\x00", "\r", "\x0b", "\x1b", "\x7f", "\ud800"])
def test_value_that_no_reader_takes_is_refused(unfit: str) -> None:
    with pytest.raises(ValueError, match=r"control character|surrogates"):
        _event(f"a{unfit}b")


class Broken(Text):
    """What a fault of ours, or of the package, might let through."""

    def to_ical(self) -> bytes:
        return self.encode("utf-8")


@pytest.mark.parametrize("flags", [(), ("-O",)])
def test_value_that_breaks_out_of_its_line_is_refused_without_assertions_too(flags: tuple[str, ...]) -> None:
    script = (
        "from icalendar import Event\nfrom meetings.ical_lines import lines_of\n"
        "from tests.meetings.test_ical_lines import Broken\n"
        "event = Event()\nevent['SUMMARY'] = Broken('a\\nATTENDEE:x')\n"
        "try:\n    print(lines_of(event))\nexcept (ValueError, AssertionError):\n    print('refused')\n"
    )
    ran = subprocess.run([sys.executable, *flags, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "refused\n"


def test_address_with_a_line_end_is_refused() -> None:
    event = Event()
    with pytest.raises(ValueError, match="CR or LF"):
        event["URL"] = vUri("https://example.org/\r\nATTENDEE:x")
