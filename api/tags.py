"""Entity tags, by which a client tells which answer it has."""

from __future__ import annotations

import hashlib


def strong_tag(*told: object) -> str:
    """The strong tag of an answer whose bytes follow from what is told."""
    return f'"{hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Whether the client has that answer; weak comparison, as RFC 9110 section 13.1.2 wants it.

    An asterisk, any answer at all, is known only to whoever can tell that there is one.
    """
    return tag in {one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")}
