"""Bytes to JSON values, forgiving what does not hide a fault: one poisoned string must not lose a list.

Lone surrogates, NaN, raw control characters and enormous numbers come through and are judged where they stand; what
is no JSON at all, an HTML page say, is `ParseFailed`. Zero records are too, for a list is never empty.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from importers.protocol import Fetched
from meetings.errors import ParseFailed

#: Longer whole numbers are no ids or counts; Python would spend quadratic time on reading them.
_MAX_DIGITS = 40
_MULTIBYTE = re.compile(r"[\x80-\ud7ff\ue000-\U0010ffff]")
#: Bytes of which it is found out at a time whether they are UTF-8.
_PIECE = 1 << 20
_MARKUP = re.compile(rb"\s*(<!doctype|<html|<head|<body|<!--|<\?xml)", re.IGNORECASE)


class TwiceNamed(dict[str, object]):
    """An object in which a field stands twice; JSON leaves open which counts, we take the last."""

    twice: tuple[str, ...] = ()


def decode(body: bytes) -> tuple[str, bool]:
    """The text of a document, and whether every byte was as it should be.

    UTF-8, UTF-16 by its mark. A stray byte in UTF-8 becomes U+FFFD; text without one valid sequence is Windows-1252.
    """
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace"), True
    try:
        return body.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        lenient = body.decode("utf-8-sig", "surrogateescape")
    if _MULTIBYTE.search(lenient):
        return body.decode("utf-8-sig", "replace"), False
    return body.decode("cp1252", "replace"), False


def lines(body: bytes) -> tuple[Iterator[str], bool]:
    """The lines of a document without their ends, and what `decode` says of its bytes.

    One at a time where that is possible: one emoji makes the text of a whole list take four times its bytes.
    """
    if not _is_utf8(body):
        text, sound = decode(body)
        # Only these end a line: splitlines() would break texts at U+2028.
        return iter(text.replace("\r\n", "\n").split("\n")), sound
    told = (line.decode().removesuffix("\n").removesuffix("\r") for line in _from(body, len(codecs.BOM_UTF8)))
    return told, True


def _from(body: bytes, mark: int) -> io.BytesIO:
    """The bytes as a file that has no mark at its beginning; nothing is copied."""
    file = io.BytesIO(body)
    file.seek(mark if body.startswith(codecs.BOM_UTF8) else 0)
    return file


def _is_utf8(body: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), _PIECE):
            decoder.decode(body[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def read_json(body: bytes, *, source: str, name: str) -> object:
    """The value of a JSON document; ParseFailed says where it breaks off."""
    if not body.strip():
        raise ParseFailed(source, name, "the answer is empty")
    if is_markup(body):
        raise ParseFailed(source, name, "this is a web page, not JSON: a login or challenge page, or a wrong address")
    text, _ = decode(body)
    return read_json_text(text, source=source, name=name)


def is_markup(body: bytes) -> bool:
    """Whether this is a web page or other markup, whatever it was meant to be."""
    return _MARKUP.match(body) is not None


def read_json_text(text: str, *, source: str, name: str) -> object:
    """The value that this text is; ParseFailed says where it breaks off."""
    try:
        return json.loads(text, strict=False, parse_int=_whole, object_pairs_hook=object_of)
    except json.JSONDecodeError as error:
        reason = f"no JSON: {error.msg} at line {error.lineno} column {error.colno}"
        raise ParseFailed(source, name, reason) from error
    except RecursionError as error:
        raise ParseFailed(source, name, "no list: nested too deeply") from error


def records(value: object, *, source: str, name: str, under: Sequence[str] = ()) -> list[object]:
    """The list itself, or the one that stands under one of these fields; ParseFailed where there is no record."""
    if isinstance(value, dict):
        value = next((value[field] for field in under if isinstance(value.get(field), list)), value)
    if not isinstance(value, list):
        kind = {dict: "an object", str: "a text", type(None): "null"}.get(type(value), "a single value")
        raise ParseFailed(source, name, f"a list of records is expected here, not {kind}")
    if not value:
        raise ParseFailed(
            source, name, "the list has no record; an empty list is taken for a fault, never for the truth"
        )
    if not any(isinstance(row, dict) for row in value):
        raise ParseFailed(source, name, "none of the list's items is a record")
    return value


def only_document(fetched: Fetched, *, source: str) -> tuple[str, bytes]:
    """Name and bytes of the one document a format consists of; ParseFailed where there are none or several."""
    if len(fetched.documents) != 1:
        names = ", ".join(sorted(fetched.documents)) or "nothing"
        raise ParseFailed(source, fetched.location, f"this format is a single file; found {names}")
    return next(iter(fetched.documents.items()))


def object_of(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object of these fields; `TwiceNamed` where a name stands twice."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    marked = TwiceNamed(found)
    # Counted in one go: of a hundred thousand names, looking for each among all would take hours.
    times = Counter(name for name, _ in pairs)
    marked.twice = tuple(sorted(name for name, count in times.items() if count > 1))[:10]
    return marked


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_DIGITS else digits[:_MAX_DIGITS]
