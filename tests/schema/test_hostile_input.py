"""What strangers may write: no value breaks an answer, is taken for a pattern or a statement, or is slow to read."""

import time
from typing import Any

import pytest

from tests.builders import a_listing
from tests.schema.conftest import House

REFUSED = {"BAD_INPUT", "UNKNOWN_CODE", "CURSOR_EXPIRED", "PLACE_NOT_FOUND", "TOO_COSTLY"}
MEETINGS = """query ($filter: MeetingFilter, $after: String) {
  meetings(first: 1, filter: $filter, after: $after) { nodes { id } pageInfo { endCursor } } }"""
BODIES = """query ($parent: ID, $text: String, $after: String) {
  serviceBodies(parent: $parent, text: $text, after: $after) { nodes { id } }
}"""
HOSTILE = (
    '" OR 1=1 --',
    "'; DROP TABLE meetings; --",
    "%%%%",
    "_" * 50,
    "NEAR(",
    "*",
    "a* OR b*",
    "\\",
    "\0",
    "\u202e",
    "😀",
)
FILTERS: dict[str, Any] = {
    "city": lambda text: {"place": {"city": text}},
    "area": lambda text: {"areas": [text]},
    "fellowship": lambda text: {"fellowships": [text]},
    "format": lambda text: {"formats": {"any": [text]}},
    "id": lambda text: {"ids": [text]},
    "body": lambda text: {"serviceBodies": [text]},
    "source": lambda text: {"sources": [text]},
    "language": lambda text: {"languages": [text]},
    "window": lambda text: {"time": {"within": text}},
    "zone": lambda text: {"time": {"zone": text}},
}


@pytest.fixture
def listed(house: House) -> House:
    house.lists(*(a_listing(record_key=str(number), name=f"Number {number}") for number in range(3)))
    return house


def refused(answer: dict[str, Any]) -> bool:
    """Whether it was refused in words; anything else but an answer fails."""
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes <= REFUSED
    return bool(codes)


@pytest.mark.parametrize("part", FILTERS)
def test_no_text_in_a_filter_finds_what_it_does_not_name(listed: House, part: str) -> None:
    for text in HOSTILE:
        answer = listed.ask(MEETINGS, filter=FILTERS[part](text))
        assert refused(answer) or answer["data"]["meetings"]["nodes"] == [], text


def test_no_text_breaks_the_search_for_a_body(listed: House) -> None:
    for text in HOSTILE:
        for answer in (listed.ask(BODIES, text=text), listed.ask(BODIES, parent=text)):
            assert refused(answer) or answer["data"]["serviceBodies"]["nodes"] == [], text


def test_a_cursor_with_any_byte_flipped_is_refused_in_words(listed: House) -> None:
    cursor = listed.data(MEETINGS)["meetings"]["pageInfo"]["endCursor"]
    for place in range(len(cursor)):
        for bit in (1, 32):
            changed = cursor[:place] + chr(ord(cursor[place]) ^ bit) + cursor[place + 1 :]
            answer = listed.ask(MEETINGS, after=changed)
            # The last letter has bits that no byte is made of: then it is the same cursor still.
            assert refused(answer) or place == len(cursor) - 1, changed


@pytest.mark.parametrize(("part", "piece"), [("window", "1"), ("window", "PT1H"), ("zone", "a/"), ("language", "a-")])
def test_a_text_of_ten_times_the_length_takes_no_hundred_times_as_long(listed: House, part: str, piece: str) -> None:
    def seconds(times: int) -> float:
        text, tries = piece * times, []
        for _ in range(2):
            begun = time.process_time()
            assert refused(listed.ask(MEETINGS, filter=FILTERS[part](text))) or len(text) < 300
            tries.append(time.process_time() - begun)
        return min(tries)

    # A pattern that goes back and forth would take a hundred times as long, or for ever; 5 ms is what nothing takes.
    assert seconds(20_000) < 30 * (seconds(2_000) + 0.005)
