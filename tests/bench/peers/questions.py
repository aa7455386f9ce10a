"""What is asked of each server, and whether all of them answer the same."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from tests.bench.peers.load import Call, post
from tests.bench.peers.places import Place

_HERE = Path(__file__).parent
DOCUMENT = (_HERE / "near_query.graphql").read_text("utf-8")
_POSTGRAPHILE = (_HERE / "postgraphile_query.graphql").read_text("utf-8")
#: Metres may be rounded the other way where the sum was done in another order.
_METRE_KM = 0.0011
#: What may differ and how, for the report.
MAY_DIFFER = (
    "`distanceKm` by a metre (sums in another order)",
    "`nextOccurrence` where the plain tables' precomputed one has begun since they were filled",
    "PostGraphile's flat columns are put into our shape before they are compared (same values, other nesting)",
)


class Differs(Exception):
    """A server that answers something else; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """How a kind of server is asked, and its answer put into our shape (parsed data of `meetings.edges`)."""

    body: Callable[[Place], bytes]
    edges: Callable[[Any], list[Any]]


def _ours(place: Place) -> bytes:
    return orjson.dumps({"query": DOCUMENT, "variables": place.variables()})


def _edges(answer: Any) -> list[Any]:
    found: list[Any] = answer["data"]["meetings"]["edges"]
    return found


def _postgraphile(place: Place) -> bytes:
    told = place.variables()
    return orjson.dumps({"query": _POSTGRAPHILE, "variables": {**told, **told["near"], "near": None}})


def _reshaped(answer: Any) -> list[Any]:
    return [_reshaped_node(node) for node in answer["data"]["meetings"]["nodes"]]


def _reshaped_node(told: Mapping[str, Any]) -> dict[str, Any]:
    node = dict(told)
    group = {"name": node.pop("groupName"), "code": node.pop("groupCode")}
    online = {"url": node.pop("onlineUrl"), "phone": node.pop("onlinePhone")}
    following = {"startsAt": node.pop("nextStart"), "endsAt": node.pop("nextEnd")}
    return {
        "distanceKm": node.pop("distanceKm"),
        "nextOccurrence": following if following["startsAt"] else None,
        "node": {
            **node,
            "languages": node["languages"].split(" "),
            "group": group if group["name"] else None,
            "online": online if any(online.values()) else None,
            "formats": [link["format"] for link in node["formats"]["nodes"]],
        },
    }


GRAPHQL = Question(body=_ours, edges=_edges)
POSTGRAPHILE = Question(body=_postgraphile, edges=_reshaped)


def ask(port: int, body: bytes) -> bytes:
    """One answer's body; OSError, and Differs where it is no success."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/graphql", body, {"Content-Type": "application/json", "Accept": "application/json"})
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise Differs(f"status {response.status}: {answer[:200].decode('utf-8', 'replace')}")
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A server's answers: the edges of each place, and the calls that are made under load."""

    answers: Sequence[Sequence[Any]]
    calls: Sequence[Call]
    bytes: float


def asked_all(port: int, question: Question, places: Sequence[Place]) -> Checked:
    """Ask for each place once; Differs where an answer is an error."""
    answers, calls, sizes = [], [], []
    for place in places:
        body = question.body(place)
        answer = ask(port, body)
        parsed = orjson.loads(answer)
        if parsed.get("errors") or not parsed.get("data"):
            raise Differs(json.dumps(parsed.get("errors"))[:300])
        answers.append(question.edges(parsed))
        calls.append(Call(request=post(port, body), least=int(len(answer) * 0.98), most=int(len(answer) * 1.02) + 1))
        sizes.append(len(answer))
    return Checked(answers=answers, calls=calls, bytes=sum(sizes) / len(sizes))


def compare(expected: Sequence[Sequence[Any]], found: Sequence[Sequence[Any]], now: datetime) -> int:
    """How many values differed in a way that may be; Differs."""
    tolerated = 0
    for number, (here, there) in enumerate(zip(expected, found, strict=True)):
        if len(here) != len(there):
            raise Differs(f"place {number}: {len(here)} meetings and {len(there)}")
        for at, (edge, other) in enumerate(zip(here, there, strict=True)):
            tolerated += _compare_edges(edge, other, f"place {number}, meeting {at}", now)
    return tolerated


def _compare_edges(edge: Mapping[str, Any], other: Mapping[str, Any], where: str, now: datetime) -> int:
    if edge["node"] != other["node"]:
        names = [name for name in edge["node"] if edge["node"][name] != other["node"].get(name)]
        told = ", ".join(f"{name} {edge['node'][name]!r} and {other['node'].get(name)!r}" for name in names[:3])
        raise Differs(f"{where}: {told or 'another field'}")
    if abs(edge["distanceKm"] - other["distanceKm"]) > _METRE_KM:
        raise Differs(f"{where}: distanceKm {edge['distanceKm']} and {other['distanceKm']}")
    tolerated = int(edge["distanceKm"] != other["distanceKm"])
    if edge["nextOccurrence"] == other["nextOccurrence"]:
        return tolerated
    begun = [
        told["nextOccurrence"] is not None and datetime.fromisoformat(told["nextOccurrence"]["startsAt"]) <= now
        for told in (edge, other)
    ]
    if not any(begun):
        raise Differs(f"{where}: nextOccurrence {edge['nextOccurrence']} and {other['nextOccurrence']}")
    return tolerated + 1
