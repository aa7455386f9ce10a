"""A list that a person sends: text as it is, anything else as base64, and never more than is allowed."""

import base64
import time

import pytest

from importers.fetch import fetch
from importers.preview import sent_content
from meetings.errors import FetchFailed
from tests.builders import a_source

CSV = "name,day,time\nCafé Steps,Tuesday,19:30\n"


def sent(content: str, **told: int) -> bytes:
    (body,) = sent_content(a_source(importer="spreadsheet"), content, **told).documents.values()
    return body


def test_text_is_sent_as_it_is() -> None:
    assert sent(CSV) == CSV.encode()


@pytest.mark.parametrize("body", [CSV.encode("cp1252"), CSV.encode("utf-16"), b"PK\x03\x04\x14\x00\x06\x00" * 40])
def test_any_file_can_be_sent_as_base64(body: bytes) -> None:
    assert sent(base64.b64encode(body).decode()) == body
    assert sent(base64.encodebytes(body).decode()) == body


def test_half_of_a_base64_text_is_said_to_be_so() -> None:
    with pytest.raises(FetchFailed, match="base64"):
        sent("UEsDB")


def test_more_than_is_allowed_is_refused_with_both_numbers() -> None:
    with pytest.raises(FetchFailed, match="41 bytes; at most 40"):
        sent(CSV + "x", most=40)


def test_a_list_that_is_sent_by_hand_cannot_be_fetched() -> None:
    with pytest.raises(FetchFailed, match="sent by hand"):
        fetch(a_source(location=""))


@pytest.mark.parametrize("content", ["\n" * 2_000_000 + ",", "A" * 2_000_000 + ",", "=" * 2_000_000 + ","])
def test_what_looks_like_base64_for_long_is_told_from_it_at_once(content: str) -> None:
    # Of this process: what else the machine does is not looked at.
    began = time.process_time()
    assert sent(content) == content.encode()
    assert time.process_time() - began < 5
