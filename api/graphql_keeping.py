"""Answers that clients and proxies may keep for a moment: their tags, known before anything is executed, and how long.

Only what is asked by GET, of the public, and follows from the list and the minute alone; `schema.freshness` knows which
documents do. An answer's bytes follow from its tag, so a client that has it is told so without executing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from api.graphql_answers import Answer
from api.tags import strong_tag
from meetings.vocabulary import Vocabulary
from schema.freshness import Freshness, kept_seconds
from schema.operations import Operation
from search.index import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A state of the list, and when it was asked for; `state` tells the same on every host."""

    state: tuple[object, ...]
    now: datetime


def moment_of(index: Index | None, vocabulary: Vocabulary, now: datetime) -> Moment | None:
    """What is shown now; None: there is no index yet."""
    if index is None:
        return None
    header = index.columns.header
    return Moment(state=(header.change, header.facts, header.tzdata, vocabulary.digest), now=now)


def tag_of(operation: Operation, media: str, moment: Moment) -> str:
    """The answer's tag, before it is worked out."""
    return strong_tag(
        moment.state,
        moment.now.replace(second=0, microsecond=0).isoformat(),
        operation.document.sha256,
        operation.node.name.value if operation.node.name else None,
        orjson.dumps(dict(operation.variables), option=orjson.OPT_SORT_KEYS),
        media,
    )


def may_be_kept(operation: Operation) -> bool:
    """Whether its answers follow from the list and the minute."""
    return operation.document.freshness is not Freshness.NONE


def not_modified(tag: str, moment: Moment) -> Answer:
    """That the client has the answer. It is as good as the minute: what starts next is not looked for."""
    return Answer(status=304, body=b"", headers=_headers(tag, kept_seconds(Freshness.MINUTE, None, moment.now)))


def kept(answer: Answer, operation: Operation, tag: str, soonest: datetime | None, now: datetime) -> Answer:
    """The answer, to be kept if nothing went wrong; `soonest` is the soonest start that it shows."""
    if not answer.faultless:
        return answer
    return replace(answer, headers=_headers(tag, kept_seconds(operation.document.freshness, soonest, now)))


def _headers(tag: str, seconds: int) -> Mapping[str, str]:
    return {"ETag": tag, "Cache-Control": f"public, max-age={seconds}", "Vary": "Accept, Accept-Encoding"}
