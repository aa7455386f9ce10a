"""A BMLT root server by its URL: which questions make its list, and in how many pieces the answer must be asked for.

A server tells all meetings at once unless it limits itself, tells no total, and orders pages anew for each question.
So one that may have stopped at a limit is asked for what comes after; pages are read in the order of ids, and pages
that overlap are a failure, for where one record stands twice another is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

import orjson

from importers.fetch_web import Absent, TooLarge
from meetings.errors import FetchFailed

Get = Callable[[str], bytes]
#: Records that are not published are asked for too: else a meeting that pauses could not be told from a lost one.
_MEETINGS = "GetSearchResults&advanced_published=0"
_PAGE = 1000
#: The largest server has some ten thousand meetings.
_MAX_PAGES = 500


def read_root_server(root: str, get: Get, failed: Callable[[str, str], FetchFailed]) -> Mapping[str, bytes]:
    """A root server's answers by the names under which a folder would have them; FetchFailed.

    `root` as people write it, with or without last slash or the interface's path.
    """
    interface = _interface(root)
    documents = {"GetSearchResults.json": _meetings(interface, get, failed)}
    languages = "".join(f"&lang_enum%5B%5D={quote(tag)}" for tag in _languages(interface, get))
    for query in (f"GetFormats{languages}", "GetServiceBodies"):
        # Meetings alone are a list. Any other failure fails the whole: else formats would come and go.
        body = _if_there(f"{interface}?switcher={query}", get)
        if body is not None:
            documents[f"{query.partition('&')[0]}.json"] = body
    return documents


def _interface(root: str) -> str:
    trimmed = root.split("?", 1)[0].rstrip("/")
    for tail in ("/json", "/client_interface"):
        trimmed = trimmed.removesuffix(tail)
    return f"{trimmed}/client_interface/json/"


def _if_there(url: str, get: Get) -> bytes | None:
    try:
        return get(url)
    except Absent:
        return None


def _languages(interface: str, get: Get) -> list[str]:
    """The languages that formats are wanted in; none: the server's own, which is English or not known.

    What a format means is told by its English name, which keys meetings have by the server's own language.
    """
    rows = _rows(_if_there(f"{interface}?switcher=GetServerInfo", get) or b"") or [None]
    told = rows[0] if isinstance(rows[0], dict) else {}
    native, every = told.get("nativeLang"), str(told.get("langs", "")).split(",")
    is_foreign = isinstance(native, str) and native.isascii() and native.isalpha() and native != "en"
    return [str(native), "en"] if is_foreign and "en" in every else []


# --- Pages --------------------------------------------------------------------------------------


def _meetings(interface: str, get: Get, failed: Callable[[str, str], FetchFailed]) -> bytes:
    url = f"{interface}?switcher={_MEETINGS}"
    try:
        body = get(url)
    except TooLarge:
        return _paged(url, _PAGE, get, failed)
    rows = _rows(body)
    if rows is None:
        return body
    if not rows:
        # An aggregator answers an unbounded question with nothing.
        return _paged(url, _PAGE, get, failed) if _rows(get(_page(url, _PAGE, 1))) else body
    if _is_limit(len(rows)) and _rows(get(_page(url, len(rows), 2))):
        return _paged(url, len(rows), get, failed)
    return body


def _is_limit(count: int) -> bool:
    """Whether somebody may have chosen this number as a limit: they are round, in tens or in twos."""
    return count % 10 == 0 or (count >= 16 and count & (count - 1) == 0)


def _page(url: str, size: int, number: int) -> str:
    return f"{url}&sort_keys=id_bigint&page_size={size}&page_num={number}"


def _paged(url: str, size: int, get: Get, failed: Callable[[str, str], FetchFailed]) -> bytes:
    """All records, page after page until one is empty."""
    found: list[object] = []
    for number in range(1, _MAX_PAGES + 1):
        rows = _rows(get(_page(url, size, number)))
        if rows is None:
            raise failed(url, f"page {number} is no list")
        if number == 1 and 0 < len(rows) < size and _is_limit(len(rows)):
            # It gives less at once than was asked: what it calls page two would begin beyond what it left out.
            return _paged(url, len(rows), get, failed)
        if not rows:
            return _whole(url, found, failed)
        found += rows
    raise failed(url, f"more than {_MAX_PAGES} pages")


def _whole(url: str, found: list[object], failed: Callable[[str, str], FetchFailed]) -> bytes:
    keys = [row.get("id_bigint") for row in found if isinstance(row, dict)]
    if len(set(map(str, keys))) != len(keys):
        raise failed(url, "its pages overlap, so that some meetings would be lost")
    return orjson.dumps(found)


def _rows(body: bytes) -> list[object] | None:
    """The records of an answer; None: it is no list of them, which the parser will say better."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if isinstance(value, dict):
        value = value.get("meetings")
    return value if isinstance(value, list) else None
