"""How much of the world and of us fetching one list may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """Bytes and seconds for one whole source, seconds for one connection and one read.

    `pause_seconds` lie between two requests to one host. Only `ports` are asked, and only by https unless
    `plain_http`; `private`: addresses that are not public, all ports and http are allowed too.
    """

    most_bytes: int = 20 * 1024 * 1024
    most_seconds: float = 60.0
    connect_seconds: float = 5.0
    read_seconds: float = 10.0
    pause_seconds: float = 1.0
    ports: frozenset[int] = frozenset({80, 443})
    private: bool = False
    plain_http: bool = False
