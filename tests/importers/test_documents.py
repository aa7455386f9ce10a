"""Bytes to JSON: forgiving of a poisoned string, strict about what is no list."""

import json

import pytest

from importers import documents
from importers.protocol import Fetched
from meetings.errors import ParseFailed


def read(body: bytes) -> object:
    return documents.read_json(body, source="lantern", name="list.json")


def records(body: bytes) -> list[object]:
    return documents.records(read(body), source="lantern", name="list.json")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"<!DOCTYPE html><html><title>Just a moment...</title></html>",
        b"<html><body>Log in</body></html>",
        b'<?xml version="1.0"?><rss/>',
        b"[]",
        b"{}",
        b"null",
        b'"ok"',
        b"42",
        b'{"message": "You are not authorized"}',
        b'{"meetings": {}}',
        b"[1, 2, 3]",
        b"[null]",
        b'[{"a": 1},]',
        b'[{"a": 1}',
        b"\xff\xd8\xff\xe0 JFIF",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_list_of_records_fails_and_is_never_empty(body: bytes) -> None:
    with pytest.raises(ParseFailed) as failed:
        records(body)
    assert failed.value.where == "list.json"


def test_broken_json_is_named_by_line_and_column() -> None:
    with pytest.raises(ParseFailed, match="line 2 column 1"):
        read(b'[{"a": 1},\n {"b": 2},]')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_list_is_read_in_every_encoding_of_unicode(encoding: str) -> None:
    assert read('[{"name": "Café"}]'.encode(encoding)) == [{"name": "Café"}]


def test_list_in_windows_letters_is_read_as_such() -> None:
    assert read('[{"name": "Café – Zoë"}]'.encode("cp1252")) == [{"name": "Café – Zoë"}]


def test_one_broken_byte_spoils_one_letter() -> None:
    assert read(b'[{"name": "Caf\xff"}, {"name": "Zo\xc3\xab"}]') == [{"name": "Caf\ufffd"}, {"name": "Zoë"}]


def test_lone_surrogates_and_control_characters_do_not_lose_the_list() -> None:
    assert read(b'[{"a": "\\ud800"}, {"b": "x\ty"}]') == [{"a": "\ud800"}, {"b": "x\ty"}]


def test_numbers_that_are_none_do_not_lose_the_list() -> None:
    (row,) = records(b'[{"a": NaN, "b": -Infinity, "c": 1e999, "d": ' + b"9" * 100_000 + b"}]")
    assert isinstance(row, dict)
    assert len(str(row["d"])) < 100


def test_field_that_stands_twice_is_marked_and_the_last_one_counts() -> None:
    row = read(b'{"a": 1, "b": 2, "a": 3}')
    assert isinstance(row, documents.TwiceNamed)
    assert (row, row.twice) == ({"a": 3, "b": 2}, ("a",))


def test_many_fields_that_stand_twice_are_each_looked_at_a_few_times() -> None:
    compared = 0

    class Name(str):
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    pairs: list[tuple[str, object]] = [(Name(f"k{number % 2000}"), number) for number in range(4000)]
    assert len(documents.object_of(pairs)) == 2000
    assert compared < 40_000


def test_list_may_stand_under_a_name() -> None:
    value = read(json.dumps({"warnings": [], "meetings": [{"a": 1}]}).encode())
    assert documents.records(value, source="x", name="x", under=("meetings",)) == [{"a": 1}]


@pytest.mark.parametrize("names", [[], ["a.json", "b.json"]])
def test_single_file_format_wants_a_single_file(names: list[str]) -> None:
    answer = Fetched(documents=dict.fromkeys(names, b"[]"), location="folder")
    with pytest.raises(ParseFailed):
        documents.only_document(answer, source="lantern")


def test_content_hash_tells_names_and_bytes_apart() -> None:
    hashes = {
        Fetched(documents=documents, location="x").content_hash
        for documents in ({"a": b"1", "b": b"2"}, {"a": b"12", "b": b""}, {"ab": b"12"}, {"a": b"2", "b": b"1"})
    }
    assert len(hashes) == 4


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"one",
        b"one\ntwo\n\nthree",
        b"one\r\ntwo\r\n",
        b"\xef\xbb\xbfone\n\xef\xbb\xbftwo",
        "eins\u2028zwei\x85\ndrei \U0001f600".encode(),
        "one\r\ntwo".encode("utf-16"),
        b"caf\xe9\nbar",
        "caf\u00e9\n".encode() + b"\xff\n",
        b"a" * 1_048_575 + "\u00e9\nb".encode(),
        b"cut \xc3",
    ],
)
def test_lines_are_those_of_the_whole_text_and_as_sound(body: bytes) -> None:
    text, whole_is_sound = documents.decode(body)
    lines, sound = documents.lines(body)
    assert sound == whole_is_sound
    assert "\n".join(lines).rstrip("\n") == text.replace("\r\n", "\n").rstrip("\n")
